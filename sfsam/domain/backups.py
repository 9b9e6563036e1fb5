"""What a backup says about itself: the manifest beside its tables."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from sfsam.domain.profiles import Record

FORMAT = 1
"""Counted up when an older sfsam could not read the file any more."""


class TablePart(Record):
    """One table in the backup: its rows, and the bytes of its member with their SHA-256 (hex)."""

    rows: int
    bytes: int
    sha256: str


class Manifest(Record):
    """`made_at` is naive UTC; `audit_head` the hash of the newest audit entry among the rows.

    The checksums find damage and careless changes. They are no signature: whoever can write the file can make new
    ones, and only the keyed hashes of the audit trail cannot be made again without the key.
    """

    format: int = FORMAT
    sfsam: str
    migrations: tuple[int, ...]
    made_at: datetime
    audit_head: str
    tables: dict[str, TablePart]
    sha256: str = ""

    @property
    def schema_version(self) -> int:
        return max(self.migrations, default=0)

    @property
    def rows(self) -> int:
        return sum(part.rows for part in self.tables.values())

    @property
    def is_whole(self) -> bool:
        """Whether the manifest still is as it was written."""
        return self.sha256 == self._checksum()

    def checked(self) -> Manifest:
        """The same with its own checksum."""
        return self.model_copy(update={"sha256": self._checksum()})

    def _checksum(self) -> str:
        document = self.model_dump(mode="json", exclude={"sha256"})
        return hashlib.sha256(json.dumps(document, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
