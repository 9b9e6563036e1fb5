"""The worker: one thread that takes the next queued job, does it, and saves what became of it."""

from __future__ import annotations

import logging
import threading
from typing import Any

from sfsam.bootstrap import System
from sfsam.domain.jobs import Job, JobFailure, JobState, Progress
from sfsam.errors import SfsamError
from sfsam.jobs.failures import failure_of, failure_of_death, failure_of_interruption, trace_of
from sfsam.services.running import JobControl

_LOOK_EVERY_SECONDS = 1.0

log = logging.getLogger(__name__)


class Worker:
    """Does the jobs of one System. It may be started once; `stop` ends it at the job's next safe point."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._doing: str | None = None  # the job that this worker answers for, until its end is saved
        self._interrupted: set[str] = set()  # told to stop because this process ends
        self._ended: Job | None = None  # a job that is over, until the store has taken that
        self.trouble: SfsamError | None = None  # why the store takes nothing at present

    def start(self) -> None:
        """Begin to work. A second call changes nothing."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="worker", daemon=True)
            self._thread.start()

    def stop(self, seconds: float = 30.0) -> None:
        """Ask the running job to stop at its next safe point, and wait for that at most this long."""
        self._stopping.set()
        self._system.queue_changed.set()
        if self._thread is not None:
            self._thread.join(seconds)

    @property
    def is_alive(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def look_after(self) -> None:
        """Close what is marked running and nobody does any more, and begin again where the thread has died.

        For somebody with a clock, from another thread. A thread dies of what no handler catches; a job is left behind
        when its end could not be told. Neither may stay "running" for ever, nor keep the jobs behind it waiting.
        """
        has_died = self._thread is not None and not self._thread.is_alive() and not self._stopping.is_set()
        if has_died:
            log.error("the worker's thread has died; another one takes its place")
            self._doing = None
        self._close_dead()
        if has_died:
            self._thread = None
            self.start()

    def run_next(self) -> bool:
        """Do the next queued job in this thread; False when there is none."""
        self._save_ended()
        job = self._take()
        if job is None:
            return False
        self._do(job)
        return True

    def _work(self) -> None:
        while not self._stopping.is_set():
            self._system.queue_changed.clear()
            if not self._try_next():
                self._system.queue_changed.wait(_LOOK_EVERY_SECONDS)

    def _try_next(self) -> bool:
        try:
            has_worked = self.run_next()
        except SfsamError as error:  # the store itself took nothing, for example because the disk is full
            log.error("the worker waits: %s", error)
            self.trouble = error
            return False
        except Exception as error:  # noqa: BLE001  outside of any job; the jobs behind this one must not wait for ever
            log.error("the worker goes on after an error inside sfsam\n%s", trace_of(error))
            return False
        self.trouble = None
        return has_worked

    def _take(self) -> Job | None:
        with self._system.store.begin() as work:
            job = work.jobs.next_queued()
            if job is None:
                return None
            job = job.model_copy(update={"state": JobState.RUNNING, "started_at": self._system.clock.now()})
            self._doing = job.job_id
            work.jobs.save(job)
            work.commit()
        log.info("job %s (%s) begins", job.job_id, job.kind, extra=_fields(job))
        return job

    def _do(self, job: Job) -> None:
        control = JobControl(lambda progress: self._save_progress(job, progress), lambda: self._should_stop(job))
        try:
            result = self._system.services.run(job, control).model_dump(mode="json")
        except SfsamError as error:
            self._end(job, failure=failure_of(error))
        except Exception as error:  # noqa: BLE001  the outermost door: the job must end, and the worker go on
            log.error("job %s ended by an error inside sfsam\n%s", job.job_id, trace_of(error))
            self._end(job, failure=failure_of(error))
        else:
            self._end(job, result=result)

    def _end(self, job: Job, *, result: dict[str, Any] | None = None, failure: JobFailure | None = None) -> None:
        state = JobState.FAILED if failure else JobState.SUCCEEDED
        if job.job_id in self._system.services.stopping:
            state, failure = JobState.CANCELED, None
        elif job.job_id in self._interrupted:
            state, failure = JobState.FAILED, failure_of_interruption(job)
        ended = {"state": state, "result": result, "failure": failure, "ended_at": self._system.clock.now()}
        self._ended = job.model_copy(update=ended)
        self._system.services.stopping.discard(job.job_id)
        reason = f": {failure.what}" if failure else ""
        log.info("job %s (%s) %s%s", job.job_id, job.kind, state, reason, extra=_fields(self._ended))
        self._save_ended()

    def _save_ended(self) -> None:
        """Save how the last job ended; what the store does not take now is tried again before the next job."""
        if self._ended is None:
            return
        with self._system.store.begin() as work:
            latest = work.jobs.find(self._ended.job_id) or self._ended
            work.jobs.save(self._ended.model_copy(update={"progress": latest.progress}))
            work.commit()
            log.info("the audit trail ends with %s", work.audit.head())  # whoever cuts it off has to change the log too
        self._system.services.announce(self._ended)
        self._ended = self._doing = None

    def _close_dead(self) -> None:
        with self._system.store.begin() as work:
            dead = [job for job in work.jobs.running() if job.job_id != self._doing]
            for job in dead:
                ended = {"failure": failure_of_death(job), "ended_at": self._system.clock.now()}
                work.jobs.save(job.model_copy(update={"state": JobState.FAILED, **ended}))
            work.commit()
        for job in dead:
            log.error("job %s (%s) was marked running and nobody did it; it is closed as failed", job.job_id, job.kind)

    def _save_progress(self, job: Job, progress: Progress) -> None:
        with self._system.store.begin() as work:
            work.jobs.save(job.model_copy(update={"progress": progress}))
            work.commit()

    def _should_stop(self, job: Job) -> bool:
        if self._stopping.is_set():
            self._interrupted.add(job.job_id)
        return job.job_id in self._interrupted or job.job_id in self._system.services.stopping


def _fields(job: Job) -> dict[str, str]:
    """What a line of the log carries beside its text, for machines."""
    fields = {"job_id": job.job_id, "job_kind": job.kind.value, "job_state": job.state.value}
    return fields | ({"profile_id": job.profile_id} if job.profile_id else {})
