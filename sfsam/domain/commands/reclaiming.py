"""Take seats back."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from sfsam.domain.candidates import Action, State
from sfsam.domain.commands.base import Command, Narrowing
from sfsam.domain.jobs import JobKind


class PlanReclaim(Command):
    """What taking back these seats would send, read fresh from the org; nothing is sent. Answer: PlanAnswer.

    `action` replaces what the rule proposed, where the kind of each seat allows it (candidates.ACTIONS). `matching`:
    all that are ready and that a list narrowed in this way shows.
    """

    numbers: tuple[str, ...] = ()
    all_ready: bool = False
    matching: Narrowing | None = None
    profile: str | None = None
    action: Action | None = None
    max_users: int | None = Field(default=None, ge=1)


class Reclaim(Command):
    """Take the seats back, or freeze their people. Runs as a job. Answer: ReclaimAnswer.

    A seat whose rule notifies first waits for its user: `after_notice` says that the answer, the silence or the
    approver has decided, and takes seats that are awaiting one of them; only sfsam itself may say so. `fingerprint`, of
    the plan that was looked at: nothing is done when the candidates are others by now. `order_id`: of the order that a
    second person approved, where the profile asks for one.
    """

    task: Literal[JobKind.RECLAIM] = JobKind.RECLAIM
    numbers: tuple[str, ...] = ()
    all_ready: bool = False
    matching: Narrowing | None = None
    profile: str | None = None
    action: Action | None = None
    after_notice: bool = False
    fingerprint: str = ""
    order_id: str = ""
    max_users: int | None = Field(default=None, ge=1)


class PlanRestore(Command):
    """What giving these seats back would send, with the free seats of each license; nothing is sent.
    Answer: RestorePlanAnswer."""

    numbers: tuple[str, ...] = Field(min_length=1)


class Restore(Command):
    """Give back what was taken for these candidates, as a request of its own. Runs as a job.
    Answer: SeatsRestoredAnswer."""

    task: Literal[JobKind.RESTORE] = JobKind.RESTORE
    numbers: tuple[str, ...] = Field(min_length=1)


class StopReclaiming(Command):
    """Stop all taking back and freezing, in every org, until somebody allows it again. Answer: StopAnswer."""

    reason: str = Field(min_length=1, max_length=300)


class AllowReclaiming(Command):
    """Allow it again. Answer: StopAnswer."""

    reason: str = Field(min_length=1, max_length=300)


class ShowStop(Command):
    """Whether all sending is stopped, by whom and why. Answer: StopAnswer."""


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
