"""Connect to additional Salesforce org: all orgs in one list, and the way to one more."""

from __future__ import annotations

import streamlit as st

from sfsam.domain.answers import PlaybookAnswer, ProfileAnswer
from sfsam.domain.commands import ListProfiles
from sfsam.domain.playbook import Page
from sfsam.ui import formats, frames
from sfsam.ui import playbook_messages as messages
from sfsam.ui.components import cards, tables
from sfsam.ui.components.playbook import checklist, starting

PAGE = Page.ADDITIONAL_ORGS


def listing(book: PlaybookAnswer) -> None:
    """Every org that is connected or waits, with its alias; this one is marked."""
    profiles: list[ProfileAnswer] = frames.send(ListProfiles())
    with cards.card("orgs", "All orgs", aside=f"{len(profiles)} in the list"):
        st.markdown(messages.ORGS_WHY)
        tables.small([_line(each, book) for each in profiles], alt="All integration profiles with org and alias")


def another(book: PlaybookAnswer) -> None:
    """Start the playbook of one more org, or tick what was done for it."""
    with cards.card("another", "One more org"):
        st.markdown(
            "It gets a playbook of its own, with the same five pages. This one stays as it is; come back by the "
            "profiles page whenever you like."
        )
        starting.button("Connect another org", key="another_org", is_primary=False)
    checklist.card(book, PAGE, "For each further org")


def _line(profile: ProfileAnswer, book: PlaybookAnswer) -> dict[str, str]:
    is_here = profile.profile_id == book.profile_id
    kind = "" if profile.is_sandbox is None else " (sandbox)" if profile.is_sandbox else ""
    return {
        "Profile": f"**{formats.plain(profile.name)}**" if is_here else formats.plain(profile.name),
        "Alias": formats.plain(profile.alias) if profile.alias else formats.NOT_APPLICABLE,
        "Org": formats.plain(profile.org_name) + kind if profile.org_name else formats.NOT_APPLICABLE,
        "Status": formats.words(profile.status.value),
    }
