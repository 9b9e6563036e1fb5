"""Saving one CSV page as it arrives, and seeing whether all of it arrived (Salesforce fact sheet 3.2, pitfall 5)."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path

import httpx

from sfsam.errors import AnswerTruncated
from sfsam.salesforce.pages import storage_errors

_CHUNK_BYTES = 256 * 1024
_AGAIN = "Nothing was lost; try again in some minutes."


def save_page(
    response: httpx.Response, path: Path, columns: Sequence[str], check: Callable[[], None] = lambda: None
) -> int:
    """Write the body to `path` and return its number of rows, without the header line.

    Memory stays at one chunk. `check` is called for every chunk and may raise. A page of no rows may have no header:
    then it gets one. NUL bytes, which some transfers bring, are left out.
    Raises AnswerTruncated when rows are missing, or the header names other columns.
    """
    announced = response.headers.get("Sforce-NumberOfRecords")
    expected = int(announced) if announced and announced.isdigit() else None
    lines, ended = _write(response, path, check)
    if lines == 0:
        path.write_text(_header(columns), encoding="utf-8")
        return _as_expected(0, expected)
    _check_header(path, columns)
    if ended and lines - 1 == expected:  # the common case: one line is one row
        return expected
    return _as_expected(_counted(path, columns), expected)


def _write(response: httpx.Response, path: Path, check: Callable[[], None]) -> tuple[int, bool]:
    """Number of lines written, and whether the last one is ended."""
    newlines, last, decoder = 0, b"", codecs.getincrementaldecoder("utf-8")()
    with storage_errors(path), path.open("wb") as file:
        for chunk in response.iter_bytes(_CHUNK_BYTES):
            check()
            clean = chunk.replace(b"\0", b"")
            _require_text(decoder, clean)
            file.write(clean)
            newlines += clean.count(b"\n")
            last = clean[-1:] or last
    return newlines + (last not in (b"", b"\n")), last == b"\n"


def _require_text(decoder: codecs.IncrementalDecoder, chunk: bytes) -> None:
    try:
        decoder.decode(chunk)
    except UnicodeDecodeError as trouble:
        raise AnswerTruncated("A page of a Bulk answer arrived damaged: it is not UTF-8.", _AGAIN) from trouble


def _counted(path: Path, columns: Sequence[str]) -> int:
    """The rows by the rules of CSV, for pages with line breaks inside values or without a last line break."""
    rows = -1  # the header
    try:
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.reader(file, strict=True):
                if len(row) != len(columns):
                    raise AnswerTruncated("A page of a Bulk answer ends in the middle of a row.", _AGAIN)
                rows += 1
    except (csv.Error, UnicodeDecodeError) as trouble:
        raise AnswerTruncated("A page of a Bulk answer arrived damaged.", _AGAIN) from trouble
    return rows


def _check_header(path: Path, columns: Sequence[str]) -> None:
    with path.open("rb") as file:
        line = file.readline().decode("utf-8", errors="replace")
    names = next(csv.reader(io.StringIO(line)), [])
    # In any order: versions before 50.0 give them as they like, and the load goes by the names.
    if sorted(name.lower() for name in names) != sorted(name.lower() for name in columns):
        raise AnswerTruncated("A page of a Bulk answer names other columns than were asked for.", _AGAIN)


def _as_expected(rows: int, expected: int | None) -> int:
    if expected is not None and rows != expected:
        raise AnswerTruncated(
            f"A page of a Bulk answer announced {expected:,} rows and {rows:,} arrived.",
            _AGAIN,
            announced=expected,
            arrived=rows,
        )
    return rows


def _header(columns: Sequence[str]) -> str:
    return ",".join(f'"{name}"' for name in columns) + "\n"
