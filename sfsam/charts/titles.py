"""The finding above each figure, made from its rows; a neutral title when nothing stands out."""

from __future__ import annotations

from typing import Any

import pandas as pd

from sfsam.charts.formats import counted, is_missing, number

STANDS_OUT = 0.5  # a share of the whole from which one row is the finding,
ABOVE_EVEN = 1.2  # if it is also this many times an even share: of two, one half is no finding
FRACTIONS = (
    (0.97, "Nearly all"),
    (0.85, "Nine tenths"),
    (0.705, "Three quarters"),
    (0.61, "Two thirds"),
    (0.55, "More than half"),
    (STANDS_OUT, "Half"),
)


def license_title(rows: pd.DataFrame) -> str:
    """How much of what is held is stale, and whether one license holds most of the money in it."""
    assigned, stale = int(rows["assigned"].sum()), int(rows["stale"].sum())
    if stale == 0:
        return "Seats by license" if assigned == 0 else "Every assigned seat is in use or accounted for"
    finding = _how_many(stale / assigned)
    leading = _leading(rows, "model", "potential_savings")
    return f"{finding}, and most of the money is in one license" if leading and len(rows) > 1 else finding


def last_activity_title(rows: pd.DataFrame, stale_after_days: int) -> str:
    """How many people have not been seen for longer than the threshold."""
    people = int(rows["people"].sum())
    stale = int(rows.loc[rows["part"] == "stale", "people"].sum())
    if people == 0:
        return "When people were last seen"
    if stale == 0:
        or_new = " or are new" if (rows.loc[rows["part"] == "in_grace", "people"] > 0).any() else ""
        return f"All {number(people)} people were seen in the last {stale_after_days} days{or_new}"
    verb = "has" if stale == 1 else "have"
    return f"{number(stale)} of {number(people)} people {verb} not been seen for {stale_after_days} days"


def trend_title(rows: pd.DataFrame) -> str:
    """How the stale seats moved between the first and the last day."""
    known = rows.dropna(subset=["stale"])
    if len(known) < 2:
        return "Active and stale seats"
    change = int(known["stale"].iloc[-1]) - int(known["stale"].iloc[0])
    since = pd.Timestamp(known["day"].iloc[0])
    day = f"{since.day} {since:%b %Y}"
    if change == 0:
        return f"As many stale seats as on {day}"
    return f"Stale seats {'rose' if change > 0 else 'fell'} by {number(abs(change))} since {day}"


def org_title(rows: pd.DataFrame) -> str:
    """Which org holds the savings, when one does."""
    leading = _leading(rows, "org", "potential_savings")
    return f"{leading[1]} of the savings sit in {leading[0]}" if leading and len(rows) > 1 else "Savings by org"


def department_title(rows: pd.DataFrame) -> str:
    """Which department holds the stale spend, when one does."""
    leading = _leading(rows, "department", "stale_cost")
    if not leading or len(rows) < 2:
        return "Spend by department"
    where = "no department" if leading[0] == "No department" else leading[0]
    return f"{leading[1]} of the stale spend sits in {where}"


def center_title(rows: pd.DataFrame) -> str:
    """Which cost center pays most, when one does."""
    leading = _leading(rows, "cost_center", "annual_spend")
    if not leading or len(rows) < 2 or leading[0] in ("No cost center", "Several cost centers"):
        return "Spend by cost center"
    return f"{leading[1]} of the spend belongs to {leading[0]}"


def alt(title: str, rows: pd.DataFrame, name: str, value: str) -> str:
    """The figure in words, for people who do not see it: its title and its rows."""
    listed = [f"{row[name]}: {_plain(row[value])}" for row in rows.head(12).to_dict("records")]
    return f"{title}. " + "; ".join(listed)


def _leading(rows: pd.DataFrame, name: str, amount: str) -> tuple[str, str] | None:
    """The row that holds half of `amount` or more, with that share in words; None across currencies."""
    known = rows.dropna(subset=[amount])
    if known.empty or known["currency"].nunique() != 1:
        return None
    totals = known.groupby(name, sort=False)[amount].sum().astype(float)
    whole = float(totals.sum())
    share = float(totals.max()) / whole if whole > 0 else 0.0
    if share < max(STANDS_OUT, ABOVE_EVEN / len(totals) if len(totals) > 1 else 0):
        return None
    return str(totals.idxmax()), next(words for least, words in FRACTIONS if share >= least)


def _how_many(share: float) -> str:
    """A share as "One seat in six is stale"; as a count of a hundred where that would be far off."""
    nth = round(1 / share)
    names = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight", 9: "nine", 10: "ten"}
    if nth in names and abs(1 / nth - share) < 0.03:
        return f"One seat in {names[nth]} is stale"
    hundred = round(share * 100)
    if not hundred:
        return "Fewer than one seat in a hundred is stale"
    return f"{counted(hundred, 'seat in a hundred is', 'seats in a hundred are')} stale"


def _plain(value: Any) -> str:
    return "not known" if is_missing(value) else number(value)
