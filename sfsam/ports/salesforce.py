"""What the services need from Salesforce: log-ins, tokens, conversations with an org."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from pydantic import Field

from sfsam.domain.identifiers import to_18
from sfsam.domain.jobs import Phase
from sfsam.domain.playbook import RegistrationPath
from sfsam.domain.profiles import Check, ConnectedOrg, Connection, GrantType, Process, Record
from sfsam.domain.reclaim import Attempt, Holding, PlannedCall
from sfsam.errors import SfsamError

if TYPE_CHECKING:
    pass


class Token(Record):
    """What the token endpoint answered. Never logged, never shown."""

    access_token: str = Field(repr=False)
    refresh_token: str | None = Field(default=None, repr=False)
    instance_url: str
    id_url: str
    scope: str = ""
    issued_at: str = ""

    @property
    def org_id(self) -> str | None:
        """The org, by the identity URL /id/ORG/USER; None when it does not say (fact sheet 1.4)."""
        found = re.fullmatch(r"/id/(\w{15}|\w{18})/\w+", urlsplit(self.id_url).path)
        return to_18(found[1]) if found else None


class TokenKeeper(Protocol):
    """Where a session finds its token and puts a new one, sealed, before it is used."""

    def load(self) -> Token | None: ...
    def save(self, token: Token) -> None: ...


class AuthorizationStart(Record):
    url: str
    state: str
    code_verifier: str = Field(repr=False)


class StagedObject(Record):
    """The pages of one Salesforce object on disk: CSV files with a header line, every value text."""

    name: str
    files: tuple[Path, ...]
    rows: int
    columns: tuple[str, ...]
    source: str
    complete: bool = True


class StagedDownload(Record):
    """All pages of one download. `taken_at` is the org's clock when it began (naive UTC)."""

    profile_id: str
    org_id: str
    taken_at: datetime
    objects: tuple[StagedObject, ...]
    warnings: tuple[str, ...] = ()


class RowOutcome(Record):
    """Salesforce's answer for one record of a call."""

    record_id: str
    success: bool
    code: str = ""
    message: str = ""


Report = Callable[[Phase], None]
ShouldStop = Callable[[], bool]


class OrgSession(Protocol):
    """A conversation with one org as one user. Reads are retried, writes never."""

    @property
    def api_calls(self) -> int: ...
    @property
    def bytes_received(self) -> int: ...
    @property
    def api_usage(self) -> tuple[int, int] | None:
        """API calls that the org counted in the last 24 hours, by anybody, and how many it allows; None: not said."""
        ...

    def identify(self) -> ConnectedOrg: ...
    def check(self, processes: Collection[Process] = tuple(Process)) -> list[Check]:
        """Every permission that these processes need, as the connected user has it now. Nothing is changed."""
        ...

    def stage(
        self,
        folder: Path,
        *,
        profile_id: str,
        logins_since: datetime | None,
        report: Report,
        should_stop: ShouldStop,
        processes: Collection[Process] = tuple(Process),
    ) -> StagedDownload:
        """Read every object of D1 that these processes need to files in `folder` as the pages arrive."""
        ...

    def holdings(self, user_ids: Sequence[str]) -> list[Holding]:
        """What these people hold now. Users that are gone are left out."""
        ...

    def human_logins_since(self, user_ids: Sequence[str], since: datetime) -> dict[str, datetime]:
        """The newest successful human sign-in of each of these users after `since`."""
        ...

    def blockers(self, user_ids: Collection[str]) -> dict[str, list[tuple[str, str]]]:
        """What keeps these users from being deactivated as far as it can be known beforehand: (what, remedy)."""
        ...

    def send(self, call: PlannedCall) -> list[RowOutcome]:
        """Send one call, once. Raises OutcomeUnknown when no answer came."""
        ...

    def in_effect(self, attempts: Sequence[Attempt]) -> dict[str, bool]:
        """Read the records back: for each attempt_id, whether the change is there."""
        ...

    def close(self) -> None: ...


class Registration(Record):
    """What the app in Salesforce is to be: the choices of the first page, and where Salesforce sends the browser."""

    path: RegistrationPath
    grant: GrantType
    app_name: str
    contact_email: str
    callback_url: str
    url: str = ""
    username: str = ""
    certificate: str = ""


class Salesforce(Protocol):
    def scopes(self, grant: GrantType) -> list[str]:
        """The scopes that the app needs for this grant, as they are sent."""
        ...

    def field_values(self, registration: Registration) -> dict[str, list[tuple[str, str]]]:
        """By step of the playbook: Salesforce's name of each field, and what to enter there."""
        ...

    def setup_links(self, registration: Registration) -> dict[str, str]:
        """By step of the playbook: where in Setup it is done; empty while the My Domain is not known."""
        ...

    def metadata_project(self, registration: Registration, *, with_reclaim: bool) -> dict[str, str]:
        """Files (path: text) of a project that `sf project deploy start` takes."""
        ...

    def begin_authorization(self, connection: Connection, redirect_uri: str) -> AuthorizationStart: ...
    def finish_authorization(
        self, connection: Connection, client_secret: str, *, code: str, code_verifier: str, redirect_uri: str
    ) -> Token: ...
    def refusal(self, error: str, description: str) -> SfsamError:
        """What an error that came back from the log-in page means: a sentence and a remedy."""
        ...

    def check_url(self, url: str) -> str:
        """The URL as it will be dialled, or AddressRefused with the reason and what to enter instead."""
        ...

    def open(self, connection: Connection, credential: str, tokens: TokenKeeper) -> OrgSession:
        """Begin a conversation. `credential` is the client secret; for JWT bearer the private key (PEM)."""
        ...
