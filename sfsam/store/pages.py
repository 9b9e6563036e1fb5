"""Staged pages as SQL: CSV files with a header line, every value text, an empty one meaning null.

Pages made from REST answers and Bulk pages look the same. A field that the org did not give reads as NULL.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from sfsam.errors import AnswerTruncated
from sfsam.ports import StagedObject

# How a Salesforce value becomes a column's type. Moments come as 2026-11-24T09:30:00.000Z or …000+0000: always UTC.
_CASTS = {
    "VARCHAR": "{text}",
    "BOOLEAN": "CAST({text} AS BOOLEAN)",
    "TIMESTAMP": "CAST(left({text}, 19) AS TIMESTAMP)",
    "DATE": "CAST(left({text}, 10) AS DATE)",
    "BIGINT": "CAST(CAST({text} AS DOUBLE) AS BIGINT)",
    "DOUBLE": "CAST({text} AS DOUBLE)",
}


@dataclass(frozen=True)
class Pages:
    """The pages of one object; `fields` are the heads of its columns."""

    files: tuple[str, ...]
    fields: tuple[str, ...]

    @classmethod
    def of(cls, staged: StagedObject) -> Pages:
        """Look at the header lines. Raises AnswerTruncated when a page has none, or another than the first."""
        with readable(staged):
            heads = {_head(str(file)) for file in staged.files}
        if len(heads) > 1 or () in heads:
            raise AnswerTruncated(
                f"The pages of {staged.name} do not have the same header line.", "Download again.", object=staged.name
            )
        return cls(tuple(map(str, staged.files)), heads.pop() if heads else staged.columns)

    def select(self, columns: Mapping[str, str]) -> str:
        """SQL for these columns (name: type) of all pages; `$files` must be given when there are any.

        A column holds the field of the same name, case and underscores aside.
        """
        by_name = {_plain(field): field for field in self.fields}
        chosen = [_column(name, kind, by_name.get(_plain(name))) for name, kind in columns.items()]
        return f"SELECT {', '.join(chosen)} FROM {self.rows}"  # noqa: S608 - names are quoted

    @property
    def rows(self) -> str:
        """The pages as a table of text columns."""
        if not self.files:
            nothing = ", ".join(f"NULL::VARCHAR AS {quoted(field)}" for field in self.fields) or "NULL AS nothing"
            return f"(SELECT {nothing} WHERE false)"
        types = ", ".join(f"{quoted(field)}: 'VARCHAR'" for field in self.fields)
        return (
            "read_csv($files, auto_detect = false, header = true, delim = ',', quote = '\"', escape = '\"',"
            f" nullstr = '', columns = {{{types}}})"
        )

    def batches(self, most_bytes: int) -> Iterator[Pages]:
        """The same pages in groups of about `most_bytes`, at least one page each."""
        group: list[str] = []
        size = 0
        for file in self.files:
            group.append(file)
            size += Path(file).stat().st_size
            if size >= most_bytes:
                yield Pages(tuple(group), self.fields)
                group, size = [], 0
        if group:
            yield Pages(tuple(group), self.fields)

    @property
    def parameters(self) -> dict[str, list[str]]:
        return {"files": list(self.files)} if self.files else {}


@contextmanager
def readable(part: StagedObject) -> Iterator[None]:
    """Turn DuckDB's trouble with a value into AnswerTruncated, with the object's name."""
    try:
        yield
    except (duckdb.ConversionException, duckdb.InvalidInputException, UnicodeDecodeError) as trouble:
        # DuckDB repeats what it could not read, and where that is no text, not even its error can be told.
        raise AnswerTruncated(
            f"A page of {part.name} could not be read.",
            "Download again; the data before stays in use.",
            said="" if isinstance(trouble, UnicodeDecodeError) else str(trouble).split("\n", 1)[0],
        ) from trouble


def quoted(name: str) -> str:
    """A foreign name as a SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A foreign text as a SQL string."""
    return "'" + text.replace("'", "''") + "'"


def _column(name: str, kind: str, field: str | None) -> str:
    if field is None:
        return f"NULL::{kind} AS {quoted(name)}"
    return f"{_CASTS[kind].format(text=quoted(field))} AS {quoted(name)}"


def _plain(name: str) -> str:
    return name.replace("_", "").lower()


def _head(file: str) -> tuple[str, ...]:
    with Path(file).open(encoding="utf-8", newline="") as lines:
        return tuple(next(csv.reader(lines), ()))
