"""job list, run, pause, resume, change: the same schedules as on the pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sfsam.domain.jobs import Job
from sfsam.errors import SalesforceUnavailable
from sfsam.services.running import JobControl
from tests.cli.conftest import Printed, Script
from tests.fakes.scripted import FOUND

Run = Callable[..., Printed]
SETTLE = "Settle open outcomes"


def listed(run: Run, name: str = SETTLE) -> dict[str, Any]:
    rows: list[dict[str, Any]] = run("job", "list", "--json").document
    return {row["name"]: row for row in rows}[name]


def test_the_list_has_what_contract_and_people_need(script: Script, run: Run) -> None:
    row = listed(run)
    assert row["name"] == SETTLE
    assert row["cadence"] == {"every": "day", "at": "05:00:00"}
    assert (row["state"], row["next_run_at"], row["last_state"]) == ("active", "2026-11-25T05:00:00Z", None)
    printed = run("job", "list")
    assert "Every day at 05:00" in printed.out
    assert "UTC" in printed.out


def test_running_waits_for_the_end(script: Script, run: Run) -> None:
    job = run("job", "run", SETTLE, "--json").document
    assert (job["kind"], job["state"], job["result"]) == ("settle", "succeeded", FOUND.model_dump())
    row = listed(run)
    assert (row["last_job_id"], row["last_state"]) == (job["job_id"], "succeeded")
    assert f"{SETTLE}: succeeded." in run("job", "run", SETTLE).out


def test_running_tells_why_it_failed(script: Script, run: Run) -> None:
    def work(_: Job, __: JobControl) -> Any:
        raise SalesforceUnavailable("Salesforce does not answer.", "Try again later.")

    script.work = work
    printed = run("job", "run", SETTLE)
    assert printed.code == 75
    assert "Salesforce does not answer." in printed.err


def test_pause_resume_and_change(script: Script, run: Run) -> None:
    assert run("job", "pause", SETTLE, "--json").document["state"] == "paused"
    assert listed(run)["next_run_at"] is None
    assert "Next run: 2026-11-25T05:00:00Z" in run("job", "resume", SETTLE).out
    line = ("--every", "week", "--weekday", "friday", "--at", "07:30", "--time-zone", "Europe/Berlin")
    changed = run("job", "change", SETTLE, *line, "--json").document
    assert (changed["runs"], changed["next_run_at"]) == ("Every Friday at 07:30", "2026-11-27T06:30:00Z")


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        (("run", "Nothing"), 1, "There is no scheduled job named 'Nothing'"),
        (("change", SETTLE, "--every", "day"), 2, "cadence.day.at: Field required"),
        (("change", SETTLE, "--every", "day", "--at", "6", "--weekday", "friday"), 2, "cadence.day"),
        (("change", SETTLE, "--every", "full moon"), 2, "cadence"),
        (("change", SETTLE, "--every", "month", "--day", "32", "--at", "06:00"), 2, "less than or equal to 31"),
        (("change", SETTLE, "--every", "download"), 2, "cannot follow a download"),
        (("change", SETTLE, "--every", "day", "--at", "06:00", "--time-zone", "Rivendell"), 2, "no time zone"),
    ],
)
def test_what_cannot_be_is_said(script: Script, run: Run, line: tuple[str, ...], code: int, words: str) -> None:
    printed = run("job", *line)
    assert printed.code == code
    assert words in printed.err
