"""XLSX files, written row by row: memory stays flat however long the list is."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

MAX_DATA_ROWS = 1_048_575  # Excel ends a sheet at 1,048,576 rows; one of them is the header
_LONGEST_TITLE = 31
_LONGEST_TEXT = 32_767
_WIDEST_COLUMN = 60

Batch = tuple[list[str], list[tuple[Any, ...]]]


class ExcelSheets:
    """Fits ports.Sheets."""

    def __init__(self, max_data_rows: int = MAX_DATA_ROWS) -> None:
        self._max_data_rows = max_data_rows

    def write_xlsx(self, path: Path, title: str, batches: Iterable[Batch]) -> int:
        """Write all rows under a bold, frozen header and give their number.

        A list longer than a sheet can be goes on in a second one. Text is written as text, never as a formula.
        The file appears whole or not at all.
        """
        book = Workbook(write_only=True)
        rows = 0
        sheet: WriteOnlyWorksheet | None = None
        for columns, row in _rows(batches):
            if row is None:
                sheet = sheet or _new_sheet(book, title, columns)
                continue
            if sheet is None or (rows and rows % self._max_data_rows == 0):
                sheet = _new_sheet(book, title, columns)
            sheet.append([_cell(sheet, value) for value in row])
            rows += 1
        if sheet is None:
            _new_sheet(book, title, [])
        draft = path.with_name(f".{path.name}.part")
        book.save(draft)
        draft.replace(path)
        return rows


def workbook(sheets: Mapping[str, Sequence[Sequence[str]]]) -> bytes:
    """A small workbook of text: per sheet its rows under a bold, frozen header, columns as wide as what they hold."""
    book = Workbook(write_only=True)
    for title, (header, *rows) in sheets.items():
        sheet = book.create_sheet(title)
        for place, column in enumerate(zip(header, *rows, strict=True), start=1):
            width = min(max(len(text) for text in column) + 2, _WIDEST_COLUMN)
            sheet.column_dimensions[get_column_letter(place)].width = width
        _begin(sheet, header)
        for row in rows:
            sheet.append([_cell(sheet, text) for text in row])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _rows(batches: Iterable[Batch]) -> Iterator[tuple[Sequence[str], tuple[Any, ...] | None]]:
    """Every row with its columns; a batch without rows still tells its columns."""
    for columns, rows in batches:
        if not rows:
            yield columns, None
        for row in rows:
            yield columns, row


def _new_sheet(book: Workbook, title: str, columns: Sequence[str]) -> WriteOnlyWorksheet:
    number = len(book.worksheets) + 1
    suffix = f" ({number})" if number > 1 else ""
    name = re.sub(r"[\[\]:*?/\\]", " ", title)[: _LONGEST_TITLE - len(suffix)] + suffix
    sheet = book.create_sheet(name)
    _begin(sheet, columns)
    return sheet  # type: ignore[no-any-return]  # the stubs know create_sheet of ordinary workbooks only


def _begin(sheet: WriteOnlyWorksheet, columns: Sequence[str]) -> None:
    sheet.freeze_panes = "A2"
    sheet.append([_header(sheet, column) for column in columns])


def _header(sheet: WriteOnlyWorksheet, column: str) -> Cell:
    cell = _cell(sheet, column)
    cell.font = Font(bold=True)
    return cell


def _cell(sheet: WriteOnlyWorksheet, value: Any) -> Cell:
    plain = _plain(value)
    cell = WriteOnlyCell(sheet, value=plain)
    if isinstance(plain, str):
        cell.data_type = "s"  # openpyxl takes text that begins with = for a formula
    return cell


def _plain(value: Any) -> Any:
    if isinstance(value, dict | list | tuple):
        value = json.dumps(value, default=str)
    elif value is None or pd.isna(value):
        return None
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC).replace(tzinfo=None)  # a spreadsheet knows no time zones
    if isinstance(value, str):
        return ILLEGAL_CHARACTERS_RE.sub(" ", value)[:_LONGEST_TEXT]
    return value
