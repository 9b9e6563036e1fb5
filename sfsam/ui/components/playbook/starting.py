"""The ways into a playbook: the list of supported integrations, and the button that starts a new profile."""

from __future__ import annotations

import streamlit as st

from sfsam.domain.answers import PlaybookAnswer, ProfileAnswer
from sfsam.domain.commands import ListProfiles, StartPlaybook
from sfsam.domain.playbook import Page
from sfsam.domain.profiles import ProfileStatus
from sfsam.ui import frames, shell, viewer
from sfsam.ui import playbook_messages as messages
from sfsam.ui.components import cards, failures
from sfsam.ui.components.playbook import entering, frame


def button(label: str, *, key: str, is_primary: bool = True) -> None:
    """Make a draft profile and open its playbook."""
    if st.button(label, key=key, icon=":material/add_link:", type="primary" if is_primary else "secondary"):
        with failures.told():
            book: PlaybookAnswer = entering.send(StartPlaybook)
            frame.switch_to(Page.REGISTER_APPLICATION, book.profile_id)


def control() -> None:
    """The small link to the list of supported integrations, for the controls of a page."""
    if viewer.may_open(shell.INTEGRATIONS):
        st.page_link(shell.INTEGRATIONS, label="Create direct integration", icon=":material/add_link:")


def lead() -> None:
    """What happens here."""
    cards.lead(
        "**Create a direct integration.** Choose what to connect; the playbook leads through the rest.",
        "Five pages: register, name, connect, more orgs, publish. You can stop at any point and go on later.",
    )


def integrations() -> None:
    """What can be integrated: Salesforce CRM."""
    with cards.card("salesforce_crm", ":primary[:material/cloud:] Salesforce CRM"):
        st.markdown(
            "Sales Cloud, Service Cloud, Platform, Experience Cloud and every other license of a Salesforce org: user "
            "licenses, permission set licenses, packages, features, and what is counted by use."
        )
        for word in ("Download subscriptions", "Activity", "Reclaim subscriptions", "Download consumption"):
            st.markdown(f":green[:material/check_circle:] {word}")
        button("Continue", key="start_playbook")


def waiting() -> None:
    """The drafts that wait for their playbook."""
    profiles: list[ProfileAnswer] = frames.send(ListProfiles())
    drafts = [each for each in profiles if each.status is ProfileStatus.DRAFT and not each.is_practice]
    if not drafts:
        return
    with cards.card("drafts", "Begun and not published yet"):
        for profile in drafts:
            frame.draft_link(profile)


def none_yet() -> None:
    """No profile exists."""
    cards.empty("profiles", messages.NO_INTEGRATION_PROFILES, icon=":material/add_link:")
