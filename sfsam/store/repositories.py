"""What a unit of work offers: profiles, jobs, candidates, requests and the audit trail, as ports.py names them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

import duckdb

from sfsam.domain.audit import FIRST_HASH, AuditEntry, chained
from sfsam.domain.candidates import OPEN_STATES, Candidate, State
from sfsam.domain.jobs import Job, JobState
from sfsam.domain.profiles import Connection, Profile
from sfsam.domain.reclaim import Attempt, Outcome, Request
from sfsam.errors import NotFound
from sfsam.ports import AuthorizationRequest
from sfsam.store.records import RecordTable

Changed = Callable[[], None]
_KEPT_AFTER_REMOVAL = ("audit_entry", "job")


class StoredProfiles:
    """Integration profiles with their connections and begun log-ins."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, changed: Changed) -> None:
        self._cursor = cursor
        self._changed = changed
        self._profiles = RecordTable(cursor, Profile, "integration_profile", "profile_id")
        self._connections = RecordTable(cursor, Connection, "connection", "connection_id")
        self._authorizations = RecordTable(cursor, AuthorizationRequest, "authorization_request", "state")

    def add(self, profile: Profile, connection: Connection) -> None:
        self._profiles.add([profile])
        self._connections.add([connection])
        self._changed()

    def find(self, name_or_id: str) -> Profile | None:
        return self._profiles.first("profile_id = $1 OR lower(name) = lower($1)", [name_or_id])

    def all(self) -> list[Profile]:
        return self._profiles.select(tail="ORDER BY lower(name)")

    def save(self, profile: Profile) -> None:
        self._profiles.save([profile])
        self._changed()

    def remove(self, profile_id: str) -> None:
        connection = self._connections.first("profile_id = ?", [profile_id])
        for table in self._tables_with("profile_id"):
            self._cursor.execute(f"DELETE FROM {table} WHERE profile_id = ?", [profile_id])  # noqa: S608
        if connection is not None and connection.org is not None:
            for table in self._tables_with("org_id"):
                self._cursor.execute(f"DELETE FROM {table} WHERE org_id = ?", [connection.org.org_id])  # noqa: S608
        self._changed()

    def connection(self, profile_id: str) -> Connection:
        found = self._connections.first("profile_id = ?", [profile_id])
        if found is None:
            raise NotFound("The profile has no connection.", "Open the profiles again.", profile_id=profile_id)
        return found

    def save_connection(self, connection: Connection) -> None:
        self._connections.save([connection])
        self._changed()

    def with_org(self, org_id: str) -> Profile | None:
        return self._profiles.first(
            "profile_id IN (SELECT profile_id FROM connection WHERE org ->> '$.org_id' = ?)", [org_id]
        )

    def add_authorization(self, request: AuthorizationRequest) -> None:
        self._authorizations.add([request])

    def take_authorization(self, state: str, now: datetime) -> AuthorizationRequest | None:
        found = self._authorizations.first("state = ?", [state])
        self._cursor.execute("DELETE FROM authorization_request WHERE state = ? OR expires_at <= ?", [state, now])
        return found if found is not None and found.expires_at > now else None

    def _tables_with(self, column: str) -> list[str]:
        sql = """
            SELECT c.table_name FROM duckdb_columns() c JOIN duckdb_tables() t USING (database_name, table_name)
            WHERE c.column_name = ? AND NOT t.temporary AND c.database_name = current_database()
        """
        rows = self._cursor.execute(sql, [column]).fetchall()
        return sorted({table for (table,) in rows} - set(_KEPT_AFTER_REMOVAL))


class StoredJobs:
    """Jobs. Progress alone does not count as changed data, so that it leaves the caches of the pages in peace."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, changed: Changed) -> None:
        self._changed = changed
        self._jobs = RecordTable(cursor, Job, "job", "job_id")

    def add(self, job: Job) -> None:
        self._jobs.add([job])
        self._changed()

    def find(self, job_id: str) -> Job | None:
        return self._jobs.first("job_id = ?", [job_id])

    def save(self, job: Job) -> None:
        before = self.find(job.job_id)
        self._jobs.save([job])
        if before is None or before.state is not job.state:
            self._changed()

    def next_queued(self) -> Job | None:
        return self._jobs.first("state = ?", [JobState.QUEUED], tail="ORDER BY created_at, job_id")

    def open_with_key(self, key: str) -> Job | None:
        return self._jobs.first(
            "key = ? AND state IN (?, ?)", [key, JobState.QUEUED, JobState.RUNNING], tail="ORDER BY created_at"
        )

    def running(self) -> list[Job]:
        return self._jobs.select("state = ?", [JobState.RUNNING], tail="ORDER BY created_at")

    def newest(self, limit: int) -> list[Job]:
        return self._jobs.select("true", [limit], tail="ORDER BY created_at DESC, job_id LIMIT ?")


class StoredCandidates:
    """Removal candidates."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, changed: Changed) -> None:
        self._cursor = cursor
        self._changed = changed
        self._candidates = RecordTable(cursor, Candidate, "removal_candidate", "number")

    def find(self, number: str) -> Candidate | None:
        return self._candidates.first("number = ?", [number])

    def last_number(self) -> int:
        sql = "SELECT coalesce(max(try_cast(regexp_extract(number, '\\d+$') AS BIGINT)), 0) FROM removal_candidate"
        [(number,)] = self._cursor.execute(sql).fetchall()
        return int(number)

    def select(self, *, profile_id: str | None = None, state: State | None = None) -> list[Candidate]:
        return self._candidates.select(
            "($1::VARCHAR IS NULL OR profile_id = $1) AND ($2::VARCHAR IS NULL OR state = $2)",
            [profile_id, state],
            tail="ORDER BY number",
        )

    def save(self, candidates: Sequence[Candidate]) -> None:
        self._candidates.save(candidates)
        self._changed()

    def open_count(self, profile_id: str | None = None) -> int:
        return self._candidates.count(
            "list_contains($1::VARCHAR[], state) AND ($2::VARCHAR IS NULL OR profile_id = $2)",
            [[str(state) for state in OPEN_STATES], profile_id],
        )


class StoredRequests:
    """Orders to take seats back, and their attempts."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection) -> None:
        self._requests = RecordTable(cursor, Request, "reclaim_request", "request_id")
        self._attempts = RecordTable(cursor, Attempt, "attempt", "attempt_id")

    def add(self, request: Request) -> None:
        self._requests.add([request])

    def find(self, request_id: str) -> Request | None:
        return self._requests.first("request_id = ?", [request_id])

    def save_attempts(self, attempts: Sequence[Attempt]) -> None:
        self._attempts.save(attempts)

    def open_attempts(self, profile_id: str | None = None) -> list[Attempt]:
        return self._attempts.select(
            "outcome = $1 AND ($2::VARCHAR IS NULL OR profile_id = $2)",
            [Outcome.OPEN, profile_id],
            tail="ORDER BY intended_at, attempt_id",
        )

    def attempts_for(self, number: str) -> list[Attempt]:
        return self._attempts.select("number = ?", [number], tail="ORDER BY intended_at, attempt_id")


class StoredAudit:
    """The audit trail. Numbers and hashes are given here, inside the write transaction, so that no two meet."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, changed: Changed, key: bytes) -> None:
        self._changed = changed
        self._key = key
        self._entries = RecordTable(cursor, AuditEntry, "audit_entry", "entry_id")

    def append(self, entries: Iterable[AuditEntry]) -> None:
        last = self._last()
        number, previous_hash = (last.number, last.hash) if last else (0, FIRST_HASH)
        linked = []
        for entry in entries:
            number += 1
            linked.append(chained(entry, number=number, previous_hash=previous_hash, key=self._key))
            previous_hash = linked[-1].hash
        self._entries.add(linked)
        self._changed()

    def newest(self, limit: int) -> list[AuditEntry]:
        return self._entries.select("true", [limit], tail="ORDER BY number DESC LIMIT ?")

    def all(self) -> list[AuditEntry]:
        return self._entries.select(tail="ORDER BY number")

    def head(self) -> str:
        last = self._last()
        return last.hash if last else FIRST_HASH

    def _last(self) -> AuditEntry | None:
        return self._entries.first("true", tail="ORDER BY number DESC")
