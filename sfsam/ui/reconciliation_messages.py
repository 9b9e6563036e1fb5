"""The sentences of the Reconciliation page."""

from __future__ import annotations

from typing import Any

from sfsam.charts.formats import counted
from sfsam.ui import formats

WHAT_IT_IS = (
    "Reconciling sets what is owned against what is assigned, by the prices and exclusions of now. "
    "Every download ends with it."
)
NOTHING_CHANGED = "Between these two days nothing changed that the position shows."
ONE_DAY = "There is one day so far. From the second on, what changed since stands here."
NO_DAYS = "Nothing is written down yet. The next download ends with a reconciliation."


def lead(days: list[Any], newest: Any) -> str:
    """How many days are known, and when the newest was reconciled."""
    if not days:
        return NO_DAYS
    return (
        f"The position of **{counted(len(days), 'day', 'days')}** is written down. "
        f"The newest is of **{formats.day(days[0])}**, reconciled {newest}."
    )


def change(rows: int, licenses_up: int, licenses_down: int) -> str:
    """What happened between two days, as a card's title."""
    if not rows:
        return "Nothing changed"
    parts = [
        f"{counted(licenses_up, 'license has', 'licenses have')} more potential savings" if licenses_up else "",
        f"{counted(licenses_down, 'license has', 'licenses have')} less" if licenses_down else "",
    ]
    said = ", ".join(part for part in parts if part)
    return said or f"{counted(rows, 'license', 'licenses')} changed"
