"""Renewals: what ends within so many days, what it costs, and how many seats are worth renewing."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from sfsam.charts.formats import counted, is_missing, money, money_exact, number
from sfsam.charts.renewals import renewal_bars, renewal_months
from sfsam.charts.report import renewal_report
from sfsam.domain.answers import RenewalReport
from sfsam.domain.commands import Narrowing, ShowRenewalReport
from sfsam.ui import entitlement_messages as messages
from sfsam.ui import formats, frames
from sfsam.ui.components import cards, tables
from sfsam.ui.components.cards import Kpi
from sfsam.ui.messages import KIND_WORDS
from sfsam.ui.state import IN_ADDRESS, Scope

HORIZONS = (30, 60, 90, 180)
STANDARD = 90
PAGE_SIZE = 12
PAGE_KEY = "renewals_page"
SORTINGS = [
    tables.Sorting("Ends first", "ends_on"),
    tables.Sorting("Most at stake first", "at_stake", descending=True),
    tables.Sorting("By license", "model"),
]
COLUMNS = [
    tables.Column("Ends", lambda row: formats.day(row["ends_on"]), 96),
    tables.Column("In", lambda row: f"{number(row['days_left'])} d", 60, is_number=True),
    tables.text("License", "model", 150),
    tables.text("Org", "org", 168),
    tables.Column("Contract", lambda row: formats.optional(row["contract"]), 96),
    tables.count("Seats end", "quantity", 78),
    tables.count("Assigned", "assigned", 76),
    tables.count("To renew", "seats_to_renew", 76),
    tables.amount("A year", "annual_cost", 90),
    tables.amount("At stake", "at_stake", 84),
    tables.pill("Next", "is_renewed", {True: "Renewed", False: "Open"}, {"Renewed": "primary", "Open": "orange"}),
]


def horizon() -> int:
    """How many days ahead, in the address."""
    words = {f"{days} days": days for days in HORIZONS}
    label = st.segmented_control(
        "Within",
        list(words),
        default=f"{STANDARD} days",
        required=True,
        key="within",
        bind=IN_ADDRESS,
        label_visibility="collapsed",
    )
    return words.get(str(label), STANDARD)


def lead(scope: Scope, days: int) -> None:
    """How many renewals come up, the first, and what is at stake."""
    rows = _rows(scope, days)
    costs = [{"currency": currency, "at_stake": at_stake} for currency, _, at_stake in _sums(rows)]
    first = rows["ends_on"].iloc[0] if len(rows) else None
    known = rows.dropna(subset=["quantity"])
    left = (known["quantity"] - known["seats_to_renew"]).clip(lower=0).sum()
    cards.lead(messages.renewals_lead(len(rows), days, first, costs, int(left)), read="renewals")


def report(scope: Scope, days: int) -> None:
    """The one page for the meeting, made when asked for."""
    st.download_button(
        "Renewal report",
        data=partial(_report, Narrowing(**scope.parameters()), days),
        file_name="sfsam-renewal-report.html",
        mime="text/html",
        icon=":material/description:",
        key="renewal_report",
        help=messages.RENEWAL_REPORT,
        on_click="ignore",
    )


def figures(scope: Scope, days: int) -> None:
    """What ends and what is at stake, per currency."""
    rows = _rows(scope, days)
    if rows.empty:
        return
    known = rows.dropna(subset=["quantity"])
    kpis = [
        Kpi("Renewals", number(len(rows)), help="Entitlements and licenses that end in these days."),
        Kpi("Seats end", number(known["quantity"].sum())),
        Kpi("Seats to renew", number(rows["seats_to_renew"].sum()), help="Assigned, less what can be reclaimed."),
    ]
    for currency, cost, at_stake in _sums(rows):
        whole = f"Of {money(cost, currency)} a year that end."
        kpis.append(Kpi(f"At stake, {currency}", money(at_stake, currency), help=whole, is_cost=at_stake > 0))
    cards.kpis(kpis)


def course(scope: Scope, days: int) -> None:
    """What ends in each month, one figure per currency."""
    rows = _rows(scope, days)
    first = pd.Timestamp(frames.now().date())
    for currency, cost, _ in _sums(rows):
        if cost > 0:
            months = renewal_months(rows, currency, first, first + pd.Timedelta(days=days))
            labelled = months.assign(label=[f"{month:%b %Y}" for month in months["month"]])
            cards.chart(
                f"renewals_{currency}",
                labelled,
                renewal_bars,
                title=f"What ends each month, {currency} a year; amber is at stake",
                read="renewals",
                label="label",
                value="at_stake",
                height="content",
            )


def table(scope: Scope, days: int) -> dict[str, Any] | None:
    """One page of renewals; gives the row that was clicked, else the first one."""
    sorting = tables.sorted_by("renewals_sort", SORTINGS)
    rows, total = tables.listing("renewals", key=PAGE_KEY, sorting=sorting, page_size=PAGE_SIZE, **_asked(scope, days))
    if rows.empty and scope.is_narrowed:
        tables.nothing_matches()
        return None
    if rows.empty:
        cards.empty(
            "renewals",
            messages.NO_RENEWALS,
            icon=":material/event_available:",
            link=("pages/licenses/entitlements.py", "Entitlements"),
        )
        return None
    selected = tables.grid(
        rows,
        COLUMNS,
        key="renewals",
        identity="renewal_id",
        alt="Renewals by their last day, with seats and money",
        on_select="rerun",
        selection_mode=["single-cell"],
    ).selection
    tables.pager(PAGE_KEY, total, PAGE_SIZE, "Click a row for its advice.")
    place = min(selected.cells[0][0] if selected.cells else 0, len(rows) - 1)
    return {str(name): value for name, value in rows.iloc[place].to_dict().items()}


def chosen(row: dict[str, Any]) -> None:
    """One renewal: the advice, where its days come from, and the way to its seats."""
    title = f"{formats.plain(row['model'])} in {formats.plain(row['org'])}, {formats.day(row['ends_on'])}"
    with cards.card("chosen_renewal", title, read="renewals"):
        st.markdown(f"**{messages.renewal_advice(row)}**")
        cards.facts(
            {
                "License": f"{KIND_WORDS.get(row['kind'], row['kind'])}, {row['identifier']}",
                "Contract ends": formats.day(row["contract_ends_on"]),
                "Org lets it end": formats.day(row["expires_on"]),
                "Use": f"{number(row['active'])} active, {number(row['stale'])} stale of {number(row['assigned'])}",
                "Reclaimable": counted(row["reclaimable"], "seat", "seats"),
                "Price": _price(row),
                "Cost center": formats.optional(row["cost_center"]),
            }
        )
        cards.way(
            "pages/licenses/utilization.py",
            "Its parts and its seats",
            {"model": str(row["model"])},
            key="utilization",
            icon=":material/bar_chart:",
        )


def _report(narrowing: Narrowing, days: int) -> bytes:
    answer = frames.send(ShowRenewalReport(within_days=days, narrowing=narrowing))
    return renewal_report(RenewalReport.model_validate(answer)).encode()


def _price(row: dict[str, Any]) -> str:
    if is_missing(row["unit_cost"]):
        return formats.NOT_KNOWN
    return f"{money_exact(row['unit_cost'], row['currency'])} per seat and year, {row['price_source']} price"


def _rows(scope: Scope, days: int) -> pd.DataFrame:
    return frames.fetch("renewals", **_asked(scope, days))


def _sums(rows: pd.DataFrame) -> list[tuple[str, float, float]]:
    """Currency, annual cost, at stake; the largest first."""
    summed = rows.dropna(subset=["currency"]).groupby("currency")[["annual_cost", "at_stake"]].sum()
    ordered = summed.sort_values("annual_cost", ascending=False)
    return [(str(currency), float(row["annual_cost"]), float(row["at_stake"])) for currency, row in ordered.iterrows()]


def _asked(scope: Scope, days: int) -> dict[str, Any]:
    return scope.parameters() | {"today": frames.now().date(), "within_days": days}
