"""When a schedule runs next: always later, always at its local time, once, whatever the clocks do."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from apscheduler.triggers.cron import CronTrigger
from hypothesis import example, given
from hypothesis import strategies as st

from sfsam.domain.profiles import Profile, ProfileStatus
from sfsam.domain.schedules import (
    AfterDownload,
    Daily,
    Monthly,
    Schedule,
    ScheduledTask,
    ScheduleState,
    Weekday,
    Weekly,
    in_words,
    next_run,
)

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = [
    ZoneInfo(name)
    for name in (
        "UTC",
        "Europe/Berlin",
        "America/New_York",
        "America/St_Johns",
        "Australia/Lord_Howe",  # its clocks move by half an hour
        "Pacific/Apia",  # left out a whole day in 2011
        "Africa/Cairo",  # its clocks move at midnight
        "Asia/Kolkata",
    )
]
times = st.builds(time, st.integers(0, 23), st.integers(0, 59))
cadences = st.one_of(
    st.builds(Daily, at=times),
    st.builds(Weekly, at=times, weekday=st.sampled_from(Weekday)),
    st.builds(Monthly, at=times, day=st.integers(1, 31)),
)
moments = st.datetimes(datetime(2005, 1, 1), datetime(2035, 1, 1))
zones = st.sampled_from(ZONES)


def local(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.replace(tzinfo=UTC).astimezone(zone)


@given(cadences, zones, moments)
@example(Daily(at=time(6)), ZoneInfo("Pacific/Apia"), datetime(2011, 12, 30, 16))
def test_the_next_run_is_later_soon_enough_and_at_the_local_time(cadence: Any, zone: ZoneInfo, after: datetime) -> None:
    found = next_run(cadence, zone, after)
    assert found is not None
    assert (
        after
        < found
        <= after + {"day": timedelta(days=2), "week": timedelta(days=9), "month": timedelta(days=33)}[cadence.every]
    )
    there = local(found, zone)
    wanted = datetime.combine(there.date(), cadence.at, zone)
    is_left_out = wanted.astimezone(UTC).astimezone(zone) != wanted
    assert there.time() == cadence.at or is_left_out


@given(cadences, zones, moments)
def test_runs_follow_each_other_without_one_left_out_or_done_twice(
    cadence: Any, zone: ZoneInfo, after: datetime
) -> None:
    first = next_run(cadence, zone, after)
    assert first is not None
    second = next_run(cadence, zone, first)
    assert second is not None
    between = first + (second - first) / 2
    assert next_run(cadence, zone, between) == second
    assert next_run(cadence, zone, first - timedelta(microseconds=1)) == first
    assert (
        second - first
        >= {"day": timedelta(hours=22), "week": timedelta(days=6), "month": timedelta(days=27)}[cadence.every]
    )


@given(times, zones, moments)
def test_another_scheduler_agrees_where_the_local_time_exists_once(at: time, zone: ZoneInfo, after: datetime) -> None:
    ours = next_run(Daily(at=at), zone, after)
    assert ours is not None
    days = [datetime.combine(local(ours, zone).date() + timedelta(days=day), at, zone) for day in (-2, -1, 0, 1)]
    if any(day.utcoffset() != day.replace(fold=1).utcoffset() for day in days):
        return
    theirs = CronTrigger(hour=at.hour, minute=at.minute, timezone=zone).get_next_fire_time(
        None, (after + timedelta(microseconds=1)).replace(tzinfo=UTC)
    )
    assert theirs.astimezone(UTC).replace(tzinfo=None) == ours


@pytest.mark.parametrize(
    ("cadence", "after", "runs"),
    [
        # 29 March 2026: 02:00 becomes 03:00. There is no 02:30 that day.
        (Daily(at=time(2, 30)), "2026-03-27T12:00", ["2026-03-28T01:30", "2026-03-29T01:30", "2026-03-30T00:30"]),
        # 25 October 2026: 03:00 becomes 02:00. There are two 02:30; the first counts.
        (Daily(at=time(2, 30)), "2026-10-24T12:00", ["2026-10-25T00:30", "2026-10-26T01:30"]),
        (Daily(at=time(6)), "2026-10-24T12:00", ["2026-10-25T05:00", "2026-10-26T05:00"]),
        (Weekly(at=time(4), weekday=Weekday.SUNDAY), "2026-11-24T12:00", ["2026-11-29T03:00", "2026-12-06T03:00"]),
        (Monthly(at=time(4), day=31), "2027-01-31T03:00", ["2027-02-28T03:00", "2027-03-31T02:00"]),
    ],
)
def test_worked_examples_in_berlin(cadence: Any, after: str, runs: list[str]) -> None:
    moment = datetime.fromisoformat(after)
    for expected in runs:
        found = next_run(cadence, BERLIN, moment)
        assert found == datetime.fromisoformat(expected)
        moment = found


def test_what_follows_a_download_has_no_time_of_its_own() -> None:
    assert next_run(AfterDownload(), BERLIN, datetime(2026, 1, 1)) is None


@pytest.mark.parametrize(
    ("cadence", "words"),
    [
        (Daily(at=time(6)), "Every day at 06:00"),
        (Weekly(at=time(4), weekday=Weekday.SUNDAY), "Every Sunday at 04:00"),
        (Monthly(at=time(4), day=31), "On day 31 of each month at 04:00"),
        (AfterDownload(), "After each download"),
    ],
)
def test_cadences_in_words(cadence: Any, words: str) -> None:
    assert in_words(cadence) == words


NOW = datetime(2026, 11, 24, 12)


def schedule(**more: Any) -> Schedule:
    given = {"cadence": Daily(at=time(6)), "created_at": NOW, "profile_id": "p1", **more}
    return Schedule(schedule_id="s1", task=ScheduledTask.REFRESH, **given)


@given(cadences, zones, moments, st.timedeltas(timedelta(0), timedelta(days=90)))
def test_downtime_gives_one_run_and_then_the_next_in_the_future(
    cadence: Any, zone: ZoneInfo, start: datetime, downtime: timedelta
) -> None:
    planned = schedule(cadence=cadence).planned(ScheduleState.ACTIVE, zone, start)
    later = start + downtime
    again = planned.planned(ScheduleState.ACTIVE, zone, later)
    assert again.next_run_at == planned.next_run_at  # whether overdue or not, asking changes nothing
    if again.is_due(later):
        ran = again.ran("j1", ScheduleState.ACTIVE, zone, later)
        assert ran.next_run_at is not None
        assert ran.next_run_at > later
        assert not ran.planned(ScheduleState.ACTIVE, zone, later).is_due(later)


@given(zones, moments, st.timedeltas(timedelta(0), timedelta(hours=23)))
def test_a_clock_that_is_set_back_a_little_gives_no_run_twice(zone: ZoneInfo, start: datetime, back: timedelta) -> None:
    due = next_run(Daily(at=time(6)), zone, start)
    assert due is not None
    ran = schedule(next_run_at=due).ran("j1", ScheduleState.ACTIVE, zone, due)
    assert ran.planned(ScheduleState.ACTIVE, zone, due - back).next_run_at == ran.next_run_at


def test_a_clock_that_was_years_ahead_leaves_nothing_behind() -> None:
    astray = schedule().ran("j1", ScheduleState.ACTIVE, BERLIN, datetime(2031, 1, 1))
    assert astray.next_run_at == datetime(2031, 1, 1, 5)
    assert astray.planned(ScheduleState.ACTIVE, BERLIN, NOW).next_run_at == datetime(2026, 11, 25, 5)


@pytest.mark.parametrize(
    ("profile", "is_paused", "state"),
    [
        ({"status": ProfileStatus.PUBLISHED}, False, ScheduleState.ACTIVE),
        ({"status": ProfileStatus.PUBLISHED}, True, ScheduleState.PAUSED),
        ({"status": ProfileStatus.PUBLISHED, "is_paused": True}, True, ScheduleState.PROFILE_PAUSED),
        ({"status": ProfileStatus.DRAFT, "is_paused": True}, False, ScheduleState.PROFILE_DRAFT),
        (None, False, ScheduleState.ACTIVE),
    ],
)
def test_only_what_is_active_has_a_next_run(profile: Any, is_paused: bool, state: ScheduleState) -> None:
    of = Profile(profile_id="p1", name="Acme", created_at=NOW, **profile) if profile else None
    found = schedule(is_paused=is_paused, next_run_at=NOW)
    assert found.state(of) is state
    planned = found.planned(state, BERLIN, NOW).next_run_at
    assert planned == (NOW if state is ScheduleState.ACTIVE else None)
