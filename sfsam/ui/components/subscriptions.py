"""Subscriptions: every seat and who holds it, or only the unused ones."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from sfsam.charts.formats import is_missing
from sfsam.ui import formats, frames, messages
from sfsam.ui.components import cards, filters, tables
from sfsam.ui.state import IN_ADDRESS, Scope

PAGE_SIZE = 15
PAGE_KEY = "subscriptions_page"
LISTS = {"All seats": "subscriptions", "Unused": "unused_licenses"}
PART_COLORS = {
    "Active": "primary",
    "Stale": "orange",
    "In grace": "blue",
    "Machine": "gray",
    "Inactive holder": "orange",
    "Not known": "gray",
}
PERSON_AND_LICENSE = [
    tables.text("Person", "name", 134),
    tables.text("License", "model", 152),
    tables.text("Org", "org", 168),
]
NOTE = tables.Column("Note", lambda row: formats.optional(row["note"]).capitalize(), 112)
STANDING = [
    tables.pill("Now", "part", messages.PART_WORDS, PART_COLORS),
    tables.age("Last use", "inactive_days"),
    tables.amount("A year", "annual_cost", 84),
]
SORTINGS = [
    tables.Sorting("Longest unused first", "inactive_days", descending=True),
    tables.Sorting("By name", "name"),
    tables.Sorting("Highest cost first", "annual_cost", descending=True),
    tables.Sorting("By department", "department"),
    tables.Sorting("By license", "model"),
]


def lead(scope: Scope) -> None:
    """How many seats these are and how many of them are unused."""
    found = frames.count("subscriptions", **scope.parameters())
    unused = frames.count("unused_licenses", **scope.parameters())
    narrowed = bool(scope.parameters())
    cards.lead(messages.subscriptions_lead(found, unused, narrowed), read="subscriptions")


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


def table(read: str, sorting: tables.Sorting, scope: Scope) -> dict[str, Any] | None:
    """One page of seats; gives the row that was clicked, else the first one."""
    notes = [NOTE] if read == "unused_licenses" else []
    rows, total = tables.listing(read, key=PAGE_KEY, sorting=sorting, page_size=PAGE_SIZE, **scope.parameters())
    if rows.empty:
        tables.nothing_matches()
        return None
    selected = tables.grid(
        rows,
        [*PERSON_AND_LICENSE, *notes, *STANDING],
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
        st.page_link(
            "pages/reclaim/candidates.py",
            label=f"Removal candidate {seat['candidate_number']}",
            icon=":material/person_remove:",
            query_params={"q": str(seat["user_principal_name"])},
        )


def _start_over() -> None:
    st.session_state.pop(PAGE_KEY, None)
