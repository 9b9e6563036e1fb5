"""Fields and objects as declarations; everything else (tables, SOQL, describe, checks) is read off them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

PREFIXES = {"Contact": "003", "Account": "001", "Network": "0DB", "AppMenuItem": "0DS"}
"""Key prefixes of objects that this org only refers to; they cannot be queried or traversed here."""

TEXT_TYPES = frozenset({"string", "picklist", "email", "textarea", "phone", "url"})
TARGET_SHIFT = 1 << 40
"""A polymorphic reference holds the record number plus this times the position of its target object."""

SQL_TYPES = {
    "id": "INTEGER",
    "reference": "INTEGER",
    "boolean": "BOOLEAN",
    "int": "INTEGER",
    "double": "DOUBLE",
    "percent": "DOUBLE",
    "datetime": "TIMESTAMP",
    "date": "DATE",
}


@dataclass(frozen=True)
class Field:
    """One field: what describe says of it, who sees it, and how the tables hold it.

    `sql` is an expression over the alias `{t}` for a field that is computed, not stored. `keep` and `show`
    give a compact form to hold in a result (over `{t}`) and how to turn it into text (over `{v}`).
    `needs` are permissions of which the caller must hold one to see the field.
    """

    name: str
    type: str
    length: int = 0
    nillable: bool = True
    filterable: bool = True
    sortable: bool = True
    groupable: bool = True
    createable: bool = False
    updateable: bool = False
    targets: tuple[str, ...] = ()
    relationship: str | None = None
    needs: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    default: Any = None
    unique: bool = False
    name_field: bool = False
    sql: str | None = None
    keep: str | None = None
    show: str | None = None

    @property
    def custom(self) -> bool:
        """Whether an administrator made it."""
        return self.name.endswith("__c")

    @property
    def is_text(self) -> bool:
        """Whether its values are compared as text, without case."""
        return self.type in TEXT_TYPES

    @property
    def is_id(self) -> bool:
        """Whether it holds a record id."""
        return self.type in ("id", "reference")

    @property
    def required_on_create(self) -> bool:
        """Whether a create must give it a value."""
        return self.createable and not self.nillable and self.default is None and self.type != "boolean"

    @property
    def label(self) -> str:
        """The label people see: the name's words."""
        base = self.name.removesuffix("__c").replace("_", " ")
        base = base.removesuffix("Id") + " ID" if self.type == "reference" else base
        return "".join(f" {c}" if c.isupper() and i and base[i - 1].islower() else c for i, c in enumerate(base))

    @property
    def sql_type(self) -> str:
        """The DuckDB type that holds it."""
        return "BIGINT" if len(self.targets) > 1 else SQL_TYPES.get(self.type, "VARCHAR")

    def expression(self, alias: str) -> str:
        """SQL for its value over a table alias."""
        return self.sql.replace("{t}", alias) if self.sql else f'{alias}."{self.name}"'


@dataclass(frozen=True)
class Child:
    """A named child relationship: `name` on the parent, `field` on the child object."""

    name: str
    object: str
    field: str


@dataclass(frozen=True)
class SObject:
    """One object. `needs`: permissions of which the caller must hold one, else the object does not exist for it.

    `own_rows` names the user field by which rows are limited to the caller's own, unless the caller holds one
    of `all_rows_needs`. `bulk` says whether Bulk API 2.0 queries it (fact sheet 3.5).
    """

    name: str
    prefix: str
    fields: tuple[Field, ...]
    label: str = ""
    plural: str = ""
    createable: bool = False
    updateable: bool = False
    deletable: bool = False
    needs: tuple[str, ...] = ()
    own_rows: str | None = None
    all_rows_needs: tuple[str, ...] = ()
    children: tuple[Child, ...] = ()
    bulk: bool = True
    stored: bool = True
    hidden_columns: str = field(default="")

    @cached_property
    def by_name(self) -> dict[str, Field]:
        """Fields by lower-case name."""
        return {item.name.lower(): item for item in self.fields}

    @cached_property
    def by_relationship(self) -> dict[str, Field]:
        """Reference fields by lower-case relationship name."""
        return {item.relationship.lower(): item for item in self.fields if item.relationship}

    def table(self) -> str:
        """The CREATE TABLE statement of its rows; deletable rows stay, marked, until the org ends."""
        columns = [f'"{item.name}" {item.sql_type}' for item in self.fields if item.sql is None]
        if self.deletable and "isdeleted" not in self.by_name:
            columns.append('"IsDeleted" BOOLEAN DEFAULT false')
        if self.hidden_columns:
            columns.append(self.hidden_columns)
        return f'CREATE TABLE "{self.name}" ({", ".join(columns)})'

    def without(self, names: Iterable[str]) -> SObject:
        """The object in an org that lacks these fields."""
        gone = set(names)
        return replace(self, fields=tuple(item for item in self.fields if item.name not in gone))


def record_id() -> Field:
    """The Id field."""
    return Field("Id", "id", 18, nillable=False)


def text(name: str, length: int, **more: Any) -> Field:
    """A text field."""
    return Field(name, "string", length, **more)


def picklist(name: str, *values: str, **more: Any) -> Field:
    """A picklist of 40 characters; with values it is restricted to them."""
    more.setdefault("length", 40)
    return Field(name, "picklist", values=values, **more)


def flag(name: str, **more: Any) -> Field:
    """A checkbox; never null."""
    return Field(name, "boolean", nillable=False, **{"default": False, **more})


def number(name: str, **more: Any) -> Field:
    """A whole number."""
    return Field(name, "int", **more)


def moment(name: str, **more: Any) -> Field:
    """A date and time; never groupable."""
    return Field(name, "datetime", groupable=False, **more)


def reference(name: str, *targets: str, relationship: str | None = None, **more: Any) -> Field:
    """A lookup; without a relationship name it cannot be traversed."""
    return Field(name, "reference", 18, targets=targets, relationship=relationship, **more)


def writable(item: Field, *, create: bool = True, update: bool = True) -> Field:
    """The field as one that may be written."""
    return replace(item, createable=create, updateable=update)


def audit() -> tuple[Field, ...]:
    """Who made and changed a record and when."""
    return (
        moment("CreatedDate", nillable=False),
        reference("CreatedById", "User", relationship="CreatedBy", nillable=False),
        moment("LastModifiedDate", nillable=False),
        reference("LastModifiedById", "User", relationship="LastModifiedBy", nillable=False),
        moment("SystemModstamp", nillable=False),
    )
