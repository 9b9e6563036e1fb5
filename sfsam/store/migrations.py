"""The schema's history: numbered .sql files, each applied once, each in one transaction with its record."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb

from sfsam.errors import SetupError

FOLDER = Path(__file__).parent / "sql" / "migrations"

_RECORDS = """
    CREATE TABLE IF NOT EXISTS schema_migration (
        number INTEGER NOT NULL, name VARCHAR NOT NULL, applied_at TIMESTAMP NOT NULL
    )
"""
_RECORD = "INSERT INTO schema_migration VALUES (?, ?, now() AT TIME ZONE 'UTC')"


@dataclass(frozen=True)
class Migration:
    """One step of the schema: `0002_add_prices.sql` is number 2, "add_prices"."""

    number: int
    name: str
    sql: str


def shipped(folder: Path = FOLDER) -> list[Migration]:
    """The migrations of this version of sfsam, in order."""
    return [
        Migration(int(file.stem.split("_", 1)[0]), file.stem.split("_", 1)[1], file.read_text(encoding="utf-8"))
        for file in sorted(folder.glob("*.sql"))
    ]


def applied(connection: duckdb.DuckDBPyConnection) -> list[int]:
    """The numbers that this database has seen, in order."""
    connection.execute(_RECORDS)
    rows = connection.execute("SELECT number FROM schema_migration ORDER BY number").fetchall()
    return [number for (number,) in rows]


def pending(connection: duckdb.DuckDBPyConnection, migrations: list[Migration]) -> list[Migration]:
    """What this database still needs. Raises SetupError when it comes from a newer version of sfsam."""
    seen = set(applied(connection))
    refuse_newer(seen, migrations, "The database")
    return [migration for migration in migrations if migration.number not in seen]


def refuse_newer(seen: Collection[int], migrations: Sequence[Migration], whose: str) -> None:
    """Raise SetupError when `whose` schema has a migration that is not among `migrations`."""
    known = {migration.number for migration in migrations}
    newer = set(seen) - known
    if newer:
        raise SetupError(
            f"{whose} was written by a newer version of sfsam (schema {max(newer)}, "
            f"this version knows {max(known, default=0)}).",
            "Start the newer version, or restore a backup made by this one.",
            schema=max(newer),
        )


def apply(connection: duckdb.DuckDBPyConnection, migrations: list[Migration]) -> list[int]:
    """Apply what is pending and return its numbers. A migration that fails leaves nothing of itself."""
    done = []
    for migration in pending(connection, migrations):
        connection.execute("BEGIN")
        try:
            connection.execute(migration.sql)
            connection.execute(_RECORD, [migration.number, migration.name])
            connection.execute("COMMIT")
        except duckdb.Error:
            with suppress(duckdb.TransactionException):  # a COMMIT that failed is undone already
                connection.execute("ROLLBACK")
            raise
        done.append(migration.number)
    return done
