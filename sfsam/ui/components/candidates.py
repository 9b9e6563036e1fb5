"""Removal candidates: the states as segments, the list with ticks, the moves of one candidate."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from sfsam.charts.formats import counted, number
from sfsam.domain.candidates import State
from sfsam.domain.commands import Narrowing
from sfsam.ui import candidate_messages, frames, messages, reclaim_messages, state
from sfsam.ui.components import cards, filters, plan, tables
from sfsam.ui.state import Scope

PAGE_SIZE = 10
PAGE_KEY = "candidates_page"
SEGMENTS: dict[str, tuple[State, ...]] = {
    "Ready": (State.READY,),
    "Awaiting": (State.AWAITING_USER, State.AWAITING_APPROVAL, State.AWAITING_REVOCATION),
    "Attention": (State.ATTENTION_REQUIRED,),
    "Kept or canceled": (State.CLOSED_SKIPPED, State.CLOSED_CANCELED),
    "Complete": (State.CLOSED_COMPLETE,),
}
PILLS = {
    "Ready": "gray",
    "Awaiting User": "blue",
    "Awaiting Approval": "blue",
    "Awaiting Revocation": "blue",
    "Attention Required": "orange",
    "Closed Complete": "green",
    "Closed Skipped": "gray",
    "Closed Canceled": "gray",
}
SORTINGS = [
    tables.Sorting("Highest savings first", "potential_savings", descending=True),
    tables.Sorting("Longest unused first", "inactive_days", descending=True),
    tables.Sorting("By name", "name"),
    tables.Sorting("Newest first", "updated_at", descending=True),
]
COLUMNS = [
    tables.text("Person", "name", 138),
    tables.text("License", "model", 132),
    tables.Column("Why", lambda row: candidate_messages.why_in_short(row), 96),
    tables.text("Org", "org", 138),
    tables.pill("State", "state", dict(messages.STATE_WORDS), PILLS, 138),
    tables.count("Seats", "seats", 50),
    tables.amount("A year", "potential_savings", 72),
]


def lead(scope: Scope) -> None:
    """How many seats can be reclaimed now, what they are worth, and what needs attention."""
    cards.lead(messages.candidates_lead(frames.rows("candidate_states", **scope.parameters())), read="candidates")


def narrowing(scope: Scope) -> Scope:
    """The search box; gives the narrowed scope."""
    return replace(scope, search=filters.search("Person, license, department"))


def sorting() -> tables.Sorting:
    return tables.sorted_by("candidates_sort", SORTINGS)


def segments(scope: Scope) -> list[str]:
    """The states side by side with their counts; gives the states of the chosen segment."""
    rows = frames.rows("candidate_states", **scope.parameters())
    counts = {row["state"]: 0 for row in rows}
    for row in rows:
        counts[row["state"]] += int(row["candidates"])
    totals = {name: sum(counts.get(each, 0) for each in states) for name, states in SEGMENTS.items()}
    # Streamlit tells segments apart by their words, so other counts are another control: the choice is kept by us.
    chosen = st.segmented_control(
        "State",
        list(SEGMENTS),
        default=state.remembered("segment", "Ready"),
        required=True,
        format_func=lambda name: f"{name} {number(totals[name])}",
        key=f"segment_{'_'.join(map(str, totals.values()))}",
        label_visibility="collapsed",
        on_change=_start_over,
    )
    state.remember("segment", chosen)
    return [str(each) for each in SEGMENTS[chosen]]


def table(states: list[str], sorting: tables.Sorting, scope: Scope) -> tuple[list[str], dict[str, Any] | None]:
    """The list with ticks: the ticked numbers over all pages, and the candidate whose evidence is to be shown."""
    total = _listed(states, scope)
    parameters = {**scope.parameters(), "states": states}
    rows = tables.listed("candidates", total, key=PAGE_KEY, sorting=sorting, page_size=PAGE_SIZE, **parameters)
    if rows.empty:
        tables.nothing_matches()
        return [], None
    can_tick = states == [State.READY]
    here = str(tables.page_number(PAGE_KEY, total, PAGE_SIZE))
    selected = tables.grid(
        rows,
        [column for column in COLUMNS if len(states) > 1 or not column.colors],  # one state needs no column
        key="candidates",
        identity="number",
        alt="Removal candidates",
        on_select="rerun",
        selection_mode=["multi-row", "single-cell"] if can_tick else ["single-cell"],
        selection_default=_ticks_as_selection(rows, here),
    ).selection
    ticked = _keep_ticks(rows, here, selected.rows) if can_tick else []
    tables.pager(PAGE_KEY, total, PAGE_SIZE, f"{counted(len(ticked), 'person', 'people')} ticked." if can_tick else "")
    return ticked, _shown(rows, selected)


def all_that_fit(states: list[str], scope: Scope) -> plan.Chosen | None:
    """The check box for all that are ready under the search and the filters, and what it chooses."""
    if states != [State.READY]:
        return None
    count = _listed(states, scope)
    if not count or not st.checkbox(reclaim_messages.all_ready(count), key=plan.ALL):
        return None
    rows = frames.rows("candidates", **scope.parameters(), states=states)
    return plan.Chosen(rows, Narrowing(**scope.parameters()))


def those_ticked(numbers: list[str]) -> plan.Chosen | None:
    """The ticked candidates, as what a plan is for."""
    return plan.Chosen(frames.rows("candidates", numbers=numbers)) if numbers else None


def _listed(states: list[str], scope: Scope) -> int:
    """How many candidates are in the list; the segments have asked for them already."""
    counts = frames.rows("candidate_states", **scope.parameters())
    return sum(int(row["candidates"]) for row in counts if row["state"] in states)


def _shown(rows: pd.DataFrame, selected: Any) -> dict[str, Any]:
    """The row of the clicked cell, else of the last tick on this page, else the first one."""
    places = [cell[0] for cell in selected.cells] or list(selected.rows)[-1:] or [0]
    records = rows.to_dict("records")
    return {str(name): value for name, value in records[min(places[0], len(records) - 1)].items()}


def _keep_ticks(rows: pd.DataFrame, page: str, places: list[int]) -> list[str]:
    ticked: dict[str, list[str]] = state.remembered("ticked", {})
    ticked = {**ticked, page: [str(rows["number"].iloc[place]) for place in places if place < len(rows)]}
    state.remember("ticked", ticked)
    return sorted({each for numbers in ticked.values() for each in numbers})


def _ticks_as_selection(rows: pd.DataFrame, page: str) -> Any:
    ticked = set(state.remembered("ticked", {}).get(page, ()))
    return {"selection": {"rows": [place for place, each in enumerate(rows["number"]) if each in ticked]}}


def _start_over() -> None:
    """Another state: its list begins at its first page, without ticks."""
    state.forget("ticked")
    st.session_state.pop(PAGE_KEY, None)
