"""The plan of a reclaim: what is to be done, what would be sent, and the confirmation that names what really goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from sfsam.charts.formats import number
from sfsam.domain.answers import LeftOut, PlanAnswer, PlannedCallRow
from sfsam.domain.candidates import ACTIONS, Action
from sfsam.domain.commands import Narrowing, PlanReclaim, Reclaim, RequestReclaim
from sfsam.domain.jobs import JobKind
from sfsam.domain.subscriptions import Kind
from sfsam.ui import candidate_messages, formats, frames, messages, state, viewer
from sfsam.ui import reclaim_messages as words
from sfsam.ui.components import cards, failures, jobs, setup_links, tables

SLOT = "reclaim"
REFUSED = "request_refused"
ALL = "all_ready"
SHOWN = 8


@dataclass(frozen=True)
class Chosen:
    """What a plan is for: the ticked candidates, or all that are ready under the filters. `rows` are these."""

    rows: Sequence[dict[str, Any]]
    matching: Narrowing | None = None

    @property
    def numbers(self) -> tuple[str, ...]:
        return tuple(sorted(row["number"] for row in self.rows))

    def asked(self) -> dict[str, Any]:
        """As the fields of a command."""
        return {"matching": self.matching} if self.matching else {"numbers": self.numbers}


def panel(chosen: Chosen) -> None:
    """What taking back these candidates' seats would send: every call, the seats freed, who stays out and why."""
    with st.container(key="plan_choice", horizontal=True, vertical_alignment="center"):
        action = _action(chosen)
    with failures.told():
        plan = _planned(chosen, action)
        with cards.card("plan", formats.plain(words.plan_title(action, plan))):
            _shown(plan)
            if plan.users:
                st.button(
                    f"{words.verb(action, plan)}…",
                    type="primary",
                    icon=":material/lock:" if action is Action.FREEZE else ":material/person_remove:",
                    key="reclaim",
                    on_click=state.remember,
                    args=("confirming", True),
                )
            st.caption(f"{messages.NOTHING_SENT} {messages.FREEZING}")
        if state.remembered("confirming"):
            _confirm(plan, chosen, action)


def running() -> None:
    """The card of the job that was asked for here, and of those that others have asked for, while they run."""
    shown = {jobs_card.job_id for slot in (SLOT, "restore") if (jobs_card := jobs.card(slot))}
    for row in frames.rows("jobs"):
        is_ours = row["kind"] in (JobKind.RECLAIM, JobKind.RESTORE) and row["state"] in ("queued", "running")
        if is_ours and row["job_id"] not in shown:
            jobs.show(row["job_id"])


def possible(rows: Sequence[dict[str, Any]]) -> list[Action | None]:
    """What can be done for all of these, the gentlest first; None, what each rule proposed, where they differ.

    The license can only be changed where a rule has said to which Salesforce profile.
    """
    common = [action for action in Action if all(_is_possible(action, row) for row in rows)]
    proposed = {row["action"] for row in rows}
    return [*([None] if len(proposed) > 1 or not common else []), *common]


def calls_table(calls: Sequence[PlannedCallRow]) -> None:
    """Every call that would be sent, in order."""
    if calls:
        tables.small([_call(call) for call in calls], alt="Every call that would be sent, in order")


def stays_out(left: LeftOut) -> None:
    """Who stays out, why, and what to do about it, with the way into Setup."""
    who = formats.plain(left.user_principal_name.split("@")[0])
    said = f":orange[:material/block:] **{who} stays out.** {formats.plain(left.reason)} {formats.plain(left.remedy)}"
    st.markdown(f"{said} {setup_links.of_candidate(left.number)}".strip())


def not_the_same(lines: Sequence[str]) -> None:
    """What cannot be given back as it was."""
    if lines:
        with st.expander("What cannot be given back as it was", icon=":material/undo:"):
            st.markdown("\n".join(f"- {formats.plain(line)}" for line in lines))


def _is_possible(action: Action, row: dict[str, Any]) -> bool:
    if action not in ACTIONS.get(Kind(row["kind"]), ()):
        return False
    return action is not Action.CHANGE_LICENSE or bool(candidate_messages.evidence_of(row).get("target_profile_id"))


def _action(chosen: Chosen) -> Action | None:
    """The action that is chosen; of a single possible one there is no choice."""
    options = possible(chosen.rows)
    proposed = {Action(row["action"]) for row in chosen.rows}
    default = proposed.pop() if len(proposed) == 1 else None
    if len(options) < 2:
        return options[0] if options and (options[0] is not default or default is Action.FREEZE) else None
    names = {words.ACTION_WORDS[each]: each for each in options}
    standing = default if default in options else options[0]
    picked = st.segmented_control(
        "What is to be done",
        list(names),
        default=words.ACTION_WORDS[standing],
        required=True,
        key=f"plan_action_{'_'.join(each or 'proposed' for each in options)}_{standing}",
        label_visibility="collapsed",
    )
    action = names[picked] if picked else standing
    return None if action is default and action is not Action.FREEZE else action


def _planned(chosen: Chosen, action: Action | None) -> PlanAnswer:
    """The plan for these, asked for once per choice and state of the data: it reads from the org."""
    asked = (chosen.numbers, chosen.matching, action, frames.system().reads.version())
    kept = state.remembered("plan")
    if kept and kept[0] == asked:
        return kept[1]  # type: ignore[no-any-return]
    with st.spinner("Reading what these people hold right now"):
        plan: PlanAnswer = frames.send(PlanReclaim(**chosen.asked(), action=action, actor=viewer.person().name))
    state.remember("plan", (asked, plan))
    return plan


def _shown(plan: PlanAnswer) -> None:
    for limit in plan.limits:
        st.caption(words.run_limit(limit))
    calls_table(plan.calls)
    for left in plan.left_out[:SHOWN]:
        stays_out(left)
    if more := plan.left_out[SHOWN:]:
        with st.expander(f"{number(len(more))} more stay out", icon=":material/block:"):
            for left in more:
                stays_out(left)
    not_the_same(plan.not_the_same)


def _confirm(plan: PlanAnswer, chosen: Chosen, action: Action | None) -> None:
    @st.dialog(words.confirm_question(action, plan), width="medium", on_dismiss=_close)
    def dialog() -> None:
        if not state.remembered("confirming"):  # a button of the dialog was pressed, and only the dialog ran anew
            st.rerun()
        st.markdown(formats.plain(words.consequences(action, plan)).replace("\\*\\*", "**"))
        st.markdown(f":material/undo: {messages.REMEMBERED}")
        st.markdown(f":material/update: {messages.READ_AGAIN}")
        for limit in plan.limits:
            if limit.is_sandbox:
                st.markdown(f":orange[:material/science:] {formats.plain(limit.profile)}: {words.SANDBOX}")
        reason = _reason() if plan.needs_second_person else ""
        has_read = st.checkbox(words.confirm_check(plan), key="has_read_plan")
        with st.container(horizontal=True, horizontal_alignment="right"):
            st.button("Cancel", on_click=_close, key="cancel_reclaim")
            st.button(
                "Ask for approval" if plan.needs_second_person else words.verb(action, plan),
                type="primary",
                disabled=not has_read or (plan.needs_second_person and not reason),
                on_click=_reclaim,
                args=(plan, chosen, action, reason),
                key="confirm_reclaim",
            )

    dialog()


def _reason() -> str:
    st.markdown(f":material/group: {words.SECOND_PERSON}")
    return (st.text_input("Why?", max_chars=300, key="request_reason") or "").strip()


def _reclaim(plan: PlanAnswer, chosen: Chosen, action: Action | None, reason: str) -> None:
    order = Reclaim(**chosen.asked(), action=action, fingerprint=plan.fingerprint, actor=viewer.person().name)
    _close()
    state.forget(REFUSED)
    if plan.needs_second_person:
        with failures.kept(REFUSED):
            frames.send(RequestReclaim(reclaim=order, reason=reason, actor=viewer.person().name))
    else:
        jobs.start(order, key=f"reclaim:{plan.fingerprint}", slot=SLOT)
    state.forget("ticked")
    state.forget("plan")
    st.session_state.pop(ALL, None)


def _close() -> None:
    state.forget("confirming")


def _call(call: PlannedCallRow) -> dict[str, str]:
    return {
        "Step": messages.STEP_WORDS.get(call.step, formats.words(call.step)),
        "Call": f"`{call.method} {call.object}`",
        "Records": number(call.records),
        "Users": number(call.users),
    }
