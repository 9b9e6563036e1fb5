"""What query and ingest jobs have in common on the wire: who may make them, and their lists (fact sheet 3.1)."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from sfsam.emulator.org import SalesforceError
from sfsam.emulator.wire.replies import json_reply
from sfsam.emulator.wire.resource import Call

_PAGE_JOBS = 1_000


def check_bulk_enabled(call: Call) -> None:
    """Raises FEATURENOTENABLED in an org without the Bulk API."""
    if not call.host.settings.bulk_enabled:
        raise SalesforceError(400, "FEATURENOTENABLED", "The Bulk API is not enabled for this organization")


def job_list(call: Call, jobs: list[dict[str, Any]]) -> Response:
    """A page of the jobs that `jobType`, `concurrencyMode` and `isPkChunkingEnabled` leave."""
    kind, mode = call.parameter("jobType"), call.parameter("concurrencyMode")
    if (call.parameter("isPkChunkingEnabled") or "").lower() == "true":
        jobs = []  # PK chunking is of the first Bulk API
    jobs = [job for job in jobs if kind in (None, job["jobType"])]
    jobs = [job for job in jobs if mode is None or mode.lower() == job["concurrencyMode"].lower()]
    locator = call.parameter("queryLocator") or "0"
    if not locator.isdecimal():
        raise SalesforceError(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
    end = int(locator) + _PAGE_JOBS
    done = end >= len(jobs)
    following = None if done else f"{call.request.url.path}?queryLocator={end}"
    return json_reply({"done": done, "records": jobs[int(locator) : end], "nextRecordsUrl": following})
