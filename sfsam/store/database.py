"""The database file: opened by one process, written by one thread at a time, read by all at once.

Readers take a cursor per question and see the last commit; a writer takes the write lock, a cursor and a
transaction. What is known of DuckDB's locks and formats stands in ADR 0003.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from sfsam.config import PROJECT_DIR
from sfsam.domain.backups import Manifest
from sfsam.domain.rules import ReclamationRule
from sfsam.domain.subscriptions import Thresholds
from sfsam.ports import Examination, StagedDownload, Vault
from sfsam.ports.rules import RuleTotals
from sfsam.store import backup, migrations, reference_data, rule_previews
from sfsam.store.audit_keys import AuditKeys
from sfsam.store.faults import translated
from sfsam.store.known_org import StoredOrg
from sfsam.store.loading import Loading
from sfsam.store.reads import DuckDBReads
from sfsam.store.unit_of_work import DuckDBUnitOfWork

# A download of 100,000 users and two million sign-ins must stay below 500 MB of memory in all (docs/measured.md):
# this is DuckDB's share of it, and what does not fit goes to the spill folder. With less than 200 MB joins fail. A
# larger database may use as much memory as its file is big, up to 40 % of the machine and 4 GB.
LEAST_MEMORY_MB = 320
MOST_MEMORY_MB = 4096
MACHINE_SHARE = 0.4
THREADS = 2


class DuckDBStore:
    """Fits ports.Store. Open it with `DuckDBStore.open`; closing it frees the file for other processes."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, path: Path | str, audit_key: bytes) -> None:
        self._connection = connection
        self._path = path
        self._audit_keys = AuditKeys.single(audit_key)
        self._write_lock = threading.RLock()
        self._reads = DuckDBReads(self._cursor, path)

    @classmethod
    def open(
        cls,
        path: Path | str,
        *,
        audit_key: bytes,
        data_dir: Path = PROJECT_DIR / "data",
        memory_mb: int = LEAST_MEMORY_MB,
    ) -> DuckDBStore:
        """Open (or make) the database at `path`, or one in memory with ":memory:", and bring it up to date.

        `data_dir` holds the shipped reference data. `memory_mb` is the least that DuckDB may use; a process that
        answers several people at once gives it more than a single download needs. Raises StoreBusy while another
        process has the file, SetupError when it comes from a newer sfsam, StorageFull when the disk is full.
        """
        with translated(path):
            connection = duckdb.connect(str(path), config=configuration(path, memory_mb))
            try:
                _spill_beside(connection, path)
                migrations.apply(connection, migrations.shipped())
                reference_data.load(connection, data_dir)
            except BaseException:
                connection.close()
                raise
        return cls(connection, path, audit_key)

    def keep_audit_keys(self, vault: Vault) -> None:
        """From now on chain the audit trail by keys that are sealed in the store, not by the one given to `open`."""
        with self._write_lock, translated(self._path), self._cursor() as cursor:
            self._audit_keys = AuditKeys.stored(cursor, vault)

    @property
    def reads(self) -> DuckDBReads:
        return self._reads

    @contextmanager
    def begin(self) -> Iterator[DuckDBUnitOfWork]:
        """One write transaction; see DuckDBUnitOfWork. Waits until no other thread writes."""
        with self._write_lock, translated(self._path), self._cursor() as cursor:
            work = DuckDBUnitOfWork(cursor, self._audit_keys, published=self._reads.data_changed)
            try:
                yield work
            finally:
                work.undo()

    def known_org(self, org_id: str) -> StoredOrg | None:
        """What is known of the org, to ask only for what changed since; None before its first download."""
        found = StoredOrg(self._cursor, org_id)
        return found if found.is_known else None

    def load_snapshot(
        self, staged: StagedDownload, *, job_id: str, thresholds: Thresholds, is_confirmed: bool = False
    ) -> dict[str, int]:
        """Make the staged pages the org's snapshot; rows per object. Until the end readers see the one before.

        Reading and computing happen beside the data, without the write lock; only the exchange takes it.
        """
        with translated(self._path), self._cursor() as cursor:
            loading = Loading(cursor, staged, thresholds, is_confirmed=is_confirmed)
            loading.prepare()
            with self._write_lock:
                loading.publish(job_id)
            self._reads.data_changed()
            return loading.rows

    def preview_rule(
        self, rule: ReclamationRule, *, org_id: str, limit: int
    ) -> tuple[RuleTotals, list[dict[str, Any]]]:
        """What the rule would catch in this org now, counted, and the first rows; nothing is saved."""
        with translated(self._path), self._cursor() as cursor:
            return rule_previews.preview(cursor, rule, org_id, limit)

    def rule_by_threshold(self, rule: ReclamationRule, *, org_id: str, days: Sequence[int]) -> list[tuple[int, int]]:
        """(threshold in days, seats caught) for each threshold."""
        with translated(self._path), self._cursor() as cursor:
            return rule_previews.counts_by_threshold(cursor, rule, org_id, days)

    def write_backup(self, path: Path, made_at: datetime) -> Manifest:
        """Write every table, as it stands at one moment, to a new file; nobody waits for it."""
        with translated(path), self._cursor() as cursor:
            return backup.write(cursor, path, made_at)

    def examine(self) -> Examination:
        """Read every row. Raises SetupError for a page that the disk has damaged."""
        with translated(self._path), self._cursor() as cursor:
            return backup.examine(cursor)

    def close(self) -> None:
        """Wait for the writer, then let go of the file."""
        with self._write_lock:
            self._connection.close()

    @contextmanager
    def _cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        cursor = self._connection.cursor()
        try:
            yield cursor
        finally:
            cursor.close()


def configuration(path: Path | str, least_mb: int = LEAST_MEMORY_MB) -> dict[str, str | bool | int | float | list[str]]:
    """How DuckDB is to open our files; `least_mb` is the memory it may use in any case."""
    return {
        "storage_compatibility_version": "v1.5.0",
        "memory_limit": f"{_memory_mb(path, least_mb)}MB",
        "threads": THREADS,
        "preserve_insertion_order": False,
    }


def _memory_mb(path: Path | str, least_mb: int) -> int:
    file = Path(path)
    size_mb = file.stat().st_size // 2**20 if file.is_file() else 0
    machine_mb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    return max(least_mb, min(size_mb, MOST_MEMORY_MB, int(MACHINE_SHARE * machine_mb)))


def _spill_beside(connection: duckdb.DuckDBPyConnection, path: Path | str) -> None:
    """Give DuckDB a folder for what does not fit in memory, without what a killed process left in it.

    Only after the file is ours: the folder of a living holder must stay as it is.
    """
    if str(path) != ":memory:":
        spill = Path(path).with_suffix(".spill")
        shutil.rmtree(spill, ignore_errors=True)
        connection.execute("SET temp_directory = ?", [str(spill)])
