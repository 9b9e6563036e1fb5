"""Calls to Salesforce, what becomes of each change in them, and the request they belong to.

An *attempt* is one step for one record. Its outcome is open from the moment the intent is saved until the org was
read back; only then is it done, refused or not sent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from pydantic import Field

from sfsam.domain.holdings import Change, Holding
from sfsam.domain.profiles import Record
from sfsam.domain.steps import Step


class Outcome(StrEnum):
    OPEN = "open"
    DONE = "done"
    REFUSED = "refused"
    NOT_SENT = "not_sent"


class PlannedCall(Record):
    """One request to Salesforce: at most 200 records of one object and one step."""

    step: Step
    object: str
    method: str
    changes: tuple[Change, ...]


class Attempt(Record):
    """One change of one record: saved before it is sent, closed when the org was read back."""

    attempt_id: str
    request_id: str
    profile_id: str
    number: str
    user_id: str
    step: Step
    record_id: str
    fields: dict[str, Any] | None = None
    outcome: Outcome = Outcome.OPEN
    code: str = ""
    said: str = ""
    remedy: str = ""
    intended_at: datetime
    closed_at: datetime | None = None

    def closed(
        self, *, accepted: bool, in_effect: bool, code: str, said: str, at: datetime, remedy: str = ""
    ) -> Attempt:
        """What became of it. What the org shows on reading back outweighs what it answered.

        A refused deletion of a row that is gone is done; an accepted change that is not there is refused.
        """
        if in_effect:
            outcome, code, said, remedy = Outcome.DONE, "", "", ""
        elif accepted:
            outcome, code = Outcome.REFUSED, "NOT_IN_EFFECT"
            said = "Salesforce accepted the change, but reading it back shows the old value."
            remedy = "An automation of the org may have put it back: look at its triggers and flows, then try again."
        else:
            outcome = Outcome.REFUSED
        return self._ended(outcome, code, said, at, remedy)

    def not_sent(self, said: str, at: datetime) -> Attempt:
        """Closed without effect: it never reached the org, or the org shows that nothing happened."""
        return self._ended(Outcome.NOT_SENT, "", said, at)

    def _ended(self, outcome: Outcome, code: str, said: str, at: datetime, remedy: str = "") -> Attempt:
        return self.model_copy(
            update={"outcome": outcome, "code": code, "said": said, "remedy": remedy, "closed_at": at}
        )


class RequestKind(StrEnum):
    RECLAIM = "reclaim"
    FREEZE = "freeze"
    RESTORE = "restore"


class Request(Record):
    """One order to take back, freeze or give back what some people hold.

    `holdings` is the state before, for the undo; `numbers` are the candidates it is for. `ended_at` stays empty while
    it is on its way, and when it was killed: `settle` ends it then.
    """

    request_id: str
    profile_id: str
    job_id: str
    kind: RequestKind = RequestKind.RECLAIM
    numbers: tuple[str, ...] = ()
    requested_by: str
    requested_at: datetime
    ended_at: datetime | None = None
    holdings: tuple[Holding, ...] = Field(default=(), repr=False)


class Movement(Protocol):
    """What is done for one candidate: a taking or a giving."""

    @property
    def number(self) -> str: ...
    @property
    def user_id(self) -> str: ...
    def changes(self, step: Step) -> tuple[Change, ...]:
        """The records that `step` changes for it; empty when there is nothing to do."""
        ...


def planned_calls(movements: Sequence[Movement]) -> list[PlannedCall]:
    """Every request, in the order of sending, that these takings or givings need.

    Permission set licenses that Salesforce removes by itself with the permission set stay in the plan: whether
    it did is known only after reading back, and then the call shrinks or vanishes.
    """
    return [call for step in Step for call in calls_of(step, movements)]


def calls_of(step: Step, movements: Sequence[Movement]) -> list[PlannedCall]:
    """The requests of one step, in batches of at most `step.batch_size` records.

    A record stands once in a call: Salesforce refuses a call that names one twice.
    """
    rounds = _rounds([change for movement in movements for change in movement.changes(step)])
    size = step.batch_size
    return [
        PlannedCall(step=step, object=step.object, method=step.method, changes=tuple(changes[start : start + size]))
        for changes in rounds
        for start in range(0, len(changes), size)
    ]


def _rounds(changes: Sequence[Change]) -> list[list[Change]]:
    """The changes in as many rounds as the most often changed record needs."""
    rounds: list[list[Change]] = []
    seen: Counter[str] = Counter()
    for change in changes:
        turn = seen[change.record_id]
        seen[change.record_id] += 1
        if turn == len(rounds):
            rounds.append([])
        rounds[turn].append(change)
    return rounds
