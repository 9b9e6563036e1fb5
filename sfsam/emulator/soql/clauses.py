"""The clauses that every SELECT has: WHERE, ORDER BY, LIMIT and OFFSET."""

from __future__ import annotations

from sfsam.emulator.soql.conditions import compile_condition
from sfsam.emulator.soql.faults import invalid_field
from sfsam.emulator.soql.operands import Operand, compile_operand
from sfsam.emulator.soql.scope import Scope
from sfsam.emulator.soql.tree import Order, Query


def where_sql(scope: Scope, query: Query, *more: str) -> str:
    """WHERE with the query's own conditions and those that hold for the object."""
    conditions = [*scope.conditions(), *more]
    if query.where:
        conditions.append(compile_condition(scope, query.where))
    return f"WHERE {' AND '.join(conditions)}" if conditions else ""


def window_sql(scope: Scope, query: Query) -> str:
    """LIMIT and OFFSET."""
    parts = []
    if query.limit is not None:
        parts.append(f"LIMIT {scope.setting.bind(query.limit)}")
    if query.offset is not None:
        parts.append(f"OFFSET {scope.setting.bind(query.offset)}")
    return " ".join(parts)


def order_sql(order: Order, operand: Operand) -> str:
    """One item of ORDER BY; text sorts without case."""
    direction = "DESC" if order.descending else "ASC"
    nulls = "LAST" if order.nulls_last else "FIRST"
    value = f"lower({operand.sql})" if operand.compared_without_case else operand.sql
    return f"{value} {direction} NULLS {nulls}"


def sorted_operand(scope: Scope, order: Order) -> Operand:
    """The operand of an ORDER BY item. Raises INVALID_FIELD where it cannot be sorted."""
    operand = compile_operand(scope, order.operand)
    if operand.field is not None and not operand.field.sortable and not operand.aggregate:
        message = f"field '{operand.field.name}' can not be sorted in a query call"
        raise invalid_field(scope.setting.soql, order.operand.position, message)
    return operand
