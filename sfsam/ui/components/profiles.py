"""The list of all integration profiles: every org in one list, whatever its alias."""

from __future__ import annotations

import streamlit as st

from sfsam.domain.answers import ProfileAnswer
from sfsam.domain.commands import ListProfiles
from sfsam.domain.playbook import Page
from sfsam.domain.profiles import ProfileStatus
from sfsam.ui import formats, frames, viewer
from sfsam.ui import playbook_messages as messages
from sfsam.ui.components import cards
from sfsam.ui.components.playbook import frame, starting

LIST = "pages/operations/profiles.py"
RECORD = "pages/operations/integration_profile.py"
DELETED = "deleted_profile"  # what this visit has just deleted
Badge = tuple[str, str, str]


def listing() -> None:
    """Lead sentence and one card per profile."""
    profiles: list[ProfileAnswer] = frames.send(ListProfiles())
    if not profiles:
        starting.none_yet()
        return
    cards.lead(messages.profiles_lead(profiles))
    with st.grid(2, min_column_width=360, gap="small", key="profiles"):
        for profile in profiles:
            card(profile)


def card(profile: ProfileAnswer) -> None:
    """One profile: its org, its state, and the way to its record or back into its playbook."""
    with cards.card(
        f"profile_{profile.profile_id}", formats.plain(profile.name), badge=badge(profile), height="stretch"
    ):
        cards.facts(
            {
                "Org": formats.text(profile.org_name),
                "Org id": formats.text(profile.org_id),
                "Kind": kind(profile),
                "Alias": formats.optional(profile.alias),
                "Connected as": formats.text(profile.username),
                "Last download": viewer.moment(profile.last_download_at) if profile.last_download_at else formats.NEVER,
            }
        )
        if not profile.reclaim_enabled:
            st.caption(":material/visibility: Report-only")
        if not viewer.may_open(RECORD):
            return
        with st.container(horizontal=True):
            record_link(profile.profile_id, "Open the record")
            if profile.status is ProfileStatus.DRAFT and not profile.is_practice:
                frame.draft_link(profile)


def record_link(profile_id: str, label: str) -> None:
    st.page_link(RECORD, label=label, icon=":material/arrow_forward:", query_params={frame.PROFILE: profile_id})


def playbook_link(profile_id: str, page: Page, label: str) -> None:
    st.page_link(frame.PATHS[page], label=label, icon=":material/edit:", query_params={frame.PROFILE: profile_id})


def badge(profile: ProfileAnswer) -> Badge:
    """What state the profile is in, the most urgent first."""
    if profile.reconnect_required:
        return (":material/warning:", "orange", "Reconnect required")
    if profile.is_paused:
        return (":material/pause_circle:", "gray", "Paused")
    if profile.status is ProfileStatus.PUBLISHED:
        return (":material/check_circle:", "green", "Published")
    return (":material/schedule:", "gray", "Draft")


def kind(profile: ProfileAnswer) -> str:
    """Edition and whether it is a sandbox."""
    if not profile.edition:
        return formats.NOT_KNOWN
    return f"{profile.edition}, {'sandbox' if profile.is_sandbox else 'production'}"
