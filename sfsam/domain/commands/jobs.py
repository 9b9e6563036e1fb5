"""Work that takes time: saved as a job, done by the worker."""

from __future__ import annotations

from pydantic import Field

from sfsam.domain.commands.base import Command
from sfsam.domain.commands.connecting import Connect, CreateToken
from sfsam.domain.commands.downloading import Download, Identify
from sfsam.domain.commands.importing import ImportFile
from sfsam.domain.commands.notices import Remind, SendTrialMail
from sfsam.domain.commands.people import Housekeep, ResolvePeople
from sfsam.domain.commands.playbook import Validate
from sfsam.domain.commands.practice import StartPracticeOrg, StopPracticeOrg
from sfsam.domain.commands.reclaiming import Reclaim, Restore, Settle
from sfsam.domain.commands.reconciling import Reconcile

JobCommand = (
    Connect
    | CreateToken
    | Validate
    | StartPracticeOrg
    | StopPracticeOrg
    | Download
    | Identify
    | Reclaim
    | Restore
    | Settle
    | ImportFile
    | ResolvePeople
    | Housekeep
    | Reconcile
    | Remind
    | SendTrialMail
)


class Enqueue(Command):
    """Save a job for the worker. The same `key` while a job is not ended finds that job. Answer: JobAnswer."""

    job: JobCommand = Field(discriminator="task")
    key: str = ""


class CancelJob(Command):
    """Ask a queued or running job to stop at its next safe point. Answer: JobAnswer."""

    job_id: str


class ShowJob(Command):
    """One job with its progress. Answer: JobAnswer."""

    job_id: str


class ListJobs(Command):
    """The newest jobs first. Answer: list of JobAnswer."""

    limit: int = Field(default=50, ge=1, le=1000)
