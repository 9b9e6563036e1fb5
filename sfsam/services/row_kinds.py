"""What an import must know of one kind of rows. A further kind is one RowKind and one line in importing.KINDS."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, Field

from sfsam.domain.imports import ImportKind
from sfsam.domain.profiles import Record
from sfsam.ports import UnitOfWork
from sfsam.services.world import World


@dataclass(frozen=True)
class Column:
    """A column of the file. `name` is the field of the row's model; `label` heads the template's column.

    Heads are compared without case, spaces and signs, with the label, the name and the aliases.
    """

    name: str
    label: str
    meaning: str
    example: str
    is_required: bool = False
    aliases: tuple[str, ...] = ()


class Taken(StrEnum):
    TAKEN = "taken"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


class Verdict(Record):
    """What became of one row. `reason` and `replaceable` belong to a refused one (domain/imports.py ImportRow)."""

    taken: Taken
    reason: str = ""
    replaceable: bool = False


TAKEN = Verdict(taken=Taken.TAKEN)
UNCHANGED = Verdict(taken=Taken.UNCHANGED)


def refused(reason: str, *, replaceable: bool = False) -> Verdict:
    return Verdict(taken=Taken.REFUSED, reason=reason, replaceable=replaceable)


class ImportContext(Record):
    """Which import the rows belong to. `replace`: somebody chose to overrule what a person had entered.

    `seen` is for `take`: what earlier rows of the file were about, so that two that contradict are not both taken.
    """

    import_id: str
    by: str
    at: datetime
    replace: bool = False
    seen: set[Any] = Field(default_factory=set)


RowModel = TypeVar("RowModel", bound=BaseModel)


@dataclass(frozen=True)
class RowKind(Generic[RowModel]):
    """One kind of rows: its columns, the model that reads their cells, and what takes them.

    `row_model` has one field per column, made from the cell's text; a ValueError of it is the reason that people read.
    An empty cell is not given, so the field's default holds. `take` gets rows by hundreds or more, inside the
    import's transaction, and answers with one verdict per row, in their order.
    """

    kind: ImportKind
    title: str
    columns: tuple[Column, ...]
    row_model: type[RowModel]
    take: Callable[[World, UnitOfWork, Sequence[RowModel], ImportContext], list[Verdict]]
