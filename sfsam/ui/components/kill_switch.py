"""The kill switch: one button stops all taking back and freezing, and a banner says so while it stands."""

from __future__ import annotations

import streamlit as st

from sfsam.domain.answers import StopAnswer
from sfsam.domain.commands import AllowReclaiming, ShowStop, StopReclaiming
from sfsam.ui import frames, state, viewer
from sfsam.ui import reclaim_messages as words
from sfsam.ui.components import cards, failures

REFUSED = "stop_refused"


def button() -> None:
    """Stop, with a reason; nothing while it is stopped already, because the banner says so."""
    if _standing().is_stopped or not viewer.may(StopReclaiming):
        return
    with st.popover("Stop all reclaiming…", icon=":material/front_hand:", type="tertiary", key="stop_all"):
        st.markdown(words.STOPPING)
        reason = st.text_input("Why?", max_chars=300, key="stop_reason") or ""
        st.button(
            "Stop all reclaiming",
            type="primary",
            disabled=not reason.strip(),
            on_click=_send,
            args=(StopReclaiming, reason.strip()),
            key="stop_confirm",
        )


def banner() -> None:
    """Who stopped it, why, since when, and the way back for an administrator."""
    if refused := state.remembered(REFUSED):
        failures.show(refused.what, refused.remedy, is_refusal=True)
    standing = _standing()
    if not standing.is_stopped:
        return
    with cards.card("stopped", f":orange[:material/front_hand:] {words.stopped(standing)}"):
        st.caption(f"Since {viewer.moment(standing.stopped_at)}. {words.STOPPING}")
        if not viewer.may(AllowReclaiming):
            st.caption(words.ONLY_ADMINS)
            return
        with st.popover("Allow again…", icon=":material/play_arrow:", key="allow_again"):
            reason = st.text_input("Why may it go on?", max_chars=300, key="allow_reason") or ""
            st.button(
                "Allow again",
                type="primary",
                disabled=not reason.strip(),
                on_click=_send,
                args=(AllowReclaiming, reason.strip()),
                key="allow_confirm",
            )


def _standing() -> StopAnswer:
    answer: StopAnswer = frames.send(ShowStop())
    return answer


def _send(kind: type[StopReclaiming] | type[AllowReclaiming], reason: str) -> None:
    state.forget(REFUSED)
    with failures.kept(REFUSED):
        frames.send(kind(reason=reason, actor=viewer.person().name))
    state.forget("plan")
