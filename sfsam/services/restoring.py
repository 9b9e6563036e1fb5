"""The undo: giving back what was taken, as a request of its own (product.md R8).

What is given back is the difference between what the person held before sfsam took it and what they hold now, so that
it is right after a crash, after a half-done reclaim, and after somebody gave back a part by hand.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sfsam.domain.answers import OutcomeRow, SeatsRestoredAnswer
from sfsam.domain.attempts import Outcome, Request, RequestKind, calls_of, planned_calls
from sfsam.domain.candidates import KEPT_DAYS, Candidate, State
from sfsam.domain.commands import Restore
from sfsam.domain.identifiers import new_id
from sfsam.domain.jobs import Job
from sfsam.domain.profiles import Profile, Purpose
from sfsam.domain.restoring import Giving
from sfsam.domain.steps import GIVING, Step
from sfsam.errors import OutcomeUnknown
from sfsam.ports import OrgSession, UnitOfWork
from sfsam.services.planning import require_permissions
from sfsam.services.restore_planning import moment_text, org_givings, selection
from sfsam.services.returning import book_restored
from sfsam.services.running import JobControl, Phases
from sfsam.services.sending import Sender
from sfsam.services.world import World, conversation, entry

PEOPLE_PER_BATCH = 25


def restore(world: World, command: Restore, job: Job, control: JobControl) -> SeatsRestoredAnswer:
    """Give back, org by org, batch by batch."""
    parts = selection(world, command.numbers)
    phases = Phases(control, [profile.name for profile, _ in parts])
    runs = [_OrgRestore(world, profile, candidates, command.actor, job) for profile, candidates in parts]
    for run in runs:
        run.apply(phases)
    return SeatsRestoredAnswer(
        planned_calls=sum(run.planned for run in runs),
        restored=sum(run.restored for run in runs),
        unknown=sum(run.unknown for run in runs),
        outcomes=[outcome for run in runs for outcome in run.outcomes],
    )


def mark_restored(world: World, work: UnitOfWork, candidate: Candidate, actor: str, at: datetime) -> Candidate:
    """Write down that everything is given back: the seat is kept for a while, and what it saved is taken off."""
    until = at.date() + timedelta(days=KEPT_DAYS)
    given_back = {"restored_at": moment_text(at), "restored_by": actor, "kept": True, "kept_until": until.isoformat()}
    message = f"Given back on {at:%d %b %Y}; not proposed again before {until:%d %b %Y}."
    restored = candidate.model_copy(
        update={"evidence": candidate.evidence | given_back, "message": message, "updated_at": at}
    )
    work.candidates.save([restored])
    work.audit.append(
        [
            entry(
                world,
                actor,
                "candidate.restored",
                candidate.number,
                profile_id=candidate.profile_id,
                detail={"user_id": candidate.user_id, "action": candidate.action, "kept_until": until.isoformat()},
            )
        ]
    )
    if candidate.state is State.CLOSED_COMPLETE:
        book_restored(world, work, restored, actor)
    return restored


class _OrgRestore:
    """One org's part of an undo."""

    def __init__(self, world: World, profile: Profile, candidates: list[Candidate], actor: str, job: Job) -> None:
        self._world = world
        self._profile = profile
        self._candidates = candidates
        self._actor = actor
        self._job = job
        self.planned = self.restored = self.unknown = 0
        self.outcomes: list[OutcomeRow] = []

    def apply(self, phases: Phases) -> None:
        phases.begin(self._profile.name, expected=len(self._candidates))
        with conversation(self._world, self._profile, Purpose.ACT) as (session, _):
            require_permissions(session)
            for chosen in _batches(self._candidates):
                if phases.should_stop():
                    break
                self._restore_batch(session, chosen)
                phases.advance(self._profile.name, len(self.outcomes))
        phases.end(self._profile.name, rows=len(self.outcomes))

    def _restore_batch(self, session: OrgSession, chosen: Sequence[Candidate]) -> None:
        part = org_givings(self._world, session, chosen)
        for candidate, reason, _ in part.left_out:
            self._tell(candidate, f"Not given back: {reason}")
        waiting = {candidate.number: (candidate, giving) for candidate, giving in part.givings}
        if not waiting:
            return
        request = self._begin([giving for _, giving in waiting.values()])
        sender = Sender(self._world, session, request, chosen[0].org_id)
        self.planned += len(planned_calls([giving for _, giving in waiting.values()]))
        for step in GIVING:
            self._give(sender, step, waiting)
        for candidate, _ in waiting.values():
            self._complete(candidate)
        sender.end()

    def _begin(self, givings: Sequence[Giving]) -> Request:
        request = Request(
            request_id=new_id(),
            profile_id=self._profile.profile_id,
            job_id=self._job.job_id,
            kind=RequestKind.RESTORE,
            numbers=tuple(giving.number for giving in givings),
            requested_by=self._actor,
            requested_at=self._world.clock.now(),
            holdings=tuple({giving.user_id: giving.now for giving in givings}.values()),
        )
        with self._world.store.begin() as work:
            work.requests.add(request)
            work.audit.append(
                [
                    entry(
                        self._world,
                        self._actor,
                        "restore.begun",
                        request.request_id,
                        profile_id=request.profile_id,
                        detail={"numbers": list(request.numbers)},
                    )
                ]
            )
            work.commit()
        return request

    def _give(self, sender: Sender, step: Step, waiting: dict[str, tuple[Candidate, Giving]]) -> None:
        """One step for everybody who is still on the way. Whoever is refused keeps what they got so far."""
        for call in calls_of(step, [giving for _, giving in waiting.values()]):
            try:
                closed = sender.send(call)
            except OutcomeUnknown as trouble:
                for number in {change.number for change in call.changes} & set(waiting):
                    self.unknown += 1
                    self._tell(waiting.pop(number)[0], str(trouble))
                continue
            for attempt in closed:
                if attempt.outcome is not Outcome.DONE and attempt.number in waiting:
                    candidate, _ = waiting.pop(attempt.number)
                    said = f"Half given back: “{attempt.step.words}” was refused. {attempt.said or attempt.code}"
                    self._note(candidate, f"{said} {attempt.remedy}".strip())

    def _complete(self, candidate: Candidate) -> None:
        with self._world.store.begin() as work:
            current = work.candidates.find(candidate.number) or candidate
            restored = mark_restored(self._world, work, current, self._actor, self._world.clock.now())
            work.commit()
        self.restored += 1
        self._tell(restored, restored.message)

    def _note(self, candidate: Candidate, message: str) -> None:
        with self._world.store.begin() as work:
            current = work.candidates.find(candidate.number) or candidate
            work.candidates.save([current.model_copy(update={"message": message})])
            work.commit()
        self._tell(candidate, message)

    def _tell(self, candidate: Candidate, message: str) -> None:
        self.outcomes.append(OutcomeRow(number=candidate.number, state=candidate.state, message=message))


def _batches(candidates: Sequence[Candidate]) -> Iterator[Sequence[Candidate]]:
    for start in range(0, len(candidates), PEOPLE_PER_BATCH):
        yield candidates[start : start + PEOPLE_PER_BATCH]
