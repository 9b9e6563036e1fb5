"""Orders that wait for a second person; fits ports.Orders."""

from __future__ import annotations

from collections.abc import Callable

import duckdb

from sfsam.domain.orders import Order
from sfsam.store.records import RecordTable


class StoredOrders:
    """What was asked for, who decided, and what became of it."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._orders = RecordTable(cursor, Order, "reclaim_order", "order_id")

    def find(self, order_id: str) -> Order | None:
        return self._orders.first("order_id = ?", [order_id])

    def newest(self, limit: int) -> list[Order]:
        return self._orders.select("true", [limit], tail="ORDER BY requested_at DESC, order_id LIMIT ?")

    def save(self, order: Order) -> None:
        self._orders.save([order])
        self._changed()
