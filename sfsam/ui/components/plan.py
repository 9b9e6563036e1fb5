"""The plan of a reclaim, its confirmation, and the button that names what will really go."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import streamlit as st

from sfsam.charts.formats import counted, number
from sfsam.domain.answers import LeftOut, PlanAnswer, PlannedCallRow
from sfsam.domain.commands import PlanReclaim, Reclaim
from sfsam.ui import candidate_messages, formats, frames, messages, state, viewer
from sfsam.ui.components import cards, failures, jobs, tables

SLOT = "reclaim"


def panel(numbers: Sequence[str], orgs: list[str]) -> None:
    """What taking back these candidates' seats would send: every call, the seats freed, who stays out and why."""
    with failures.told():
        plan = _planned(tuple(sorted(numbers)))
        with cards.card("plan", formats.plain(candidate_messages.plan_title(plan))):
            if plan.calls:
                tables.small([_call(call) for call in plan.calls], alt="Every call that would be sent, in order")
            for left in plan.left_out:
                st.markdown(_stays_out(left))
            if plan.users:
                st.button(
                    f"Reclaim {counted(plan.seats_freed, 'seat', 'seats')}…",
                    type="primary",
                    icon=":material/person_remove:",
                    key="reclaim",
                    on_click=state.remember,
                    args=("confirming", True),
                )
            st.caption(f"{messages.NOTHING_SENT} {messages.FREEZING}")
        if state.remembered("confirming"):
            _confirm(plan, tuple(sorted(numbers)), orgs)


def _planned(numbers: tuple[str, ...]) -> PlanAnswer:
    """The plan for these numbers, asked for once per choice and state of the data: it reads from the org."""
    version = frames.system().reads.version()
    kept = state.remembered("plan")
    if kept and kept[0] == (numbers, version):
        return kept[1]  # type: ignore[no-any-return]
    with st.spinner("Reading what these people hold right now"):
        plan: PlanAnswer = frames.send(PlanReclaim(numbers=numbers, actor=viewer.person().name))
    state.remember("plan", ((numbers, version), plan))
    return plan


def _confirm(plan: PlanAnswer, numbers: tuple[str, ...], orgs: list[str]) -> None:
    @st.dialog(candidate_messages.confirm_question(plan, orgs), width="medium", on_dismiss=_close)
    def dialog() -> None:
        if not state.remembered("confirming"):  # a button of the dialog was pressed, and only the dialog ran anew
            st.rerun()
        st.markdown(formats.plain(candidate_messages.confirm_consequences(plan)).replace("\\*\\*", "**"))
        st.markdown(f":material/undo: {messages.REMEMBERED}")
        st.markdown(f":material/update: {messages.READ_AGAIN}")
        has_read = st.checkbox(candidate_messages.confirm_check(plan), key="has_read_plan")
        with st.container(horizontal=True, horizontal_alignment="right"):
            st.button("Cancel", on_click=_close, key="cancel_reclaim")
            st.button(
                f"Reclaim {counted(plan.seats_freed, 'seat', 'seats')}",
                type="primary",
                disabled=not has_read,
                on_click=_reclaim,
                args=(numbers,),
                key="confirm_reclaim",
            )

    dialog()


def _reclaim(numbers: tuple[str, ...]) -> None:
    chosen = hashlib.sha256(" ".join(numbers).encode()).hexdigest()[:16]
    jobs.start(Reclaim(numbers=numbers, actor=viewer.person().name), key=f"reclaim:{chosen}", slot=SLOT)
    _close()
    state.forget("ticked")
    state.forget("plan")


def _close() -> None:
    state.forget("confirming")


def _call(call: PlannedCallRow) -> dict[str, str]:
    return {
        "Step": messages.STEP_WORDS.get(call.step, formats.words(call.step)),
        "Call": f"`{call.method} {call.object}`",
        "Records": number(call.records),
        "Users": number(call.users),
    }


def _stays_out(left: LeftOut) -> str:
    who = formats.plain(left.user_principal_name.split("@")[0])
    return f":orange[:material/block:] **{who} stays out.** {formats.plain(left.reason)} {formats.plain(left.remedy)}"
