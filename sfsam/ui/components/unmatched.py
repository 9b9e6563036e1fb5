"""Users whom nobody knows: who they may be, and saying so."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from sfsam.domain.commands import ConfirmMatch
from sfsam.ui import formats, frames, viewer
from sfsam.ui import people_messages as messages
from sfsam.ui.components import cards, failures, filters, tables
from sfsam.ui.components.person_links import person_link
from sfsam.ui.state import Scope

PAGE_SIZE = 15
PAGE_KEY = "unknown_page"
REFUSED = "match_refused"
SORTINGS = [
    tables.Sorting("Most seats first", "seats", descending=True),
    tables.Sorting("By name", "name"),
    tables.Sorting("By org", "org"),
    tables.Sorting("By department", "department"),
]
COLUMNS = [
    tables.text("User", "name", 220),
    tables.text("Org", "org", 240),
    tables.count("Seats", "seats", 62),
    tables.count("Other orgs", "other_orgs", 84),
]


def listing(scope: Scope) -> None:
    """The users, and beside them whom the chosen one may be."""
    with st.container(horizontal=True, vertical_alignment="center", key="tools"):
        scope = replace(scope, search=filters.search("Name, e-mail, user name"))
        sorting = tables.sorted_by("unknown_sort", SORTINGS)
    rows, total = tables.listing(
        "unmatched_users", key=PAGE_KEY, sorting=sorting, page_size=PAGE_SIZE, **scope.parameters()
    )
    if rows.empty:
        cards.empty("unknown", messages.ALL_KNOWN, icon=":material/how_to_reg:")
        return
    wide, narrow = st.columns([1.62, 1])
    with wide:
        selected = tables.grid(
            rows,
            COLUMNS,
            key="unknown",
            identity="holder_id",
            alt="Users who are nobody of the directory",
            on_select="rerun",
            selection_mode=["single-cell"],
        ).selection
        tables.pager(PAGE_KEY, total, PAGE_SIZE, "Click a row for suggestions.")
    with narrow:
        place = min(selected.cells[0][0] if selected.cells else 0, len(rows) - 1)
        _who({str(name): value for name, value in rows.iloc[place].to_dict().items()})


def refusal() -> None:
    """Why the last decision was not taken over."""
    if refused := st.session_state.pop(f"kept_{REFUSED}", None):
        failures.show(refused.what, refused.remedy, is_refusal=refused.family == "refused")


def decide(org_id: str, user_id: str, person_id: str | None) -> None:
    """Say who a user is; for use as `on_click`."""
    with failures.kept(REFUSED):
        frames.send(ConfirmMatch(actor=viewer.person().name, org_id=org_id, user_id=user_id, person_id=person_id))


def choose(org_id: str, user_id: str) -> None:
    """Suggestions, a search in the directory, and "no person", for one user."""
    found = frames.rows("person_suggestions", org_id=org_id, user_id=user_id)
    for row in found:
        _offer(org_id, user_id, row, f"{row['reason']}, {100 * float(row['likeness']):.0f}% alike")
    if not found:
        st.caption(messages.NO_SUGGESTION)
    text = st.text_input("Search the directory", key=f"directory_{org_id}_{user_id}", max_chars=80)
    if text.strip():
        suggested = {row["person_id"] for row in found}
        matches = [
            row for row in frames.rows("directory_search", search=text.strip()) if row["person_id"] not in suggested
        ]
        for row in matches[:5]:
            _offer(org_id, user_id, row, messages.STATUS_WORDS[row["status"]])
        if not matches:
            st.caption("Nobody else in the directory fits.")
    st.button(
        "This is no person",
        icon=":material/smart_toy:",
        type="tertiary",
        key=f"nobody_{org_id}_{user_id}",
        on_click=decide,
        args=(org_id, user_id, None),
    )
    st.caption(messages.CONFIRMED_STAYS)


def _who(user: dict[str, Any]) -> None:
    with cards.card("who", formats.plain(user["name"]), read="person_suggestions"):
        st.text(f"{user['user_principal_name']}\n{formats.text(user['email'])}")
        if viewer.may(ConfirmMatch):
            st.markdown("##### Who is it")
            choose(user["org_id"], user["user_id"])
        person_link(user["org_id"], user["user_id"])


def _offer(org_id: str, user_id: str, row: dict[str, Any], why: str) -> None:
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", wrap=False):
        place = f", {formats.plain(row['department'])}" if row["department"] else ""
        with st.container(gap=None):
            st.markdown(f"**{formats.plain(row['name'])}**{place}")
            st.text(row["email"] or "No e-mail")
            st.caption(formats.plain(why))
        st.button(
            "Confirm",
            key=f"confirm_{org_id}_{user_id}_{row['person_id']}",
            on_click=decide,
            args=(org_id, user_id, row["person_id"]),
            width=96,
        )
