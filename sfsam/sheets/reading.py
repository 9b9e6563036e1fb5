"""Reading CSV and XLSX row by row, as text, within limits.

Nothing in a file is ever run: a formula is read as its own text, so that the row which needs its value fails with a
reason. What a spreadsheet hides is not read.
"""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from sfsam.domain.imports import Limits, SheetRow
from sfsam.errors import RefusedError

_DELIMITERS = ",;\t|"
_ZIP_START = b"PK\x03\x04"
_OLE_START = b"\xd0\xcf\x11\xe0"
_MOST_PARTS = 1_000
_MARKUP_HEAD = 64_000
# What the libraries raise for a workbook that somebody, or a disk, has tampered with: they say so nowhere.
_DAMAGED = (
    *(BadZipFile, zlib.error, InvalidFileException, SyntaxError, EOFError, LookupError, ValueError, TypeError),
    *(AttributeError, ArithmeticError, NotImplementedError, RuntimeError, AssertionError),
)
_WHAT_TO_GIVE = "Save it as XLSX or CSV and import that."


def read_rows(path: Path, limits: Limits) -> Iterator[SheetRow]:
    """The rows that hold anything, in order, the header first. Raises RefusedError for a file that cannot be read."""
    size = path.stat().st_size
    if size > limits.max_bytes:
        raise RefusedError(
            f"The file has {size / 1e6:,.1f} MB; an import takes {limits.max_bytes / 1e6:,.0f} MB.",
            "Split it, and import the parts.",
        )
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith(_OLE_START):
        raise RefusedError("The file is an old XLS workbook, or is protected by a password.", _WHAT_TO_GIVE)
    rows = _xlsx(path, limits) if start.startswith(_ZIP_START) else _csv(path)
    return _within(rows, limits)


def _within(rows: Iterator[tuple[int, list[str]]], limits: Limits) -> Iterator[SheetRow]:
    taken = 0
    for number, cells in rows:
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            continue
        taken += 1
        if taken > limits.max_rows + 1:
            raise RefusedError(f"The file has more than {limits.max_rows:,} rows.", "Split it, and import the parts.")
        _refuse_wide(number, cells, limits)
        yield SheetRow(number=number, cells=tuple(cells))


def _refuse_wide(number: int, cells: list[str], limits: Limits) -> None:
    if len(cells) > limits.max_columns:
        raise RefusedError(
            f"Row {number:,} has {len(cells):,} cells; an import takes {limits.max_columns}.",
            "Take the columns out that the template does not have.",
        )
    longest = max(len(cell) for cell in cells)
    if longest > limits.max_cell_characters:
        raise RefusedError(
            f"A cell of row {number:,} has {longest:,} characters; an import takes {limits.max_cell_characters:,}.",
            "Shorten it.",
        )


# ── CSV ──────────────────────────────────────────────────────────────────────────────────────────


def _csv(path: Path) -> Iterator[tuple[int, list[str]]]:
    file = io.StringIO(_decoded(path.read_bytes()), newline="")
    first = file.readline().strip()
    if len(first) == len("sep=;") and first.lower().startswith("sep="):  # a line that Excel writes and reads
        delimiter, number = first[-1], 1
    else:
        file.seek(0)
        delimiter, number = "", 0
    try:
        for row in csv.reader(file, delimiter=delimiter or _delimiter(first), strict=True):
            number += 1
            yield number, [cell.strip() for cell in row]
    except csv.Error as trouble:
        raise RefusedError(
            f"Row {number + 1:,} is no CSV: {trouble}.", "Look for a quotation mark that is not closed."
        ) from trouble


def _decoded(content: bytes) -> str:
    """UTF-8 with or without its mark, UTF-16 with its mark, else what Windows writes (cp1252)."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif b"\0" in content:
        raise RefusedError("The file is no text and no XLSX workbook.", _WHAT_TO_GIVE)
    else:
        encoding = "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _delimiter(header: str) -> str:
    """The one that cuts the header into most columns."""
    return max(_DELIMITERS, key=lambda mark: len(next(csv.reader([header], delimiter=mark), [])))


# ── XLSX ─────────────────────────────────────────────────────────────────────────────────────────


def _xlsx(path: Path, limits: Limits) -> Iterator[tuple[int, list[str]]]:
    try:
        _refuse_bombs(path, limits)
        book = load_workbook(path, read_only=True, data_only=False, keep_links=False)
    except _DAMAGED as trouble:
        raise RefusedError("The file is no XLSX workbook, or is damaged.", _WHAT_TO_GIVE) from trouble
    try:
        sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        if not sheets:
            raise RefusedError("The workbook has no sheet that is visible.", "Show the sheet, save and import again.")
        sheet = sheets[0]
        sheet.reset_dimensions()
        for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
            yield number, [_text(value) for value in row]
    except _DAMAGED as trouble:
        raise RefusedError("The workbook is damaged.", "Open it, save it anew and import again.") from trouble
    finally:
        book.close()


def _refuse_bombs(path: Path, limits: Limits) -> None:
    """A few kilobytes can unpack to gigabytes; what a part says about its size is also the most that is unpacked."""
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
        unpacked = sum(part.file_size for part in parts)
        if unpacked > limits.max_unpacked_bytes or len(parts) > _MOST_PARTS:
            raise RefusedError(
                f"The workbook unpacks to {unpacked / 1e6:,.0f} MB in {len(parts):,} parts; "
                f"an import takes {limits.max_unpacked_bytes / 1e6:,.0f} MB in {_MOST_PARTS:,}.",
                "Save the one sheet that is meant as CSV and import that.",
            )
        for part in parts:
            with archive.open(part) as markup:
                if b"<!DOCTYPE" in markup.read(_MARKUP_HEAD):
                    raise RefusedError("The workbook declares markup of its own; Excel never does.", _WHAT_TO_GIVE)


def _text(value: Any) -> str:
    """A cell as a person would type it: dates as ISO 8601, numbers with a point and the 15 digits that Excel keeps."""
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case datetime():
            return str(value).removesuffix(" 00:00:00")
        case date():
            return value.isoformat()
        case float():
            return f"{Decimal(f'{value:.15g}').normalize():f}"
        case _:
            return str(value).strip()
