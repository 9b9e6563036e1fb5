"""Why a job ended badly, as people read it."""

from __future__ import annotations

import traceback

from sfsam.domain.jobs import Job, JobFailure, JobKind
from sfsam.errors import SfsamError, TemporaryError


def failure_of(error: Exception) -> JobFailure:
    """A foreseen error in its own words; any other as an error inside sfsam, without its text."""
    if isinstance(error, SfsamError):
        return JobFailure(
            error=error.name, what=error.what, remedy=error.remedy, said=error.said, exit_code=error.exit_code
        )
    return JobFailure(
        error="InternalError",
        what=f"An error inside sfsam ended this ({type(error).__name__}).",
        remedy="Nothing is lost. Start it again; if it fails again, report it with the log of this moment.",
    )


def failure_of_interruption(job: Job) -> JobFailure:
    """The job ended because its process went away."""
    return _cut_off(job, "Interrupted", "sfsam was stopped while this ran.")


def failure_of_death(job: Job) -> JobFailure:
    """The job ended because whoever did it inside the process is no more."""
    return _cut_off(job, "Died", "An error inside sfsam cut this off in the middle.")


def _cut_off(job: Job, error: str, what: str) -> JobFailure:
    if job.kind is JobKind.RECLAIM:
        remedy = "Run settle: it reads the org back, closes what is open, and nothing is sent twice."
    else:
        remedy = "Start it again. Nothing is half done: the data before stays in use."
    return JobFailure(error=error, what=what, remedy=remedy, exit_code=TemporaryError.exit_code)


def trace_of(error: Exception) -> str:
    """Where it happened, without the error's text: a text may repeat the values it complains about."""
    return "".join(traceback.format_tb(error.__traceback__)) + type(error).__name__
