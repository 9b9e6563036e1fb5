"""The practice org on this machine."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from sfsam.domain.commands.base import Command
from sfsam.domain.jobs import JobKind

PracticeScenario = Literal["company", "merger", "over-limit", "hidden-objects", "sandbox", "unknown-licenses"]
"""The situations that a practice org can be in (docs/the-practice-org.md)."""


class StartPracticeOrg(Command):
    """Start the practice org on this machine and connect it. Runs as a job. Answer: PracticeAnswer."""

    task: Literal[JobKind.PRACTICE] = JobKind.PRACTICE
    users: int = Field(default=2000, ge=20, le=1_000_000)
    orgs: int = Field(default=2, ge=1, le=5)
    seed: int = 1
    scenario: PracticeScenario = "company"


class StopPracticeOrg(Command):
    """Stop the practice org and forget its profiles with all their data. Answer: PracticeAnswer."""

    task: Literal[JobKind.PRACTICE_STOP] = JobKind.PRACTICE_STOP
