"""The parts of the overview: the lead, the key figures, and the charts. A bar leads to its rows."""

from __future__ import annotations

from typing import Any

import streamlit as st

from sfsam import charts
from sfsam.charts import titles
from sfsam.charts.formats import NOT_KNOWN, counted, is_missing, money, money_exact, number, percent
from sfsam.ui import formats, frames, license_messages, messages
from sfsam.ui.components import cards, filters
from sfsam.ui.components.cards import Kpi
from sfsam.ui.components.explain import Behind
from sfsam.ui.state import Scope

LICENSES_SHOWN = 8
DEPARTMENTS_SHOWN = 7
CENTERS_SHOWN = 7
UTILIZATION = "pages/licenses/utilization.py"
SUBSCRIPTIONS = "pages/licenses/subscriptions.py"


def lead(scope: Scope) -> None:
    """What is paid, how much of it is unused, what comes back."""
    seats = frames.row("overview_seats", **scope.parameters())
    amounts = frames.rows("overview_money", **scope.parameters())
    behind = Behind(scope, license_messages.worked(seats, amounts), _seats_behind(scope))
    if not seats.get("assigned") and is_missing(seats.get("owned")):
        cards.lead(license_messages.NOTHING_COUNTED, read="overview_money", behind=behind)
        return
    best = charts.license_rows(frames.fetch("position", **scope.parameters()), 1)
    rows = [{str(name): value for name, value in row.items()} for row in best.to_dict("records")]
    cards.lead(
        messages.overview_lead(seats, amounts, scope.stale_after_days),
        messages.overview_caption(rows, amounts),
        read="overview_money",
        behind=behind,
    )


def figures(scope: Scope) -> None:
    """The row of key figures. An amount is of the currency with the most spend; the others stand in the footnote."""
    seats = frames.row("overview_seats", **scope.parameters())
    amounts = frames.rows("overview_money", **scope.parameters())
    freed = frames.rows("freed_this_year", **scope.parameters())
    over = seats.get("over") or 0
    cards.kpis(
        [
            Kpi("Annual spend", _amount(amounts, "annual_spend"), delta=_owned(seats)),
            Kpi(
                "Potential savings",
                _amount(amounts, "potential_savings"),
                delta=counted(sum(int(row["reclaimable_seats"]) for row in amounts), "seat", "seats"),
            ),
            Kpi("Freed this year", _freed(freed, amounts), delta=_seats_freed(freed)),
            Kpi(
                "Percent stale", percent(seats.get("percent_stale")), delta=counted(seats.get("stale"), "seat", "seats")
            ),
            Kpi("Over-licensed", _amount(amounts, "over_licensed"), delta=_free(amounts)),
            Kpi(
                "True-up cost",
                _amount(amounts, "true_up"),
                delta=f"{number(over)} over" if over else "None over",
                is_cost=bool(over),
            ),
        ]
    )


def licenses(scope: Scope) -> None:
    """Assigned against owned per license, the most money in stale seats first."""
    position = counted_licenses(frames.fetch("position", **scope.parameters()), scope)
    rows = charts.license_rows(position, len(position))
    cards.chart(
        "licenses",
        rows.head(LICENSES_SHOWN),
        charts.license_bars,
        title=titles.license_title(rows),
        read="position",
        label="model",
        value="stale",
        keys=("active", "other", "stale", "free", "owned"),
        height="content",
        behind=Behind(scope, rows=(UTILIZATION, "Open utilization", filters.address(scope))),
        opens=lambda row: (UTILIZATION, filters.address(scope, model=[row["model"]])),
    )


def activity(scope: Scope) -> None:
    """When people were last seen."""
    rows = frames.fetch("last_activity_buckets", **scope.parameters())
    cards.chart(
        "activity",
        rows,
        charts.last_activity_bars,
        title=titles.last_activity_title(rows, scope.stale_after_days),
        read="last_activity_buckets",
        label="bucket",
        value="people",
        keys=("active", "stale"),
        height="content",
        behind=Behind(scope, rows=_seats_behind(scope)),
    )


def trend(scope: Scope) -> None:
    """Owned, active and stale seats over time."""
    rows = frames.fetch("license_trend", **scope.parameters())
    if scope.departments or len(rows) < 2:
        st.caption(license_messages.NO_TREND_BY_DEPARTMENT if scope.departments else messages.NO_HISTORY)
        return
    cards.chart(
        "trend",
        rows,
        charts.trend_lines,
        title=titles.trend_title(rows),
        read="license_trend",
        label="day",
        value="stale",
        height="content",
        behind=Behind(scope, (license_messages.TREND_OF_THEN,)),
    )


def orgs(scope: Scope) -> None:
    """Where the stale seats and the savings sit."""
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
        behind=Behind(scope, rows=_seats_behind(scope)),
        opens=lambda row: (UTILIZATION, filters.address(scope, org=row["org"])),
    )


def cost_centers(scope: Scope) -> None:
    """Which cost centers pay for it."""
    rows = frames.fetch("spend_by_cost_center", **scope.parameters())
    cards.chart(
        "cost_centers",
        rows.head(CENTERS_SHOWN),
        charts.center_bars,
        title=titles.center_title(rows),
        read="spend_by_cost_center",
        label="cost_center",
        value="annual_spend",
        empty=license_messages.CENTERS_BELONG_TO_ORGS if scope.departments else messages.NOTHING_MATCHES[1],
        height="content",
        behind=Behind(scope),
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
        height="content",
        behind=Behind(scope, rows=_seats_behind(scope)),
        opens=lambda row: (SUBSCRIPTIONS, filters.address(scope, department=[row["department"]], counted="true")),
    )


def footnote(scope: Scope) -> None:
    """Where the prices come from, what stands outside, and amounts in further currencies, which are never added up."""
    amounts = frames.rows("overview_money", **scope.parameters())
    outside = license_messages.SANDBOXES_INSIDE if scope.include_sandboxes else messages.FREE_OUTSIDE
    st.caption(formats.plain(f"{license_messages.prices(amounts)} {outside}"))
    if len(amounts) > 1:
        spent = ", ".join(money_exact(row["annual_spend"], row["currency"]) for row in amounts)
        st.caption(formats.plain(f"Spend by currency, never added up: {spent}. The key figures show the largest."))


def counted_licenses(position: Any, scope: Scope) -> Any:
    """The licenses that the totals count, of the read position."""
    inside = position["is_counted"].astype(bool)
    return position[inside] if scope.include_sandboxes else position[inside & ~position["is_sandbox"].astype(bool)]


def _seats_behind(scope: Scope) -> tuple[str, str, dict[str, Any]]:
    return SUBSCRIPTIONS, "Open the seats", filters.address(scope, counted="true")


def _amount(rows: list[dict[str, Any]], column: str) -> str:
    """The amount of the currency with the most spend."""
    known = [row for row in rows if not is_missing(row[column]) and not is_missing(row["currency"])]
    if not known:
        return NOT_KNOWN
    main = max(known, key=lambda row: float(row["annual_spend"] or 0))
    return money(main[column], main["currency"])


def _owned(seats: dict[str, Any]) -> str:
    owned: Any = seats.get("owned")
    return f"{number(seats.get('assigned'))} held" if is_missing(owned) else f"{number(owned)} owned"


def _free(amounts: list[dict[str, Any]]) -> str | None:
    free = [row["free_seats"] for row in amounts if not is_missing(row["free_seats"])]
    return f"{number(sum(free))} free" if free else None


def _freed(freed: list[dict[str, Any]], amounts: list[dict[str, Any]]) -> str:
    """What was freed, in the currency with the most of it; nothing is an amount too where a price is known."""
    known = [row for row in freed if not is_missing(row["freed"]) and not is_missing(row["currency"])]
    if known:
        most = max(known, key=lambda row: float(row["freed"]))
        return money(most["freed"], most["currency"])
    currencies = [row["currency"] for row in amounts if not is_missing(row["currency"])]
    return money(0, currencies[0]) if currencies and not freed else NOT_KNOWN


def _seats_freed(freed: list[dict[str, Any]]) -> str:
    return counted(sum(int(row["seats"]) for row in freed), "seat", "seats")
