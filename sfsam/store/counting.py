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
    cursor.execute("DELETE FROM license_seat_count WHERE org_id = ?", [org_id])
    cursor.execute("INSERT INTO license_seat_count BY NAME FROM live_license_seat_count WHERE org_id = ?", [org_id])


def price_licenses(cursor: duckdb.DuckDBPyConnection) -> None:
    """Work out anew the orgs, and their licenses with models and prices: after a snapshot, or after anything that a
    person enters about orgs, contracts, prices, models or exclusions. They are few, so that all of them are."""
    for table in ("org", "priced_license"):  # in this order: prices depend on the org
        cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - a name of ours
        cursor.execute(f"INSERT INTO {table} BY NAME FROM live_{table}")


def exclude_users(cursor: duckdb.DuckDBPyConnection, org_id: str, today: date) -> None:
    """Work out anew whom the exclusions of users catch in the org on this day, then count its seats."""
    cursor.execute("DELETE FROM user_exclusion WHERE org_id = ?", [org_id])
    statement = (_WRITES / "exclude_users.sql").read_text(encoding="utf-8")
    cursor.execute(statement, {"org_id": org_id, "today": today})
    count_seats(cursor, org_id)
