"""Profile details: the display name, and the fields that a Salesforce CRM profile has fixed."""

from __future__ import annotations

import streamlit as st

from sfsam.domain.answers import PlaybookAnswer
from sfsam.domain.commands import SaveDetails
from sfsam.ui import formats
from sfsam.ui import playbook_messages as messages
from sfsam.ui.components import cards
from sfsam.ui.components.playbook import entering
from sfsam.ui.components.playbook.entering import entered


def form(book: PlaybookAnswer) -> None:
    """Name and status; the three subflows, of which consumption can be left out."""
    name_column, status_column = st.columns([1.62, 1])
    with name_column, cards.card("details", "The profile", height="stretch"):
        st.text_input(
            "Display name",
            book.name,
            key=f"name_{book.profile_id}",
            max_chars=40,
            help="Unique, and short: it stands in every report.",
        )
        _fixed("Profile type", book.profile_type)
        _fixed("Status", formats.words(book.status.value))
    with status_column, cards.card("subflows", "Subflows", height="stretch"):
        _fixed("Download subscription subflow", book.download_subflow)
        _fixed("Reclaim subscription subflow", book.reclaim_subflow)
        st.checkbox(
            "Download consumption subflow", value=book.consumption_enabled, key=f"consumption_{book.profile_id}"
        )
        st.caption(
            f"{book.consumption_subflow}. {messages.CONSUMPTION_BOX}"
            if book.consumption_subflow
            else messages.CONSUMPTION_BOX
        )


def save(book: PlaybookAnswer) -> PlaybookAnswer:
    """Send what stands in the fields. Raises UsageError, RefusedError when the name is taken."""
    answer: PlaybookAnswer = entering.send(
        SaveDetails,
        profile=book.profile_id,
        name=entered(f"name_{book.profile_id}", book.name),
        consumption_enabled=bool(st.session_state.get(f"consumption_{book.profile_id}", book.consumption_enabled)),
    )
    return answer


def _fixed(label: str, value: str) -> None:
    """A field that is set for this type of profile."""
    with st.container(gap=None, key=f"fixed_{label}"):
        st.caption(label)
        st.text(value)
