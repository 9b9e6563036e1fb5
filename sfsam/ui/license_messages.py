"""What the overview, utilization and subscriptions say: formulas with today's values, outlooks, what stands outside."""

from __future__ import annotations

from typing import Any

from sfsam.charts.formats import NOT_KNOWN, counted, is_missing, money_exact, number, percent
from sfsam.domain.forecast import LEAST_DAYS, Forecast, NoForecast
from sfsam.ui.formats import day, plain

NOTHING_COUNTED = (
    "No paid seat fits these filters. Free licenses and sandboxes stand outside the totals; sandboxes can be included "
    "under Filters."
)
SANDBOXES_INSIDE = "Sandboxes are included; they have no price. Free licenses stand outside these numbers."
TREND_OF_THEN = "Each day by the threshold of then, 60 days unless it was set otherwise."
NO_TREND_BY_DEPARTMENT = "The course over time is kept per license, not per department, so it is not shown here."
CENTERS_BELONG_TO_ORGS = "A contract belongs to an org, so its cost center cannot be told apart by department."
WHAT_IF = "What if a seat counted as stale after"
WHAT_IF_NOTE = (
    "Dotted: the threshold of this page. At most so many candidates: user licenses only, and the rules leave out "
    "administrators and protected people."
)
NOTHING_URGENT = "Nothing needs attention."
PRICE_WORDS = {"contract": "Contract", "list": "List", "none": "No price"}
_REFUSALS = {
    "no_history": "No forecast: no day of this license is known yet.",
    "past": "No forecast: the contract's end has passed.",
    "too_far": "No forecast: the contract ends in more than three years; a straight line says nothing about that.",
}
NO_END = "No forecast: no end of a contract is known. Enter the entitlement with its dates, and it appears here."


def prices(amounts: list[dict[str, Any]]) -> str:
    """Where the prices come from: contract prices for 3 licenses, list prices for 7."""
    contract = sum(int(row["contract_licenses"]) for row in amounts)
    listed = sum(int(row["list_licenses"]) for row in amounts)
    said = []
    if contract:
        said.append(f"contract prices for {counted(contract, 'license', 'licenses')}")
    if listed:
        said.append(f"list prices for {counted(listed, 'license', 'licenses')}")
    if not said:
        return "No license here has a price, so no amount is known."
    hint = "; enter what you pay to see your own amounts" if listed else ""
    return f"Amounts by {' and '.join(said)}{hint}. An amount is per year."


def price_source(row: dict[str, Any]) -> str:
    """The word for where the price of a row comes from."""
    return PRICE_WORDS.get(row["price_source"], NOT_KNOWN)


def worked(seats: dict[str, Any], amounts: list[dict[str, Any]]) -> tuple[str, ...]:
    """Each key figure of the overview as its formula with the values of now."""
    lines = [
        f"**Percent stale** = stale seats ÷ assigned seats = {number(seats.get('stale'))} ÷ "
        f"{number(seats.get('assigned'))} = {percent(seats.get('percent_stale'))}"
    ]
    for row in amounts:
        lines += [
            _line("Annual spend", "what contracts in force cost, else owned seats × price", row, "annual_spend"),
            _line(
                "Potential savings",
                f"{number(row['reclaimable_seats'])} reclaimable seats × their price",
                row,
                "potential_savings",
            ),
            _line("Over-licensed", f"{number(row['free_seats'])} free seats × their price", row, "over_licensed"),
            _line("True-up cost", f"{number(row['missing_seats'])} missing seats × their price", row, "true_up"),
        ]
    return tuple(lines)


def outlook(found: Forecast | NoForecast, owned: Any) -> str:
    """What a straight line expects at the contract's end, with what it was drawn through; or why nothing is said."""
    if isinstance(found, NoForecast):
        return _REFUSALS.get(
            found.reason,
            f"No forecast: {counted(found.days_known, 'day', 'days')} of history, {LEAST_DAYS} are needed.",
        )
    against = ""
    if not is_missing(owned):
        spare = int(owned) - found.expected
        against = f", {number(abs(spare))} {'fewer' if spare >= 0 else 'more'} than are owned"
    change = f"{'+' if found.seats_per_month >= 0 else ''}{number(found.seats_per_month)}".replace("+0", "no change")
    return (
        f"About **{number(found.expected)}** assigned when the contract ends on {day(found.ends_on)}{against}. A "
        f"straight line (least squares) through the assigned seats of {counted(found.days_known, 'day', 'days')} from "
        f"{day(found.first_on)} to {day(found.last_on)}: {change} a month."
    )


def composition(totals: dict[str, Any]) -> str:
    """How many of the listed seats the totals count, and what the others are."""
    outside = [
        (totals["free"], "of free licenses"),
        (totals["excluded"], "of excluded licenses"),
        (totals["in_sandboxes"], "in sandboxes"),
    ]
    said = [f"{number(seats)} {where}" for seats, where in outside if seats]
    whole = f"The totals count {number(totals['counted'])} of these seats, {number(totals['counted_unused'])} unused"
    return f"{whole}; outside stand {', '.join(said)}." if said else f"{whole}."


def what_if_change(value: Any, now: Any) -> str:
    """How far the tried threshold moves a count: +120, −35, as now."""
    change = int(value) - int(now)
    return "As now" if not change else f"{'+' if change > 0 else ''}{number(change)}"


def license_title(row: dict[str, Any]) -> str:
    return f"{plain(row['model'])} in {plain(row['org'])}"


def _line(name: str, formula: str, row: dict[str, Any], column: str) -> str:
    amount = money_exact(row[column], row["currency"]) if not is_missing(row[column]) else NOT_KNOWN
    return f"**{name}** = {plain(formula)} = {plain(amount)}"
