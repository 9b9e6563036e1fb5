"""Scheduled jobs: list, run now, pause, resume, change when they run. `schedule` is a name or an id."""

from __future__ import annotations

from sfsam.domain.commands.base import Command
from sfsam.domain.schedules import Cadence


class ListSchedules(Command):
    """All scheduled jobs, those of the whole installation last. Answer: list of ScheduleAnswer."""


class RunScheduleNow(Command):
    """Do a scheduled job now; when it runs next by itself stays as it is. Answer: JobAnswer."""

    schedule: str


class PauseSchedule(Command):
    """Leave this scheduled job out until it is resumed. Answer: ScheduleAnswer."""

    schedule: str


class ResumeSchedule(Command):
    """Take it up again; runs of the meantime are not made up for. Answer: ScheduleAnswer."""

    schedule: str


class ChangeSchedule(Command):
    """Another cadence. An empty time zone is the installation's (SFSAM_TIME_ZONE). Answer: ScheduleAnswer."""

    schedule: str
    cadence: Cadence
    time_zone: str = ""
