"""What the services need to keep of what people enter about money, and of the files they import."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from sfsam.domain.entitlements import Entitlement
from sfsam.domain.imports import Import, ImportKind, ImportRow
from sfsam.domain.prices import EnteredPrice
from sfsam.domain.savings import Saving


class Imports(Protocol):
    def add(self, record: Import) -> None: ...
    def newest(self, kind: ImportKind | None, limit: int) -> list[Import]: ...
    def find_row(self, row_id: str) -> ImportRow | None: ...
    def rows_like(self, fingerprints: Sequence[str]) -> list[ImportRow]:
        """The rows with these fingerprints, in whatever state."""
        ...

    def save_rows(self, rows: Sequence[ImportRow]) -> None:
        """Insert or replace by row_id."""
        ...


class Entitlements(Protocol):
    def find(self, entitlement_id: str) -> Entitlement | None: ...
    def of_orgs(self, org_ids: Collection[str]) -> list[Entitlement]:
        """Every entitlement of these orgs, past ones too."""
        ...

    def last_number(self) -> int:
        """The highest number given so far (ENT0000042 is 42); 0 when there is none."""
        ...

    def save(self, entitlements: Sequence[Entitlement]) -> None:
        """Insert or replace by entitlement_id; prices of licenses follow at once."""
        ...

    def remove(self, entitlement_id: str) -> None: ...


class Prices(Protocol):
    def all(self) -> list[EnteredPrice]: ...
    def save(self, prices: Sequence[EnteredPrice]) -> None:
        """Insert or replace by price_id."""
        ...

    def remove(self, price_id: str) -> None: ...


class Savings(Protocol):
    def find(self, saving_id: str) -> Saving | None: ...
    def of_candidate(self, number: str) -> list[Saving]: ...
    def add(self, saving: Saving) -> None: ...
    def remove(self, saving_id: str) -> None: ...
