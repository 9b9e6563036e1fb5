"""Bulk API 2.0 query jobs: their states and their results (Salesforce fact sheet 3.1)."""

from __future__ import annotations

import base64
import itertools
import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sfsam.emulator.errors import not_found
from sfsam.emulator.identifiers import IdSpace
from sfsam.emulator.org import Caller, Org, ResultSet, SalesforceError
from sfsam.emulator.wire.replies import moment_text
from sfsam.emulator.wire.settings import Settings

DELIMITERS = {"COMMA": ",", "BACKQUOTE": "`", "CARET": "^", "PIPE": "|", "SEMICOLON": ";", "TAB": "\t"}
LINE_ENDINGS = {"LF": "\n", "CRLF": "\r\n"}
_JOBS_PER_DAY = 10_000
_KEPT = timedelta(days=7)
_CHUNK_ROWS = 50_000
_SELECTED = re.compile(r"\s*SELECT\s+(.+?)\s+FROM\s", re.IGNORECASE | re.DOTALL)


@dataclass
class Job:
    """What every job of Bulk API 2.0 is known by."""

    id: str
    operation: str
    object: str
    delimiter: str
    line_ending: str
    api_version: str
    user_id: str
    created_at: datetime

    def facts(self, state: str) -> dict[str, Any]:
        """The part of the answers that query and ingest jobs share (Salesforce fact sheet 3.1, 3.3)."""
        moment = moment_text(self.created_at)
        return {
            "id": self.id,
            "operation": self.operation,
            "object": self.object,
            "createdById": self.user_id,
            "createdDate": moment,
            "systemModstamp": moment,
            "state": state,
            "concurrencyMode": "Parallel",
            "contentType": "CSV",
            "apiVersion": float(self.api_version),
            "lineEnding": self.line_ending,
            "columnDelimiter": self.delimiter,
        }


@dataclass
class BulkJob(Job):
    """One query job. Its state follows from time and from whether the query has run."""

    started: float
    latency_seconds: float
    result: Future[ResultSet]
    ordered_failure: str = ""
    is_aborted: bool = False

    @property
    def state(self) -> str:
        """UploadComplete, InProgress, JobComplete, Failed or Aborted."""
        elapsed = time.monotonic() - self.started
        if self.is_aborted:
            return "Aborted"
        if elapsed < self.latency_seconds / 2:
            return "UploadComplete"
        if elapsed < self.latency_seconds or not self.result.done():
            return "InProgress"
        return "Failed" if self.ordered_failure or self.result.exception() else "JobComplete"

    @property
    def is_terminated(self) -> bool:
        """Whether the state is final."""
        return self.state in ("JobComplete", "Failed", "Aborted")

    def created_body(self) -> dict[str, Any]:
        """The answer to the request that made the job, and to one that aborts it."""
        return self.facts(self.state)

    def status_body(self) -> dict[str, Any]:
        """The answer to a poll."""
        body = self.created_body() | {"jobType": "V2Query", "retries": 0, "isPkChunkingSupported": True}
        body["totalProcessingTime"] = round((time.monotonic() - self.started) * 1000)
        body["numberRecordsProcessed"] = 0
        if body["state"] == "JobComplete":
            body["numberRecordsProcessed"] = self.result.result().total_size
        elif body["state"] == "Failed":
            body["errorMessage"] = self.ordered_failure or str(self.result.exception())
        return body

    def rows(self) -> ResultSet:
        """The finished result. Raises INVALIDJOBSTATE before that."""
        if self.state != "JobComplete":
            raise SalesforceError(
                400, "INVALIDJOBSTATE", "Invalid job state, job state must be JobComplete to get results"
            )
        return self.result.result()

    def csv(self, offset: int, count: int) -> Iterator[bytes]:
        """`count` rows from `offset` under one header line, in chunks of at most 50,000 rows."""
        rows = self.rows()
        delimiter, line_ending = DELIMITERS[self.delimiter], LINE_ENDINGS[self.line_ending]
        for start in range(offset, offset + max(count, 1), _CHUNK_ROWS):
            page = rows.csv(start, min(_CHUNK_ROWS, offset + count - start), delimiter, line_ending)
            yield page if start == offset else page.split(line_ending.encode(), 1)[1]

    def close(self) -> None:
        """Give the result back, now or when the query ends."""
        self.result.add_done_callback(_close_result)


class BulkJobs:
    """The query jobs of one org; queries run on two threads of their own, as soon as a job is made."""

    def __init__(self, org: Org, ids: IdSpace, settings: Settings) -> None:
        self._org = org
        self._ids = ids
        self._settings = settings
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._jobs: dict[str, BulkJob] = {}
        self._created: list[datetime] = []
        self._runner = ThreadPoolExecutor(max_workers=2, thread_name_prefix="bulk")

    def create(
        self, soql: str, operation: str, delimiter: str, line_ending: str, version: str, caller: Caller
    ) -> BulkJob:
        """A new job. Raises what Bulk API 2.0 refuses, and LIMIT_EXCEEDED after 10,000 jobs in a day."""
        name = self._org.check_bulk_query(soql, caller)
        all_rows = operation == "queryAll"
        with self._lock:
            now = self._org.clock.now()
            self._count_against_limit(now)
            ordered = _with_columns_reversed(soql) if self._settings.bulk_columns_reversed else soql
            result = self._runner.submit(self._org.query, ordered, caller, all_rows=all_rows)
            job = BulkJob(
                id=self._ids.id("750", next(self._numbers)),
                operation=operation,
                object=name,
                delimiter=delimiter,
                line_ending=line_ending,
                api_version=version,
                user_id=caller.user_id,
                created_at=now,
                started=time.monotonic(),
                latency_seconds=self._settings.bulk_latency_seconds,
                result=result,
                ordered_failure=self._settings.bulk_failure,
            )
            self._jobs[job.id] = job
            return job

    def find(self, job_id: str, caller: Caller) -> BulkJob:
        """A job of this caller that is not older than seven days. Raises NOT_FOUND."""
        with self._lock:
            self._forget_old()
            job = self._jobs.get(job_id)
        if job is None or job.user_id != caller.user_id:
            raise not_found()
        return job

    def of_caller(self, caller: Caller) -> list[BulkJob]:
        """The caller's jobs, newest first."""
        with self._lock:
            self._forget_old()
            return [job for job in reversed(self._jobs.values()) if job.user_id == caller.user_id]

    def abort(self, job: BulkJob) -> None:
        """Abort a job that is still under way. Raises INVALIDJOBSTATE."""
        if job.is_terminated:
            raise SalesforceError(400, "INVALIDJOBSTATE", "Aborting already Completed Job not allowed")
        job.is_aborted = True
        job.close()

    def delete(self, job: BulkJob) -> None:
        """Delete a job that has ended. Raises API_ERROR."""
        if not job.is_terminated:
            raise SalesforceError(
                400, "API_ERROR", "Error encountered when deleting the job because the job is not terminated"
            )
        with self._lock:
            self._jobs.pop(job.id, None)
        if not job.is_aborted:
            job.close()

    def created_today(self) -> int:
        """Jobs made in the last 24 hours."""
        with self._lock:
            return len(self._created)

    def _count_against_limit(self, now: datetime) -> None:
        self._created = [moment for moment in self._created if moment > now - timedelta(days=1)]
        if len(self._created) >= _JOBS_PER_DAY:
            raise SalesforceError(400, "LIMIT_EXCEEDED", "Max bulk v2 query jobs (10000) per 24 hrs has been reached")
        self._created.append(now)

    def _forget_old(self) -> None:
        oldest = self._org.clock.now() - _KEPT
        for job in [job for job in self._jobs.values() if job.created_at < oldest]:
            del self._jobs[job.id]
            job.close()


def make_locator(offset: int, rows: int) -> str:
    """An opaque locator: where a page starts and how many rows it has."""
    return base64.urlsafe_b64encode(f"{offset}:{rows}".encode()).decode().rstrip("=")


def read_locator(text: str) -> tuple[int, int]:
    """Offset and rows of a locator. Raises INVALIDLOCATOR for anything else."""
    try:
        offset, rows = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().split(":")
        return int(offset), int(rows)
    except ValueError as error:
        raise SalesforceError(400, "INVALIDLOCATOR", f"Invalid locator: {text}") from error


def _with_columns_reversed(soql: str) -> str:
    """The same query with its fields the other way round, as versions before 50.0 gave them in any order."""
    match = _SELECTED.match(soql)
    if match is None:
        return soql
    fields = ", ".join(reversed([name.strip() for name in match[1].split(",")]))
    return f"SELECT {fields} {soql[match.end(1) :].lstrip()}"


def _close_result(result: Future[ResultSet]) -> None:
    if not result.cancelled() and result.exception() is None:
        result.result().close()
