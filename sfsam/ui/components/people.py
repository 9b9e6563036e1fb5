"""People: who holds seats over all orgs, by name."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from sfsam.charts.formats import is_missing, money_exact
from sfsam.domain.jobs import JobKind
from sfsam.ui import formats, frames, viewer
from sfsam.ui import people_messages as messages
from sfsam.ui.components import cards, filters, jobs, person_links, tables
from sfsam.ui.state import IN_ADDRESS, Scope

SLOT = "people"
PAGE_SIZE = 15
PAGE_KEY = "people_page"
LISTED, UNKNOWN, RULES, DIRECTORY, PAST = "People", "Not known", "Rules", "Directory", "A past day"
VIEWS = [LISTED, UNKNOWN, RULES, DIRECTORY, PAST]
SHOWN: dict[str, dict[str, Any]] = {
    "Everybody": {},
    "In several orgs": {"least_orgs": 2, "bases": ["person"]},
    "Left the company": {"statuses": ["left"]},
    "Same e-mail": {"bases": ["same_email"]},
    "Machines and no persons": {"bases": ["machine", "not_a_person"]},
}
COLORS = {"Person": "primary", "Same e-mail": "blue", "Not known": "gray", "Machine": "gray", "No person": "gray"}
SORTINGS = [
    tables.Sorting("By name", "name"),
    tables.Sorting("Most seats first", "seats", descending=True),
    tables.Sorting("Most orgs first", "orgs", descending=True),
    tables.Sorting("Longest unused first", "last_activity_at"),
    tables.Sorting("By department", "department"),
]
COLUMNS = [
    tables.text("Person", "name", 190),
    tables.pill("Known as", "basis", messages.BASIS_WORDS, COLORS),
    tables.Column("Department", lambda row: formats.optional(row["department"]), 130),
    tables.Column("Status", lambda row: messages.STATUS_WORDS.get(row["status"], formats.NOT_APPLICABLE), 76),
    tables.count("Orgs", "orgs", 58),
    tables.count("Users", "users", 62),
    tables.count("Seats", "seats", 62),
    tables.Column("A year", lambda row: row["cost"], 120, is_number=True),
    tables.Column("Last use", lambda row: _last_use(row), 110, is_number=True),
]


def lead() -> None:
    """How many people hold seats, in several orgs, or after they left."""
    counts = frames.row("people_counts")
    cards.lead(messages.people_lead(counts), messages.people_caption(counts), read="people_counts")


def view() -> str:
    """Which of the page's parts is shown; it stands in the address."""
    chosen = st.segmented_control(
        "Show", VIEWS, default=LISTED, required=True, key="show", bind=IN_ADDRESS, label_visibility="collapsed"
    )
    return chosen or LISTED


def progress() -> None:
    """Imports and matching that are under way, and what became of those this visit asked for."""
    asked = jobs.card(SLOT)
    for row in frames.rows("jobs"):
        is_running = row["state"] in ("queued", "running")
        is_ours = row["kind"] in (JobKind.RESOLVE_PEOPLE, JobKind.IMPORT)
        if is_running and is_ours and row["job_id"] != (asked.job_id if asked else None):
            jobs.show(row["job_id"], until_done=True)


def listing(scope: Scope) -> None:
    """Everybody with seats, one page at a time; a click opens the person."""
    with st.container(horizontal=True, vertical_alignment="center", key="tools"):
        kind = st.selectbox("Who", list(SHOWN), key="who", bind=IN_ADDRESS, label_visibility="collapsed", width=210)
        scope = replace(scope, search=filters.search("Name, e-mail, user name"))
        sorting = tables.sorted_by("people_sort", SORTINGS)
    given = {**scope.parameters(), **SHOWN[kind]}
    rows, total = tables.listing("people", key=PAGE_KEY, sorting=sorting, page_size=PAGE_SIZE, **given)
    if rows.empty:
        tables.nothing_matches()
        return
    rows = rows.assign(cost=_costs(list(rows["holder_id"])))
    selected = tables.grid(
        rows,
        COLUMNS,
        key="people",
        identity="holder_id",
        alt="People with their orgs, seats and yearly cost",
        on_select="rerun",
        selection_mode=["single-cell"],
    ).selection
    if selected.cells:
        holder_id = rows.iloc[min(selected.cells[0][0], len(rows) - 1)]["holder_id"]
        st.switch_page(person_links.PAGE, query_params={"person": str(holder_id)})
    tables.pager(PAGE_KEY, total, PAGE_SIZE, "Click a row for all about this person.")


def _costs(holder_ids: list[str]) -> list[str]:
    """What each of them costs a year, the currencies side by side."""
    found: dict[str, list[str]] = {}
    for row in frames.rows("people_cost", holder_ids=holder_ids):
        found.setdefault(row["holder_id"], []).append(money_exact(row["annual_cost"], row["currency"]))
    return [" + ".join(found.get(holder_id, [])) or formats.NOT_APPLICABLE for holder_id in holder_ids]


def _last_use(row: dict[str, Any]) -> str:
    if is_missing(row["last_activity_at"]):
        return formats.NEVER
    return viewer.moment(row["last_activity_at"]).split(",")[0]
