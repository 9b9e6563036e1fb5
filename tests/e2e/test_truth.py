"""Who is active, stale, in grace or a machine, user by user, against what tests/e2e/truth.py works out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from tests.e2e.journey import CommandLine, practice_org
from tests.e2e.truth import Org, activity, unneeded_seats

pytestmark = pytest.mark.emulator

NOW = "2026-11-24T12:00:00+00:00"
USERS = 1_500


@dataclass
class Compared:
    """What pandas found, and what sfsam says."""

    truth: pd.DataFrame
    subscriptions: pd.DataFrame
    candidates: list[dict[str, Any]]
    connected_as: str
    unneeded: set[tuple[str, str, str]]  # (user, kind, identifier)


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Compared]:
    folder: Path = tmp_path_factory.mktemp("truth")
    sfsam = CommandLine(folder)
    with practice_org(users=USERS, seed=42, now=NOW) as practice:
        sfsam.connect(practice.orgs[0])
        sfsam.done("download", "Production")
        sfsam.done("identify")
        candidates = sfsam.done("candidates")
        (profile,) = sfsam.done("profiles")
        with duckdb.connect(str(sfsam.data_dir / "sfsam.duckdb"), read_only=True) as database:
            subscriptions = database.sql("SELECT * FROM subscriptions").df()
            [(taken_at,)] = database.sql("SELECT taken_at FROM current_snapshot").fetchall()
        org = Org.of(practice, pd.Timestamp(taken_at))
        truth = activity(org)
        unneeded = unneeded_seats(practice, org, truth)
        (connected_as,) = [i for i, row in practice.dump("User").items() if row["Username"] == profile["username"]]
        yield Compared(truth, subscriptions, candidates, connected_as, unneeded)


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
