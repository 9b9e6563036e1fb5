"""What people decide about licenses: mappings of identifiers, and exclusions; fits ports.Mappings and Exclusions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime

import duckdb

from sfsam.domain.exclusions import EVERY_ORG, Exclusion, PastExclusion, Subject
from sfsam.domain.software_models import IdentifierMapping
from sfsam.domain.subscriptions import Kind
from sfsam.store.counting import exclude_users
from sfsam.store.records import RecordTable

Changed = Callable[[], None]


class StoredMappings:
    """What a person said an identifier is. Licenses follow when the transaction ends (counting.price_licenses)."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, changed: Changed) -> None:
        self._cursor = cursor
        self._changed = changed
        self._mappings = RecordTable(cursor, IdentifierMapping, "identifier_mapping", "mapping_id")

    def find(self, kind: Kind, identifier: str) -> IdentifierMapping | None:
        return self._mappings.first("kind = ? AND identifier = ?", [kind, identifier])

    def save(self, mapping: IdentifierMapping) -> None:
        self._mappings.save([mapping])
        self._changed()

    def remove(self, mapping: IdentifierMapping) -> None:
        self._cursor.execute("DELETE FROM identifier_mapping WHERE mapping_id = ?", [mapping.mapping_id])
        self._changed()


class StoredExclusions:
    """Exclusions. One of an identifier acts through priced_license, one of users by user_exclusion and seat_count."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, changed: Changed) -> None:
        self._cursor = cursor
        self._changed = changed
        self._exclusions = RecordTable(cursor, Exclusion, "exclusion", "exclusion_id")
        self._past = RecordTable(cursor, PastExclusion, "past_exclusion", "exclusion_id")

    def all(self) -> list[Exclusion]:
        return self._exclusions.select(tail="ORDER BY created_at, exclusion_id")

    def find(self, exclusion_id: str) -> Exclusion | None:
        return self._exclusions.first("exclusion_id = ?", [exclusion_id])

    def add(self, exclusion: Exclusion, today: date) -> None:
        self._exclusions.add([exclusion])
        self._follow([exclusion], today)

    def end(self, exclusions: Sequence[Exclusion], *, at: datetime, by: str) -> None:
        ids = [each.exclusion_id for each in exclusions]
        self._cursor.execute("DELETE FROM exclusion WHERE list_contains(?::VARCHAR[], exclusion_id)", [ids])
        self._past.add([PastExclusion(**each.model_dump(), ended_at=at, ended_by=by) for each in exclusions])
        self._follow(exclusions, at.date())

    def _follow(self, exclusions: Sequence[Exclusion], today: date) -> None:
        """Whom they catch and the counted seats, in every org concerned that has data; each org once."""
        concerned = {each.org_id for each in exclusions if each.subject is not Subject.IDENTIFIER}
        rows = self._cursor.execute("SELECT DISTINCT org_id FROM snapshot ORDER BY org_id").fetchall()
        for (org_id,) in rows:
            if concerned & {EVERY_ORG, org_id}:
                exclude_users(self._cursor, org_id, today)
        self._changed()
