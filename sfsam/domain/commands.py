"""Everything that can be asked of the system. Buttons, schedules and the command line send the same commands.

A command is plain data, so it can be saved in a job and sent over the control route. `Enqueue*` commands return
at once with a job; the worker does the work.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from sfsam.domain.candidates import State
from sfsam.domain.jobs import JobKind
from sfsam.domain.profiles import GrantType


class Command(BaseModel):
    """An order, with the person who gives it. Extra fields are refused, so that a typing error is seen."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    actor: str = "local"


class DraftProfile(Command):
    """Save a new integration profile with its connection, as a draft. Answer: ProfileAnswer."""

    name: str = Field(min_length=1, max_length=40)
    url: str
    grant: GrantType
    client_id: str = Field(min_length=1)
    client_secret: SecretStr = SecretStr("")
    reclaim_enabled: bool = True
    is_practice: bool = False


class Connect(Command):
    """Get a token, look at the org, check every permission, publish. Runs as a job. Answer: ConnectAnswer."""

    task: Literal[JobKind.CONNECT] = JobKind.CONNECT
    profile: str
    publish: bool = True
    download: bool = Field(default=True, description="Queue the first download once it is published")


class BeginAuthorization(Command):
    """Start the authorization code grant. Answer: AuthorizationAnswer with the address of the log-in."""

    profile: str


class FinishAuthorization(Command):
    """Take the browser's return from Salesforce. Answer: ProfileAnswer."""

    state: str
    code: str = Field(default="", repr=False)
    error: str = ""
    error_description: str = ""


class ReplaceSecret(Command):
    """Enter a new client secret (and id) for a profile; its old token is forgotten. Answer: ProfileAnswer."""

    profile: str
    client_id: str | None = None
    client_secret: SecretStr
    url: str | None = None


class StartPracticeOrg(Command):
    """Start the practice org on this machine and connect it. Runs as a job. Answer: PracticeAnswer."""

    task: Literal[JobKind.PRACTICE] = JobKind.PRACTICE
    users: int = Field(default=2000, ge=20, le=1_000_000)
    orgs: int = Field(default=2, ge=1, le=5)
    seed: int = 1


class StopPracticeOrg(Command):
    """Stop the practice org and forget its profiles with all their data. Answer: PracticeAnswer."""

    task: Literal[JobKind.PRACTICE_STOP] = JobKind.PRACTICE_STOP


class Download(Command):
    """Read the org into the store. Runs as a job. Answer: DownloadAnswer."""

    task: Literal[JobKind.DOWNLOAD] = JobKind.DOWNLOAD
    profile: str
    full: bool = False
    identify: bool = Field(default=True, description="Queue the search for removal candidates afterwards")


class Identify(Command):
    """Find removal candidates by the rules, and close those that no longer hold. Runs as a job."""

    task: Literal[JobKind.IDENTIFY] = JobKind.IDENTIFY
    profile: str | None = None


class PlanReclaim(Command):
    """What taking back these seats would send, read fresh from the org; nothing is sent. Answer: PlanAnswer."""

    numbers: tuple[str, ...] = ()
    all_ready: bool = False
    profile: str | None = None
    max_users: int | None = Field(default=None, ge=1)


class Reclaim(Command):
    """Take the seats back. Runs as a job. Answer: ReclaimAnswer."""

    task: Literal[JobKind.RECLAIM] = JobKind.RECLAIM
    numbers: tuple[str, ...] = ()
    all_ready: bool = False
    profile: str | None = None
    max_users: int | None = Field(default=None, ge=1)


class MoveCandidate(Command):
    """Keep (closed_skipped) a candidate, or put a repaired one back to ready. Answer: CandidateRow."""

    number: str
    to: Literal[State.CLOSED_SKIPPED, State.READY]
    reason: str = Field(min_length=1)


class Settle(Command):
    """Read the org back and close every open outcome. Runs as a job. Answer: SettleAnswer."""

    task: Literal[JobKind.SETTLE] = JobKind.SETTLE
    profile: str | None = None


JobCommand = Connect | StartPracticeOrg | StopPracticeOrg | Download | Identify | Reclaim | Settle


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


class ListProfiles(Command):
    """All integration profiles. Answer: list of ProfileAnswer."""


class ShowPosition(Command):
    """The license position. Answer: list of PositionRow."""

    profile: str | None = None


class ListCandidates(Command):
    """Removal candidates. Answer: list of CandidateRow."""

    state: State | None = None
    profile: str | None = None


class Narrowing(BaseModel):
    """Which rows of a list are meant; what is empty narrows nothing, and what a list does not know is left aside."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    org_ids: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    search: str = ""


class Export(Command):
    """Write a list, or the rows of it that are meant, to a file. Answer: ExportAnswer."""

    what: Literal["unused", "subscriptions", "candidates", "position", "audit"]
    format: Literal["csv", "xlsx", "parquet"]
    output: str
    profile: str | None = None
    narrowing: Narrowing = Narrowing()


class ShowAudit(Command):
    """The audit trail, newest first; with `verify` the chain is checked from its start. Answer: AuditAnswer."""

    verify: bool = False
    head: str | None = None
    limit: int = Field(default=200, ge=1, le=10_000)
