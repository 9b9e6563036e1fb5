"""An incremental download ends where a full one ends, row by row, whatever happened in the org in between.

Two stores hold the same org. After every handful of random changes the one reads what changed, the other everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sfsam.config import Settings
from sfsam.domain.profiles import Connection, GrantType
from sfsam.domain.subscriptions import Thresholds
from sfsam.ports import StagedDownload
from sfsam.salesforce import HttpSalesforce
from sfsam.salesforce.client import HttpOrgSession
from sfsam.store.database import DuckDBStore
from tests.e2e.journey import PracticeProcess, practice_org
from tests.salesforce.conftest import KeptTokens

pytestmark = pytest.mark.emulator
TABLES = {
    "license": "*",
    "license_day": "* EXCLUDE (reconciled_at)",
    "seat_count": "*",
    "seat_period": "*",
    "subscription": "*",
    "user_activity": "*",
    "user_exclusion": "*",
    "holder": "*",
    "holder_user": "*",
    "person_value": "*",
    "consumption_day": "*",
    "sf_user_license": "* EXCLUDE (used_licenses_last_updated)",
}


ATTEMPT = """
    INSERT INTO attempt BY NAME
    SELECT 'a' AS attempt_id, 'r' AS request_id, 'p1' AS profile_id, 'RC1' AS number, $user_id AS user_id,
        'remove_package_licenses' AS step, $record_id AS record_id, 'done' AS outcome, '' AS code, '' AS said,
        (SELECT max(taken_at) FROM snapshot) AS intended_at
"""


class UtcClock:
    def now(self) -> datetime:
        return datetime.now(UTC).replace(tzinfo=None)  # noqa: TID251 - the practice org runs by the real clock


@dataclass
class Twins:
    """The practice org, the conversation with it, and the two stores."""

    practice: PracticeProcess
    session: HttpOrgSession
    folder: Path
    incremental: DuckDBStore
    full: DuckDBStore
    number: int = 0

    def download(self) -> StagedDownload:
        """Bring both up to date, each in its way; what the incremental one read."""
        self.number += 1
        org_id = self.practice.orgs[0]["org_id"]
        changes = self._staged(self.incremental.known_org(org_id))
        everything = self._staged(None).model_copy(update={"taken_at": changes.taken_at})
        for store, staged in ((self.incremental, changes), (self.full, everything)):
            store.load_snapshot(staged, job_id=f"j{self.number}", thresholds=Thresholds())
        return changes

    def differences(self) -> dict[str, tuple[list[Any], list[Any]]]:
        """By table: rows that only the incremental store has, and rows that only the full one has."""
        found = {}
        for name, sql in _questions(self.full).items():
            ours, theirs = _rows(self.incremental, sql), _rows(self.full, sql)
            if ours != theirs:
                found[name] = ([row for row in ours if row not in theirs], [row for row in theirs if row not in ours])
        return found

    def _staged(self, before: Any) -> StagedDownload:
        return self.session.stage(
            self.folder / f"{self.number}{'i' if before else 'f'}",
            profile_id="p1",
            before=before,
            report=lambda phase: None,
            should_stop=lambda: False,
        )


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    folder = tmp_path_factory.mktemp("twins")
    with practice_org(users=120, seed=11) as practice:
        practice.side_door("settings", {"bulk_latency_seconds": 0.0, "bulk_page_rows": 90})
        org = practice.orgs[0]
        client = HttpSalesforce(Settings(data_dir=folder), UtcClock(), pause=lambda seconds: None, rest_row_limit=200)
        connection = Connection(
            connection_id="c1",
            profile_id="p1",
            name="Practice",
            url=org["base_url"],
            grant=GrantType.CLIENT_CREDENTIALS,
            client_id=org["client_id"],
        )
        session = client.open(connection, org["client_secret"], KeptTokens())
        stores = [DuckDBStore.open(":memory:", audit_key=b"k" * 32) for _ in range(2)]
        made = Twins(practice, session, folder, *stores)
        made.download()
        yield made
        session.close()
        for store in stores:
            store.close()


def test_an_unchanged_org_takes_few_calls_and_changes_nothing(twins: Twins) -> None:
    before = {name: _rows(twins.incremental, sql) for name, sql in _questions(twins.incremental).items()}
    calls = twins.session.api_calls
    staged = twins._staged(twins.incremental.known_org(twins.practice.orgs[0]["org_id"]))
    assert twins.session.api_calls - calls <= 12
    assert {part.name for part in staged.objects if part.is_changes} == {
        *("User", "UserLogin", "UserAppInfo"),
        *("PermissionSetLicenseAssign", "PermissionSetAssignment", "UserPackageLicense"),
    }
    twins.download()
    assert not twins.differences()
    after = {name: _rows(twins.incremental, sql) for name, sql in _questions(twins.incremental).items()}
    ages = {"subscription", "seat_count", "sf_user_app_info"}  # seconds have passed
    assert {name for name in before if before[name] != after[name]} <= ages


def test_a_seat_taken_and_one_given_keep_the_count_and_are_found(twins: Twins) -> None:
    """Of the same license, so that its number of holders is as before (product.md D3)."""
    for name, holder, license_field in (
        ("PermissionSetLicenseAssign", "AssigneeId", "PermissionSetLicenseId"),
        ("UserPackageLicense", "UserId", "PackageLicenseId"),
    ):
        rows = twins.practice.query(f"SELECT Id, {holder}, {license_field} FROM {name}")  # noqa: S608
        users = [row["Id"] for row in twins.practice.query("SELECT Id FROM User WHERE IsActive = true")]
        swapped = False
        for row in rows:
            license_id = row[license_field]
            holding = {each[holder] for each in rows if each[license_field] == license_id}
            for user in (user for user in users if user not in holding):
                with suppress(httpx.HTTPStatusError):
                    twins.practice.rest("DELETE", f"sobjects/{name}/{row['Id']}")
                    twins.practice.rest("POST", f"sobjects/{name}", {holder: user, license_field: license_id})
                    swapped = True
                break
            if swapped:
                break
        assert swapped, name
    staged = twins.download()
    read_again = {part.name for part in staged.objects if part.groups or not part.is_changes}
    assert {"PermissionSetLicenseAssign", "UserPackageLicense"} <= read_again
    assert not twins.differences()


def test_what_a_reclaim_of_ours_took_ends_in_the_history_with_the_next_download(twins: Twins) -> None:
    """It left the rows at once, so that the org's answer differs from them no more."""
    org_id = twins.practice.orgs[0]["org_id"]
    row = _pick(twins, "SELECT Id, UserId FROM UserPackageLicense", 3)
    twins.practice.rest("DELETE", f"sobjects/UserPackageLicense/{row['Id']}")
    for store in (twins.incremental, twins.full):
        with store.begin() as work:
            work.seats.free(org_id, [row["Id"]], [])
            work.commit()
        with store._cursor() as cursor:
            cursor.execute(ATTEMPT, {"user_id": row["UserId"], "record_id": row["Id"]})
    twins.practice.side_door("time", {"advance_seconds": 3_600})
    twins.download()
    assert not twins.differences()


Change = Callable[[Twins, int, int], None]


def _switch_user(twins: Twins, one: int, other: int) -> None:
    user = _pick(twins, "SELECT Id, IsActive FROM User", one)
    twins.practice.rest("PATCH", f"sobjects/User/{user['Id']}", {"IsActive": not user["IsActive"]})


def _move_user(twins: Twins, one: int, other: int) -> None:
    user, profile = _pick(twins, "SELECT Id FROM User", one), _pick(twins, "SELECT Id FROM Profile", other)
    twins.practice.rest("PATCH", f"sobjects/User/{user['Id']}", {"ProfileId": profile["Id"]})


def _switch_feature(twins: Twins, one: int, other: int) -> None:
    field = ("UserPermissionsMarketingUser", "UserPermissionsSupportUser")[other % 2]
    user = _pick(twins, f"SELECT Id, {field} FROM User WHERE IsActive = true", one)  # noqa: S608
    twins.practice.rest("PATCH", f"sobjects/User/{user['Id']}", {field: not user[field]})


def _switch_frozen(twins: Twins, one: int, other: int) -> None:
    login = _pick(twins, "SELECT Id, UserId, IsFrozen FROM UserLogin", one)
    twins.practice.rest("PATCH", f"sobjects/UserLogin/{login['Id']}", {"IsFrozen": not login["IsFrozen"]})


def _add_user(twins: Twins, one: int, other: int) -> None:
    twins.practice.side_door("users", {"username": f"new{twins.number}.{one}.{other}@practice.example"})


def _sign_in(twins: Twins, one: int, other: int) -> None:
    user = _pick(twins, "SELECT Id FROM User WHERE IsActive = true", one)
    ways: tuple[dict[str, str], ...] = (
        {},
        {"type": "Remote Access 2.0", "sub_type": "OauthClientCredentials", "application": "Loader"},
        {"type": "Remote Access 2.0", "application": "Salesforce for iOS"},
        {"status": "Invalid Password"},
    )
    twins.practice.side_door("activity", {"user_id": user["Id"], **ways[other % 4]})


def _remove(name: str, holder: str, condition: str = "") -> Change:
    def change(twins: Twins, one: int, other: int) -> None:
        row = _pick(twins, f"SELECT Id, {holder} FROM {name}{condition}", one)  # noqa: S608
        twins.practice.rest("DELETE", f"sobjects/{name}/{row['Id']}")

    return change


def _give(name: str, holder: str, field: str, of: str) -> Change:
    def change(twins: Twins, one: int, other: int) -> None:
        user, given_to = _pick(twins, "SELECT Id FROM User WHERE IsActive = true", one), _pick(twins, of, other)
        twins.practice.rest("POST", f"sobjects/{name}", {holder: user["Id"], field: given_to["Id"]})

    return change


def _empower(twins: Twins, one: int, other: int) -> None:
    """A permission set makes administrators, or none any more: that concerns whoever holds it."""
    flags = "PermissionsManageUsers, PermissionsApiUserOnly"
    held = f"(SELECT PermissionSetId FROM PermissionSetAssignment WHERE AssigneeId = '{twins.session._ids()[1]}')"  # noqa: S608
    others = f"IsOwnedByProfile = false AND Id NOT IN {held}"
    row = _pick(twins, f"SELECT Id, {flags} FROM PermissionSet WHERE {others}", one)  # noqa: S608
    name = flags.split(", ")[other % 2]
    twins.practice.rest("PATCH", f"sobjects/PermissionSet/{row['Id']}", {name: not row[name]})


def _wait(twins: Twins, one: int, other: int) -> None:
    twins.practice.side_door("time", {"advance_seconds": (70, 1_000, 50_000, 200_000)[other % 4]})


CHANGES: dict[str, Change] = {
    "switch user": _switch_user,
    "move user": _move_user,
    "switch feature": _switch_feature,
    "switch frozen": _switch_frozen,
    "add user": _add_user,
    "sign in": _sign_in,
    "take license": _remove("PermissionSetLicenseAssign", "AssigneeId"),
    "take package": _remove("UserPackageLicense", "UserId"),
    "take permission set": _remove(
        "PermissionSetAssignment", "AssigneeId", " WHERE PermissionSet.IsOwnedByProfile = false"
    ),
    "give license": _give(
        "PermissionSetLicenseAssign", "AssigneeId", "PermissionSetLicenseId", "SELECT Id FROM PermissionSetLicense"
    ),
    "give package": _give("UserPackageLicense", "UserId", "PackageLicenseId", "SELECT Id FROM PackageLicense"),
    "give permission set": _give(
        "PermissionSetAssignment",
        "AssigneeId",
        "PermissionSetId",
        "SELECT Id FROM PermissionSet WHERE IsOwnedByProfile = false",
    ),
    "empower": _empower,
    "wait": _wait,
}
changes = st.lists(
    st.tuples(st.sampled_from(sorted(CHANGES)), st.integers(0, 200), st.integers(0, 200)), min_size=1, max_size=6
)


def test_whatever_happens_both_agree_row_by_row(twins: Twins, request: pytest.FixtureRequest) -> None:
    def after(steps: list[tuple[str, int, int]]) -> None:
        for name, one, other in steps:
            with suppress(httpx.HTTPStatusError):  # the org's own rules refuse some of it
                CHANGES[name](twins, one, other)
        twins.download()
        assert not twins.differences()

    examples = 60 if request.config.getoption("--campaign") else 4
    chosen = settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
    chosen(given(steps=changes)(after))()


def _pick(twins: Twins, soql: str, number: int) -> dict[str, Any]:
    """One of the records, but none of the user that the conversation is held as: without it there is none."""
    _, connected = twins.session._ids()
    rows = [row for row in twins.practice.query(soql) if connected not in row.values()]
    return sorted(rows, key=lambda row: str(row["Id"]))[number % len(rows)]


def _questions(store: DuckDBStore) -> dict[str, str]:
    with store._cursor() as cursor:
        names = cursor.execute("SELECT table_name FROM duckdb_tables() WHERE table_name LIKE 'sf_%'").fetchall()
    columns = {**{name: "*" for (name,) in names}, **TABLES}
    questions = {name: f"SELECT {what} FROM {name} ORDER BY ALL" for name, what in columns.items()}  # noqa: S608
    questions["sign_in_day"] = """
        SELECT org_id, user_id, day, signal, is_machine, sum(sign_in_count), max(last_at)
        FROM sign_in_day GROUP BY ALL ORDER BY ALL
    """
    return questions


def _rows(store: DuckDBStore, sql: str) -> list[tuple[Any, ...]]:
    with store._cursor() as cursor:
        return cursor.execute(sql).fetchall()
