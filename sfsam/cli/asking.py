"""What most commands share: their options, who asks, and waiting for a job."""

from __future__ import annotations

import getpass
import sys
from time import sleep
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from sfsam.bootstrap import configure_logging
from sfsam.cli.door import Door, unfinished
from sfsam.config import Settings
from sfsam.domain.commands import CancelJob, Enqueue, JobCommand, ShowJob
from sfsam.domain.jobs import JobState
from sfsam.errors import RefusedError, SetupError, SfsamError
from sfsam.web.wire import error_from

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document on standard output.")]
OneProfile = Annotated[str | None, typer.Option("--profile", help="This integration profile only.")]
ProfileName = Annotated[str, typer.Argument(help="Name of an integration profile.")]

_FIRST_LOOK_SECONDS = 0.05
_LATER_LOOKS_SECONDS = 0.5


def load_settings() -> Settings:
    """The settings of this process. Raises SetupError for a value that cannot be used."""
    try:
        settings = Settings()
    except ValidationError as trouble:
        wrong = "; ".join(f"SFSAM_{'.'.join(map(str, one['loc'])).upper()}: {one['msg']}" for one in trouble.errors())
        raise SetupError(f"A setting cannot be used: {wrong}.", "docs/settings.md lists what each may be.") from None
    configure_logging(settings)
    return settings


def open_door() -> Door:
    return Door(load_settings())


def actor() -> str:
    """Who asks: the operating-system user."""
    return getpass.getuser()


def done(door: Door, order: JobCommand, key: str = "") -> dict[str, Any]:
    """Have a job done and give its result. Raises the error that ended it.

    Ctrl-C cancels a job that this process does itself, and leaves one of another process to its owner.
    """
    result: dict[str, Any] = followed(door, door.ask(Enqueue(actor=actor(), job=order, key=key)))["result"]
    return result


def followed(door: Door, job: dict[str, Any]) -> dict[str, Any]:
    """The same for a job that was asked for already: the job as it has ended."""
    progress = _ProgressLine()
    try:
        job = _wait(door, job, progress)
    except KeyboardInterrupt:
        _leave(door, job)
        raise
    finally:
        progress.end()
    _raise_failure(job)
    return job


def _wait(door: Door, job: dict[str, Any], progress: _ProgressLine) -> dict[str, Any]:
    pause = _FIRST_LOOK_SECONDS
    while unfinished(job):
        sleep(pause)
        pause = min(pause * 1.5, _LATER_LOOKS_SECONDS)
        job = door.ask(ShowJob(actor=actor(), job_id=job["job_id"]))
        progress.show(job["progress"])
    return job


def _leave(door: Door, job: dict[str, Any]) -> None:
    if not door.owned:
        typer.echo("The job is left to the process that holds the database.", err=True)
        return
    typer.echo("Stopping at the next safe point.", err=True)
    try:
        door.ask(CancelJob(actor=actor(), job_id=job["job_id"]))
    except SfsamError:
        return  # it ended in this very moment


def _raise_failure(job: dict[str, Any]) -> None:
    failure = job["failure"]
    if failure is not None:
        raise error_from(
            failure["error"], failure["what"], failure["remedy"], failure["said"], exit_code=failure["exit_code"]
        )
    if job["state"] == JobState.CANCELED:
        raise RefusedError("The job was canceled.", "Ask again when it should be done after all.")


class _ProgressLine:
    """One line on standard error that is written over; only where somebody watches."""

    def __init__(self) -> None:
        self._watched = sys.stderr.isatty()
        self._shown = ""

    def show(self, progress: dict[str, Any]) -> None:
        line = f"{progress['share']:4.0%}  {progress['sentence']}"
        if self._watched and line != self._shown:
            sys.stderr.write(f"\r\033[K{line}")
            sys.stderr.flush()
            self._shown = line

    def end(self) -> None:
        if self._shown:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()
