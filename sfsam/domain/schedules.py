"""Scheduled jobs: which there are, how often each runs, and when it runs next. Pure: moments are given.

Moments are naive UTC; a cadence is in local time, in the schedule's time zone. A day on which the clocks go forward
has no 02:30: a job of 02:30 then runs at 03:30, as long after midnight as ever. A day on which they go back has two:
it runs at the first.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import count
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import ConfigDict, Field, TypeAdapter, field_validator

from sfsam.domain.profiles import Profile, ProfileStatus, Record

_A_DAY = timedelta(days=1)


class ScheduledTask(StrEnum):
    """What a schedule is for."""

    REFRESH = "refresh"
    FULL_REFRESH = "full_refresh"
    IDENTIFY = "identify"
    SETTLE = "settle"
    REMIND = "remind"
    HOUSEKEEP = "housekeep"

    @property
    def is_of_profile(self) -> bool:
        """Whether every published profile has one of its own; else there is one for the whole installation."""
        return self not in (ScheduledTask.SETTLE, ScheduledTask.REMIND, ScheduledTask.HOUSEKEEP)


class Weekday(StrEnum):
    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"

    @property
    def number(self) -> int:
        """As `date.weekday` counts: Monday is 0."""
        return list(Weekday).index(self)


class _Cadence(Record):
    model_config = ConfigDict(extra="forbid")  # a weekday of a daily job is a misunderstanding, and is told


class _Timed(_Cadence):
    """A cadence with a time of day, to the minute."""

    at: time

    @field_validator("at")
    @classmethod
    def _to_the_minute(cls, value: time) -> time:
        return value.replace(second=0, microsecond=0, tzinfo=None)


class Daily(_Timed):
    every: Literal["day"] = "day"


class Weekly(_Timed):
    every: Literal["week"] = "week"
    weekday: Weekday


class Monthly(_Timed):
    """On this day of each month; a shorter month's last day stands for a day that it does not have."""

    every: Literal["month"] = "month"
    day: int = Field(ge=1, le=31)


class AfterDownload(_Cadence):
    """Whenever the profile was downloaded, whoever asked for that."""

    every: Literal["download"] = "download"


Cadence = Annotated[Daily | Weekly | Monthly | AfterDownload, Field(discriminator="every")]
_CADENCE: TypeAdapter[Daily | Weekly | Monthly | AfterDownload] = TypeAdapter(Cadence)

# ServiceNow's names, without its prefix (servicenow.md 2.2), and its daily refresh; the rest is product.md O1. Four
# and five o'clock lie outside the hours in which clocks are changed nearly everywhere.
NAMES = {
    ScheduledTask.REFRESH: "Refresh {profile} subscriptions",
    ScheduledTask.FULL_REFRESH: "Full refresh {profile}",
    ScheduledTask.IDENTIFY: "Identify removal candidates {profile}",
    ScheduledTask.SETTLE: "Settle open outcomes",
    ScheduledTask.REMIND: "Close and remind",
    ScheduledTask.HOUSEKEEP: "Housekeep",
}
FIRST_CADENCES: dict[ScheduledTask, Daily | Weekly | AfterDownload] = {
    ScheduledTask.REFRESH: Daily(at=time(6)),
    ScheduledTask.FULL_REFRESH: Weekly(weekday=Weekday.SUNDAY, at=time(4)),
    ScheduledTask.IDENTIFY: AfterDownload(),
    ScheduledTask.SETTLE: Daily(at=time(5)),
    ScheduledTask.REMIND: Daily(at=time(8)),
    ScheduledTask.HOUSEKEEP: Daily(at=time(4, 30)),
}


class ScheduleState(StrEnum):
    """Whether a schedule runs by itself, and if not, what stands against it."""

    ACTIVE = "active"
    PAUSED = "paused"
    PROFILE_PAUSED = "profile_paused"
    PROFILE_DRAFT = "profile_draft"


class Schedule(Record):
    """One scheduled job. `profile_id` None: for the whole installation; `time_zone` empty: the installation's.

    `next_run_at` None: it does not run by itself now, or only after a download.
    """

    schedule_id: str
    task: ScheduledTask
    profile_id: str | None
    cadence: Cadence
    time_zone: str = ""
    is_paused: bool = False
    created_at: datetime
    last_run_at: datetime | None = None
    last_job_id: str | None = None
    next_run_at: datetime | None = None

    def state(self, profile: Profile | None) -> ScheduleState:
        """How it stands; `profile` is the one it is for, None for the whole installation."""
        if profile is not None and profile.status is not ProfileStatus.PUBLISHED:
            return ScheduleState.PROFILE_DRAFT
        if profile is not None and profile.is_paused:
            return ScheduleState.PROFILE_PAUSED
        return ScheduleState.PAUSED if self.is_paused else ScheduleState.ACTIVE

    def planned(self, state: ScheduleState, zone: ZoneInfo, now: datetime) -> Schedule:
        """With the next run that fits cadence, zone and state now; a run that is overdue stays so.

        It is computed anew rather than trusted, so that a changed time zone and a clock that was wrong for a while
        leave nothing behind.
        """
        if state is not ScheduleState.ACTIVE:
            return self.model_copy(update={"next_run_at": None})
        if self.is_due(now):
            return self
        return self.model_copy(update={"next_run_at": next_run(self.cadence, zone, self._counted_from(now))})

    def is_due(self, now: datetime) -> bool:
        return self.next_run_at is not None and self.next_run_at <= now

    def ran(self, job_id: str, state: ScheduleState, zone: ZoneInfo, now: datetime) -> Schedule:
        """After a run. The next one is counted from now, so that runs which were missed are not made up for."""
        done = self.model_copy(update={"last_run_at": now, "last_job_id": job_id})
        return done.counted_anew(state, zone, now)

    def counted_anew(self, state: ScheduleState, zone: ZoneInfo, now: datetime) -> Schedule:
        """With the next run counted from now, also where one is overdue."""
        return self.model_copy(update={"next_run_at": None}).planned(state, zone, now)

    def _counted_from(self, now: datetime) -> datetime:
        """A clock that was set back a little must not give the same run again."""
        last = self.last_run_at
        return last if last is not None and now < last < now + _A_DAY else now


def name_of(task: ScheduledTask, profile: str | None) -> str:
    """What a schedule is called. The profile's name stands in it, so it follows when that changes."""
    return NAMES[task].format(profile=profile or "")


def next_run(cadence: Cadence, zone: ZoneInfo, after: datetime) -> datetime | None:
    """The first moment after `after` (naive UTC, as is the answer) at which this cadence runs in this zone.

    None when no clock decides it.
    """
    if isinstance(cadence, AfterDownload):
        return None
    local_day = after.replace(tzinfo=UTC).astimezone(zone).date()
    return next(moment for day in _days(cadence, local_day - _A_DAY) if (moment := _utc(day, cadence.at, zone)) > after)


def cadence_of(document: dict[str, Any]) -> Cadence:
    """The cadence that was kept as this document."""
    return _CADENCE.validate_python(document)


def in_words(cadence: Cadence) -> str:
    """Every day at 06:00."""
    match cadence:
        case Daily():
            return f"Every day at {cadence.at:%H:%M}"
        case Weekly():
            return f"Every {cadence.weekday.value.capitalize()} at {cadence.at:%H:%M}"
        case Monthly():
            return f"On day {cadence.day} of each month at {cadence.at:%H:%M}"
    return "After each download"


def _days(cadence: Daily | Weekly | Monthly, start: date) -> Iterator[date]:
    """The days of this cadence from `start` on, in order."""
    match cadence:
        case Daily():
            yield from (start + number * _A_DAY for number in count())
        case Weekly():
            first = start + ((cadence.weekday.number - start.weekday()) % 7) * _A_DAY
            yield from (first + number * 7 * _A_DAY for number in count())
        case Monthly():
            for number in count(start.year * 12 + start.month - 1):
                year, month = divmod(number, 12)
                day = date(year, month + 1, min(cadence.day, monthrange(year, month + 1)[1]))
                if day >= start:
                    yield day


def _utc(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Local time as naive UTC. Of two such moments it is the first; one that is left out is counted from midnight."""
    return datetime.combine(day, at.replace(fold=0), tzinfo=zone).astimezone(UTC).replace(tzinfo=None)
