"""One practice org: the seam that the HTTP side calls."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sfsam.emulator.answers import Caller, Change, ResultSet, RowResult
from sfsam.emulator.clock import OrgClock
from sfsam.emulator.errors import SalesforceError

__all__ = ["Caller", "Change", "Org", "OrgClock", "ResultSet", "RowResult", "SalesforceError", "build_orgs"]

Record = dict[str, Any]


class Org:
    """A Salesforce org in memory. Every method is safe to call from any thread."""

    index: int
    org_id: str
    name: str
    organization_type: str
    is_sandbox: bool
    clock: OrgClock
    admin_user_id: str
    admin_username: str
    admin_password: str
    run_as_user_id: str

    def caller(self, user_id: str) -> Caller:
        """The user with the permissions held at this moment. Raises NOT_FOUND."""
        raise NotImplementedError

    def authenticate(self, username: str, password: str) -> Caller:
        """The user behind a user name and password; raises `invalid_grant` with the reason as message."""
        raise NotImplementedError

    def user_summary(self, user_id: str) -> Record:
        """The user's fields that identity and userinfo show. Raises NOT_FOUND."""
        raise NotImplementedError

    def query(self, soql: str, caller: Caller, *, all_rows: bool = False) -> ResultSet:
        """Run SOQL as the caller. Raises MALFORMED_QUERY, INVALID_FIELD, INVALID_TYPE and others."""
        raise NotImplementedError

    def check_bulk_query(self, soql: str, caller: Caller) -> str:
        """The object of a query that Bulk API 2.0 accepts; raises the restriction otherwise (3.1)."""
        raise NotImplementedError

    def describe(self, object_name: str, caller: Caller) -> Record:
        """The full describe of an object as the caller sees it. Raises NOT_FOUND."""
        raise NotImplementedError

    def describe_global(self, caller: Caller) -> list[Record]:
        """The objects that the caller sees."""
        raise NotImplementedError

    def get(
        self, object_name: str, record_id: str, fields: list[str] | None, caller: Caller, version: str
    ) -> Record:
        """One record in REST shape; all visible fields when `fields` is None."""
        raise NotImplementedError

    def create(
        self, object_name: str, records: Sequence[Record], caller: Caller, all_or_none: bool = False
    ) -> list[RowResult]:
        """Create up to 200 records."""
        raise NotImplementedError

    def update(
        self, object_name: str, records: Sequence[Record], caller: Caller, all_or_none: bool = False
    ) -> list[RowResult]:
        """Update up to 200 records; each carries "Id" in any case."""
        raise NotImplementedError

    def delete(
        self, object_name: str | None, ids: Sequence[str], caller: Caller, all_or_none: bool = False
    ) -> list[RowResult]:
        """Delete up to 200 records; None takes the object from each id's key prefix."""
        raise NotImplementedError

    def object_of(self, record_id: str) -> str:
        """The object an id belongs to. Raises MALFORMED_ID or NOT_FOUND."""
        raise NotImplementedError

    def record_counts(self, names: Iterable[str]) -> dict[str, int]:
        """How many records each of the named objects has."""
        raise NotImplementedError

    def grant(self, username: str, permissions: Iterable[str]) -> None:
        """Side door: give a user permissions, effective at the next request."""
        raise NotImplementedError

    def revoke(self, username: str, permissions: Iterable[str]) -> None:
        """Side door: take permissions from a user, effective at the next request."""
        raise NotImplementedError

    def add_user(self, spec: Record) -> str:
        """Side door: add a user from field values; returns its id."""
        raise NotImplementedError

    def record_login(
        self,
        user_id: str,
        *,
        login_type: str = "Application",
        sub_type: str | None = None,
        application: str = "Browser",
        status: str = "Success",
        at: datetime | None = None,
        api_type: str | None = None,
    ) -> None:
        """Append to LoginHistory and move LastLoginDate (at most once in 60 seconds, fact sheet 4.1)."""
        raise NotImplementedError


def build_orgs(count: int, users: int, seed: int, now: datetime | None, scenario: str | None) -> list[Org]:
    """`count` orgs of `users` users each, the same for the same arguments.

    With `now` both population and clock start at that moment; with None the population is anchored on the
    start of today (UTC) and the clock shows the real time. Raises ValueError for an unknown scenario.
    """
    raise NotImplementedError
