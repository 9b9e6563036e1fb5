"""A user who lacks one permission at a time: exactly what needs it is named, and nothing in the org is changed.

The table that comes out stands in docs/permissions.md; SFSAM_UPDATE_DOCS=1 writes it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sfsam.config import PROJECT_DIR, Settings
from sfsam.domain.profiles import Check, Process
from sfsam.errors import PermissionMissing, SetupError, SfsamError
from sfsam.salesforce import HttpSalesforce
from sfsam.salesforce.checks import required_permissions
from sfsam.salesforce.client import HttpOrgSession
from sfsam.salesforce.metadata import reclaim_permissions
from sfsam.salesforce.staging import PHASES
from tests.e2e.journey import PracticeProcess, practice_org
from tests.salesforce.conftest import KeptTokens
from tests.salesforce.test_against_practice_org import UtcClock, connection

pytestmark = pytest.mark.emulator

DOCUMENT = PROJECT_DIR / "docs" / "permissions.md"
BY_HAND = "ManagePackageLicenses"
LEAST = (*reclaim_permissions(), BY_HAND)
DOWNLOAD, ACTIVITY, RECLAIM, CONSUMPTION = Process
FAILS: dict[str, set[Process]] = {
    "ApiEnabled": {DOWNLOAD, ACTIVITY, RECLAIM, CONSUMPTION},
    "ViewSetup": {DOWNLOAD, RECLAIM, CONSUMPTION},
    "ViewAllUsers": {DOWNLOAD, ACTIVITY},
    "MonitorLoginHistory": {ACTIVITY, RECLAIM},
    "FreezeUsers": {ACTIVITY, RECLAIM},
    "AssignPermissionSets": {RECLAIM},
    "ManageInternalUsers": {RECLAIM},
    BY_HAND: set(),
}


@pytest.fixture(scope="module")
def practice() -> Iterator[PracticeProcess]:
    with practice_org(users=60, seed=9) as started:
        yield started


@pytest.fixture(scope="module")
def robot(practice: PracticeProcess) -> str:
    """The user name that client credentials act as; it holds the least that reclaim needs, and no more."""
    salesforce = HttpSalesforce(Settings(), UtcClock())
    with _opened(practice, salesforce, KeptTokens()) as session:
        username = session.identify().username
        held = practice.query("SELECT FIELDS(ALL) FROM PermissionSet LIMIT 1")[0]
    everything = [name.removeprefix("Permissions") for name in held if name.startswith("Permissions")]
    practice.side_door("permissions", {"username": username, "revoke": sorted({*everything} - set(LEAST))})
    practice.side_door("permissions", {"username": username, "grant": list(LEAST)})
    return username


@pytest.fixture(scope="module")
def matrix(practice: PracticeProcess, robot: str) -> dict[str, list[Check] | SfsamError]:
    """What the validation says while one permission is missing; "" while none is."""
    salesforce, kept = HttpSalesforce(Settings(), UtcClock(), pause=lambda _: None), KeptTokens()
    found: dict[str, list[Check] | SfsamError] = {}
    for name in ("", *LEAST):
        with _lacking(practice, robot, name), _opened(practice, salesforce, kept) as session:
            try:
                found[name] = session.check()
            except SfsamError as error:
                found[name] = error
    return found


def test_the_least_that_reclaim_needs_is_enough(matrix: dict[str, list[Check] | SfsamError]) -> None:
    checks = matrix[""]
    assert isinstance(checks, list)
    assert {check.permission for check in checks if check.ok is not True} == {"Manage Package Licenses"}
    assert next(check for check in checks if check.permission == "Manage Package Licenses").ok is None


@pytest.mark.parametrize("name", LEAST)
def test_a_missing_permission_fails_what_needs_it_and_nothing_else(
    matrix: dict[str, list[Check] | SfsamError], name: str
) -> None:
    found = matrix[name]
    if isinstance(found, SfsamError):
        assert isinstance(found, SetupError)
        assert "API Enabled" in found.remedy
        assert FAILS[name] == set(Process)
        return
    wrong = [check for check in found if check.ok is False]
    assert all(check.remedy for check in wrong)
    assert {check.process for check in wrong} == FAILS[name]
    labels = {each.label for each in required_permissions() if name in each.permission.split("|")}
    assert not wrong or labels & {check.permission for check in wrong}, "the permission itself is named"


@pytest.mark.parametrize(
    ("name", "incomplete"),
    [("", set()), ("ViewSetup", None), ("MonitorLoginHistory", {"LoginHistory"}), ("FreezeUsers", {"UserLogin"})],
)
def test_the_download_really_goes_as_the_validation_said(
    practice: PracticeProcess, robot: str, name: str, incomplete: set[str] | None, tmp_path: Path
) -> None:
    """A required line that is missing ends it; an activity line leaves out what it names."""
    salesforce = HttpSalesforce(Settings(), UtcClock(), pause=lambda _: None)
    with _lacking(practice, robot, name), _opened(practice, salesforce, KeptTokens()) as session:
        options = {"before": None, "report": lambda _: None, "should_stop": lambda: False}
        if incomplete is None:
            with pytest.raises(PermissionMissing):
                session.stage(tmp_path, profile_id="p1", **options)
            return
        staged = session.stage(tmp_path, profile_id="p1", **options)
    assert {part.name for part in staged.objects if not part.complete} == incomplete


def test_nothing_in_the_org_was_changed(practice: PracticeProcess, matrix: dict[str, list[Check] | SfsamError]) -> None:
    assert len(matrix) == len(LEAST) + 1
    assert practice.log() == []


def test_every_object_that_is_read_is_validated() -> None:
    named = {each.permission.removeprefix("read:") for each in required_permissions() if "read:" in each.permission}
    assert {name for names in PHASES.values() for name in names} <= named


def test_the_document_shows_the_matrix(matrix: dict[str, list[Check] | SfsamError]) -> None:
    text = _document(matrix)
    if os.environ.get("SFSAM_UPDATE_DOCS"):
        DOCUMENT.write_text(text, encoding="utf-8")
    assert DOCUMENT.read_text(encoding="utf-8") == text, "SFSAM_UPDATE_DOCS=1 writes it anew"


@contextmanager
def _lacking(practice: PracticeProcess, username: str, name: str) -> Iterator[None]:
    if name:
        practice.side_door("permissions", {"username": username, "revoke": [name]})
    try:
        yield
    finally:
        if name:
            practice.side_door("permissions", {"username": username, "grant": [name]})


@contextmanager
def _opened(practice: PracticeProcess, salesforce: HttpSalesforce, kept: KeptTokens) -> Iterator[HttpOrgSession]:
    session = salesforce.open(connection(practice), practice.orgs[0]["client_secret"], kept)
    try:
        yield session
    finally:
        session.close()


# ── The document ─────────────────────────────────────────────────────────────────────────────

_HEAD = """# Permissions

What the connected user needs, from `data/required_permissions.csv`. *Validate connection* checks every line against
the org and changes nothing there. One of several names joined by "or" is enough.

"""
_MATRIX = """
## What fails without it

A practice org's user who holds all of them but one. Made by `tests/salesforce/test_permission_matrix.py`, which fails
when this table is not what the validation says.

"""
_FOOT = """
Activity and consumption are left out of a download with a warning that names what is not known; they do not stand in
the way of publishing. Reclaim does, unless *Reclaim subscriptions* is cleared. Salesforce does not tell whether a
user has Manage Package Licenses; the validation says "not known until first use".
"""


def _document(matrix: dict[str, list[Check] | SfsamError]) -> str:
    needed = ["| process | permission | needed for |", "|---|---|---|"]
    for each in required_permissions():
        if ":" not in each.permission:
            names = " or ".join(f"`{name}`" for name in each.permission.split("|"))
            needed.append(f"| {each.process} | {each.label} ({names}) | {each.needed_for} |")
    rows = [f"| without | {' | '.join(Process)} |", f"|---{'|---' * len(Process)}|"]
    rows += [f"| `{name}` | {' | '.join(_cell(matrix[name], process) for process in Process)} |" for name in LEAST]
    return _HEAD + "\n".join(needed) + "\n" + _MATRIX + "\n".join(rows) + "\n" + _FOOT


def _cell(found: list[Check] | SfsamError, process: Process) -> str:
    if isinstance(found, SfsamError):
        return "no answer at all"
    wrong = [check.permission for check in found if check.process is process and check.ok is False]
    return ", ".join(wrong) or "works"
