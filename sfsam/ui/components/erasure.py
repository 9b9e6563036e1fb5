"""Erasing a person: what would change is shown, then confirmed."""

from __future__ import annotations

from typing import Any

import streamlit as st

from sfsam.charts.formats import counted, number
from sfsam.domain.answers import ErasurePreview
from sfsam.domain.commands import ErasePerson
from sfsam.errors import NotConfirmed
from sfsam.ui import formats, frames, state, viewer
from sfsam.ui import people_messages as messages
from sfsam.ui.components import cards, failures
from sfsam.ui.viewer import Role

CONFIRMING = "confirming_erasure"
REFUSED = "erasure_refused"


def control(person: dict[str, Any]) -> None:
    """The button right of the page's name; for administrators."""
    if Role.ADMIN in viewer.person().roles:
        st.button(
            "Erase…",
            icon=":material/ink_eraser:",
            type="tertiary",
            key="erase",
            on_click=state.remember,
            args=(CONFIRMING, person["holder_id"]),
        )


def outcome(person: dict[str, Any]) -> None:
    """What was refused, and the preview of what erasing would change."""
    if refused := state.remembered(REFUSED):
        state.forget(REFUSED)
        failures.show(refused.what, refused.remedy, is_refusal=refused.family == "refused")
    if state.remembered(CONFIRMING) == person["holder_id"]:
        with failures.told():
            _confirm(person, _preview(person["holder_id"]))


def _preview(holder_id: str) -> ErasurePreview:
    """What would change. Raises what the command raises, but that nobody confirmed yet."""
    try:
        answer: ErasurePreview = frames.send(ErasePerson(actor=viewer.person().name, holder_id=holder_id))
    except NotConfirmed as shown:
        answer = ErasurePreview.model_validate(shown.values["document"])
    return answer


def _confirm(person: dict[str, Any], preview: ErasurePreview) -> None:
    name = formats.plain(person["name"])

    @st.dialog(f"Erase {name}?", width="medium", on_dismiss=_close)
    def dialog() -> None:
        if not state.remembered(CONFIRMING):  # a button of the dialog was pressed, and only the dialog ran anew
            st.rerun()
        st.markdown(f"**{messages.erased(preview.changes)}**")
        cards.facts({formats.words(table): number(rows) for table, rows in preview.changes.items()})
        if preview.active_users:
            users = counted(preview.active_users, "user", "users")
            st.markdown(f":orange[:material/warning:] {users} {messages.STILL_ACTIVE}")
        st.markdown(f":material/inventory_2: {messages.ERASE_STAYS}")
        st.markdown(f":material/sync_disabled: {messages.ERASE_LATER}")
        st.markdown(f":material/history: {messages.ERASE_UNDO}")
        has_read = st.checkbox("I understand that the name cannot be brought back", key="has_read_erase")
        with st.container(horizontal=True, horizontal_alignment="right"):
            st.button("Cancel", on_click=_close, key="cancel_erase")
            st.button(
                f"Erase {name}",
                type="primary",
                disabled=not has_read,
                key="confirm_erase",
                on_click=_erase,
                args=(person["holder_id"],),
            )

    dialog()


def _erase(holder_id: str) -> None:
    _close()
    with failures.kept(REFUSED):
        frames.send(ErasePerson(actor=viewer.person().name, holder_id=holder_id, confirmed=True))


def _close() -> None:
    state.forget(CONFIRMING)
