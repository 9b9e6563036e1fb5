"""Taking seats back, org by org and batch by batch: who may go is looked at again, then step by step it is sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sfsam.domain.answers import OutcomeRow, ReclaimAnswer
from sfsam.domain.attempts import Attempt, Outcome, PlannedCall, Request, RequestKind, calls_of, planned_calls
from sfsam.domain.audit import AuditEntry
from sfsam.domain.candidates import CLOSABLE, MOVES, Action, Candidate, State
from sfsam.domain.commands import Reclaim
from sfsam.domain.identifiers import new_id
from sfsam.domain.jobs import Job
from sfsam.domain.profiles import Profile, Purpose
from sfsam.domain.steps import STEPS, Step
from sfsam.errors import OutcomeUnknown
from sfsam.ports import OrgSession, UnitOfWork
from sfsam.services.objections import Objection, covered, sort_out
from sfsam.services.ordering import require_second_person
from sfsam.services.planning import (
    known,
    people_of,
    require_as_planned,
    require_guard,
    require_permissions,
    selection,
)
from sfsam.services.reclaim_batch import Batch
from sfsam.services.running import JobControl, Phases
from sfsam.services.sending import Sender
from sfsam.services.stopping import stopped
from sfsam.services.world import World, conversation

PEOPLE_PER_BATCH = 25
"""Of people who are deactivated or changed in several steps: what a crash leaves half done stays small."""
SEATS_PER_BATCH = 200
"""Of seats that one call each takes back, and of people who are frozen."""

_SAID = {
    Action.DEACTIVATE: "Deactivated",
    Action.CHANGE_LICENSE: "Changed to the cheaper license",
}


def reclaim(world: World, command: Reclaim, job: Job, control: JobControl) -> ReclaimAnswer:
    """Take back the seats of the chosen candidates, or freeze their people."""
    parts = selection(world, command)
    for profile, candidates in parts:
        require_guard(world, profile, people_of(candidates), command.max_users)
    require_as_planned(command, parts)
    require_second_person(world, command, [profile for profile, _ in parts], job)
    phases = Phases(control, [profile.name for profile, _ in parts] or ["Nothing is ready"])
    runs = [_OrgReclaim(world, profile, candidates, command, job) for profile, candidates in parts]
    for run in runs:
        run.apply(phases)
    return ReclaimAnswer(
        planned_calls=sum(run.planned for run in runs),
        seats_freed=sum(run.seats_freed for run in runs),
        outcomes=[outcome for run in runs for outcome in run.outcomes],
    )


def said_of(action: Action) -> str:
    """What a closed candidate says of what was done."""
    return _SAID.get(action, "Taken back")


@dataclass(frozen=True)
class _Sending:
    """One batch on its way, under its request."""

    session: OrgSession
    sender: Sender
    request: Request
    batch: Batch


class _OrgReclaim:
    """One org's part of a reclaim."""

    def __init__(self, world: World, profile: Profile, candidates: list[Candidate], command: Reclaim, job: Job) -> None:
        self._world = world
        self._profile = profile
        self._candidates = candidates
        self._command = command
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
            for chosen in _batches(self._candidates):
                if phases.should_stop() or stopped(self._world):
                    break
                self._reclaim_batch(session, self._as_they_are(chosen))
                phases.advance(self._profile.name, len(self.outcomes))
        phases.end(self._profile.name, rows=len(self.outcomes))

    def _as_they_are(self, chosen: Sequence[Candidate]) -> list[Candidate]:
        """The candidates as the store has them now: an earlier batch, or somebody else, may have closed some."""
        with self._world.store.begin() as work:
            now = [(each, work.candidates.find(each.number)) for each in chosen]
        return [
            found.model_copy(update={"action": each.action, "evidence": found.evidence | each.evidence})
            for each, found in now
            if found is not None and found.state is each.state
        ]

    def _reclaim_batch(self, session: OrgSession, chosen: Sequence[Candidate]) -> None:
        if not chosen:
            return
        now = self._world.clock.now()
        going, staying = sort_out(session, known(self._world, self._profile, chosen), chosen, now)
        for candidate, objection in staying:
            self._leave_out(candidate, objection)
        if not going:
            return
        batch = Batch(going)
        request = self._begin(batch)
        self.planned += len(planned_calls(batch.takings()))
        sending = _Sending(session, Sender(self._world, session, request, batch.org_id), request, batch)
        for step in Step:
            self._take_step(sending, step)
        for candidate in batch.candidates():
            self._complete(candidate, batch.seats_before(candidate.number))
        sending.sender.end()

    def _leave_out(self, candidate: Candidate, objection: Objection) -> None:
        if candidate.action is Action.FREEZE:
            self._tell(candidate, f"Not frozen: {objection.reason}")
            return
        detail: dict[str, object] | None = (
            {"remedy": objection.remedy} if objection.state is State.ATTENTION_REQUIRED else None
        )
        self._move(candidate, objection.state, objection.reason, detail)

    def _begin(self, batch: Batch) -> Request:
        """First transaction: the request with the state before, and every candidate on its way."""
        freezing = self._command.action is Action.FREEZE
        request = Request(
            request_id=new_id(),
            profile_id=self._profile.profile_id,
            job_id=self._job.job_id,
            kind=RequestKind.FREEZE if freezing else RequestKind.RECLAIM,
            numbers=tuple(candidate.number for candidate in batch.candidates()),
            requested_by=self._actor,
            requested_at=self._world.clock.now(),
            holdings=tuple({taking.user_id: taking.holding for taking in batch.takings()}.values()),
        )
        with self._world.store.begin() as work:
            work.requests.add(request)
            moves = [] if freezing else [self._on_its_way(each, request) for each in batch.candidates()]
            for moved, _ in moves:
                batch.replace(moved)
            work.candidates.save([moved for moved, _ in moves])
            work.audit.append([trace for _, trace in moves])
            work.commit()
        return request

    def _on_its_way(self, candidate: Candidate, request: Request) -> tuple[Candidate, AuditEntry]:
        moved, trace = candidate.move(
            State.AWAITING_REVOCATION,
            reason="Reclaim was confirmed.",
            actor=self._actor,
            at=request.requested_at,
            detail={"request_id": request.request_id},
        )
        return moved.model_copy(update={"evidence": {**moved.evidence, **self._worth(moved)}}), trace

    def _worth(self, candidate: Candidate) -> dict[str, object]:
        return self._worths.get(candidate.number, {})

    def _take_step(self, sending: _Sending, step: Step) -> None:
        batch = sending.batch
        if step is Step.REMOVE_PERMISSION_SET_LICENSES and (leaving := batch.leaving()):
            # Removing permission sets has removed most of these by itself; read what is left (fact sheet 5.5).
            batch.refresh({holding.user_id: holding for holding in sending.session.holdings(leaving)})
        for call in calls_of(step, batch.takings()):
            if stop := stopped(self._world):
                self._halt(batch, f"Sending was stopped by {stop.stopped_by}: {stop.reason}")
                return
            try:
                closed = sending.sender.send(call)
            except OutcomeUnknown as trouble:
                self._leave_open(batch, call, trouble)
                continue
            for attempt in closed:
                if attempt.outcome is not Outcome.DONE and batch.has(attempt.number):
                    self._stop(batch, attempt)

    def _halt(self, batch: Batch, reason: str) -> None:
        """Nothing more is sent: whoever is on the way needs a person's attention."""
        for candidate in batch.candidates():
            batch.drop(candidate.number)
            if candidate.action is Action.FREEZE:
                self._tell(candidate, f"Not frozen: {reason}")
            else:
                self._move(candidate, State.ATTENTION_REQUIRED, reason)

    def _stop(self, batch: Batch, attempt: Attempt) -> None:
        candidate = batch.drop(attempt.number)
        said = attempt.said or attempt.code
        if candidate.action is Action.FREEZE:
            self._tell(candidate, f"Not frozen: {said}")
            return
        self._move(
            candidate,
            State.ATTENTION_REQUIRED,
            f"Stopped at the step “{attempt.step.words}”: {said}",
            {"remedy": attempt.remedy, "code": attempt.code},
        )

    def _leave_open(self, batch: Batch, call: PlannedCall, trouble: OutcomeUnknown) -> None:
        """No answer came. The attempts stay open and the candidates stay where they are, until `settle`."""
        for number in dict.fromkeys(change.number for change in call.changes):
            if batch.has(number):
                self._tell(batch.drop(number), str(trouble))

    def _complete(self, candidate: Candidate, seats: int) -> None:
        if candidate.action is Action.FREEZE:
            self._note_frozen(candidate)
            return
        self.seats_freed += seats
        free = f"{seats} {'seat is' if seats == 1 else 'seats are'} free."
        self._move(
            candidate,
            State.CLOSED_COMPLETE,
            f"{said_of(candidate.action)} and read back; {free}",
            self._worth(candidate) | {"seats": seats},
        )
        if candidate.action is Action.DEACTIVATE:
            self._close_covered(candidate)

    def _note_frozen(self, candidate: Candidate) -> None:
        """Freezing leaves the state as it is; the evidence says since when."""
        with self._world.store.begin() as work:
            note_frozen(work, candidate.number, self._actor, self._world.clock.now())
            work.commit()
        self._tell(candidate, "Frozen; the person cannot log in, and every seat is still taken.")

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
        """One move; where the state has no way there, by way of Awaiting Revocation (product.md R2)."""
        direct = to in MOVES[candidate.state]
        at, traces = self._world.clock.now(), []
        for state in (to,) if direct else (State.AWAITING_REVOCATION, to):
            given = detail if state is to else None
            candidate, trace = candidate.move(state, reason=reason, actor=self._actor, at=at, detail=given)
            traces.append(trace)
        if detail:
            candidate = candidate.model_copy(update={"evidence": {**candidate.evidence, **detail}})
        with self._world.store.begin() as work:
            work.candidates.save([candidate])
            work.audit.append(traces)
            work.commit()
        self._tell(candidate, reason)

    def _tell(self, candidate: Candidate, message: str) -> None:
        self.outcomes.append(OutcomeRow(number=candidate.number, state=candidate.state, message=message))


def note_frozen(work: UnitOfWork, number: str, actor: str, at: datetime) -> None:
    """Write down on the candidate that its person was frozen; its action and its state stay what they are."""
    candidate = work.candidates.find(number)
    if candidate is not None:
        frozen = {"frozen_at": at.isoformat() + "Z", "frozen_by": actor}
        work.candidates.save([candidate.model_copy(update={"evidence": candidate.evidence | frozen})])


def _batches(candidates: Sequence[Candidate]) -> Iterator[Sequence[Candidate]]:
    """People who leave first, because their other seats go with them; seats of one license together."""

    def sort_key(candidate: Candidate) -> tuple[bool, str, str]:
        return candidate.action is not Action.DEACTIVATE, candidate.action, candidate.identifier

    for (_, action, _), members in groupby(sorted(candidates, key=sort_key), key=sort_key):
        together = list(members)
        size = SEATS_PER_BATCH if len(STEPS[Action(action)]) == 1 else PEOPLE_PER_BATCH
        for start in range(0, len(together), size):
            yield together[start : start + size]


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
