"""Integration profiles and their connections: which org, by which app, as which user."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class Record(BaseModel):
    """A value that does not change; a changed one is a new one (`record.model_copy(update=…)`)."""

    model_config = ConfigDict(frozen=True)


class GrantType(StrEnum):
    AUTHORIZATION_CODE = "authorization-code"
    CLIENT_CREDENTIALS = "client-credentials"
    JWT_BEARER = "jwt-bearer"

    @property
    def needs_person(self) -> bool:
        """Whether somebody has to log in at Salesforce's own page."""
        return self is GrantType.AUTHORIZATION_CODE


class Purpose(StrEnum):
    """What a connection is for: the daily reading, or (optionally with an app and a user of its own) the changes."""

    READ = "read"
    ACT = "act"


PARENT_ALIAS = "Salesforce"  # of the first profile; each further one has a child alias (servicenow.md 1.7)


class ProfileStatus(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"


class Process(StrEnum):
    """What a permission is needed for; the columns of Vendor configuration."""

    DOWNLOAD = "download"
    ACTIVITY = "activity"
    RECLAIM = "reclaim"
    CONSUMPTION = "consumption"


class ConnectedOrg(Record):
    """What the org said about itself when the token was made. Source: Organization, identity URL."""

    org_id: str
    name: str
    edition: str
    is_sandbox: bool
    instance_url: str
    user_id: str
    username: str
    scopes: tuple[str, ...] = ()


class Trouble(Record):
    """Why the last attempt to connect failed: what happened, what to do, and Salesforce's own words."""

    error: str
    what: str
    remedy: str
    said: str = ""


class Connection(Record):
    """One app in one org. What is sealed is sealed by the vault, with `connection_id` inside.

    `org` is what was connected last, also while a changed connection waits for its token (`connected_at` None).
    `username` is whom the JWT bearer grant acts as; `certificate` (PEM) belongs to the sealed `private_key`.
    """

    connection_id: str
    profile_id: str
    purpose: Purpose = Purpose.READ
    name: str
    alias: str = ""
    url: str
    grant: GrantType
    client_id: str
    client_secret: str = Field(default="", repr=False)
    token: str = Field(default="", repr=False)
    username: str = ""
    certificate: str = ""
    private_key: str = Field(default="", repr=False)
    org: ConnectedOrg | None = None
    connected_at: datetime | None = None
    trouble: Trouble | None = None

    @property
    def is_loopback(self) -> bool:
        """A practice org on this machine; the only place reclaim may write to for now (ADR 0004)."""
        return self.url.split("://", 1)[-1].split("/", 1)[0].rsplit(":", 1)[0] in ("127.0.0.1", "localhost")


class Check(Record):
    """One line of Vendor configuration. `ok` None means: not known until first use.

    Without what is not `required` the process still works, with a warning that names what is not known.
    """

    process: Process
    permission: str
    ok: bool | None
    remedy: str = ""
    needed_for: str = ""
    required: bool = True


class Validation(Record):
    """A validation that ran: its lines, and the fingerprint of the settings that it was about."""

    fingerprint: str
    at: datetime
    checks: tuple[Check, ...]


class Profile(Record):
    """An integration profile: one Salesforce org under management."""

    profile_id: str
    name: str
    status: ProfileStatus = ProfileStatus.DRAFT
    reclaim_enabled: bool = True
    consumption_enabled: bool = True
    is_practice: bool = False
    is_paused: bool = False
    four_eyes: bool = False  # nothing is taken back before a second person has approved it
    created_at: datetime
    published_at: datetime | None = None
    checks: tuple[Check, ...] = ()
