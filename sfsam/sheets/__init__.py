"""Spreadsheets: lists of any length as files that people open in Excel."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sfsam.domain.imports import Limits, SheetRow


class LazySheets:
    """Fits ports.Sheets. The writer is imported with the first file: openpyxl brings pandas along, one second."""

    def write_xlsx(self, path: Path, title: str, batches: Iterable[tuple[list[str], list[tuple[Any, ...]]]]) -> int:
        """Write all rows under a bold, frozen header; see xlsx.ExcelSheets."""
        from sfsam.sheets.xlsx import ExcelSheets

        return ExcelSheets().write_xlsx(path, title, batches)

    def workbook(self, sheets: Mapping[str, Sequence[Sequence[str]]]) -> bytes:
        """A small workbook of text; see xlsx.workbook."""
        from sfsam.sheets.xlsx import workbook

        return workbook(sheets)

    def read_rows(self, path: Path, limits: Limits) -> Iterator[SheetRow]:
        """The rows of a file that people made; see reading.read_rows."""
        from sfsam.sheets.reading import read_rows

        return read_rows(path, limits)
