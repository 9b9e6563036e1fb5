"""The pages of a download on disk: CSV files with a header line, every value text, empty for null.

`manifest.json` is replaced after every object and says `complete` only at the very end; a folder without that is the
rest of a killed run, and is emptied before it is used again.
"""

from __future__ import annotations

import csv
import errno
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sfsam.errors import StorageFull
from sfsam.ports import StagedDownload, StagedObject
from sfsam.salesforce.rest import Row, value_of

MANIFEST = "manifest.json"


class PageFolder:
    """One download's folder. Whatever an earlier run left in it is removed first."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with storage_errors(folder):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            for stale in (folder / MANIFEST, *folder.glob("*.csv"), *folder.glob("*.part")):
                stale.unlink(missing_ok=True)
        self._objects: list[StagedObject] = []
        self._write_manifest({"complete": False, "objects": []})

    def pages(self, name: str, columns: Sequence[str], on_rows: Callable[[int], None]) -> ObjectPages:
        return ObjectPages(self._folder, name, tuple(columns), on_rows)

    def add(self, staged: StagedObject) -> None:
        """Note that all pages of this object are on disk."""
        self._objects.append(staged)
        self._write_manifest({"complete": False, "objects": [item.model_dump(mode="json") for item in self._objects]})

    def finish(self, download: StagedDownload) -> None:
        """Note that the download is whole."""
        self._write_manifest({"complete": True, **download.model_dump(mode="json")})

    def _write_manifest(self, content: dict[str, Any]) -> None:
        part = self._folder / f"{MANIFEST}.part"
        with storage_errors(self._folder):
            part.write_text(json.dumps(content, indent=1), encoding="utf-8")
            part.replace(self._folder / MANIFEST)


class ObjectPages:
    """The pages of one object. REST hands over rows, Bulk writes the files itself, several at once."""

    def __init__(
        self, folder: Path, name: str, columns: tuple[str, ...], on_rows: Callable[[int], None] = lambda rows: None
    ) -> None:
        self._folder = folder
        self._name = name
        self._on_rows = on_rows
        self._lock = threading.Lock()
        self._made = 0
        self._files: list[Path] = []
        self.columns = columns
        self.rows = 0

    def add(self, rows: Sequence[Row]) -> None:
        """Write one page of REST rows as a CSV file."""
        with self.new_file() as part, storage_errors(part), part.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
            writer.writerow(self.columns)
            writer.writerows([_text(value_of(row, column)) for column in self.columns] for row in rows)
        self.count(len(rows))

    @contextmanager
    def new_file(self) -> Iterator[Path]:
        """A file to write a page to; it joins the pages only when the block ends well."""
        with self._lock:
            self._made += 1
            path = self._folder / f"{self._name}-{self._made:05d}.csv"
        part = path.with_suffix(".part")
        yield part
        with storage_errors(part):
            part.replace(path)
        with self._lock:
            self._files.append(path)

    def count(self, rows: int) -> None:
        """Add the rows of a page to what has arrived."""
        self.rows += rows
        self._on_rows(self.rows)

    def part(self) -> ObjectPages:
        """Pages for one more query of the same object, which can fail and begin anew for itself until it `join`s."""
        with self._lock:
            self._made += 1
            return ObjectPages(self._folder, f"{self._name}-{self._made:05d}", self.columns)

    def join(self, part: ObjectPages) -> None:
        """Take over the pages of a part."""
        with self._lock:
            self._files += part._files
        self.count(part.rows)

    def discard(self) -> None:
        """Forget all pages: the query starts again."""
        with self._lock:
            for path in self._files:
                path.unlink(missing_ok=True)
            self._files.clear()
            self.rows = 0

    def values(self, *columns: str) -> Iterator[tuple[str, ...]]:
        """These columns of every row that is here. For a few thousand rows, not for a whole object."""
        for path in sorted(self._files):
            with path.open(encoding="utf-8", newline="") as file:
                for row in csv.DictReader(file):
                    yield tuple(row[column] for column in columns)

    def staged(self, source: str, *, complete: bool = True) -> StagedObject:
        return StagedObject(
            name=self._name,
            files=tuple(sorted(self._files)),
            rows=self.rows,
            columns=self.columns,
            source=source,
            complete=complete,
        )


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Turn a full disk into StorageFull; other troubles of the disk stay what they are."""
    try:
        yield
    except OSError as trouble:
        if trouble.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise StorageFull(
            f"The disk took no more while {path.name} was saved.",
            "Make room and download again; the data before stays in use.",
        ) from trouble


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
