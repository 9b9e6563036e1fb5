"""Fields, aggregates and date functions as SQL, with the type of what they give."""

from __future__ import annotations

from dataclasses import dataclass

from sfsam.emulator.schema.model import Field
from sfsam.emulator.soql.faults import invalid_field, malformed
from sfsam.emulator.soql.parser import AGGREGATES
from sfsam.emulator.soql.scope import Resolved, Scope
from sfsam.emulator.soql.tree import Call, Path

_DATE_SQL = {
    "CALENDAR_YEAR": "year({e})::INTEGER",
    "CALENDAR_QUARTER": "quarter({e})::INTEGER",
    "CALENDAR_MONTH": "month({e})::INTEGER",
    "DAY_IN_MONTH": "day({e})::INTEGER",
    "DAY_IN_WEEK": "(dayofweek({e}) + 1)::INTEGER",
    "DAY_IN_YEAR": "dayofyear({e})::INTEGER",
    "DAY_ONLY": "({e})::DATE",
    "FISCAL_MONTH": "month({e})::INTEGER",
    "FISCAL_QUARTER": "quarter({e})::INTEGER",
    "FISCAL_YEAR": "year({e})::INTEGER",
    "HOUR_IN_DAY": "hour({e})::INTEGER",
    "WEEK_IN_MONTH": "((day({e}) - 1) // 7 + 1)::INTEGER",
    "WEEK_IN_YEAR": "((dayofyear({e}) - 1) // 7 + 1)::INTEGER",
}
_AGGREGATE_SQL = {
    "COUNT": "count({e})",
    "COUNT_DISTINCT": "count(DISTINCT {e})",
    "MIN": "min({e})",
    "MAX": "max({e})",
    "SUM": "sum({e})",
    "AVG": "avg({e})::DOUBLE",
}
_NUMBERS = ("int", "double", "percent")


@dataclass(frozen=True)
class Operand:
    """A value in a query: its SQL, its type, the field behind it, and whether it sums up rows."""

    sql: str
    type: str
    field: Field | None = None
    resolved: Resolved | None = None
    aggregate: bool = False

    @property
    def compared_without_case(self) -> bool:
        """Whether it is text."""
        return self.field is not None and self.field.is_text and self.type == self.field.type


def compile_operand(scope: Scope, item: Path | Call) -> Operand:
    """The operand of a path or call. Raises INVALID_FIELD, MALFORMED_QUERY."""
    if isinstance(item, Path):
        found = scope.resolve(item)
        return Operand(found.sql, found.field.type, found.field, found)
    if item.path is None:
        return Operand("count(*)", "int", aggregate=True)
    found = scope.resolve(item.path)
    if item.function in AGGREGATES:
        return _aggregate(scope, item, found)
    if found.field.type not in ("datetime", "date") or (
        found.field.type == "date" and item.function in ("DAY_ONLY", "HOUR_IN_DAY")
    ):
        message = f"field {item.path.text} does not support function {item.function}"
        raise invalid_field(scope.setting.soql, item.position, message)
    kind = "date" if item.function == "DAY_ONLY" else "int"
    return Operand(_DATE_SQL[item.function].replace("{e}", found.sql), kind, found.field, found)


def _aggregate(scope: Scope, item: Call, found: Resolved) -> Operand:
    field = found.field
    numeric_only = item.function in ("SUM", "AVG")
    if (numeric_only and field.type not in _NUMBERS) or (field.type == "boolean" and item.function != "COUNT"):
        message = f"field {found.field.name} does not support aggregate operator {item.function}"
        raise malformed(message)
    kind = field.type
    if item.function.startswith("COUNT"):
        kind = "int"
    elif item.function == "AVG":
        kind = "double"
    sql = _AGGREGATE_SQL[item.function].replace("{e}", found.sql)
    if item.function == "SUM":
        sql += "::BIGINT" if field.type == "int" else "::DOUBLE"
    return Operand(sql, kind, field, found, aggregate=True)
