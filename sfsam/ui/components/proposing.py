"""Proposing a seat by hand, beside the seats of a person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from sfsam.charts.formats import is_missing
from sfsam.domain.answers import CandidateRow
from sfsam.domain.candidates import ACTIONS, Action
from sfsam.domain.commands import ProposeCandidate
from sfsam.ui import formats, frames, state, viewer
from sfsam.ui import rule_messages as messages
from sfsam.ui.components import failures
from sfsam.ui.components.playbook import entering

REFUSED = "propose_refused"
DONE = "propose_done"


def control(user: dict[str, Any], seats: Sequence[dict[str, Any]]) -> None:
    """The way to propose one of these seats of the user; nothing where there is none that could be."""
    if not viewer.may(ProposeCandidate):
        return
    where = f"{user['org_id']}_{user['user_id']}"
    _outcome(where)
    offered = {
        f"{seat['kind']}:{seat['identifier']}": seat
        for seat in seats
        if is_missing(seat["candidate_state"]) or str(seat["candidate_state"]).startswith("closed")
    }
    offered = {name: seat for name, seat in offered.items() if seat["kind"] in ACTIONS}
    if not offered or user["is_administrator"] or user["is_machine"]:
        return
    with st.popover("Propose to take back…", icon=":material/person_remove:", key=f"propose_{where}"):
        st.caption(messages.PROPOSE_HELP)
        picked = st.selectbox(
            "Seat", list(offered), format_func=lambda each: str(offered[each]["model"]), key=f"propose_seat_{where}"
        )
        seat = offered[picked]
        action = [each for each in ACTIONS[seat["kind"]] if each not in (Action.FREEZE, Action.CHANGE_LICENSE)][-1]
        st.markdown(f"{messages.ACTION_WORDS[action]}, once somebody reclaims it.")
        reason = st.text_input("Why?", max_chars=300, key=f"propose_reason_{where}")
        st.button(
            "Propose the seat",
            type="primary",
            key=f"propose_confirm_{where}",
            disabled=not reason.strip(),
            on_click=_propose,
            args=(where, user, seat, reason.strip()),
        )


def _outcome(where: str) -> None:
    if refused := state.remembered(f"{REFUSED}_{where}"):
        state.forget(f"{REFUSED}_{where}")
        failures.show(refused.what, refused.remedy, is_refusal=refused.family == "refused")
    if done := state.remembered(f"{DONE}_{where}"):
        state.forget(f"{DONE}_{where}")
        st.markdown(f":green[:material/check_circle:] {done}")


def _propose(where: str, user: dict[str, Any], seat: dict[str, Any], reason: str) -> None:
    with failures.kept(f"{REFUSED}_{where}"):
        profile = next(row["profile_id"] for row in frames.rows("profiles") if row["org_id"] == user["org_id"])
        answer: CandidateRow = entering.send(
            ProposeCandidate,
            profile=profile,
            user=user["user_id"],
            kind=seat["kind"],
            identifier=seat["identifier"],
            reason=reason,
        )
        state.remember(f"{DONE}_{where}", f"**{formats.plain(answer.model)}** is a candidate now: {answer.number}.")
