"""Operations: what the page of jobs leads with, and the audit trail."""

from __future__ import annotations

from typing import Any

import streamlit as st

from sfsam.charts.formats import counted
from sfsam.domain.answers import AuditAnswer
from sfsam.domain.commands import ShowAudit
from sfsam.ui import formats, frames, messages, state, viewer
from sfsam.ui.components import cards, failures, jobs, schedules, tables

SLOT = "operations"
REDRAWN = "redrawn_for_job"
LED_BY = "jobs_that_run"  # what the lead of this page counted as running
AUDIT_PAGE_SIZE = 20
AUDIT_PAGE_KEY = "audit_page"
NEWEST = tables.Sorting("Newest first", "number", descending=True)
AUDIT_COLUMNS = [
    tables.Column("No.", lambda row: str(row["number"]), 64, is_number=True),
    tables.Column("At (UTC)", lambda row: f"{row['at']:%Y-%m-%d %H:%M:%S}", 154),
    tables.text("Who", "actor", 90),
    tables.Column("What", lambda row: _action(row["action"]), 190),
    tables.Column("Subject", lambda row: _subject(row), 178),
    tables.Column("Profile", lambda row: formats.optional(row["profile"]), 172),
    tables.Column("Why", lambda row: row["reason"] or "", 254),
]


def jobs_lead() -> None:
    """How many jobs there are, and how many of them run or failed."""
    rows = frames.rows("jobs")
    running = {row["job_id"] for row in rows if row["state"] in ("queued", "running")}
    state.remember(LED_BY, running)
    failed = sum(row["state"] == "failed" for row in rows)
    cards.lead(messages.jobs_lead(len(rows), len(running), failed), schedules.next_one(), read="jobs")


def job_card() -> None:
    """The card of the job that this visit asked for.

    If it has ended since the lead was drawn, the page is drawn anew, once, so that both say the same.
    """
    job = jobs.card(SLOT)
    if job and job.state.is_ended and job.job_id in state.remembered(LED_BY, set()) - {state.remembered(REDRAWN)}:
        state.remember(REDRAWN, job.job_id)
        st.rerun()


def audit_lead() -> None:
    """How many entries there are."""
    total = frames.count("audit")
    cards.lead(f"**{counted(total, 'entry', 'entries')}** say who did what, when and why.", read="audit")


def audit_table() -> None:
    """The trail, newest first."""
    rows, total = tables.listing("audit", key=AUDIT_PAGE_KEY, sorting=NEWEST, page_size=AUDIT_PAGE_SIZE)
    if rows.empty:
        cards.empty("audit", messages.NO_AUDIT, icon=":material/history:")
        return
    tables.grid(rows, AUDIT_COLUMNS, key="audit", identity="number", alt="The audit trail, newest first")
    tables.pager(AUDIT_PAGE_KEY, total, AUDIT_PAGE_SIZE)


def verify_button() -> None:
    """Check the whole chain of the trail."""
    st.button("Verify the chain", icon=":material/verified:", type="tertiary", key="verify", on_click=_verify)


def verdict() -> None:
    """What checking the chain gave."""
    if checked := state.remembered("verdict"):
        is_well, sentence = checked
        icon = ":green[:material/check_circle:]" if is_well else ":red[:material/cancel:]"
        st.markdown(f"{icon} {sentence}")
    if refused := state.remembered("verify_refused"):
        failures.show(refused.what, refused.remedy)


def _verify() -> None:
    state.forget("verdict")
    state.forget("verify_refused")
    with failures.kept("verify_refused"):
        answer: AuditAnswer = frames.send(ShowAudit(verify=True, limit=1, actor=viewer.person().name))
        state.remember("verdict", messages.chain_verdict(answer.intact, answer.first_broken, frames.count("audit")))


def _action(name: str) -> str:
    """An action as people read it: "profile.published" becomes "Profile published"."""
    return formats.words(name.replace(".", "_"))


def _subject(row: dict[str, Any]) -> str:
    """What was acted on; the profile has a column of its own, and its long id says nothing to people."""
    return formats.NOT_APPLICABLE if row["subject"] == row["profile_id"] else str(row["subject"])
