"""SOQL: literals, and the queries of `queries/*.soql`.

SOQL has no parameters on the wire, so a value gets into a query in one way only: `bind`, which replaces `:name` by a
quoted literal. A query file begins with a header:

    -- title: Package licenses          the words of a warning: "<title> could not be read."
    -- required: Id, NamespacePrefix    without these the object cannot be used
    -- optional: MonthlyLoginsUsed      missing without a warning: not every org has the feature
    -- permission: View Setup and Configuration
    -- unreadable: stop                 whole download stops; otherwise (warn) it goes on with a warning
    -- with: feature licenses           add the feature-license fields that the org has
    -- changed by: SystemModstamp       a row whose moments here are older than the last download is as it was then
    -- counted by: PackageLicenseId     rows that were deleted are found by counting per value of this field

Describe decides which of the fields are asked for, because one field that the org does not show fails the whole
query (Salesforce fact sheet 2.5, pitfall 17).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path

from sfsam.domain.identifiers import to_18
from sfsam.domain.profiles import Record
from sfsam.salesforce.described import Described

QUERIES = Path(__file__).parent / "queries"
IDS_PER_QUERY = 300  # keeps the address under 16,384 bytes (fact sheet 2.2)
Value = str | datetime | Sequence[str]

_HEADER = re.compile(r"--\s*([a-z ]+):\s*(.*)")
_QUERY = re.compile(r"SELECT\s+(?P<fields>.+?)\s+FROM\s+(?P<object>\w+)(?:\s+(?P<rest>.+))?", re.DOTALL)
_NAME = re.compile(r":([a-z_]+)")
_ESCAPES = str.maketrans({"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r"})


def quote(text: str) -> str:
    """The text as a SOQL string literal."""
    return "'" + text.translate(_ESCAPES) + "'"


def literal(value: Value) -> str:
    """A value as SOQL: text quoted, a moment (naive UTC) as datetime, a list of texts as the list of an IN."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, str):
        return quote(value)
    return f"({','.join(map(quote, value))})"


def bind(query: str, **values: Value) -> str:
    """The query with every `:name` replaced by its literal. Raises KeyError for a name without a value."""
    return _NAME.sub(lambda match: literal(values[match[1]]), query)


def id_chunks(ids: Sequence[str], size: int = IDS_PER_QUERY) -> Iterator[list[str]]:
    """The ids in their 18-character form, each once, in lists that fit one query."""
    distinct = list(dict.fromkeys(map(to_18, ids)))
    for start in range(0, len(distinct), size):
        yield distinct[start : start + size]


class Selection(Record):
    """One query as the org allows it: `missing` are fields that it does not show, `vital` those that are required.

    `changed_by` is empty when the object has no such fields, or the org does not show all of them.
    """

    object: str
    columns: tuple[str, ...]
    missing: tuple[str, ...]
    vital: tuple[str, ...]
    condition: str
    changed_by: tuple[str, ...] = ()
    counted_by: str = ""

    def query(self, **values: Value) -> str:
        return self._from(", ".join(self.columns), values)

    def count_query(self, **values: Value) -> str:
        return self._from("COUNT()", values)

    def changes_query(self, since: datetime) -> str:
        """The rows that were created or changed from `since` on."""
        newer = " OR ".join(f"{field} >= :since" for field in self.changed_by)
        return bind(" ".join((self.query(), "WHERE", newer)), since=since)

    def held_query(self) -> str:
        """How many rows there are (`held`), and when the newest changed: in all, or per value of `counted_by`."""
        counts = ("COUNT(Id) held", f"MAX({self.changed_by[0]}) newest")
        if not self.counted_by:
            return " ".join(("SELECT", ", ".join(counts), "FROM", self.object))
        columns = ", ".join((self.counted_by, *counts))
        return " ".join(("SELECT", columns, "FROM", self.object, "GROUP BY", self.counted_by))

    def group_query(self, groups: Sequence[str]) -> str:
        """All rows of these values of `counted_by`."""
        return bind(" ".join((self.query(), "WHERE", self.counted_by, "IN :groups")), groups=groups)

    def _from(self, columns: str, values: Mapping[str, Value]) -> str:
        parts = ("SELECT", columns, "FROM", self.object, self.condition)
        return bind(" ".join(part for part in parts if part), **values)


class ObjectQuery(Record):
    """One file of `queries/`: which fields of one object are wanted, and how much depends on them."""

    title: str
    object: str
    fields: tuple[str, ...]
    condition: str
    required: tuple[str, ...]
    optional: tuple[str, ...]
    permission: str
    stops: bool
    with_feature_licenses: bool
    changed_by: tuple[str, ...] = ()
    counted_by: str = ""

    def select(self, described: Described) -> Selection:
        """The fields that the org shows. A field of a parent object (`PermissionSet.Name`) is taken as shown."""
        shown = [name for name in self.fields if "." in name or name in described.fields]
        missing = [name for name in self.fields if name not in shown]
        features = described.feature_licenses if self.with_feature_licenses else ()
        tells_changes = {*self.changed_by, self.counted_by} - {""} <= set(described.fields)
        return Selection(
            object=self.object,
            columns=(*shown, *features),
            missing=tuple(name for name in missing if name not in self.optional),
            vital=tuple(name for name in missing if name in self.required),
            condition=self.condition,
            changed_by=self.changed_by if tells_changes else (),
            counted_by=self.counted_by,
        )


def probe(object_name: str) -> str:
    """A query for what is required of one row of the object, to see whether it can be read."""
    return " ".join(("SELECT", ", ".join(load(object_name).required), "FROM", object_name, "LIMIT 1"))


def by_ids(object_name: str, columns: Sequence[str], ids: Sequence[str], *, by: str = "Id") -> str:
    """A query for some columns of the records with these ids, or that refer to them by the field `by`."""
    return bind(" ".join(("SELECT", ", ".join(columns), "FROM", object_name, "WHERE", by, "IN :ids")), ids=ids)


@cache
def load(name: str) -> ObjectQuery:
    """The query file of this name. Raises ValueError when it is not written as the head of this module says."""
    lines = (QUERIES / f"{name}.soql").read_text(encoding="utf-8").splitlines()
    header = {match[1]: match[2].strip() for line in lines if (match := _HEADER.fullmatch(line.strip()))}
    body = " ".join(line for line in lines if not line.lstrip().startswith("--")).strip()
    query = _QUERY.fullmatch(body)
    if query is None:
        raise ValueError(f"{name}.soql does not hold exactly one query")
    return ObjectQuery(
        title=header["title"],
        object=query["object"],
        fields=_names(query["fields"]),
        condition=" ".join((query["rest"] or "").split()),
        required=_names(header.get("required", "Id")),
        optional=_names(header.get("optional", "")),
        permission=header.get("permission", ""),
        stops=header.get("unreadable", "warn") == "stop",
        with_feature_licenses=header.get("with") == "feature licenses",
        changed_by=_names(header.get("changed by", "")),
        counted_by=header.get("counted by", ""),
    )


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())
