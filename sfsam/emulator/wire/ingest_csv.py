"""CSV that clients upload, and the CSV of what became of it (Salesforce fact sheet 3.2, 3.3)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

_LONGEST_HEADER = 32_000
_LONGEST_FIELD = 131_072
_LONGEST_RECORD = 400_000
_NULL = "#N/A"
_NUMBERS = {"int": int, "double": float, "percent": float, "currency": float}
Cells = list[str]


class BadData(ValueError):
    """Data that no record can be made of: the whole job fails with this message."""


@dataclass(frozen=True)
class Upload:
    """Header and rows as they came."""

    columns: Cells
    rows: list[Cells]

    @classmethod
    def parse(cls, data: bytes, delimiter: str, line_ending: str, line_ending_name: str) -> Upload:
        """Read the CSV. Raises BadData."""
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise BadData("ClientInputError : The data is not UTF-8") from error
        _check_line_ending(text, line_ending, line_ending_name)
        csv.field_size_limit(max(len(text), _LONGEST_FIELD))
        lines = [line for line in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if line]
        if not lines:
            raise BadData("InvalidBatch : The data has no header line")
        columns, *rows = lines
        _check_sizes(columns, rows)
        return cls(columns, rows)

    def check_columns(self, known: dict[str, str]) -> None:
        """Every column must be a field; `known` are field types by lower-case name. Raises BadData."""
        for name in self.columns:
            if name.lower() not in known:
                raise BadData(f"InvalidBatch : Field name not found : {name}")

    def values(self, row: Cells, known: dict[str, str]) -> dict[str, Any]:
        """A row as field values: an empty cell leaves its field alone, #N/A empties it."""
        return {
            name: _value(cell, known[name.lower()]) for name, cell in zip(self.columns, row, strict=True) if cell != ""
        }


def written(columns: Sequence[str], rows: Iterable[Sequence[str]], delimiter: str, line_ending: str) -> bytes:
    """A result file: every value quoted."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=line_ending, quoting=csv.QUOTE_ALL)
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue().encode()


def _value(cell: str, kind: str) -> Any:
    if cell == _NULL:
        return None
    try:
        return _NUMBERS[kind](cell) if kind in _NUMBERS else cell
    except ValueError:
        return cell  # the org refuses the row in its own words


def _check_line_ending(text: str, line_ending: str, name: str) -> None:
    """The header's end tells; line breaks inside quotes say nothing."""
    header, found, _ = text.partition("\n")
    if found and header.endswith("\r") != (line_ending == "\r\n"):
        message = f"ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is {name}"
        raise BadData(message)


def _check_sizes(columns: Cells, rows: list[Cells]) -> None:
    if sum(map(len, columns)) > _LONGEST_HEADER:
        raise BadData(f"InvalidBatch : The header is longer than {_LONGEST_HEADER} characters")
    for number, row in enumerate(rows, 1):
        if len(row) != len(columns):
            raise BadData(
                f"InvalidBatch : Row {number} has {len(row)} values, but the header names {len(columns)} columns"
            )
        if sum(map(len, row)) > _LONGEST_RECORD or max(map(len, row)) > _LONGEST_FIELD:
            raise BadData(f"InvalidBatch : Row {number} is too long")
