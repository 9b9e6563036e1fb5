"""What a unit of work offers besides profiles: jobs and their schedules, candidates, requests, the audit trail."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

import duckdb

from sfsam.domain.attempts import Attempt, Outcome, Request
from sfsam.domain.audit import FIRST_HASH, AuditEntry, chained, first_broken
from sfsam.domain.candidates import OPEN_STATES, Candidate, State
from sfsam.domain.jobs import Job, JobState
from sfsam.domain.schedules import Schedule
from sfsam.domain.stops import Stop
from sfsam.store.audit_keys import AuditKeys
from sfsam.store.erasing import hide_in
from sfsam.store.records import RecordTable

Changed = Callable[[], None]


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

    def open_for(self, profile_id: str) -> list[Job]:
        return self._jobs.select(
            "profile_id = ? AND state IN (?, ?)",
            [profile_id, JobState.QUEUED, JobState.RUNNING],
            tail="ORDER BY created_at",
        )

    def newest(self, limit: int) -> list[Job]:
        return self._jobs.select("true", [limit], tail="ORDER BY created_at DESC, job_id LIMIT ?")


class StoredSchedules:
    """Scheduled jobs."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, changed: Changed) -> None:
        self._changed = changed
        self._schedules = RecordTable(cursor, Schedule, "scheduled_job", "schedule_id")

    def all(self) -> list[Schedule]:
        return self._schedules.select(tail="ORDER BY created_at, schedule_id")

    def save(self, schedules: Sequence[Schedule]) -> None:
        if schedules:
            self._schedules.save(schedules)
            self._changed()


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

    def of_numbers(self, numbers: Sequence[str]) -> list[Candidate]:
        return self._candidates.select(
            "number IN (SELECT unnest($1::VARCHAR[]))", [list(numbers)], tail="ORDER BY number"
        )

    def of_user(self, org_id: str, user_id: str) -> list[Candidate]:
        return self._candidates.select("org_id = ? AND user_id = ?", [org_id, user_id], tail="ORDER BY number")

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
        self._cursor = cursor
        self._requests = RecordTable(cursor, Request, "reclaim_request", "request_id")
        self._attempts = RecordTable(cursor, Attempt, "attempt", "attempt_id")

    def add(self, request: Request) -> None:
        self._requests.add([hide_in(self._cursor, request)])

    def find(self, request_id: str) -> Request | None:
        return self._requests.first("request_id = ?", [request_id])

    def end(self, request_id: str, at: datetime) -> None:
        self._cursor.execute("UPDATE reclaim_request SET ended_at = ? WHERE request_id = ?", [at, request_id])

    def unended(self, profile_id: str) -> list[Request]:
        return self._requests.select(
            "profile_id = ? AND ended_at IS NULL", [profile_id], tail="ORDER BY requested_at, request_id"
        )

    def of_candidate(self, number: str) -> list[Request]:
        return self._requests.select(
            "request_id IN (SELECT request_id FROM attempt WHERE number = ?)",
            [number],
            tail="ORDER BY requested_at, request_id",
        )

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


class StoredStops:
    """Who stopped all sending."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, changed: Changed) -> None:
        self._changed = changed
        self._stops = RecordTable(cursor, Stop, "reclaim_stop", "stop_id")

    def standing(self) -> Stop | None:
        return self._stops.first("lifted_at IS NULL", tail="ORDER BY stopped_at DESC")

    def save(self, stop: Stop) -> None:
        self._stops.save([stop])
        self._changed()


class StoredAudit:
    """The audit trail. Numbers and hashes are given here, inside the write transaction, so that no two meet."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, changed: Changed, keys: AuditKeys) -> None:
        self._changed = changed
        self._keys = keys
        self._entries = RecordTable(cursor, AuditEntry, "audit_entry", "entry_id")

    def append(self, entries: Iterable[AuditEntry]) -> None:
        last = self._last()
        number, previous_hash = (last.number, last.hash) if last else (0, FIRST_HASH)
        linked = []
        for entry in entries:
            number += 1
            linked.append(chained(entry, number=number, previous_hash=previous_hash, key=self._keys.newest))
            previous_hash = linked[-1].hash
        self._entries.add(linked)
        self._changed()

    def newest(self, limit: int) -> list[AuditEntry]:
        return self._entries.select("true", [limit], tail="ORDER BY number DESC LIMIT ?")

    def last_of(self, action: str) -> AuditEntry | None:
        return self._entries.first("action = ?", [action], tail="ORDER BY number DESC")

    def of_profile(self, profile_id: str) -> list[AuditEntry]:
        return self._entries.select("profile_id = ?", [profile_id], tail="ORDER BY number DESC")

    def first_broken(self) -> int | None:
        return first_broken(self.all(), self._keys.key_of)

    def unverifiable_count(self) -> int:
        return sum(self._keys.key_of(entry.number) is None for entry in self.all())

    def all(self) -> list[AuditEntry]:
        return self._entries.select(tail="ORDER BY number")

    def head(self) -> str:
        last = self._last()
        return last.hash if last else FIRST_HASH

    def _last(self) -> AuditEntry | None:
        return self._entries.first("true", tail="ORDER BY number DESC")
