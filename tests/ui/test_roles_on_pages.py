"""Every page with every role, by its own address: it shows itself, or says that it is for other roles."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from sfsam.domain.rights import PAGES
from sfsam.domain.roles import ADMINS, EVERYONE, INTEGRATORS, MANAGERS, NOBODY, OPERATORS, Role
from sfsam.ui import identity, shell
from sfsam.ui.identity import Person
from tests.fakes.system import FakeSystem
from tests.ui.conftest import Open, said

ROOT = Path(__file__).parents[2]
FILES = {path.stem: path for path in sorted((ROOT / "pages").rglob("*.py"))}
NAMED = {
    "EVERYONE": EVERYONE,
    "MANAGERS": MANAGERS,
    "INTEGRATORS": INTEGRATORS,
    "ADMINS": ADMINS,
    "OPERATORS": OPERATORS,
}
ANA = {role: Person("ana@example.com", frozenset({role}), is_signed_in=True) for role in Role}


def test_every_page_has_its_line_in_the_table_and_says_the_same_itself() -> None:
    assert set(FILES) == set(PAGES), "add the page to sfsam/domain/rights.py"
    assert {name: NAMED[_stated(path)] for name, path in FILES.items()} == PAGES


@pytest.mark.parametrize("role", Role)
def test_a_page_shows_itself_to_its_roles_and_to_no_other(
    empty: FakeSystem, visit: Open, monkeypatch: pytest.MonkeyPatch, role: Role
) -> None:
    monkeypatch.setattr(identity, "person", lambda: ANA[role])
    app, let_in = visit(shell.START), set()
    for name, path in FILES.items():
        app.switch_page(str(path.relative_to(ROOT))).run()
        assert not app.exception, name
        if "for other roles" not in said(app):
            let_in.add(name)
    assert let_in == {name for name, roles in PAGES.items() if role in roles}


def test_nobody_without_a_role_runs_a_page(full: FakeSystem, visit: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    fetch = full.reads.fetch
    monkeypatch.setattr(full.reads, "fetch", lambda name, **more: [asked.append(name), fetch(name, **more)][1])
    monkeypatch.setattr(identity, "person", lambda: Person("", NOBODY))
    app = visit(shell.START)
    for path in FILES.values():
        app.switch_page(str(path.relative_to(ROOT))).run()
        assert "Sign in to sfsam" in said(app)
        assert (len(app.dataframe), len(app.metric)) == (0, 0)
    assert (asked, full.sent) == ([], [])


def test_buttons_that_one_may_not_press_are_off_and_say_for_whom_they_are(
    full: FakeSystem, visit: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity, "person", lambda: ANA[Role.ANALYST])
    button = visit("pages/operations/jobs.py").button(key="run_s1")
    assert (button.disabled, button.help) == (True, "For the role admin, integrator or manager.")


def test_a_command_of_a_page_carries_whoever_looks_at_it(
    full: FakeSystem, visit: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity, "person", lambda: ANA[Role.MANAGER])
    visit("pages/operations/jobs.py").button(key="run_s4").click().run()
    assert full.callers[-1] == ANA[Role.MANAGER].caller
    assert full.callers[-1].is_signed_in


def test_pages_reach_the_services_through_the_one_place_that_says_who_asks() -> None:
    """`System.send` without a caller is sfsam itself that asks; no page and no component may be that."""
    places = [*(ROOT / "pages").rglob("*.py"), *(ROOT / "sfsam" / "ui").rglob("*.py")]
    asking = {path.name for path in places if "bootstrap.current()" in path.read_text()}
    assert asking == {"frames.py", "identity.py", "signing_in.py"}
    assert not [path.name for path in places if "system().send" in path.read_text() and path.name != "frames.py"]


def _stated(path: Path) -> str:
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    (opening,) = [call for call in calls if ast.unparse(call.func) == "shell.open_page"]
    return ast.unparse(opening.args[1])
