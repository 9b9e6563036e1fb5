"""SELECT of aggregates and grouped fields."""

from __future__ import annotations

from sfsam.emulator.soql.clauses import order_sql, sorted_operand, where_sql, window_sql
from sfsam.emulator.soql.conditions import compile_condition
from sfsam.emulator.soql.faults import invalid_field, malformed
from sfsam.emulator.soql.operands import Operand, compile_operand
from sfsam.emulator.soql.scope import Scope
from sfsam.emulator.soql.shape import Column, Compiled, Node
from sfsam.emulator.soql.tree import AllFields, Call, Path, Query, Selected


class AggregateQuery:
    """SELECT of aggregates and grouped fields."""

    def __init__(self, scope: Scope, query: Query) -> None:
        self._scope = scope
        self._query = query
        self._groups = [self._group(item) for item in query.group_by]
        self._columns: list[Column] = []
        self._expressions: list[str] = []
        self._node = Node(scope.entity)

    def compiled(self) -> Compiled:
        """The statement and its shape."""
        scope, query = self._scope, self._query
        for selected in query.select:
            self._select(selected)
        where = where_sql(scope, query)
        grouped = ", ".join(operand.sql for operand in self._groups)
        group = f"GROUP BY {grouped}" if self._groups else ""
        having = f"HAVING {compile_condition(scope, query.having, having=True)}" if query.having else ""
        head = ", ".join(f"{sql} AS c{i}" for i, sql in enumerate(self._expressions))
        statement = (
            f"SELECT {head} {scope.from_clause} {where} {group} {having} {self._order()} {window_sql(scope, query)}"
        )
        return Compiled(
            statement,
            scope.setting.bound,
            self._columns,
            self._node,
            aggregate=True,
            grouped=bool(self._groups),
            unlimited_groups=bool(self._groups) and query.limit is None,
            selected=list(range(len(self._columns))),
        )

    def _group(self, item: Path | Call) -> Operand:
        operand = compile_operand(self._scope, item)
        if operand.aggregate:
            raise malformed("Aggregate functions are not allowed in the GROUP BY clause")
        if operand.field is not None and not operand.field.groupable and isinstance(item, Path):
            message = f"field '{item.text}' can not be grouped in a query call"
            raise invalid_field(self._scope.setting.soql, item.position, message)
        return operand

    def _select(self, selected: Selected) -> None:
        item = selected.item
        if isinstance(item, Query | AllFields):
            raise malformed("Aggregate queries cannot select child records or FIELDS()")
        operand = compile_operand(self._scope, item)
        if not operand.aggregate and all(operand.sql != group.sql for group in self._groups):
            name = item.text if isinstance(item, Path) else item.function
            raise malformed(f"Field must be grouped or aggregated: {name}")
        key = selected.alias or self._key(item, operand)
        if key in self._node.entries:
            raise malformed(f"duplicate alias: {key}")
        self._node.entries[key] = len(self._columns)
        self._expressions.append(operand.sql)
        entity = operand.resolved.entity if operand.resolved else self._scope.entity
        self._columns.append(Column(operand.type, operand.field, entity, (), key, operand.aggregate))

    def _key(self, item: Path | Call, operand: Operand) -> str:
        if isinstance(item, Path) and operand.field:
            return operand.field.name
        return f"expr{sum(1 for key in self._node.entries if key.startswith('expr'))}"

    def _order(self) -> str:
        orders = []
        for each in self._query.order_by:
            operand = sorted_operand(self._scope, each)
            if not operand.aggregate and all(operand.sql != group.sql for group in self._groups):
                raise malformed("Ordered field must be grouped or aggregated")
            orders.append(order_sql(each, operand))
        orders += [f"{group.sql} NULLS FIRST" for group in self._groups]
        return f"ORDER BY {', '.join(orders)}" if orders else ""
