"""Removal candidates: the eight states, the moves between them, and nothing else.

The table below is the whole machine. `Candidate.move` applies one move and returns the moved candidate
together with its audit entry, so that no move can happen without a trace (product.md R2, servicenow.md 3.9).
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from pydantic import Field

from sfsam.domain.audit import AuditEntry
from sfsam.domain.identifiers import new_id
from sfsam.domain.profiles import Record
from sfsam.domain.subscriptions import Kind
from sfsam.errors import MoveNotAllowed


class State(StrEnum):
    READY = "ready"
    AWAITING_USER = "awaiting_user"
    AWAITING_APPROVAL = "awaiting_approval"
    AWAITING_REVOCATION = "awaiting_revocation"
    ATTENTION_REQUIRED = "attention_required"
    CLOSED_COMPLETE = "closed_complete"
    CLOSED_SKIPPED = "closed_skipped"
    CLOSED_CANCELED = "closed_canceled"

    @property
    def is_closed(self) -> bool:
        return not MOVES[self]


MOVES: dict[State, frozenset[State]] = {
    State.READY: frozenset(
        {
            State.AWAITING_USER,
            State.AWAITING_REVOCATION,
            State.ATTENTION_REQUIRED,
            State.CLOSED_SKIPPED,
            State.CLOSED_CANCELED,
        }
    ),
    State.AWAITING_USER: frozenset(
        {
            State.AWAITING_APPROVAL,
            State.AWAITING_REVOCATION,
            State.CLOSED_CANCELED,
            State.CLOSED_SKIPPED,
        }
    ),
    State.AWAITING_APPROVAL: frozenset({State.CLOSED_SKIPPED, State.AWAITING_REVOCATION, State.CLOSED_CANCELED}),
    State.AWAITING_REVOCATION: frozenset(
        {
            State.CLOSED_COMPLETE,
            State.ATTENTION_REQUIRED,
            State.CLOSED_CANCELED,
            State.CLOSED_SKIPPED,
        }
    ),
    State.ATTENTION_REQUIRED: frozenset({State.READY, State.CLOSED_CANCELED, State.CLOSED_SKIPPED}),
    State.CLOSED_COMPLETE: frozenset(),
    State.CLOSED_SKIPPED: frozenset(),
    State.CLOSED_CANCELED: frozenset(),
}

OPEN_STATES = tuple(state for state in State if not state.is_closed)
CLOSABLE = frozenset(OPEN_STATES) - {State.AWAITING_REVOCATION}  # of that one a call is on its way


class Justification(StrEnum):
    LOW_USAGE = "low_usage"
    NEVER_USED = "never_used"
    UNALLOCATED = "unallocated"  # a permission set license that no permission set of its holder needs
    INACTIVE_HOLDER = "inactive_holder"
    OVERLAPPING = "overlapping"  # another license of the same person grants the same
    DOWNGRADE = "downgrade"  # a cheaper license would do for what the person uses
    UNLICENSED = "unlicensed"  # more seats are held than are owned, or the license is no longer valid
    MANUAL = "manual"  # proposed by a person


class Action(StrEnum):
    """What taking a seat back does in Salesforce, the gentlest first. Deactivating frees every seat of the person;
    each other action takes back the one seat that the candidate is (product.md R3). Freezing frees no seat, saves
    nothing, and leaves the candidate where it is."""

    FREEZE = "freeze"
    REMOVE_PERMISSION_SET_LICENSE = "remove_permission_set_license"
    REMOVE_PACKAGE_LICENSE = "remove_package_license"
    CLEAR_FEATURE_LICENSE = "clear_feature_license"
    CHANGE_LICENSE = "change_license"
    DEACTIVATE = "deactivate"

    @property
    def words(self) -> str:
        return self.value.replace("_", " ")


ACTIONS: dict[Kind, tuple[Action, ...]] = {
    Kind.USER: (Action.FREEZE, Action.CHANGE_LICENSE, Action.DEACTIVATE),
    Kind.PERMISSION_SET: (Action.REMOVE_PERMISSION_SET_LICENSE,),
    Kind.PACKAGE: (Action.REMOVE_PACKAGE_LICENSE,),
    Kind.FEATURE: (Action.CLEAR_FEATURE_LICENSE,),
}
"""What can be done for a seat of this kind; the kinds that are no seat of one person have nothing."""

KEPT_DAYS = 180
"""A seat that somebody keeps is proposed again after so many days, unless another day was said."""


class Candidate(Record):
    """One seat that may be taken back. `evidence` is what the rule saw, kept as it was then."""

    number: str
    profile_id: str
    org_id: str
    user_id: str
    user_principal_name: str
    kind: Kind
    identifier: str
    rule: str
    rule_id: str = ""  # of the reclamation rule that caught it; empty when a person proposed it
    justification: Justification
    action: Action = Action.DEACTIVATE
    state: State = State.READY
    last_activity_at: datetime | None = None
    inactive_days: int | None = None
    evidence: dict[str, Any] = Field(default_factory=dict)
    message: str = ""
    opened_at: datetime
    updated_at: datetime
    closed_at: datetime | None = None

    def is_kept_on(self, day: date) -> bool:
        """Whether somebody decided that the seat stays, and the day to ask again has not come."""
        until = self.evidence.get("kept_until")
        return bool(self.evidence.get("kept")) and (until is None or day < date.fromisoformat(until))

    def keep(self, *, until: date, reason: str, actor: str, at: datetime) -> tuple[Candidate, AuditEntry]:
        """Closed Skipped, since the seat is kept until that day; then it may be proposed again."""
        moved, entry = self.move(
            State.CLOSED_SKIPPED, reason=reason, actor=actor, at=at, detail={"kept_until": until.isoformat()}
        )
        evidence = {**moved.evidence, "kept": True, "kept_until": until.isoformat()}
        return moved.model_copy(update={"evidence": evidence}), entry

    def move(
        self, to: State, *, reason: str, actor: str, at: datetime, detail: dict[str, Any] | None = None
    ) -> tuple[Candidate, AuditEntry]:
        """The candidate in state `to`, and the audit entry that says so. Raises MoveNotAllowed."""
        if to not in MOVES[self.state]:
            raise MoveNotAllowed(
                f"{self.number} is {words(self.state)} and cannot become {words(to)}.",
                f"Allowed from here: {', '.join(sorted(map(words, MOVES[self.state]))) or 'nothing, it is closed'}.",
                number=self.number,
                state=self.state,
                to=to,
            )
        moved = self.model_copy(
            update={
                "state": to,
                "message": reason,
                "updated_at": at,
                "closed_at": at if to.is_closed else None,
            }
        )
        entry = AuditEntry(
            entry_id=new_id(),
            at=at,
            actor=actor,
            action="candidate.moved",
            subject=self.number,
            profile_id=self.profile_id,
            reason=reason,
            detail={"from": self.state, "to": to, "user_id": self.user_id, **(detail or {})},
        )
        return moved, entry


def words(state: State) -> str:
    """The state as people read it: "Awaiting revocation"."""
    return state.value.replace("_", " ").capitalize()
