"""Reading by Bulk API 2.0: a job per query, its pages fetched in parallel, straight to disk (fact sheet 3).

The server says where its pages begin (`resultPages`, API 58 and later); where it does not, they come one after the
other by `Sforce-Locator`, whose last value is the word "null". Addresses are made here from job and locator, so that
their version is always the one that the job was made in.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sfsam.errors import AnswerTruncated, OutcomeUnknown, SalesforceUnavailable, SfsamError, TemporaryError
from sfsam.salesforce import faults
from sfsam.salesforce.csv_pages import save_page
from sfsam.salesforce.pages import ObjectPages
from sfsam.salesforce.session import Session
from sfsam.salesforce.shapes import expected

PARALLEL_PAGES = 8  # of the 25 that an org serves at once when each takes 20 seconds or more (fact sheet 2.4)
_ROWS_PER_PAGE = "50000"  # asked for where pages come one after the other
_FIRST_POLL_SECONDS = 0.25
_LONGEST_POLL_SECONDS = 20.0  # each costs a call of the org's allowance
_POLL_SHARE = 0.125  # of the time waited so far: no job is noticed later than that
_LONGEST_JOB_SECONDS = 4 * 3600.0
_REFUSALS = frozenset(
    {
        "INVALIDENTITY",
        "API_ERROR",
        "LIMIT_EXCEEDED",
        "MALFORMED_QUERY",
        "NOT_FOUND",
        "METHOD_NOT_ALLOWED",
        "FUNCTIONALITY_NOT_ENABLED",
        "FEATURENOTENABLED",
    }
)
_log = logging.getLogger(__name__)


class BulkRefused(Exception):
    """Bulk does not take this query or could not finish it; REST can read it all the same."""


class BulkReader:
    """Bulk queries of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def start(self, query: str) -> str:
        """Make a query job and return its id. Raises BulkRefused."""
        content = {"operation": "query", "query": query, "contentType": "CSV", "lineEnding": "LF"}
        try:
            answer = self._session.read("POST", self._session.data("jobs/query"), content=content)
        except SfsamError as trouble:
            if faults.code_of(trouble) in _REFUSALS:
                raise BulkRefused(trouble.said) from trouble
            raise
        with expected("a Bulk job"):
            return str(answer["id"])

    def collect(self, job_id: str, pages: ObjectPages, checkpoint: Callable[[], None] = lambda: None) -> None:
        """Wait for the job and put all its pages on disk. `checkpoint` is called often and may raise.

        Raises BulkRefused when the job failed, AnswerTruncated when rows are missing the second time too.
        """
        announced = self._finished(job_id, checkpoint).get("numberRecordsProcessed")
        for _ in range(2):
            self._fetch(job_id, pages, checkpoint)
            if announced is None or pages.rows == announced:
                return
            arrived = pages.rows
            pages.discard()
        raise AnswerTruncated(
            f"A Bulk answer announced {announced:,} rows and {arrived:,} arrived, twice.",
            "Nothing was lost; try again in some minutes.",
            announced=announced,
            arrived=arrived,
        )

    def remove(self, job_ids: Sequence[str]) -> None:
        """Delete jobs with their stored results, ending those that still run. Troubles are only logged.

        Each is asked once, and none after the org stopped answering: this must not hold up the error it follows.
        """
        for job_id in job_ids:
            try:
                self._remove(job_id)
            except SfsamError as trouble:
                _log.info("Bulk job %s stays in the org for its seven days: %s", job_id, trouble)
                if isinstance(trouble, TemporaryError | OutcomeUnknown):
                    return

    def _remove(self, job_id: str) -> None:
        try:
            self._session.write("DELETE", self._job(job_id))
        except SfsamError as trouble:
            if faults.code_of(trouble) != "API_ERROR":
                raise
            self._session.write("PATCH", self._job(job_id), content={"state": "Aborted"})  # it was still running
            self._session.write("DELETE", self._job(job_id))

    def _finished(self, job_id: str, checkpoint: Callable[[], None]) -> dict[str, Any]:
        pause, waited = _FIRST_POLL_SECONDS, 0.0
        while True:
            checkpoint()
            job: dict[str, Any] = self._session.get(self._job(job_id))
            with expected("a Bulk job"):
                state = job["state"]
            if state == "JobComplete":
                return job
            if state in ("Failed", "Aborted"):
                raise BulkRefused(str(job.get("errorMessage") or state))
            if waited > _LONGEST_JOB_SECONDS:
                raise SalesforceUnavailable("A Bulk query does not come to an end.", "Try again in some hours.")
            self._session.pause(pause)
            waited += pause
            pause = min(max(pause, waited * _POLL_SHARE), _LONGEST_POLL_SECONDS)

    def _fetch(self, job_id: str, pages: ObjectPages, checkpoint: Callable[[], None]) -> None:
        locators = self._locators(job_id)
        try:
            first = next(locators, None)
        except SfsamError as trouble:
            if isinstance(trouble, TemporaryError) or not faults.code_of(trouble):
                raise
            self._fetch_in_sequence(job_id, pages, checkpoint)  # this org does not offer resultPages
            return
        if first is not None:
            self._fetch_in_parallel(job_id, first, locators, pages, checkpoint)

    def _fetch_in_parallel(
        self, job_id: str, first: str, rest: Iterator[str], pages: ObjectPages, checkpoint: Callable[[], None]
    ) -> None:
        abandoned = threading.Event()

        def page(locator: str) -> int:
            return self._page(job_id, {"locator": locator} if locator else {}, pages, abandoned)[0]

        with ThreadPoolExecutor(PARALLEL_PAGES, thread_name_prefix="bulk-page") as pool:
            try:
                running = {pool.submit(page, first)}
                for locator in rest:
                    while len(running) >= PARALLEL_PAGES:
                        running = _some_done(running, pages, checkpoint)
                    running.add(pool.submit(page, locator))
                while running:
                    running = _some_done(running, pages, checkpoint)
            finally:
                abandoned.set()
                pool.shutdown(wait=False, cancel_futures=True)

    def _fetch_in_sequence(self, job_id: str, pages: ObjectPages, checkpoint: Callable[[], None]) -> None:
        locator: str | None = ""
        while locator is not None:
            checkpoint()
            position = {"locator": locator} if locator else {}
            rows, locator = self._page(job_id, {"maxRecords": _ROWS_PER_PAGE, **position}, pages)
            pages.count(rows)

    def _page(
        self,
        job_id: str,
        params: dict[str, str],
        pages: ObjectPages,
        abandoned: threading.Event | None = None,
    ) -> tuple[int, str | None]:
        """Fetch one page to its file: its rows, and the locator of the page after it."""

        def check() -> None:
            if abandoned is not None and abandoned.is_set():
                raise AbandonedPage

        with pages.new_file() as part:
            return self._session.stream(
                f"{self._job(job_id)}/results",
                params,
                lambda response: (
                    save_page(response, part, pages.columns, check),
                    _next_locator(response.headers.get("Sforce-Locator")),
                ),
            )

    def _locators(self, job_id: str) -> Iterator[str]:
        """Where each page begins; "" for the first."""
        path: str | None = f"{self._job(job_id)}/resultPages"
        while path:
            answer = self._session.get(path)
            with expected("the pages of a Bulk job"):
                pages = [parse_qs(urlsplit(page["resultUrl"]).query) for page in answer["resultPages"]]
                following = None if answer["done"] else answer.get("nextRecordsUrl") or answer.get("nextRecordUrl")
            yield from (page.get("locator", [""])[0] for page in pages)
            parts = urlsplit(following or "")
            path = f"{parts.path}?{parts.query}" if following else None

    def _job(self, job_id: str) -> str:
        return self._session.data(f"jobs/query/{job_id}")


class AbandonedPage(Exception):
    """The download of this page was given up because another page failed or somebody asked to stop."""


def _some_done(running: set[Future[int]], pages: ObjectPages, checkpoint: Callable[[], None]) -> set[Future[int]]:
    """Wait until at least one page is there, or a second has passed; the pages still under way."""
    checkpoint()
    done, under_way = wait(running, timeout=1.0, return_when=FIRST_COMPLETED)
    for future in done:
        pages.count(future.result())
    return under_way


def _next_locator(header: str | None) -> str | None:
    return None if header in (None, "", "null") else header
