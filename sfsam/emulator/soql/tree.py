"""The parsed query. Positions count characters from the start of the text and serve error messages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal as Choice


@dataclass(frozen=True)
class Path:
    """A field, possibly through parents: Profile.UserLicense.Name."""

    names: tuple[str, ...]
    position: int

    @property
    def text(self) -> str:
        """The path as it is written."""
        return ".".join(self.names)


@dataclass(frozen=True)
class Call:
    """A function over a field, or COUNT() over nothing; the name is upper case."""

    function: str
    path: Path | None
    position: int


@dataclass(frozen=True)
class AllFields:
    """FIELDS(ALL), FIELDS(STANDARD) or FIELDS(CUSTOM)."""

    which: str
    position: int


@dataclass(frozen=True)
class Value:
    """A literal; `kind` is what was written, `argument` the n of LAST_N_DAYS:n."""

    kind: Choice["string", "number", "boolean", "null", "date", "datetime", "range"]
    value: str | int | float | bool | date | datetime | None
    position: int
    argument: int | None = None


@dataclass(frozen=True)
class Comparison:
    """`operand operator value`; a list or a query stands behind IN and NOT IN only."""

    operand: Path | Call
    operator: str
    value: Value | tuple[Value, ...] | Query
    position: int


@dataclass(frozen=True)
class Combination:
    """AND or OR over two or more conditions."""

    word: str
    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Negation:
    """NOT over a condition."""

    part: Condition


Condition = Comparison | Combination | Negation


@dataclass(frozen=True)
class Selected:
    """One item of the SELECT list."""

    item: Path | Call | AllFields | Query
    alias: str | None = None


@dataclass(frozen=True)
class Order:
    """One item of ORDER BY; nulls come first unless told otherwise."""

    operand: Path | Call
    descending: bool
    nulls_last: bool


@dataclass(frozen=True)
class Query:
    """A SELECT; as a member of another's SELECT list it goes to children, behind IN it is a semi-join."""

    select: tuple[Selected, ...]
    object: Path
    alias: str | None
    where: Condition | None
    group_by: tuple[Path | Call, ...]
    having: Condition | None
    order_by: tuple[Order, ...]
    limit: int | None
    offset: int | None
    position: int

    @property
    def counts_only(self) -> bool:
        """Whether it is SELECT COUNT() FROM …, which answers with a number and no rows."""
        first = self.select[0].item
        return len(self.select) == 1 and isinstance(first, Call) and first.path is None
