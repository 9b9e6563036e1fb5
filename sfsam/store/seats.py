"""What leaves the snapshot at once when we took it back, so that no page waits for the next download."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import duckdb

from sfsam.store.counting import count_seats, value_people
from sfsam.store.people import recount

_FREE = (
    "UPDATE sf_user SET is_active = false WHERE org_id = $org_id AND list_contains($user_ids, id)",
    "UPDATE user_activity SET is_frozen = true WHERE org_id = $org_id AND list_contains($user_ids, user_id)",
    "DELETE FROM subscription WHERE org_id = $org_id AND list_contains($user_ids, user_id)",
    "DELETE FROM sf_user_feature WHERE org_id = $org_id AND list_contains($user_ids, user_id)",
    "DELETE FROM sf_user_package_license WHERE org_id = $org_id AND list_contains($user_ids, user_id)",
    "DELETE FROM sf_permission_set_license_assign WHERE org_id = $org_id AND list_contains($user_ids, assignee_id)",
    """DELETE FROM sf_permission_set_assignment
    WHERE org_id = $org_id AND list_contains($user_ids, assignee_id) AND permission_set_id NOT IN (
        SELECT id FROM sf_permission_set WHERE org_id = $org_id AND is_owned_by_profile)""",
)


_FREE_ONE = (
    """DELETE FROM subscription WHERE org_id = $org_id AND (
        (kind <> 'user' AND list_contains($record_ids, record_id))
        OR (kind = 'user' AND list_contains($moved, user_id))
        OR (kind = 'feature' AND list_contains($features, user_id || ':' || identifier)))""",
    "DELETE FROM sf_user_feature WHERE org_id = $org_id AND list_contains($features, user_id || ':' || field)",
    "DELETE FROM sf_user_package_license WHERE org_id = $org_id AND list_contains($record_ids, id)",
    "DELETE FROM sf_permission_set_license_assign WHERE org_id = $org_id AND list_contains($record_ids, id)",
    "DELETE FROM sf_permission_set_assignment WHERE org_id = $org_id AND list_contains($record_ids, id)",
)
_HOLDERS = """
    SELECT DISTINCT user_id FROM subscription WHERE org_id = $org_id AND (
        (kind <> 'user' AND list_contains($record_ids, record_id))
        OR (kind = 'user' AND list_contains($moved, user_id))
        OR (kind = 'feature' AND list_contains($features, user_id || ':' || identifier)))
"""


class StoredSeats:
    """Fits ports.Seats."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, changed: Callable[[], None]) -> None:
        self._cursor = cursor
        self._changed = changed

    def free_all(self, org_id: str, user_ids: Sequence[str]) -> None:
        """These people were deactivated by us with everything they held: their rows go."""
        for statement in _FREE:
            self._cursor.execute(statement, {"org_id": org_id, "user_ids": list(user_ids)})
        count_seats(self._cursor, org_id)
        value_people(self._cursor, org_id, user_ids)
        recount(self._cursor, org_id, user_ids)
        self._changed()

    def free(
        self,
        org_id: str,
        record_ids: Sequence[str],
        features: Sequence[tuple[str, str]],
        moved: Sequence[str] = (),
    ) -> None:
        """These assignments were removed by us, these feature licenses cleared, these users moved: those seats go."""
        parameters = {
            "org_id": org_id,
            "record_ids": list(record_ids),
            "features": [f"{user_id}:{field}" for user_id, field in features],
            "moved": list(moved),
        }
        holders = [user_id for (user_id,) in self._cursor.execute(_HOLDERS, parameters).fetchall()]
        for statement in _FREE_ONE:
            self._cursor.execute(statement, _used(statement, parameters))
        count_seats(self._cursor, org_id)
        value_people(self._cursor, org_id, holders)
        recount(self._cursor, org_id, holders)
        self._changed()


def _used(statement: str, parameters: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in parameters.items() if f"${name}" in statement}
