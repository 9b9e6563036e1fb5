"""What a process that was killed left behind, put right by the next one that owns the database."""

from __future__ import annotations

import logging

from sfsam.bootstrap import System
from sfsam.domain.commands import Enqueue, Settle
from sfsam.domain.jobs import JobState
from sfsam.jobs.failures import failure_of_interruption

log = logging.getLogger(__name__)


def close_orphans(system: System) -> int:
    """End every job that is marked running, and give the number of attempts whose outcome is open.

    Only for a process that has just opened the database: the file lock says that nobody else runs a job.
    """
    with system.store.begin() as work:
        orphans = work.jobs.running()
        for job in orphans:
            ended = {"state": JobState.FAILED, "failure": failure_of_interruption(job), "ended_at": system.clock.now()}
            work.jobs.save(job.model_copy(update=ended))
        open_attempts = len(work.requests.open_attempts())
        work.commit()
    for job in orphans:
        log.warning("job %s (%s) was still marked running; it is closed as failed", job.job_id, job.kind)
    if open_attempts:
        log.warning("%d changes were sent to Salesforce and their outcome is not known yet: settle", open_attempts)
    return open_attempts


def settle_what_is_open(system: System) -> None:
    """Close orphaned jobs, and have open outcomes read back from the org."""
    if close_orphans(system):
        system.send(Enqueue(actor="sfsam", job=Settle(actor="sfsam"), key="settle-at-start"))
