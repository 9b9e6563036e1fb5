"""What licenses cost, save and end, and what is bought by use, worked out a second time from the formulas.

As in truth.py nothing of sfsam takes part but its reference data: the formulas are those of servicenow.md 5 and 6 and
product.md L4, L7 and U6; amounts are whole cents per year.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

import pandas as pd

from tests.e2e import truth
from tests.e2e.journey import PracticeProcess
from tests.e2e.truth import DAY, Contract

STEPS = {
    "Daily": pd.DateOffset(days=1),
    "Weekly": pd.DateOffset(weeks=1),
    "Fortnightly": pd.DateOffset(weeks=2),
    "Monthly": pd.DateOffset(months=1),
    "Quarterly": pd.DateOffset(months=3),
    "Yearly": pd.DateOffset(years=1),
}


def spend_by_cost_center(position: pd.DataFrame, contracts: list[Contract]) -> dict[str, int]:
    """Cents per cost center: each contract's own spend; what has no quantity is spent whole; the rest has no center."""
    found: dict[str, int] = defaultdict(int)
    for row in position[position.is_paid & position.unit.notna()].itertuples():
        of_license = [each for each in contracts if (each.kind, each.identifier) == (row.kind, row.identifier)]
        if of_license and all(each.quantity is not None for each in of_license):
            for each in of_license:
                found[each.cost_center or "No cost center"] += each.cents * (each.quantity or 0)
        else:
            centers = {each.cost_center for each in of_license} or {""}
            name = (centers.pop() or "No cost center") if len(centers) == 1 else "Several cost centers"
            found[name] += int((row.assigned if pd.isna(row.owned) else row.owned) * row.unit)
    return found


def worth_of_candidate(row: Any, seats: pd.DataFrame, position: pd.DataFrame) -> tuple[int, int | None]:
    """Seats and cents that reclaiming frees: every seat of a deactivated person, else the one seat."""
    units = position.set_index(["kind", "identifier"]).unit
    if row.action != "deactivate":
        unit = units[row.kind, row.identifier]
        return 1, None if pd.isna(unit) else int(unit)
    mine = seats[seats.user_id == row.user_id]
    priced = [units[seat.kind, seat.identifier] for seat in mine.itertuples()]
    known = [int(unit) for unit in priced if pd.notna(unit)]
    return len(mine), sum(known) if known else None


def is_gone(row: Any, seats: pd.DataFrame) -> bool:
    """Whether the org shows that the candidate's seat, or its person as a whole, holds nothing any more."""
    mine = seats[seats.user_id == row.user_id]
    if row.action == "deactivate":
        return not mine.is_active.astype(bool).any()
    return not ((mine.kind == row.kind) & (mine.identifier == row.identifier)).any()


# ── Renewals ────────────────────────────────────────────────────────────────────────────────────


def renewals(
    position: pd.DataFrame, contracts: list[Contract], expiring: dict[tuple[str, str], date], today: date, days: int
) -> dict[tuple[str, str, date], dict[str, Any]]:
    """What ends within so many days: contracts by their last day, and licenses that the org lets expire."""
    found = {}
    for row in position.itertuples():
        key = (row.kind, row.identifier)
        mine = [each for each in contracts if (each.kind, each.identifier) == key]
        ends = {each.ends_on for each in mine if _ends_soon(each, today, days)}
        if not ends and key in expiring and today <= expiring[key] <= today + timedelta(days=days):
            found[(*key, expiring[key])] = _renewal(row, expiring[key], [], [], today, mine)
        for day in sorted(each for each in ends if each):
            ending = [each for each in mine if each.ends_on == day and _ends_soon(each, today, days)]
            others = [each for each in mine if each.is_in_force(today) and each not in ending]
            found[(*key, day)] = _renewal(row, day, ending, others, today, mine)
    return found


def _ends_soon(each: Contract, today: date, days: int) -> bool:
    return each.is_in_force(today) and each.ends_on is not None and each.ends_on <= today + timedelta(days=days)


def _renewal(
    row: Any, day: date, ending: list[Contract], others: list[Contract], today: date, mine: list[Contract]
) -> dict[str, Any]:
    owned = None if pd.isna(row.owned) else int(row.owned)
    is_as_owned = not ending or any(each.quantity is None for each in ending)
    quantity = owned if is_as_owned else sum(each.quantity or 0 for each in ending)
    needed = max(row.assigned - row.stale - row.inactive_holder, 0)
    to_renew = max(needed - sum(each.quantity or 0 for each in others), 0)
    unit = None if pd.isna(row.unit) else int(row.unit)
    is_known = unit is not None and quantity is not None
    follows = (each for each in mine if each.starts_on and today < each.starts_on <= day + timedelta(days=1))
    return {
        "quantity": quantity,
        "seats_to_renew": to_renew,
        "annual_cost": quantity * unit if is_known else None,  # type: ignore[operator]
        "at_stake": max(quantity - to_renew, 0) * unit if is_known else None,  # type: ignore[operator]
        "is_renewed": any(each.ends_on is None or each.ends_on > day for each in follows),
        "active": row.active,
        "stale": row.stale,
    }


def expiring(practice: PracticeProcess, number: int) -> dict[tuple[str, str], date]:
    """Licenses that the org itself lets expire, with their last day."""
    found = {}
    for kind, name, key in (
        ("permission_set", "PermissionSetLicense", "DeveloperName"),
        ("package", "PackageLicense", "NamespacePrefix"),
    ):
        for row in practice.dump(name, org=number).values():
            if row["ExpirationDate"]:
                found[kind, row[key]] = date.fromisoformat(row["ExpirationDate"][:10])
    return found


# ── Consumption ─────────────────────────────────────────────────────────────────────────────────


def consumption(practice: PracticeProcess, taken_at: pd.Timestamp, number: int) -> dict[str, dict[str, Any]]:
    """By entitlement: allowed, used, remaining, and expected by the moment at which the use was counted."""
    found = {}
    for row in practice.dump("TenantUsageEntitlement", org=number).values():
        allowed, used = row["CurrentAmountAllowed"], row["AmountUsed"]
        if not (allowed or used):
            continue
        counted_at = min(_moment(row["UsageDate"]) if row["UsageDate"] else taken_at, taken_at)
        start, end = pd.Timestamp(row["StartDate"]), pd.Timestamp(row["EndDate"]) + DAY
        if row["Frequency"] != "Once":
            start, end = _period(start, STEPS[row["Frequency"]], counted_at)
        share = None if row["IsPersistentResource"] else (counted_at - start) / (end - start)
        found[row["Id"]] = _consumed(allowed, used, share)
    for row in practice.dump("UserLicense", org=number).values():
        if row["MonthlyLoginsEntitlement"]:
            month = taken_at.normalize().replace(day=1)
            share = (taken_at - month) / (month + STEPS["Monthly"] - month)
            found[row["Id"]] = _consumed(row["MonthlyLoginsEntitlement"], row["MonthlyLoginsUsed"], share)
    return found


def _consumed(allowed: float, used: float | None, share: float | None) -> dict[str, Any]:
    return {
        "allowed": allowed,
        "used": used,
        "remaining": None if used is None else allowed - used,
        "expected": None if share is None else round(allowed * min(share, 1), 2),
    }


def _period(start: pd.Timestamp, step: pd.DateOffset, moment: pd.Timestamp) -> tuple[pd.Timestamp, pd.Timestamp]:
    """The period of a contract that a moment falls into, each counted from the contract's first day."""
    number = 0
    while start + (number + 1) * step <= moment:
        number += 1
    return start + number * step, start + (number + 1) * step


def _moment(text: str) -> pd.Timestamp:
    return pd.Timestamp(text).tz_convert("UTC").tz_localize(None)


# ── Over licenses and time ──────────────────────────────────────────────────────────────────────


def models(positions: Iterable[pd.DataFrame]) -> dict[tuple[str, str], dict[str, Any]]:
    """By software model and publisher of the catalog: seats of all its licenses that are owned or held."""
    catalog = {(row.kind, row.identifier): row for row in truth.reference("license_catalog").itertuples()}
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in (row for position in positions for row in _in_use(position)):
        entry = catalog.get((row.kind, row.identifier))
        if entry is None or not entry.product:
            continue
        key = (f"{entry.product} {entry.edition}".strip(), entry.publisher)
        sums = found.setdefault(key, {"owned": 0, "assigned": 0, "stale": 0})
        sums["owned"] = None if sums["owned"] is None or pd.isna(row.owned) else sums["owned"] + int(row.owned)
        sums["assigned"] += row.assigned
        sums["stale"] += row.stale
    return found


def _in_use(position: pd.DataFrame) -> Iterator[Any]:
    return (row for row in position.itertuples() if row.assigned or pd.isna(row.owned) or row.owned > 0)


def what_if(held: pd.DataFrame, position: pd.DataFrame, taken_at: pd.Timestamp, threshold: int) -> tuple[int, int, int]:
    """Stale seats of counted licenses by another threshold, those of user licenses, and cents with costing holders."""
    paid = position[position.is_paid].set_index(["kind", "identifier"])
    mine = held[[key in paid.index for key in zip(held.kind, held.identifier, strict=True)]]
    is_judged = mine.part.isin(["active", "stale", "in_grace"]) & ~mine.is_new
    is_recent = (taken_at - mine.last_human_at) <= threshold * DAY
    stale = mine[is_judged & ~is_recent]
    units = paid.unit.fillna(0)
    cents = sum(int(units[seat.kind, seat.identifier]) for seat in stale.itertuples())
    cents += int((paid.costing * units).sum())
    return len(stale), int((stale.kind == "user").sum()), cents
