"""Bulk API 2.0 ingest jobs: their states, and the work they do (Salesforce fact sheet 3.3)."""

from __future__ import annotations

import itertools
import math
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sfsam.emulator.errors import not_found
from sfsam.emulator.identifiers import IdSpace
from sfsam.emulator.org import Caller, Org, RowResult, SalesforceError
from sfsam.emulator.wire.bulk_jobs import DELIMITERS, LINE_ENDINGS, Job
from sfsam.emulator.wire.ingest_csv import BadData, Cells, Upload, written
from sfsam.emulator.wire.settings import Settings

BATCHES_PER_DAY = 15_000
_BATCH_ROWS = 10_000
_CHUNK_ROWS = 200
_KEPT = timedelta(days=7)
_OPEN_FOR = timedelta(days=1)
_RUNNERS = 8

WriteRows = Callable[[list[dict[str, Any]]], list[tuple[RowResult, bool]]]
"""Writes up to 200 rows; each result says whether the record was created."""


@dataclass
class IngestJob(Job):
    """One ingest job; `done` has a result for each row that was processed, in the order of the upload."""

    external_id_field: str | None
    state: str = "Open"
    data: bytes | None = None
    upload: Upload | None = None
    done: list[tuple[Cells, RowResult, bool]] = field(default_factory=list)
    error: str | None = None
    closed_at: float = 0.0
    processing_seconds: float = 0.0
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def is_terminated(self) -> bool:
        """Whether the state is final."""
        return self.state in ("JobComplete", "Failed", "Aborted")

    def created_body(self) -> dict[str, Any]:
        """The answer to the requests that make, close or abort the job; `contentUrl` has no leading slash."""
        named = {"externalIdFieldName": self.external_id_field} if self.external_id_field else {}
        link = {"contentUrl": f"services/data/v{self.api_version}/jobs/ingest/{self.id}/batches"}
        return self.facts(self.state) | named | (link if self.state == "Open" else {})

    def status_body(self) -> dict[str, Any]:
        """The answer to a poll."""
        milliseconds = round(self.processing_seconds * 1000)
        body = self.created_body() | {
            "jobType": "V2Ingest",
            "numberRecordsProcessed": len(self.done),
            "numberRecordsFailed": sum(not result.success for _, result, _ in self.done),
            "retries": 0,
            "apexProcessingTime": 0,
            "apiActiveProcessingTime": milliseconds,
            "totalProcessingTime": milliseconds,
        }
        return body | ({"errorMessage": self.error} if self.error else {})

    def successful(self) -> bytes:
        """The rows that were written."""
        rows = [[result.id or "", str(new).lower(), *row] for row, result, new in self.done if result.success]
        return self._file(["sf__Id", "sf__Created"], rows)

    def failed(self) -> bytes:
        """The rows that were refused, with `CODE:message:fields --`."""
        rows = [[result.id or "", _reasons(result), *row] for row, result, _ in self.done if not result.success]
        return self._file(["sf__Id", "sf__Error"], rows)

    def unprocessed(self) -> bytes:
        """The rows that were not reached, because the job failed or was aborted."""
        return self._file([], self.upload.rows[len(self.done) :] if self.upload else [])

    def _file(self, extra: Cells, rows: list[Cells]) -> bytes:
        if not self.is_terminated:
            raise SalesforceError(400, "INVALIDJOBSTATE", "Invalid job state, the job must have ended to get results")
        columns = extra + (self.upload.columns if self.upload else [])
        return written(columns, rows, DELIMITERS[self.delimiter], LINE_ENDINGS[self.line_ending])


class IngestJobs:
    """The ingest jobs of one org. A closed job runs on a thread of its own and takes the org's bulk latency."""

    def __init__(self, org: Org, ids: IdSpace, settings: Settings) -> None:
        self._org = org
        self._ids = ids
        self._settings = settings
        self._lock = threading.Lock()
        # Query jobs of the same org count up from 1.
        self._numbers = itertools.count(5_000_001)
        self._jobs: dict[str, IngestJob] = {}
        self._batches: list[tuple[datetime, int]] = []
        self._runner = ThreadPoolExecutor(max_workers=_RUNNERS, thread_name_prefix="ingest")

    def create(
        self,
        caller: Caller,
        version: str,
        *,
        object_name: str,
        operation: str,
        delimiter: str,
        line_ending: str,
        external_id_field: str | None,
    ) -> IngestJob:
        """A new open job. Raises EXCEEDEDQUOTA when the day's batches are used up."""
        with self._lock:
            if self._batches_today() >= BATCHES_PER_DAY:
                raise SalesforceError(400, "EXCEEDEDQUOTA", "ApiBatchItems Limit exceeded.")
            job = IngestJob(
                id=self._ids.id("750", next(self._numbers)),
                operation=operation,
                object=object_name,
                delimiter=delimiter,
                line_ending=line_ending,
                api_version=version,
                user_id=caller.user_id,
                created_at=self._org.clock.now(),
                external_id_field=external_id_field,
            )
            self._jobs[job.id] = job
            return job

    def find(self, job_id: str, caller: Caller) -> IngestJob:
        """A job of this caller, kept for seven days, for one while it is open. Raises NOT_FOUND."""
        with self._lock:
            self._forget_old()
            job = self._jobs.get(job_id)
        if job is None or job.user_id != caller.user_id:
            raise not_found()
        return job

    def of_caller(self, caller: Caller) -> list[IngestJob]:
        """The caller's jobs, newest first."""
        with self._lock:
            self._forget_old()
            return [job for job in reversed(self._jobs.values()) if job.user_id == caller.user_id]

    def batches_today(self) -> int:
        """Batches of 10,000 rows in the last 24 hours."""
        with self._lock:
            return self._batches_today()

    def put(self, job: IngestJob, data: bytes) -> None:
        """Take the job's data, once. Raises INVALIDJOBSTATE."""
        with self._lock:
            if job.state != "Open":
                raise SalesforceError(400, "INVALIDJOBSTATE", f"The job is {job.state}, not Open")
            if job.data is not None:
                raise SalesforceError(
                    400, "INVALIDJOBSTATE", f"Found multiple contents for job: <{job.id}>, please do 'PUT' only once"
                )
            job.data = data

    def close(self, job: IngestJob, known: dict[str, str], write: WriteRows) -> None:
        """Let the org begin; `known` are the object's field types by lower-case name. Raises INVALIDJOBSTATE."""
        with self._lock:
            if job.state != "Open":
                raise SalesforceError(400, "INVALIDJOBSTATE", f"Closing a job that is {job.state} is not allowed")
            job.state = "UploadComplete"
            job.closed_at = time.monotonic()
        running = self._runner.submit(self._run, job, known, write)
        running.add_done_callback(lambda ended: self._note_defect(job, ended))

    def abort(self, job: IngestJob) -> None:
        """Stop a job; what is written stays. Raises INVALIDJOBSTATE."""
        with self._lock:
            if job.is_terminated:
                raise SalesforceError(400, "INVALIDJOBSTATE", "Aborting already Completed Job not allowed")
            job.state = "Aborted"
            job.stop.set()

    def delete(self, job: IngestJob) -> None:
        """Forget a job that has ended. Raises API_ERROR."""
        with self._lock:
            if not job.is_terminated:
                raise SalesforceError(
                    400, "API_ERROR", "Error encountered when deleting the job because the job is not terminated"
                )
            self._jobs.pop(job.id, None)

    def _run(self, job: IngestJob, known: dict[str, str], write: WriteRows) -> None:
        latency = self._settings.bulk_latency_seconds
        if job.stop.wait(latency / 2) or not self._move(job, "InProgress"):
            return
        began = time.monotonic()
        job.error = self._settings.bulk_failure or None
        try:
            self._process(job, known, write)
        except BadData as error:
            job.error = str(error)
        except SalesforceError as error:
            job.error = f"{error.code} : {error.message}"
        job.processing_seconds = time.monotonic() - began
        job.stop.wait(max(0.0, latency - (time.monotonic() - job.closed_at)))
        self._move(job, "Failed" if job.error else "JobComplete")

    def _note_defect(self, job: IngestJob, ended: Future[None]) -> None:
        """A job that a defect of the practice org has ended says so, as Salesforce does of its own."""
        if ended.exception() is not None:
            job.error = f"UNKNOWN_EXCEPTION : {ended.exception()}"
            self._move(job, "Failed")

    def _process(self, job: IngestJob, known: dict[str, str], write: WriteRows) -> None:
        ending = LINE_ENDINGS[job.line_ending]
        job.upload = Upload.parse(job.data or b"", DELIMITERS[job.delimiter], ending, job.line_ending)
        job.data = None
        upload = job.upload
        upload.check_columns(known)
        if job.error:
            return
        with self._lock:
            self._batches.append((self._org.clock.now(), math.ceil(len(upload.rows) / _BATCH_ROWS)))
        for start in range(0, len(upload.rows), _CHUNK_ROWS):
            if job.stop.is_set():
                return
            rows = upload.rows[start : start + _CHUNK_ROWS]
            results = write([upload.values(row, known) for row in rows])
            job.done.extend((row, result, new) for row, (result, new) in zip(rows, results, strict=True))

    def _move(self, job: IngestJob, state: str) -> bool:
        """Go on to the next state unless the job was aborted."""
        with self._lock:
            if job.state == "Aborted":
                return False
            job.state = state
            return True

    def _batches_today(self) -> int:
        oldest = self._org.clock.now() - timedelta(days=1)
        self._batches = [(moment, count) for moment, count in self._batches if moment > oldest]
        return sum(count for _, count in self._batches)

    def _forget_old(self) -> None:
        now = self._org.clock.now()
        for job in list(self._jobs.values()):
            if now - job.created_at > (_OPEN_FOR if job.state == "Open" else _KEPT):
                job.stop.set()
                del self._jobs[job.id]


def _reasons(result: RowResult) -> str:
    return "; ".join(f"{error.code}:{error.message}:{','.join(error.fields)} --" for error in result.errors)
