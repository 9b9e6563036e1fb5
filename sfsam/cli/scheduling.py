"""job list, run, pause, resume, change."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from sfsam.cli.asking import AsJson, actor, followed, open_door
from sfsam.cli.output import print_answer, print_rows
from sfsam.domain.commands import (
    ChangeSchedule,
    Command,
    ListSchedules,
    PauseSchedule,
    ResumeSchedule,
    RunScheduleNow,
)

JobName = Annotated[str, typer.Argument(help="Name or id of a scheduled job, as `job list` shows it.")]
_LONGEST_NAME = 200  # a name is what the other commands take
_COLUMNS = ("name", "runs", "time_zone", "state", "next_run_at", "last_run_at", "last_state")


def listing(as_json: AsJson = False) -> None:
    """List the scheduled jobs with their next run and their last result."""
    with open_door() as door:
        rows = door.ask(ListSchedules(actor=actor()))
    print_rows(rows, _COLUMNS, as_json=as_json, nothing="No job is scheduled.", longest=_LONGEST_NAME)


def run(name: JobName, as_json: AsJson = False) -> None:
    """Do a scheduled job now and wait for its end."""
    with open_door() as door:
        job = followed(door, door.ask(RunScheduleNow(actor=actor(), schedule=name)))
    print_answer(job, f"{name}: {job['state']}. {job['progress']['sentence']}".strip(), as_json=as_json)


def pause(name: JobName, as_json: AsJson = False) -> None:
    """Leave a scheduled job out until it is resumed."""
    answer = _asked(PauseSchedule(actor=actor(), schedule=name))
    print_answer(answer, f"{answer['name']} is paused.", as_json=as_json)


def resume(name: JobName, as_json: AsJson = False) -> None:
    """Take a paused scheduled job up again."""
    answer = _asked(ResumeSchedule(actor=actor(), schedule=name))
    print_answer(answer, f"{answer['name']} is no longer paused. {_next(answer)}", as_json=as_json)


def change(
    name: JobName,
    every: Annotated[str, typer.Option(help="day, week, month, or download: after each download.")],
    at: Annotated[str | None, typer.Option(help="Time of day, such as 06:00.")] = None,
    weekday: Annotated[str | None, typer.Option(help="Every week on this day, such as sunday.")] = None,
    day: Annotated[int | None, typer.Option(help="Every month on this day, 1 to 31.")] = None,
    time_zone: Annotated[str, typer.Option(help="Such as Europe/Berlin; else that of SFSAM_TIME_ZONE.")] = "",
    as_json: AsJson = False,
) -> None:
    """Change when a scheduled job runs."""
    parts = {"every": every, "at": at, "weekday": weekday, "day": day}
    cadence = {part: value for part, value in parts.items() if value is not None}
    order = ChangeSchedule.model_validate(
        {"actor": actor(), "schedule": name, "cadence": cadence, "time_zone": time_zone}
    )
    answer = _asked(order)
    print_answer(
        answer, f"{answer['name']}: {answer['runs']} ({answer['time_zone']}). {_next(answer)}", as_json=as_json
    )


def _asked(command: Command) -> dict[str, Any]:
    with open_door() as door:
        answer: dict[str, Any] = door.ask(command)
    return answer


def _next(answer: dict[str, Any]) -> str:
    return f"Next run: {answer['next_run_at']}." if answer["next_run_at"] else ""
