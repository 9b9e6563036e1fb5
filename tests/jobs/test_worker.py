"""The worker: every job ends, in words, whatever happens inside it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from time import monotonic, sleep

import pytest
from pydantic import BaseModel

from sfsam.bootstrap import System
from sfsam.domain.answers import IdentifyAnswer
from sfsam.domain.commands import CancelJob, Enqueue, Identify, Reclaim, ShowJob
from sfsam.domain.jobs import Job, JobFailure, JobState, Progress
from sfsam.errors import RequestLimitReached, StorageFull
from sfsam.jobs.recovery import settle_what_is_open
from sfsam.jobs.worker import Worker
from sfsam.ports import Store, UnitOfWork
from sfsam.services.running import JobControl
from tests.fakes.clock import FakeClock
from tests.fakes.scripted import FOUND, ScriptedServices, scripted_system

Work = Callable[[Job, JobControl], BaseModel]


@pytest.fixture
def system() -> Iterator[System]:
    made = scripted_system()
    yield made
    made.close()


def _services(system: System) -> ScriptedServices:
    assert isinstance(system.services, ScriptedServices)
    return system.services


def _run(system: System, work: Work) -> Job:
    """One job done by `work`, as it stands in the store afterwards."""
    _services(system).work = work
    job_id = system.send(Enqueue(job=Identify())).job_id
    assert Worker(system).run_next()
    return _stored(system, job_id)


def _stored(system: System, job_id: str) -> Job:
    with system.store.begin() as work:
        job = work.jobs.find(job_id)
    assert job is not None
    return job


def _until(condition: Callable[[], bool]) -> None:
    deadline = monotonic() + 10
    while not condition():
        assert monotonic() < deadline, "it did not come about in time"
        sleep(0.01)


def test_the_result_is_kept(system: System) -> None:
    job = _run(system, lambda *_: FOUND)
    assert job.state is JobState.SUCCEEDED
    assert job.result == FOUND.model_dump()
    assert job.started_at is not None
    assert job.ended_at is not None


def test_progress_is_saved_while_it_runs(system: System) -> None:
    def work(job: Job, control: JobControl) -> IdentifyAnswer:
        control.report(Progress(share=0.5, sentence="Looking"))
        assert _stored(system, job.job_id).progress.sentence == "Looking"
        assert _stored(system, job.job_id).state is JobState.RUNNING
        return FOUND

    assert _run(system, work).progress.sentence == "Looking"


class FullStore:
    """The store of a system whose disk takes nothing while `is_full`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.is_full = False

    def begin(self) -> AbstractContextManager[UnitOfWork]:
        if self.is_full:
            raise StorageFull("The disk took no more.", "Make room.")
        return self._store.begin()


def test_an_end_that_the_disk_does_not_take_is_told_and_saved_later(system: System) -> None:
    store = FullStore(system.store)

    def work(*_: object) -> IdentifyAnswer:
        store.is_full = True
        return FOUND

    _services(system).work = work
    job_id = system.send(Enqueue(job=Identify())).job_id
    worker = Worker(replace(system, store=store))  # type: ignore[arg-type]
    worker.start()
    try:
        _until(lambda: worker.trouble is not None)
        assert isinstance(worker.trouble, StorageFull)
        assert _stored(system, job_id).state is JobState.RUNNING
        store.is_full = False
        system.queue_changed.set()
        _until(lambda: worker.trouble is None)
    finally:
        worker.stop()
    assert _stored(system, job_id).state is JobState.SUCCEEDED


def test_a_foreseen_error_is_kept_with_its_remedy(system: System) -> None:
    def work(*_: object) -> IdentifyAnswer:
        raise RequestLimitReached("All calls are used.", "Go on tomorrow.", said="REQUEST_LIMIT_EXCEEDED")

    job = _run(system, work)
    assert job.state is JobState.FAILED
    assert job.failure == JobFailure(
        error="RequestLimitReached",
        what="All calls are used.",
        remedy="Go on tomorrow.",
        said="REQUEST_LIMIT_EXCEEDED",
        exit_code=75,
    )


def test_an_error_inside_is_logged_without_its_text_and_told_without_it(
    system: System, caplog: pytest.LogCaptureFixture
) -> None:
    def work(*_: object) -> IdentifyAnswer:
        raise KeyError("".join(["hunter", "2"]))

    with caplog.at_level(logging.INFO):
        job = _run(system, work)
    assert job.failure is not None
    assert job.failure.what == "An error inside sfsam ended this (KeyError)."
    assert "test_worker.py" in caplog.text
    assert "hunter2" not in caplog.text + job.model_dump_json()


def test_the_thread_takes_job_after_job_and_goes_on_after_an_error(system: System) -> None:
    answers = iter([ValueError(), FOUND])

    def work(*_: object) -> IdentifyAnswer:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    _services(system).work = work
    worker = Worker(system)
    worker.start()
    jobs = [_enqueue_a_second_later(system, key) for key in "ab"]
    _until(lambda: _stored(system, jobs[1]).state.is_ended)
    worker.stop()
    assert [_stored(system, job).state for job in jobs] == [JobState.FAILED, JobState.SUCCEEDED]
    assert not worker.is_alive


def test_a_canceled_job_stops_at_its_next_safe_point(system: System) -> None:
    def work(job: Job, control: JobControl) -> IdentifyAnswer:
        assert not control.should_stop()
        system.send(CancelJob(job_id=job.job_id))
        assert control.should_stop()
        return FOUND

    job = _run(system, work)
    assert job.state is JobState.CANCELED
    assert job.failure is None
    assert job.result == FOUND.model_dump()


def test_stopping_the_worker_lets_the_running_job_end_in_order(system: System) -> None:
    begun = threading.Event()

    def work(_: Job, control: JobControl) -> IdentifyAnswer:
        begun.set()
        _until(control.should_stop)
        return FOUND

    _services(system).work = work
    job_id = system.send(Enqueue(job=Identify())).job_id
    waiting = _enqueue_a_second_later(system, "next")
    worker = Worker(system)
    worker.start()
    assert begun.wait(10)
    worker.stop()
    stopped = _stored(system, job_id)
    assert stopped.state is JobState.FAILED
    assert stopped.failure is not None
    assert stopped.failure.exit_code == 75
    assert _stored(system, waiting).state is JobState.QUEUED


def test_a_job_whose_process_was_killed_is_closed_at_the_next_start(system: System) -> None:
    jobs = [
        system.send(Enqueue(job=Identify())).job_id,
        system.send(Enqueue(job=Reclaim(all_ready=True))).job_id,
    ]
    _mark_running(system, jobs)
    settle_what_is_open(system)
    told = [system.send(ShowJob(job_id=job_id)).failure for job_id in jobs]
    assert [failure.what for failure in told] == ["sfsam was stopped while this ran."] * 2
    assert "settle" in told[1].remedy
    assert not Worker(system).run_next()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_thread_that_died_is_replaced_and_its_job_closed(system: System) -> None:
    begun = threading.Event()

    def work(job: Job, _: JobControl) -> IdentifyAnswer:
        if job.job_id == first:
            begun.set()
            raise SystemExit  # no handler catches it, as it would not catch the end of an interpreter
        return FOUND

    _services(system).work = work
    worker = Worker(system)
    first = system.send(Enqueue(job=Identify())).job_id
    second = _enqueue_a_second_later(system, "next")
    worker.start()
    assert begun.wait(10)
    _until(lambda: not worker.is_alive)
    assert _stored(system, first).state is JobState.RUNNING
    worker.look_after()
    _until(lambda: _stored(system, second).state.is_ended)
    worker.stop()
    failure = _stored(system, first).failure
    assert failure is not None
    assert failure.what == "An error inside sfsam cut this off in the middle."
    assert _stored(system, second).state is JobState.SUCCEEDED
    worker.look_after()
    assert not worker.is_alive  # whoever was stopped is not begun again


def test_only_a_job_that_nobody_does_is_closed(system: System) -> None:
    left_behind = system.send(Enqueue(job=Reclaim(all_ready=True))).job_id
    _mark_running(system, [left_behind])

    def work(job: Job, _: JobControl) -> IdentifyAnswer:
        worker.look_after()
        assert _stored(system, job.job_id).state is JobState.RUNNING
        return FOUND

    _services(system).work = work
    job_id = system.send(Enqueue(job=Identify())).job_id
    worker = Worker(system)
    assert worker.run_next()
    assert _stored(system, job_id).state is JobState.SUCCEEDED
    failure = _stored(system, left_behind).failure
    assert failure is not None
    assert "settle" in failure.remedy


class Unprintable(IdentifyAnswer):
    def model_dump(self, **_: object) -> dict[str, object]:  # type: ignore[override]
        raise ValueError


def test_a_result_that_cannot_be_kept_fails_the_job_and_not_the_worker(system: System) -> None:
    assert _run(system, lambda *_: Unprintable(**FOUND.model_dump())).state is JobState.FAILED


def test_an_error_outside_of_any_job_does_not_end_the_worker(system: System, caplog: pytest.LogCaptureFixture) -> None:
    class Store:
        def __init__(self) -> None:
            self.errors = [KeyError("hunter2")]

        def begin(self) -> AbstractContextManager[UnitOfWork]:
            if self.errors:
                raise self.errors.pop()
            return system.store.begin()

    worker = Worker(replace(system, store=Store()))  # type: ignore[arg-type]
    worker.start()
    job_id = system.send(Enqueue(job=Identify())).job_id
    _until(lambda: _stored(system, job_id).state.is_ended)
    worker.stop()
    assert _stored(system, job_id).state is JobState.SUCCEEDED
    assert "the worker goes on" in caplog.text
    assert "hunter2" not in caplog.text


def test_open_outcomes_are_settled_at_the_start(system: System) -> None:
    _services(system).leave_an_attempt_open()
    settle_what_is_open(system)
    with system.store.begin() as work:
        job = work.jobs.next_queued()
    assert job is not None
    assert job.kind == "settle"


def _enqueue_a_second_later(system: System, key: str) -> str:
    assert isinstance(system.clock, FakeClock)
    system.clock.advance(seconds=1)
    job_id: str = system.send(Enqueue(job=Identify(), key=key)).job_id
    return job_id


def _mark_running(system: System, job_ids: list[str]) -> None:
    with system.store.begin() as work:
        for job_id in job_ids:
            job = work.jobs.find(job_id)
            assert job is not None
            work.jobs.save(job.model_copy(update={"state": JobState.RUNNING}))
        work.commit()
