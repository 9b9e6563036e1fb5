"""The org's tables in an in-memory DuckDB: macros, tables from the schema, and plain inserts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import duckdb

from sfsam.emulator.identifiers import MACROS, IdSpace
from sfsam.emulator.schema.activity import LOGIN_KIND_COLUMNS
from sfsam.emulator.schema.catalog import Catalog
from sfsam.emulator.schema.model import PREFIXES


def open_database(catalog: Catalog, ids: IdSpace) -> duckdb.DuckDBPyConnection:
    """A new in-memory database with every table of the catalog and one id macro per key prefix."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET enable_progress_bar = false")  # it would write into the ready line on stdout
    connection.execute(MACROS)
    for prefix in sorted({item.prefix for item in catalog} | set(PREFIXES.values())):
        connection.execute(ids.macro(prefix))
    for item in catalog:
        if item.stored:
            connection.execute(item.table())
    kinds = ", ".join(f'"{name}" VARCHAR' for name in LOGIN_KIND_COLUMNS)
    connection.execute(f"CREATE TABLE login_kind (kind USMALLINT, {kinds})")
    connection.execute("CREATE TABLE blocker (user_number INTEGER, code VARCHAR, message VARCHAR)")
    connection.execute(
        "CREATE TABLE day_old_count (object VARCHAR, license INTEGER, used INTEGER, counted_at TIMESTAMP)"
    )
    connection.execute("CREATE TABLE feature_license (feature VARCHAR, total INTEGER)")
    connection.execute("CREATE TABLE side_door_permission (user_number INTEGER, name VARCHAR, held BOOLEAN)")
    connection.execute(_NEEDS)
    return connection


_NEEDS = """
CREATE VIEW permission_set_need AS
WITH linked AS (
    SELECT "Id", "Label", "PermissionSetGroupId",
           coalesce("hiddenNeed", CASE WHEN "LicenseId" < 1::BIGINT << 40 THEN "LicenseId" END)::INTEGER AS license
    FROM "PermissionSet" WHERE NOT "IsDeleted"
)
SELECT "Id" AS permission_set, license, "Label" AS label FROM linked WHERE license IS NOT NULL
UNION
SELECT whole."Id", part.license, part."Label"
FROM linked whole
JOIN "PermissionSetGroupComponent" c ON c."PermissionSetGroupId" = whole."PermissionSetGroupId" AND NOT c."IsDeleted"
JOIN linked part ON part."Id" = c."PermissionSetId"
WHERE part.license IS NOT NULL
"""
"""Which permission-set license (by number) each permission set needs, alone or through the parts of a group."""


def insert(connection: duckdb.DuckDBPyConnection, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert rows that all have the same keys; table and keys come from the schema, never from a client."""
    listed = list(rows)
    if not listed:
        return
    names = list(listed[0])
    heads = ", ".join(f'"{name}"' for name in names)
    marks = ", ".join("?" for _ in names)
    values: Sequence[list[Any]] = [[row[name] for name in names] for row in listed]
    connection.executemany(f'INSERT INTO "{table}" ({heads}) VALUES ({marks})', values)  # noqa: S608 - schema names
