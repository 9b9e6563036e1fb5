"""What the services need to keep of orders that wait for a second person."""

from __future__ import annotations

from typing import Protocol

from sfsam.domain.orders import Order


class Orders(Protocol):
    def find(self, order_id: str) -> Order | None: ...
    def newest(self, limit: int) -> list[Order]:
        """The newest first, whatever became of them."""
        ...

    def save(self, order: Order) -> None:
        """Insert or replace by order_id."""
        ...
