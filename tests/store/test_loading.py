"""A download becomes the snapshot whole or not at all, and every number of the tiny org is worked out by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from sfsam.errors import AnswerTruncated
from sfsam.store.database import DuckDBStore
from sfsam.store.loading import Loading
from tests.store import tiny_org
from tests.store.tiny_org import LOGIN_HEAD, LOGINS, OBJECTS, ORG_ID, TAKEN_AT, USER_HEAD, USERS

PARTS = ("active", "stale", "in_grace", "machine", "inactive_holder", "unknown")


def rows(store: DuckDBStore, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
    with store._cursor() as cursor:
        return cursor.execute(sql, list(parameters)).fetchall()


def position(store: DuckDBStore) -> dict[str, Mapping[str, Any]]:
    return {row["identifier"]: row for row in store.reads.rows("position")}


def changed(**objects: Any) -> dict[str, Any]:
    return {name: value for name, value in {**OBJECTS, **objects}.items() if value is not None}


def test_the_parts_of_each_license(seeded: DuckDBStore) -> None:
    counted = {
        identifier: (row["owned"], row["assigned"], *(row[part] for part in PARTS))
        for identifier, row in position(seeded).items()
    }
    assert counted == {
        #                             owned, assigned, active, stale, in grace, machine, inactive, unknown
        "SFDC": (10, 7, 2, 3, 1, 1, 0, 0),
        "SALESFORCE_INTEGRATION_USER": (2, 1, 0, 0, 0, 1, 0, 0),
        "XYZ_NEW": (3, 0, 0, 0, 0, 0, 0, 0),
        "SalesUserPsl": (5, 3, 1, 1, 0, 0, 1, 0),
        "CRMUserPsl": (2, 2, 1, 0, 0, 0, 1, 0),
        "SBQQ": (2, 3, 0, 2, 0, 0, 1, 0),
        "FSL": (None, 0, 0, 0, 0, 0, 0, 0),
        "UserPermissionsMarketingUser": (4, 2, 1, 1, 0, 0, 0, 0),
        "UserPermissionsKnowledgeUser": (None, 1, 0, 1, 0, 0, 0, 0),
    }


def test_money_is_per_year_and_only_where_there_is_a_price(seeded: DuckDBStore) -> None:
    licenses = position(seeded)
    salesforce = licenses["SFDC"]
    assert (salesforce["unit_cost"], salesforce["currency"], salesforce["price_source"]) == (2100, "USD", "list")
    assert (salesforce["available"], salesforce["needed"]) == (3, 0)
    assert (salesforce["over_licensed"], salesforce["true_up"], salesforce["potential_savings"]) == (6300, 0, 6300)
    assert (licenses["SBQQ"]["available"], licenses["SBQQ"]["needed"]) == (-1, 1)
    assert (licenses["SBQQ"]["unit_cost"], licenses["SBQQ"]["price_source"]) == (None, "none")
    assert licenses["FSL"]["is_unlimited"] is True
    assert licenses["FSL"]["available"] is None


def test_whether_inactive_holders_cost_a_seat_is_told_by_the_orgs_own_count(seeded: DuckDBStore) -> None:
    costs = {identifier: row["inactive_costs_seat"] for identifier, row in position(seeded).items()}
    assert costs["SalesUserPsl"] is True  # the org counts 3: ada, ben and inactive gus
    assert costs["CRMUserPsl"] is False  # the org counts 1: ada alone
    assert costs["SBQQ"] is True
    assert costs["SFDC"] is False


def test_the_newest_human_signal_decides(seeded: DuckDBStore) -> None:
    found = rows(seeded, "SELECT user_id, last_human_at, deciding_signal, last_machine_at FROM user_activity")
    assert {user: tuple(signals) for user, *signals in found} == {
        "005-ada": (datetime(2026, 11, 20, 8), "Interactive login", None),
        "005-ben": (datetime(2026, 9, 20, 8), "Last login date", None),
        "005-cleo": (None, None, None),
        "005-dan": (None, None, None),
        "005-eve": (datetime(2026, 1, 10, 8), "Last login date", None),
        "005-fay": (None, None, datetime(2026, 11, 23, 10, 0, 30)),
        "005-ivy": (None, None, datetime(2026, 11, 24, 9)),
        "005-gus": (datetime(2026, 2, 1, 8), "Last login date", None),
        "005-hal": (datetime(2026, 10, 1, 8), "Mobile app", datetime(2026, 11, 23, 11)),
    }


def test_somebody_in_a_session_of_weeks_is_seen_by_the_app_they_use(seeded: DuckDBStore, tmp_path: Path) -> None:
    head = ["Id", "UserId", "LastModifiedDate"]
    used = [
        ["0Ds-1", "005-ben", "2026-11-20T08:00:00.000Z"],
        ["0Ds-2", "005-ben", "2026-11-22T08:00:00.000Z"],
        ["0Ds-3", "005-ada", "2026-11-01T08:00:00.000Z"],
    ]
    tiny_org.load(seeded, tiny_org.stage(tmp_path, changed(UserAppInfo=(head, used))))
    found = rows(
        seeded,
        "SELECT user_id, last_human_at, deciding_signal FROM user_activity WHERE user_id IN ('005-ada', '005-ben')"
        " ORDER BY user_id",
    )
    assert found == [
        ("005-ada", datetime(2026, 11, 20, 8), "Interactive login"),
        ("005-ben", datetime(2026, 11, 22, 8), "Lightning app"),
    ]
    assert rows(seeded, "SELECT DISTINCT part FROM subscriptions WHERE user_id = '005-ben' AND kind = 'user'") == [
        ("active",)
    ]


def test_machines_administrators_and_frozen_users(seeded: DuckDBStore) -> None:
    machines = rows(seeded, "SELECT user_id, machine_reason FROM user_activity WHERE is_machine ORDER BY user_id")
    assert machines == [("005-fay", "Only machine sign-ins"), ("005-ivy", "API-only profile")]
    assert rows(seeded, "SELECT user_id FROM user_activity WHERE is_administrator") == [("005-eve",)]
    assert rows(seeded, "SELECT user_id FROM user_activity WHERE is_frozen") == [("005-ben",)]


def test_sign_ins_are_kept_per_day_without_failures(seeded: DuckDBStore) -> None:
    kept = rows(seeded, "SELECT user_id, day, signal, is_machine, sign_in_count FROM sign_in_day ORDER BY ALL")
    assert kept == [
        ("005-ada", date(2026, 11, 19), "Single sign-on login", False, 1),
        ("005-ada", date(2026, 11, 20), "Interactive login", False, 1),
        ("005-fay", date(2026, 11, 23), "API login (machine)", True, 1),
        ("005-hal", date(2026, 10, 1), "Mobile app", False, 1),
        ("005-hal", date(2026, 11, 23), "API login (machine)", True, 1),
        ("005-ivy", date(2026, 11, 24), "API login (machine)", True, 1),
    ]


def test_sign_ins_replace_from_their_first_day_on_and_older_days_stay(seeded: DuckDBStore, tmp_path: Path) -> None:
    newer = [["005-ben", "2026-11-23T07:00:00.000Z", "Application", None, "Success", "Browser"]]
    tiny_org.load(
        seeded,
        tiny_org.stage(tmp_path, changed(LoginHistory=(LOGIN_HEAD, newer)), taken_at=TAKEN_AT + timedelta(hours=1)),
    )
    days = rows(seeded, "SELECT user_id, day FROM sign_in_day ORDER BY ALL")
    assert days == [
        ("005-ada", date(2026, 11, 19)),
        ("005-ada", date(2026, 11, 20)),
        ("005-ben", date(2026, 11, 23)),
        ("005-hal", date(2026, 10, 1)),
    ]
    # Fay's machine sign-in is no longer among the logins, but her last login date is the one it explained.
    assert rows(seeded, "SELECT last_human_at, is_machine FROM user_activity WHERE user_id = '005-fay'") == [
        (None, True)
    ]
    assert rows(seeded, "SELECT last_human_at FROM user_activity WHERE user_id = '005-ben'") == [
        (datetime(2026, 11, 23, 7),)
    ]


def test_a_user_seen_active_again_is_in_grace_from_then_on(seeded: DuckDBStore, tmp_path: Path) -> None:
    back = [
        tiny_org.user("gus", "00e-standard", login="2026-02-01T08:00:00")[0] if row[0] == "005-gus" else row
        for row in USERS
    ]
    for days in (1, 2):
        tiny_org.load(
            seeded,
            tiny_org.stage(tmp_path, changed(User=(USER_HEAD, back)), taken_at=TAKEN_AT + timedelta(days=days)),
        )
    assert rows(seeded, "SELECT grace_since FROM user_activity WHERE user_id = '005-gus'") == [
        (TAKEN_AT + timedelta(days=1),)
    ]
    assert rows(seeded, "SELECT DISTINCT part FROM subscriptions WHERE user_id = '005-gus'") == [("in_grace",)]


def test_objects_that_are_missing_leave_numbers_unknown(store: DuckDBStore, tmp_path: Path) -> None:
    tiny_org.connect(store)
    few = {
        name: OBJECTS[name] for name in ("Organization", "UserLicense", "Profile", "User", "PermissionSetLicenseAssign")
    }
    tiny_org.load(store, tiny_org.stage(tmp_path, few))
    licenses = position(store)
    assert (licenses["0PL-1"]["owned"], licenses["0PL-1"]["assigned"], licenses["0PL-1"]["available"]) == (
        None,
        3,
        None,
    )
    assert licenses["UserPermissionsMarketingUser"]["owned"] is None
    assert licenses["SFDC"]["assigned"] == 7
    # Nobody's permission sets are known, so everybody is protected.
    assert tiny_org.caught(store, "unused_user_license") == []


def test_an_org_that_shows_no_sign_ins_makes_nobody_stale(store: DuckDBStore, tmp_path: Path) -> None:
    tiny_org.connect(store)
    keep = [number for number, field in enumerate(USER_HEAD) if field != "LastLoginDate"]
    users = ([USER_HEAD[number] for number in keep], [[row[number] for number in keep] for row in USERS])
    tiny_org.load(store, tiny_org.stage(tmp_path, changed(User=users, LoginHistory=None)))
    salesforce = position(store)["SFDC"]
    assert (salesforce["stale"], salesforce["in_grace"], salesforce["unknown"]) == (0, 1, 6)


def test_an_object_not_read_completely_keeps_its_rows(seeded: DuckDBStore, tmp_path: Path) -> None:
    none_left = changed(
        PermissionSetLicenseAssign=(OBJECTS["PermissionSetLicenseAssign"][0], []), LoginHistory=(LOGIN_HEAD, [])
    )
    before = position(seeded)
    tiny_org.load(
        seeded, tiny_org.stage(tmp_path, none_left, incomplete=["PermissionSetLicenseAssign", "LoginHistory"])
    )
    assert position(seeded) == before
    assert rows(seeded, "SELECT count(*) FROM sign_in_day") == [(6,)]
    assert rows(seeded, "SELECT incomplete FROM snapshot ORDER BY completed_at DESC LIMIT 1") == [
        ('["PermissionSetLicenseAssign", "LoginHistory"]',)
    ]


def test_an_object_read_completely_and_empty_has_no_rows(seeded: DuckDBStore, tmp_path: Path) -> None:
    none_left = changed(PermissionSetLicenseAssign=(OBJECTS["PermissionSetLicenseAssign"][0], []))
    tiny_org.load(seeded, tiny_org.stage(tmp_path, none_left))
    assert position(seeded)["SalesUserPsl"]["assigned"] == 0


def test_the_same_download_twice_changes_nothing(seeded: DuckDBStore, tmp_path: Path) -> None:
    before = (position(seeded), rows(seeded, "SELECT * FROM license_day ORDER BY ALL"))
    tiny_org.load(seeded, tiny_org.stage(tmp_path, page_rows=100))
    assert (position(seeded), rows(seeded, "SELECT * FROM license_day ORDER BY ALL")) == before


def test_earlier_sign_ins_that_come_with_a_later_download_end_in_the_same_activity(
    seeded: DuckDBStore, tmp_path: Path
) -> None:
    """Newest days first (product.md D6): what was read in two downloads is what one would have read."""
    questions = (
        "SELECT user_id, last_human_at, deciding_signal, last_machine_at, is_machine FROM user_activity ORDER BY ALL",
        "SELECT user_id, day, signal, sum(sign_in_count) FROM sign_in_day GROUP BY ALL ORDER BY ALL",
    )
    at_once = [rows(seeded, question) for question in questions]
    cut, since = datetime(2026, 11, 20), datetime(2026, 9, 1)
    newest = [row for row in LOGINS if str(row[1]) >= "2026-11-20"]
    earlier = [row for row in LOGINS if str(row[1]) < "2026-11-20"]
    later = {"taken_at": TAKEN_AT + timedelta(minutes=1), "logins_since": since, "earlier_logins": (since, cut)}
    with seeded._cursor() as cursor:
        for table in ("sign_in_day", "user_activity", "snapshot"):
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
    for logins, said in ((newest, {"logins_since": cut}), (earlier, later | {"continues_logins": True})):
        staged = tiny_org.stage(tmp_path, changed(LoginHistory=(LOGIN_HEAD, logins)))
        tiny_org.load(seeded, staged.model_copy(update=said))
        known = seeded.known_org(ORG_ID)
        assert known is not None
        assert known.logins_since == said["logins_since"]
        assert known.logins_from == known.taken_at - timedelta(minutes=15)
    assert [rows(seeded, question) for question in questions] == at_once


def test_another_orgs_rows_are_left_alone(seeded: DuckDBStore, tmp_path: Path) -> None:
    tiny_org.connect(seeded, profile_id="p2", org_id="00D-2", name="Sandbox", is_sandbox=True)
    sandbox = changed(Organization=(OBJECTS["Organization"][0], [["00D-2", "Copy", "Enterprise Edition", "true"]]))
    tiny_org.load(seeded, tiny_org.stage(tmp_path, sandbox, org_id="00D-2", profile_id="p2"))
    frame = seeded.reads.fetch("position")
    assert frame.groupby("org_id")["assigned"].sum().to_dict() == {ORG_ID: 19, "00D-2": 19}
    assert frame[frame["is_sandbox"]]["unit_cost"].isna().all()
    assert seeded.reads.fetch("overview_seats")["owned"].item() == 10
    assert seeded.reads.fetch("overview_seats", include_sandboxes=True)["owned"].item() == 20


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda text: text.replace("2025-01-01T00:00:00.000Z", "yesterday"), "could not be read"),
        (lambda text: text.split("\n", 1)[0] + "\n", "should have 9 rows"),
        (lambda text: text.replace("Username", "Name2", 1), "same header line"),
        (lambda _: "", "same header line"),
    ],
)
def test_a_page_that_is_not_whole_is_refused_and_the_snapshot_before_stays(
    seeded: DuckDBStore, tmp_path: Path, spoil: Any, said: str
) -> None:
    before = position(seeded)
    staged = tiny_org.stage(tmp_path)
    page = next(part for part in staged.objects if part.name == "User").files[-1]
    page.write_text(spoil(page.read_text()))
    with pytest.raises(AnswerTruncated, match=said):
        tiny_org.load(seeded, staged)
    assert position(seeded) == before
    assert rows(seeded, "SELECT count(*) FROM snapshot") == [(1,)]


def test_a_load_that_fails_in_the_exchange_leaves_the_old_snapshot_whole(
    seeded: DuckDBStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(self: Loading, job_id: str) -> None:
        raise duckdb.InternalException("in the middle")

    before = position(seeded)
    fewer = changed(PermissionSetLicenseAssign=(OBJECTS["PermissionSetLicenseAssign"][0], []))
    monkeypatch.setattr(Loading, "_record", fails)
    with pytest.raises(duckdb.InternalException):
        tiny_org.load(seeded, tiny_org.stage(tmp_path, fewer))
    assert position(seeded) == before
    monkeypatch.undo()
    tiny_org.load(seeded, tiny_org.stage(tmp_path, fewer))
    assert position(seeded)["SalesUserPsl"]["assigned"] == 0


def test_readers_see_the_snapshot_before_until_the_exchange_is_done(
    seeded: DuckDBStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    record = Loading._record

    def looked_at(self: Loading, job_id: str) -> None:
        seen.append(position(seeded)["SalesUserPsl"]["assigned"])
        record(self, job_id)

    monkeypatch.setattr(Loading, "_record", looked_at)
    fewer = changed(PermissionSetLicenseAssign=(OBJECTS["PermissionSetLicenseAssign"][0], []))
    tiny_org.load(seeded, tiny_org.stage(tmp_path, fewer))
    assert seen == [3]
    assert position(seeded)["SalesUserPsl"]["assigned"] == 0


def test_names_with_quotes_commas_and_new_lines_survive(store: DuckDBStore, tmp_path: Path) -> None:
    tiny_org.connect(store)
    name = 'O\'Neil, "Bob"\nthe second'
    users = [[name if column == 2 else cell for column, cell in enumerate(row)] for row in USERS]
    tiny_org.load(store, tiny_org.stage(tmp_path, changed(User=(USER_HEAD, users))))
    assert rows(store, "SELECT DISTINCT name FROM sf_user") == [(name,)]
