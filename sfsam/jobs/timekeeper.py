"""The clock of the scheduled jobs: looks every few seconds whether one is due, and after the worker.

APScheduler ticks; the table of schedules decides (sfsam/services/scheduling.py). So a run that was missed while the
process was down is still due at the next start, a changed schedule counts at once, and a look too many does no harm.
"""

from __future__ import annotations

import logging
from datetime import UTC

from apscheduler.schedulers.background import BackgroundScheduler

from sfsam.bootstrap import System
from sfsam.errors import SfsamError
from sfsam.jobs.failures import trace_of
from sfsam.jobs.worker import Worker

LOOK_EVERY_SECONDS = 15

log = logging.getLogger(__name__)


class Timekeeper:
    """Of one System and its worker. It may be started once; `stop` waits for a look that is under way."""

    def __init__(self, system: System, worker: Worker) -> None:
        self._system = system
        self._worker = worker
        self._scheduler = BackgroundScheduler(timezone=UTC)
        self._scheduler.add_job(self.look, misfire_grace_time=None)  # at once: what was missed while nobody looked
        self._scheduler.add_job(
            self.look, "interval", seconds=LOOK_EVERY_SECONDS, coalesce=True, max_instances=1, misfire_grace_time=None
        )

    def start(self) -> None:
        self._scheduler.start()

    @property
    def is_alive(self) -> bool:
        return bool(self._scheduler.running)

    def stop(self) -> None:
        """No look begins after this."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)

    def look(self) -> None:
        """One look. What goes wrong is logged, and the next one tries again."""
        try:
            self._worker.look_after()
            jobs = self._system.services.run_due_schedules()
        except SfsamError as error:  # the store took nothing, for example because the disk is full
            log.error("the scheduled jobs wait: %s", error)
            return
        except Exception as error:  # noqa: BLE001  the outermost door of this thread
            log.error("the scheduled jobs wait after an error inside sfsam\n%s", trace_of(error))
            return
        for job in jobs:
            log.info("job %s (%s) is due by its schedule", job.job_id, job.kind)
        if jobs:
            self._system.queue_changed.set()
