"""A parsed query to one SQL statement, and what Bulk API 2.0 does not take."""

from __future__ import annotations

from collections.abc import Collection

from sfsam.emulator.errors import SalesforceError
from sfsam.emulator.soql.aggregates import AggregateQuery
from sfsam.emulator.soql.clauses import where_sql, window_sql
from sfsam.emulator.soql.faults import malformed
from sfsam.emulator.soql.parser import AGGREGATES
from sfsam.emulator.soql.rows import RowQuery
from sfsam.emulator.soql.scope import Scope, Setting, open_scope
from sfsam.emulator.soql.shape import Compiled, Node
from sfsam.emulator.soql.tree import AllFields, Call, Query, Selected


def compile_query(setting: Setting, query: Query) -> Compiled:
    """The statement of a top-level query. Raises INVALID_FIELD, INVALID_TYPE, MALFORMED_QUERY."""
    scope = open_scope(setting, query.object, query.alias)
    if query.counts_only:
        return _count(scope, query)
    if query.group_by or any(_is_aggregate(item) for item in query.select):
        return AggregateQuery(scope, query).compiled()
    return RowQuery(scope, query).compiled()


def check_bulk(setting: Setting, query: Query, refused: Collection[str] = ()) -> str:
    """The object of a query that Bulk API 2.0 takes (fact sheet 3.1). Raises INVALIDENTITY, API_ERROR."""
    entity = open_scope(setting, query.object, query.alias).entity
    if not entity.bulk or entity.name in refused:
        message = f"Entity '{entity.name}' is not supported by the Bulk API."
        raise SalesforceError(400, "INVALIDENTITY", message)
    what = _not_for_bulk(query)
    if what:
        raise SalesforceError(400, "API_ERROR", f"Implementation restriction: {what} not supported in Bulk Query")
    compile_query(setting, query)
    return entity.name


def _not_for_bulk(query: Query) -> str | None:
    if query.group_by or any(_is_aggregate(item) for item in query.select):
        return "Aggregate Relationships"
    if query.offset is not None:
        return "OFFSET"
    if any(isinstance(each.item, Query) for each in query.select):
        return "Nested parent-to-child queries"
    if any(isinstance(each.item, AllFields) and each.item.which != "STANDARD" for each in query.select):
        return "FIELDS(ALL) and FIELDS(CUSTOM)"
    return None


def _is_aggregate(selected: Selected) -> bool:
    return isinstance(selected.item, Call) and selected.item.function in AGGREGATES


def _count(scope: Scope, query: Query) -> Compiled:
    if query.order_by or query.group_by:
        raise malformed("SELECT COUNT() cannot have GROUP BY or ORDER BY")
    where = where_sql(scope, query)
    inner = f"SELECT 1 {scope.from_clause} {where} {window_sql(scope, query)}"
    statement = f"SELECT count(*) AS c0 FROM ({inner})"  # noqa: S608 - values are bound
    return Compiled(statement, scope.setting.bound, [], Node(scope.entity), count_only=True)
