"""Every indicator of servicenow.md 5 and 6 over random populations, against pandas: to the cent and to the row."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb
import pandas as pd
import pytest

from sfsam import bootstrap
from tests.e2e import truth
from tests.e2e.journey import CommandLine, PracticeProcess, practice_org
from tests.e2e.truth import Contract, Org

pytestmark = pytest.mark.emulator

NOW = "2026-11-24T12:00:00+00:00"
POPULATIONS = [{"users": 240, "orgs": 3, "seed": 23}, {"users": 700, "orgs": 1, "seed": 5}]  # the third is a sandbox
COST_CENTERS = ["1000 Sales", "2000 Service", ""]


@dataclass
class Worked:
    """Both sides: what pandas worked out per org, and what sfsam reads."""

    held: dict[str, pd.DataFrame]  # by org id, one row per seat
    truth: dict[str, pd.DataFrame]  # by org id, one row per license
    sandboxes: set[str]
    contracts: dict[str, list[Contract]]
    taken_at: dict[str, pd.Timestamp]
    system: bootstrap.System

    def rows(self, read: str, **parameters: Any) -> list[dict[str, Any]]:
        return self.system.reads.rows(read, **parameters)

    def counted(self, *, org_ids: set[str] | None = None) -> pd.DataFrame:
        """The licenses that totals count: paid ones, of orgs that are no sandbox."""
        wanted = (org_ids or set(self.truth)) - self.sandboxes
        frames = [frame.assign(org_id=org_id) for org_id, frame in self.truth.items() if org_id in wanted]
        found = pd.concat(frames)
        return found[found.is_paid]


@pytest.fixture(scope="module", params=POPULATIONS, ids=lambda each: f"seed {each['seed']}")
def worked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worked]:
    sfsam = CommandLine(tmp_path_factory.mktemp("indicators"))
    with practice_org(**request.param, now=NOW) as practice:
        for org in practice.orgs:
            sfsam.connect(org, org["org_id"])
            sfsam.done("download", org["org_id"])
        contracts = _contracts(practice, request.param["seed"])
        _enter(sfsam, contracts)
        system = bootstrap.build(sfsam.settings)
        try:
            yield _worked(practice, contracts, system)
        finally:
            system.close()


def _contracts(practice: PracticeProcess, seed: int) -> dict[str, list[Contract]]:
    """Random contracts, two for some licenses, at prices that do not divide evenly."""
    chance = random.Random(seed)
    found: dict[str, list[Contract]] = {}
    for number, org in enumerate(practice.orgs):
        licenses = sorted(key for key, (total, _) in truth.owned(practice, number).items() if total)
        chosen = chance.sample(licenses, k=len(licenses) // 3)
        found[org["org_id"]] = [
            Contract(*key, chance.randint(1, 400), chance.randint(1, 500_000), chance.choice(COST_CENTERS))
            for key in chosen
            for _ in range(chance.choice([1, 1, 2]))
        ]
    return found


def _enter(sfsam: CommandLine, contracts: dict[str, list[Contract]]) -> None:
    rows = [
        (f"e{number}", org_id, each.kind, each.identifier, each.quantity, each.cents, each.cost_center)
        for org_id, of_org in contracts.items()
        for number, each in enumerate(of_org)
    ]
    with duckdb.connect(str(sfsam.data_dir / "sfsam.duckdb")) as database:
        for entitlement_id, org_id, kind, identifier, quantity, cents, cost_center in rows:
            database.execute(
                "INSERT INTO entitlement VALUES (?, '', ?, ?, ?, ?, ?::DECIMAL(18, 2), 'year', 'USD', NULL, NULL, ?,"
                " '', '', 'entered', 'test', now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC')",
                [entitlement_id, org_id, kind, identifier, quantity, Decimal(cents) / 100, cost_center],
            )


def _worked(practice: PracticeProcess, contracts: dict[str, list[Contract]], system: bootstrap.System) -> Worked:
    taken = {row["org_id"]: pd.Timestamp(row["taken_at"]) for row in system.reads.rows("snapshots")}
    held, positions, sandboxes = {}, {}, set()
    for number, org in enumerate(practice.orgs):
        org_id = org["org_id"]
        rows = Org.of(practice, taken[org_id], number)
        held[org_id] = truth.seats(practice, rows, truth.activity(rows), number)
        positions[org_id] = truth.position(practice, held[org_id], contracts[org_id], number)
        (organization,) = practice.dump("Organization", org=number).values()
        sandboxes |= {org_id} if organization["IsSandbox"] else set()
    return Worked(held, positions, sandboxes, contracts, taken, system)


def test_the_position_of_every_license_is_the_formula_s(worked: Worked) -> None:
    shown = {(row["org_id"], row["kind"], row["identifier"]): row for row in worked.rows("position")}
    names = ("owned", "assigned", *truth.PARTS, "available", "needed")
    amounts = ("over_licensed", "true_up", "potential_savings")
    seen = 0
    for org_id, frame in worked.truth.items():
        for row in frame.to_dict("records"):
            if not (row["assigned"] or (row["owned"] or 0) > 0 or pd.isna(row["owned"])):
                continue
            said = shown.pop((org_id, row["kind"], row["identifier"]))
            wrong = {name: (said[name], row[name]) for name in names if not _same(said[name], row[name])}
            wrong |= {name: (said[name], row[name]) for name in amounts if _cents(said[name]) != _plain(row[name])}
            assert not wrong, (org_id, row["kind"], row["identifier"], wrong)
            assert _cents(said["unit_cost"]) == _plain(row["unit"])
            seen += 1
    assert shown == {}
    assert seen > 50


def test_spend_savings_true_up_and_over_licensed_in_all(worked: Worked) -> None:
    counted = worked.counted().dropna(subset=["unit"])
    (row,) = worked.rows("overview_money")
    owned = counted.owned.fillna(counted.assigned)
    spend = counted.spend.fillna(owned * counted.unit)
    assert row["currency"] == "USD"
    assert _cents(row["annual_spend"]) == int(spend.sum())
    for name in ("potential_savings", "true_up", "over_licensed"):
        assert _cents(row[name]) == int(counted[name].dropna().sum()), name


def test_seats_owned_assigned_stale_and_percent_stale(worked: Worked) -> None:
    counted = worked.counted()
    (row,) = worked.rows("overview_seats")
    for name in ("assigned", *truth.PARTS, "available"):
        assert row[name] == int(counted[name].dropna().sum()), name
    assert row["owned"] == int(counted.owned.dropna().sum())
    assert row["over"] == int(counted.needed.sum())
    assert row["percent_stale"] == round(100 * counted.stale.sum() / counted.assigned.sum(), 1)
    people = _people(worked)
    assert row["people"] == len(people)
    assert row["people_stale"] == int((people.part == "stale").sum())


def test_the_last_activity_of_people_by_bucket(worked: Worked) -> None:
    people = _people(worked)
    people = people[people.part != "unknown"]
    ages = people.age / truth.DAY
    expected = {"New, in grace": int((people.part == "in_grace").sum())}
    rest = ages[people.part != "in_grace"]
    for name, after, until in (
        ("0–30 days", -1e9, 30),
        ("31–60 days", 30, 60),
        ("61–90 days", 60, 90),
        ("91–180 days", 90, 180),
        ("Over 180 days", 180, 1e9),
    ):
        expected[name] = int(((rest > after) & (rest <= until)).sum())
    expected["Never"] = int(rest.isna().sum())
    assert {row["bucket"]: row["people"] for row in worked.rows("last_activity_buckets")} == expected
    assert sum(expected.values()) == len(people)


def test_stale_seats_and_savings_by_org(worked: Worked) -> None:
    shown = {row["org_id"]: row for row in worked.rows("savings_by_org")}
    assert set(shown) == set(worked.truth) - worked.sandboxes
    for org_id, row in shown.items():
        counted = worked.counted(org_ids={org_id})
        assert (row["assigned"], row["stale"]) == (int(counted.assigned.sum()), int(counted.stale.sum()))
        assert _cents(row["potential_savings"]) == int(counted.potential_savings.dropna().sum())


def test_what_departments_cost_adds_up_to_what_seats_cost(worked: Worked) -> None:
    shown = {row["department"]: row for row in worked.rows("spend_by_department")}
    units = {(row.org_id, row.kind, row.identifier): row.unit for row in worked.counted().itertuples()}
    expected: dict[str, list[int]] = {}
    for org_id, held in worked.held.items():
        costing = {(r.kind, r.identifier): r for r in worked.truth[org_id].itertuples()}
        for seat in held.itertuples():
            unit = units.get((org_id, seat.kind, seat.identifier))
            license_ = costing[seat.kind, seat.identifier]
            costs = seat.is_active or license_.reclaimable > license_.stale
            if unit is None or pd.isna(unit) or not costs:
                continue
            sums = expected.setdefault(seat.department, [0, 0, 0])
            sums[0] += 1
            sums[1] += int(unit)
            sums[2] += int(unit) if seat.part == "stale" else 0
    assert {
        name: [row["assigned"], _cents(row["annual_cost"]), _cents(row["stale_cost"])] for name, row in shown.items()
    } == expected


@pytest.mark.parametrize("stale_after_days", [0, 30, 61, 180, 365])
def test_every_threshold_counts_the_same_seats(worked: Worked, stale_after_days: int) -> None:
    (row,) = worked.rows("overview_seats", stale_after_days=stale_after_days)
    active = stale = 0
    for org_id, held in worked.held.items():
        if org_id in worked.sandboxes:
            continue
        paid = {(r.kind, r.identifier) for r in worked.truth[org_id].itertuples() if r.is_paid}
        mine = held[[key in paid for key in zip(held.kind, held.identifier, strict=True)]]
        human = mine[mine.part.isin(["active", "stale"])]
        is_active = (worked.taken_at[org_id] - human.last_human_at) <= stale_after_days * truth.DAY
        active += int(is_active.sum())
        stale += int((~is_active).sum())
        grace = mine[mine.part == "in_grace"]
        active += int(((worked.taken_at[org_id] - grace.last_human_at) <= stale_after_days * truth.DAY).sum())
    # Who is stale by a shorter threshold may be in grace instead; the two together are the same people.
    assert row["active"] == active
    assert row["stale"] + row["in_grace"] == stale + _in_grace(worked) - (row["active"] - active)


def _in_grace(worked: Worked) -> int:
    return int(worked.counted().in_grace.sum())


def _people(worked: Worked) -> pd.DataFrame:
    """Active, human users with a seat, each of an org once: part and age of the last human activity."""
    frames = []
    for org_id, held in worked.held.items():
        if org_id not in worked.sandboxes:
            people = held[held.is_active & (held.part != "machine")].drop_duplicates("user_id")
            frames.append(people.assign(age=worked.taken_at[org_id] - people.last_human_at))
    return pd.concat(frames)


def _same(said: Any, expected: Any) -> bool:
    return (said is None and (expected is None or pd.isna(expected))) or said == expected


def _cents(amount: Decimal | None) -> int | None:
    return None if amount is None else int(amount * 100)


def _plain(cents: Any) -> int | None:
    return None if cents is None or pd.isna(cents) else int(cents)
