"""Imports, their rows that wait for repair, and files to fill in."""

from __future__ import annotations

import base64

from sfsam.domain.answers.base import Answer, Moment
from sfsam.domain.imports import ImportKind, ImportState, RowState


class ImportAnswer(Answer):
    """rows_total = rows_taken + rows_unchanged + rows_failed; the failed ones wait for repair."""

    import_id: str
    kind: ImportKind
    file_name: str
    state: ImportState
    rows_total: int
    rows_taken: int
    rows_unchanged: int
    rows_failed: int
    reason: str
    imported_by: str
    imported_at: Moment


class ImportRowAnswer(Answer):
    """A row that was not taken. `cells` go by the names of the columns; `number` counts as a spreadsheet does."""

    row_id: str
    import_id: str
    kind: ImportKind
    number: int
    cells: dict[str, str]
    reason: str
    replaceable: bool
    state: RowState


class FileAnswer(Answer):
    """A file to save. `content` is base64."""

    file_name: str
    content: str

    @property
    def data(self) -> bytes:
        return base64.b64decode(self.content)
