"""Integration profiles with their connections, begun log-ins and playbooks; fits ports.Profiles."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import timedelta

import duckdb

from sfsam.domain.playbook import Playbook
from sfsam.domain.profiles import Connection, Profile, Purpose
from sfsam.errors import NotFound
from sfsam.ports import AuthorizationRequest
from sfsam.store.people import regroup
from sfsam.store.records import RecordTable

Changed = Callable[[], None]

_NEVER_REMOVED = frozenset({"audit_entry", "job", "erased_person"})
_HISTORY = frozenset({"removal_candidate", "reclaim_request", "attempt", "notice", "notice_answer"})
_REPEATING = frozenset({"org", "priced_license", "person_value", "license_seat_count"})  # what other rows say already
_KEPT_LOG_INS = timedelta(days=1)  # so that a replayed return can be told from a forged one


class StoredProfiles:
    """Profiles, and everything that hangs on one."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, changed: Changed) -> None:
        self._cursor = cursor
        self._changed = changed
        self._profiles = RecordTable(cursor, Profile, "integration_profile", "profile_id")
        self._connections = RecordTable(cursor, Connection, "connection", "connection_id")
        self._authorizations = RecordTable(cursor, AuthorizationRequest, "authorization_request", "state")
        self._playbooks = RecordTable(cursor, Playbook, "playbook", "profile_id")

    # ── Profiles ──

    def add(self, profile: Profile, connection: Connection | None = None) -> None:
        self._profiles.add([profile])
        self._connections.add([connection] if connection else [])
        self._changed()

    def find(self, name_or_id: str) -> Profile | None:
        return self._profiles.first("profile_id = $1 OR lower(name) = lower($1)", [name_or_id])

    def all(self) -> list[Profile]:
        return self._profiles.select(tail="ORDER BY lower(name)")

    def save(self, profile: Profile) -> None:
        self._profiles.save([profile])
        self._changed()

    def with_org(self, org_id: str) -> Profile | None:
        return self._profiles.first(
            "profile_id IN (SELECT profile_id FROM connection WHERE purpose = ? AND org ->> '$.org_id' = ?)",
            [Purpose.READ, org_id],
        )

    # ── Removing ──

    def remove(self, profile_id: str, *, keep_history: bool = False) -> None:
        for table, condition, value in self._belonging(profile_id, keep_history):
            self._cursor.execute(f"DELETE FROM {table} WHERE {condition}", [value])  # noqa: S608 - our own names
        regroup(self._cursor)
        self._changed()

    def forget_org(self, org_id: str) -> None:
        for table in self._tables_with("org_id", _NEVER_REMOVED | _HISTORY):
            self._cursor.execute(f"DELETE FROM {table} WHERE org_id = ?", [org_id])  # noqa: S608 - our own names
        regroup(self._cursor)
        self._changed()

    def footprint(self, profile_id: str) -> dict[str, int]:
        found: dict[str, int] = {}
        for table, condition, value in self._belonging(profile_id, keep_history=True):
            if table in _REPEATING:
                continue
            sql = f"SELECT count(*) FROM {table} WHERE {condition}"  # noqa: S608 - our own names
            [(rows,)] = self._cursor.execute(sql, [value]).fetchall()
            found[table] = found.get(table, 0) + int(rows)
        return {table: rows for table, rows in sorted(found.items()) if rows}

    def _belonging(self, profile_id: str, keep_history: bool) -> list[tuple[str, str, str]]:
        """(table, condition, value) for every row of ours of this profile, and of Salesforce's of its org."""
        kept = _NEVER_REMOVED | (_HISTORY if keep_history else frozenset())
        by_profile = self._tables_with("profile_id", kept)
        rows = [(table, "profile_id = ?", profile_id) for table in by_profile if not table.startswith("sf_")]
        connection = self.find_connection(profile_id)
        if connection is not None and connection.org is not None:
            by_org = set(self._tables_with("org_id", kept)) - {table for table, _, _ in rows}
            rows += [(table, "org_id = ?", connection.org.org_id) for table in sorted(by_org)]
        return rows

    def _tables_with(self, column: str, kept: Collection[str]) -> list[str]:
        sql = """
            SELECT c.table_name FROM duckdb_columns() c JOIN duckdb_tables() t USING (database_name, table_name)
            WHERE c.column_name = ? AND NOT t.temporary AND c.database_name = current_database()
        """
        rows = self._cursor.execute(sql, [column]).fetchall()
        return sorted({table for (table,) in rows} - set(kept))

    # ── Connections ──

    def connection(self, profile_id: str, purpose: Purpose = Purpose.READ) -> Connection:
        found = self.find_connection(profile_id, purpose)
        if found is None:
            raise NotFound(
                "The profile has no connection yet.",
                "Enter it on the page Connection and credential of its playbook.",
                profile_id=profile_id,
            )
        return found

    def find_connection(self, profile_id: str, purpose: Purpose = Purpose.READ) -> Connection | None:
        return self._connections.first("profile_id = ? AND purpose = ?", [profile_id, purpose])

    def connections(self) -> list[Connection]:
        return self._connections.select(tail="ORDER BY alias, purpose DESC")

    def save_connection(self, connection: Connection) -> None:
        self._connections.save([connection])
        self._changed()

    def remove_connection(self, profile_id: str, purpose: Purpose) -> None:
        self._cursor.execute("DELETE FROM connection WHERE profile_id = ? AND purpose = ?", [profile_id, purpose])
        self._cursor.execute(
            "DELETE FROM authorization_request WHERE profile_id = ? AND purpose = ?", [profile_id, purpose]
        )
        self._changed()

    # ── Log-ins that were begun ──

    def add_authorization(self, request: AuthorizationRequest) -> None:
        self._cursor.execute(
            "DELETE FROM authorization_request WHERE expires_at < ?", [request.created_at - _KEPT_LOG_INS]
        )
        self._authorizations.add([request])

    def find_authorization(self, state: str) -> AuthorizationRequest | None:
        return self._authorizations.first("state = ?", [state])

    def save_authorization(self, request: AuthorizationRequest) -> None:
        self._authorizations.save([request])

    # ── Playbooks ──

    def playbook(self, profile_id: str) -> Playbook | None:
        return self._playbooks.first("profile_id = ?", [profile_id])

    def save_playbook(self, playbook: Playbook) -> None:
        self._playbooks.save([playbook])
        self._changed()
