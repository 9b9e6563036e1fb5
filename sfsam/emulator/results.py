"""A fixed result in its own table, given page by page as REST records or as CSV."""

from __future__ import annotations

import threading
from typing import Any

import duckdb

from sfsam.emulator.errors import SalesforceError
from sfsam.emulator.identifiers import IdSpace
from sfsam.emulator.schema.catalog import Catalog
from sfsam.emulator.schema.model import TARGET_SHIFT
from sfsam.emulator.soql.shape import Children, Column, Compiled, Node

MAX_GROUPS = 2_000
_REST_MOMENT = "%Y-%m-%dT%H:%M:%S.000+0000"
_CSV_MOMENT = "%Y-%m-%dT%H:%M:%S.000Z"
_NO_ID = "000000000000000AAA"
Record = dict[str, Any]


class StoredResult:
    """The rows of one query as they were when it ran; `close` gives their memory back."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, compiled: Compiled, catalog: Catalog, ids: IdSpace
    ) -> None:
        self._connection = connection
        self._compiled = compiled
        self._lock = threading.Lock()
        self._shown = _Shown(catalog, ids)
        self.entity = compiled.node.entity.name
        self.count_only = compiled.count_only
        if compiled.count_only:
            self.total_size = _number(connection, compiled.statement, compiled.bound)
            return
        connection.execute(f"CREATE TEMP TABLE result AS {compiled.statement}", compiled.bound)
        self.total_size = _number(connection, "SELECT count(*) FROM result")
        if compiled.unlimited_groups and self.total_size > MAX_GROUPS:
            raise SalesforceError(
                400,
                "EXCEEDED_ID_LIMIT",
                "Aggregate query does not support queryMore(), use LIMIT to restrict the results to a single batch",
            )
        for i, children in enumerate(compiled.children):
            self._store_children(i, children)

    def records(self, offset: int, limit: int, version: str) -> list[Record]:
        """`limit` records from `offset` on, in REST shape (fact sheet 2.2)."""
        if self.count_only:
            return []
        with self._lock:
            rows = self._rows(self._compiled, "result", offset, limit)
            grown = {
                id(children): self._child_records(i, offset, limit, version)
                for i, children in enumerate(self._compiled.children)
            }
        builder = _Builder(version, self._compiled, self._shown)
        return [builder.record(row, grown, offset + i) for i, row in enumerate(rows)]

    def csv(self, offset: int, limit: int, delimiter: str = ",", line_ending: str = "\n") -> bytes:
        """Header and `limit` lines from `offset` on, every value quoted, null empty (fact sheet 3.2)."""
        compiled = self._compiled
        selected = [(i, compiled.columns[i]) for i in compiled.selected]
        head = delimiter.join(f'"{column.path}"' for _, column in selected)
        values = [self._shown.cell(column, i) for i, column in selected]
        line = " || $between || ".join(values)
        page = "(SELECT * FROM result WHERE rowid >= $first AND rowid < $last ORDER BY rowid)"
        statement = f"SELECT string_agg('\"' || {line} || '\"', $ending) FROM {page}"  # noqa: S608 - our columns
        bound = {"ending": line_ending, "first": offset, "last": offset + limit}
        if len(values) > 1:
            bound["between"] = f'"{delimiter}"'
        with self._lock:
            found = self._connection.execute(statement, bound).fetchone()
        body = found[0] if found and found[0] is not None else ""
        return (head + line_ending + (body + line_ending if body else "")).encode()

    def column_metadata(self) -> Record:
        """What `?columns=true` answers (fact sheet 2.2)."""
        compiled = self._compiled
        return {
            "columnMetadata": _metadata(compiled.node, compiled),
            "entityName": compiled.node.entity.name,
            "groupBy": compiled.grouped,
            "idSelected": "Id" in compiled.node.entries,
            "keyPrefix": compiled.node.entity.prefix,
        }

    def close(self) -> None:
        """Drop the rows."""
        with self._lock:
            self._connection.close()

    def _store_children(self, i: int, children: Children) -> None:
        compiled = children.compiled
        statement = f"FROM ({compiled.statement}) WHERE c0 IN (SELECT c0 FROM result)"  # noqa: S608 - our columns
        self._connection.execute(f"CREATE TEMP TABLE children{i} AS {statement}", compiled.bound)

    def _child_records(self, i: int, offset: int, limit: int, version: str) -> dict[int, list[Record]]:
        """Child records of a page by number of their parent."""
        compiled = self._compiled.children[i].compiled
        page = "(SELECT c0 FROM result WHERE rowid >= $first AND rowid < $last)"
        statement = f"SELECT {self._head(compiled)} FROM children{i} WHERE c0 IN {page} ORDER BY rowid"  # noqa: S608 - our columns
        rows = self._connection.execute(statement, {"first": offset, "last": offset + limit}).fetchall()
        builder = _Builder(version, compiled, self._shown)
        found: dict[int, list[Record]] = {}
        for row in rows:
            found.setdefault(row[0], []).append(builder.record(row, {}, 0))
        parents = self._connection.execute(
            "SELECT rowid, c0 FROM result WHERE rowid >= $first AND rowid < $last",
            {"first": offset, "last": offset + limit},
        ).fetchall()
        return {place: found.get(number, []) for place, number in parents}

    def _rows(self, compiled: Compiled, table: str, offset: int, limit: int) -> list[tuple[Any, ...]]:
        statement = f"SELECT {self._head(compiled)} FROM {table} WHERE rowid >= $first AND rowid < $last ORDER BY rowid"  # noqa: S608 - our columns
        return self._connection.execute(statement, {"first": offset, "last": offset + limit}).fetchall()

    def _head(self, compiled: Compiled) -> str:
        return ", ".join(self._shown.rest(column, i) for i, column in enumerate(compiled.columns))


class _Shown:
    """SQL that turns stored columns into what clients see."""

    def __init__(self, catalog: Catalog, ids: IdSpace) -> None:
        self._catalog = catalog
        self._ids = ids

    def rest(self, column: Column, i: int) -> str:
        """For JSON: numbers and booleans stay what they are."""
        return self._text(column, i, _REST_MOMENT) or f"c{i}"

    def cell(self, column: Column, i: int) -> str:
        """For CSV: everything is text, null is empty, quotes are doubled where there can be any."""
        text = self._text(column, i, _CSV_MOMENT)
        if column.field and column.field.is_text:
            return f"coalesce(replace({text or f'c{i}'}, '\"', '\"\"'), '')"
        return f"coalesce({text or f'c{i}::VARCHAR'}, '')"

    def _text(self, column: Column, i: int, moments: str) -> str | None:
        if column.type in ("id", "reference") and column.field:
            return self._id(column, f"c{i}")
        if column.type == "datetime":
            return f"strftime(c{i}, '{moments}')"
        if column.type == "date":
            return f"strftime(c{i}, '%Y-%m-%d')"
        return column.show.replace("{v}", f"c{i}") if column.show else None

    def _id(self, column: Column, value: str) -> str:
        targets = (column.field.targets if column.field else ()) or (column.entity.name,)
        text = f"id_{self._catalog.prefix(targets[0])}({value})"
        for place, name in enumerate(targets[1:], 1):
            shift = place * TARGET_SHIFT
            text = (
                f"CASE WHEN {value} >= {shift} THEN id_{self._catalog.prefix(name)}({value} - {shift}) ELSE {text} END"
            )
        return text


class _Builder:
    """Rows to records."""

    def __init__(self, version: str, compiled: Compiled, shown: _Shown) -> None:
        self._base = f"/services/data/v{version.removeprefix('v')}/sobjects"
        self._compiled = compiled
        self._shown = shown

    def record(self, row: tuple[Any, ...], grown: dict[int, dict[int, list[Record]]], place: int) -> Record:
        """One record; `grown` has the child records by the place of the row."""
        node = self._compiled.node
        if self._compiled.aggregate:
            values = {key: row[i] for key, i in node.entries.items() if isinstance(i, int)}
            return {"attributes": {"type": "AggregateResult"}, **values}
        return self._of(node, row, grown, place)

    def _of(self, node: Node, row: tuple[Any, ...], grown: dict[int, dict[int, list[Record]]], place: int) -> Record:
        found: Record = {"attributes": self._attributes(node, row)}
        for key, entry in node.entries.items():
            if isinstance(entry, int):
                found[key] = self._value(row, entry)
            elif isinstance(entry, Children):
                found[key] = _child_result(grown[id(entry)][place])
            elif row[entry.id_column or 0] is None:
                found[key] = None
            else:
                found[key] = self._of(entry, row, grown, place)
        return found

    def _value(self, row: tuple[Any, ...], place: int) -> Any:
        """A cell; a blob shows as the address where it can be had (fact sheet 4.12)."""
        blob = self._compiled.columns[place].type == "base64" and row[place] is not None
        return f"{self._base}/{row[place]}" if blob else row[place]

    def _attributes(self, node: Node, row: tuple[Any, ...]) -> Record:
        record_id = row[node.id_column or 0] or _NO_ID
        name = node.entity.name
        if name == "Name":
            name = "UserLicense" if record_id.startswith("100") else "PermissionSetLicense"
        return {"type": name, "url": f"{self._base}/{name}/{record_id}"}


def _child_result(records: list[Record]) -> Record | None:
    return {"totalSize": len(records), "done": True, "records": records} if records else None


def _number(connection: duckdb.DuckDBPyConnection, statement: str, bound: dict[str, Any] | None = None) -> int:
    found = connection.execute(statement, bound or {}).fetchone()
    return int(found[0]) if found else 0


_APEX_TYPES = {
    "id": "Id",
    "reference": "Id",
    "boolean": "Boolean",
    "int": "Integer",
    "double": "Double",
    "percent": "Double",
    "datetime": "Datetime",
    "date": "Date",
}


def _metadata(node: Node, compiled: Compiled) -> list[Record]:
    return [_column_metadata(key, entry, compiled) for key, entry in node.entries.items()]


def _column_metadata(key: str, entry: int | Node | Children, compiled: Compiled) -> Record:
    if isinstance(entry, int):
        column = compiled.columns[entry]
        return _described(key, column, [])
    inner = entry if isinstance(entry, Node) else entry.compiled.node
    owner = compiled if isinstance(entry, Node) else entry.compiled
    return _described(key, None, _metadata(inner, owner))


def _described(key: str, column: Column | None, joined: list[Record]) -> Record:
    item = column.field if column else None
    aggregate = column.aggregate if column else False
    kind = column.type if column else ""
    return {
        "aggregate": aggregate,
        "apexType": _APEX_TYPES.get(kind, "String") if column else None,
        "booleanType": kind == "boolean",
        "columnName": key,
        "custom": item.custom if item else False,
        "displayName": key,
        "foreignKeyName": None,
        "insertable": item.createable if item and not aggregate else False,
        "joinColumns": joined,
        "numberType": kind in ("int", "double", "percent"),
        "textType": item.is_text if item and not aggregate else False,
        "updatable": item.updateable if item and not aggregate else False,
    }
