"""What the services need from Salesforce: log-ins, tokens, conversations with an org."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from pydantic import Field

from sfsam.domain.attempts import Attempt, PlannedCall
from sfsam.domain.holdings import Holding
from sfsam.domain.identifiers import to_18
from sfsam.domain.jobs import Phase
from sfsam.domain.playbook import RegistrationPath
from sfsam.domain.profiles import Check, ConnectedOrg, Connection, GrantType, Process, Record
from sfsam.domain.restoring import FreeSeats
from sfsam.domain.subscriptions import Kind
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


# A change bears the moment at which it was made and is seen when its transaction ends, at most ten minutes later (fact
# sheet 2.4): a download asks again for what changed this long before the one before it.
OVERLAP = timedelta(minutes=15)


class AuthorizationStart(Record):
    url: str
    state: str
    code_verifier: str = Field(repr=False)


class StagedObject(Record):
    """The pages of one Salesforce object on disk: CSV files with a header line, every value text.

    Of an object `is_changes` they hold only the rows that are new or changed since the download before, and all rows of
    these `groups` (values of `counted_by`), whose other rows are gone; `total` is how many rows the org has in all.
    """

    name: str
    files: tuple[Path, ...]
    rows: int
    columns: tuple[str, ...]
    source: str
    complete: bool = True
    is_changes: bool = False
    counted_by: str = ""
    groups: tuple[str, ...] = ()
    total: int | None = None

    @property
    def rows_in_org(self) -> int:
        """How many rows the object has there."""
        return self.rows if self.total is None else self.total


class StagedDownload(Record):
    """All pages of one download. `taken_at` is the org's clock when it began (naive UTC).

    `continues_logins`: LoginHistory was read from the `logins_whole_until` of an earlier download on; what was kept of
    later sign-ins then is replaced. Otherwise every day is replaced that has a sign-in here. `earlier_logins` are days
    before (first, and the one after the last) that are here too. Since `logins_since` all sign-ins are known now.
    """

    profile_id: str
    org_id: str
    taken_at: datetime
    objects: tuple[StagedObject, ...]
    warnings: tuple[str, ...] = ()
    continues_logins: bool = False
    earlier_logins: tuple[datetime, datetime] | None = None
    logins_since: datetime | None = None

    @property
    def is_incremental(self) -> bool:
        return any(part.is_changes for part in self.objects)

    @property
    def logins_whole_until(self) -> datetime:
        """Sign-ins before this moment are all there; later ones may still be on their way into LoginHistory."""
        return self.taken_at - OVERLAP


class Held(Record):
    """How many rows of one value of a field there are, and when the newest of them changed (naive UTC)."""

    rows: int
    newest: datetime | None


class KnownOrg(Protocol):
    """What the store holds of an org, for a download that asks only for what changed since. Names are Salesforce's."""

    @property
    def taken_at(self) -> datetime: ...
    @property
    def logins_from(self) -> datetime | None:
        """From when on sign-ins have to be read again; None when they were never read whole."""
        ...

    @property
    def logins_since(self) -> datetime | None:
        """Since when all sign-ins are known; None when that is not known."""
        ...

    def since(self, name: str, columns: Sequence[str]) -> datetime | None:
        """When the object was last read whole with these columns; None when it never was."""
        ...

    def held(self, name: str, counted_by: str, changed_by: str) -> Mapping[str, Held]:
        """Its rows counted per value of a field (an empty name: all together, under the empty value)."""
        ...

    def groups_of(self, name: str, counted_by: str, ids: Sequence[str]) -> Mapping[str, str]:
        """Those of these records that the store has, with the value of the field."""
        ...


class RowOutcome(Record):
    """Salesforce's answer for one record of a call."""

    record_id: str
    success: bool
    code: str = ""
    message: str = ""
    remedy: str = ""


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
        before: KnownOrg | None,
        report: Report,
        should_stop: ShouldStop,
        processes: Collection[Process] = tuple(Process),
    ) -> StagedDownload:
        """Read every object of D1 that these processes need to files in `folder` as the pages arrive.

        With what the store holds already (`before`), only what changed since is asked for.
        """
        ...

    def holdings(self, user_ids: Sequence[str]) -> list[Holding]:
        """What these people hold now. Users that are gone are left out."""
        ...

    def holders(self, kind: Kind, identifier: str) -> list[Holding]:
        """Everybody who holds this permission set, package or feature license, as far as taking it back needs to
        know: of what else they hold only the permission sets that need the license."""
        ...

    def record_ids(self, kind: Kind, identifier: str) -> set[str]:
        """Ids of the assignments of this license that are there now; of a feature license its holders' ids."""
        ...

    def human_logins_since(self, user_ids: Sequence[str], since: datetime) -> dict[str, datetime]:
        """The newest successful human sign-in of each of these users after `since`."""
        ...

    def blockers(self, user_ids: Collection[str]) -> dict[str, list[tuple[str, str]]]:
        """What keeps these users from being deactivated as far as it can be known beforehand: (what, remedy)."""
        ...

    def free_seats(self, license_ids: Collection[str]) -> dict[str, FreeSeats]:
        """By id, the free seats of these licenses; what the org does not tell is left out."""
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
