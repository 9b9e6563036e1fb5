"""Spreadsheets: lists of any length as files that people open in Excel."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any


class LazySheets:
    """Fits ports.Sheets. The writer is imported with the first file: openpyxl brings pandas along, one second."""

    def write_xlsx(self, path: Path, title: str, batches: Iterable[tuple[list[str], list[tuple[Any, ...]]]]) -> int:
        """Write all rows under a bold, frozen header; see xlsx.ExcelSheets."""
        from sfsam.sheets.xlsx import ExcelSheets

        return ExcelSheets().write_xlsx(path, title, batches)
