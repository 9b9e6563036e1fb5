"""Giving back what was taken: the button, the plan with the seats it needs, and the confirmation."""

from __future__ import annotations

from typing import Any

import streamlit as st

from sfsam.domain.answers import RestorePlanAnswer
from sfsam.domain.candidates import State
from sfsam.domain.commands import PlanRestore, Restore
from sfsam.ui import candidate_messages, formats, frames, state, viewer
from sfsam.ui import reclaim_messages as words
from sfsam.ui.components import failures, jobs, plan, tables

SLOT = "restore"
GIVING_BACK = "giving_back"


def button(candidate: dict[str, Any]) -> None:
    """Give back, or unfreeze, where something was taken for this candidate and is not back yet."""
    seen = candidate_messages.evidence_of(candidate)
    is_back = str(seen.get("restored_at") or "")
    is_frozen = str(seen.get("frozen_at") or "") > is_back
    is_taken = candidate["state"] == State.CLOSED_COMPLETE and not is_back
    if is_frozen and not is_taken:
        label, icon = "Unfreeze…", ":material/lock_open:"
    elif is_taken or candidate["state"] == State.ATTENTION_REQUIRED:
        label, icon = "Give back…", ":material/undo:"
    else:
        return
    st.button(
        label,
        icon=icon,
        key="give_back",
        on_click=state.remember,
        args=(GIVING_BACK, str(candidate["number"])),
    )
    if state.remembered(GIVING_BACK) == candidate["number"]:
        _confirm(candidate, label.rstrip("…"))


def mark(candidate: dict[str, Any]) -> None:
    """Whether the person is frozen by us, and when what was taken came back."""
    seen = candidate_messages.evidence_of(candidate)
    restored, frozen = str(seen.get("restored_at") or ""), str(seen.get("frozen_at") or "")
    if restored:
        st.markdown(f":green[:material/undo:] Given back on {formats.day(restored)}.")
    if frozen > restored:
        st.markdown(f":blue[:material/lock:] Frozen since {formats.day(frozen)}; every seat is still taken.")


def _confirm(candidate: dict[str, Any], verb: str) -> None:
    number = str(candidate["number"])

    @st.dialog(f"{verb} for {formats.plain(candidate['name'])}?", width="medium", on_dismiss=_close)
    def dialog() -> None:
        if not state.remembered(GIVING_BACK):  # a button of the dialog was pressed, and only the dialog ran anew
            st.rerun()
        with failures.told():
            answer = _planned(number)
            _shown(answer)
            with st.container(horizontal=True, horizontal_alignment="right"):
                st.button("Cancel", on_click=_close, key="cancel_restore")
                st.button(
                    verb,
                    type="primary",
                    disabled=not answer.calls,
                    on_click=_restore,
                    args=(number,),
                    key="confirm_restore",
                )

    dialog()


def _planned(number: str) -> RestorePlanAnswer:
    """The plan, asked for once while the dialog is open: it reads from the org."""
    asked = (number, frames.system().reads.version())
    kept = state.remembered("restore_plan")
    if kept and kept[0] == asked:
        return kept[1]  # type: ignore[no-any-return]
    with st.spinner("Reading what this person holds right now"):
        answer: RestorePlanAnswer = frames.send(PlanRestore(numbers=(number,), actor=viewer.person().name))
    state.remember("restore_plan", (asked, answer))
    return answer


def _shown(answer: RestorePlanAnswer) -> None:
    if answer.calls:
        st.markdown(f"**{words.restore_title(answer)}**")
        plan.calls_table(answer.calls)
    if answer.needs:
        tables.small([words.need(row) for row in answer.needs], alt="Seats that are needed, and how many are free")
    elif answer.calls:
        st.caption(words.NOTHING_NEEDED)
    for left in answer.left_out:
        plan.stays_out(left)
    if answer.not_the_same:
        st.markdown("**What will not be as it was**")
        st.markdown("\n".join(f"- {formats.plain(line)}" for line in answer.not_the_same))


def _restore(number: str) -> None:
    _close()
    jobs.start(Restore(numbers=(number,), actor=viewer.person().name), key=f"restore:{number}", slot=SLOT)


def _close() -> None:
    state.forget(GIVING_BACK)
    state.forget("restore_plan")
