"""The documents tell the truth: what they name exists, what they link to is there, the version is one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import sfsam
from tests.architecture.house import PROJECT, TEXTS, house_files

DOCUMENTS = [PROJECT / "README.md", PROJECT / "CONTRIBUTING.md", *sorted((PROJECT / "docs").rglob("*.md"))]
MADE_WHILE_RUNNING = {"control.json", "practice.json", "sfsam.duckdb", "data/local/", "build/conformance"}
PLACEHOLDER = re.compile(r"<\w+>|NNNN_name|NAME|\*")
PATH = re.compile(r"[\w.*<>-]+(/[\w.*<>-]*)+|[\w*]+\.(py|sql|md|toml|csv|soql|json|duckdb)")


@pytest.fixture(scope="module")
def everything() -> list[str]:
    """Every file and folder (with a slash behind it) of the house, from its root."""
    files = [path.relative_to(PROJECT) for path in house_files()]
    folders = {folder for file in files for folder in file.parents if folder != Path()}
    return [*map(str, files), *(f"{folder}/" for folder in folders)]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_path_that_a_document_names_exists(document: Path, everything: list[str]) -> None:
    named = [path for path in _named_paths(document) if path not in MADE_WHILE_RUNNING]
    assert [path for path in named if not _is_there(path, everything)] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_relative_link_leads_somewhere(document: Path) -> None:
    targets = re.findall(r"\]\(([^)\s]+)\)", document.read_text(encoding="utf-8"))
    inside = [target.split("#")[0] for target in targets if not re.match(r"[a-z]+:|#", target)]
    assert [target for target in inside if not (document.parent / target).exists()] == []


def test_the_check_of_paths_can_fail(everything: list[str]) -> None:
    assert _is_there("sfsam/store/sql/rules/<rule>.sql", everything)
    assert _is_there("faults.py", everything)
    assert not _is_there("sfsam/charts/no_such_chart.py", everything)
    assert not _is_there("ults.py", everything)


def test_every_layer_is_on_the_map_of_the_house() -> None:
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    layers = {path.parent.name for path in (PROJECT / "sfsam").glob("*/__init__.py")}
    assert [layer for layer in sorted(layers) if f"{layer}/`" not in readme] == []


def test_the_newest_version_in_the_changelog_is_ours() -> None:
    text = (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## \[(\d+\.\d+\.\d+)\]", text, re.MULTILINE)
    assert versions[0] == sfsam.__version__
    assert f'version = "{sfsam.__version__}"' in (PROJECT / "pyproject.toml").read_text(encoding="utf-8")


def test_every_indicator_names_its_read_and_the_test_that_recomputes_it() -> None:
    text = (PROJECT / "docs" / "indicators.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1:5] for line in text.splitlines() if "`test_" in line and line.startswith("|")]
    reads = {name for _, _, cell, _ in rows for name in re.findall(r"`(\w+)`", cell)}
    tests = {name for _, _, _, cell in rows for name in re.findall(r"`(test_\w+)`", cell)}
    assert [
        name for name in reads if not (PROJECT / "sfsam" / "store" / "sql" / "reads" / f"{name}.sql").exists()
    ] == []
    source = (PROJECT / "tests" / "e2e" / "test_indicators.py").read_text(encoding="utf-8")
    assert tests == set(re.findall(r"^def (test_\w+)", source, re.MULTILINE))


def test_no_file_knows_this_machine() -> None:
    here = {f"{PROJECT}/", f"{Path.home()}/"}
    texts = {path: path.read_text(encoding="utf-8") for path in house_files() if path.suffix in TEXTS}
    assert len(texts) > 300
    assert [str(path) for path, text in texts.items() if any(place in text for place in here)] == []


def _named_paths(document: Path) -> Iterator[str]:
    for quoted in re.findall(r"`([^`\n]+)`", document.read_text(encoding="utf-8")):
        if PATH.fullmatch(quoted):
            yield quoted


def _is_there(named: str, everything: list[str]) -> bool:
    """Whether a file or folder goes by this name, or by this end of its path; a placeholder stands for any name."""
    pattern = PLACEHOLDER.sub("\0", named.removesuffix("/"))
    wanted = re.compile(r"(.*/)?" + re.escape(pattern).replace("\0", "[^/]+") + "/?")
    return any(wanted.fullmatch(path) for path in everything)
