"""Removal candidates, plans and outcomes."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from sfsam.domain.answers.base import Amount, Answer, Moment
from sfsam.domain.candidates import Action, Justification, State
from sfsam.domain.subscriptions import Kind


class CandidateRow(Answer):
    number: str
    state: State
    user_principal_name: str
    user_id: str
    name: str | None
    department: str | None
    org: str
    org_id: str
    kind: Kind
    identifier: str
    model: str
    rule: str
    justification: Justification
    last_activity_at: Moment | None
    inactive_days: int | None
    action: Action
    potential_savings: Amount | None
    currency: str | None
    message: str
    evidence: dict[str, Any]


class PlannedCallRow(Answer):
    step: str
    method: str
    object: str
    records: int
    users: int


class LeftOut(Answer):
    """A candidate that the plan leaves out, with the reason and what to do."""

    number: str
    user_principal_name: str
    reason: str
    remedy: str


class RunLimit(Answer):
    """How many people of one org a run touches, and may touch."""

    profile: str
    is_sandbox: bool
    selected: int
    allowed: int
    active_users: int


class PlanAnswer(Answer):
    """`fingerprint` says which candidates this is the plan for; the reclaim may be bound to it."""

    planned_calls: int
    seats_freed: int
    users: int
    potential_savings: Amount | None
    currency: str | None
    calls: list[PlannedCallRow]
    left_out: list[LeftOut]
    not_the_same: list[str] = Field(default_factory=list)  # what an undo cannot give back as it was
    fingerprint: str = ""
    limits: list[RunLimit] = Field(default_factory=list)  # one for each org
    needs_second_person: bool = False


class OutcomeRow(Answer):
    number: str
    state: State
    message: str


class ReclaimAnswer(Answer):
    planned_calls: int
    seats_freed: int
    outcomes: list[OutcomeRow]


class SettleAnswer(Answer):
    open_before: int
    open_after: int
    outcomes: list[OutcomeRow]


class RestoreNeed(Answer):
    """One license of which seats are needed to give back; `free` None: unlimited, or not known beforehand."""

    license: str
    needed: int
    free: int | None


class RestorePlanAnswer(Answer):
    planned_calls: int
    users: int
    calls: list[PlannedCallRow]
    needs: list[RestoreNeed]
    left_out: list[LeftOut]
    not_the_same: list[str]


class SeatsRestoredAnswer(Answer):
    planned_calls: int
    restored: int
    outcomes: list[OutcomeRow]
    unknown: int = 0  # of which no answer came: settle says


class StopAnswer(Answer):
    """The kill switch."""

    is_stopped: bool
    reason: str = ""
    stopped_by: str = ""
    stopped_at: Moment | None = None
