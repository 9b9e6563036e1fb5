"""One write transaction: everything inside `begin` is undone on leaving, unless `commit` was called."""

from __future__ import annotations

from collections.abc import Callable

import duckdb

from sfsam.store import counting
from sfsam.store.audit_keys import AuditKeys
from sfsam.store.entitlements import StoredEntitlements, StoredPrices, StoredSavings
from sfsam.store.history import StoredHistory
from sfsam.store.imports import StoredImports
from sfsam.store.licenses import StoredExclusions, StoredMappings
from sfsam.store.notices import StoredNotices
from sfsam.store.orders import StoredOrders
from sfsam.store.people import StoredPeople
from sfsam.store.profiles import StoredProfiles
from sfsam.store.reconciling import StoredPosition
from sfsam.store.repositories import (
    StoredAudit,
    StoredCandidates,
    StoredJobs,
    StoredRequests,
    StoredSchedules,
    StoredStops,
)
from sfsam.store.rules import StoredRules
from sfsam.store.seats import StoredSeats
from sfsam.store.secrets import StoredSecrets


class DuckDBUnitOfWork:
    """The repositories over one cursor inside one transaction; fits ports.UnitOfWork.

    `published` is called after a commit that changed data which pages show.
    """

    def __init__(
        self, cursor: duckdb.DuckDBPyConnection, audit_keys: AuditKeys, published: Callable[[], None] = lambda: None
    ) -> None:
        self._cursor = cursor
        self._published = published
        self._has_changed = False
        self._has_repriced = False
        self._is_open = False
        self.profiles = StoredProfiles(cursor, self._repriced)
        self.jobs = StoredJobs(cursor, self._changed)
        self.schedules = StoredSchedules(cursor, self._changed)
        self.candidates = StoredCandidates(cursor, self._changed)
        self.requests = StoredRequests(cursor)
        self.stops = StoredStops(cursor, self._changed)
        self.orders = StoredOrders(cursor, self._changed)
        self.notices = StoredNotices(cursor, self._changed)
        self.imports = StoredImports(cursor, self._changed)
        self.entitlements = StoredEntitlements(cursor, self._repriced)
        self.prices = StoredPrices(cursor, self._repriced)
        self.savings = StoredSavings(cursor, self._changed)
        self.mappings = StoredMappings(cursor, self._repriced)
        self.exclusions = StoredExclusions(cursor, self._repriced)
        self.rules = StoredRules(cursor, self._changed)
        self.seats = StoredSeats(cursor, self._changed)
        self.position = StoredPosition(cursor, self._changed)
        self.people = StoredPeople(cursor, self._changed, self._repriced)
        self.history = StoredHistory(cursor, self._changed)
        self.audit = StoredAudit(cursor, self._changed, audit_keys)
        self.secrets = StoredSecrets(cursor)
        self._begin()

    def commit(self) -> None:
        """Make everything since `begin` (or the last commit) lasting and visible, and go on in a new transaction."""
        if self._has_repriced:
            counting.price_licenses(self._cursor)
            self._has_repriced = False
        self._is_open = False
        self._cursor.execute("COMMIT")
        if self._has_changed:
            self._published()
            self._has_changed = False
        self._begin()

    def undo(self) -> None:
        """Forget what was not committed. A commit that failed was undone by the database already."""
        if self._is_open:
            self._is_open = False
            self._cursor.execute("ROLLBACK")

    def _begin(self) -> None:
        self._cursor.execute("BEGIN")
        self._is_open = True

    def _changed(self) -> None:
        self._has_changed = True

    def _repriced(self) -> None:
        """Something changed that orgs, or the models and prices of licenses, follow from."""
        self._has_changed = self._has_repriced = True
