"""Orgs that answer differently: the download is whole all the same, and says what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.journey import CommandLine, PracticeProcess, practice_org

pytestmark = pytest.mark.emulator

USERS = 500  # enough assignments for the Bulk API
OBJECTS = (
    *("User", "UserLicense", "PermissionSetLicense", "PermissionSetLicenseAssign", "UserPackageLicense", "Profile"),
    "TenantUsageEntitlement",
)

AWKWARD: dict[str, dict[str, Any]] = {
    "without bulk": {"bulk_enabled": False},
    "where bulk jobs fail": {"bulk_failure": "InternalServerError : out of luck"},
    "without resultPages": {"bulk_result_pages": False, "bulk_page_rows": 170},
    "without a count of records": {"bulk_record_count_header": False, "bulk_page_rows": 170},
    "with columns in another order": {"bulk_columns_reversed": True},
    "with odd page sizes": {"query_page_rows": 37, "bulk_page_rows": 173},
}


@pytest.fixture(scope="module")
def practice() -> Iterator[PracticeProcess]:
    with practice_org(users=USERS, seed=13) as started:
        yield started


@pytest.fixture(scope="module")
def commands(practice: PracticeProcess, tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    """Connected once; every test downloads anew."""
    commands = CommandLine(tmp_path_factory.mktemp("awkward"))
    commands.connect(practice.orgs[0])
    return commands


@pytest.fixture
def usual(practice: PracticeProcess) -> Iterator[dict[str, Any]]:
    """The org's settings, which are put back afterwards."""
    settings = practice.side_door("settings")
    yield settings
    practice.side_door("settings", settings)


def downloaded(commands: CommandLine, practice: PracticeProcess) -> dict[str, Any]:
    """A full download whose rows are the org's records, object by object."""
    told: dict[str, Any] = commands.done("download", "Production", "--full")
    assert {name: told["rows"][name] for name in OBJECTS} == {name: len(practice.dump(name)) for name in OBJECTS}
    return told


@pytest.mark.parametrize("org", AWKWARD)
def test_an_awkward_org_is_downloaded_whole(
    practice: PracticeProcess, commands: CommandLine, usual: dict[str, Any], org: str
) -> None:
    practice.side_door("settings", AWKWARD[org])
    assert downloaded(commands, practice)["warnings"] == []


def test_an_org_that_hides_objects_and_fields_is_named(tmp_path: Path) -> None:
    with practice_org(users=300, seed=13, scenario="hidden-objects") as practice:
        commands = CommandLine(tmp_path)
        commands.connect(practice.orgs[0])
        told = commands.done("download", "Production", "--full")
        assert told["rows"]["User"] == len(practice.dump("User"))
        assert "UserPackageLicense" not in told["rows"] or told["rows"]["UserPackageLicense"] == 0
        for title in ("Package licenses", "Usage-based entitlements"):
            assert any(warning.startswith(f"{title} could not be read.") for warning in told["warnings"])
