"""What the services need to keep of what people decide about licenses: what they are, and what stays out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from sfsam.domain.exclusions import Exclusion
from sfsam.domain.software_models import IdentifierMapping
from sfsam.domain.subscriptions import Kind


class Mappings(Protocol):
    def find(self, kind: Kind, identifier: str) -> IdentifierMapping | None: ...
    def save(self, mapping: IdentifierMapping) -> None:
        """Insert or replace; every seat of every org follows at once."""
        ...

    def remove(self, mapping: IdentifierMapping) -> None: ...


class Exclusions(Protocol):
    def all(self) -> list[Exclusion]:
        """Those that are not over, oldest first."""
        ...

    def find(self, exclusion_id: str) -> Exclusion | None: ...
    def add(self, exclusion: Exclusion, today: date) -> None:
        """It acts at once: whom it catches and the counted seats of the orgs concerned follow in this transaction."""
        ...

    def end(self, exclusions: Sequence[Exclusion], *, at: datetime, by: str) -> None:
        """They act no more, at once, and are kept among the past ones. `by` is empty when their last day was over."""
        ...
