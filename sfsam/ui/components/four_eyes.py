"""Whether a profile asks for a second person before anything is taken back, and the switch for it."""

from __future__ import annotations

import streamlit as st

from sfsam.domain.answers import ProfileAnswer
from sfsam.domain.commands import SetFourEyes
from sfsam.ui import frames, state, viewer
from sfsam.ui import reclaim_messages as words
from sfsam.ui.components import cards, failures

REFUSED = "four_eyes_refused"
ENDING = "four_eyes_ending"


def card(profile: ProfileAnswer) -> None:
    """The state, and for an administrator the switch; to end it takes a second person as well."""
    with cards.card("four_eyes", "Second person"):
        st.markdown(f":material/group: {words.FOUR_EYES}" if profile.four_eyes else words.FOUR_EYES_OFF)
        if refused := state.remembered(REFUSED):
            failures.show(refused.what, refused.remedy, is_refusal=True)
        if state.remembered(ENDING) == profile.profile_id and profile.four_eyes:
            st.caption(words.FOUR_EYES_ENDING)
        elif not frames.system().settings.is_sign_in_on:
            st.caption(words.FOUR_EYES_NEEDS_SIGN_IN)
        elif viewer.may(SetFourEyes):
            _switch(profile)


def _switch(profile: ProfileAnswer) -> None:
    label = "No longer ask for one…" if profile.four_eyes else "Ask for one…"
    with st.popover(label, icon=":material/group:", key="four_eyes"):
        reason = st.text_input("Why?", max_chars=300, key="four_eyes_reason") or ""
        st.button(
            label.rstrip("…"),
            disabled=not reason.strip(),
            on_click=_set,
            args=(profile, reason.strip()),
            key="four_eyes_confirm",
        )


def _set(profile: ProfileAnswer, reason: str) -> None:
    state.forget(REFUSED)
    wanted = not profile.four_eyes
    with failures.kept(REFUSED):
        frames.send(SetFourEyes(profile=profile.profile_id, enabled=wanted, reason=reason, actor=viewer.person().name))
        if not wanted:
            state.remember(ENDING, profile.profile_id)
