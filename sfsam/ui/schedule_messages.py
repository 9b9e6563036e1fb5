"""What the pages say about scheduled jobs."""

from __future__ import annotations

from typing import Any

from sfsam.charts.formats import counted
from sfsam.domain.schedules import NAMES, ScheduledTask, ScheduleState, Weekday
from sfsam.ui.formats import plain

NONE_YET = (
    "No job is scheduled yet",
    "Publishing an integration profile makes its jobs: a daily refresh, the search for candidates, a weekly full one.",
)
NEVER_RAN = "Has not run yet"
MISSED = "A run that was missed while sfsam was down is made up for once, at the next start."
CHANGE_LEAD = "The new time counts from now on. Daylight saving is taken care of."
NO_NEXT = {
    ScheduleState.ACTIVE: ":gray[Next] after a download",
    ScheduleState.PAUSED: ":orange[:material/pause_circle:] Paused",
    ScheduleState.PROFILE_PAUSED: ":orange[:material/pause_circle:] Profile paused",
    ScheduleState.PROFILE_DRAFT: ":gray[:material/radio_button_unchecked:] Profile is a draft",
}
WHAT = {
    ScheduledTask.REFRESH: "Reads what changed in the org.",
    ScheduledTask.FULL_REFRESH: "Reads the org from the beginning.",
    ScheduledTask.IDENTIFY: "Runs the rules over what was read.",
    ScheduledTask.SETTLE: "Reads back each change whose outcome is not known.",
    ScheduledTask.REMIND: "Reminds people, writes to approvers, and has reclaimed whose time to answer is over.",
    ScheduledTask.HOUSEKEEP: "Ends exclusions whose last day is over, and forgets history past its keeping.",
}
EVERY_WORDS = {"day": "Every day", "week": "Every week", "month": "Every month", "download": "After each download"}
WEEKDAY_WORDS = {weekday.value: weekday.value.capitalize() for weekday in Weekday}


def next_sentence(name: str | None, moment: str) -> str:
    """Next: Refresh Production subscriptions, tomorrow, 06:00."""
    return f"Next: {plain(name)}, {moment}." if name else ""


def aside(rows: list[dict[str, Any]]) -> str:
    """7 jobs, 1 paused."""
    resting = sum(row["state"] != ScheduleState.ACTIVE for row in rows)
    return counted(len(rows), "job", "jobs") + (f", {resting} at rest" if resting else "")


def will_be_made(profile: str) -> str:
    """The jobs that publishing a profile of this name makes."""
    names = [name.format(profile=profile) for task, name in NAMES.items() if task.is_of_profile]
    return f"From then on these jobs run by themselves: {', '.join(f'*{plain(name)}*' for name in names)}."


def were_made(jobs: list[tuple[str, str]]) -> str:
    """The jobs that publishing made; `jobs` are names, each with when it runs."""
    listed = ", ".join(f"*{plain(name)}* ({when})" for name, when in jobs)
    return f"Publishing made {counted(len(jobs), 'scheduled job', 'scheduled jobs')}: {listed}."
