"""A database of any size: a real one, of three practice orgs, whose people are multiplied by SQL.

Copies are no twins: each copy of a person was active some days earlier or later and sits in another department, so that
the database is as varied as a large company's and no count is smaller than it would be there.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from sfsam.store import counting, people
from tests.e2e.journey import CommandLine, practice_org

ORGS = 3
PEOPLE_PER_ORG = 1_000
DEPARTMENT_COPIES = 4

# A copy's ids and names end with its number; what is said of its days moves by up to eight weeks.
_COPIED = {
    "sf_user": {"id": "id", "username": "text", "name": "text", "email": "text", "department": "department"},
    "user_activity": {"user_id": "id", "last_human_at": "moment"},
    "subscription": {
        "subscription_id": "id",
        "user_id": "id",
        "record_id": "id",
        "name": "text",
        "user_principal_name": "text",
        "email": "text",
        "department": "department",
        "last_activity_at": "moment",
        "idle_days": "days",
    },
    "removal_candidate": {
        "number": "number",
        "user_id": "id",
        "user_principal_name": "text",
        "last_activity_at": "moment",
        "inactive_days": "days",
    },
}
_SHIFT = "(hash({owner}, copy) % 57)::INTEGER"
_CHANGED = {
    "id": '"{column}" || \'-\' || copy AS "{column}"',
    "text": '"{column}" || \' \' || copy AS "{column}"',
    "department": f'"{{column}}" || \' \' || (copy % {DEPARTMENT_COPIES}) AS "{{column}}"',
    "moment": f'"{{column}}" - to_days({_SHIFT}) AS "{{column}}"',
    "days": f'"{{column}}" + {_SHIFT} AS "{{column}}"',
    "number": "'RC' || lpad((1_000_000 * copy + row_number() OVER ())::VARCHAR, 9, '0') AS \"{column}\"",
}


def make(folder: Path, subscriptions: int, people_per_org: int = PEOPLE_PER_ORG) -> CommandLine:
    """sfsam on a database with about so many subscriptions in three orgs, and as many candidates as belong to them."""
    sfsam = CommandLine(folder)
    with practice_org(users=people_per_org, orgs=ORGS) as practice:
        for number, org in enumerate(practice.orgs):
            sfsam.connect(org, f"Org {number + 1}")
            sfsam.done("download", f"Org {number + 1}")
        sfsam.done("identify")
    with duckdb.connect(str(sfsam.data_dir / "sfsam.duckdb")) as database:
        [(there,)] = database.execute("SELECT count(*) FROM subscription").fetchall()
        _multiply(database, max(1, round(subscriptions / there)))
    return sfsam


def _multiply(database: duckdb.DuckDBPyConnection, times: int) -> None:
    for table, changes in _COPIED.items():
        owner = "id" if table == "sf_user" else "user_id"
        columns = ", ".join(_CHANGED[kind].format(column=column, owner=owner) for column, kind in changes.items())
        database.execute(
            f"INSERT INTO {table} SELECT t.* REPLACE ({columns})"  # noqa: S608 - our own names
            f" FROM {table} t, range(1, {times}) copies(copy)"
        )
    database.execute(f"UPDATE license SET owned = owned * {times}, used_by_org = used_by_org * {times}")  # noqa: S608
    counting.price_licenses(database)
    orgs = database.execute("SELECT DISTINCT org_id FROM subscription").fetchall()
    for (org_id,) in orgs:
        counting.count_seats(database, org_id)
        counting.value_people(database, org_id)
    people.regroup(database)
