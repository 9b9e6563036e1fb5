"""The parts of the welcome page."""

from __future__ import annotations

import streamlit as st

from sfsam.domain.answers import JobAnswer
from sfsam.domain.commands import Download
from sfsam.domain.jobs import JobState
from sfsam.ui import formats, frames, logo, messages, shell, state, viewer
from sfsam.ui.components import cards, connect, jobs

SLOT = connect.SLOT


def lead() -> None:
    """What sfsam is for, with its picture; short once something is connected."""
    if shell.has_data():
        cards.lead("Connect another org, or look after those that are connected.", messages.WELCOME_AGAIN)
        return
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", key="hero"):
        with st.container(key="hero_words", width=620):
            st.title(messages.WELCOME_TITLE, anchor=False)
            is_connected = bool(frames.row("freshness").get("orgs"))
            st.markdown(messages.WELCOME_WAITING if is_connected else messages.WELCOME_LEAD)
        st.image(logo.seat_map(viewer.mode()), width=272, alt="Rows of seats, a few of them unused")


def work() -> None:
    """The job this visit asked for and whatever else runs now; once nothing runs, the way on."""
    job = jobs.card(SLOT)
    others = [job_id for job_id in jobs.running() if job is None or job_id != job.job_id]
    for job_id in others[:2]:
        jobs.show(job_id)
    if not others and (job is None or job.state.is_ended):
        _way_on(job)


def practice() -> None:
    """The practice org: start it, or remove it while it is there."""
    if frames.row("freshness").get("has_practice"):
        with cards.card("practice", ":primary[:material/science:] The practice org is connected"):
            st.markdown(messages.PRACTICE_BAND)
            connect.stop_practice()
        return
    connect.practice()


def profiles() -> None:
    """The integration profiles that exist."""
    for profile in connect.profiles():
        connect.profile_card(profile)


def afterwards() -> None:
    """What happens after connecting, for somebody who has not begun."""
    if not shell.has_data():
        with st.container(key="afterwards"):
            st.markdown("#### What happens after connecting")
            for column, (icon, title, words) in zip(st.columns(3), messages.AFTER_CONNECTING, strict=True):
                column.markdown(f":primary[{icon}] **{title}**  \n{words}")
    st.caption(f":material/lock: {messages.SELF_HOSTED}")


def _way_on(job: JobAnswer | None) -> None:
    """A link to the overview once data is there; a button to download what was connected and never read."""
    never_read = [
        each for each in connect.profiles() if each.connected_at and not each.last_download_at and not each.is_practice
    ]
    for profile in never_read[:3]:
        st.button(
            f"Download {formats.plain(profile.name)} now",
            icon=":material/download:",
            type="primary",
            key=f"first_download_{profile.profile_id}",
            on_click=jobs.start,
            args=(Download(profile=profile.profile_id, actor=viewer.person().name),),
            kwargs={"key": f"download:{profile.profile_id}", "slot": SLOT},
        )
    is_back = state.notice() is not None
    if shell.has_data() and (job.state is JobState.SUCCEEDED if job else is_back):
        st.page_link(shell.OVERVIEW, label="Open the overview", icon=":material/arrow_forward:", icon_position="right")
