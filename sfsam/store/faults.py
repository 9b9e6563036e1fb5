"""DuckDB's errors in our words, translated once, here at the edge."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from sfsam.errors import SetupError, SfsamError, StorageFull, StoreBusy

_HOLDER = re.compile(r"PID (\d+)")
_CORRUPT = re.compile(r"corrupt database file", re.I)
_FULL = re.compile(
    r"no space left|disk quota|could not write|out of disk|failed to offload|max_temp_directory_size", re.I
)


@contextmanager
def translated(path: Path | str) -> Iterator[None]:
    """Raise StoreBusy, StorageFull, or SetupError (cannot be used, is damaged) instead of DuckDB's errors."""
    try:
        yield
    except (duckdb.IOException, duckdb.OutOfMemoryException) as trouble:
        raise _in_our_words(trouble, path) from trouble
    except duckdb.Error as trouble:
        said = str(trouble)
        if isinstance(trouble, duckdb.TransactionException | duckdb.FatalException) and _FULL.search(said):
            raise _full(path) from trouble  # a COMMIT whose log the disk did not take
        if not isinstance(trouble, duckdb.FatalException) and not _CORRUPT.search(said):
            raise
        raise _damaged(path, said) from trouble
    except OSError as trouble:
        if trouble.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise _full(path) from trouble


def _in_our_words(trouble: duckdb.Error, path: Path | str) -> SfsamError:
    said = str(trouble)
    if "lock on file" in said:
        holder = _HOLDER.search(said)
        process = f"process {holder.group(1)}" if holder else "another process"
        return StoreBusy(
            f"The database {path} is in use by {process}.",
            "End that process, or wait until it has finished, and try again.",
            pid=int(holder.group(1)) if holder else None,
        )
    if _FULL.search(said):
        return _full(path)
    if isinstance(trouble, duckdb.OutOfMemoryException):
        return SetupError(
            "The question needed more memory than sfsam gives its database.",
            "Ask for less at a time by choosing a filter, or run sfsam on a machine with more memory.",
            said=said,
        )
    return SetupError(
        f"The database {path} cannot be used.",
        "Check that its folder exists and may be written, and that the file is a sfsam database.",
        said=said,
    )


def _damaged(path: Path | str, said: str) -> SetupError:
    return SetupError(
        f"The database {path} is damaged.",
        "Restore the newest backup (restore-backup); it keeps this file beside the restored one.",
        said=said,
    )


def _full(path: Path | str) -> StorageFull:
    return StorageFull(
        f"The disk took no more while {path} was written.",
        f"Make room in {Path(path).parent} and try again; the data before is unharmed.",
    )
