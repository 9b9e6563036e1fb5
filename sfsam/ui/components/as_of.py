"""A past day: which one, and what was assigned on it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from sfsam.charts.formats import number
from sfsam.ui import formats, frames
from sfsam.ui import people_messages as messages
from sfsam.ui.components import cards, tables
from sfsam.ui.state import IN_ADDRESS, Scope

COLUMNS = [
    tables.text("License", "model", 260),
    tables.text("Org", "org", 180),
    tables.count("Then", "assigned", 84),
    tables.Column("Now", lambda row: number(row["now"]), 84, is_number=True),
    tables.Column("Change", lambda row: _change(row), 84, is_number=True),
]
SHOWN = 200


def chosen(scope: Scope) -> date | None:
    """The day in the address, between the first download and today; None while there is no history."""
    span = frames.rows("history_span", **scope.parameters())
    if not span:
        return None
    first = min(pd.Timestamp(row["first_day"]).date() for row in span)
    last = max(pd.Timestamp(row["last_day"]).date() for row in span)
    day = st.date_input(
        "As of",
        value=max(first, last - timedelta(days=30)),
        min_value=first,
        max_value=last,
        key="day",
        bind=IN_ADDRESS,
        format="YYYY-MM-DD",
        width=170,
    )
    return day if isinstance(day, date) else last


def card(scope: Scope) -> None:
    """What was assigned on the chosen day, license by license, beside what is assigned now."""
    day = chosen(scope)
    if day is None:
        cards.empty("history", messages.NOBODY, icon=":material/history:")
        return
    then = frames.fetch("assigned_on_day", day=day, **scope.parameters())
    now = frames.fetch("assigned_on_day", day=frames.now().date(), **scope.parameters())
    keys = ["org", "org_id", "kind", "identifier", "model"]
    both = then.merge(now.rename(columns={"assigned": "now"}), on=keys, how="outer").fillna({"assigned": 0, "now": 0})
    both = both.sort_values(["assigned", "now"], ascending=False).reset_index(drop=True)
    title = messages.day_lead(int(then["assigned"].sum()), len(then), day)
    with cards.card("past_day", title, read="assigned_on_day"):
        st.caption(messages.PAST_DAY)
        if both.empty:
            return
        tables.grid(
            both.head(SHOWN),
            COLUMNS,
            key="past_day",
            identity="identifier",
            alt="Seats of each license on that day and now",
            height=min(len(both) + 1, 16) * tables.ROW_HEIGHT + 3,
        )


def _change(row: dict[str, Any]) -> str:
    change = int(row["now"]) - int(row["assigned"])
    return formats.NOT_APPLICABLE if not change else f"+{number(change)}" if change > 0 else number(change)
