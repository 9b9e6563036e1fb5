"""Sending one call: the intent is saved before it, the outcome after the org was read back.

Between those two moments an attempt is open. Whatever happens then (a lost answer, a killed process), nothing is
sent a second time blindly: `settling` reads the org and closes the attempt (house.md, Acting).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sfsam.domain.attempts import Attempt, PlannedCall, Request
from sfsam.domain.audit import AuditEntry
from sfsam.domain.identifiers import new_id
from sfsam.errors import OutcomeUnknown, SfsamError
from sfsam.ports import OrgSession, RowOutcome
from sfsam.services.reclaim_batch import free_what_came_back
from sfsam.services.world import World, entry


class Sent(NamedTuple):
    """A call that was answered: the answer to each record, or why Salesforce refused it as a whole."""

    call: PlannedCall
    attempts: list[Attempt]
    answers: Mapping[str, RowOutcome]
    refusal: str = ""


class Sender:
    """Sends the calls of one request to one org."""

    def __init__(self, world: World, session: OrgSession, request: Request, org_id: str) -> None:
        self._world = world
        self._session = session
        self._request = request
        self._org_id = org_id
        self.has_open = False  # an answer was lost, so that the request has not come to its end

    def send(self, call: PlannedCall) -> list[Attempt]:
        """Send one call, once, and what became of each change in it.

        Raises OutcomeUnknown when no answer came: the attempts stay open then.
        """
        sent = self.send_unread(call)
        return self.close([sent], self._session.in_effect(sent.attempts) if sent.answers else {})

    def send_unread(self, call: PlannedCall) -> Sent:
        """Send one call, once, without reading it back: the attempts stay open until `close`.

        Raises OutcomeUnknown when no answer came.
        """
        attempts = self._intend(call)
        try:
            answers = {answer.record_id: answer for answer in self._session.send(call)}
        except OutcomeUnknown:
            self.has_open = True
            raise
        except SfsamError as trouble:
            return Sent(call, attempts, {}, str(trouble))
        return Sent(call, attempts, answers)

    def close(self, sent: Sequence[Sent], effects: Mapping[str, bool]) -> list[Attempt]:
        """Save what became of each change of these calls, by what the org showed (attempt_id: in effect)."""
        now = self._world.clock.now()
        closed = [[self._outcome(each, part, effects, now) for each in part.attempts] for part in sent]
        together = [attempt for part in closed for attempt in part]
        with self._world.store.begin() as work:
            work.requests.save_attempts(together)
            work.audit.append([self._entry(part.call, ended) for part, ended in zip(sent, closed, strict=True)])
            free_what_came_back(work, self._org_id, together)
            work.commit()
        return together

    def end(self) -> None:
        """The request has come to its end, unless an answer was lost: then `settle` ends it."""
        if not self.has_open:
            with self._world.store.begin() as work:
                work.requests.end(self._request.request_id, self._world.clock.now())
                work.commit()

    def _intend(self, call: PlannedCall) -> list[Attempt]:
        """First transaction: what is about to be sent, before it is sent."""
        now = self._world.clock.now()
        attempts = [
            Attempt(
                attempt_id=new_id(),
                request_id=self._request.request_id,
                profile_id=self._request.profile_id,
                number=change.number,
                user_id=change.user_id,
                step=call.step,
                record_id=change.record_id,
                fields=change.fields,
                intended_at=now,
            )
            for change in call.changes
        ]
        with self._world.store.begin() as work:
            work.requests.save_attempts(attempts)
            work.commit()
        return attempts

    @staticmethod
    def _outcome(attempt: Attempt, sent: Sent, effects: Mapping[str, bool], now: datetime) -> Attempt:
        if sent.refusal:
            return attempt.not_sent(sent.refusal, now)
        answer = sent.answers[attempt.record_id]
        return attempt.closed(
            accepted=answer.success,
            in_effect=effects[attempt.attempt_id],
            code=answer.code,
            said=answer.message,
            remedy=answer.remedy,
            at=now,
        )

    def _entry(self, call: PlannedCall, closed: Sequence[Attempt]) -> AuditEntry:
        return entry(
            self._world,
            self._request.requested_by,
            f"reclaim.{call.step}",
            self._request.job_id,
            profile_id=self._request.profile_id,
            detail={
                "object": call.object,
                "method": call.method,
                "records": [
                    {"id": attempt.record_id, "user_id": attempt.user_id, "outcome": attempt.outcome}
                    for attempt in closed
                ],
            },
        )
