"""Consumption: what is allowed, used and expected by now, and the course of the chosen entitlement."""

from __future__ import annotations

from typing import Any

import streamlit as st

from sfsam import charts
from sfsam.charts import titles
from sfsam.charts.consumption import consumption_title, worst_first
from sfsam.charts.formats import is_missing, number, percent
from sfsam.ui import consumption_messages as messages
from sfsam.ui import formats, frames, viewer
from sfsam.ui.components import cards, tables
from sfsam.ui.components.cards import Kpi
from sfsam.ui.state import Scope

PROFILES = "pages/operations/profiles.py"
BARS = 12
KEYS = {"active": "Used", "owned": "Allowed", "mark": "Expected by then"}
PACE_COLORS = {"Over": "red", "Too fast": "orange", "On course": "green", "Far below": "blue"}
COLUMNS = [
    tables.text("Entitlement", "label", 236),
    tables.text("Org", "org", 172),
    tables.Column("Period", lambda row: _frequency(row), 94),
    tables.Column("Allowed", lambda row: _allowed(row), 84, is_number=True),
    tables.count("Used", "used", 84),
    tables.Column("Expected", lambda row: _expected(row), 84, is_number=True),
    tables.Column("Remaining", lambda row: _remaining(row), 84, is_number=True),
    tables.Column("Counted", lambda row: formats.day(row["counted_at"]), 96),
    tables.pill("Pace", "pace", messages.PACE_WORDS, dict.fromkeys(messages.PACE_WORDS.values(), "gray") | PACE_COLORS),
]


def require_some() -> None:
    """End the page with the reasons when no org shows anything that is bought by use."""
    if frames.fetch("consumption").empty:
        cards.empty("consumption", messages.NONE, icon=":material/data_usage:", link=(PROFILES, "Look at the profiles"))
        st.stop()


def lead(scope: Scope) -> None:
    """How many entitlements there are, and which one needs a decision."""
    cards.lead(messages.lead(_rows(scope)), messages.CAPTION, read="consumption")


def figures(scope: Scope) -> None:
    """How many entitlements are used at which pace."""
    paces = [row["pace"] for row in _rows(scope)]
    shown = {
        "Too fast": paces.count("over") + paces.count("ahead"),
        "On course": paces.count("even"),
        "Far below": paces.count("behind"),
        "Others": sum(pace in ("unknown", "unlimited", "ended") for pace in paces),
    }
    helps = {
        "Too fast": "Over what is allowed, or more than a tenth above what an even use had come to.",
        "Far below": "Less than half of what an even use had come to.",
        "Others": "Unlimited, ended, or not counted yet.",
    }
    cards.kpis([Kpi(name, number(count), help=helps.get(name)) for name, count in shown.items()])


def table(scope: Scope) -> dict[str, Any] | None:
    """Every entitlement of every org; gives the clicked one, else the first."""
    rows = worst_first(frames.fetch("consumption", **_scoped(scope)))
    if rows.empty:
        tables.nothing_matches()
        return None
    selected = tables.grid(
        rows,
        COLUMNS,
        key="consumption",
        identity="entitlement_id",
        alt="Entitlements by use: allowed, used, expected by then and remaining",
        on_select="rerun",
        selection_mode=["single-cell"],
        height=min(len(rows) + 1, 13) * tables.ROW_HEIGHT + 3,
    ).selection
    st.caption(messages.CLICK)
    place = selected.cells[0][0] if selected.cells else 0
    return {str(name): value for name, value in rows.iloc[min(place, len(rows) - 1)].to_dict().items()}


def bars(scope: Scope) -> None:
    """The same entitlements as bars, those that need a decision first."""
    rows = charts.consumption_rows(frames.fetch("consumption", **_scoped(scope)), BARS)
    title = consumption_title(rows)
    with cards.card("consumption", title, read="consumption"):
        if rows.empty:
            st.caption(messages.NOT_DRAWN)
            return
        st.html("".join(f'<span class="key key-{key}">{words}</span>' for key, words in KEYS.items()))
        cards.draw("consumption", charts.consumption_bars, rows, alt=titles.alt(title, rows, "label", "used"))
        st.caption(messages.NOT_DRAWN)


def chosen(entitlement: dict[str, Any]) -> None:
    """One entitlement: its period, its pace and its course."""
    title = f"{formats.plain(entitlement['label'])} in {formats.plain(entitlement['org'])}"
    with cards.card("chosen", title, read="consumption_history"):
        st.markdown(messages.pace(entitlement))
        cards.facts(_facts(entitlement))
        history = frames.fetch(
            "consumption_history", org_id=entitlement["org_id"], entitlement_id=entitlement["entitlement_id"]
        )
        if len(history) < 2:
            st.caption(messages.NO_COURSE)
            return
        alt = titles.alt("Used by day", history.tail(12), "day", "used")
        cards.draw("consumption_course", charts.consumption_course, history, alt=alt)


def _rows(scope: Scope) -> list[dict[str, Any]]:
    return frames.rows("consumption", **_scoped(scope))


def _scoped(scope: Scope) -> dict[str, Any]:
    """The orgs alone: nothing here belongs to a department or is a seat of a license."""
    return {"org_ids": list(scope.org_ids) or None}


def _facts(row: dict[str, Any]) -> dict[str, str]:
    share = "" if is_missing(row["used"]) or not row["allowed"] else f" ({_share(row)})"
    facts = {
        "Used": f"{number(row['used'])} of {_allowed(row)}{share}",
        "Expected": _expected(row),
        "At this pace": f"{number(row['projected'])} by the end" if not is_missing(row["projected"]) else "",
        "Per month": _per_month(row),
        "Period": _span(row["period_start"], row["period_end"]),
        "Contract": _span(row["contract_start"], row["contract_end"]) if row["kind"] == "consumption" else "",
        "Counted": viewer.moment(row["counted_at"]),
        "Identifier": str(row["identifier"]),
    }
    return {name: value for name, value in facts.items() if value}


def _share(row: dict[str, Any]) -> str:
    return "unlimited" if is_missing(row["allowed"]) else percent(100 * row["used"] / row["allowed"], 0)


def _per_month(row: dict[str, Any]) -> str:
    if is_missing(row["used_per_month"]) or is_missing(row["allowed_per_month"]):
        return ""
    return f"{number(row['used_per_month'])} used, {number(row['allowed_per_month'])} allowed"


def _span(start: Any, end: Any) -> str:
    if is_missing(start):
        return ""
    if is_missing(end):
        return f"since {formats.day(start)}"
    return formats.day(start) if start == end else f"{formats.day(start)} to {formats.day(end)}"


def _frequency(row: dict[str, Any]) -> str:
    if row["is_persistent"]:
        return "Held"
    return messages.FREQUENCY_WORDS.get(row["frequency"], formats.text(row["frequency"]))


def _allowed(row: dict[str, Any]) -> str:
    return "Unlimited" if row["is_unlimited"] else number(row["allowed"])


def _expected(row: dict[str, Any]) -> str:
    return formats.NOT_APPLICABLE if is_missing(row["expected"]) else number(row["expected"])


def _remaining(row: dict[str, Any]) -> str:
    return formats.NOT_APPLICABLE if row["is_unlimited"] else number(row["remaining"])
