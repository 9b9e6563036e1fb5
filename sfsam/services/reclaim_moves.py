"""Moving the candidates of a run, with their audit entries, and telling what became of each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sfsam.domain.answers import OutcomeRow
from sfsam.domain.attempts import Attempt
from sfsam.domain.audit import AuditEntry
from sfsam.domain.candidates import CLOSABLE, MOVES, Action, Candidate, State
from sfsam.ports import UnitOfWork
from sfsam.services.objections import Objection, covered
from sfsam.services.world import World

_SAID = {
    Action.DEACTIVATE: "Deactivated",
    Action.CHANGE_LICENSE: "Changed to the cheaper license",
}
_FROZEN = "Frozen; the person cannot log in, and every seat is still taken."


class Move(NamedTuple):
    candidate: Candidate
    to: State
    reason: str
    detail: dict[str, object] | None = None


def said_of(action: Action) -> str:
    """What a closed candidate says of what was done."""
    return _SAID.get(action, "Taken back")


class Moves:
    """The moves of one run, in the name of one person. `outcomes` is what a person is told, in order."""

    def __init__(self, world: World, actor: str) -> None:
        self._world = world
        self._actor = actor
        self.outcomes: list[OutcomeRow] = []

    def leave_out(self, staying: Sequence[tuple[Candidate, Objection]]) -> None:
        """Those who stay out, each to where its objection leads; who was only to be frozen stays where they are."""
        for candidate, objection in staying:
            if candidate.action is Action.FREEZE:
                self.tell(candidate, f"Not frozen: {objection.reason}")
        self.move([_as_move(*each) for each in staying if each[0].action is not Action.FREEZE])

    def need_attention(self, candidate: Candidate, reason: str, detail: dict[str, object] | None = None) -> None:
        """Something stopped it on its way; who was only to be frozen stays where they are."""
        if candidate.action is Action.FREEZE:
            self.tell(candidate, f"Not frozen: {reason}")
        else:
            self.move([Move(candidate, State.ATTENTION_REQUIRED, reason, detail)])

    def stop(self, candidate: Candidate, attempt: Attempt) -> None:
        """A step of it was refused: Salesforce's words and a remedy."""
        said = attempt.said or attempt.code
        self.need_attention(
            candidate,
            f"Stopped at the step “{attempt.step.words}”: {said}",
            {"remedy": attempt.remedy, "code": attempt.code},
        )

    def complete(self, done: Sequence[tuple[Candidate, int, dict[str, object]]]) -> None:
        """(candidate, seats it freed, what it was worth): closed, and the other seats of who left as covered."""
        frozen = [each for each, _, _ in done if each.action is Action.FREEZE]
        self._note_frozen(frozen)
        taken = [each for each in done if each[0].action is not Action.FREEZE]
        self.move(
            [
                Move(
                    candidate,
                    State.CLOSED_COMPLETE,
                    f"{said_of(candidate.action)} and read back; {seats} {_are(seats)} free.",
                    worth | {"seats": seats},
                )
                for candidate, seats, worth in taken
            ]
        )
        for candidate, _, _ in taken:
            if candidate.action is Action.DEACTIVATE:
                self._close_covered(candidate)

    def move(self, moves: Sequence[Move]) -> None:
        """Save these moves in one transaction, and tell each."""
        at = self._world.clock.now()
        done = [self._moved(each, at) for each in moves]
        if not done:
            return
        with self._world.store.begin() as work:
            work.candidates.save([candidate for candidate, _ in done])
            work.audit.append([trace for _, traces in done for trace in traces])
            work.commit()
        for (candidate, _), move in zip(done, moves, strict=True):
            self.tell(candidate, move.reason)

    def tell(self, candidate: Candidate, message: str) -> None:
        self.outcomes.append(OutcomeRow(number=candidate.number, state=candidate.state, message=message))

    def _moved(self, move: Move, at: datetime) -> tuple[Candidate, list[AuditEntry]]:
        """Where the state has no way there, by way of Awaiting Revocation (product.md R2)."""
        candidate, traces = move.candidate, []
        way = (move.to,) if move.to in MOVES[candidate.state] else (State.AWAITING_REVOCATION, move.to)
        for state in way:
            detail = move.detail if state is move.to else None
            candidate, trace = candidate.move(state, reason=move.reason, actor=self._actor, at=at, detail=detail)
            traces.append(trace)
        if move.detail:
            candidate = candidate.model_copy(update={"evidence": {**candidate.evidence, **move.detail}})
        return candidate, traces

    def _close_covered(self, by: Candidate) -> None:
        """The person's other open seats went with them; each seat is counted once (product.md R3)."""
        with self._world.store.begin() as work:
            others = [
                each
                for each in work.candidates.of_user(by.org_id, by.user_id)
                if each.number != by.number and each.state in CLOSABLE
            ]
        objection = covered(by.number)
        self.move([Move(other, objection.state, objection.reason) for other in others])

    def _note_frozen(self, candidates: Sequence[Candidate]) -> None:
        if not candidates:
            return
        with self._world.store.begin() as work:
            note_frozen(work, [each.number for each in candidates], self._actor, self._world.clock.now())
            work.commit()
        for candidate in candidates:
            self.tell(candidate, _FROZEN)


def note_frozen(work: UnitOfWork, numbers: Sequence[str], actor: str, at: datetime) -> None:
    """Write down on candidates that their people were frozen; action and state stay what they are."""
    frozen = {"frozen_at": at.isoformat() + "Z", "frozen_by": actor}
    work.candidates.save(
        [each.model_copy(update={"evidence": each.evidence | frozen}) for each in work.candidates.of_numbers(numbers)]
    )


def _as_move(candidate: Candidate, objection: Objection) -> Move:
    needs_a_person = objection.state is State.ATTENTION_REQUIRED
    return Move(candidate, objection.state, objection.reason, {"remedy": objection.remedy} if needs_a_person else None)


def _are(seats: int) -> str:
    return "seat is" if seats == 1 else "seats are"
