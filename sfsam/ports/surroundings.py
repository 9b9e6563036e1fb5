"""What the services need from the machine they run on: time, sealing, the practice org, spreadsheets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from pydantic import Field

from sfsam.domain.imports import Limits, SheetRow
from sfsam.domain.profiles import Record


class Clock(Protocol):
    def now(self) -> datetime:
        """This machine's moment, naive UTC."""
        ...


class Vault(Protocol):
    def seal(self, record_id: str, text: str) -> str: ...
    def unseal(self, record_id: str, sealed: str) -> str:
        """The text; SecretUnreadable when another key or another record sealed it."""
        ...

    def audit_key(self) -> bytes:
        """A key for the audit chain, derived from the first key; the store keeps it, sealed, from then on."""
        ...

    def derived_key(self, purpose: str) -> bytes:
        """A key of its own for each purpose (32 bytes), derived from the first key."""
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
    def workbook(self, sheets: Mapping[str, Sequence[Sequence[str]]]) -> bytes:
        """A small XLSX workbook of text: per sheet its rows, the first a header."""
        ...

    def read_rows(self, path: Path, limits: Limits) -> Iterator[SheetRow]:
        """The rows of a CSV or XLSX file as text, the header first. Raises RefusedError for one that cannot be read."""
        ...
