"""Utilization: each license with its parts, and the course of the chosen one."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from sfsam import charts
from sfsam.charts import titles
from sfsam.charts.formats import NOT_KNOWN, is_missing, money_exact, number
from sfsam.ui import formats, frames, messages
from sfsam.ui.components import cards, tables
from sfsam.ui.components.cards import Kpi
from sfsam.ui.state import Scope

BARS = 12
PARTS = ("active", "stale", "in_grace", "machine", "inactive_holder", "unknown")
COLUMNS = [
    tables.text("License", "model", 200),
    tables.Column("Kind", lambda row: messages.KIND_WORDS.get(row["kind"], row["kind"]), 146),
    tables.text("Org", "org", 160),
    tables.Column(
        "Owned", lambda row: "Unlimited" if row["is_unlimited"] else number(row["owned"]), 72, is_number=True
    ),
    tables.count("Assigned", "assigned", 76),
    tables.count("Active", "active", 76),
    tables.count("Stale", "stale", 76),
    tables.Column("Other", lambda row: number(sum(int(row[part]) for part in PARTS[2:])), 64, is_number=True),
    tables.Column("Available", lambda row: _available(row), 80, is_number=True),
    tables.amount("Savings a year", "potential_savings", 110),
]


def lead(scope: Scope) -> None:
    """How many of the owned seats are assigned, in use, stale."""
    seats = frames.row("overview_seats", **scope.parameters())
    cards.lead(messages.utilization_lead(seats), messages.FREE_OUTSIDE, read="position")


def figures(scope: Scope) -> None:
    """Owned, assigned and its parts, with their course."""
    seats = frames.row("overview_seats", **scope.parameters())
    trend = frames.fetch("license_trend", **scope.parameters())
    other = sum(int(seats.get(part) or 0) for part in PARTS[2:])
    cards.kpis(
        [
            Kpi("Owned", number(seats.get("owned")), course=charts.sparkline(trend, "owned")),
            Kpi("Assigned", number(seats.get("assigned")), course=charts.sparkline(trend, "assigned")),
            Kpi("Active", number(seats.get("active")), course=charts.sparkline(trend, "active")),
            Kpi("Stale", number(seats.get("stale")), course=charts.sparkline(trend, "stale")),
            Kpi("Other", number(other), help="In grace, machine, inactive holder and not known."),
            Kpi("Available", number(seats.get("available")), help="Owned less assigned. Negative: more than is owned."),
        ]
    )


def table(scope: Scope) -> dict[str, Any] | None:
    """Every license of every org, one row each; gives the clicked one, else the first."""
    rows = frames.fetch("position", **scope.parameters())
    if rows.empty:
        tables.nothing_matches()
        return None
    ordered = rows.sort_values(["potential_savings", "stale", "assigned"], ascending=False, na_position="last")
    ordered = ordered.reset_index(drop=True)
    selected = tables.grid(
        ordered.head(400),
        COLUMNS,
        key="position",
        identity="identifier",
        alt="License position: owned, assigned and its parts",
        on_select="rerun",
        selection_mode=["single-cell"],
        height=min(len(ordered) + 1, 13) * tables.ROW_HEIGHT + 3,
    ).selection
    place = selected.cells[0][0] if selected.cells else 0
    st.caption("Click a row to see its parts and its course. Assigned is the sum of active, stale and other.")
    return _record(ordered, min(place, len(ordered) - 1))


def bars(scope: Scope) -> None:
    """The same licenses as bars."""
    rows = charts.license_rows(charts.paid(frames.fetch("position", **scope.parameters())), BARS)
    cards.chart(
        "utilization",
        rows,
        charts.license_bars,
        title=titles.license_title(rows),
        read="position",
        label="model",
        value="stale",
        keys=("active", "other", "stale", "free", "owned"),
        height="content",
    )


def chosen(license_: dict[str, Any]) -> None:
    """One license in one org: its parts, which add up, its money and its course."""
    title = f"{formats.plain(license_['model'])} in {formats.plain(license_['org'])}"
    with cards.card("chosen", title, read="license_history"):
        tables.small(_parts(license_), alt="The parts of the assigned seats")
        st.caption(_money(license_))
        history = frames.fetch(
            "license_history",
            org_id=license_["org_id"],
            kind=license_["kind"],
            identifier=license_["identifier"],
        )
        if len(history) < 2:
            st.caption(messages.NO_HISTORY)
            return
        cards.draw("history", charts.trend_lines, history, alt=titles.trend_title(history))


def _parts(row: dict[str, Any]) -> list[dict[str, str]]:
    lines = [(messages.PART_WORDS[part], row[part]) for part in PARTS if int(row[part])]
    lines.append(("**Assigned**", row["assigned"]))
    lines.append(("Available", row["available"]))
    lines.append(("**Owned**", row["owned"]))
    share = _share_of(row["assigned"])
    return [
        {"Seats": name, "Count": f"**{number(value)}**" if "*" in name else number(value), "Share": share(name, value)}
        for name, value in lines
    ]


def _share_of(assigned: Any) -> Any:
    def share(name: str, value: Any) -> str:
        inside = name in messages.PART_WORDS.values() and assigned
        if not inside:
            return ""
        percent = 100 * int(value) / int(assigned)
        return "<1%" if 0 < percent < 0.5 else f"{percent:.0f}%"

    return share


def _money(row: dict[str, Any]) -> str:
    if is_missing(row["unit_cost"]):
        return "What a seat costs is not known, so no amount is shown."
    source = {"contract": "contract price", "list": "list price"}.get(row["price_source"], row["price_source"])
    each = money_exact(row["unit_cost"], row["currency"])
    ends = "" if is_missing(row["expires_on"]) else f" Ends on {formats.day(row['expires_on'])}."
    return formats.plain(f"{each} per seat and year, {source}.{ends}")


def _available(row: dict[str, Any]) -> str:
    return (
        formats.NOT_APPLICABLE
        if row["is_unlimited"]
        else NOT_KNOWN
        if is_missing(row["available"])
        else number(row["available"])
    )


def _record(rows: pd.DataFrame, place: int) -> dict[str, Any]:
    return {str(name): value for name, value in rows.iloc[place].to_dict().items()}
