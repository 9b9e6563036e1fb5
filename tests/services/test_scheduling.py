"""Scheduled jobs: made by publishing, run once when due, left out while somebody wants that."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import pytest

from sfsam.domain.commands import (
    ChangeSchedule,
    Connect,
    DeleteProfile,
    Download,
    Enqueue,
    ListJobs,
    ListSchedules,
    Pause,
    PauseSchedule,
    Resume,
    ResumeSchedule,
    RunScheduleNow,
    SaveDetails,
    SetReclaim,
    ShowAudit,
)
from sfsam.domain.jobs import JobKind, JobState
from sfsam.domain.schedules import AfterDownload, Daily, ScheduleState, Weekday, Weekly
from sfsam.errors import NotFound, RefusedError, UsageError
from tests.fakes.salesforce import ORG_ID
from tests.services.conftest import Bench
from tests.store import tiny_org

REFRESH = "Refresh Production subscriptions"
FULL = "Full refresh Production"
IDENTIFY = "Identify removal candidates Production"
SETTLE, HOUSEKEEP, REMIND = "Settle open outcomes", "Housekeep", "Close and remind"
EVERY_NIGHT = [JobKind.HOUSEKEEP, JobKind.SETTLE]  # for the whole installation, in this order
EVERY_DAY = [JobKind.HOUSEKEEP, JobKind.REMIND, JobKind.SETTLE]  # by noon
TOMORROW_AT_SIX = datetime(2026, 11, 25, 6)


@pytest.fixture
def published(bench: Bench) -> Bench:
    """Production is published at noon on Tuesday, 24 November 2026, and the jobs of that are done."""
    bench.publish()
    pages = bench.settings.data_dir / "pages"
    pages.mkdir()
    bench.org.staged = tiny_org.stage(pages, org_id=ORG_ID)
    return bench


def schedules(bench: Bench) -> dict[str, Any]:
    return {each.name: each for each in bench.handle(ListSchedules())}


def due(bench: Bench) -> list[JobKind]:
    return [job.kind for job in bench.services.run_due_schedules()]


def end_jobs(bench: Bench) -> None:
    """Every open job has succeeded."""
    with bench.store.begin() as work:
        while job := work.jobs.next_queued():
            work.jobs.save(job.model_copy(update={"state": JobState.SUCCEEDED, "ended_at": bench.clock.now()}))
        work.commit()


def at(bench: Bench, moment: datetime) -> None:
    bench.clock.moment = moment


def test_publishing_makes_the_jobs_of_the_profile(published: Bench) -> None:
    found = schedules(published)
    assert {name: (each.profile, each.runs, each.next_run_at) for name, each in found.items()} == {
        REFRESH: ("Production", "Every day at 06:00", TOMORROW_AT_SIX),
        FULL: ("Production", "Every Sunday at 04:00", datetime(2026, 11, 29, 4)),
        IDENTIFY: ("Production", "After each download", None),
        SETTLE: (None, "Every day at 05:00", datetime(2026, 11, 25, 5)),
        HOUSEKEEP: (None, "Every day at 04:30", datetime(2026, 11, 25, 4, 30)),
        REMIND: (None, "Every day at 08:00", datetime(2026, 11, 25, 8)),
    }
    assert list(found) == [REFRESH, IDENTIFY, FULL, HOUSEKEEP, REMIND, SETTLE]
    assert {each.state for each in found.values()} == {ScheduleState.ACTIVE}
    assert schedules(published) == found  # looking again makes no second one


def test_an_installation_of_before_gets_its_jobs_at_the_first_look(published: Bench) -> None:
    with published.store._cursor() as cursor:
        cursor.execute("DELETE FROM scheduled_job")
    assert due(published) == []
    with published.store._cursor() as cursor:
        rows = cursor.execute("SELECT task, next_run_at FROM scheduled_job ORDER BY task").fetchall()
    assert [task for task, _ in rows] == ["full_refresh", "housekeep", "identify", "refresh", "remind", "settle"]
    assert dict(rows)["refresh"] == TOMORROW_AT_SIX


def test_what_is_due_is_queued_once_with_its_job_and_its_next_run(published: Bench) -> None:
    at(published, TOMORROW_AT_SIX - timedelta(seconds=1))
    assert sorted(due(published)) == EVERY_NIGHT
    at(published, TOMORROW_AT_SIX + timedelta(seconds=1))
    assert due(published) == [JobKind.DOWNLOAD]
    assert due(published) == []
    found = schedules(published)[REFRESH]
    job, *_ = published.handle(ListJobs())
    assert (job.requested_by, job.profile_id, found.last_job_id) == ("schedule", published.profile_id, job.job_id)
    assert (found.last_state, found.last_run_at) == (JobState.QUEUED, published.clock.now())
    assert found.next_run_at == TOMORROW_AT_SIX + timedelta(days=1)


def test_ten_missed_days_are_made_up_for_by_one_run(published: Bench) -> None:
    at(published, datetime(2026, 12, 4, 9))
    # Never two at once: the settling, the daily and the weekly download stand in the queue once each.
    assert sorted(due(published)) == [JobKind.DOWNLOAD, JobKind.DOWNLOAD, *EVERY_DAY]
    assert due(published) == []
    end_jobs(published)
    assert due(published) == []
    assert schedules(published)[REFRESH].next_run_at == datetime(2026, 12, 5, 6)
    with published.store.begin() as work:
        arguments = [job.arguments for job in work.jobs.newest(10)]
    assert sorted(each["full"] for each in arguments if each["task"] == "download") == [False, True]


def test_a_run_that_is_under_way_stands_for_the_next_one(published: Bench) -> None:
    asked = published.handle(Enqueue(actor="ada", job=Download(profile="Production")))
    at(published, TOMORROW_AT_SIX)
    *others, found = sorted(published.services.run_due_schedules(), key=lambda job: job.kind == "download")
    assert found.job_id == asked.job_id
    assert sorted(job.kind for job in others) == EVERY_NIGHT


def test_candidates_are_looked_for_after_each_download_unless_that_is_paused(published: Bench) -> None:
    published.run(Download(actor="ada", profile="Production"))
    (job,) = published.handle(ListJobs())
    assert (job.kind, job.requested_by, schedules(published)[IDENTIFY].last_job_id) == ("identify", "ada", job.job_id)
    end_jobs(published)
    published.handle(PauseSchedule(schedule=IDENTIFY))
    published.run(Download(profile="Production"))
    assert len(published.handle(ListJobs())) == 1
    published.handle(ResumeSchedule(schedule=IDENTIFY))
    published.run(Download(profile="Production", identify=False))
    assert len(published.handle(ListJobs())) == 1


def test_a_paused_schedule_waits_and_makes_up_for_nothing(published: Bench) -> None:
    paused = published.handle(PauseSchedule(actor="ada", schedule=REFRESH.upper()))
    assert (paused.state, paused.next_run_at) == (ScheduleState.PAUSED, None)
    at(published, TOMORROW_AT_SIX + timedelta(hours=1))
    assert sorted(due(published)) == EVERY_NIGHT
    resumed = published.handle(ResumeSchedule(actor="ada", schedule=paused.schedule_id))
    assert (resumed.state, resumed.next_run_at) == (ScheduleState.ACTIVE, TOMORROW_AT_SIX + timedelta(days=1))
    assert due(published) == []
    published.handle(ResumeSchedule(actor="ada", schedule=REFRESH))
    actions = [(each.action, each.actor) for each in published.handle(ShowAudit()).entries[:3]]
    assert actions[:2] == [("schedule.resumed", "ada"), ("schedule.paused", "ada")]
    assert actions[2][0] != "schedule.resumed"  # what is not paused was not resumed


def test_a_paused_profile_pauses_its_jobs_and_what_was_paused_before_stays_so(published: Bench) -> None:
    published.handle(PauseSchedule(schedule=FULL))
    published.handle(Pause(profile="Production"))
    found = schedules(published)
    assert {found[name].state for name in (REFRESH, FULL, IDENTIFY)} == {ScheduleState.PROFILE_PAUSED}
    assert found[REFRESH].next_run_at is None
    at(published, datetime(2026, 12, 4, 9))
    assert sorted(due(published)) == EVERY_DAY
    with pytest.raises(RefusedError, match="while it is paused"):
        published.handle(RunScheduleNow(schedule=REFRESH))
    published.handle(Resume(profile="Production"))
    assert due(published) == []
    found = schedules(published)
    assert (found[REFRESH].state, found[FULL].state) == (ScheduleState.ACTIVE, ScheduleState.PAUSED)
    assert found[REFRESH].next_run_at == datetime(2026, 12, 5, 6)


def test_a_profile_that_returns_to_draft_stops_its_jobs_until_it_is_published_again(published: Bench) -> None:
    published.handle(SetReclaim(profile="Production", enabled=False))
    assert schedules(published)[REFRESH].state is ScheduleState.ACTIVE  # report-only needs no new validation
    published.handle(SetReclaim(profile="Production", enabled=True))
    assert schedules(published)[REFRESH].state is ScheduleState.PROFILE_DRAFT
    at(published, datetime(2026, 12, 4, 9))
    assert sorted(due(published)) == EVERY_DAY
    with pytest.raises(RefusedError, match="while it is a draft"):
        published.handle(RunScheduleNow(schedule=REFRESH))
    published.run(Connect(profile="Production", download=False))
    assert due(published) == []
    assert schedules(published)[REFRESH].next_run_at == datetime(2026, 12, 5, 6)


def test_deleting_a_profile_takes_its_jobs_along(published: Bench) -> None:
    published.handle(DeleteProfile(profile="Production", confirmed=True))
    assert list(schedules(published)) == [HOUSEKEEP, REMIND, SETTLE]
    at(published, datetime(2026, 12, 4, 9))
    assert sorted(due(published)) == EVERY_DAY


def test_a_job_can_be_run_at_once_also_when_it_is_paused(published: Bench) -> None:
    published.handle(PauseSchedule(schedule=FULL))
    first = published.handle(RunScheduleNow(actor="ada", schedule=FULL))
    again = published.handle(RunScheduleNow(actor="bob", schedule=FULL))
    assert (first.kind, first.requested_by, again.job_id) == (JobKind.DOWNLOAD, "ada", first.job_id)
    found = schedules(published)[FULL]
    assert (found.last_job_id, found.state, found.next_run_at) == (first.job_id, ScheduleState.PAUSED, None)
    before = schedules(published)[REFRESH].next_run_at
    published.handle(RunScheduleNow(schedule=REFRESH))
    assert schedules(published)[REFRESH].next_run_at == before


def test_when_it_runs_can_be_changed_in_any_time_zone(published: Bench) -> None:
    cadence = Weekly(at=time(7, 30), weekday=Weekday.FRIDAY)
    changed = published.handle(
        ChangeSchedule(actor="ada", schedule=REFRESH, cadence=cadence, time_zone="America/New_York")
    )
    assert (changed.runs, changed.time_zone) == ("Every Friday at 07:30", "America/New_York")
    assert changed.next_run_at == datetime(2026, 11, 27, 12, 30)
    entry = published.handle(ShowAudit()).entries[0]
    assert (entry.action, entry.subject, entry.detail["runs"]) == ("schedule.changed", REFRESH, changed.runs)
    timed = published.handle(ChangeSchedule(schedule=IDENTIFY, cadence=Daily(at=time(8))))
    assert timed.next_run_at == datetime(2026, 11, 25, 8)
    published.run(Download(profile="Production"))
    assert published.handle(ListJobs()) == []  # it follows no download any more


@pytest.mark.parametrize(
    ("command", "error", "words"),
    [
        (PauseSchedule(schedule="Refresh nobody"), NotFound, "Scheduled jobs here: .*Settle open outcomes"),
        (ChangeSchedule(schedule=REFRESH, cadence=AfterDownload()), UsageError, "cannot follow a download"),
        (
            ChangeSchedule(schedule=REFRESH, cadence=Daily(at=time(1)), time_zone="Middle/Earth"),
            UsageError,
            "no time zone",
        ),
    ],
)
def test_what_cannot_be_is_refused(published: Bench, command: Any, error: type[Exception], words: str) -> None:
    before = schedules(published)
    with pytest.raises(error, match=words):
        published.handle(command)
    assert schedules(published) == before


def test_a_name_follows_its_profile(published: Bench) -> None:
    published.handle(SaveDetails(profile="Production", name="Acme"))
    assert "Refresh Acme subscriptions" in schedules(published)


def test_the_practice_org_is_left_alone_while_it_does_not_run(published: Bench) -> None:
    with published.store._cursor() as cursor:
        cursor.execute("UPDATE integration_profile SET is_practice = true")
    at(published, TOMORROW_AT_SIX)
    assert sorted(due(published)) == EVERY_NIGHT
    assert schedules(published)[REFRESH].next_run_at == TOMORROW_AT_SIX + timedelta(days=1)
    assert schedules(published)[REFRESH].last_run_at is None
