"""What people enter about money: entitlements, prices, savings; fits the ports of those names.

The prices of licenses (priced_license) follow from these rows when the transaction ends, and so does every number.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import duckdb

from sfsam.domain.entitlements import Entitlement
from sfsam.domain.prices import EnteredPrice
from sfsam.domain.savings import Saving
from sfsam.store.records import RecordTable

_LAST_NUMBER = (
    "SELECT coalesce(max(try_cast(regexp_extract(number, '\\d+$') AS BIGINT)), 0) FROM entitlement"  # ENT0000042
)


class StoredEntitlements:
    """Fits ports.Entitlements."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, changed: Callable[[], None]) -> None:
        self._cursor = cursor
        self._changed = changed
        self._entitlements = RecordTable(cursor, Entitlement, "entitlement", "entitlement_id")

    def find(self, entitlement_id: str) -> Entitlement | None:
        return self._entitlements.first("entitlement_id = ?", [entitlement_id])

    def of_orgs(self, org_ids: Collection[str]) -> list[Entitlement]:
        return self._entitlements.select("org_id IN (SELECT unnest($1::VARCHAR[]))", [list(org_ids)])

    def last_number(self) -> int:
        [(number,)] = self._cursor.execute(_LAST_NUMBER).fetchall()
        return int(number)

    def save(self, entitlements: Sequence[Entitlement]) -> None:
        self._entitlements.save(entitlements)
        self._changed()

    def remove(self, entitlement_id: str) -> None:
        self._cursor.execute("DELETE FROM entitlement WHERE entitlement_id = ?", [entitlement_id])
        self._changed()


class StoredPrices:
    """Fits ports.Prices."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, changed: Callable[[], None]) -> None:
        self._cursor = cursor
        self._changed = changed
        self._prices = RecordTable(cursor, EnteredPrice, "entered_price", "price_id")

    def all(self) -> list[EnteredPrice]:
        return self._prices.select()

    def save(self, prices: Sequence[EnteredPrice]) -> None:
        self._prices.save(prices)
        self._changed()

    def remove(self, price_id: str) -> None:
        self._cursor.execute("DELETE FROM entered_price WHERE price_id = ?", [price_id])
        self._changed()


class StoredSavings:
    """Fits ports.Savings."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, changed: Callable[[], None]) -> None:
        self._cursor = cursor
        self._changed = changed
        self._savings = RecordTable(cursor, Saving, "saving", "saving_id")

    def find(self, saving_id: str) -> Saving | None:
        return self._savings.first("saving_id = ?", [saving_id])

    def of_candidate(self, number: str) -> list[Saving]:
        return self._savings.select("candidate_number = ?", [number])

    def add(self, saving: Saving) -> None:
        self._savings.add([saving])
        self._changed()

    def remove(self, saving_id: str) -> None:
        self._cursor.execute("DELETE FROM saving WHERE saving_id = ?", [saving_id])
        self._changed()
