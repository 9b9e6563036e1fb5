"""Subscriptions: every seat and who holds it, or only the unused ones."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from sfsam.charts.formats import is_missing
from sfsam.ui import formats, frames, license_messages, messages
from sfsam.ui.components import cards, filters, tables
from sfsam.ui.components.explain import Behind
from sfsam.ui.state import IN_ADDRESS, Scope

PAGE_SIZE = 15
PAGE_KEY = "subscriptions_page"
COLUMNS_KEY = "columns"
LISTS = {"All seats": "subscriptions", "Unused": "unused_licenses"}
PART_COLORS = {
    "Active": "primary",
    "Stale": "orange",
    "In grace": "blue",
    "Machine": "gray",
    "Inactive holder": "orange",
    "Not known": "gray",
}
COLUMNS = {
    "Person": tables.text("Person", "name", 126),
    "User name": tables.text("User name", "user_principal_name", 200),
    "Title": tables.Column("Title", lambda row: formats.optional(row["title"]), 150),
    "Department": tables.Column("Department", lambda row: formats.optional(row["department"]), 110),
    "License": tables.text("License", "model", 150),
    "Kind": tables.Column("Kind", lambda row: messages.KIND_WORDS.get(row["kind"], row["kind"]), 142),
    "Org": tables.text("Org", "org", 166),
    "Note": tables.Column("Note", lambda row: formats.optional(row["note"]).capitalize(), 112),
    "Now": tables.pill("Now", "part", messages.PART_WORDS, PART_COLORS),
    "Last use": tables.age("Last use", "inactive_days"),
    "Signal": tables.Column("Signal", lambda row: formats.optional(row["deciding_signal"]), 130),
    "Assigned": tables.Column("Assigned", lambda row: formats.day(row["assigned_at"]), 96),
    "Candidate": tables.Column("Candidate", lambda row: formats.optional(row["candidate_number"]), 92),
    "A year": tables.amount("A year", "annual_cost", 84),
    "Price": tables.Column("Price", license_messages.price_source, 68),
}
AT_FIRST = ["Person", "License", "Org", "Note", "Now", "Last use", "A year"]
ONLY_UNUSED = "Note"
SORTINGS = [
    tables.Sorting("Longest unused first", "inactive_days", descending=True),
    tables.Sorting("By name", "name"),
    tables.Sorting("Highest cost first", "annual_cost", descending=True),
    tables.Sorting("By department", "department"),
    tables.Sorting("By license", "model"),
    tables.Sorting("Newest assignment first", "assigned_at", descending=True),
]


def lead(scope: Scope) -> None:
    """How many seats these are, how many of them are unused, and how many the totals count."""
    totals = frames.row("seat_totals", **scope.parameters())
    found, unused = (_listed(read, scope) for read in LISTS.values())
    shows_all = not scope.search.strip() and not scope.only_counted
    cards.lead(
        messages.subscriptions_lead(found, unused, scope.is_narrowed),
        license_messages.composition(totals) if shows_all else "",
        read="seat_totals",
        behind=Behind(scope),
    )


def narrowing(scope: Scope) -> Scope:
    """The search box; gives the narrowed scope."""
    return replace(scope, search=filters.search("Person, license, department"))


def sorting() -> tables.Sorting:
    return tables.sorted_by("subscriptions_sort", SORTINGS)


def which() -> str:
    """The read that is listed: all seats or the unused ones."""
    label = st.segmented_control(
        "Seats",
        list(LISTS),
        default="All seats",
        required=True,
        key="seats",
        bind=IN_ADDRESS,
        label_visibility="collapsed",
        on_change=_start_over,
    )
    return LISTS[label or "All seats"]


def columns(read: str) -> list[tables.Column]:
    """The columns that are wanted, in their own order."""
    choice = [name for name in COLUMNS if name != ONLY_UNUSED or read == "unused_licenses"]
    with st.popover("Columns", icon=":material/view_column:", type="tertiary", key="choose_columns"):
        wanted = st.multiselect(
            "Columns of the list",
            choice,
            default=[name for name in AT_FIRST if name in choice],
            key=f"{COLUMNS_KEY}_{read}",
            bind=IN_ADDRESS,
        )
    return [column for name, column in COLUMNS.items() if name in (wanted or AT_FIRST) and name in choice]


def table(read: str, sorting: tables.Sorting, shown: list[tables.Column], scope: Scope) -> dict[str, Any] | None:
    """One page of seats; gives the row that was clicked, else the first one."""
    total = _listed(read, scope)
    rows = tables.listed(read, total, key=PAGE_KEY, sorting=sorting, page_size=PAGE_SIZE, **scope.parameters())
    if rows.empty:
        tables.nothing_matches()
        return None
    selected = tables.grid(
        rows,
        shown,
        key=read,
        identity="subscription_id",
        alt="Seats and who holds them",
        on_select="rerun",
        selection_mode=["single-cell"],
    ).selection
    tables.pager(PAGE_KEY, total, PAGE_SIZE, "Click a row for its evidence.")
    place = min(selected.cells[0][0] if selected.cells else 0, len(rows) - 1)
    return {str(name): value for name, value in rows.iloc[place].to_dict().items()}


def candidate_link(seat: dict[str, Any]) -> None:
    """The way to the removal candidate of this seat, when there is one."""
    if not is_missing(seat["candidate_number"]):
        cards.way(
            "pages/reclaim/candidates.py",
            f"Removal candidate {seat['candidate_number']}",
            {"q": str(seat["user_principal_name"])},
            key="candidate",
            icon=":material/person_remove:",
        )


def _listed(read: str, scope: Scope) -> int:
    """How many seats are in a list. Seats are counted already, unless they are searched for by name."""
    if scope.search.strip():
        return frames.count(read, **scope.parameters())
    totals = frames.row("seat_totals", **scope.parameters())
    of_all, of_unused = ("counted", "counted_unused") if scope.only_counted else ("assigned", "unused")
    return int(totals[of_all if read == LISTS["All seats"] else of_unused])


def _start_over() -> None:
    st.session_state.pop(PAGE_KEY, None)
