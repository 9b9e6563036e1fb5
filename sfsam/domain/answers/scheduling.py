"""Scheduled jobs."""

from __future__ import annotations

from sfsam.domain.answers.base import Answer, Moment
from sfsam.domain.jobs import JobState
from sfsam.domain.schedules import Cadence, ScheduledTask, ScheduleState


class ScheduleAnswer(Answer):
    """A scheduled job. `runs` is the cadence in words; `last_state` is how its last job ended or stands."""

    schedule_id: str
    name: str
    task: ScheduledTask
    profile_id: str | None
    profile: str | None
    runs: str
    cadence: Cadence
    time_zone: str
    state: ScheduleState
    next_run_at: Moment | None
    last_run_at: Moment | None
    last_job_id: str | None
    last_state: JobState | None
