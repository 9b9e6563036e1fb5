"""What the store holds of an org, for a download that asks only for what changed since; fits ports.KnownOrg."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

import duckdb

from sfsam.ports import Held
from sfsam.store.salesforce_names import column_of, table_of

_SNAPSHOTS = """
    SELECT taken_at, incomplete, read_columns, logins_whole_until, logins_known_since
    FROM snapshot WHERE org_id = ? ORDER BY taken_at DESC
"""
_GROUPS_OF = """
    SELECT t.id, {group} FROM (SELECT unnest($ids::VARCHAR[]) AS id) wanted
    JOIN {table} t ON t.org_id = $org_id AND t.id = wanted.id
"""


class StoredOrg:
    """The org's snapshots and rows as of now; every question takes a cursor of its own."""

    def __init__(self, cursor: Callable[[], AbstractContextManager[duckdb.DuckDBPyConnection]], org_id: str) -> None:
        self._cursor = cursor
        self._org_id = org_id
        self._snapshots = list(self._read_snapshots())

    @property
    def is_known(self) -> bool:
        """Whether the org was ever downloaded."""
        return bool(self._snapshots)

    @property
    def taken_at(self) -> datetime:
        moment: datetime = self._snapshots[0]["taken_at"]
        return moment

    @property
    def logins_from(self) -> datetime | None:
        return next((each["logins"] for each in self._snapshots if each["logins"] is not None), None)

    @property
    def logins_since(self) -> datetime | None:
        return next((each["since"] for each in self._snapshots if each["logins"] is not None), None)

    def since(self, name: str, columns: Sequence[str]) -> datetime | None:
        newest = next((each for each in self._snapshots if name not in each["incomplete"]), None)
        if newest is None or newest["columns"].get(name) != list(columns):
            return None
        moment: datetime = newest["taken_at"]
        return moment

    def held(self, name: str, counted_by: str, changed_by: str) -> Mapping[str, Held]:
        group = column_of(counted_by) if counted_by else "''"
        sql = (
            f"SELECT {group}, count(*), max({column_of(changed_by)}) FROM {table_of(name)} WHERE org_id = ? GROUP BY 1"  # noqa: S608
        )
        return {group: Held(rows=rows, newest=newest) for group, rows, newest in self._rows(sql, [self._org_id])}

    def groups_of(self, name: str, counted_by: str, ids: Sequence[str]) -> Mapping[str, str]:
        if not ids:
            return {}
        sql = _GROUPS_OF.format(group=f"t.{column_of(counted_by)}" if counted_by else "''", table=table_of(name))
        return dict(self._rows(sql, {"org_id": self._org_id, "ids": list(ids)}))

    def _read_snapshots(self) -> Iterator[dict[str, Any]]:
        for taken_at, incomplete, columns, logins, since in self._rows(_SNAPSHOTS, [self._org_id]):
            yield {
                "taken_at": taken_at,
                "incomplete": set(json.loads(incomplete)),
                "columns": json.loads(columns or "{}"),
                "logins": logins,
                "since": since,
            }

    def _rows(self, sql: str, parameters: Any) -> list[tuple[Any, ...]]:
        with self._cursor() as cursor:
            return cursor.execute(sql, parameters).fetchall()
