"""The parts of the overview: the lead, the key figures, and the five charts."""

from __future__ import annotations

from typing import Any

import streamlit as st

from sfsam import charts
from sfsam.charts import titles
from sfsam.charts.formats import NOT_KNOWN, counted, is_missing, money, money_exact, number, percent
from sfsam.domain.candidates import State
from sfsam.ui import formats, frames, messages
from sfsam.ui.components import cards
from sfsam.ui.components.cards import Kpi
from sfsam.ui.state import Scope

LICENSES_SHOWN = 8
DEPARTMENTS_SHOWN = 7
DAYS = frames.THRESHOLDS.stale_after_days


def lead(scope: Scope) -> None:
    """What is paid, how much of it is unused, what comes back."""
    seats = frames.row("overview_seats", **scope.parameters())
    amounts = frames.rows("overview_money", **scope.parameters())
    best = charts.license_rows(frames.fetch("position", **scope.parameters()), 1)
    rows = [{str(name): value for name, value in row.items()} for row in best.to_dict("records")]
    cards.lead(
        messages.overview_lead(seats, amounts, DAYS), messages.overview_caption(rows, amounts), read="overview_money"
    )


def figures(scope: Scope) -> None:
    """The row of key figures. An amount is of the currency with the most spend; the others stand in its help."""
    seats = frames.row("overview_seats", **scope.parameters())
    amounts = frames.rows("overview_money", **scope.parameters())
    over = seats.get("over") or 0
    cards.kpis(
        [
            Kpi("Annual spend", *_amount(amounts, "annual_spend"), delta="a year"),
            Kpi(
                "Potential savings",
                *_amount(amounts, "potential_savings"),
                delta=counted(seats.get("stale"), "seat", "seats"),
            ),
            Kpi(
                "Stale seats",
                percent(seats.get("percent_stale")),
                delta=f"of {number(seats.get('assigned'))}",
            ),
            Kpi("Ready to reclaim", number(_ready(scope)), delta="candidates"),
            Kpi("Over-licensed", *_amount(amounts, "over_licensed"), delta=_free(seats)),
            Kpi(
                "True-up cost",
                *_amount(amounts, "true_up"),
                delta=f"{number(over)} over" if over else "None over",
                is_cost=bool(over),
            ),
        ]
    )


def licenses(scope: Scope) -> None:
    """Seats per license, the most money in stale seats first."""
    position = charts.paid(frames.fetch("position", **scope.parameters()))
    rows = charts.license_rows(position, LICENSES_SHOWN)
    cards.chart(
        "licenses",
        rows,
        charts.license_bars,
        title=titles.license_title(charts.license_rows(position, len(position))),
        read="position",
        label="model",
        value="stale",
        keys=("active", "other", "stale", "free", "owned"),
    )


def activity(scope: Scope) -> None:
    """When people were last seen."""
    rows = frames.fetch("last_activity_buckets", **scope.parameters())
    cards.chart(
        "activity",
        rows,
        charts.last_activity_bars,
        title=titles.last_activity_title(rows, DAYS),
        read="last_activity_buckets",
        label="bucket",
        value="people",
        keys=("active", "stale"),
        height="content",
    )


def trend(scope: Scope) -> None:
    """Owned, active and stale seats over time."""
    rows = frames.fetch("license_trend", **scope.parameters())
    if len(rows) < 2:
        st.caption(messages.NO_HISTORY)
        return
    cards.chart(
        "trend",
        rows,
        charts.trend_lines,
        title=titles.trend_title(rows),
        read="license_trend",
        label="day",
        value="stale",
    )


def orgs(scope: Scope) -> None:
    """Where the savings sit."""
    rows = frames.fetch("savings_by_org", **scope.parameters())
    cards.chart(
        "orgs",
        rows,
        charts.org_bars,
        title=titles.org_title(rows),
        read="savings_by_org",
        label="org",
        value="potential_savings",
        height="content",
    )


def departments(scope: Scope) -> None:
    """Which departments the spend belongs to, and what of it is stale."""
    rows = frames.fetch("spend_by_department", **scope.parameters())
    cards.chart(
        "departments",
        rows.head(DEPARTMENTS_SHOWN),
        charts.department_bars,
        title=titles.department_title(rows),
        read="spend_by_department",
        label="department",
        value="stale_cost",
        keys=("active", "stale"),
    )


def footnote(scope: Scope) -> None:
    """Where the prices come from, and amounts in further currencies, which are never added up."""
    rows = frames.rows("overview_money", **scope.parameters())
    if len(rows) > 1:
        spent = ", ".join(money_exact(row["annual_spend"], row["currency"]) for row in rows)
        st.caption(formats.plain(f"Spend by currency, never added up: {spent}. The key figures show the largest."))
    sources = set(frames.fetch("position", **scope.parameters())["price_source"])
    if "list" in sources:
        st.caption(messages.LIST_PRICES)


def _ready(scope: Scope) -> int:
    rows = frames.rows("candidate_states", **scope.parameters())
    return sum(int(row["candidates"]) for row in rows if row["state"] == State.READY)


def _amount(rows: list[dict[str, Any]], column: str) -> tuple[str]:
    known = [row for row in rows if not is_missing(row[column]) and not is_missing(row["currency"])]
    if not known:
        return (NOT_KNOWN,)
    main = max(known, key=lambda row: float(row["annual_spend"] or 0))
    return (money(main[column], main["currency"]),)


def _free(seats: dict[str, Any]) -> str | None:
    available: Any = seats.get("available")
    return None if is_missing(available) else f"{number(max(int(available), 0))} free"
