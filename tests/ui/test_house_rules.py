"""Rules that hold for every page and every sentence."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from sfsam.ui import shell, viewer
from tests.fakes.system import FakeSystem
from tests.ui.conftest import Open, said

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "pages").rglob("*.py"))
BANNED = re.compile(r"\b(successfully|please|oops|just click|simply|saved \S+ a year)\b|!(?!=)", re.IGNORECASE)
SPOKEN = [*sorted((ROOT / "sfsam" / "ui").rglob("*.py")), ROOT / "sfsam" / "charts" / "titles.py"]


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def test_there_are_pages_and_none_lies_directly_in_the_folder() -> None:
    assert PAGES
    assert not list((ROOT / "pages").glob("*.py"))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_is_a_short_table_of_contents(path: Path) -> None:
    tree = parsed(path)
    assert len(path.read_text().splitlines()) < 80
    assert ast.get_docstring(tree)
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Lambda)]
    modules = {
        alias.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
    }
    modules |= {(node.module or "").split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert modules <= {"streamlit", "sfsam"}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_the_first_statement_of_a_page_opens_it_through_the_shell(path: Path) -> None:
    statements = [node for node in parsed(path).body if not isinstance(node, ast.Import | ast.ImportFrom)][1:]
    assert ast.unparse(statements[0]).split("(")[0].split(" = ")[-1] == "shell.open_page"


def test_every_page_stands_in_the_navigation() -> None:
    listed = {entry.path for entries in shell.SECTIONS.values() for entry in entries} | {shell.START}
    assert listed == {str(path.relative_to(ROOT)) for path in PAGES}


@pytest.mark.parametrize("path", SPOKEN, ids=lambda path: path.stem)
def test_no_sentence_has_a_banned_word(path: Path) -> None:
    strings = [
        node.value for node in ast.walk(parsed(path)) if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    spoken = [text for text in strings if " " in text and "<" not in text]
    assert not [text for text in spoken if BANNED.search(text)]


def test_a_person_without_the_role_sees_no_data(full: FakeSystem, visit: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    analyst = viewer.Person("ana", frozenset({viewer.Role.ANALYST}))
    monkeypatch.setattr(viewer, "person", lambda: analyst)
    app = visit("pages/reclaim/candidates.py")
    assert "for other roles" in said(app)
    assert not app.dataframe


def test_an_analyst_may_look_at_the_overview(full: FakeSystem, visit: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(viewer, "person", lambda: viewer.Person("ana", frozenset({viewer.Role.ANALYST})))
    assert visit("pages/home/overview.py").metric
