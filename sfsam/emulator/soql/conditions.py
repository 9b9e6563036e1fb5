"""WHERE and HAVING as SQL: values are bound, text compares without case, ids as numbers, null as SOQL has it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import Any

from sfsam.emulator.identifiers import to_18
from sfsam.emulator.schema.model import TARGET_SHIFT
from sfsam.emulator.soql.dates import day_range
from sfsam.emulator.soql.faults import bad_filter, invalid_field, malformed
from sfsam.emulator.soql.operands import Operand, compile_operand
from sfsam.emulator.soql.scope import Resolved, Scope, open_scope
from sfsam.emulator.soql.tree import Combination, Comparison, Condition, Negation, Path, Query, Value

_KINDS = {
    "boolean": ("boolean",),
    "int": ("number",),
    "double": ("number",),
    "percent": ("number",),
    "datetime": ("datetime", "range"),
    "date": ("date", "range"),
}
_SPOKEN = {"datetime": "dateTime"}
_NOWHERE = -1
"""The number of a record that is not in this org or of another object: equals none, sorts before all."""
MAX_SEMI_JOINS = 2


def compile_condition(scope: Scope, condition: Condition, *, having: bool = False) -> str:
    """A boolean SQL expression. Raises INVALID_FIELD, INVALID_QUERY_FILTER_OPERATOR, MALFORMED_QUERY."""
    _check_semi_joins(condition)
    return _compile(scope, condition, having)


def _compile(scope: Scope, condition: Condition, having: bool) -> str:
    if isinstance(condition, Combination):
        parts = (_compile(scope, part, having) for part in condition.parts)
        return f"({f' {condition.word} '.join(parts)})"
    if isinstance(condition, Negation):
        return f"(NOT coalesce({_compile(scope, condition.part, having)}, false))"
    return _comparison(scope, condition, having)


def _comparison(scope: Scope, item: Comparison, having: bool) -> str:
    operand = compile_operand(scope, item.operand)
    _check_filterable(scope, item, operand, having)
    if isinstance(item.value, Query):
        return _semi_join(scope, item, operand, item.value)
    if isinstance(item.value, tuple):
        return _members(scope, item, operand, item.value)
    if item.operator == "LIKE":
        return _like(scope, item, operand, item.value)
    if item.value.kind == "null":
        return _null(scope, item, operand)
    if item.value.kind == "range":
        return _range(scope, item.operator, operand, item.value)
    return _plain(scope, item, operand, item.value)


def _check_filterable(scope: Scope, item: Comparison, operand: Operand, having: bool) -> None:
    field, soql = operand.field, scope.setting.soql
    if field is not None and not field.filterable and not operand.aggregate:
        name = item.operand.text if isinstance(item.operand, Path) else field.name
        raise invalid_field(soql, item.operand.position, f"field '{name}' can not be filtered in a query call")
    if operand.aggregate and not having:
        raise malformed("Aggregate functions are not allowed in the WHERE clause; use HAVING")


def _null(scope: Scope, item: Comparison, operand: Operand) -> str:
    if item.operator not in ("=", "!="):
        message = f"invalid operator '{item.operator}' with null"
        raise bad_filter(scope.setting.soql, item.position, message)
    empty = f"{operand.sql} IS NULL"
    if operand.compared_without_case:
        empty = f"({empty} OR {operand.sql} = '')"
    return empty if item.operator == "=" else f"(NOT {empty})"


def _plain(scope: Scope, item: Comparison, operand: Operand, value: Value) -> str:
    _check_kind(scope, operand, value)
    if operand.type == "boolean":
        if item.operator not in ("=", "!="):
            raise bad_filter(scope.setting.soql, item.position, "invalid operator on boolean field")
        return f"(coalesce({operand.sql}, false) {item.operator} {scope.setting.bind(value.value)})"
    if operand.compared_without_case and value.value == "":
        return _null(scope, item, operand)
    left = f"lower({operand.sql})" if operand.compared_without_case else operand.sql
    right = scope.setting.bind(_native(scope, operand, value))
    if item.operator == "!=":
        return f"({left} IS DISTINCT FROM {right})"
    return f"({left} {item.operator} {right})"


def _range(scope: Scope, operator: str, operand: Operand, value: Value) -> str:
    _check_kind(scope, operand, value)
    first, after = day_range(str(value.value), value.argument, scope.setting.naive_now().date())
    if operator in ("=", "!="):
        start, end = scope.setting.bind(first), scope.setting.bind(after)
        inside = f"({operand.sql} >= {start}::DATE AND {operand.sql} < {end}::DATE)"
        return inside if operator == "=" else f"(NOT coalesce({inside}, false))"
    edge = scope.setting.bind(first if operator in ("<", ">=") else after)
    return f"({operand.sql} {'<' if operator.startswith('<') else '>='} {edge}::DATE)"


def _like(scope: Scope, item: Comparison, operand: Operand, value: Value) -> str:
    if operand.type in ("id", "reference"):
        raise bad_filter(scope.setting.soql, item.position, "invalid operator on id field")
    if not operand.compared_without_case:
        raise bad_filter(scope.setting.soql, item.position, f"invalid operator on {operand.type} field")
    _check_kind(scope, operand, value)
    pattern = scope.setting.bind(_pattern(str(value.value)))
    return f"(lower({operand.sql}) LIKE {pattern} ESCAPE '\\')"


def _pattern(text: str) -> str:
    r"""A LIKE pattern in which only `\%` and `\_` are escapes."""
    parts = []
    for i, char in enumerate(text):
        escapes = char == "\\" and text[i + 1 : i + 2] in ("%", "_")
        parts.append("\\\\" if char == "\\" and not escapes else char.lower())
    return "".join(parts)


def _members(scope: Scope, item: Comparison, operand: Operand, values: tuple[Value, ...]) -> str:
    if any(value.kind == "range" for value in values):
        return _members_of_ranges(scope, item, operand, values)
    with_null = any(value.kind == "null" for value in values)
    given = [value for value in values if value.kind != "null"]
    for value in given:
        _check_kind(scope, operand, value)
    natives = list(dict.fromkeys(_native(scope, operand, value) for value in given))
    left = f"lower({operand.sql})" if operand.compared_without_case else operand.sql
    tests = [f"{left} IN (SELECT unnest({scope.setting.bind(natives)}))"] if natives else []
    if with_null:
        tests.append(f"{operand.sql} IS NULL")
    inside = f"({' OR '.join(tests)})"
    return inside if item.operator == "IN" else f"(NOT coalesce({inside}, false))"


def _members_of_ranges(scope: Scope, item: Comparison, operand: Operand, values: Iterable[Value]) -> str:
    ranges = " OR ".join(_range(scope, "=", operand, value) for value in values)
    return f"({ranges})" if item.operator == "IN" else f"(NOT coalesce({ranges}, false))"


def _semi_join(scope: Scope, item: Comparison, operand: Operand, query: Query) -> str:
    inner = open_scope(scope.setting, query.object, query.alias)
    selected = query.select[0].item
    if len(query.select) != 1 or not isinstance(selected, Path):
        raise malformed("semi join sub-selects can only query exactly one field")
    if len(selected.names) > 1 and selected.names[0].lower() not in (inner.entity.name.lower(), query.alias or ""):
        raise malformed("semi join sub-selects can only query id fields, cannot use: 'Relationship' type")
    if inner.entity.name == scope.entity.name:
        raise malformed("The inner and outer selects should not be on the same object type")
    if query.group_by or query.order_by or query.limit is not None or query.offset is not None:
        raise malformed("semi join sub-selects cannot have GROUP BY, ORDER BY, LIMIT or OFFSET")
    found = inner.resolve(selected)
    if not found.field.is_id or operand.type not in ("id", "reference"):
        message = "semi join sub-selects need an id or reference field on both sides"
        raise bad_filter(scope.setting.soql, item.position, message)
    conditions = [*inner.conditions(), f"{found.sql} IS NOT NULL"]
    if query.where:
        conditions.append(_compile(inner, query.where, False))
    if operand.resolved and not set(_entities(operand.resolved)) & set(_entities(found)):
        conditions.append("false")
    rows = f"SELECT DISTINCT {found.sql} {inner.from_clause} WHERE {' AND '.join(conditions)}"
    inside = f"({operand.sql} IN ({rows}))"
    return inside if item.operator == "IN" else f"(NOT coalesce({inside}, false))"


def _entities(found: Resolved) -> tuple[str, ...]:
    return found.field.targets or (found.entity.name,)


def _check_semi_joins(condition: Condition) -> None:
    found = list(_semi_joins(condition, under_or=False))
    if len(found) > MAX_SEMI_JOINS:
        raise malformed(f"The maximum number of semi join sub-selects is {MAX_SEMI_JOINS}")
    for query, under_or in found:
        if under_or:
            raise malformed("Semi join sub-selects are not allowed with the 'OR' operator")
        if query.where and list(_semi_joins(query.where, under_or=False)):
            raise malformed("Nesting of semi join sub-selects is not supported")


def _semi_joins(condition: Condition, *, under_or: bool) -> Iterable[tuple[Query, bool]]:
    if isinstance(condition, Comparison):
        if isinstance(condition.value, Query):
            yield condition.value, under_or
    elif isinstance(condition, Negation):
        yield from _semi_joins(condition.part, under_or=under_or)
    else:
        for part in condition.parts:
            yield from _semi_joins(part, under_or=under_or or condition.word == "OR")


def _check_kind(scope: Scope, operand: Operand, value: Value) -> None:
    wanted = _KINDS.get(operand.type, ("string",))
    if value.kind in wanted:
        return
    name = operand.field.name if operand.field else "COUNT"
    quotes = "should be" if wanted == ("string",) else "should not be"
    message = (
        f"value of filter criterion for field '{name}' must be of type "
        f"{_SPOKEN.get(operand.type, operand.type)} and {quotes} enclosed in quotes"
    )
    raise invalid_field(scope.setting.soql, value.position, message)


def _native(scope: Scope, operand: Operand, value: Value) -> Any:
    """The value as the tables hold it."""
    if operand.type in ("id", "reference"):
        return _record_number(scope, operand, value)
    given = value.value
    if isinstance(given, str):
        text = given.replace("\\%", "%").replace("\\_", "_")
        return text.lower() if operand.compared_without_case else text
    if isinstance(given, datetime):
        return given.astimezone(UTC).replace(tzinfo=None)
    if operand.type == "datetime" and isinstance(given, date):
        return datetime.combine(given, time())
    return given


def _record_number(scope: Scope, operand: Operand, value: Value) -> int:
    """The record number behind an id literal of 15 or 18 characters."""
    text = str(value.value)
    if to_18(text) is None:
        raise bad_filter(scope.setting.soql, value.position, f"invalid ID field: {text}")
    setting, field, found = scope.setting, operand.field, operand.resolved
    targets = field.targets if field and field.targets else (found.entity.name if found else "",)
    for place, name in enumerate(targets):
        if name == "Name":
            continue
        number = setting.ids.number(setting.catalog.prefix(name), text)
        if number is not None:
            return number + place * TARGET_SHIFT
    return _NOWHERE
