"""Take seats back."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from sfsam.domain.candidates import State
from sfsam.domain.commands.base import Command
from sfsam.domain.jobs import JobKind


class PlanReclaim(Command):
    """What taking back these seats would send, read fresh from the org; nothing is sent. Answer: PlanAnswer."""

    numbers: tuple[str, ...] = ()
    all_ready: bool = False
    profile: str | None = None
    max_users: int | None = Field(default=None, ge=1)


class Reclaim(Command):
    """Take the seats back. Runs as a job. Answer: ReclaimAnswer."""

    task: Literal[JobKind.RECLAIM] = JobKind.RECLAIM
    numbers: tuple[str, ...] = ()
    all_ready: bool = False
    profile: str | None = None
    max_users: int | None = Field(default=None, ge=1)


class MoveCandidate(Command):
    """Keep (closed_skipped) a candidate, or put a repaired one back to ready. Answer: CandidateRow.

    A kept seat is not proposed again until the day `until`; None: KEPT_DAYS from today.
    """

    number: str
    to: Literal[State.CLOSED_SKIPPED, State.READY]
    reason: str = Field(min_length=1)
    until: date | None = None


class Settle(Command):
    """Read the org back and close every open outcome. Runs as a job. Answer: SettleAnswer."""

    task: Literal[JobKind.SETTLE] = JobKind.SETTLE
    profile: str | None = None
