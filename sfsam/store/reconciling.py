"""Bringing an org's position up to date with what people entered, and writing the day's result down."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import duckdb

from sfsam.domain.subscriptions import Thresholds
from sfsam.store import counting, people

_STATEMENT = Path(__file__).parent / "sql" / "writes" / "record_license_day.sql"


def record_day(
    cursor: duckdb.DuckDBPyConnection, org_id: str, *, day: date, reconciled_at: datetime, thresholds: Thresholds
) -> int:
    """Write down the org's position as the result of this day, in place of an earlier one of it; rows written."""
    cursor.execute("DELETE FROM license_day WHERE org_id = ? AND day = ?", [org_id, day])
    parameters = {"org_id": org_id, "day": day, "reconciled_at": reconciled_at, **thresholds.model_dump()}
    [(rows,)] = cursor.execute(_STATEMENT.read_text(encoding="utf-8"), parameters).fetchall()
    return int(rows)


class StoredPosition:
    """Fits ports.Position."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, changed: Callable[[], None]) -> None:
        self._cursor = cursor
        self._changed = changed

    def reconcile(self, org_id: str, at: datetime, thresholds: Thresholds) -> int:
        people.resolve(self._cursor, at, org_id)
        counting.exclude_users(self._cursor, org_id, at.date())
        counting.price_licenses(self._cursor)  # for the day's result, whatever was entered in this transaction
        rows = record_day(self._cursor, org_id, day=at.date(), reconciled_at=at, thresholds=thresholds)
        self._changed()
        return rows
