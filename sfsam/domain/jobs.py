"""Jobs: what a button or a schedule asks for, and how far it got."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import Field

from sfsam.domain.profiles import Record


class JobKind(StrEnum):
    CONNECT = "connect"
    CREATE_TOKEN = "create_token"  # noqa: S105  a kind of job, not a secret
    VALIDATE = "validate"
    PRACTICE = "practice"
    PRACTICE_STOP = "practice_stop"
    DOWNLOAD = "download"
    IDENTIFY = "identify"
    RECLAIM = "reclaim"
    RESTORE = "restore"
    REMIND = "remind"
    TRIAL_MAIL = "trial_mail"
    SETTLE = "settle"
    RECONCILE = "reconcile"
    IMPORT = "import"
    RESOLVE_PEOPLE = "resolve_people"
    HOUSEKEEP = "housekeep"


class JobState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"

    @property
    def is_ended(self) -> bool:
        return self not in (JobState.QUEUED, JobState.RUNNING)


class Phase(Record):
    """One line of the progress list: `rows` so far, of about `expected` (None: not known)."""

    name: str
    rows: int = 0
    expected: int | None = None
    seconds: float = 0.0
    state: JobState = JobState.QUEUED


class Progress(Record):
    """How far a running job got. `share` runs from 0 to 1."""

    share: float = 0.0
    sentence: str = ""
    phases: tuple[Phase, ...] = ()
    api_calls: int = 0


class JobFailure(Record):
    """Why a job failed, for the error card: what, remedy, and Salesforce's own words."""

    error: str
    what: str
    remedy: str
    said: str = ""
    exit_code: int = 1


class Job(Record):
    """A job record. `arguments` are the command's fields; `key` makes a second click find the first job."""

    job_id: str
    kind: JobKind
    profile_id: str | None
    key: str
    arguments: dict[str, Any] = Field(default_factory=dict)
    state: JobState = JobState.QUEUED
    requested_by: str
    created_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    progress: Progress = Progress()
    result: dict[str, Any] | None = None
    failure: JobFailure | None = None
