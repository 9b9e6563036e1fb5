"""What a compiled query looks like: a statement, its columns, and the shape of the records they make."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sfsam.emulator.schema.model import Field, SObject


@dataclass(frozen=True)
class Column:
    """One column of a stored result: where it came from; `show` turns a stand-in into text (over `{v}`)."""

    type: str
    field: Field | None
    entity: SObject
    parents: tuple[str, ...]
    name: str
    aggregate: bool = False
    show: str | None = None

    @property
    def path(self) -> str:
        """The head of the column in CSV: Profile.Name."""
        return ".".join((*self.parents, self.name))


@dataclass
class Node:
    """The shape of a record: keys in SELECT order, each a column number, a parent or children.

    `id_column` holds the record's number even when the query did not select Id.
    """

    entity: SObject
    id_column: int | None = None
    entries: dict[str, int | Node | Children] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Children:
    """A child subquery: its own statement, whose column 0 is the number of the parent record."""

    compiled: Compiled


@dataclass
class Compiled:
    """A statement whose columns are c0, c1, …; `bound` travels beside it, `selected` numbers what was asked for."""

    statement: str
    bound: dict[str, Any]
    columns: list[Column]
    node: Node
    count_only: bool = False
    aggregate: bool = False
    grouped: bool = False
    unlimited_groups: bool = False
    selected: list[int] = field(default_factory=list)
    children: list[Children] = field(default_factory=list)
