"""Numbers that follow from other rows of the store, brought up to date in the transaction that changes those."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb

_WRITES = Path(__file__).parent / "sql" / "writes"


def count_seats(cursor: duckdb.DuckDBPyConnection, org_id: str) -> None:
    """Count the seats of the org anew: after its subscriptions changed, or whom an exclusion catches."""
    cursor.execute("DELETE FROM seat_count WHERE org_id = ?", [org_id])
    cursor.execute((_WRITES / "count_seats.sql").read_text(encoding="utf-8"), {"org_id": org_id})


def exclude_users(cursor: duckdb.DuckDBPyConnection, org_id: str, today: date) -> None:
    """Work out anew whom the exclusions of users catch in the org on this day, then count its seats."""
    cursor.execute("DELETE FROM user_exclusion WHERE org_id = ?", [org_id])
    statement = (_WRITES / "exclude_users.sql").read_text(encoding="utf-8")
    cursor.execute(statement, {"org_id": org_id, "today": today})
    count_seats(cursor, org_id)
