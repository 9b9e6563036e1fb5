"""Every indicator of servicenow.md 5 and 6 over random populations, against pandas: to the cent and to the row.

docs/indicators.md lists them, with the page that shows each and the test below that recomputes it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from tests.e2e import truth, truth_of_money
from tests.e2e.populations import FIRST_DAY, LATER_DAY, Worked, worked_through
from tests.examples import is_campaign

pytestmark = pytest.mark.emulator

POPULATIONS = [{"users": 240, "orgs": 3, "seed": 23}, {"users": 700, "orgs": 1, "seed": 5}]  # the third is a sandbox


@pytest.fixture(
    scope="module", params=POPULATIONS if is_campaign() else POPULATIONS[:1], ids=lambda each: f"seed {each['seed']}"
)
def worked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worked]:
    with worked_through(request.param, tmp_path_factory.mktemp("indicators")) as found:
        yield found


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


@pytest.mark.parametrize(
    "chosen",
    [
        {"departments": ["Sales", "No department"]},
        {"kinds": ["package", "feature"]},
        {"kinds": ["user"], "departments": ["IT"]},
    ],
    ids=lambda each: " ".join(each),
)
def test_totals_under_filters(worked: Worked, chosen: dict[str, list[str]]) -> None:
    kinds, departments = chosen.get("kinds", [*truth.KINDS]), chosen.get("departments")
    frames = []
    for org_id in set(worked.held) - worked.sandboxes:
        held = worked.held[org_id].merge(worked.truth[org_id][["kind", "identifier", "is_paid", "unit", "costing"]])
        frames.append(held[held.kind.isin(kinds) & (held.department.isin(departments or []) | (departments is None))])
    seats = pd.concat(frames)
    paid, people = seats[seats.is_paid], seats[seats.is_active & (seats.part != "machine")].drop_duplicates("user_id")
    (row,) = worked.rows("overview_seats", **chosen)
    assert row["assigned"] == len(paid) > 0
    assert {part: row[part] for part in truth.PARTS} == {part: int((paid.part == part).sum()) for part in truth.PARTS}
    assert (row["people"], row["people_stale"]) == (len(people), int((people.part == "stale").sum()))
    saving = paid[(paid.part == "stale") | ((paid.part == "inactive_holder") & (paid.costing > 0))].unit
    amounts = worked.rows("overview_money", **chosen)
    assert sum(_cents(each["potential_savings"]) or 0 for each in amounts) == int(saving.fillna(0).sum())
    assert sum(each["people"] for each in worked.rows("last_activity_buckets", **chosen)) == len(people)


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


def test_what_if_says_the_same_at_every_threshold(worked: Worked) -> None:
    shown: dict[int, list[int]] = {}
    for row in worked.rows("what_if"):
        sums = shown.setdefault(row["threshold_days"], [0, 0, 0])
        found = [row["stale"], row["candidates"], _cents(row["potential_savings"]) or 0]
        shown[row["threshold_days"]] = [each + more for each, more in zip(sums, found, strict=True)]
    for threshold in (0, 1, 29, 30, 59, 60, 61, 90, 180, 364, 365):
        expected = [0, 0, 0]
        for org_id in set(worked.held) - worked.sandboxes:
            found = truth_of_money.what_if(
                worked.held[org_id], worked.truth[org_id], worked.taken_at[org_id], threshold
            )
            expected = [each + more for each, more in zip(expected, found, strict=True)]
        assert shown.get(threshold, [0, 0, 0]) == expected, threshold
    assert len(shown) == 366


def test_spend_by_cost_center(worked: Worked) -> None:
    expected: Counter[str] = Counter()
    for org_id in set(worked.truth) - worked.sandboxes:
        expected.update(truth_of_money.spend_by_cost_center(worked.truth[org_id], worked.in_force(org_id)))
    assert {row["cost_center"]: _cents(row["annual_spend"]) for row in worked.rows("spend_by_cost_center")} == expected
    (money,) = worked.rows("overview_money")
    assert sum(expected.values()) == _cents(money["annual_spend"])


def test_every_candidate_is_worth_the_seats_that_it_would_free(worked: Worked) -> None:
    first = worked.first
    mine = first.candidates[first.candidates.org_id == worked.first_org]
    for row in mine.itertuples():
        _, cents = truth_of_money.worth_of_candidate(row, first.seats_before, first.position_before)
        assert _cents(_decimal(row.potential_savings)) == cents, row.number
    assert set(mine.action) >= {"deactivate", "remove_permission_set_license"}


def test_open_candidates_add_up_by_state(worked: Worked) -> None:
    org_id, sums = worked.first_org, Counter[str]()
    for row in worked.rows("candidates", org_ids=[org_id]):
        if not row["state"].startswith("closed"):
            seat = SimpleNamespace(**row)
            _, cents = truth_of_money.worth_of_candidate(seat, worked.held[org_id], worked.truth[org_id])
            sums[row["state"]] += cents or 0
    shown = Counter[str]()
    for row in worked.rows("candidate_states", org_ids=[org_id]):
        if not row["state"].startswith("closed"):
            shown[row["state"]] += _cents(row["potential_savings"]) or 0
    assert shown == sums
    assert sums["ready"] > 0


def test_savings_freed_to_date_by_org_month_and_rule(worked: Worked) -> None:
    first, freed = worked.first, {}
    for row in first.candidates[first.candidates.number.isin(first.sent)].itertuples():
        if truth_of_money.is_gone(row, worked.held[worked.first_org]):
            freed[row.number] = truth_of_money.worth_of_candidate(row, first.seats_before, first.position_before)
    shown = [row for row in worked.rows("savings") if row["sort"] == "freed"]
    given = {row["candidate_number"]: (row["seats"], _cents(row["amount"])) for row in shown if row["seats"] > 0}
    taken = [(row["candidate_number"], row["seats"], _cents(row["amount"])) for row in shown if row["seats"] < 0]
    assert given == freed
    seats, cents = freed[first.returned]
    assert taken == [(first.returned, -seats, -(cents or 0))]
    assert len(freed) > 3
    total = [
        sum(each[0] for each in freed.values()) - seats,
        sum(each[1] or 0 for each in freed.values()) - (cents or 0),
    ]
    (year,) = [row for row in worked.rows("freed_this_year") if row["currency"]]
    assert _cents(year["freed"]) == total[1]
    monthly = worked.rows("savings_freed")
    assert {row["org_id"] for row in monthly} == {worked.first_org}
    assert [sum(row["seats"] for row in monthly), sum(_cents(row["amount"]) or 0 for row in monthly)] == total
    closed = {row["number"]: row["updated_at"].date() for row in worked.rows("candidates", numbers=[*freed])}
    months = Counter({LATER_DAY.replace(day=1): -seats})
    for number, (seats_freed, _) in freed.items():
        months[closed[number].replace(day=1)] += seats_freed
    shown_months = Counter[Any]()
    for row in monthly:
        shown_months[row["month"]] += row["seats"]
    assert shown_months == months
    rules = first.candidates.set_index("number").rule
    expected = Counter(rules[number] for number in freed)
    assert {rule: sum(row["candidates"] for row in monthly if row["rule"] == rule) for rule in expected} == expected


def test_realized_savings_are_what_people_entered(worked: Worked) -> None:
    shown = [row for row in worked.rows("savings_entered") if row["cause"] != "seat_returned"]
    found = sorted((row["org_id"], row["cause"], row["seats"], _cents(row["amount"])) for row in shown)
    assert found == sorted(worked.realized)
    assert len([row for row in worked.rows("savings") if row["sort"] == "realized"]) == len(worked.realized)


def test_active_against_stale_over_time(worked: Worked) -> None:
    days = {row["day"]: row for row in worked.rows("license_trend")}
    assert set(days) == {FIRST_DAY, LATER_DAY}
    later = worked.counted()
    paid = set(zip(later.org_id, later.kind, later.identifier, strict=True))
    before = worked.truth | {worked.first_org: worked.first.position_before}  # no other org has a second day
    earlier = pd.concat([frame.assign(org_id=org_id) for org_id, frame in before.items()])
    is_paid = [key in paid for key in zip(earlier.org_id, earlier.kind, earlier.identifier, strict=True)]
    for day, frame in ((FIRST_DAY, earlier[is_paid]), (LATER_DAY, later)):
        sums = {name: int(frame[name].dropna().sum()) for name in ("owned", "assigned", "active", "stale")}
        assert days[day] == {"day": day, **sums}
    for row in worked.first.position_before.head(12).itertuples():
        license_ = {"org_id": worked.first_org, "kind": row.kind, "identifier": row.identifier}
        history = {each["day"]: each for each in worked.rows("license_history", **license_)}
        assert {name: history[FIRST_DAY][name] for name in truth.PARTS} == {n: getattr(row, n) for n in truth.PARTS}


@pytest.mark.parametrize("days", [30, 60, 90, 180])
def test_renewals_within_some_days(worked: Worked, days: int) -> None:
    shown = {(row["org_id"], row["kind"], row["identifier"], row["ends_on"]): row for row in _renewals(worked, days)}
    expected = {}
    for number, org in enumerate(worked.practice.orgs):
        org_id = org["org_id"]
        if org_id not in worked.sandboxes:
            lapsing, today = truth_of_money.expiring(worked.practice, number), worked.taken_at[org_id].date()
            found = truth_of_money.renewals(worked.truth[org_id], worked.contracts[org_id], lapsing, today, days)
            expected |= {(org_id, *key): row for key, row in found.items()}
    assert set(shown) == set(expected)
    for key, row in expected.items():
        said = {name: shown[key][name] for name in row}
        assert said | {name: _cents(said[name]) for name in ("annual_cost", "at_stake")} == row, key
    assert days < 180 or (len(expected) > 5 and {row["is_renewed"] for row in expected.values()} == {True, False})


def _renewals(worked: Worked, days: int) -> list[dict[str, Any]]:
    """Each org as on the day of its newest download."""
    return [
        row
        for org_id in worked.truth
        for row in worked.rows("renewals", org_ids=[org_id], today=worked.taken_at[org_id].date(), within_days=days)
    ]


def test_consumption_allowed_used_and_expected_by_now(worked: Worked) -> None:
    shown = {(row["org_id"], row["entitlement_id"]): row for row in worked.rows("consumption")}
    seen = 0
    for number, org in enumerate(worked.practice.orgs):
        org_id = org["org_id"]
        for entitlement_id, row in truth_of_money.consumption(worked.practice, worked.taken_at[org_id], number).items():
            said = shown.pop((org_id, entitlement_id))
            assert {name: said[name] for name in row} == pytest.approx(row, abs=0.011), said
            seen += 1
        history = worked.rows("consumption_history", org_id=org_id, entitlement_id=entitlement_id)
        assert [each["day"] for each in history] == [FIRST_DAY, LATER_DAY][: 1 + (number == 0)]
        assert {(each["allowed"], each["used"]) for each in history} == {(row["allowed"], row["used"])}
    assert shown == {}
    assert seen > 5


def test_software_models_over_all_orgs(worked: Worked) -> None:
    expected = truth_of_money.models(worked.truth[org_id] for org_id in set(worked.truth) - worked.sandboxes)
    shown = {
        (row["model"], row["publisher"]): {name: row[name] for name in ("owned", "assigned", "stale")}
        for row in worked.rows("models_in_use")
    }
    assert shown == expected


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
    return None if amount is None or pd.isna(amount) else int(amount * 100)


def _plain(cents: Any) -> int | None:
    return None if cents is None or pd.isna(cents) else int(cents)


def _decimal(amount: Any) -> Decimal | None:
    return None if amount is None or pd.isna(amount) else Decimal(amount)
