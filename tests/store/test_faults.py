"""DuckDB's errors and a full disk, in our words."""

from __future__ import annotations

import errno
from pathlib import Path

import duckdb
import pytest

from sfsam.errors import SetupError, SfsamError, StorageFull, StoreBusy
from sfsam.store.database import DuckDBStore
from sfsam.store.faults import translated

LOCKED = (
    'IO Error: Could not set lock on file "/d/sfsam.duckdb": Conflicting lock is held in /usr/bin/python (PID 4711).'
)


@pytest.mark.parametrize(
    ("trouble", "expected", "words"),
    [
        (duckdb.IOException(LOCKED), StoreBusy, "process 4711"),
        (
            duckdb.IOException('IO Error: Could not write file "x": No space left on device'),
            StorageFull,
            "took no more",
        ),
        (
            duckdb.TransactionException('Failed to commit: Could not write file "x.wal": No space left on device'),
            StorageFull,
            "took no more",
        ),
        (duckdb.OutOfMemoryException("failed to offload data block of size 256.0 KiB"), StorageFull, "took no more"),
        (duckdb.OutOfMemoryException("could not allocate block"), SetupError, "more memory"),
        (duckdb.IOException("IO Error: it is not a database"), SetupError, "cannot be used"),
        (OSError(errno.ENOSPC, "No space left on device"), StorageFull, "took no more"),
    ],
)
def test_each_trouble_has_a_name_and_a_remedy(trouble: Exception, expected: type[SfsamError], words: str) -> None:
    with pytest.raises(expected, match=words) as translation, translated(Path("/d/sfsam.duckdb")):
        raise trouble
    assert translation.value.remedy


def test_other_errors_pass_as_they_are() -> None:
    with pytest.raises(PermissionError), translated(":memory:"):
        raise PermissionError(errno.EACCES, "not yours")
    with pytest.raises(duckdb.TransactionException), translated(":memory:"):
        raise duckdb.TransactionException("cannot commit - no transaction is active")


def test_a_file_that_is_no_database_is_refused_with_a_remedy(tmp_path: Path) -> None:
    path = tmp_path / "sfsam.duckdb"
    path.write_text("not a database " * 1000)
    with pytest.raises(SetupError, match="cannot be used"):
        DuckDBStore.open(path, audit_key=b"k")
    with pytest.raises(SetupError, match="cannot be used"):
        DuckDBStore.open(tmp_path / "no folder" / "sfsam.duckdb", audit_key=b"k")
