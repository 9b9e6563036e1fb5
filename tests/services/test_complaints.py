"""What people complain about in the products that exist, each complaint as a test of ours (product.md, by number).

The tiny org is downloaded over a fake of Salesforce into the real store; the sixth complaint is about a page, and
stands in tests/ui/test_complaints.py.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sfsam.config import PROJECT_DIR
from sfsam.domain.answers import ReclaimAnswer
from sfsam.domain.candidates import Justification, State
from sfsam.domain.commands import (
    Download,
    Export,
    Identify,
    ImportFile,
    ListEntitlements,
    MapIdentifier,
    MoveCandidate,
    PlanReclaim,
    Reclaim,
    SaveEntitlement,
    SavePrice,
)
from sfsam.domain.imports import ImportKind
from sfsam.domain.steps import Step
from sfsam.domain.subscriptions import Kind
from sfsam.store import reference_data
from sfsam.store.counting import count_seats
from tests.fakes.salesforce import Person
from tests.services.conftest import Bench
from tests.store import tiny_org
from tests.store.tiny_org import LOGIN_HEAD, LOGINS, OBJECTS, USER_HEAD, USERS

BEN, CLEO, ADA, GUS, DAN, FAY, HAL = (f"005-{name}" for name in ("ben", "cleo", "ada", "gus", "dan", "fay", "hal"))
PARTS = ("active", "stale", "in_grace", "machine", "inactive_holder", "unknown")
CPQ, CRM, SALES = "SBQQ", "CRMUserPsl", "SalesUserPsl"
SEATS = 60_000

Fetch = Callable[..., None]


@pytest.fixture
def fetch(bench: Bench, tmp_path: Path) -> Fetch:
    """Download the tiny org as it is now, with these objects instead of its own, and mostly look for candidates."""
    bench.publish()
    folders = (tmp_path / f"download-{number}" for number in range(100))

    def fetched(*, identify: bool = True, **objects: Any) -> None:
        folder = next(folders)
        folder.mkdir()
        bench.org.staged = tiny_org.stage(
            folder,
            {**OBJECTS, **objects},
            org_id=bench.org.org.org_id,
            profile_id=bench.profile_id,
            taken_at=bench.clock.now(),
        )
        bench.run(Download(profile="Production"))
        if identify:
            bench.run(Identify())

    return fetched


def users(user_id: str, **fields: str | None) -> Any:
    """Everybody, with these fields of one user changed."""
    rows = [[fields.get(head, cell) if row[0] == user_id else cell for head, cell in zip(USER_HEAD, row, strict=True)]
            for row in USERS]  # fmt: skip
    return USER_HEAD, rows


def rows_of(name: str, *without: str, more: Sequence[Sequence[str | None]] = ()) -> Any:
    """The rows of an object, less those of these ids, and more."""
    head, rows = OBJECTS[name]
    return head, [*(row for row in rows if row[0] not in without), *more]


def candidates(bench: Bench, *, is_open: bool = True) -> dict[tuple[str, str], dict[str, Any]]:
    """Candidates by user and identifier of the license, the newest of each seat."""
    rows = sorted(bench.store.reads.rows("candidates"), key=lambda row: str(row["number"]))
    return {(row["user_id"], row["identifier"]): row for row in rows if not is_open or "closed" not in row["state"]}


def parts(bench: Bench) -> dict[str, str]:
    """Of each user the part of their user license."""
    return {row["user_id"]: row["part"] for row in bench.store.reads.rows("subscriptions", kinds=["user"])}


def signals(bench: Bench, user_id: str) -> dict[str, tuple[datetime, bool]]:
    """When each signal of a person was last seen, and whether it decides."""
    rows = bench.store.reads.rows("person_signals", org_id=bench.org.org.org_id, user_id=user_id)
    return {row["signal"]: (row["last_seen_at"], row["decides"]) for row in rows}


def freed(bench: Bench) -> tuple[int, Decimal]:
    """Seats and value per year that reclaiming freed, less what was given back."""
    rows = bench.store.reads.rows("savings_freed")
    return sum(row["seats"] for row in rows), sum((row["amount"] for row in rows), Decimal(0))


def reclaim(bench: Bench, *seats: tuple[str, str]) -> ReclaimAnswer:
    found = candidates(bench)
    answer: ReclaimAnswer = bench.run(Reclaim(numbers=tuple(found[seat]["number"] for seat in seats)))
    return answer


def touched(bench: Bench) -> set[str]:
    """Whoever a call that reached the org was about."""
    return {change.user_id for call in bench.org.sent for change in call.changes}


def test_complaint_01_every_signal_is_shown_with_its_date_and_the_one_that_decided(bench: Bench, fetch: Fetch) -> None:
    single_sign_on = [CLEO, "2026-11-18T08:00:00.000Z", "SAML Sfdc Initiated SSO", None, "Success", "Browser"]
    in_the_app = ["0Ds-1", BEN, "2026-11-22T08:00:00.000Z"]  # inside a session of weeks, which no sign-in shows
    fetch(
        LoginHistory=(LOGIN_HEAD, [*LOGINS, single_sign_on]),
        UserAppInfo=(["Id", "UserId", "LastModifiedDate"], [in_the_app]),
    )
    assert [parts(bench)[each] for each in (CLEO, BEN, HAL, FAY)] == ["active", "active", "active", "machine"]
    assert not {CLEO, BEN, HAL, FAY} & {user for user, identifier in candidates(bench) if identifier == "SFDC"}
    assert signals(bench, CLEO) == {"Single sign-on login": (datetime(2026, 11, 18, 8), True)}
    assert signals(bench, BEN) == {
        "Lightning app": (datetime(2026, 11, 22, 8), True),
        "Last login date": (datetime(2026, 9, 20, 8), False),
    }
    assert signals(bench, HAL)["Mobile app"] == (datetime(2026, 10, 1, 8), True)
    assert [decides for _, decides in signals(bench, FAY).values()] == [False, False]


def test_complaint_02_grace_counts_from_creation_and_from_reactivation(bench: Bench, fetch: Fetch) -> None:
    fetch()
    assert parts(bench)[DAN] == "in_grace"
    assert (DAN, "SFDC") not in candidates(bench)
    bench.clock.advance(days=1)
    back = users(GUS, IsActive="true")  # last seen in February, created in January of last year
    fetch(User=back)
    assert parts(bench)[GUS] == "in_grace"
    assert (GUS, "SFDC") not in candidates(bench)
    bench.clock.advance(days=29)
    fetch(User=back)
    assert (parts(bench)[GUS], parts(bench)[DAN]) == ("in_grace", "stale")
    assert candidates(bench)[DAN, "SFDC"]["justification"] == Justification.NEVER_USED
    bench.clock.advance(days=1)
    fetch(User=back)
    assert (GUS, "SFDC") in candidates(bench)


def test_complaint_03_everybody_is_counted_once_in_one_part_and_the_parts_are_the_whole(
    bench: Bench, fetch: Fetch
) -> None:
    through_a_group = ["0Pa-9", ADA, None, "0PG-1"]
    fetch(
        PermissionSetAssignment=rows_of("PermissionSetAssignment", more=[through_a_group]),
        PermissionSetGroupComponent=rows_of("PermissionSetGroupComponent", more=[["0PC-1", "0PG-1", "0PS-4"]]),
    )
    assert (ADA, CRM) not in candidates(bench)  # held through the group only
    position = {row["identifier"]: row for row in bench.store.reads.rows("position")}
    for row in position.values():
        assert sum(row[part] for part in PARTS) == row["assigned"]
        assert row["owned"] is None or row["owned"] == row["assigned"] + row["available"]
    assert (position[CRM]["active"], position[CRM]["inactive_holder"]) == (1, 1)  # Gus, who is inactive, is not active
    assert GUS not in parts(bench)
    [seats] = bench.store.reads.rows("overview_seats")
    seats_of_all = bench.store.reads.count("subscriptions")
    assert (seats["people"], seats["people_stale"]) == (6, 3)  # the people of the table in tiny_org, not their rows
    assert sum(row["assigned"] for row in position.values()) == seats_of_all > seats["people"]


def test_complaint_04_a_license_that_stays_after_its_permission_set_is_found_and_taken_back_alone(
    bench: Bench, fetch: Fetch
) -> None:
    needed = rows_of("PermissionSetAssignment", more=[["0Pa-9", ADA, "0PS-4", None]])
    fetch(PermissionSetAssignment=needed)
    assert (ADA, CRM) not in candidates(bench)
    bench.clock.advance(days=1)
    fetch()  # the permission set was taken away, its license stayed
    found = candidates(bench)[ADA, CRM]
    assert (found["justification"], found["action"]) == ("unallocated", "remove_permission_set_license")
    ada = Person(user_id=ADA, permission_sets=["Sales"], permission_set_licenses=[f"{CRM}:2LA-4", f"{SALES}:2LA-1"])
    ada.seen_at = bench.clock.now() - timedelta(hours=1)  # that she works says nothing about this license
    bench.org.people[ADA] = ada
    answer = reclaim(bench, (ADA, CRM))
    assert [each.state for each in answer.outcomes] == [State.CLOSED_COMPLETE]
    assert bench.org.records_changed() == [(Step.REMOVE_PERMISSION_SET_LICENSES, f"{CRM}:2LA-4")]
    assert (ada.is_active, ada.permission_set_licenses) == (True, [f"{SALES}:2LA-1"])


def test_complaint_05_everything_that_keeps_a_person_is_known_before_anything_is_sent(
    bench: Bench, fetch: Fetch
) -> None:
    fetch()
    bench.org.people.update({each: Person(user_id=each) for each in (BEN, CLEO)})
    bench.org.blocked = {
        BEN: [
            ("The user is the default case owner.", "See Support Settings."),
            ("He owns leads.", "See Lead Settings."),
        ]
    }
    number, other = (candidates(bench)[each, "SFDC"]["number"] for each in (BEN, CLEO))
    plan = bench.handle(PlanReclaim(numbers=(number, other)))
    assert [(each.number, each.reason, each.remedy) for each in plan.left_out] == [
        (number, "The user is the default case owner. He owns leads.", "See Support Settings. See Lead Settings.")
    ]
    assert (plan.users, bench.org.sent) == (1, [])
    reclaim(bench, (BEN, "SFDC"), (CLEO, "SFDC"))
    assert touched(bench) == {CLEO}
    assert not bench.org.people[BEN].is_frozen
    assert candidates(bench)[BEN, "SFDC"]["state"] == State.ATTENTION_REQUIRED

    bench.org.blocked = {}
    bench.handle(MoveCandidate(number=number, to=State.READY, reason="Another owner was chosen."))
    assert [each.state for each in reclaim(bench, (BEN, "SFDC")).outcomes] == [State.CLOSED_COMPLETE]


def test_complaint_07_what_a_person_entered_wins_over_imports_and_shipped_data(
    bench: Bench, fetch: Fetch, tmp_path: Path
) -> None:
    fetch()
    bench.handle(SaveEntitlement(license="SFDC", quantity=10, contract="C-1", starts_on=date(2026, 1, 1), actor="ada"))
    bench.handle(SavePrice(license="SFDC", price_per_month=Decimal(99), currency="USD", actor="ada"))
    bench.handle(MapIdentifier(kind=Kind.USER, identifier="XYZ_NEW", product="Portal", actor="ada"))
    contracts = [
        ["Org", "License", "Quantity", "Starts on", "Contract"],
        ["Production", "SFDC", 12, "2026-01-01", "C-1"],
    ]
    prices = [["License", "List price", "Currency"], ["SFDC", "120.00", "USD"]]
    for kind, lines in ((ImportKind.ENTITLEMENTS, contracts), (ImportKind.PRICES, prices)):
        path = tmp_path / f"{kind}.csv"
        with path.open("w", newline="") as file:
            csv.writer(file).writerows(lines)
        answer = bench.run(ImportFile(kind=kind, file=str(path), actor="mia"))
        assert (answer.rows_taken, answer.rows_failed) == (0, 1)
    waiting = bench.store.reads.rows("import_rows")
    assert [(row["replaceable"], "A person entered" in row["reason"]) for row in waiting] == [(True, True)] * 2

    with bench.store._cursor() as cursor:
        reference_data.load(cursor, PROJECT_DIR / "data")  # as a start of a newer version does
    fetch()
    assert [each.quantity for each in bench.handle(ListEntitlements())] == [10]
    position = {row["identifier"]: row for row in bench.store.reads.rows("position")}
    assert (position["SFDC"]["unit_cost"], position["SFDC"]["is_price_entered"]) == (Decimal(1188), True)
    assert position["XYZ_NEW"]["model"] == "Portal"


def test_complaint_08_a_sign_in_that_salesforce_has_forgotten_is_still_known(bench: Bench, fetch: Fetch) -> None:
    long_ago = [CLEO, "2026-11-18T08:00:00.000Z", "SAML Sfdc Initiated SSO", None, "Success", "Browser"]
    fetch(identify=False, LoginHistory=(LOGIN_HEAD, [*LOGINS, long_ago]))
    bench.clock.advance(days=240)
    fetch(LoginHistory=(LOGIN_HEAD, [[ADA, "2027-07-20T08:00:00.000Z", "Application", None, "Success", "Browser"]]))
    assert signals(bench, CLEO) == {"Single sign-on login": (datetime(2026, 11, 18, 8), True)}
    found = candidates(bench)[CLEO, "SFDC"]
    assert (found["justification"], found["inactive_days"]) == (Justification.LOW_USAGE, 246)  # and not never used
    with bench.store._cursor() as cursor:
        [(kept,)] = cursor.execute("SELECT count(*) FROM sign_in_day WHERE day < DATE '2026-12-01'").fetchall()
    assert kept == 7


def test_complaint_09_no_list_has_a_cap(bench: Bench, fetch: Fetch, tmp_path: Path) -> None:
    fetch()
    reads = bench.store.reads
    before = reads.count("subscriptions")
    with bench.store._cursor() as cursor:
        cursor.execute(
            "INSERT INTO subscription BY NAME"
            " SELECT s.* REPLACE ('many:' || lpad(n::VARCHAR, 6, '0') AS subscription_id, '005-' || n AS user_id)"
            " FROM subscription s, range($seats) r(n) WHERE s.user_id = '005-ben' AND s.kind = 'user'",
            {"seats": SEATS},
        )
        count_seats(cursor, bench.org.org.org_id)
    reads.data_changed()
    assert reads.count("subscriptions") == before + SEATS
    last = reads.page("subscriptions", order_by="subscription_id", limit=100, offset=before + SEATS - 10)
    assert last["subscription_id"].tolist() == [f"many:{number:06d}" for number in range(SEATS - 10, SEATS)]
    for what, file_format in (("subscriptions", "csv"), ("subscriptions", "parquet"), ("unused", "csv")):
        path = tmp_path / f"{what}.{file_format}"
        exported = bench.handle(Export(what=what, format=file_format, output=str(path)))
        assert exported.rows == reads.count(what if what != "unused" else "unused_licenses") >= SEATS
        if file_format == "csv":
            with path.open("rb") as lines:
                assert sum(1 for _ in lines) == exported.rows + 1
    [salesforce] = [row for row in reads.rows("position") if row["identifier"] == "SFDC"]
    assert salesforce["assigned"] == SEATS + 7


def test_complaint_10_whoever_came_back_yesterday_is_not_touched_on_old_data(bench: Bench, fetch: Fetch) -> None:
    fetch()
    bench.clock.advance(days=5)
    yesterday = bench.clock.now() - timedelta(days=1)
    bench.org.people.update({BEN: Person(user_id=BEN, seen_at=yesterday), CLEO: Person(user_id=CLEO)})
    outcomes = {each.number: each for each in reclaim(bench, (BEN, "SFDC"), (CLEO, "SFDC")).outcomes}
    ended = candidates(bench, is_open=False)
    assert ended[BEN, "SFDC"]["state"] == State.CLOSED_CANCELED
    assert "Used Salesforce again on 28 Nov 2026." in outcomes[ended[BEN, "SFDC"]["number"]].message
    assert ended[CLEO, "SFDC"]["state"] == State.CLOSED_COMPLETE
    assert touched(bench) == {CLEO}


def test_complaint_11_a_saving_is_taken_off_again_when_its_seat_comes_back(bench: Bench, fetch: Fetch) -> None:
    fetch()
    bench.org.people[BEN] = Person(
        user_id=BEN,
        permission_set_licenses=[f"{SALES}:2LA-2"],
        package_licenses=[f"{CPQ}:051-1"],
        features={"UserPermissionsMarketingUser"},
    )
    reclaim(bench, (BEN, "SFDC"))
    assert freed(bench) == (4, Decimal("2100.00"))
    gone = {
        "User": users(BEN, IsActive="false", UserPermissionsMarketingUser="false"),
        "PermissionSetLicenseAssign": rows_of("PermissionSetLicenseAssign", "2LA-2"),
        "UserPackageLicense": rows_of("UserPackageLicense", "051-1"),
    }
    bench.clock.advance(days=1)
    fetch(identify=False, **gone)
    assert freed(bench) == (4, Decimal("2100.00"))

    bench.clock.advance(days=30)
    back = gone | {"User": users(BEN, UserPermissionsMarketingUser="false")}
    fetch(identify=False, **back)  # reactivated, with the user license alone: that is what the money was for
    assert freed(bench) == (3, Decimal("0.00"))
    fetch(identify=False, **back)
    assert freed(bench) == (3, Decimal("0.00"))  # booked once
    bench.clock.advance(days=1)
    fetch(identify=False, **back | {"UserPackageLicense": OBJECTS["UserPackageLicense"]})
    assert freed(bench) == (2, Decimal("0.00"))
    booked = [row for row in bench.store.reads.rows("savings_entered") if row["cause"] == "seat_returned"]
    assert [(row["seats"], row["saved_on"]) for row in booked] == [(1, date(2026, 12, 26)), (1, date(2026, 12, 25))]
    assert booked[1]["proof"] == "The download of 25 Dec 2026, 12:00 UTC shows the seat again."
    assert [row["action"] for row in bench.store.reads.rows("audit")].count("saving.returned") == 2


def test_complaint_12_what_somebody_keeps_is_kept_until_its_day_and_then_asked_again(
    bench: Bench, fetch: Fetch
) -> None:
    fetch()
    number = candidates(bench)[BEN, "SFDC"]["number"]
    until = bench.clock.now().date() + timedelta(days=90)
    bench.handle(MoveCandidate(number=number, to=State.CLOSED_SKIPPED, reason="On leave.", until=until, actor="mia"))
    bench.clock.advance(days=89)
    fetch()
    assert (BEN, "SFDC") not in candidates(bench)
    assert (DAN, "SFDC") in candidates(bench)  # the run did look
    bench.clock.advance(days=1)
    fetch()
    asked_again = candidates(bench)[BEN, "SFDC"]
    assert (asked_again["state"], asked_again["number"] > number) == (State.READY, True)
