"""What the services need from the store: records in transactions, questions, snapshots. Moments are naive UTC."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from pydantic import Field

from sfsam.domain.attempts import Attempt, Request
from sfsam.domain.audit import AuditEntry
from sfsam.domain.backups import Manifest
from sfsam.domain.candidates import Candidate, State
from sfsam.domain.jobs import Job
from sfsam.domain.playbook import Playbook
from sfsam.domain.profiles import Connection, Profile, Purpose, Record
from sfsam.domain.rules import ReclamationRule
from sfsam.domain.schedules import Schedule
from sfsam.domain.stops import Stop
from sfsam.domain.subscriptions import Thresholds
from sfsam.ports.entitlements import Entitlements, Imports, Prices, Savings
from sfsam.ports.licenses import Exclusions, Mappings
from sfsam.ports.notices import Notices
from sfsam.ports.orders import Orders
from sfsam.ports.people import History, People
from sfsam.ports.rules import Rules, RuleTotals
from sfsam.ports.salesforce import KnownOrg, StagedDownload

if TYPE_CHECKING:
    import pandas as pd


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


class Schedules(Protocol):
    def all(self) -> list[Schedule]: ...
    def save(self, schedules: Sequence[Schedule]) -> None:
        """Insert or replace by schedule_id."""
        ...


class Candidates(Protocol):
    def find(self, number: str) -> Candidate | None: ...
    def select(self, *, profile_id: str | None = None, state: State | None = None) -> list[Candidate]: ...
    def save(self, candidates: Sequence[Candidate]) -> None: ...
    def of_numbers(self, numbers: Sequence[str]) -> list[Candidate]:
        """Those of these numbers that there are, in the order of their numbers."""
        ...

    def of_user(self, org_id: str, user_id: str) -> list[Candidate]: ...
    def open_count(self, profile_id: str | None = None) -> int: ...
    def last_number(self) -> int:
        """The highest number given so far (RC0000042 is 42); 0 when there is none."""
        ...


class Requests(Protocol):
    def add(self, request: Request) -> None: ...
    def find(self, request_id: str) -> Request | None: ...
    def end(self, request_id: str, at: datetime) -> None:
        """The request came to its end; what is open of it is open in its attempts."""
        ...

    def unended(self, profile_id: str) -> list[Request]:
        """Requests that never came to their end, oldest first: on their way, or killed."""
        ...

    def of_candidate(self, number: str) -> list[Request]:
        """Every request for this candidate, oldest first."""
        ...

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
    def last_of(self, action: str) -> AuditEntry | None:
        """The newest entry about this action."""
        ...

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


class Position(Protocol):
    def reconcile(self, org_id: str, at: datetime, thresholds: Thresholds) -> int:
        """Match people, apply exclusions and write the day's position down: how many licenses it has."""
        ...


class Stops(Protocol):
    def standing(self) -> Stop | None:
        """The stop that was not lifted."""
        ...

    def save(self, stop: Stop) -> None: ...


class Seats(Protocol):
    def free_all(self, org_id: str, user_ids: Sequence[str]) -> None:
        """These people were deactivated by us: what they held leaves the snapshot at once."""
        ...

    def free(
        self,
        org_id: str,
        record_ids: Sequence[str],
        features: Sequence[tuple[str, str]],
        moved: Sequence[str] = (),
    ) -> None:
        """These assignments were removed by us, these feature licenses (user, field) cleared, and these users moved
        to another user license, which the next download shows: the seats go."""
        ...


class Secrets(Protocol):
    def reseal(self, reseal: Callable[[str], str]) -> tuple[int, int]:
        """Replace every sealed value of the store; how many were, and how many could not be opened."""
        ...

    def tried(self, reseal: Callable[[str], str]) -> tuple[int, dict[str, int]]:
        """Change nothing: how many sealed values can be opened, and how many of each table cannot."""
        ...


class UnitOfWork(Protocol):
    """One write transaction. Leaving undoes; `commit` is a visible line. Writers wait for each other."""

    @property
    def profiles(self) -> Profiles: ...
    @property
    def jobs(self) -> Jobs: ...
    @property
    def schedules(self) -> Schedules: ...
    @property
    def candidates(self) -> Candidates: ...
    @property
    def requests(self) -> Requests: ...
    @property
    def stops(self) -> Stops: ...
    @property
    def orders(self) -> Orders: ...
    @property
    def notices(self) -> Notices: ...
    @property
    def imports(self) -> Imports: ...
    @property
    def entitlements(self) -> Entitlements: ...
    @property
    def prices(self) -> Prices: ...
    @property
    def savings(self) -> Savings: ...
    @property
    def mappings(self) -> Mappings: ...
    @property
    def exclusions(self) -> Exclusions: ...
    @property
    def rules(self) -> Rules: ...
    @property
    def seats(self) -> Seats: ...
    @property
    def position(self) -> Position: ...
    @property
    def people(self) -> People: ...
    @property
    def history(self) -> History: ...
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


class Examination(Record):
    """A database that was read from end to end: its schema version and how many rows it holds."""

    schema_version: int
    rows: int


class Store(Protocol):
    @property
    def reads(self) -> Reads: ...
    def begin(self) -> AbstractContextManager[UnitOfWork]: ...
    def known_org(self, org_id: str) -> KnownOrg | None:
        """What is known of the org, to ask only for what changed since; None before its first download."""
        ...

    def load_snapshot(
        self, staged: StagedDownload, *, job_id: str, thresholds: Thresholds, is_confirmed: bool = False
    ) -> dict[str, int]:
        """Load staged pages set-wise and make them the snapshot in one short transaction: rows per object.

        Objects that were not read completely keep the rows of the snapshot before. `is_confirmed`: somebody said that
        the org may have shrunk as much as this shows.
        """
        ...

    def preview_rule(
        self, rule: ReclamationRule, *, org_id: str, limit: int
    ) -> tuple[RuleTotals, list[dict[str, Any]]]:
        """What the rule would catch in this org now, counted, and the first rows; nothing is saved."""
        ...

    def rule_by_threshold(self, rule: ReclamationRule, *, org_id: str, days: Sequence[int]) -> list[tuple[int, int]]:
        """(threshold in days, seats caught) for each threshold."""
        ...

    def write_backup(self, path: Path, made_at: datetime) -> Manifest:
        """Write every table, as it stands at one moment, to a new file; others go on reading and writing."""
        ...

    def examine(self) -> Examination:
        """Read every row, so that a page that the disk has damaged is found. Raises SetupError for one."""
        ...

    def close(self) -> None: ...
