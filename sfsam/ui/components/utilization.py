"""Utilization: each license with its parts, and the course and outlook of the chosen one."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from sfsam import charts
from sfsam.charts import titles
from sfsam.charts.formats import NOT_KNOWN, counted, is_missing, money_exact, number
from sfsam.ui import formats, frames, license_messages, messages
from sfsam.ui.components import cards, filters, outlook, overview, tables
from sfsam.ui.components.cards import Kpi
from sfsam.ui.components.explain import Behind
from sfsam.ui.state import IN_ADDRESS, Scope

BARS = 12
SUBSCRIPTIONS = "pages/licenses/subscriptions.py"
PARTS = ("active", "stale", "in_grace", "machine", "inactive_holder", "unknown")
COUNTED, EVERY = "In the totals", "All licenses"
COLUMNS = [
    tables.text("License", "model", 194),
    tables.Column("Kind", lambda row: messages.KIND_WORDS.get(row["kind"], row["kind"]), 148),
    tables.text("Org", "org", 158),
    tables.Column(
        "Owned", lambda row: "Unlimited" if row["is_unlimited"] else number(row["owned"]), 82, is_number=True
    ),
    tables.count("Assigned", "assigned", 74),
    tables.count("Active", "active", 64),
    tables.count("Stale", "stale", 60),
    tables.Column("Other", lambda row: number(sum(int(row[part]) for part in PARTS[2:])), 60, is_number=True),
    tables.Column("Available", lambda row: _available(row), 82, is_number=True),
    tables.amount("Savings a year", "potential_savings", 104),
    tables.Column("Price", license_messages.price_source, 72),
]


def lead(scope: Scope) -> None:
    """How many of the owned seats are assigned, in use, stale."""
    seats = frames.row("overview_seats", **scope.parameters())
    amounts = frames.rows("overview_money", **scope.parameters())
    outside = license_messages.SANDBOXES_INSIDE if scope.include_sandboxes else messages.FREE_OUTSIDE
    rows = (SUBSCRIPTIONS, "Open the seats", filters.address(scope, counted="true"))
    behind = Behind(scope, license_messages.worked(seats, amounts), rows)
    cards.lead(messages.utilization_lead(seats), outside, read="overview_seats", behind=behind)


def figures(scope: Scope) -> None:
    """Owned, assigned and its parts, with their course."""
    seats = frames.row("overview_seats", **scope.parameters())
    trend = frames.fetch("license_trend", **scope.parameters())
    if scope.departments:  # kept per license only
        trend = trend.head(0)
    other = sum(int(seats.get(part) or 0) for part in PARTS[2:])
    cards.kpis(
        [
            Kpi("Owned", number(seats.get("owned")), course=charts.sparkline(trend, "owned")),
            Kpi("Assigned", number(seats.get("assigned")), course=charts.sparkline(trend, "assigned")),
            Kpi("Active", number(seats.get("active")), course=charts.sparkline(trend, "active")),
            Kpi("Stale", number(seats.get("stale")), course=charts.sparkline(trend, "stale")),
            Kpi("Other", number(other), help=_other(seats)),
            Kpi("Available", number(seats.get("available")), help="Owned less assigned. Negative: more than is owned."),
        ]
    )


def which() -> bool:
    """Whether only the licenses are listed that the totals count."""
    shown = st.segmented_control(
        "Licenses",
        [COUNTED, EVERY],
        default=COUNTED,
        required=True,
        key="licenses",
        bind=IN_ADDRESS,
        label_visibility="collapsed",
    )
    return shown != EVERY


def table(scope: Scope, only_counted: bool) -> dict[str, Any] | None:
    """Every license of every org, one row each; gives the clicked one, else the first."""
    rows = frames.fetch("position", **scope.parameters())
    rows = overview.counted_licenses(rows, scope) if only_counted else rows
    if rows.empty:
        tables.nothing_matches()
        return None
    ordered = rows.sort_values(["potential_savings", "stale", "assigned"], ascending=False, na_position="last")
    ordered = ordered.reset_index(drop=True)
    selected = tables.grid(
        ordered,
        COLUMNS,
        key="position",
        identity="identifier",
        alt="License position: owned, assigned and its parts",
        on_select="rerun",
        selection_mode=["single-cell"],
        height=min(len(ordered) + 1, 13) * tables.ROW_HEIGHT + 3,
    ).selection
    place = selected.cells[0][0] if selected.cells else 0
    sums = {name: int(ordered[name].sum()) for name in ("assigned", *PARTS)}
    st.caption(
        f"{number(len(ordered))} rows with {number(sums['assigned'])} assigned seats: {number(sums['active'])} active, "
        f"{number(sums['stale'])} stale, {number(sum(sums[part] for part in PARTS[2:]))} other. Click a row for its "
        "parts and its outlook."
    )
    return _record(ordered, min(place, len(ordered) - 1))


def bars(scope: Scope) -> None:
    """The same licenses as bars."""
    position = overview.counted_licenses(frames.fetch("position", **scope.parameters()), scope)
    rows = charts.license_rows(position, BARS)
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
        behind=Behind(scope),
        opens=lambda row: (SUBSCRIPTIONS, filters.address(scope, model=[row["model"]], counted="true")),
    )


def chosen(license_: dict[str, Any], scope: Scope) -> None:
    """One license in one org: its parts, which add up and lead to their seats, its money, its course and outlook."""
    seats = filters.address(
        scope,
        org=license_["org"],
        model=[license_["model"]],
        kind=[messages.KIND_WORDS.get(license_["kind"], license_["kind"])],
    )
    behind = Behind(scope, rows=(SUBSCRIPTIONS, "Open the seats", seats))
    with cards.card("chosen", license_messages.license_title(license_), read="position", behind=behind):
        tables.small(_sums(license_), alt="What is assigned and what is available")
        parts = _parts(license_)
        if not parts.empty:
            cards.draw(
                "parts",
                charts.part_bars,
                parts,
                alt=titles.alt("The parts of the assigned seats", parts, "label", "seats"),
                opens=lambda row: (SUBSCRIPTIONS, seats | {filters.PART: [row["label"]]}),
            )
        stale = seats | {filters.PART: [messages.PART_WORDS["stale"]]}
        cards.way(SUBSCRIPTIONS, "Open its stale seats", stale, key="stale")
        st.caption(_money(license_))
    outlook.card(license_, _ends_on(license_))


def _ends_on(license_: dict[str, Any]) -> Any:
    """The day that the contract ends, else the day that the license expires; None when neither is known."""
    return next((license_[name] for name in ("contract_ends_on", "expires_on") if not is_missing(license_[name])), None)


def _parts(row: dict[str, Any]) -> pd.DataFrame:
    assigned = int(row["assigned"])
    lines = [(part, messages.PART_WORDS[part], int(row[part])) for part in PARTS if int(row[part])]
    frame = pd.DataFrame(lines, columns=["part", "label", "seats"])
    return frame.assign(share=frame["seats"] * 100 / assigned if assigned else None)


def _sums(row: dict[str, Any]) -> list[dict[str, str]]:
    lines = (("Assigned", number(row["assigned"])), ("Available", _available(row)), ("Owned", _owned(row)))
    return [{"Seats": name, "Count": f"**{value}**" if name != "Available" else value} for name, value in lines]


def _other(seats: dict[str, Any]) -> str:
    return ", ".join(f"{messages.PART_WORDS[part]} {number(seats.get(part))}" for part in PARTS[2:]) + "."


def _owned(row: dict[str, Any]) -> str:
    return "Unlimited" if row["is_unlimited"] else number(row["owned"])


def _money(row: dict[str, Any]) -> str:
    if is_missing(row["unit_cost"]):
        return "What a seat costs is not known, so no amount is shown."
    source = {"contract": "contract price", "list": "list price"}.get(row["price_source"], row["price_source"])
    each = money_exact(row["unit_cost"], row["currency"])
    ends = "" if is_missing(row["expires_on"]) else f" Expires on {formats.day(row['expires_on'])}."
    return formats.plain(f"{each} per seat and year, {source}.{ends}{_gap(row)}")


def _gap(row: dict[str, Any]) -> str:
    """What the difference between owned and assigned costs, where there is one."""
    if not is_missing(row["needed"]) and row["needed"]:
        true_up = money_exact(row["true_up"], row["currency"])
        return f" {counted(row['needed'], 'seat is', 'seats are')} missing: true-up {true_up} a year."
    if not is_missing(row["over_licensed"]) and row["over_licensed"]:
        return (
            f" Over-licensed by {money_exact(row['over_licensed'], row['currency'])} a year: nobody holds these seats."
        )
    return ""


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
