"""Scheduled jobs: when each runs next, how it ended last; run now, pause, change its time."""

from __future__ import annotations

from datetime import time
from typing import Any
from zoneinfo import available_timezones

import streamlit as st

from sfsam.charts.formats import is_missing
from sfsam.domain.answers import JobAnswer
from sfsam.domain.commands import ChangeSchedule, Command, PauseSchedule, ResumeSchedule, RunScheduleNow
from sfsam.domain.schedules import Cadence, ScheduledTask, ScheduleState, cadence_of, in_words, name_of
from sfsam.ui import formats, frames, job_words, state, viewer
from sfsam.ui import schedule_messages as messages
from sfsam.ui.components import cards, failures, tables

PAGE_KEY = "schedules_page"
PAGE_SIZE = 10
CHANGING = "changing_schedule"
REFUSED = "schedule_refused"
_COLUMNS = [2.4, 1.1, 1.25, 1.75]
Row = dict[str, Any]


def rows_of(profile_id: str) -> list[Row]:
    """The scheduled jobs of this profile."""
    return [row for row in frames.rows("scheduled_jobs") if row["profile_id"] == profile_id]


def next_one() -> str:
    """Which scheduled job runs next and when, in a sentence; empty when none does by itself."""
    timed = [row for row in frames.rows("scheduled_jobs") if not is_missing(row["next_run_at"])]
    if not timed:
        return ""
    first = min(timed, key=lambda row: row["next_run_at"])
    return messages.next_sentence(name(first), viewer.moment(first["next_run_at"]))


def card(slot: str) -> None:
    """Every scheduled job, a page at a time. What `Run now` starts, and a last result, are shown by `slot`."""
    rows = frames.rows("scheduled_jobs")
    if not any(row["profile_id"] for row in rows):
        cards.empty("schedules", messages.NONE_YET, icon=":material/event_repeat:")
        return
    with cards.card("schedules", "Scheduled jobs", aside=messages.aside(rows), read="scheduled_jobs"):
        first = (tables.page_number(PAGE_KEY, len(rows), PAGE_SIZE) - 1) * PAGE_SIZE
        for row in rows[first : first + PAGE_SIZE]:
            _wide(row, slot)
        if len(rows) > PAGE_SIZE:
            tables.pager(PAGE_KEY, len(rows), PAGE_SIZE, messages.MISSED)
        else:
            st.caption(messages.MISSED)
    _dialog(rows)


def of_profile(rows: list[Row], slot: str) -> None:
    """The scheduled jobs of one profile, one below the other, inside a card."""
    for row in rows:
        with st.container(key=f"schedule_{row['schedule_id']}", gap="xxsmall"):
            _what(row)
            if row["state"] != ScheduleState.ACTIVE or not is_missing(row["next_run_at"]):
                st.markdown(_next(row))
            _last(row, slot)
            _actions(row, slot)
    _dialog(rows)


def made(profile_id: str) -> None:
    """Which jobs publishing this profile made, in a sentence; nothing where there are none."""
    if rows := rows_of(profile_id):
        words = messages.were_made([(name(row), in_words(_cadence(row))) for row in rows])
        st.markdown(f":material/event_repeat: {words}")


def name(row: Row) -> str:
    """What this scheduled job is called."""
    return name_of(ScheduledTask(row["task"]), formats.optional(row["profile"]))


def _wide(row: Row, slot: str) -> None:
    with st.container(key=f"schedule_{row['schedule_id']}"):
        what, when, last, actions = st.columns(_COLUMNS, vertical_alignment="center", gap="small")
        with what, st.container(gap="xxsmall"):
            _what(row)
        when.markdown(_next(row))
        with last:
            _last(row, slot)
        with actions:
            _actions(row, slot)


def _what(row: Row) -> None:
    st.markdown(f"**{formats.plain(name(row))}**")
    st.caption(_runs(row), help=messages.WHAT[ScheduledTask(row["task"])])


def _last(row: Row, slot: str) -> None:
    """How its last job ended, as the way to that job's card."""
    if is_missing(row["last_state"]):
        st.caption(messages.NEVER_RAN)
        return
    result = frames.document(row["last_result"])
    icon, color, _ = job_words.ICONS[row["last_state"]]
    st.button(
        f":{color}[{icon}] {job_words.state_word(row['last_state'], result)}, {viewer.moment(row['last_run_at'])}",
        type="tertiary",
        key=f"last_{row['schedule_id']}",
        help="Show its result",
        on_click=state.remember,
        args=(slot, row["last_job_id"]),
    )


def _actions(row: Row, slot: str) -> None:
    identity = row["schedule_id"]
    is_paused = row["state"] == ScheduleState.PAUSED
    at_rest = row["state"] in (ScheduleState.PROFILE_PAUSED, ScheduleState.PROFILE_DRAFT)
    order = ResumeSchedule if is_paused else PauseSchedule
    with st.container(horizontal=True, gap="small", key=f"scheduleactions_{identity}"):
        st.button(
            "Run now",
            icon=":material/play_arrow:",
            type="tertiary",
            key=f"run_{identity}",
            disabled=at_rest or not viewer.may(RunScheduleNow),
            help=viewer.why_not(RunScheduleNow),
            on_click=_run,
            args=(identity, slot),
        )
        st.button(
            "Resume" if is_paused else "Pause",
            icon=":material/play_circle:" if is_paused else ":material/pause_circle:",
            type="tertiary",
            key=f"rest_{identity}",
            disabled=at_rest or not viewer.may(order),
            help=viewer.why_not(order),
            on_click=_send,
            args=(order(schedule=identity, actor=viewer.person().name),),
        )
        st.button(
            "Change…",
            icon=":material/edit_calendar:",
            type="tertiary",
            key=f"change_{identity}",
            disabled=not viewer.may(ChangeSchedule),
            help=viewer.why_not(ChangeSchedule),
            on_click=state.remember,
            args=(CHANGING, identity),
        )


def _runs(row: Row) -> str:
    """Every day at 06:00 UTC."""
    cadence = _cadence(row)
    zone = "" if cadence.every == "download" else f" {row['time_zone'] or frames.system().settings.time_zone}"
    return f"{in_words(cadence)}{zone}"


def _cadence(row: Row) -> Cadence:
    return cadence_of(frames.document(row["cadence"]))


def _next(row: Row) -> str:
    """Next tomorrow, 06:00; or why there is no such moment."""
    if is_missing(row["next_run_at"]):
        return messages.NO_NEXT[ScheduleState(row["state"])]
    return f":gray[Next] {viewer.moment(row['next_run_at'])}"


def _run(identity: str, slot: str) -> None:
    state.forget(REFUSED)
    with failures.kept(REFUSED):
        job: JobAnswer = frames.send(RunScheduleNow(schedule=identity, actor=viewer.person().name))
        state.remember(slot, job.job_id)


def _send(command: Command) -> None:
    state.forget(REFUSED)
    with failures.kept(REFUSED):
        frames.send(command)


# ── Changing the time ──


def _dialog(rows: list[Row]) -> None:
    """The form for another cadence, while one is being changed; and what was refused last."""
    if refused := state.remembered(REFUSED):
        state.forget(REFUSED)
        failures.show(refused.what, refused.remedy, is_refusal=refused.family == "refused")
    chosen = [row for row in rows if row["schedule_id"] == state.remembered(CHANGING)]
    if chosen:
        _change(chosen[0])


def _change(row: Row) -> None:
    @st.dialog("When does it run?", width="small", on_dismiss=_close)
    def dialog() -> None:
        if not state.remembered(CHANGING):  # a button of the dialog was pressed, and only the dialog ran anew
            st.rerun()
        st.markdown(f"**{formats.plain(name(row))}**")
        st.caption(messages.CHANGE_LEAD)
        cadence, zone = _form(row)
        with st.container(horizontal=True, horizontal_alignment="right"):
            st.button("Cancel", on_click=_close, key="cancel_schedule")
            st.button(
                "Change its time", type="primary", key="confirm_schedule", on_click=_save, args=(row, cadence, zone)
            )

    dialog()


def _form(row: Row) -> tuple[dict[str, Any], str]:
    """The cadence and time zone that are entered: as the command takes them."""
    now = frames.document(row["cadence"])
    identity = row["schedule_id"]
    choices = [each for each in messages.EVERY_WORDS if each != "download" or row["task"] == ScheduledTask.IDENTIFY]
    every = st.selectbox(
        "How often",
        choices,
        choices.index(now["every"]),
        format_func=messages.EVERY_WORDS.__getitem__,
        key=f"every_{identity}",
    )
    cadence: dict[str, Any] = {"every": every}
    if every == "download":
        return cadence, ""
    if every == "week":
        days = list(messages.WEEKDAY_WORDS)
        index = days.index(now.get("weekday", "sunday"))
        cadence["weekday"] = st.selectbox(
            "On", days, index, format_func=messages.WEEKDAY_WORDS.__getitem__, key=f"weekday_{identity}"
        )
    if every == "month":
        cadence["day"] = st.number_input("On day", 1, 31, int(now.get("day", 1)), key=f"day_{identity}")
    at = st.time_input("At", _time(now.get("at")), step=300, key=f"at_{identity}")
    cadence["at"] = f"{at:%H:%M}"
    zones = ["", *sorted(available_timezones())]
    zone = st.selectbox(
        "Time zone",
        zones,
        zones.index(row["time_zone"]) if row["time_zone"] in zones else 0,
        format_func=_zone_words,
        key=f"zone_{identity}",
    )
    return cadence, zone


def _save(row: Row, cadence: dict[str, Any], zone: str) -> None:
    _close()
    order = {
        "schedule": row["schedule_id"],
        "cadence": cadence,
        "time_zone": zone,
        "actor": viewer.person().name,
    }
    _send(ChangeSchedule.model_validate(order))


def _zone_words(zone: str) -> str:
    return zone or f"The installation's ({frames.system().settings.time_zone})"


def _time(text: str | None) -> time:
    return time.fromisoformat(text) if text else time(6)


def _close() -> None:
    state.forget(CHANGING)
