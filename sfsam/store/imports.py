"""Imports and their rows that wait for repair; fits ports.Imports."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import duckdb

from sfsam.domain.imports import Import, ImportKind, ImportRow
from sfsam.store.records import RecordTable


class StoredImports:
    """Fits ports.Imports."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._imports = RecordTable(cursor, Import, "import_file", "import_id")
        self._rows = RecordTable(cursor, ImportRow, "import_row", "row_id")

    def add(self, record: Import) -> None:
        self._imports.add([record])
        self._changed()

    def newest(self, kind: ImportKind | None, limit: int) -> list[Import]:
        return self._imports.select(
            "($1::VARCHAR IS NULL OR kind = $1)", [kind, limit], tail="ORDER BY imported_at DESC, import_id LIMIT $2"
        )

    def find_row(self, row_id: str) -> ImportRow | None:
        return self._rows.first("row_id = ?", [row_id])

    def rows_like(self, fingerprints: Sequence[str]) -> list[ImportRow]:
        return self._rows.select("fingerprint IN (SELECT unnest($1::VARCHAR[]))", [list(fingerprints)])

    def save_rows(self, rows: Sequence[ImportRow]) -> None:
        self._rows.save(rows)
        self._changed()
