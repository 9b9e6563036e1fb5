"""Restoring a backup: a new database is made beside the present one, and takes its place when it is ready.

The schema is made by our own migrations up to the backup's version; then come the rows, then the migrations since, as
in any upgrade (DuckDBStore.open does them). Until the exchange nothing of the present database is touched.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

import duckdb

from sfsam.domain.backups import Manifest
from sfsam.errors import BackupDamaged, SetupError, StoreBusy
from sfsam.store import backup, migrations
from sfsam.store.backup_file import BackupFile, open_backup, workshop
from sfsam.store.database import configuration
from sfsam.store.faults import translated
from sfsam.store.pages import quoted


@dataclass(frozen=True)
class Restored:
    """A database with the backup's rows in `folder`, under the name of the one that it is to replace."""

    manifest: Manifest
    folder: Path
    database: Path
    kept_as: Path | None

    def take_its_place(self) -> None:
        """Exchange the databases. The one before stays under the name `kept_as`, its log beside it."""
        new = self.folder / self.database.name
        if self.kept_as is not None:
            _keep(self.database, self.kept_as)
            log = _log_of(self.database)
            if log.exists():  # only of a database that could not be opened; it must not be replayed into the new one
                log.replace(_log_of(self.kept_as))
        new.replace(self.database)
        _names_to_disk(self.database.parent)


@contextmanager
def restoring(file: Path, database: Path, *, at: datetime) -> Iterator[Restored]:
    """Load the backup in `file` into a database of its own; the present one is held meanwhile, so that nobody uses it.

    Raises NotFound, BackupDamaged, SetupError for a backup of a newer sfsam, StoreBusy while the database is in use,
    StorageFull. The block calls `take_its_place` once everything is well.
    """
    with open_backup(file) as opened:
        migrations.refuse_newer(opened.manifest.migrations, migrations.shipped(), f"The backup {file}")
        with translated(database), _held(database), workshop(database, ".restoring-") as folder:
            with _tell_damage(file):
                _load(opened, folder / database.name)
            yield Restored(opened.manifest, folder, database, _name_to_keep(database, at))


def _load(opened: BackupFile, path: Path) -> None:
    manifest = opened.manifest
    options = configuration(path) | {"temp_directory": str(path.with_suffix(".spill"))}
    with duckdb.connect(str(path), config=options) as connection:
        then = [each for each in migrations.shipped() if each.number in manifest.migrations]
        migrations.apply(connection, then)
        if backup.tables(connection) != sorted(manifest.tables):
            raise _Contradiction("its tables are not those of its schema")
        for table in manifest.tables:
            _load_table(connection, opened, table, path.parent / "table.parquet")
        if backup.head(connection) != manifest.audit_head:
            raise _Contradiction("its audit trail ends otherwise than its manifest says")


def _load_table(connection: duckdb.DuckDBPyConnection, opened: BackupFile, table: str, file: Path) -> None:
    opened.extract(table, file)
    columns = [name for name, *_ in connection.execute(f"DESCRIBE {quoted(table)}").fetchall()]
    theirs = [name for name, *_ in connection.execute("DESCRIBE FROM read_parquet($1)", [str(file)]).fetchall()]
    if sorted(columns) != sorted(theirs):
        raise _Contradiction(f"the columns of {table} are not those of its schema")
    connection.execute(f"DELETE FROM {quoted(table)}")  # noqa: S608 - a name of our schema; migrations may add rows
    insert = f"INSERT INTO {quoted(table)} BY NAME FROM read_parquet($1)"
    [(rows,)] = connection.execute(insert, [str(file)]).fetchall()
    if rows != opened.manifest.tables[table].rows:
        raise _Contradiction(f"{table} has {rows} rows and not {opened.manifest.tables[table].rows}")
    file.unlink()


class _Contradiction(Exception):
    """The parts of the backup do not fit each other."""


@contextmanager
def _tell_damage(file: Path) -> Iterator[None]:
    try:
        yield
    except (_Contradiction, duckdb.DataError, duckdb.ProgrammingError, duckdb.IntegrityError) as it:
        raise BackupDamaged(
            f"{file} cannot be restored: its parts do not fit each other.",
            "Nothing was changed. Take another backup.",
            said=str(it),
        ) from it


@contextmanager
def _held(database: Path) -> Iterator[None]:
    """Keep every other process from opening the database, by the same lock that DuckDB takes."""
    if not database.exists():
        database.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        yield
        return
    _fold_log_in(database)
    with _locked(database):
        yield


def _locked(database: Path) -> IO[bytes]:
    """The file, locked until it is closed."""
    try:
        file = database.open("r+b")
    except OSError as trouble:
        raise SetupError(
            f"{database} cannot be changed ({trouble.strerror}).", "Restore as the user whom it belongs to."
        ) from trouble
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as trouble:
        file.close()
        raise StoreBusy(
            f"The database {database} is in use by another process.", "End that process, then restore the backup."
        ) from trouble
    return file


def _fold_log_in(database: Path) -> None:
    """Have DuckDB take its write-ahead log into the file, so that the file alone is the whole database."""
    try:
        with translated(database):
            duckdb.connect(str(database)).close()
    except SetupError:
        return  # damaged, which may be why a backup is restored; it is kept as it is, its log beside it


def _name_to_keep(database: Path, at: datetime) -> Path | None:
    if not database.exists():
        return None
    stem = f"{database.stem}-before-restore-{at:%Y%m%dT%H%M%S}Z"
    names = (database.with_name(f"{stem}{more}{database.suffix}") for more in ("", *(f"-{n}" for n in range(2, 100))))
    return next(name for name in names if not name.exists())


def _keep(database: Path, kept_as: Path) -> None:
    """A second name for the same file, so that there is a database at every moment."""
    try:
        kept_as.hardlink_to(database)
    except OSError:  # a disk without hard links
        database.rename(kept_as)


def _log_of(database: Path) -> Path:
    return database.with_name(f"{database.name}.wal")


def _names_to_disk(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
