"""Taking seats back: the intent is saved before each call, the outcome after the org was read back.

Between those two moments an attempt is open. Whatever happens then (a lost answer, a killed process), nothing is
sent a second time blindly: `settling` reads the org and closes the attempt (house.md, Acting).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sfsam.domain.answers import OutcomeRow, ReclaimAnswer
from sfsam.domain.audit import AuditEntry
from sfsam.domain.candidates import Candidate, State
from sfsam.domain.commands import Reclaim
from sfsam.domain.identifiers import new_id
from sfsam.domain.jobs import Job
from sfsam.domain.profiles import Profile, Purpose
from sfsam.domain.reclaim import (
    Attempt,
    Holding,
    Outcome,
    PlannedCall,
    Request,
    Step,
    calls_of,
    planned_calls,
)
from sfsam.errors import OutcomeUnknown, SfsamError
from sfsam.ports import OrgSession, RowOutcome
from sfsam.services.excluding import reasons_by_number
from sfsam.services.planning import own_user_ids, require_guard, require_permissions, selection, sort_out
from sfsam.services.running import JobControl, Phases
from sfsam.services.world import World, conversation, entry

PEOPLE_PER_BATCH = 25


def reclaim(world: World, command: Reclaim, job: Job, control: JobControl) -> ReclaimAnswer:
    """Take back the seats of the chosen candidates, org by org, batch by batch."""
    parts = selection(world, command)
    for profile, candidates in parts:
        require_guard(world, profile, len(candidates), command.max_users)
    phases = Phases(control, [profile.name for profile, _ in parts] or ["Nothing is ready"])
    runs = [_OrgReclaim(world, profile, candidates, command, job) for profile, candidates in parts]
    for run in runs:
        run.apply(phases)
    return ReclaimAnswer(
        planned_calls=sum(run.planned for run in runs),
        seats_freed=sum(run.seats_freed for run in runs),
        outcomes=[outcome for run in runs for outcome in run.outcomes],
    )


class _OrgReclaim:
    """One org's part of a reclaim. A batch is at most 25 people: what a crash leaves open stays small."""

    def __init__(self, world: World, profile: Profile, candidates: list[Candidate], command: Reclaim, job: Job) -> None:
        self._world = world
        self._profile = profile
        self._candidates = candidates
        self._actor = command.actor
        self._job = job
        self._worths = _worth_by_number(world, candidates)
        self.planned = 0
        self.seats_freed = 0
        self.outcomes: list[OutcomeRow] = []

    def apply(self, phases: Phases) -> None:
        phases.begin(self._profile.name, expected=len(self._candidates))
        with conversation(self._world, self._profile, Purpose.ACT) as (session, _):
            require_permissions(session)
            own_users = own_user_ids(self._world, self._profile)
            for batch in _batches(self._candidates):
                if phases.should_stop():
                    break
                self._reclaim_batch(session, own_users, batch)
                phases.advance(self._profile.name, len(self.outcomes))
        phases.end(self._profile.name, rows=len(self.outcomes))

    def _reclaim_batch(self, session: OrgSession, own_users: frozenset[str], batch: Sequence[Candidate]) -> None:
        excluded = reasons_by_number(self._world, [candidate.number for candidate in batch])
        going, staying = sort_out(session, own_users, excluded, batch, self._world.clock.now())
        for candidate, state, reason, _ in staying:
            self._move(candidate, state, reason)
        if not going:
            return
        people = _People(going)
        request = self._begin(people)
        self.planned += len(planned_calls([holding for _, holding in going]))
        for step in Step:
            self._take_step(session, request, people, step)
        for candidate in people.candidates():
            self._complete(candidate, people.seats_before(candidate.user_id))

    def _begin(self, people: _People) -> Request:
        """First transaction: the request with the state before, and every candidate on its way."""
        request = Request(
            request_id=new_id(),
            profile_id=self._profile.profile_id,
            job_id=self._job.job_id,
            requested_by=self._actor,
            requested_at=self._world.clock.now(),
            holdings=tuple(people.holdings()),
        )
        with self._world.store.begin() as work:
            work.requests.add(request)
            for candidate in people.candidates():
                moved, trace = candidate.move(
                    State.AWAITING_REVOCATION,
                    reason="Reclaim was confirmed.",
                    actor=self._actor,
                    at=request.requested_at,
                    detail={"request_id": request.request_id},
                )
                moved = moved.model_copy(update={"evidence": {**moved.evidence, **self._worth(moved)}})
                people.replace(moved)
                work.candidates.save([moved])
                work.audit.append([trace])
            work.commit()
        return request

    def _worth(self, candidate: Candidate) -> dict[str, object]:
        return self._worths.get(candidate.number, {})

    def _take_step(self, session: OrgSession, request: Request, people: _People, step: Step) -> None:
        if step is Step.REMOVE_PERMISSION_SET_LICENSES:
            # Removing permission sets has removed most of these by itself; read what is left (fact sheet 5.5).
            people.refresh(session.holdings(people.user_ids()))
        for call in calls_of(step, people.holdings()):
            attempts = self._intend(request, people, call)
            try:
                answers = {answer.record_id: answer for answer in session.send(call)}
            except OutcomeUnknown as trouble:
                self._leave_open(people, call, trouble)
                continue
            except SfsamError as trouble:
                now = self._world.clock.now()
                self._save_outcomes(people, call, [each.not_sent(str(trouble), now) for each in attempts])
                continue
            effects = session.in_effect(attempts)
            self._save_outcomes(people, call, [self._outcome(each, answers, effects) for each in attempts])

    def _outcome(self, attempt: Attempt, answers: dict[str, RowOutcome], effects: dict[str, bool]) -> Attempt:
        answer = answers[attempt.record_id]
        return attempt.closed(
            accepted=answer.success,
            in_effect=effects[attempt.attempt_id],
            code=answer.code,
            said=answer.message,
            at=self._world.clock.now(),
        )

    def _intend(self, request: Request, people: _People, call: PlannedCall) -> list[Attempt]:
        """Save what is about to be sent, before it is sent."""
        now = self._world.clock.now()
        attempts = [
            Attempt(
                attempt_id=new_id(),
                request_id=request.request_id,
                profile_id=self._profile.profile_id,
                number=people.number(change.user_id),
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

    def _save_outcomes(self, people: _People, call: PlannedCall, closed: list[Attempt]) -> None:
        """Second transaction: what became of each change; people with one that is not done stop here."""
        deactivated = [
            attempt.user_id for attempt in closed if attempt.step is Step.DEACTIVATE and attempt.outcome is Outcome.DONE
        ]
        with self._world.store.begin() as work:
            work.requests.save_attempts(closed)
            work.audit.append([self._call_entry(call, closed)])
            if deactivated:
                work.seats.free_all(people.org_id, deactivated)
            work.commit()
        for attempt in closed:
            if attempt.outcome is not Outcome.DONE and people.has(attempt.user_id):
                self._stop_person(people, attempt)

    def _stop_person(self, people: _People, attempt: Attempt) -> None:
        candidate = people.drop(attempt.user_id)
        self._move(
            candidate,
            State.ATTENTION_REQUIRED,
            f"Stopped at the step “{attempt.step.replace('_', ' ')}”: {attempt.said or attempt.code}",
        )

    def _leave_open(self, people: _People, call: PlannedCall, trouble: OutcomeUnknown) -> None:
        """No answer came. The attempts stay open and the people stay where they are, until `settle`."""
        for user_id in {change.user_id for change in call.changes}:
            candidate = people.drop(user_id)
            self.outcomes.append(OutcomeRow(number=candidate.number, state=candidate.state, message=str(trouble)))

    def _complete(self, candidate: Candidate, seats: int) -> None:
        self.seats_freed += seats
        self._move(
            candidate,
            State.CLOSED_COMPLETE,
            f"Deactivated and read back; {seats} {'seat is' if seats == 1 else 'seats are'} free.",
            self._worth(candidate) | {"seats": seats},
        )

    def _move(self, candidate: Candidate, to: State, reason: str, detail: dict[str, object] | None = None) -> None:
        moved, trace = candidate.move(to, reason=reason, actor=self._actor, at=self._world.clock.now(), detail=detail)
        if detail:
            moved = moved.model_copy(update={"evidence": {**moved.evidence, **detail}})
        with self._world.store.begin() as work:
            work.candidates.save([moved])
            work.audit.append([trace])
            work.commit()
        self.outcomes.append(OutcomeRow(number=moved.number, state=moved.state, message=reason))

    def _call_entry(self, call: PlannedCall, closed: list[Attempt]) -> AuditEntry:
        return entry(
            self._world,
            self._actor,
            f"reclaim.{call.step}",
            self._job.job_id,
            profile_id=self._profile.profile_id,
            detail={
                "object": call.object,
                "method": call.method,
                "records": [
                    {"id": attempt.record_id, "user_id": attempt.user_id, "outcome": attempt.outcome}
                    for attempt in closed
                ],
            },
        )


class _People:
    """The people of one batch who are still on their way, with what they hold."""

    def __init__(self, going: Sequence[tuple[Candidate, Holding]]) -> None:
        self._candidates = {candidate.user_id: candidate for candidate, _ in going}
        self._holdings = {holding.user_id: holding for _, holding in going}
        self._seats_before = {holding.user_id: holding.seats for _, holding in going}
        self.org_id = going[0][0].org_id

    def candidates(self) -> list[Candidate]:
        return list(self._candidates.values())

    def holdings(self) -> list[Holding]:
        return [self._holdings[user_id] for user_id in self._candidates]

    def user_ids(self) -> list[str]:
        return list(self._candidates)

    def has(self, user_id: str) -> bool:
        return user_id in self._candidates

    def number(self, user_id: str) -> str:
        return self._candidates[user_id].number

    def seats_before(self, user_id: str) -> int:
        """The seats this person held before anything was sent, each counted once."""
        return self._seats_before[user_id]

    def replace(self, candidate: Candidate) -> None:
        self._candidates[candidate.user_id] = candidate

    def refresh(self, holdings: Sequence[Holding]) -> None:
        self._holdings |= {holding.user_id: holding for holding in holdings if self.has(holding.user_id)}

    def drop(self, user_id: str) -> Candidate:
        return self._candidates.pop(user_id)


def _batches(candidates: Sequence[Candidate]) -> Iterator[Sequence[Candidate]]:
    for start in range(0, len(candidates), PEOPLE_PER_BATCH):
        yield candidates[start : start + PEOPLE_PER_BATCH]


def _worth_by_number(world: World, candidates: Sequence[Candidate]) -> dict[str, dict[str, object]]:
    """Seats and yearly cost of each candidate before it is taken back; afterwards the rows behind them are gone."""
    rows = world.store.reads.rows("candidates", numbers=[each.number for each in candidates])
    return {
        row["number"]: {
            "seats": row["seats"],
            "potential_savings": None if row["potential_savings"] is None else str(row["potential_savings"]),
            "currency": row["currency"],
        }
        for row in rows
    }
