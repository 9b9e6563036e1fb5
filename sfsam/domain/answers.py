"""What the commands answer: the JSON of contract.md as models. Fields are only ever added.

Money is a decimal string with its currency beside it; `unit_cost` is per seat and year. Moments are ISO 8601 with Z.
"""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, PlainSerializer

from sfsam.domain.candidates import Action, Justification, State
from sfsam.domain.jobs import JobFailure, JobKind, JobState, Progress
from sfsam.domain.playbook import Page, PageStatus, RegistrationPath
from sfsam.domain.profiles import Check, ConnectedOrg, GrantType, ProfileStatus, Purpose, Trouble
from sfsam.domain.subscriptions import Kind


def _with_z(moment: datetime) -> str:
    aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return aware.isoformat().replace("+00:00", "Z")


Moment = Annotated[datetime, PlainSerializer(_with_z, return_type=str, when_used="json")]
Amount = Annotated[Decimal, PlainSerializer(str, return_type=str, when_used="json")]


class Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class ProfileAnswer(Answer):
    profile_id: str
    name: str
    status: ProfileStatus
    org_id: str | None
    org_name: str | None
    edition: str | None
    is_sandbox: bool | None
    is_practice: bool
    reclaim_enabled: bool
    url: str
    grant: GrantType
    username: str | None
    connected_at: Moment | None
    last_download_at: Moment | None
    checks: list[Check]
    alias: str = ""
    is_paused: bool = False
    reconnect_required: bool = False


class StepRow(Answer):
    """One check box. `values` are (Salesforce's name of the field, what to enter); `link` leads into Setup."""

    step: str
    required: bool
    done: bool
    values: list[tuple[str, str]] = []
    link: str = ""


class PageRow(Answer):
    page: Page
    status: PageStatus
    optional: bool
    waits_for: list[Page]
    steps: list[StepRow]


class ConnectionAnswer(Answer):
    """One connection as far as it may be shown. `org` is what is connected, or was before the last change."""

    purpose: Purpose
    name: str
    alias: str
    url: str
    grant: GrantType
    client_id: str
    has_secret: bool
    username: str
    certificate: str
    org: ConnectedOrg | None
    connected_at: Moment | None
    trouble: Trouble | None
    reconnect_required: bool


class RegistrationAnswer(Answer):
    """What was chosen and what the app needs. `setup_links` is empty until the My Domain is known."""

    path: RegistrationPath
    grant: GrantType
    app_name: str
    contact_email: str
    url: str
    callback_url: str
    scopes: list[str]
    setup_links: dict[str, str]


class ValidationAnswer(Answer):
    """`passed`: nothing that is switched on is known to be missing. `fits`: of exactly the settings there are now."""

    profile_id: str
    fingerprint: str
    at: Moment
    passed: bool
    fits: bool
    checks: list[Check]


class PlaybookAnswer(Answer):
    """`current` is the page to go on with. Subflow names as in product.md S4."""

    profile_id: str
    name: str
    status: ProfileStatus
    is_practice: bool
    profile_type: str
    download_subflow: str
    reclaim_subflow: str
    consumption_subflow: str
    reclaim_enabled: bool
    consumption_enabled: bool
    current: Page
    pages: list[PageRow]
    registration: RegistrationAnswer
    read: ConnectionAnswer | None
    act: ConnectionAnswer | None
    free_aliases: list[str]
    validation: ValidationAnswer | None


class KeyPairAnswer(Answer):
    """`certificate` is PEM, to upload; the private key never leaves the store."""

    profile_id: str
    certificate: str
    sha256: str
    expires_at: Moment


class PublishAnswer(Answer):
    profile_id: str
    status: ProfileStatus
    job_id: str


class MetadataAnswer(Answer):
    """A zip file. `content` is base64."""

    file_name: str
    content: str
    files: list[str]

    @property
    def data(self) -> bytes:
        return base64.b64decode(self.content)


class ActivityRow(Answer):
    """`page` is empty for what is no set-up page's."""

    number: int
    at: Moment
    actor: str
    action: str
    page: str
    detail: dict[str, Any]


class DeletePreview(Answer):
    """What goes (rows by table), what is closed, and what stays."""

    profile_id: str
    name: str
    goes: dict[str, int]
    candidates_closed: int
    jobs_canceled: int
    stays: list[str]
    deleted: bool = False


class RotationAnswer(Answer):
    """`sealed` secrets are sealed with the newest key; `unreadable` ones were sealed by a key that is gone."""

    sealed: int
    unreadable: int
    key_is_new: bool


class ConnectAnswer(Answer):
    profile_id: str
    org_id: str
    status: ProfileStatus
    checks: list[Check]


class AuthorizationAnswer(Answer):
    profile_id: str
    url: str


class AuthorizedAnswer(Answer):
    """A log-in that succeeded; CreateToken with the same fields looks at the org."""

    profile_id: str
    purpose: Purpose
    accept_other_org: bool


class PracticeAnswer(Answer):
    profiles: list[str]
    base_url: str | None


class JobAnswer(Answer):
    job_id: str
    kind: JobKind
    profile_id: str | None
    state: JobState
    requested_by: str
    created_at: Moment
    started_at: Moment | None
    ended_at: Moment | None
    progress: Progress
    result: dict[str, Any] | None
    failure: JobFailure | None


class DownloadAnswer(Answer):
    job_id: str
    state: JobState
    mode: Literal["full", "incremental"]
    rows: dict[str, int]
    api_calls: int
    bytes: int
    seconds: float
    peak_rss_mb: float
    warnings: list[str]


class PositionRow(Answer):
    """One license in one org. assigned = active + stale + in_grace + machine + inactive_holder + unknown."""

    org: str
    org_id: str
    is_sandbox: bool
    kind: Kind
    identifier: str
    model: str
    owned: int | None
    assigned: int
    active: int
    stale: int
    in_grace: int
    machine: int
    inactive_holder: int
    unknown: int
    excluded: int
    available: int | None
    needed: int
    unit_cost: Amount | None
    price_source: Literal["contract", "list", "none"]
    currency: str | None
    over_licensed: Amount | None
    true_up: Amount | None
    potential_savings: Amount | None


class IdentifyAnswer(Answer):
    created: int
    updated: int
    closed: int
    by_rule: dict[str, int]


class CandidateRow(Answer):
    number: str
    state: State
    user_principal_name: str
    user_id: str
    name: str | None
    department: str | None
    org: str
    org_id: str
    kind: Kind
    identifier: str
    model: str
    rule: str
    justification: Justification
    last_activity_at: Moment | None
    inactive_days: int | None
    action: Action
    potential_savings: Amount | None
    currency: str | None
    message: str
    evidence: dict[str, Any]


class PlannedCallRow(Answer):
    step: str
    method: str
    object: str
    records: int
    users: int


class LeftOut(Answer):
    """A candidate that the plan leaves out, with the reason and what to do."""

    number: str
    user_principal_name: str
    reason: str
    remedy: str


class PlanAnswer(Answer):
    planned_calls: int
    seats_freed: int
    users: int
    potential_savings: Amount | None
    currency: str | None
    calls: list[PlannedCallRow]
    left_out: list[LeftOut]


class OutcomeRow(Answer):
    number: str
    state: State
    message: str


class ReclaimAnswer(Answer):
    planned_calls: int
    seats_freed: int
    outcomes: list[OutcomeRow]


class SettleAnswer(Answer):
    open_before: int
    open_after: int
    outcomes: list[OutcomeRow]


class ExportAnswer(Answer):
    rows: int
    path: str


class AuditRow(Answer):
    number: int
    at: Moment
    actor: str
    action: str
    subject: str
    reason: str
    detail: dict[str, Any]
    hash: str


class AuditAnswer(Answer):
    """`unverifiable` entries were hashed with a key that is lost; of them only the links were looked at."""

    entries: list[AuditRow]
    head: str
    intact: bool | None = None
    first_broken: int | None = None
    unverifiable: int = 0
