"""What the org answers: who asks, what one write did, and a cursor over a fixed result."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

from sfsam.emulator.errors import SalesforceError


@dataclass(frozen=True)
class Caller:
    """The user behind a request; `permissions` are names without the "Permissions" prefix ("ViewSetup")."""

    user_id: str
    username: str
    permissions: frozenset[str]
    is_active: bool = True
    is_frozen: bool = False

    def may(self, *any_of: str) -> bool:
        """Whether the caller holds at least one of the permissions."""
        return not self.permissions.isdisjoint(any_of)


@dataclass(frozen=True)
class Change:
    """One changed value of one record; `result` is "changed" or the errorCode that kept it from changing."""

    object: str
    id: str | None
    field: str
    before: Any
    after: Any
    result: str = "changed"


@dataclass(frozen=True)
class RowResult:
    """The outcome of one record of a write."""

    id: str | None
    success: bool
    errors: tuple[SalesforceError, ...] = field(default=())
    changes: tuple[Change, ...] = field(default=())


class ResultSet(Protocol):
    """A cursor over a fixed result: later writes do not change it."""

    total_size: int
    entity: str
    count_only: bool

    def records(self, offset: int, limit: int, version: str) -> list[dict[str, Any]]:
        """REST records: `attributes` first, keys in SELECT order, parents nested (fact sheet 2.2)."""

    def csv(self, offset: int, limit: int, delimiter: str = ",", line_ending: str = "\n") -> bytes:
        """A page of Bulk CSV: header line, every value quoted, null empty (fact sheet 3.2)."""

    def column_metadata(self) -> dict[str, Any]:
        """The answer to `?columns=true` (fact sheet 2.2)."""

    def close(self) -> None:
        """Give the stored result back."""
