"""Numbers that follow from other rows of the store, brought up to date in the transaction that changes those."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb

_WRITES = Path(__file__).parent / "sql" / "writes"
_REPRICED = """
    SELECT DISTINCT coalesce(a.org_id, b.org_id)
    FROM priced_license a
    FULL JOIN priced_before b ON b.org_id = a.org_id AND b.kind = a.kind AND b.identifier = a.identifier
    WHERE (a.identifier, a.unit_cost, a.currency, a.inactive_costs_seat) IS DISTINCT FROM
        (b.identifier, b.unit_cost, b.currency, b.inactive_costs_seat)
"""
_THEIRS = "org_id = $org_id AND is_chosen($user_ids, user_id)"


def count_seats(cursor: duckdb.DuckDBPyConnection, org_id: str) -> None:
    """Count the seats of the org anew: after its subscriptions changed, or whom an exclusion catches."""
    cursor.execute("DELETE FROM seat_count WHERE org_id = ?", [org_id])
    cursor.execute((_WRITES / "count_seats.sql").read_text(encoding="utf-8"), {"org_id": org_id})
    cursor.execute("DELETE FROM license_seat_count WHERE org_id = ?", [org_id])
    cursor.execute("INSERT INTO license_seat_count BY NAME FROM live_license_seat_count WHERE org_id = ?", [org_id])


def price_licenses(cursor: duckdb.DuckDBPyConnection) -> None:
    """Work out anew the orgs, and their licenses with models and prices: after a snapshot, or after anything that a
    person enters about orgs, contracts, prices, models or exclusions. They are few, so that all of them are; what
    people's seats are worth is worked out anew in the orgs where a price has changed."""
    cursor.execute("DELETE FROM org")
    cursor.execute("INSERT INTO org BY NAME FROM live_org")
    cursor.execute("CREATE OR REPLACE TEMP TABLE priced_before AS FROM priced_license")
    cursor.execute("DELETE FROM priced_license")
    cursor.execute("INSERT INTO priced_license BY NAME FROM live_priced_license")
    for (org_id,) in cursor.execute(_REPRICED).fetchall():
        value_people(cursor, org_id)
    cursor.execute("DROP TABLE priced_before")


def value_people(cursor: duckdb.DuckDBPyConnection, org_id: str, user_ids: Sequence[str] | None = None) -> None:
    """Work out anew what the seats are worth of these people, or of everybody in the org: after their seats changed."""
    parameters = {"org_id": org_id, "user_ids": None if user_ids is None else list(user_ids)}
    cursor.execute(f"DELETE FROM person_value WHERE {_THEIRS}", parameters)  # noqa: S608 - our own words
    cursor.execute(f"INSERT INTO person_value BY NAME FROM live_person_value WHERE {_THEIRS}", parameters)


def exclude_users(cursor: duckdb.DuckDBPyConnection, org_id: str, today: date) -> None:
    """Work out anew whom the exclusions of users catch in the org on this day, then count its seats."""
    cursor.execute("DELETE FROM user_exclusion WHERE org_id = ?", [org_id])
    statement = (_WRITES / "exclude_users.sql").read_text(encoding="utf-8")
    cursor.execute(statement, {"org_id": org_id, "today": today})
    count_seats(cursor, org_id)
