"""A job: its card while it runs and after it ended, and the list of the newest ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from sfsam.charts.formats import counted, number, percent
from sfsam.domain.answers import JobAnswer
from sfsam.domain.commands import CancelJob, Download, Enqueue, ShowJob
from sfsam.domain.jobs import JobKind, JobState, Phase
from sfsam.errors import DownloadHeld, SfsamError
from sfsam.ui import formats, frames, job_words, messages, state, viewer
from sfsam.ui.components import cards, failures, tables

REFRESH_SECONDS = 1.0


def start(job: Any, *, key: str, slot: str) -> None:
    """Ask for a job. The same key while it has not ended finds that job, so a second click changes nothing.

    The job's card is drawn by `card(slot)`. For use as `on_click` too; an error of ours is kept for the card.
    """
    state.forget(f"refused_{slot}")
    try:
        answer: JobAnswer = frames.send(Enqueue(job=job, key=key, actor=viewer.person().name))
    except SfsamError as error:
        state.remember(f"refused_{slot}", error)
    else:
        state.remember(slot, answer.job_id)


def card(slot: str, *, until_done: bool = False) -> JobAnswer | None:
    """The card of the job that `start` put into this slot; None when there is none.

    `until_done`: a job that succeeded is not drawn, because the page itself says what came of it.

    Its place is there from the beginning, so that nothing below it moves while the page is drawn anew.
    """
    with st.container(key=f"slot_{slot}"):
        if refused := state.remembered(f"refused_{slot}"):
            failures.show(refused.what, refused.remedy, said=refused.said, is_refusal=refused.family == "refused")
        job_id = state.remembered(slot)
        return show(job_id, until_done=until_done) if job_id else None


def show(job_id: str, *, until_done: bool = False) -> JobAnswer:
    """The card of one job: it moves by itself while the job runs."""
    job: JobAnswer = frames.send(ShowJob(job_id=job_id))
    if until_done and job.state is JobState.SUCCEEDED:
        return job
    if job.state.is_ended:
        with st.container():  # as a fragment has one: so one card takes the place of the other piece by piece
            _ended(job)
    else:
        _running(job_id)
    return job


def running() -> list[str]:
    """The ids of the jobs that have not ended, newest first."""
    return [row["job_id"] for row in frames.rows("jobs") if row["state"] in ("queued", "running")]


def running_for(profile_id: str, *kinds: JobKind, but: Sequence[JobAnswer | None] = ()) -> None:
    """The cards of jobs of this profile that run now, whoever asked for them, but those that are drawn already."""
    drawn = {job.job_id for job in but if job}
    for row in frames.rows("jobs"):
        is_running = row["state"] in ("queued", "running") and row["profile_id"] == profile_id
        if is_running and (not kinds or row["kind"] in kinds) and row["job_id"] not in drawn:
            show(row["job_id"])


def others_running(slot: str) -> None:
    """The cards of running jobs that this visit did not ask for."""
    for job_id in running():
        if job_id != state.remembered(slot):
            show(job_id)


def last_failure(slot: str) -> None:
    """The card of the newest job, when it failed and is not shown already."""
    newest = frames.rows("jobs")[:1]
    if newest and newest[0]["state"] == JobState.FAILED and newest[0]["job_id"] != state.remembered(slot):
        show(newest[0]["job_id"])


def listing(limit: int) -> None:
    """The newest jobs as a table."""
    rows = frames.fetch("jobs").head(limit)
    if rows.empty:
        cards.empty("jobs", messages.NO_JOBS, icon=":material/schedule:")
        return
    tables.grid(rows, _columns(), key="jobs", identity="job_id", alt="The newest jobs with state, start and result")


@st.fragment(run_every=REFRESH_SECONDS)
def _running(job_id: str) -> None:
    job: JobAnswer = frames.send(ShowJob(job_id=job_id))
    if job.state.is_ended:
        st.rerun()
    share = min(max(job.progress.share, 0.0), 1.0)
    with cards.card(f"job_{job_id}", messages.JOB_TITLES[job.kind], badge=_badge(job)):
        st.progress(share)
        sentence = formats.plain(job.progress.sentence) if job.progress.sentence else "Waiting for its turn."
        st.markdown(f"**{percent(100 * share, 0)} done.** {sentence}")
        if job.progress.phases:
            st.markdown("  \n".join(_phase(phase) for phase in job.progress.phases))
        calls = f"{counted(job.progress.api_calls, 'API call', 'API calls')} so far. " if job.progress.api_calls else ""
        st.caption(f"{_begun(job)}{calls}{messages.CLOSE_PAGE}")
        st.button(
            "Stop at the next safe point",
            icon=":material/stop_circle:",
            type="tertiary",
            key=f"cancel_{job_id}",
            disabled=not viewer.may(CancelJob),
            help=viewer.why_not(CancelJob),
            on_click=frames.send,
            args=(CancelJob(job_id=job_id, actor=viewer.person().name),),
        )


def _ended(job: JobAnswer) -> None:
    with cards.card(f"job_{job.job_id}", messages.JOB_TITLES[job.kind], badge=_badge(job)):
        if job.state is JobState.FAILED and job.failure:
            st.markdown(f"**{formats.plain(job.failure.what)}**")
            st.markdown(formats.plain(job.failure.remedy))
            if job.failure.error == DownloadHeld.__name__:
                _confirmation(job)
            if job.failure.said:
                with st.expander("What Salesforce said", icon=":material/chat:"):
                    st.code(job.failure.said, language=None, wrap_lines=True)
            return
        if sentence := job_words.result_sentence(job.kind, job.result):
            st.markdown(sentence)
        for warning in (job.result or {}).get("warnings") or ():
            st.markdown(f":orange[:material/warning:] {formats.plain(warning)}")
        _outcomes((job.result or {}).get("outcomes") or [])


def _confirmation(job: JobAnswer) -> None:
    """The way on for a download that was held: take the org as it is now."""
    if job.profile_id is None or not viewer.may(Download):
        return
    order = Download(profile=job.profile_id, accepts_fewer=True, actor=viewer.person().name)
    st.button(
        "The org has become smaller: read it again and take it as it is",
        icon=":material/check:",
        key=f"accept_{job.job_id}",
        on_click=start,
        args=(order,),
        kwargs={"key": f"download_accept:{job.profile_id}", "slot": "accepted"},
    )


def _outcomes(outcomes: list[dict[str, Any]]) -> None:
    """What became of each candidate of a reclaim or a settling."""
    if outcomes:
        candidates = frames.rows("candidates", numbers=[outcome["number"] for outcome in outcomes])
        names = {row["number"]: row["name"] for row in candidates}
        rows = [
            {
                "Candidate": formats.plain(outcome["number"]),
                "Person": formats.plain(names.get(outcome["number"])),
                "State": messages.STATE_WORDS.get(outcome["state"], formats.words(outcome["state"])),
                "What happened": formats.plain(outcome["message"]) if outcome["message"] else formats.NOT_APPLICABLE,
            }
            for outcome in outcomes
        ]
        tables.small(rows, alt="Outcome of each candidate")


def _badge(job: JobAnswer) -> tuple[str, str, str]:
    icon, color, _ = job_words.ICONS[job.state]
    word = job_words.state_word(job.state, job.result)
    return (":material/warning:", "orange", word) if word.startswith("Done with") else (icon, color, word)


def _phase(phase: Phase) -> str:
    icon, color, _ = job_words.ICONS[phase.state]
    if phase.state is JobState.QUEUED:
        icon, color = ":material/radio_button_unchecked:", "gray"
    rows = ""
    if phase.rows:
        about = f" of about {number(phase.expected)}" if phase.expected and phase.expected > phase.rows else ""
        rows = f", {number(phase.rows)}{about} {'row' if phase.rows == 1 else 'rows'}"
    took = f", {formats.seconds(phase.seconds)}" if phase.state.is_ended and phase.seconds >= 1 else ""
    words = f"{formats.plain(phase.name)}{rows}{took}"
    return f":{color}[{icon}] " + (f"**{words}**" if phase.state is JobState.RUNNING else words)


def _begun(job: JobAnswer) -> str:
    return f"Started {viewer.moment(job.started_at)}. " if job.started_at else ""


def _columns() -> list[tables.Column]:
    colors = {word: color for _, color, word in job_words.ICONS.values()}
    words = {name: word for name, (_, _, word) in job_words.ICONS.items()}
    return [
        tables.Column("Job", lambda row: messages.JOB_TITLES.get(row["kind"], row["kind"]), 190),
        tables.Column("Profile", lambda row: formats.optional(row["profile"]), 172),
        tables.pill("State", "state", words, colors),
        tables.Column("Created", lambda row: viewer.moment(row["created_at"]), 130),
        tables.Column("Took", lambda row: formats.seconds(row["seconds"]), 76, is_number=True),
        tables.Column("Result", result, 344),
        tables.text("By", "requested_by", 72),
    ]


def result(row: dict[str, Any]) -> str:
    """What a job of the list did, or why it failed, in one sentence."""
    result, failure = frames.document(row["result"]), frames.document(row["failure"])
    if failure:
        return str(failure["what"])
    if row["state"] in ("queued", "running"):
        return formats.text(row["progress_sentence"])
    return job_words.result_sentence(row["kind"], result)
