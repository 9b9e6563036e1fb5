"""What a chat is told: a reclaim ended, decisions wait, a job failed. Ids and counts, never a name or an address."""

from __future__ import annotations

from sfsam.domain.jobs import Job, JobKind, JobState
from sfsam.domain.letters import Announcement
from sfsam.services.world import World


def announce(world: World, job: Job) -> None:
    """Tell what came of this job, where somebody wants to know; never waits and never fails."""
    announcement = announcement_of(job)
    if announcement is not None:
        world.webhook.announce(announcement)


def announcement_of(job: Job) -> Announcement | None:
    """What there is to tell about a job that has ended."""
    about: dict[str, str | int] = {"job_id": job.job_id, "kind": job.kind, "profile_id": job.profile_id or ""}
    if job.state is JobState.FAILED and job.failure is not None:
        text = f"The job {job.kind.replace('_', ' ')} failed ({job.failure.error}). See Operations → Jobs."
        return Announcement(event="job.failed", text=text, data=about | {"error": job.failure.error})
    result = job.result or {}
    if job.kind is JobKind.RECLAIM and job.state is JobState.SUCCEEDED:
        seats, outcomes = int(result.get("seats_freed", 0)), len(result.get("outcomes", ()))
        text = f"A reclaim of {outcomes} candidates has ended; {seats} seats are free."
        return Announcement(event="reclaim.finished", text=text, data=about | {"seats_freed": seats})
    waiting = int(result.get("awaiting_approval", 0))
    if job.kind is JobKind.REMIND and waiting:
        text = f"{waiting} removal candidates wait for a decision. See Reclaim → Removal candidates, Awaiting."
        return Announcement(event="approval.waiting", text=text, data=about | {"candidates": waiting})
    return None
