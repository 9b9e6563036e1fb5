"""Taking seats back: the intent is saved before each call, the outcome after the org was read back.

Between those two moments an attempt is open. Whatever happens then (a lost answer, a killed process), nothing is
sent a second time blindly: `settling` reads the org and closes the attempt (house.md, Acting).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sfsam.domain.answers import OutcomeRow, ReclaimAnswer
from sfsam.domain.audit import AuditEntry
from sfsam.domain.candidates import CLOSABLE, Action, Candidate, State
from sfsam.domain.commands import Reclaim
from sfsam.domain.identifiers import new_id
from sfsam.domain.jobs import Job
from sfsam.domain.profiles import Profile, Purpose
from sfsam.domain.reclaim import (
    Attempt,
    Outcome,
    PlannedCall,
    Request,
    Step,
    calls_of,
    planned_calls,
)
from sfsam.errors import OutcomeUnknown, SfsamError
from sfsam.ports import OrgSession, RowOutcome
from sfsam.services.objections import Objection, covered, sort_out
from sfsam.services.planning import known, people_of, require_guard, require_permissions, selection
from sfsam.services.reclaim_batch import Batch, free_what_came_back
from sfsam.services.running import JobControl, Phases
from sfsam.services.world import World, conversation, entry

CANDIDATES_PER_BATCH = 25


def reclaim(world: World, command: Reclaim, job: Job, control: JobControl) -> ReclaimAnswer:
    """Take back the seats of the chosen candidates, org by org, batch by batch."""
    parts = selection(world, command)
    for profile, candidates in parts:
        require_guard(world, profile, people_of(candidates), command.max_users)
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
    """One org's part of a reclaim. A batch is at most 25 candidates: what a crash leaves open stays small."""

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
            for batch in _batches(self._candidates):
                if phases.should_stop():
                    break
                self._reclaim_batch(session, batch)
                phases.advance(self._profile.name, len(self.outcomes))
        phases.end(self._profile.name, rows=len(self.outcomes))

    def _reclaim_batch(self, session: OrgSession, chosen: Sequence[Candidate]) -> None:
        now = self._world.clock.now()
        going, staying = sort_out(session, known(self._world, self._profile, chosen), chosen, now)
        for candidate, objection in staying:
            self._leave_out(candidate, objection)
        if not going:
            return
        batch = Batch(going)
        request = self._begin(batch)
        self.planned += len(planned_calls(batch.takings()))
        for step in Step:
            self._take_step(session, request, batch, step)
        for candidate in batch.candidates():
            self._complete(candidate, batch.seats_before(candidate.number))

    def _leave_out(self, candidate: Candidate, objection: Objection) -> None:
        detail: dict[str, object] | None = (
            {"remedy": objection.remedy} if objection.state is State.ATTENTION_REQUIRED else None
        )
        self._move(candidate, objection.state, objection.reason, detail)

    def _begin(self, batch: Batch) -> Request:
        """First transaction: the request with the state before, and every candidate on its way."""
        request = Request(
            request_id=new_id(),
            profile_id=self._profile.profile_id,
            job_id=self._job.job_id,
            requested_by=self._actor,
            requested_at=self._world.clock.now(),
            holdings=tuple({taking.user_id: taking.holding for taking in batch.takings()}.values()),
        )
        with self._world.store.begin() as work:
            work.requests.add(request)
            for candidate in batch.candidates():
                moved, trace = candidate.move(
                    State.AWAITING_REVOCATION,
                    reason="Reclaim was confirmed.",
                    actor=self._actor,
                    at=request.requested_at,
                    detail={"request_id": request.request_id},
                )
                moved = moved.model_copy(update={"evidence": {**moved.evidence, **self._worth(moved)}})
                batch.replace(moved)
                work.candidates.save([moved])
                work.audit.append([trace])
            work.commit()
        return request

    def _worth(self, candidate: Candidate) -> dict[str, object]:
        return self._worths.get(candidate.number, {})

    def _take_step(self, session: OrgSession, request: Request, batch: Batch, step: Step) -> None:
        if step is Step.REMOVE_PERMISSION_SET_LICENSES and (leaving := batch.leaving()):
            # Removing permission sets has removed most of these by itself; read what is left (fact sheet 5.5).
            batch.refresh({holding.user_id: holding for holding in session.holdings(leaving)})
        for call in calls_of(step, batch.takings()):
            attempts = self._intend(request, call)
            try:
                answers = {answer.record_id: answer for answer in session.send(call)}
            except OutcomeUnknown as trouble:
                self._leave_open(batch, call, trouble)
                continue
            except SfsamError as trouble:
                now = self._world.clock.now()
                self._save_outcomes(batch, call, [each.not_sent(str(trouble), now) for each in attempts])
                continue
            effects = session.in_effect(attempts)
            self._save_outcomes(batch, call, [self._outcome(each, answers, effects) for each in attempts])

    def _outcome(self, attempt: Attempt, answers: dict[str, RowOutcome], effects: dict[str, bool]) -> Attempt:
        answer = answers[attempt.record_id]
        return attempt.closed(
            accepted=answer.success,
            in_effect=effects[attempt.attempt_id],
            code=answer.code,
            said=answer.message,
            at=self._world.clock.now(),
        )

    def _intend(self, request: Request, call: PlannedCall) -> list[Attempt]:
        """Save what is about to be sent, before it is sent."""
        now = self._world.clock.now()
        attempts = [
            Attempt(
                attempt_id=new_id(),
                request_id=request.request_id,
                profile_id=self._profile.profile_id,
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

    def _save_outcomes(self, batch: Batch, call: PlannedCall, closed: list[Attempt]) -> None:
        """Second transaction: what became of each change; candidates with one that is not done stop here."""
        with self._world.store.begin() as work:
            work.requests.save_attempts(closed)
            work.audit.append([self._call_entry(call, closed)])
            free_what_came_back(work, batch.org_id, closed)
            work.commit()
        for attempt in closed:
            if attempt.outcome is not Outcome.DONE and batch.has(attempt.number):
                self._stop(batch, attempt)

    def _stop(self, batch: Batch, attempt: Attempt) -> None:
        candidate = batch.drop(attempt.number)
        self._move(
            candidate,
            State.ATTENTION_REQUIRED,
            f"Stopped at the step “{attempt.step.replace('_', ' ')}”: {attempt.said or attempt.code}",
        )

    def _leave_open(self, batch: Batch, call: PlannedCall, trouble: OutcomeUnknown) -> None:
        """No answer came. The attempts stay open and the candidates stay where they are, until `settle`."""
        for number in dict.fromkeys(change.number for change in call.changes):
            candidate = batch.drop(number)
            self.outcomes.append(OutcomeRow(number=number, state=candidate.state, message=str(trouble)))

    def _complete(self, candidate: Candidate, seats: int) -> None:
        self.seats_freed += seats
        free = f"{seats} {'seat is' if seats == 1 else 'seats are'} free."
        said = "Deactivated" if candidate.action is Action.DEACTIVATE else "Taken back"
        self._move(
            candidate,
            State.CLOSED_COMPLETE,
            f"{said} and read back; {free}",
            self._worth(candidate) | {"seats": seats},
        )
        if candidate.action is Action.DEACTIVATE:
            self._close_covered(candidate)

    def _close_covered(self, by: Candidate) -> None:
        """The person's other open seats went with them; each seat is counted once (product.md R3)."""
        with self._world.store.begin() as work:
            others = [
                each
                for each in work.candidates.of_user(by.org_id, by.user_id)
                if each.number != by.number and each.state in CLOSABLE
            ]
        objection = covered(by.number)
        for other in others:
            self._move(other, objection.state, objection.reason)

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


def _batches(candidates: Sequence[Candidate]) -> Iterator[Sequence[Candidate]]:
    for start in range(0, len(candidates), CANDIDATES_PER_BATCH):
        yield candidates[start : start + CANDIDATES_PER_BATCH]


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
