"""Questions to the store: one `.sql` file each, with a header that says what it answers and by which columns.

A header is checked when it is loaded: title, description, parameters (exactly those the SQL uses) and columns.
Every question gets a cursor of its own and so sees the last commit, whole.
"""

from __future__ import annotations

import re
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from sfsam.domain.subscriptions import GRACE_DAYS, STALE_AFTER_DAYS
from sfsam.errors import UsageError
from sfsam.ports import ReadHeader
from sfsam.store.faults import translated

if TYPE_CHECKING:  # pandas takes a second to import, and the command line needs none of it
    import pandas as pd

SQL_FOLDER = Path(__file__).parent / "sql"
BATCH_ROWS = 5000

# What a page hands to all its reads. A read that has no use for one of these leaves it aside.
COMMON_PARAMETERS: Mapping[str, Any] = {
    "org_ids": None,
    "kinds": None,
    "models": None,
    "departments": None,
    "search": None,
    "stale_after_days": STALE_AFTER_DAYS,
    "grace_days": GRACE_DAYS,
    "include_sandboxes": False,
}

_FORMATS = {"csv": "FORMAT csv, HEADER true", "parquet": "FORMAT parquet, COMPRESSION zstd"}
_HEAD = re.compile(r"^-- (title|description|parameters|columns|example):(.*)$")
_MORE = re.compile(r"^--   (.*)$")
_PARAMETER = re.compile(r"\$([a-z_]+)")
_COMMENT = re.compile(r"--[^\n]*")
_LAST_ORDER = re.compile(r"\nORDER BY (?!.*\bLIMIT\b)[^()]*\Z", re.DOTALL)

Cursors = Callable[[], AbstractContextManager[duckdb.DuckDBPyConnection]]


class DuckDBReads:
    """Fits ports.Reads. Amounts in a frame are floats, exact to the cent; in files and batches they are decimals."""

    def __init__(self, cursors: Cursors, path: Path | str) -> None:
        self._cursors = cursors
        self._path = path
        self._opened = uuid.uuid4().hex
        self._changes = 0
        # One question at a time: it uses all threads of the database, so a second one beside it would take memory
        # and give no speed. Exports stand outside, so that a long one does not keep pages waiting.
        self._gate = threading.Lock()

    def header(self, name: str) -> ReadHeader:
        """The header of `sql/reads/<name>.sql`. Raises UsageError when there is none."""
        return load_header("reads", name)

    def fetch(self, name: str, **parameters: Any) -> pd.DataFrame:
        """All rows of a read."""
        header = self.header(name)
        return self._frame(header, parameters, sql=header.sql)

    def rows(self, name: str, **parameters: Any) -> list[dict[str, Any]]:
        """All rows of a read as plain Python values: None for what is missing, decimals exact."""
        return self._rows(self.header(name), parameters)

    def page(
        self,
        name: str,
        *,
        order_by: str,
        descending: bool = False,
        limit: int,
        offset: int = 0,
        **parameters: Any,
    ) -> pd.DataFrame:
        """Rows `offset` to `offset + limit`, ordered by a column of the read; empty values come last."""
        header = self.header(name)
        if order_by not in header.columns:
            raise UsageError(f"{name} cannot be ordered by {order_by!r}.", f"Use one of: {', '.join(header.columns)}.")
        direction = "DESC" if descending else "ASC"
        # The first column settles ties, so that no row is on two pages.
        order = f'"{order_by}" {direction} NULLS LAST, "{header.columns[0]}"'
        ordered = f"SELECT * FROM ({_unordered(header.sql)}) ORDER BY {order} LIMIT $page_limit OFFSET $page_offset"  # noqa: S608
        return self._frame(header, parameters, sql=ordered, page_limit=limit, page_offset=offset)

    def count(self, name: str, **parameters: Any) -> int:
        """How many rows the read has."""
        header = self.header(name)
        with self._gate, self._cursor() as cursor:
            sql = f"SELECT count(*) FROM ({_unordered(header.sql)})"  # noqa: S608 - our own file
            [(rows,)] = cursor.execute(sql, _arguments(header, parameters)).fetchall()
        return int(rows)

    def write(self, name: str, path: Path, file_format: str, **parameters: Any) -> int:
        """Write all rows as csv or parquet, streaming, and return their number. The file appears whole or not at all.

        In csv, text that a spreadsheet would run as a formula gets a leading apostrophe.
        """
        if file_format not in _FORMATS:
            raise UsageError(f"{file_format!r} is not a format of ours.", f"Use one of: {', '.join(_FORMATS)}.")
        header = self.header(name)
        arguments = _arguments(header, parameters)
        unfinished = path.with_name(f".{path.name}.unfinished")
        try:
            with self._cursor(unfinished) as cursor:
                sql = _harmless(cursor, header, arguments) if file_format == "csv" else header.sql
                copy = f"COPY ({sql}) TO $unfinished ({_FORMATS[file_format]})"
                [(rows,)] = cursor.execute(copy, arguments | {"unfinished": str(unfinished)}).fetchall()
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
        return int(rows)

    def batches(self, name: str, **parameters: Any) -> Iterator[tuple[list[str], list[tuple[Any, ...]]]]:
        """(column names, rows) in batches, at least one; the same care with text as in csv."""
        header = self.header(name)
        arguments = _arguments(header, parameters)
        with self._cursor() as cursor:
            result = cursor.execute(_harmless(cursor, header, arguments), arguments)
            columns = list(header.columns)
            rows = result.fetchmany(BATCH_ROWS)
            yield columns, rows
            while rows := result.fetchmany(BATCH_ROWS):
                yield columns, rows

    def version(self) -> str:
        """Another text after every commit that changed what pages show."""
        return f"{self._opened}-{self._changes}"

    def data_changed(self) -> None:
        """Called by the writers, after the commit."""
        self._changes += 1

    def _frame(self, header: ReadHeader, parameters: Mapping[str, Any], *, sql: str, **more: Any) -> pd.DataFrame:
        with self._gate, self._cursor() as cursor:
            return cursor.execute(sql, _arguments(header, parameters) | more).df()

    def _rows(self, header: ReadHeader, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
        with self._gate, self._cursor() as cursor:
            rows = cursor.execute(header.sql, _arguments(header, parameters)).fetchall()
        return [dict(zip(header.columns, row, strict=True)) for row in rows]

    @contextmanager
    def _cursor(self, path: Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
        with translated(path or self._path), self._cursors() as cursor:
            yield cursor


@cache
def load_header(folder: str, name: str) -> ReadHeader:
    """The checked header and SQL of `sql/<folder>/<name>.sql`. Raises UsageError when there is no such file."""
    files = {file.stem: file for file in (SQL_FOLDER / folder).glob("*.sql")}
    if name not in files:
        raise UsageError(
            f"There is no {folder.rstrip('s')} named {name!r}.", f"Use one of: {', '.join(sorted(files))}."
        )
    return parse_header(name, files[name].read_text(encoding="utf-8"))


def parse_header(name: str, text: str) -> ReadHeader:
    """Read the comment lines at the top of a file. Raises ValueError, naming the file, when they are not as said."""
    lines = text.splitlines()
    length = next((number for number, line in enumerate(lines) if not line.startswith("--")), len(lines))
    heads = _heads(lines[:length])
    sql = "\n".join(lines[length:]).strip().rstrip(";")
    if missing := {"title", "description", "parameters", "columns"} - heads.keys():
        raise ValueError(f"{name}.sql: the header lacks {', '.join(sorted(missing))}")
    parameters, columns = (_names(heads[part]) for part in ("parameters", "columns"))
    used = set(_PARAMETER.findall(_COMMENT.sub("", sql)))
    if used != set(parameters):
        raise ValueError(f"{name}.sql: the header and the SQL disagree on {', '.join(sorted(used ^ set(parameters)))}")
    return ReadHeader(
        name=name,
        title=heads["title"],
        description=heads["description"],
        parameters=parameters,
        columns=columns,
        sql=sql,
    )


def _heads(lines: list[str]) -> dict[str, str]:
    heads: dict[str, str] = {}
    current = ""
    for line in lines:
        if begun := _HEAD.match(line):
            current = begun.group(1)
            heads[current] = begun.group(2).strip()
        elif current and (more := _MORE.match(line)):
            heads[current] = f"{heads[current]} {more.group(1).strip()}".strip()
    return heads


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _arguments(header: ReadHeader, given: Mapping[str, Any]) -> dict[str, Any]:
    """A value for each parameter of the read. What was not given is NULL; so is an empty choice."""
    if unknown := given.keys() - set(header.parameters) - COMMON_PARAMETERS.keys():
        raise UsageError(
            f"{header.name} has no parameter {', '.join(sorted(unknown))}.",
            f"Its parameters are: {', '.join(header.parameters) or 'none'}.",
        )
    # To search for nothing is no search: looking for an empty text would read the names of every row.
    given = {**given, "search": given.get("search") or None}
    return {name: _argument(given.get(name), COMMON_PARAMETERS.get(name)) for name in header.parameters}


def _argument(value: Any, otherwise: Any) -> Any:
    if isinstance(value, list | tuple | set | frozenset):
        return list(value) or otherwise
    return otherwise if value is None else value


def _unordered(sql: str) -> str:
    """The SQL without its own order, where another one takes its place: DuckDB would sort all rows for nothing."""
    return _LAST_ORDER.sub("", sql)


def _harmless(cursor: duckdb.DuckDBPyConnection, header: ReadHeader, arguments: dict[str, Any]) -> str:
    """The read's SQL with every text column passed through the macro `harmless`."""
    described = cursor.execute(f"DESCRIBE {header.sql}", arguments).fetchall()
    replaced = [f'harmless("{column[0]}") AS "{column[0]}"' for column in described if column[1] == "VARCHAR"]
    replacing = f"REPLACE ({', '.join(replaced)})" if replaced else ""
    return f"SELECT * {replacing} FROM ({header.sql})"  # noqa: S608 - our own file
