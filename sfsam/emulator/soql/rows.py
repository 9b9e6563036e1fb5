"""SELECT of plain fields, of parents' fields and of children."""

from __future__ import annotations

from dataclasses import replace

from sfsam.emulator.schema.model import Field, SObject
from sfsam.emulator.soql.clauses import order_sql, sorted_operand, where_sql, window_sql
from sfsam.emulator.soql.faults import malformed, no_such_relationship
from sfsam.emulator.soql.scope import NAME_OF_ANY, Resolved, Scope, all_fields
from sfsam.emulator.soql.shape import Children, Column, Compiled, Node
from sfsam.emulator.soql.tree import AllFields, Call, Path, Query, Selected

ORDERED_BY_ID_BELOW = 200_000
"""Objects with fewer rows are given in id order when nobody asked for another."""
MAX_FIELDS_ROWS = 200


class RowQuery:
    """SELECT of plain fields, parents and children."""

    def __init__(self, scope: Scope, query: Query, link: Field | None = None) -> None:
        self._scope = scope
        self._query = query
        self._link = link
        self._expressions: list[str] = []
        self._columns: list[Column] = []
        self._selected: list[int] = []
        self._children: list[Children] = []
        self._nodes: dict[tuple[str, ...], Node] = {(): Node(scope.entity)}
        if link is not None:
            self._add(scope.sql(link, scope.alias), "parent", None, scope.entity, ())
        self._nodes[()].id_column = self._hidden_id(scope.alias, scope.entity, ())

    def compiled(self) -> Compiled:
        """The statement and its shape."""
        for selected in self._query.select:
            self._select(selected)
        scope, query = self._scope, self._query
        where = where_sql(scope, query, *([f"{self._expressions[0]} IS NOT NULL"] if self._link else []))
        order = self._order()
        head = ", ".join(f"{sql} AS c{i}" for i, sql in enumerate(self._expressions))
        tail = self._per_parent(order) if self._link else f"{order} {window_sql(scope, query)}"
        statement = f"SELECT {head} {scope.from_clause} {where} {tail}"
        return Compiled(
            statement,
            scope.setting.bound,
            self._columns,
            self._nodes[()],
            selected=self._selected,
            children=self._children,
        )

    def _per_parent(self, order: str) -> str:
        if self._query.limit is None:
            return order
        limit = self._scope.setting.bind(self._query.limit)
        ranked = f"row_number() OVER (PARTITION BY {self._expressions[0]} {order})"
        return f"QUALIFY {ranked} <= {limit} {order}"

    def _order(self) -> str:
        scope = self._scope
        orders = [order_sql(each, sorted_operand(scope, each)) for each in self._query.order_by]
        if self._link or scope.setting.estimated_rows(scope.entity.name) < ORDERED_BY_ID_BELOW:
            orders.append(f'{scope.alias}."Id"' if scope.entity.name != "OauthToken" else f"{scope.alias}.rowid")
        return f"ORDER BY {', '.join(orders)}" if orders else ""

    def _select(self, selected: Selected) -> None:
        item = selected.item
        if selected.alias is not None:
            raise malformed("only aggregate expressions use field aliasing")
        if isinstance(item, AllFields):
            self._select_all(item)
        elif isinstance(item, Query):
            self._select_children(item)
        elif isinstance(item, Call):
            raise malformed(f"Field must be grouped or aggregated: {item.function}")
        else:
            self._select_field(self._scope.resolve(item))

    def _select_all(self, item: AllFields) -> None:
        limit = self._query.limit
        if item.which != "STANDARD" and (limit is None or limit > MAX_FIELDS_ROWS):
            raise malformed(f"The SOQL FIELDS function must have a LIMIT of at most {MAX_FIELDS_ROWS}")
        for each in all_fields(self._scope, item.which):
            self._select_field(self._scope.resolve(Path((each.name,), item.position)))

    def _select_field(self, found: Resolved) -> None:
        node = self._node(found.parents)
        if found.field.name in node.entries:
            raise malformed(f"duplicate field selected: {'.'.join((*found.parents, found.field.name))}")
        kept = self._scope.kept(found)
        place = self._add(kept, found.field.type, found.field, found.entity, found.parents)
        node.entries[found.field.name] = place
        self._selected.append(place)

    def _select_children(self, query: Query) -> None:
        name = query.object.text
        soql = self._scope.setting.soql
        found = next((c for c in self._scope.entity.children if c.name.lower() == name.lower()), None)
        entity = self._scope.setting.catalog.find(found.object, self._scope.setting.caller) if found else None
        if found is None or entity is None or self._link is not None:
            raise no_such_relationship(soql, query.object.position, name, "FROM part of query call")
        setting = replace(self._scope.setting, bound={}, aliases=0)
        inner = RowQuery(Scope(setting, entity, query.alias), query, entity.by_name[found.field.lower()])
        children = Children(inner.compiled())
        self._children.append(children)
        self._nodes[()].entries[found.name] = children

    def _node(self, parents: tuple[str, ...]) -> Node:
        if parents not in self._nodes:
            alias, entity = self._scope.parent(parents)
            outer = self._node(parents[:-1])
            node = Node(entity, self._hidden_id(alias, entity, parents))
            outer.entries[parents[-1]] = node
            self._nodes[parents] = node
        return self._nodes[parents]

    def _hidden_id(self, alias: str, entity: SObject, parents: tuple[str, ...]) -> int:
        targets = self._targets(parents) if entity is NAME_OF_ANY else ()
        found = entity.by_name["id"]
        kept = Field("Id", "reference", targets=targets) if targets else found
        return self._add(self._scope.sql(found, alias), "id", kept, entity, parents)

    def _targets(self, parents: tuple[str, ...]) -> tuple[str, ...]:
        _, outer = self._scope.parent(parents[:-1])
        return outer.by_relationship[parents[-1].lower()].targets

    def _add(self, sql: str, kind: str, item: Field | None, entity: SObject, parents: tuple[str, ...]) -> int:
        self._expressions.append(sql)
        name, show = (item.name, item.show) if item else (kind, None)
        self._columns.append(Column(kind, item, entity, parents, name, show=show))
        return len(self._columns) - 1
