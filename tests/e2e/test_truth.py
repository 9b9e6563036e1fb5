"""Who is active, stale, in grace or a machine, user by user, against what tests/e2e/truth.py works out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from tests.e2e import rule_truth
from tests.e2e.journey import CommandLine, PracticeProcess, practice_org
from tests.e2e.rule_truth import Seat
from tests.e2e.truth import Org, activity, unneeded_seats

pytestmark = pytest.mark.emulator

NOW = "2026-11-24T12:00:00+00:00"
USERS = 1_500
OVERLAP = ("SlackServiceUserPsl", "ServiceUserPsl")  # no permission set of the practice org is tied to the first
FROZEN = "Freeze Sales"
NAMED, PLATFORM = "Sales Representative", "Standard Platform User"  # Salesforce profiles: whose people, and what for


@dataclass
class Compared:
    """What pandas found, and what sfsam says."""

    truth: pd.DataFrame
    subscriptions: pd.DataFrame
    candidates: list[dict[str, Any]]
    connected_as: str
    unneeded: set[Seat]
    later: list[dict[str, Any]]  # candidates by the rules that were added and turned on
    too_many: set[Seat]
    included: set[Seat]
    cheaper: set[Seat]


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Compared]:
    folder: Path = tmp_path_factory.mktemp("truth")
    sfsam = CommandLine(folder)
    with practice_org(users=USERS, seed=42, now=NOW) as practice:
        sfsam.connect(practice.orgs[0])
        sfsam.done("download", "Production")
        sfsam.done("identify")
        candidates = sfsam.done("candidates")
        later = _with_more_rules(sfsam, _id_of_profile(practice, PLATFORM))
        (profile,) = sfsam.done("profiles")
        with duckdb.connect(str(sfsam.data_dir / "sfsam.duckdb"), read_only=True) as database:
            subscriptions = database.sql("SELECT * FROM subscriptions").df()
            [(taken_at,)] = database.sql("SELECT taken_at FROM current_snapshot").fetchall()
        org = Org.of(practice, pd.Timestamp(taken_at))
        truth = activity(org)
        unneeded = unneeded_seats(practice, org, truth)
        (connected_as,) = [i for i, row in practice.dump("User").items() if row["Username"] == profile["username"]]
        held = rule_truth.assignments(practice, truth)
        yield Compared(
            truth,
            subscriptions,
            candidates,
            connected_as,
            unneeded,
            later,
            rule_truth.too_many(practice, held, truth),
            rule_truth.included(held, truth, *OVERLAP),
            rule_truth.cheaper(practice, org, held, truth, NAMED),
        )


def _id_of_profile(practice: PracticeProcess, name: str) -> str:
    (found,) = [row["Id"] for row in practice.dump("Profile").values() if row["Name"] == name]
    return str(found)


def _with_more_rules(sfsam: CommandLine, platform: str) -> list[dict[str, Any]]:
    """The open candidates once every rule that can be is on, and Sales is to be frozen after 90 days."""
    named = ("--profile", "Production", "--name")
    identifier, including = OVERLAP
    overlap = ("--type", "overlapping_license", "--identifier", identifier, "--included-in", including)
    sfsam.done("rules", "save", *named, "Overlap", *overlap)
    change = ("--type", "cheaper_license", "--salesforce-profile", NAMED, "--target-profile-id", platform)
    sfsam.done("rules", "save", *named, "Downgrade", *change)
    narrow = ("--type", "unused_user_license", "--department", "Sales", "--days", "90", "--action", "freeze")
    sfsam.done("rules", "save", *named, FROZEN, *narrow, "--model", "Salesforce")
    (off,) = [row for row in sfsam.done("rules", "list") if not row["is_on"]]
    sfsam.done("rules", "on", off["rule_id"])
    sfsam.done("identify")
    found: list[dict[str, Any]] = sfsam.done("candidates", "--state", "ready")
    return found


def test_the_population_has_every_kind_of_user(compared: Compared) -> None:
    counts = compared.truth.part.value_counts()
    assert set(counts.index) == {"active", "stale", "in_grace", "machine", "inactive_holder"}
    assert counts.min() >= 3, counts


def test_every_seat_is_in_the_part_that_its_user_is_in(compared: Compared) -> None:
    seats = compared.subscriptions.join(compared.truth, on="user_id", rsuffix="_true")
    wrong = seats[seats.part != seats.part_true]
    assert wrong.empty, wrong[["user_principal_name", "part", "part_true", "last_activity_at", "last_human_at"]]
    assert seats.is_machine.equals(seats.is_machine_true.astype(bool))
    assert seats.is_administrator.equals(seats.is_administrator_true.astype(bool))


def test_the_last_human_sign_in_is_the_same_user_by_user(compared: Compared) -> None:
    seats = compared.subscriptions.drop_duplicates("user_id").join(compared.truth.last_human_at, on="user_id")
    same = (seats.last_activity_at == seats.last_human_at) | (
        seats.last_activity_at.isna() & seats.last_human_at.isna()
    )
    assert same.all(), seats[~same][["user_principal_name", "last_activity_at", "last_human_at", "deciding_signal"]]
    assert seats.last_human_at.notna().sum() > USERS / 2


def test_the_people_to_be_deactivated_are_exactly_the_stale_ones(compared: Compared) -> None:
    truth = compared.truth
    holders = set(compared.subscriptions[compared.subscriptions.kind == "user"].user_id)
    stale = truth[(truth.part == "stale") & ~truth.is_administrator & ~truth.is_machine]
    leaving = [row for row in compared.candidates if row["action"] == "deactivate"]
    assert {row["user_id"] for row in leaving} == (set(stale.index) & holders) - {compared.connected_as}
    assert len(leaving) == len({row["user_id"] for row in leaving})
    assert {(row["kind"], row["state"]) for row in leaving} == {("user", "ready")}


def test_the_other_candidates_are_exactly_the_seats_that_nothing_needs(compared: Compared) -> None:
    found = {(row["user_id"], row["kind"], row["identifier"]) for row in compared.candidates}
    found -= {(row["user_id"], row["kind"], row["identifier"]) for row in compared.candidates if row["kind"] == "user"}
    assert found == compared.unneeded
    assert {row["justification"] for row in compared.candidates} >= {"unallocated", "inactive_holder"}


def test_rules_that_were_added_catch_exactly_what_the_rows_of_the_org_say(compared: Compared) -> None:
    caught = {_seat(row): row for row in compared.later}
    by_justification: dict[str, set[Seat]] = {}
    for seat, row in caught.items():
        by_justification.setdefault(row["justification"], set()).add(seat)
    assert len(caught) == len(compared.later)  # each seat once, whatever number of rules catches it
    assert compared.included and compared.too_many
    assert by_justification["overlapping"] == compared.included  # the narrowest scope goes first
    assert compared.cheaper and by_justification["downgrade"] == compared.cheaper
    more = compared.included | compared.too_many | compared.cheaper
    assert set(caught) == {_seat(row) for row in compared.candidates} | more
    # inactive holders and unneeded seats are gentler, so they keep what is beyond the owned seats as well
    assert by_justification["unlicensed"] == compared.too_many - compared.included - compared.unneeded


def test_the_narrowest_rule_has_the_seat_and_its_own_threshold(compared: Compared) -> None:
    frozen = {row["user_id"] for row in compared.later if row["evidence"]["rule_name"] == FROZEN}
    assert {row["action"] for row in compared.later if row["user_id"] in frozen and row["kind"] == "user"} == {"freeze"}
    seats = compared.subscriptions
    of_sales = set(seats[(seats.identifier == "SFDC") & (seats.department == "Sales")].user_id)
    stale = {row["user_id"]: row for row in compared.candidates if row["action"] == "deactivate"}
    idle = {user: row["inactive_days"] for user, row in stale.items() if user in of_sales}
    assert frozen == {user for user, days in idle.items() if days is None or days >= 90}
    assert 0 < len(frozen) < len(idle)


def _seat(row: dict[str, Any]) -> Seat:
    return row["user_id"], row["kind"], row["identifier"]
