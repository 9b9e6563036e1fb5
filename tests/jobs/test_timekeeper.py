"""The clock of the scheduled jobs: it looks at once and again, survives what goes wrong, and ends without a trace."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from time import monotonic, sleep
from typing import Any

import pytest

from sfsam.bootstrap import System
from sfsam.domain.commands import ListSchedules
from sfsam.domain.jobs import Job
from sfsam.errors import StorageFull
from sfsam.jobs.timekeeper import Timekeeper
from sfsam.jobs.worker import Worker
from tests.fakes.clock import FakeClock
from tests.fakes.scripted import FOUND, scripted_system


@pytest.fixture
def system() -> Iterator[System]:
    made = scripted_system()
    yield made
    made.close()


def _queued(system: System) -> Job | None:
    with system.store.begin() as work:
        return work.jobs.next_queued()


def _pass_a_day(system: System) -> None:
    system.send(ListSchedules())
    assert isinstance(system.clock, FakeClock)
    system.clock.moment += timedelta(days=1)


def test_a_look_queues_what_is_due_once_and_wakes_the_worker(system: System) -> None:
    timekeeper = Timekeeper(system, Worker(system))
    timekeeper.look()
    assert _queued(system) is None
    assert not system.queue_changed.is_set()
    _pass_a_day(system)
    timekeeper.look()
    with system.store.begin() as work:
        queued = work.jobs.newest(10)
    assert {(job.kind, job.requested_by) for job in queued} == {
        ("settle", "schedule"),
        ("remind", "schedule"),
        ("housekeep", "schedule"),
    }
    assert system.queue_changed.is_set()
    timekeeper.look()
    with system.store.begin() as work:
        assert work.jobs.newest(10) == queued


def test_two_looks_at_the_same_moment_queue_one_job(system: System) -> None:
    _pass_a_day(system)
    timekeepers = [Timekeeper(system, Worker(system)) for _ in range(4)]
    threads = [threading.Thread(target=each.look) for each in timekeepers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    with system.store.begin() as work:
        assert sorted(job.kind for job in work.jobs.newest(10)) == ["housekeep", "remind", "settle"]


@pytest.mark.parametrize(
    ("error", "words"),
    [(StorageFull("The disk took no more.", "Make room."), "The disk took no more"), (KeyError("hunter2"), "KeyError")],
)
def test_a_look_that_goes_wrong_is_logged_and_the_next_one_tries_again(
    system: System, caplog: pytest.LogCaptureFixture, error: Exception, words: str
) -> None:
    class Troubled:
        def run_due_schedules(self) -> list[Any]:
            raise error

    _pass_a_day(system)
    with caplog.at_level(logging.ERROR):
        Timekeeper(replace(system, services=Troubled()), Worker(system)).look()  # type: ignore[arg-type]
    assert words in caplog.text
    assert "hunter2" not in caplog.text
    Timekeeper(system, Worker(system)).look()
    assert _queued(system) is not None


def test_what_was_missed_is_done_at_once_after_the_start_and_stopping_leaves_no_thread(system: System) -> None:
    before = set(threading.enumerate())
    system.services.work = lambda *_: FOUND  # type: ignore[attr-defined]
    _pass_a_day(system)
    worker = Worker(system)
    timekeeper = Timekeeper(system, worker)
    worker.start()
    timekeeper.start()
    deadline = monotonic() + 10
    while not _has_succeeded(system):
        assert monotonic() < deadline, "it did not come about in time"
        sleep(0.01)
    timekeeper.stop()
    timekeeper.stop()
    worker.stop()
    assert set(threading.enumerate()) <= before


def _has_succeeded(system: System) -> bool:
    with system.store.begin() as work:
        return [job.state for job in work.jobs.newest(10)] == ["succeeded"] * 3
