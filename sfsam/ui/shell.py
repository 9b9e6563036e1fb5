"""What every page has around it: the list of pages, the role check, the practice band, and how fresh the data is."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.navigation.page import StreamlitPage

from sfsam.charts.formats import is_missing
from sfsam.domain.roles import Role, Roles
from sfsam.ui import frames, logo, messages, viewer
from sfsam.ui.components import cards, signing_in
from sfsam.ui.viewer import Person

STYLE = Path(__file__).with_name("style.css")
WELCOME = "pages/home/welcome.py"
OVERVIEW = "pages/home/overview.py"
INTEGRATIONS = "pages/setup/integrations.py"


class Entry(NamedTuple):
    """One page in the navigation: its file, title, icon and what it shows."""

    path: str
    title: str
    icon: str
    help: str
    is_listed: bool = True  # False: reached from another page only


SECTIONS: dict[str, list[Entry]] = {
    "": [Entry(OVERVIEW, "Overview", ":material/dashboard:", "What is paid, what is used, what can come back.")],
    "Licenses": [
        Entry(
            "pages/licenses/utilization.py",
            "Utilization",
            ":material/bar_chart:",
            "Each license: owned, assigned, used, free.",
        ),
        Entry(
            "pages/licenses/subscriptions.py", "Subscriptions", ":material/list_alt:", "Every seat and who holds it."
        ),
        Entry(
            "pages/licenses/software_models.py",
            "Software models",
            ":material/category:",
            "What the licenses are, and what would cost less.",
        ),
        Entry(
            "pages/licenses/unrecognized_identifiers.py",
            "Unrecognized identifiers",
            ":material/help:",
            "Licenses that nobody knows yet: say once what they are.",
        ),
        Entry(
            "pages/licenses/exclusions.py",
            "Exclusions",
            ":material/filter_alt_off:",
            "What does not count, and who is never proposed.",
        ),
        Entry("pages/licenses/people.py", "People", ":material/groups:", "One person's seats in all orgs, together."),
        Entry("pages/licenses/person.py", "Person", ":material/person:", "All about one person.", is_listed=False),
        Entry(
            "pages/licenses/entitlements.py",
            "Entitlements",
            ":material/contract:",
            "What contracts give, what a seat costs, and importing both.",
        ),
        Entry(
            "pages/licenses/renewals.py",
            "Renewals",
            ":material/event_upcoming:",
            "What ends soon, and how many seats to renew.",
        ),
        Entry(
            "pages/licenses/consumption.py",
            "Consumption",
            ":material/data_usage:",
            "What is bought by use: allowed, used, expected by now.",
        ),
        Entry(
            "pages/licenses/reconciliation.py",
            "Reconciliation",
            ":material/balance:",
            "What each day came to, and what changed since.",
        ),
    ],
    "Reclaim": [
        Entry(
            "pages/reclaim/candidates.py",
            "Removal candidates",
            ":material/person_remove:",
            "Seats that can be reclaimed, with evidence and plan.",
        ),
        Entry(
            "pages/reclaim/rules.py",
            "Reclamation rules",
            ":material/rule:",
            "What makes a seat a candidate, and whom a rule would catch.",
        ),
        Entry(
            "pages/reclaim/savings.py",
            "Savings",
            ":material/savings:",
            "Potential, freed and realized, side by side.",
        ),
    ],
    "Set-up": [
        Entry(WELCOME, "Connect an org", ":material/add_link:", "Connect a Salesforce org or the practice org."),
        Entry(INTEGRATIONS, "Create direct integration", ":material/hub:", "What can be integrated.", is_listed=False),
        Entry(
            "pages/setup/register_application.py",
            "Register application",
            ":material/app_registration:",
            "Step 1: the app in Salesforce.",
        ),
        Entry(
            "pages/setup/profile_details.py",
            "Profile details",
            ":material/badge:",
            "Step 2: what the profile is called.",
        ),
        Entry(
            "pages/setup/connection_and_credential.py",
            "Connection and credential",
            ":material/key:",
            "Step 3: which org, by which app, as which user.",
        ),
        Entry("pages/setup/additional_orgs.py", "Additional org", ":material/lan:", "Step 4: one more org, or none."),
        Entry(
            "pages/setup/review_and_publish.py",
            "Review and publish",
            ":material/publish:",
            "Step 5: validate and publish.",
        ),
    ],
    "Operations": [
        Entry("pages/operations/profiles.py", "Profiles", ":material/cable:", "Every connected org, in one list."),
        Entry(
            "pages/operations/integration_profile.py",
            "Integration profile",
            ":material/cable:",
            "One profile: what it brings and what runs for it.",
            is_listed=False,
        ),
        Entry(
            "pages/operations/jobs.py", "Jobs", ":material/schedule:", "Downloads and other work, with their results."
        ),
        Entry(
            "pages/operations/notifications.py",
            "Notifications",
            ":material/mail:",
            "Whether people can be asked by mail, and who was.",
        ),
        Entry("pages/operations/audit.py", "Audit", ":material/history:", "Who changed what, when and why."),
    ],
}
START = "pages/home/start.py"


def frame() -> StreamlitPage:
    """Set up the page and list the pages; for app.py only. Gives the page to run.

    Whoever has no role ends here, before a door: no page runs and no read is asked.
    """
    st.set_page_config(page_title="sfsam", page_icon=logo.icon(), layout="wide")
    st.html(STYLE)
    st.logo(logo.wordmark(viewer.mode()), icon_image=logo.wordmark(viewer.mode()), size="large")
    person = viewer.person()
    pages = {section: [_page(entry) for entry in entries] for section, entries in SECTIONS.items()}
    # The address / belongs to no page in the list: a default page would answer there only, and not at its own name.
    start = st.Page(START, title="Start", default=True, visibility="hidden")
    has_sidebar = bool(person.roles) and (person.is_signed_in or bool(frames.row("freshness").get("orgs")))
    page = st.navigation(
        {"": [start, *pages.pop("")], **pages}, expanded=True, position="sidebar" if has_sidebar else "hidden"
    )
    _admit(person)
    if has_sidebar:
        _foot()
    return page


def open_page(name: str, roles: Roles, *, needs_data: bool = True) -> DeltaGenerator:
    """Check the role, draw what every page has, and give the place for the controls right of the page's name.

    The first line of every page: a deep link to a fresh server runs the page, whatever the frame did. With
    `needs_data` the page ends here, with an empty state, until something was downloaded.
    """
    person = viewer.person()
    _admit(person)
    if not person.roles & (roles | {Role.ADMIN}):
        cards.empty("role", ("Not for your role", messages.LOCAL_ONLY), icon=":material/lock:")
        st.stop()
    fresh = frames.row("freshness")
    if fresh.get("has_practice"):
        with st.container(key="practice_band"):
            st.markdown(f":material/science: {messages.PRACTICE_BAND}")
    controls = _head(name)
    if needs_data and not fresh.get("orgs_with_data"):
        cards.empty("data", messages.NO_DATA, link=(WELCOME, "Connect an org") if viewer.may_open(WELCOME) else None)
        st.stop()
    return controls


def first_page() -> str:
    """Where the address / leads: to the overview, and without data to the welcome page whoever may use it."""
    return WELCOME if viewer.may_open(WELCOME) and not has_data() else OVERVIEW


def has_data() -> bool:
    """Whether anything was downloaded yet."""
    return bool(frames.row("freshness").get("orgs_with_data"))


def _admit(person: Person) -> None:
    if not person.roles:
        signing_in.door(person)
        st.stop()


def _page(entry: Entry) -> StreamlitPage:
    is_shown = entry.is_listed and viewer.may_open(entry.path)
    return st.Page(
        entry.path,
        title=entry.title,
        icon=entry.icon,
        help=entry.help,
        visibility="visible" if is_shown else "hidden",
    )


def _head(name: str) -> DeltaGenerator:
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", key="page_head", gap="small"
    ):
        st.markdown(name, width="content")
        return st.container(
            horizontal=True, horizontal_alignment="right", vertical_alignment="center", key="page_controls", gap="small"
        )


def _foot() -> None:
    fresh = frames.row("freshness")
    with st.sidebar, st.container(key="sidebar_foot"):
        if fresh.get("orgs"):
            oldest: Any = fresh.get("oldest_download_at")
            days = 0 if is_missing(oldest) else (frames.now() - oldest).days
            first, second = messages.freshness(fresh, viewer.moment(fresh.get("newest_download_at")), days)
            st.markdown(f"{first}  \n{second}")
        signing_in.account()
