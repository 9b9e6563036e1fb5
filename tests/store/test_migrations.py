"""Migrations are applied once, in order, whole or not at all; a newer database is left alone."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from sfsam.errors import SetupError
from sfsam.store import migrations
from sfsam.store.database import DuckDBStore
from sfsam.store.migrations import Migration


def test_a_new_database_gets_every_migration_once(database_path: Path) -> None:
    with duckdb.connect(str(database_path)) as connection:
        numbers = [migration.number for migration in migrations.shipped()]
        assert migrations.apply(connection, migrations.shipped()) == numbers
        assert migrations.apply(connection, migrations.shipped()) == []
        assert migrations.applied(connection) == numbers


def test_a_failing_migration_leaves_nothing_of_itself() -> None:
    connection = duckdb.connect()
    steps = [
        Migration(1, "good", "CREATE TABLE good (x INT)"),
        Migration(2, "bad", "CREATE TABLE bad (x INT); SELECT nope"),
    ]
    with pytest.raises(duckdb.Error):
        migrations.apply(connection, steps)
    assert migrations.applied(connection) == [1]
    assert connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE table_name IN ('good', 'bad')"
    ).fetchall() == [("good",)]


def test_a_database_of_a_newer_version_is_refused_with_a_remedy(database_path: Path) -> None:
    DuckDBStore.open(database_path, audit_key=b"k").close()
    with duckdb.connect(str(database_path)) as connection:
        connection.execute("INSERT INTO schema_migration VALUES (9999, 'of_the_future', TIMESTAMP '2030-01-01')")
    with pytest.raises(SetupError, match="newer version") as refusal:
        DuckDBStore.open(database_path, audit_key=b"k")
    assert "Start the newer version" in refusal.value.remedy
    assert refusal.value.values["schema"] == 9999


def test_the_file_is_written_in_the_format_that_older_duckdb_reads(database_path: Path) -> None:
    store = DuckDBStore.open(database_path, audit_key=b"k")
    with store._cursor() as cursor:
        (tags,) = cursor.execute("SELECT tags FROM duckdb_databases() WHERE database_name = 'sfsam'").fetchone() or (
            "",
        )
    store.close()
    assert "v1.5.0" in str(tags)
