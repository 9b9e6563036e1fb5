"""Read an org, and find removal candidates in what was read."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from sfsam.domain.commands.base import Command
from sfsam.domain.jobs import JobKind


class Download(Command):
    """Read the org into the store. Runs as a job. Answer: DownloadAnswer."""

    task: Literal[JobKind.DOWNLOAD] = JobKind.DOWNLOAD
    profile: str
    full: bool = False
    accepts_fewer: bool = Field(default=False, description="Take the org as it is, also when it shows far fewer rows")
    identify: bool = Field(default=True, description="Queue the search for removal candidates afterwards")


class Identify(Command):
    """Find removal candidates by the rules, and close those that no longer hold. Runs as a job."""

    task: Literal[JobKind.IDENTIFY] = JobKind.IDENTIFY
    profile: str | None = None
