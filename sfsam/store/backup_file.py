"""The backup file: a zip of one Parquet file per table and a manifest, nothing compressed twice.

Rows only: no schema and no SQL travel in it, so that reading a foreign file can run nothing. What is in it is checked
to the last byte before any of it is used.
"""

from __future__ import annotations

import errno
import hashlib
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from pydantic import ValidationError

from sfsam.domain.backups import FORMAT, Manifest, TablePart
from sfsam.errors import BackupDamaged, NotFound, SetupError

MANIFEST = "manifest.json"
_LARGEST_MANIFEST = 1 << 20
_CHUNK = 1 << 20


def member(table: str) -> str:
    """The name of this table's rows in the file."""
    return f"tables/{table}.parquet"


def part_of(file: Path, rows: int) -> TablePart:
    """What the manifest says about the rows in `file`."""
    with file.open("rb") as content:
        size, checksum = _measured(content)
    return TablePart(rows=rows, bytes=size, sha256=checksum)


class BackupFile:
    """A backup whose every byte was checked."""

    def __init__(self, archive: zipfile.ZipFile, manifest: Manifest) -> None:
        self._archive = archive
        self.manifest = manifest

    def extract(self, table: str, to: Path) -> None:
        """Write the rows of this table, a Parquet file, to `to`."""
        with self._archive.open(member(table)) as content, to.open("wb") as file:
            shutil.copyfileobj(content, file, _CHUNK)


@contextmanager
def open_backup(path: Path) -> Iterator[BackupFile]:
    """Check the file from end to end, then hand it out.

    Raises NotFound, BackupDamaged, or SetupError for a file that may not be read or that a newer sfsam wrote.
    """
    with ExitStack() as closing:
        with _unreadable_told(path):
            archive = closing.enter_context(zipfile.ZipFile(path))
            manifest = _manifest(archive, path)
            _require_members(archive, manifest, path)
        yield BackupFile(archive, manifest)


@contextmanager
def workshop(beside: Path, prefix: str) -> Iterator[Path]:
    """A folder beside this file, for this user only, that is gone on leaving. Raises SetupError, StorageFull."""
    try:
        made = tempfile.TemporaryDirectory(dir=beside.parent, prefix=prefix)
    except OSError as trouble:
        if trouble.errno in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise SetupError(
            f"{beside} cannot be written ({trouble.strerror}).", "Choose a folder that exists and may be written to."
        ) from trouble
    with made as folder:
        yield Path(folder)


@contextmanager
def _unreadable_told(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as trouble:
        raise NotFound(f"There is no file {path}.", "Give the file that the backup command wrote.") from trouble
    except (PermissionError, IsADirectoryError) as trouble:
        raise SetupError(f"{path} cannot be read ({trouble.strerror}).", "Make it readable for this user.") from trouble
    except (zipfile.BadZipFile, EOFError, RuntimeError) as trouble:
        raise _damaged(path, "It is no backup of sfsam, or its end is missing.") from trouble


def _manifest(archive: zipfile.ZipFile, path: Path) -> Manifest:
    names = archive.namelist()
    if any(info.compress_type != zipfile.ZIP_STORED for info in archive.infolist()):
        raise _damaged(path, "It was packed anew.")
    if names.count(MANIFEST) != 1 or archive.getinfo(MANIFEST).file_size > _LARGEST_MANIFEST:
        raise _damaged(path, "It is no backup of sfsam.")
    try:
        manifest = Manifest.model_validate_json(archive.read(MANIFEST))
    except ValidationError as trouble:
        raise _damaged(path, "Its manifest cannot be read.") from trouble
    if manifest.format > FORMAT:
        raise SetupError(
            f"{path} was written by a newer version of sfsam ({manifest.sfsam}).",
            "Restore it with that version, or a newer one.",
        )
    if not manifest.is_whole:
        raise _damaged(path, "Its manifest was changed after it was written.")
    return manifest


def _require_members(archive: zipfile.ZipFile, manifest: Manifest, path: Path) -> None:
    expected = sorted([MANIFEST, *map(member, manifest.tables)])
    if sorted(archive.namelist()) != expected:
        raise _damaged(path, "It holds other parts than its manifest says.")
    for table, part in manifest.tables.items():
        info = archive.getinfo(member(table))
        if info.file_size != part.bytes:
            raise _damaged(path, f"The rows of {table} are not as they were written.")
        with archive.open(info) as content:
            if _measured(content) != (part.bytes, part.sha256):
                raise _damaged(path, f"The rows of {table} are not as they were written.")


def _measured(content: IO[bytes]) -> tuple[int, str]:
    size, checksum = 0, hashlib.sha256()
    while chunk := content.read(_CHUNK):
        size += len(chunk)
        checksum.update(chunk)
    return size, checksum.hexdigest()


def _damaged(path: Path, why: str) -> BackupDamaged:
    return BackupDamaged(
        f"{path} cannot be restored. {why}", "Nothing was changed. Take another backup, or another copy of this one."
    )
