"""Whether the process lives, whether it can work, and the figures that Prometheus scrapes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.requests import Request
from starlette.responses import Response

from sfsam.bootstrap import System, set_current
from sfsam.domain.candidates import State
from sfsam.domain.jobs import Job, JobKind, JobState
from sfsam.errors import StorageFull
from sfsam.jobs.timekeeper import Timekeeper
from sfsam.jobs.worker import Worker
from sfsam.store.database import DuckDBStore
from sfsam.web import health, metrics
from tests.fakes.awaiting import awaited
from tests.fakes.scripted import scripted_system
from tests.store import tiny_org

TOKEN = "a token of monitoring"
NEAR, FAR = ("127.0.0.1", 40_000), ("192.0.2.7", 40_000)


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> Iterator[System]:
    monkeypatch.delenv("SFSAM_BASE_URL", raising=False)
    opened = scripted_system()
    set_current(opened)
    yield opened
    set_current(None)
    opened.store.close()


def _request(client: tuple[str, int] = NEAR, token: str = "") -> Request:
    headers = [(b"authorization", f"Bearer {token}".encode())] if token else []
    return Request({"type": "http", "method": "GET", "path": "/metrics", "headers": headers, "client": client})


def _said(answer: Response) -> Any:
    return answer.status_code, json.loads(bytes(answer.body))


def test_it_lives_without_a_database_and_is_not_ready() -> None:
    assert _said(awaited(health.healthz(_request()))) == (200, {"status": "ok"})
    assert _said(health.readyz(_request())) == (503, {"status": "not ready", "checks": {"database": "SetupError"}})
    assert metrics.metrics(_request()).status_code == 503


def test_it_is_ready_while_jobs_are_done_and_schedules_kept(system: System) -> None:
    worker = Worker(system)
    timekeeper = Timekeeper(system, worker)
    with health.watching(worker, timekeeper):
        assert _said(health.readyz(_request()))[1]["checks"] == {
            "database": "ok",
            "worker": "stopped",
            "timekeeper": "stopped",
        }
        worker.start()
        timekeeper.start()
        assert _said(health.readyz(_request()))[0] == 200
        timekeeper.stop()
        worker.stop()
        worker.trouble = StorageFull("The disk is full.", "Make room.")
        status, said = _said(health.readyz(_request()))
        assert (status, said["checks"]["worker"]) == (503, "StorageFull")
    assert _said(health.readyz(_request())) == (200, {"status": "ok", "checks": {"database": "ok"}})


def test_the_figures_are_those_of_the_position_the_jobs_and_the_candidates(system: System, tmp_path: Path) -> None:
    assert isinstance(system.store, DuckDBStore)
    tiny_org.connect(system.store)
    tiny_org.load(system.store, tiny_org.stage(tmp_path))
    now = system.clock.now()
    job = {"profile_id": "p1", "requested_by": "anna@acme.example", "created_at": now, "ended_at": now}
    calls = {"org_api_calls": 61, "org_api_allowance": 15_000}
    with system.store.begin() as work:
        for number, state in enumerate((JobState.SUCCEEDED, JobState.SUCCEEDED, JobState.FAILED)):
            more = {"state": state, "result": calls if state is JobState.SUCCEEDED else None}
            work.jobs.add(Job(job_id=f"j{number}", key=f"k{number}", kind=JobKind.DOWNLOAD, **job, **more))
        work.commit()
    answer = metrics.metrics(_request())
    text = bytes(answer.body).decode()
    assert answer.headers["content-type"].startswith("text/plain; version=")
    figures = {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    position = [row for row in system.reads.rows("position") if row["kind"] == "user"]
    org_id = position[0]["org_id"]
    assert figures["sfsam_licenses_assigned", org_id, "user"] == sum(row["assigned"] for row in position) > 0
    assert figures["sfsam_licenses_stale", org_id, "user"] == sum(
        row["stale"] + row["inactive_holder"] for row in position
    )
    assert figures["sfsam_licenses_owned", org_id, "user"] == sum(row["owned"] or 0 for row in position)
    assert figures["sfsam_jobs", "download", "p1", "succeeded"] == 2
    assert figures["sfsam_jobs", "download", "failed", "p1"] == 1
    moment = (now - tiny_org.TAKEN_AT).total_seconds()
    last, taken = "sfsam_job_last_success_timestamp_seconds", "sfsam_snapshot_timestamp_seconds"
    assert figures[last, "download", "p1"] - figures[taken, org_id, "p1"] == moment
    assert figures["sfsam_org_api_calls", org_id, "p1"] == 61
    assert figures["sfsam_org_api_allowance", org_id, "p1"] == 15_000
    assert "process_resident_memory_bytes" in text
    assert "anna" not in text
    assert "acme" not in text.lower()


@pytest.mark.parametrize(
    ("settings", "client", "token", "status"),
    [
        ({}, NEAR, "", 200),
        ({}, FAR, "", 403),
        ({"SFSAM_BASE_URL": "https://sam.example.com"}, NEAR, "", 403),  # behind a proxy everybody is near
        ({"SFSAM_METRICS_TOKEN": TOKEN}, NEAR, "", 403),
        ({"SFSAM_METRICS_TOKEN": TOKEN}, NEAR, "another token", 403),
        ({"SFSAM_METRICS_TOKEN": TOKEN}, FAR, TOKEN, 200),
    ],
)
def test_who_may_read_the_figures(
    system: System,
    monkeypatch: pytest.MonkeyPatch,
    settings: dict[str, str],
    client: tuple[str, int],
    token: str,
    status: int,
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert metrics.metrics(_request(client, token)).status_code == status


def test_candidates_are_counted_by_state(system: System) -> None:
    rows = [{"org_id": "00D1", "state": state.value, "candidates": count} for count, state in enumerate(State)]
    reads = type("Reads", (), {"rows": lambda _, name, **__: rows if name == "metrics_candidates" else []})()
    [candidates] = [family for family in metrics.families(reads) if family.name == "sfsam_candidates"]
    assert {sample.labels["state"]: sample.value for sample in candidates.samples} == {
        state.value: count for count, state in enumerate(State)
    }
