"""One call that writes: the tables inside its transaction, who writes, and what has changed so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import duckdb

from sfsam.emulator.answers import Caller, Change
from sfsam.emulator.behavior import Behavior
from sfsam.emulator.database import insert
from sfsam.emulator.identifiers import IdSpace
from sfsam.emulator.schema.catalog import Catalog
from sfsam.emulator.schema.model import TARGET_SHIFT, Field, SObject

Row = dict[str, Any]


class Numbers:
    """The next record number of each object; a number is never given twice."""

    def __init__(self) -> None:
        self._last: dict[str, int] = {}

    def next(self, connection: duckdb.DuckDBPyConnection, object_name: str) -> int:
        """A number that no record of the object has had."""
        if object_name not in self._last:
            found = connection.execute(f'SELECT coalesce(max("Id"), 0) FROM "{object_name}"').fetchone()  # noqa: S608 - schema name
            self._last[object_name] = int(found[0]) if found else 0
        self._last[object_name] += 1
        return self._last[object_name]


@dataclass
class Work:
    """`size` is the number of records in the call; `unlimited` lets the side door pass seat checks."""

    connection: duckdb.DuckDBPyConnection
    catalog: Catalog
    ids: IdSpace
    caller: Caller
    now: datetime
    numbers: Numbers
    size: int = 1
    unlimited: bool = False
    behavior: Behavior = field(default_factory=Behavior)
    joined: bool = False
    """Whether a transaction around several calls is open, which alone ends this call's work."""

    changes: list[Change] = field(default_factory=list)

    def begin(self) -> None:
        """Open the call's own transaction."""
        if not self.joined:
            self.connection.begin()

    def rollback(self) -> None:
        """Undo what the call has done; inside a joint transaction whoever opened it does that."""
        if not self.joined:
            self.connection.rollback()

    def commit(self) -> None:
        """Make the call's work true."""
        if not self.joined:
            self.connection.commit()

    @property
    def caller_number(self) -> int:
        """The record number of the user who writes."""
        return self.ids.number(self.catalog["User"].prefix, self.caller.user_id) or 0

    def value(self, sql: str, **bound: Any) -> Any:
        """The first value of the first row, None without rows."""
        found = self.connection.execute(sql, bound).fetchone()
        return found[0] if found else None

    def rows(self, sql: str, **bound: Any) -> list[tuple[Any, ...]]:
        """All rows."""
        return self.connection.execute(sql, bound).fetchall()

    def row(self, object_name: str, number: int) -> Row | None:
        """A record's stored columns, deleted or not; None when there never was one."""
        cursor = self.connection.execute(f'SELECT * FROM "{object_name}" WHERE "Id" = $number', {"number": number})  # noqa: S608 - schema name
        found = cursor.fetchone()
        names = [column[0] for column in cursor.description or ()]
        return dict(zip(names, found, strict=True)) if found else None

    def existing(self, object_name: str, number: int) -> Row:
        """A record that is known to be there."""
        found = self.row(object_name, number)
        if found is None:
            raise LookupError(f"{object_name} {number} is referred to but missing")
        return found

    def add(self, object_name: str, values: Mapping[str, Any]) -> int:
        """Insert a record with its defaults and audit columns; records the change; returns its number."""
        item = self.catalog[object_name]
        number = self.numbers.next(self.connection, object_name)
        stored = {each.name: each for each in item.fields if each.sql is None}
        defaults = {name: each.default or False for name, each in stored.items() if each.type == "boolean"}
        given = {**defaults, **self._created(stored), **values, "Id": number}
        insert(self.connection, object_name, [given])
        self.changes.append(Change(object_name, self.id(object_name, number), "Id", None, self.id(object_name, number)))
        return number

    def change(self, object_name: str, number: int, values: Mapping[str, Any]) -> None:
        """Set columns of a record and its audit columns; the caller has recorded what changed."""
        item = self.catalog[object_name]
        stamped = {**values, **self._modified({each.name: each for each in item.fields})}
        names = list(stamped)
        sets = ", ".join(f'"{name}" = $v{i}' for i, name in enumerate(names))
        bound = {f"v{i}": stamped[name] for i, name in enumerate(names)}
        self.connection.execute(
            f'UPDATE "{object_name}" SET {sets} WHERE "Id" = $number',  # noqa: S608 - schema names
            {**bound, "number": number},
        )

    def remove(self, object_name: str, number: int) -> None:
        """Mark a record deleted; records the change."""
        self.change(object_name, number, {"IsDeleted": True})
        self.changes.append(Change(object_name, self.id(object_name, number), "IsDeleted", False, True))

    def id(self, object_name: str, number: int) -> str:
        """The 18-character id of a record."""
        return self.ids.id(self.catalog.prefix(object_name), number)

    def shown(self, item: SObject, each: Field, value: Any) -> Any:
        """A stored value as clients see it."""
        if value is None:
            return None
        if each.type in ("id", "reference"):
            targets = each.targets or (item.name,)
            place, number = divmod(int(value), TARGET_SHIFT)
            return self.id(targets[place], number)
        if isinstance(value, datetime):
            return value.replace(tzinfo=UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")
        return value.isoformat() if isinstance(value, date) else value

    def _created(self, stored: Mapping[str, Field]) -> Row:
        stamp = {
            "CreatedDate": self.now,
            "CreatedById": self.caller_number,
            "LastModifiedDate": self.now,
            "LastModifiedById": self.caller_number,
            "SystemModstamp": self.now,
        }
        return {name: value for name, value in stamp.items() if name in stored}

    def _modified(self, stored: Mapping[str, Field]) -> Row:
        created = self._created(stored)
        return {name: value for name, value in created.items() if not name.startswith("Created")}
