"""Files that people import: what became of one, and of each of its rows that could not be taken.

A row that fails is kept with its cells and the reason until somebody repairs or drops it. The same row of the same
file, imported again, is recognized by its fingerprint and not queued a second time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from pydantic import Field

from sfsam.domain.profiles import Record


class ImportKind(StrEnum):
    """What the rows of a file are."""

    ENTITLEMENTS = "entitlements"
    PRICES = "prices"
    DIRECTORY = "directory"


class ImportState(StrEnum):
    """Source: servicenow.md 3.5."""

    COMPLETED = "completed"
    COMPLETED_WITH_ERRORS = "completed_with_errors"
    FAILED = "failed"


class RowState(StrEnum):
    NEEDS_REVIEW = "needs_review"
    REPAIRED = "repaired"
    DROPPED = "dropped"


class Limits(Record):
    """How large an imported file may be. What an XLSX file unpacks to is limited as well (zip bombs)."""

    max_bytes: int = 20_000_000
    max_rows: int = 100_000
    max_columns: int = 100
    max_cell_characters: int = 2_000
    max_unpacked_bytes: int = 200_000_000


class Import(Record):
    """One import. rows_total = rows_taken + rows_unchanged + rows_failed."""

    import_id: str
    kind: ImportKind
    file_name: str
    state: ImportState
    rows_total: int = 0
    rows_taken: int = 0
    rows_unchanged: int = 0
    rows_failed: int = 0
    reason: str = ""
    imported_by: str
    imported_at: datetime


class ImportRow(Record):
    """A row that was not taken. `cells` stay as they stood in the file; `repaired` is what was taken in the end.

    `replaceable`: the row is sound, but a person entered something else; it is taken when somebody chooses to replace.
    """

    row_id: str
    import_id: str
    kind: ImportKind
    number: int
    fingerprint: str
    cells: dict[str, str]
    repaired: dict[str, str] | None = None
    reason: str
    replaceable: bool = False
    state: RowState = RowState.NEEDS_REVIEW
    settled_by: str | None = None
    settled_at: datetime | None = None


class SheetRow(Record):
    """One row of a file as text, without empty cells at its end; `number` counts as a spreadsheet does, from 1."""

    number: int
    cells: tuple[str, ...] = Field(default=())


def fingerprint_of(kind: ImportKind, cells: Mapping[str, str]) -> str:
    """What tells a row of an import apart from all others, in whichever order its columns stand."""
    document = json.dumps([kind, sorted((name, value) for name, value in cells.items() if value)])
    return hashlib.sha256(document.encode()).hexdigest()
