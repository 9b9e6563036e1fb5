"""Scheduled jobs on the pages: when each runs next, how it ended last, run now, pause, change its time."""

from __future__ import annotations

import json
import re
from datetime import datetime, time
from typing import Any

import pandas as pd

from sfsam.domain.commands import ChangeSchedule, Command, PauseSchedule, ResumeSchedule, RunScheduleNow, ShowJob
from sfsam.domain.jobs import JobKind, JobState
from sfsam.domain.roles import Caller
from sfsam.domain.schedules import Daily, Weekday, Weekly
from sfsam.errors import RefusedError
from sfsam.ui import schedule_messages as messages
from tests.fakes.frames import FAILURE, SCHEDULES
from tests.fakes.system import FakeSystem
from tests.ui.conftest import Open, said

JOBS = "pages/operations/jobs.py"


def show(system: FakeSystem, rows: list[dict[str, Any]]) -> None:
    columns = system.reads.fetch("scheduled_jobs").columns
    system.reads.replace("scheduled_jobs", pd.DataFrame(rows, columns=columns))


def test_each_says_when_it_runs_and_how_it_ended(full: FakeSystem, visit: Open) -> None:
    app = visit(JOBS)
    text = said(app).replace("\\", "")
    for words in (
        "**Refresh Production subscriptions**",
        "Every day at 06:00 UTC",
        "**Identify removal candidates Production**",
        "After each download",
        "Every Sunday at 04:00 UTC",
        "**Settle open outcomes**",
        "Paused",
        messages.NEVER_RAN,
        "4 jobs, 1 at rest",
        "Next: Settle open outcomes, ",
    ):
        assert words in text
    assert re.search(r"^:gray\[Next\] (tomorrow|25 Nov 2026), 06:00$", text, re.MULTILINE)
    assert "Done" in app.button(key="last_s1").label
    assert "Failed" in app.button(key="last_s2").label


def test_without_a_published_profile_it_says_what_makes_them(full: FakeSystem, empty: FakeSystem, visit: Open) -> None:
    show(empty, [row for row in SCHEDULES if row["profile_id"] is None])
    assert messages.NONE_YET[1] in said(visit(JOBS))


def test_a_last_result_opens_as_the_card_of_its_job(full: FakeSystem, visit: Open) -> None:
    full.add_job(JobKind.IDENTIFY, JobState.FAILED, job_id="job-s2", failure=FAILURE)
    full.add_job(
        JobKind.IDENTIFY, JobState.SUCCEEDED, job_id="job-s1", result={"created": 5, "updated": 0, "closed": 1}
    )
    app = visit(JOBS)
    app.button(key="last_s1").click().run()
    assert "5 new, 0 still candidates, 1 closed." in said(app)


def test_the_lead_and_the_card_of_a_short_job_agree(full: FakeSystem, visit: Open) -> None:
    """It has ended between the two: the page is drawn again, and by then the lead knows."""
    ended = full.add_job(JobKind.SETTLE, JobState.SUCCEEDED, job_id="job-s1", result={"open_before": 0})
    running = {**full.reads.fetch("jobs").to_dict("records")[0], "job_id": ended.job_id, "state": "running"}
    columns = full.reads.fetch("jobs").columns
    app = visit(JOBS)
    full.reads.replace("jobs", pd.DataFrame([running], columns=columns))
    answer = full.send

    def send(command: Command, caller: Caller) -> Any:
        if isinstance(command, ShowJob):
            full.reads.replace("jobs", pd.DataFrame([{**running, "state": "succeeded"}], columns=columns))
        return answer(command, caller)

    full.send = send  # type: ignore[method-assign]
    app.button(key="last_s1").click().run()
    assert "No outcome was open." in said(app)
    assert "No job is running" in said(app)


def test_run_now_pause_and_resume_send_their_commands(full: FakeSystem, visit: Open) -> None:
    app = visit(JOBS)
    app.button(key="rest_s1").click().run()
    app.button(key="rest_s3").click().run()
    app.button(key="run_s4").click().run()
    assert [each.schedule for each in full.orders(PauseSchedule)] == ["s1"]
    assert [each.schedule for each in full.orders(ResumeSchedule)] == ["s3"]
    assert [each.schedule for each in full.orders(RunScheduleNow)] == ["s4"]


def test_a_refusal_is_shown_once(full: FakeSystem, visit: Open) -> None:
    full.raises[RunScheduleNow] = RefusedError("Nothing runs for this profile while it is paused.", "Resume it first.")
    app = visit(JOBS)
    app.button(key="run_s1").click().run()
    assert "while it is paused" in said(app)
    assert "while it is paused" not in said(app.run())


def test_a_profile_at_rest_rests_its_jobs(full: FakeSystem, visit: Open) -> None:
    show(full, [{**SCHEDULES[0], "state": "profile_draft", "next_run_at": None}])
    app = visit(JOBS)
    assert "Profile is a draft" in said(app)
    assert app.button(key="run_s1").disabled and app.button(key="rest_s1").disabled


def test_another_time_is_sent_as_it_is_entered(full: FakeSystem, visit: Open) -> None:
    app = visit(JOBS)
    app.button(key="change_s1").click().run()
    assert app.selectbox(key="every_s1").options == ["Every day", "Every week", "Every month"]
    app.selectbox(key="every_s1").select("week").run()
    app.selectbox(key="weekday_s1").select("friday").run()
    app.time_input(key="at_s1").set_value(time(7, 30)).run()
    app.selectbox(key="zone_s1").select("Europe/Berlin").run()
    app.button(key="confirm_schedule").click().run()
    (order,) = full.orders(ChangeSchedule)
    assert (order.schedule, order.time_zone) == ("s1", "Europe/Berlin")
    assert order.cadence == Weekly(at=time(7, 30), weekday=Weekday.FRIDAY)
    assert not [button for button in app.button if button.key == "confirm_schedule"]


def test_the_search_for_candidates_may_follow_a_download_or_have_a_time(full: FakeSystem, visit: Open) -> None:
    app = visit(JOBS)
    app.button(key="change_s2").click().run()
    assert app.selectbox(key="every_s2").value == "download"
    app.selectbox(key="every_s2").select("day").run()
    app.button(key="confirm_schedule").click().run()
    assert full.orders(ChangeSchedule)[0].cadence == Daily(at=time(6))


def test_a_long_list_is_cut_into_pages(full: FakeSystem, visit: Open) -> None:
    many = [{**SCHEDULES[0], "schedule_id": f"m{number}", "profile": f"Org {number}"} for number in range(23)]
    show(full, many)
    first = said(visit(JOBS)).replace("\\", "")
    assert "Org 9 " in first and "Org 10 " not in first
    assert "1 to 10 of 23" in first
    assert "Org 22 " in said(visit(JOBS, schedules_page="3"))


def test_the_record_of_a_profile_shows_its_own(full: FakeSystem, visit: Open) -> None:
    text = said(visit("pages/operations/integration_profile.py", profile="p1")).replace("\\", "")
    assert "Every day at 06:00 UTC" in text and ":gray[Next] " in text
    assert "Settle open outcomes" not in text


def test_a_cadence_of_its_own_zone_says_so(full: FakeSystem, visit: Open) -> None:
    monthly = json.dumps({"every": "month", "day": 31, "at": "04:00:00"})
    row = {**SCHEDULES[0], "cadence": monthly, "time_zone": "Asia/Tokyo", "next_run_at": datetime(2026, 11, 30, 19)}
    show(full, [row])
    assert "On day 31 of each month at 04:00 Asia/Tokyo" in said(visit(JOBS)).replace("\\", "")
