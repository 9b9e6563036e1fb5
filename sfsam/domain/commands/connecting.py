"""Connect an org: connections, log-ins, tokens."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr

from sfsam.domain.commands.base import Command
from sfsam.domain.jobs import JobKind
from sfsam.domain.profiles import GrantType, Purpose


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
