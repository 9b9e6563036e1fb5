"""/metrics: what Prometheus scrapes. Figures only, and ids: no names of orgs, people or licenses.

Who may ask: whoever sends the token of SFSAM_METRICS_TOKEN as bearer. Without such a token only this machine may, and
only while the app has no public address: behind a proxy every request seems to come from this machine.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from sfsam import __version__, bootstrap
from sfsam.config import Settings
from sfsam.domain.jobs import JobState
from sfsam.domain.subscriptions import GRACE_DAYS, STALE_AFTER_DAYS
from sfsam.errors import SfsamError
from sfsam.ports import Reads

LOOPBACK = ("127.0.0.1", "::1", "localhost")

Row = Mapping[str, Any]


def metrics(request: Request) -> Response:
    """Every figure of this moment, as Prometheus reads it; 403 for who may not ask, 503 without a database."""
    settings = Settings()
    if not _may_ask(request, settings):
        return _said("Send the token of SFSAM_METRICS_TOKEN as bearer. Without one, only this machine may ask.", 403)
    registry = CollectorRegistry(auto_describe=False)
    ProcessCollector(registry=registry)
    try:
        registry.register(_Figures(bootstrap.current().reads))
        text = generate_latest(registry)
    except SfsamError as error:
        return _said(str(error), 503)
    return Response(text, headers={"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"})


ROUTES = [Route("/metrics", metrics)]


def families(reads: Reads) -> Iterator[GaugeMetricFamily]:
    """Every figure of ours; labels are ids, kinds and states."""
    version = GaugeMetricFamily("sfsam_version_info", "1, under the version that runs.", labels=["version"])
    version.add_metric([__version__], 1)
    yield version
    yield from _of_licenses(reads)
    yield from _of_jobs(reads.rows("metrics_jobs"))
    yield from _of_orgs(reads.rows("metrics_orgs"))
    candidates = reads.rows("metrics_candidates")
    yield _gauge("sfsam_candidates", "Removal candidates.", ("org_id", "state"), candidates, "candidates")


def _of_licenses(reads: Reads) -> Iterator[GaugeMetricFamily]:
    rows = reads.rows("metrics_licenses", stale_after_days=STALE_AFTER_DAYS, grace_days=GRACE_DAYS)
    for column, what in (
        ("owned", "Seats owned, where the org shows a number."),
        ("assigned", "Seats assigned."),
        ("stale", "Seats of people who have not signed in for long, or are inactive."),
    ):
        yield _gauge(f"sfsam_licenses_{column}", what, ("org_id", "kind"), rows, column)


def _of_jobs(rows: Sequence[Row]) -> Iterator[GaugeMetricFamily]:
    yield _gauge("sfsam_jobs", "Jobs that are kept, by their state.", ("kind", "profile_id", "state"), rows, "jobs")
    done = [row for row in rows if row["state"] == JobState.SUCCEEDED]
    name, what = "sfsam_job_last_success_timestamp_seconds", "When a job of this kind last succeeded, in Unix time."
    yield _gauge(name, what, ("kind", "profile_id"), done, "last_ended_at")


def _of_orgs(rows: Sequence[Row]) -> Iterator[GaugeMetricFamily]:
    labels = ("org_id", "profile_id")
    name, what = "sfsam_snapshot_timestamp_seconds", "The org's moment of its last complete download, in Unix time."
    yield _gauge(name, what, labels, rows, "taken_at")
    what = "API calls in the 24 hours before the last download, by anybody."
    yield _gauge("sfsam_org_api_calls", what, labels, rows, "api_calls")
    yield _gauge("sfsam_org_api_allowance", "API calls that the org allows in 24 hours.", labels, rows, "api_allowance")


def _gauge(name: str, what: str, labels: Sequence[str], rows: Iterable[Row], column: str) -> GaugeMetricFamily:
    """A figure of each row; a row that has none is left out."""
    family = GaugeMetricFamily(name, what, labels=labels)
    for row in rows:
        if row[column] is not None:
            family.add_metric([row[label] for label in labels], _number(row[column]))
    return family


def _number(value: Any) -> float:
    """A moment (naive UTC) as Unix time."""
    return value.replace(tzinfo=UTC).timestamp() if isinstance(value, datetime) else float(value)


class _Figures(Collector):
    """The figures of one scrape: each asks the store anew."""

    def __init__(self, reads: Reads) -> None:
        self._reads = reads

    def collect(self) -> Iterable[GaugeMetricFamily]:
        return families(self._reads)


def _may_ask(request: Request, settings: Settings) -> bool:
    if settings.metrics_token is not None:
        given = request.headers.get("authorization", "").encode()
        return secrets.compare_digest(given, f"Bearer {settings.metrics_token.get_secret_value()}".encode())
    is_near = request.client is not None and request.client.host in LOOPBACK
    return is_near and (urlsplit(settings.base_url).hostname or "") in LOOPBACK


def _said(text: str, status: int) -> Response:
    return PlainTextResponse(f"{text}\n", status, headers={"Cache-Control": "no-store"})
