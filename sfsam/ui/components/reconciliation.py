"""Reconciliation: the day's results, what changed between two of them, and doing it now."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from sfsam.charts.formats import is_missing, money_exact, number
from sfsam.domain.commands import Reconcile
from sfsam.ui import formats, frames, viewer
from sfsam.ui import reconciliation_messages as messages
from sfsam.ui.components import cards, jobs, tables
from sfsam.ui.state import IN_ADDRESS, Scope

SLOT = "reconcile"
ROWS_SHOWN = 200


def days(scope: Scope) -> list[Any]:
    """The days that have a result, the newest first."""
    rows = frames.fetch("reconciliations", **scope.parameters())
    return [] if rows.empty else sorted({pd.Timestamp(day).date() for day in rows["day"]}, reverse=True)


def lead(days: list[Any]) -> None:
    """Which days are known, and when the newest was reconciled."""
    rows = frames.fetch("reconciliations")
    at = None if rows.empty else rows["reconciled_at"].max()
    cards.lead(messages.lead(days, viewer.moment(at)), messages.WHAT_IT_IS, read="reconciliations")


def run_now() -> None:
    """The button, and the progress of the job."""
    if viewer.may(Reconcile):
        st.button(
            "Reconcile now",
            icon=":material/sync:",
            on_click=jobs.start,
            args=(Reconcile(actor=viewer.person().name),),
            kwargs={"key": "reconcile", "slot": SLOT},
        )
    jobs.card(SLOT)


def changes(scope: Scope, days: list[Any]) -> None:
    """What differs between two days, license by license."""
    if len(days) < 2:
        with cards.card("changes", "What changed"):
            st.caption(messages.ONE_DAY)
        return
    before, after = _two_days(days)
    rows = frames.fetch("position_change", from_day=before, to_day=after, **scope.parameters())
    moved = rows["savings_after"].fillna(0) - rows["savings_before"].fillna(0)
    title = messages.change(len(rows), int((moved > 0).sum()), int((moved < 0).sum()))
    with cards.card("changes", title, read="position_change"):
        if rows.empty:
            st.caption(messages.NOTHING_CHANGED)
            return
        tables.grid(
            rows.head(ROWS_SHOWN),
            _CHANGES,
            key="changes",
            identity="identifier",
            alt=f"What changed between {formats.day(before)} and {formats.day(after)}",
            height=min(len(rows) + 1, 14) * tables.ROW_HEIGHT + 3,
        )
        if len(rows) > ROWS_SHOWN:
            st.caption(f"The {ROWS_SHOWN} largest of {number(len(rows))} changes.")


def results(scope: Scope) -> None:
    """Each day's result, org by org."""
    rows = frames.fetch("reconciliations", **scope.parameters())
    with cards.card("results", "Results by day", read="reconciliations"):
        tables.grid(
            rows.head(ROWS_SHOWN),
            _RESULTS,
            key="results",
            identity="day",
            alt="Results of the reconciliations by day and org",
            height=min(len(rows) + 1, 14) * tables.ROW_HEIGHT + 3,
        )


def _two_days(days: list[Any]) -> tuple[Any, Any]:
    """The chosen days, the earlier one first; the newest two to begin with."""
    names = {formats.day(day): day for day in days}
    left, right = st.columns(2)
    with left:
        first = st.selectbox("From", list(names), index=1, key="from", bind=IN_ADDRESS)
    with right:
        second = st.selectbox("To", list(names), index=0, key="to", bind=IN_ADDRESS)
    chosen = sorted((names[str(first)], names[str(second)]))
    return chosen[0], chosen[1]


def _both(row: dict[str, Any], name: str) -> str:
    before, after = row[f"{name}_before"], row[f"{name}_after"]
    return number(after) if before == after else f"{number(before)} → {number(after)}"


def _amounts(row: dict[str, Any], name: str) -> str:
    before, after = row[f"{name}_before"], row[f"{name}_after"]
    if is_missing(before) and is_missing(after):
        return formats.NOT_APPLICABLE
    if before == after:
        return money_exact(after, row["currency"])
    return f"{_amount(before, row)} → {_amount(after, row)}"


def _amount(value: Any, row: dict[str, Any]) -> str:
    return formats.NOT_APPLICABLE if is_missing(value) else money_exact(value, row["currency"])


_CHANGES = [
    tables.text("License", "model", 220),
    tables.text("Org", "org", 160),
    tables.Column("Owned", lambda row: _both(row, "owned"), 104, is_number=True),
    tables.Column("Assigned", lambda row: _both(row, "assigned"), 104, is_number=True),
    tables.Column("Stale", lambda row: _both(row, "stale"), 96, is_number=True),
    tables.Column("Unit cost", lambda row: _amounts(row, "unit_cost"), 150, is_number=True),
    tables.Column("Savings a year", lambda row: _amounts(row, "savings"), 200, is_number=True),
]
_RESULTS = [
    tables.Column("Day", lambda row: formats.day(row["day"]), 96),
    tables.text("Org", "org", 160),
    tables.count("Owned", "owned", 80),
    tables.count("Assigned", "assigned", 80),
    tables.count("Stale", "stale", 64),
    tables.Column("Spend a year", lambda row: _amounts_of(row, "annual_spend"), 110, is_number=True),
    tables.Column("Savings", lambda row: _amounts_of(row, "potential_savings"), 100, is_number=True),
    tables.Column("Over-licensed", lambda row: _amounts_of(row, "over_licensed"), 110, is_number=True),
    tables.Column("True-up", lambda row: _amounts_of(row, "true_up"), 90, is_number=True),
    tables.Column("Reconciled", lambda row: viewer.moment(row["reconciled_at"]), 130),
]


def _amounts_of(row: dict[str, Any], name: str) -> str:
    return _amount(row[name], row)
