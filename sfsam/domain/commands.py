"""Everything that can be asked of the system. Buttons, schedules and the command line send the same commands.

A command is plain data, so it can be saved in a job and sent over the control route. `Enqueue*` commands return
at once with a job; the worker does the work.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from sfsam.domain.candidates import State
from sfsam.domain.jobs import JobKind
from sfsam.domain.playbook import Page, RegistrationPath
from sfsam.domain.profiles import GrantType, Purpose


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
    """Start the authorization code grant. Answer: AuthorizationAnswer with the address of the log-in.

    A log-in for another org than the profile's earlier one is refused unless `accept_other_org`.
    """

    profile: str
    purpose: Purpose = Purpose.READ
    accept_other_org: bool = False


class FinishAuthorization(Command):
    """Take the browser's return from Salesforce. Answer: AuthorizedAnswer."""

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


# ── The set-up playbook ──────────────────────────────────────────────────────────────────────────


class StartPlaybook(Command):
    """Make a draft profile without a connection, and its playbook. Answer: PlaybookAnswer."""

    name: str = Field(default="", max_length=40, description="Empty: Salesforce CRM, with a number when it is taken")


class ShowPlaybook(Command):
    """Everything that was entered, by page, and how far it is. Answer: PlaybookAnswer."""

    profile: str


class SaveSteps(Command):
    """Tick or clear check boxes of a page. Answer: PlaybookAnswer."""

    profile: str
    page: Page
    done: dict[str, bool]


class SaveRegistration(Command):
    """Which app is registered, and for which grant. Another choice reopens the connection. Answer: PlaybookAnswer."""

    profile: str
    path: RegistrationPath = RegistrationPath.EXTERNAL_CLIENT_APP
    grant: GrantType = GrantType.AUTHORIZATION_CODE
    app_name: str = Field(default="sfsam", min_length=1, max_length=40)
    contact_email: str = Field(default="", max_length=80)
    url: str = Field(default="", description="My Domain, for links into Setup; it may be entered later")


class SaveDetails(Command):
    """Display name and consumption subflow; the other two subflows are fixed. Answer: PlaybookAnswer."""

    profile: str
    name: str = Field(min_length=1, max_length=40)
    consumption_enabled: bool = True


class SaveConnection(Command):
    """Enter the connection for reading, or the one for acting. Answer: PlaybookAnswer.

    A change forgets its token and returns a published profile to Draft. An empty secret keeps the one there is.
    """

    profile: str
    purpose: Purpose = Purpose.READ
    name: str = Field(default="", max_length=80, description="Empty: the profile's name")
    url: str
    grant: GrantType
    client_id: str = Field(min_length=1, max_length=300)
    client_secret: SecretStr = SecretStr("")
    username: str = Field(default="", max_length=80, description="Whom the JWT bearer grant acts as")
    alias: str = Field(default="", max_length=40, description="Empty: the parent alias when it is free")


class RemoveConnection(Command):
    """Forget the connection for acting; the one for reading acts again. Answer: PlaybookAnswer."""

    profile: str


class MakeKeyPair(Command):
    """Make a key pair for the JWT bearer grant; the certificate is to be uploaded. Answer: KeyPairAnswer."""

    profile: str
    purpose: Purpose = Purpose.READ


class CreateToken(Command):
    """Get a token (or use the one of the log-in) and look at the org. Runs as a job. Answer: PlaybookAnswer."""

    task: Literal[JobKind.CREATE_TOKEN] = JobKind.CREATE_TOKEN
    profile: str
    purpose: Purpose = Purpose.READ
    accept_other_org: bool = False


class MarkComplete(Command):
    """Mark a page complete; refused while a required step or page before it is open. Answer: PlaybookAnswer."""

    profile: str
    page: Page


class Reopen(Command):
    """Work on a page again; pages that depend on it are reopened too. Answer: PlaybookAnswer."""

    profile: str
    page: Page


class SetReclaim(Command):
    """Tick or clear Reclaim subscriptions. Ticking it on a published profile returns it to Draft. Answer:
    PlaybookAnswer."""

    profile: str
    enabled: bool


class Validate(Command):
    """Read every object and probe every right; changes nothing. Runs as a job. Answer: ValidationAnswer."""

    task: Literal[JobKind.VALIDATE] = JobKind.VALIDATE
    profile: str


class Publish(Command):
    """Publish exactly what was validated, and queue the first download. Answer: PublishAnswer."""

    profile: str
    fingerprint: str = Field(description="Of the ValidationAnswer that the person saw")
    confirmed: bool = False


class MetadataProject(Command):
    """A zip that creates the app and two permission sets by `sf project deploy start`. Answer: MetadataAnswer."""

    profile: str


class ShowActivityLog(Command):
    """Who entered what and when, newest first. Answer: list of ActivityRow."""

    profile: str


# ── A published profile ──────────────────────────────────────────────────────────────────────────


class Pause(Command):
    """Leave a published profile out of downloads and of the search for candidates. Answer: ProfileAnswer."""

    profile: str


class Resume(Command):
    """Take a paused profile up again. Answer: ProfileAnswer."""

    profile: str


class PreviewDelete(Command):
    """What deleting the profile would take with it. Answer: DeletePreview."""

    profile: str


class DeleteProfile(Command):
    """Delete the profile with its data; open candidates are closed, rules and audit stay. Answer: DeletePreview."""

    profile: str
    confirmed: bool = False


class RotateKey(Command):
    """Seal every stored secret with the newest key. Answer: RotationAnswer."""


PracticeScenario = Literal["company", "merger", "over-limit", "hidden-objects", "sandbox", "unknown-licenses"]
"""The situations that a practice org can be in (docs/the-practice-org.md)."""


class StartPracticeOrg(Command):
    """Start the practice org on this machine and connect it. Runs as a job. Answer: PracticeAnswer."""

    task: Literal[JobKind.PRACTICE] = JobKind.PRACTICE
    users: int = Field(default=2000, ge=20, le=1_000_000)
    orgs: int = Field(default=2, ge=1, le=5)
    seed: int = 1
    scenario: PracticeScenario = "company"


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


JobCommand = (
    Connect | CreateToken | Validate | StartPracticeOrg | StopPracticeOrg | Download | Identify | Reclaim | Settle
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
