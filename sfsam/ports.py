"""What the services need from the world, as Protocols. The givers (store, salesforce, vault, …) fit them.

Moments are naive UTC throughout, as the store keeps them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from pydantic import Field

from sfsam.domain.audit import AuditEntry
from sfsam.domain.candidates import Candidate, State
from sfsam.domain.identifiers import to_18
from sfsam.domain.jobs import Job, Phase
from sfsam.domain.playbook import Playbook, RegistrationPath
from sfsam.domain.profiles import Check, ConnectedOrg, Connection, GrantType, Process, Profile, Purpose, Record
from sfsam.domain.reclaim import Attempt, Holding, PlannedCall, Request
from sfsam.domain.subscriptions import Thresholds
from sfsam.errors import SfsamError

if TYPE_CHECKING:
    import pandas as pd


class Clock(Protocol):
    def now(self) -> datetime:
        """This machine's moment, naive UTC."""
        ...


# ── Store ────────────────────────────────────────────────────────────────────────────────────────


class AuthorizationRequest(Record):
    """A log-in that was begun: `state` is single use; the code verifier is sealed by the vault."""

    state: str
    profile_id: str
    purpose: Purpose = Purpose.READ
    accept_other_org: bool = False
    code_verifier: str = Field(repr=False)
    redirect_uri: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None


class Profiles(Protocol):
    def add(self, profile: Profile, connection: Connection | None = None) -> None: ...
    def find(self, name_or_id: str) -> Profile | None: ...
    def all(self) -> list[Profile]: ...
    def save(self, profile: Profile) -> None: ...
    def with_org(self, org_id: str) -> Profile | None: ...
    def remove(self, profile_id: str, *, keep_history: bool = False) -> None:
        """Forget the profile, its connections and every row of its org; candidates and attempts may be kept."""
        ...

    def forget_org(self, org_id: str) -> None:
        """Remove every row of Salesforce's of this org; candidates and attempts stay."""
        ...

    def footprint(self, profile_id: str) -> dict[str, int]:
        """How many rows of each table `remove` would take, with the history kept."""
        ...

    def connection(self, profile_id: str, purpose: Purpose = Purpose.READ) -> Connection:
        """The connection, or NotFound."""
        ...

    def find_connection(self, profile_id: str, purpose: Purpose = Purpose.READ) -> Connection | None: ...
    def connections(self) -> list[Connection]: ...
    def save_connection(self, connection: Connection) -> None: ...
    def remove_connection(self, profile_id: str, purpose: Purpose) -> None: ...
    def add_authorization(self, request: AuthorizationRequest) -> None: ...
    def find_authorization(self, state: str) -> AuthorizationRequest | None:
        """The log-in with this state, also when it was used or is expired; after a day it is forgotten."""
        ...

    def save_authorization(self, request: AuthorizationRequest) -> None: ...
    def playbook(self, profile_id: str) -> Playbook | None: ...
    def save_playbook(self, playbook: Playbook) -> None: ...


class Jobs(Protocol):
    def add(self, job: Job) -> None: ...
    def find(self, job_id: str) -> Job | None: ...
    def save(self, job: Job) -> None: ...
    def next_queued(self) -> Job | None: ...
    def open_with_key(self, key: str) -> Job | None: ...
    def running(self) -> list[Job]: ...
    def open_for(self, profile_id: str) -> list[Job]:
        """The queued and running jobs of this profile."""
        ...

    def newest(self, limit: int) -> list[Job]: ...


class Candidates(Protocol):
    def find(self, number: str) -> Candidate | None: ...
    def select(self, *, profile_id: str | None = None, state: State | None = None) -> list[Candidate]: ...
    def save(self, candidates: Sequence[Candidate]) -> None: ...
    def open_count(self, profile_id: str | None = None) -> int: ...
    def last_number(self) -> int:
        """The highest number given so far (RC0000042 is 42); 0 when there is none."""
        ...


class Requests(Protocol):
    def add(self, request: Request) -> None: ...
    def find(self, request_id: str) -> Request | None: ...
    def save_attempts(self, attempts: Sequence[Attempt]) -> None:
        """Insert or replace by attempt_id."""
        ...

    def open_attempts(self, profile_id: str | None = None) -> list[Attempt]: ...
    def attempts_for(self, number: str) -> list[Attempt]:
        """Every attempt for this candidate, oldest first."""
        ...


class Audit(Protocol):
    def append(self, entries: Iterable[AuditEntry]) -> None:
        """Number and chain the entries and save them."""
        ...

    def newest(self, limit: int) -> list[AuditEntry]: ...
    def all(self) -> list[AuditEntry]: ...
    def of_profile(self, profile_id: str) -> list[AuditEntry]:
        """Everything about this profile, newest first."""
        ...

    def first_broken(self) -> int | None:
        """The number of the first entry that does not follow from the one before it."""
        ...

    def unverifiable_count(self) -> int:
        """How many entries were hashed with a key that is lost."""
        ...

    def head(self) -> str:
        """The hash of the newest entry; FIRST_HASH when there is none."""
        ...


class Seats(Protocol):
    def free_all(self, org_id: str, user_ids: Sequence[str]) -> None:
        """These people were deactivated by us: what they held leaves the snapshot at once."""
        ...


class Secrets(Protocol):
    def reseal(self, reseal: Callable[[str], str]) -> tuple[int, int]:
        """Replace every sealed value of the store; how many were, and how many could not be opened."""
        ...


class UnitOfWork(Protocol):
    """One write transaction. Leaving undoes; `commit` is a visible line. Writers wait for each other."""

    @property
    def profiles(self) -> Profiles: ...
    @property
    def jobs(self) -> Jobs: ...
    @property
    def candidates(self) -> Candidates: ...
    @property
    def requests(self) -> Requests: ...
    @property
    def seats(self) -> Seats: ...
    @property
    def audit(self) -> Audit: ...
    @property
    def secrets(self) -> Secrets: ...
    def commit(self) -> None: ...


class ReadHeader(Record):
    """The header of one `sql/reads/*.sql` file, checked when it is loaded."""

    name: str
    title: str
    description: str
    parameters: tuple[str, ...]
    columns: tuple[str, ...]
    sql: str


class Reads(Protocol):
    """One question, one .sql file. Parameters that are not given are NULL, which means: no filter."""

    def header(self, name: str) -> ReadHeader: ...
    def rows(self, name: str, **parameters: Any) -> list[dict[str, Any]]:
        """All rows as plain Python values: None for what is missing, decimals exact."""
        ...

    def fetch(self, name: str, **parameters: Any) -> pd.DataFrame:
        """All rows as a frame, for figures and tables."""
        ...

    def page(
        self,
        name: str,
        *,
        order_by: str,
        descending: bool = False,
        limit: int,
        offset: int = 0,
        **parameters: Any,
    ) -> pd.DataFrame: ...
    def count(self, name: str, **parameters: Any) -> int: ...
    def write(self, name: str, path: Path, file_format: str, **parameters: Any) -> int:
        """Write all rows as csv or parquet, streaming; text that a spreadsheet would run is made harmless."""
        ...

    def batches(self, name: str, **parameters: Any) -> Iterable[tuple[list[str], list[tuple[Any, ...]]]]:
        """(column names, rows) in batches, for writers of other formats; the same care with text."""
        ...

    def version(self) -> str:
        """Changes whenever data that pages show has changed: the key of every page cache."""
        ...


class Store(Protocol):
    @property
    def reads(self) -> Reads: ...
    def begin(self) -> AbstractContextManager[UnitOfWork]: ...
    def load_snapshot(self, staged: StagedDownload, *, job_id: str, thresholds: Thresholds) -> dict[str, int]:
        """Load staged pages set-wise and make them the snapshot in one short transaction: rows per object.

        Objects that were not read completely keep the rows of the snapshot before.
        """
        ...

    def rule_rows(self, rule: str, *, org_id: str, thresholds: Thresholds) -> list[dict[str, Any]]:
        """Run `sql/rules/<rule>.sql`: the seats it catches, with evidence columns."""
        ...

    def close(self) -> None: ...


# ── Salesforce ───────────────────────────────────────────────────────────────────────────────────


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
    ) -> StagedDownload:
        """Read every object of D1 to files in `folder` as the pages arrive."""
        ...

    def holdings(self, user_ids: Sequence[str]) -> list[Holding]:
        """What these people hold now. Users that are gone are left out."""
        ...

    def human_logins_since(self, user_ids: Sequence[str], since: datetime) -> dict[str, datetime]:
        """The newest successful human sign-in of each of these users after `since`."""
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


# ── Others ───────────────────────────────────────────────────────────────────────────────────────


class Vault(Protocol):
    def seal(self, record_id: str, text: str) -> str: ...
    def unseal(self, record_id: str, sealed: str) -> str:
        """The text; SecretUnreadable when another key or another record sealed it."""
        ...

    def audit_key(self) -> bytes:
        """A key for the audit chain, derived from the first key; the store keeps it, sealed, from then on."""
        ...

    def reseal(self, sealed: str) -> str:
        """The same value sealed with the first key; SecretUnreadable when no key opens it."""
        ...

    def add_key(self) -> bool:
        """Put a new key first, where keys are ours to make (the key file); False where the environment gives them."""
        ...

    def drop_old_keys(self) -> None:
        """Keep the first key only, where keys are ours to make."""
        ...

    def make_key_pair(self, name: str, now: datetime) -> KeyPair:
        """A new RSA key with a self-signed certificate of that name."""
        ...


class KeyPair(Record):
    """For the JWT bearer grant: `certificate` (PEM) is uploaded to Salesforce, `private_key` (PEM) stays here."""

    private_key: str = Field(repr=False)
    certificate: str
    sha256: str
    expires_at: datetime


class PracticeOrg(Record):
    """One org of the practice org process, as its ready line describes it."""

    org_id: str
    name: str
    base_url: str
    client_id: str
    client_secret: str = Field(repr=False)
    admin_username: str
    admin_password: str = Field(repr=False)


class PracticeOrgs(Protocol):
    def start(self, *, users: int, orgs: int, seed: int, scenario: str = "company") -> list[PracticeOrg]: ...
    def running(self) -> list[PracticeOrg]: ...
    def stop(self) -> None: ...


class Sheets(Protocol):
    def write_xlsx(
        self,
        path: Path,
        title: str,
        batches: Iterable[tuple[list[str], list[tuple[Any, ...]]]],
    ) -> int: ...
