"""Sending one call: the intent is saved before it, the outcome after the org was read back.

Between those two moments an attempt is open. Whatever happens then (a lost answer, a killed process), nothing is
sent a second time blindly: `settling` reads the org and closes the attempt (house.md, Acting).
"""

from __future__ import annotations

from collections.abc import Sequence

from sfsam.domain.attempts import Attempt, PlannedCall, Request
from sfsam.domain.audit import AuditEntry
from sfsam.domain.identifiers import new_id
from sfsam.errors import OutcomeUnknown, SfsamError
from sfsam.ports import OrgSession, RowOutcome
from sfsam.services.reclaim_batch import free_what_came_back
from sfsam.services.world import World, entry


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
        attempts = self._intend(call)
        try:
            answers = {answer.record_id: answer for answer in self._session.send(call)}
        except OutcomeUnknown:
            self.has_open = True
            raise
        except SfsamError as trouble:
            now = self._world.clock.now()
            return self._close(call, [each.not_sent(str(trouble), now) for each in attempts])
        effects = self._session.in_effect(attempts)
        return self._close(call, [self._outcome(each, answers, effects) for each in attempts])

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

    def _outcome(self, attempt: Attempt, answers: dict[str, RowOutcome], effects: dict[str, bool]) -> Attempt:
        answer = answers[attempt.record_id]
        return attempt.closed(
            accepted=answer.success,
            in_effect=effects[attempt.attempt_id],
            code=answer.code,
            said=answer.message,
            remedy=answer.remedy,
            at=self._world.clock.now(),
        )

    def _close(self, call: PlannedCall, closed: list[Attempt]) -> list[Attempt]:
        """Second transaction: what became of each change."""
        with self._world.store.begin() as work:
            work.requests.save_attempts(closed)
            work.audit.append([self._entry(call, closed)])
            free_what_came_back(work, self._org_id, closed)
            work.commit()
        return closed

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
