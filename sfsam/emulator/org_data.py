"""What one org holds: its tables, names and numbers, and one lock around whoever writes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import duckdb

from sfsam.emulator.answers import Caller
from sfsam.emulator.behavior import Behavior
from sfsam.emulator.clock import OrgClock
from sfsam.emulator.database import open_database
from sfsam.emulator.day_old_counts import DayOldCounts
from sfsam.emulator.errors import SalesforceError, not_found
from sfsam.emulator.identifiers import IdSpace, to_18
from sfsam.emulator.population import company
from sfsam.emulator.population.build import Population
from sfsam.emulator.population.scenarios import Scenario
from sfsam.emulator.rules.work import Numbers, Work
from sfsam.emulator.schema.catalog import Catalog, visible, visible_fields
from sfsam.emulator.schema.model import SObject
from sfsam.emulator.schema.permission_names import PERMISSIONS, UNLISTED_PERMISSIONS
from sfsam.emulator.soql.scope import Setting

EVERYTHING = frozenset((*PERMISSIONS, *UNLISTED_PERMISSIONS))
"""All permissions there are."""


class OrgData:
    """The tables of one org. Readers take a cursor of their own; writers take turns."""

    def __init__(
        self, index: int, users: int, seed: int, anchor: datetime, clock: OrgClock, scenario: Scenario
    ) -> None:
        self.clock = clock
        self.ids = IdSpace(index)
        identity = scenario.identity(index)
        self.catalog = Catalog({"User": identity.lacking}, scenario.hidden_in(identity))
        self.connection = open_database(self.catalog, self.ids)
        self.numbers = Numbers()
        self.lock = threading.RLock()
        self.behavior = Behavior()
        self.counts = DayOldCounts(self.connection, self.lock, clock, self.behavior)
        self._joined = False
        Population(self.connection, self.catalog, index, users, seed, anchor, scenario).fill()

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A connection of one's own to the same tables."""
        with self.lock:
            return self.connection.cursor()

    @contextmanager
    def reading(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor that closes behind itself."""
        connection = self.cursor()
        try:
            yield connection
        finally:
            connection.close()

    @contextmanager
    def writing(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """One transaction of the org's own connection."""
        with self.lock:
            self.connection.begin()
            try:
                yield self.connection
            except BaseException:
                self.connection.rollback()
                raise
            self.connection.commit()

    @contextmanager
    def joint(self) -> Iterator[None]:
        """One transaction around all writes that this thread makes inside; an exception undoes them.

        Queries inside see what was true before: they have connections of their own.
        """
        with self.writing():
            self._joined = True
            try:
                yield
            finally:
                self._joined = False

    def setting(
        self, connection: duckdb.DuckDBPyConnection, soql: str, caller: Caller, *, all_rows: bool = False
    ) -> Setting:
        """What a query is compiled against."""

        def estimated_rows(object_name: str) -> int:
            sql = "SELECT estimated_size FROM duckdb_tables() WHERE table_name = $name"
            found = connection.execute(sql, {"name": object_name}).fetchone()
            return int(found[0]) if found else 0

        return Setting(soql, self.catalog, self.ids, caller, self.clock.now(), estimated_rows, all_rows)

    def work(self, caller: Caller, size: int = 1) -> Work:
        """A call that writes `size` records, or reads stored columns; hold the lock meanwhile."""
        now = self.clock.now().replace(tzinfo=None, microsecond=0)
        joined = self._joined
        return Work(
            self.connection,
            self.catalog,
            self.ids,
            caller,
            now,
            self.numbers,
            size=size,
            joined=joined,
            behavior=self.behavior,
        )

    def system(self) -> Caller:
        """Salesforce itself."""
        return Caller(self.ids.id("005", company.ADMIN), "", EVERYTHING)

    def user_number(self, user_id: str) -> int:
        """The number behind a user id. Raises NOT_FOUND."""
        number = self.ids.number("005", user_id)
        if number is None:
            raise not_found()
        return number

    def object(self, object_name: str, caller: Caller) -> SObject:
        """The object of that name, as far as the caller sees it. Raises NOT_FOUND."""
        item = self.catalog.find(object_name, caller)
        if item is None:
            raise not_found()
        return item

    def object_of(self, record_id: str) -> SObject:
        """The object an id belongs to. Raises MALFORMED_ID, NOT_FOUND."""
        id18 = to_18(record_id)
        if id18 is None:
            raise SalesforceError(400, "MALFORMED_ID", f"malformed id {record_id}")
        item = self.catalog.by_prefix(id18[:3])
        if item is None:
            raise not_found()
        return item

    def missing(self, item: SObject, id18: str) -> SalesforceError:
        """Why a record cannot be read: it was deleted, or it never was."""
        number = self.ids.number(item.prefix, id18)
        with self.lock:
            row = self.work(self.system()).row(item.name, number) if number is not None and item.stored else None
        if row and row.get("IsDeleted"):
            return SalesforceError(404, "ENTITY_IS_DELETED", "entity is deleted")
        return not_found()

    def count(self, connection: duckdb.DuckDBPyConnection, item: SObject) -> int:
        """How many records an object has."""
        alive = 'WHERE NOT "IsDeleted"' if item.deletable else ""
        found = connection.execute(f'SELECT count(*) FROM "{item.name}" {alive}').fetchone()  # noqa: S608 - schema names
        return int(found[0]) if found else 0


def field_names(item: SObject, fields: list[str] | None, caller: Caller) -> list[str]:
    """The asked-for fields in the schema's spelling, all that the caller sees for None. Raises INVALID_FIELD."""
    if fields is None:
        return [each.name for each in visible_fields(item, caller)]
    for name in fields:
        each = item.by_name.get(name.lower())
        if each is None or not visible(each, caller):
            raise SalesforceError(400, "INVALID_FIELD", f"No such column '{name}' on sobject of type {item.name}")
    return list(dict.fromkeys(item.by_name[name.lower()].name for name in fields))
