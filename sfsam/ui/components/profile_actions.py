"""Pause, resume, and delete a profile; deleting shows first what goes."""

from __future__ import annotations

import streamlit as st

from sfsam.charts.formats import counted, number
from sfsam.domain.answers import DeletePreview, ProfileAnswer
from sfsam.domain.commands import Command, DeleteProfile, Pause, PreviewDelete, Resume
from sfsam.domain.profiles import ProfileStatus
from sfsam.ui import formats, frames, state, viewer
from sfsam.ui import playbook_messages as messages
from sfsam.ui.components import cards, failures, profiles

CONFIRMING = "confirming_delete"
REFUSED = "record_refused"


def controls(profile: ProfileAnswer) -> None:
    """The small buttons right of the page's name."""
    if profile.status is ProfileStatus.PUBLISHED:
        order, label, icon = (
            (Resume, "Resume", ":material/play_circle:")
            if profile.is_paused
            else (Pause, "Pause", ":material/pause_circle:")
        )
        st.button(label, icon=icon, type="tertiary", key="pause", on_click=_send, args=(order, profile))
    if not profile.is_practice:
        st.button(
            "Delete…",
            icon=":material/delete:",
            type="tertiary",
            key="delete",
            on_click=state.remember,
            args=(CONFIRMING, True),
        )


def outcome(profile: ProfileAnswer) -> None:
    """What was refused, and the preview of what deleting would take."""
    if refused := state.remembered(REFUSED):
        state.forget(REFUSED)
        failures.show(refused.what, refused.remedy, is_refusal=refused.family == "refused")
    if state.remembered(CONFIRMING):
        with failures.told():
            _confirm(profile, frames.send(PreviewDelete(profile=profile.profile_id)))


def _confirm(profile: ProfileAnswer, preview: DeletePreview) -> None:
    name = formats.plain(profile.name)

    @st.dialog(f"Delete {name}?", width="medium", on_dismiss=_close)
    def dialog() -> None:
        if not state.remembered(CONFIRMING):  # a button of the dialog was pressed, and only the dialog ran anew
            st.rerun()
        going = {formats.words(table): number(rows) for table, rows in preview.goes.items() if rows}
        if going:
            st.markdown("**These go, and cannot be brought back:**")
            cards.facts(going)
        for line in _also(preview):
            st.markdown(line)
        has_read = st.checkbox(f"I understand that everything known about {name} goes", key="has_read_delete")
        with st.container(horizontal=True, horizontal_alignment="right"):
            st.button("Cancel", on_click=_close, key="cancel_delete")
            st.button(
                f"Delete {name}",
                type="primary",
                disabled=not has_read,
                key="confirm_delete",
                on_click=_delete,
                args=(profile,),
            )

    dialog()


def _also(preview: DeletePreview) -> list[str]:
    closed = f"{counted(preview.candidates_closed, 'open candidate is', 'open candidates are')} closed as skipped."
    canceled = f"{counted(preview.jobs_canceled, 'job that has', 'jobs that have')} not ended are canceled."
    lines = [f":material/cancel: {closed}"] if preview.candidates_closed else []
    lines += [f":material/stop_circle: {canceled}"] if preview.jobs_canceled else []
    stays = ", ".join(formats.plain(each) for each in preview.stays)
    return [
        *lines,
        f":material/inventory_2: What stays: {stays}.",
        f":material/cloud_off: {messages.NOTHING_IN_SALESFORCE}",
    ]


def _delete(profile: ProfileAnswer) -> None:
    _close()
    with failures.kept(REFUSED):
        frames.send(DeleteProfile(profile=profile.profile_id, confirmed=True, actor=viewer.person().name))
        state.remember(profiles.DELETED, profile.profile_id)


def _close() -> None:
    state.forget(CONFIRMING)


def _send(order: type[Pause] | type[Resume], profile: ProfileAnswer) -> None:
    command: Command = order(profile=profile.profile_id, actor=viewer.person().name)
    with failures.kept(REFUSED):
        frames.send(command)
