"""What a person decides about one candidate: keep it, put it back to Ready, give back what was taken."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Literal

import streamlit as st

from sfsam.domain.candidates import KEPT_DAYS, State
from sfsam.domain.commands import MoveCandidate
from sfsam.ui import candidate_messages, formats, frames, state, viewer
from sfsam.ui.components import failures, giving_back, setup_links

REFUSED = "move_refused"
Target = Literal[State.CLOSED_SKIPPED, State.READY]


def moves(candidate: dict[str, Any]) -> None:
    """What needs attention and what to do about it, then the buttons for this candidate."""
    if candidate["state"] == State.ATTENTION_REQUIRED:
        _attention(candidate)
    giving_back.mark(candidate)
    with st.container(horizontal=True, key="moves"):
        if candidate["state"] == State.ATTENTION_REQUIRED:
            st.button(
                "Back to Ready",
                icon=":material/refresh:",
                on_click=_move,
                args=(candidate["number"], State.READY, "Repaired; to be checked again."),
                key="back_to_ready",
            )
        giving_back.button(candidate)
        if not State(candidate["state"]).is_closed:
            _keep(candidate)
    if refused := state.remembered(REFUSED):
        failures.show(refused.what, refused.remedy, is_refusal=True)


def _attention(candidate: dict[str, Any]) -> None:
    """Salesforce's code, what to do about it, and the way into Setup; its words are the candidate's message."""
    seen = candidate_messages.evidence_of(candidate)
    code = f" Salesforce calls it `{str(seen['code']).replace('`', '')}`." if seen.get("code") else ""
    remedy = formats.plain(seen["remedy"]) if seen.get("remedy") else "Look at the user in Setup, then try again."
    st.markdown(f":material/build: **What to do:** {remedy}{code} {setup_links.of_candidate(str(candidate['number']))}")


def _keep(candidate: dict[str, Any]) -> None:
    with st.popover("Keep…", icon=":material/event_available:", key="keep"):
        reason = st.text_input("Why does this person keep the seat?", max_chars=200, key="keep_reason")
        until = st.date_input(
            "Ask again on",
            value=frames.now().date() + timedelta(days=KEPT_DAYS),
            min_value=frames.now().date() + timedelta(days=1),
            key="keep_until",
        )
        st.button(
            "Keep the seat",
            disabled=not reason.strip(),
            on_click=_move,
            args=(candidate["number"], State.CLOSED_SKIPPED, reason.strip(), until),
            key="keep_confirm",
        )


def _move(number: str, to: Target, reason: str, until: date | None = None) -> None:
    state.forget(REFUSED)
    with failures.kept(REFUSED):
        frames.send(MoveCandidate(number=number, to=to, reason=reason, until=until, actor=viewer.person().name))
