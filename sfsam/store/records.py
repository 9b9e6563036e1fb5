"""Records in tables: a record's fields are the table's columns, by the same names."""

from __future__ import annotations

import json
from collections.abc import Sequence
from enum import Enum
from typing import Any, Generic, TypeVar

import duckdb

from sfsam.domain.profiles import Record

RecordType = TypeVar("RecordType", bound=Record)


class RecordTable(Generic[RecordType]):
    """The rows of one table as records of one type; `key` is the column that tells them apart.

    Saving deletes the rows with the same keys and inserts the new ones, both as one set: no key constraint and no
    ON CONFLICT are needed, and a thousand records cost two statements (ADR 0003).
    """

    def __init__(self, cursor: duckdb.DuckDBPyConnection, record_type: type[RecordType], table: str, key: str) -> None:
        self._cursor = cursor
        self._type = record_type
        self._table = table
        self._key = key

    def select(self, condition: str = "true", parameters: Sequence[Any] = (), *, tail: str = "") -> list[RecordType]:
        """The records that meet `condition`, a piece of SQL of ours with `?` for values."""
        sql = f"SELECT * FROM {self._table} WHERE {condition} {tail}"  # noqa: S608 - only our own words
        rows = self._cursor.execute(sql, list(parameters))
        heads = [(column[0], str(column[1]) == "JSON") for column in rows.description or ()]
        return [
            self._type.model_validate(
                {
                    name: json.loads(value) if is_json and value is not None else value
                    for (name, is_json), value in zip(heads, row, strict=True)
                }
            )
            for row in rows.fetchall()
        ]

    def first(self, condition: str, parameters: Sequence[Any] = (), *, tail: str = "") -> RecordType | None:
        return next(iter(self.select(condition, parameters, tail=f"{tail} LIMIT 1")), None)

    def count(self, condition: str, parameters: Sequence[Any] = ()) -> int:
        sql = f"SELECT count(*) FROM {self._table} WHERE {condition}"  # noqa: S608 - only our own words
        [(number,)] = self._cursor.execute(sql, list(parameters)).fetchall()
        return int(number)

    def add(self, records: Sequence[RecordType]) -> None:
        """Insert records that are not there yet."""
        if records:
            columns = _as_columns(records)
            values = ", ".join(f'unnest(${name}) AS "{name}"' for name in columns)
            self._cursor.execute(f"INSERT INTO {self._table} BY NAME SELECT {values}", columns)

    def save(self, records: Sequence[RecordType]) -> None:
        """Insert records, or replace those with the same key."""
        if records:
            keys = _as_columns(records)[self._key]
            condition = f"{self._key} IN (SELECT unnest($keys))"
            self._cursor.execute(f"DELETE FROM {self._table} WHERE {condition}", {"keys": keys})  # noqa: S608
            self.add(records)


def _as_columns(records: Sequence[Record]) -> dict[str, list[Any]]:
    rows = [_as_row(record) for record in records]
    return {name: [row[name] for row in rows] for name in rows[0]}


def _as_row(record: Record) -> dict[str, Any]:
    """Field values as columns: moments as they are, structures as JSON text."""
    plain = record.model_dump(mode="python")
    as_json = record.model_dump(mode="json")
    return {name: _as_value(value, as_json[name]) for name, value in plain.items()}


def _as_value(value: Any, as_json: Any) -> Any:
    if isinstance(value, dict | list | tuple):
        return json.dumps(as_json)
    return value.value if isinstance(value, Enum) else value
