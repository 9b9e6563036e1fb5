"""What somebody said about a seat, and what follows from it: it waits, it is kept, or it is reclaimed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sfsam.domain.answers import CandidateRow
from sfsam.domain.candidates import KEPT_DAYS, Candidate, State, words
from sfsam.domain.commands import ApproveKeep, Enqueue, Reclaim, RejectKeep, Remind
from sfsam.domain.identifiers import new_id
from sfsam.domain.notices import Decision, NoticeAnswer
from sfsam.domain.roles import INSTALLATION
from sfsam.errors import NotFound, RefusedError
from sfsam.ports import UnitOfWork
from sfsam.services.listing import candidate_row
from sfsam.services.queueing import queued
from sfsam.services.world import World, entry


def approve(world: World, command: ApproveKeep) -> list[CandidateRow]:
    """Let people keep the seats that they want to keep; each is proposed again after KEPT_DAYS."""
    return _decide(world, command, Decision.APPROVE)


def reject(world: World, command: RejectKeep) -> list[CandidateRow]:
    """Have the seats reclaimed all the same."""
    return _decide(world, command, Decision.REJECT)


def say(
    world: World,
    work: UnitOfWork,
    candidate: Candidate,
    decision: Decision,
    *,
    by: str,
    reason: str = "",
    message_id: str = "",
) -> Candidate:
    """Keep the answer and do what follows from it; the candidate as it stands then. The caller has looked at its state.

    The reason in people's own words stands with the answer and the candidate, where a person can be erased; the audit
    trail says only what was decided.
    """
    work.notices.add_answers(
        [
            NoticeAnswer(
                answer_id=new_id(),
                number=candidate.number,
                profile_id=candidate.profile_id,
                org_id=candidate.org_id,
                user_id=candidate.user_id,
                decision=decision,
                reason=reason,
                answered_by=by,
                message_id=message_id,
                answered_at=world.clock.now(),
            )
        ]
    )
    detail = {"decision": decision, "by": by, "user_id": candidate.user_id, "message_id": message_id}
    work.audit.append(
        [entry(world, by, "notice.answered", candidate.number, profile_id=candidate.profile_id, detail=detail)]
    )
    moved = _followed(world, work, candidate, decision, by)
    said = f"{moved.message} “{reason}”" if reason else moved.message
    moved = moved.model_copy(update={"message": said})
    work.candidates.save([moved])
    return moved


def queue_reclaim(world: World, work: UnitOfWork, numbers: Sequence[str]) -> None:
    """Have these seats reclaimed, which their user, the silence or the approver has let go."""
    job = Reclaim(actor=INSTALLATION.actor, numbers=tuple(numbers), after_notice=True)
    queued(world, work, Enqueue(actor=INSTALLATION.actor, job=job, key=f"after_notice:{','.join(numbers)}"))


def _followed(world: World, work: UnitOfWork, candidate: Candidate, decision: Decision, by: str) -> Candidate:
    now = world.clock.now()
    match decision:
        case Decision.KEEP:
            moved, trace = candidate.move(
                State.AWAITING_APPROVAL, reason="The user wants to keep it.", actor=by, at=now
            )
            queued(world, work, Enqueue(actor=INSTALLATION.actor, job=Remind(actor=INSTALLATION.actor)))
        case Decision.APPROVE:
            until = now.date() + timedelta(days=KEPT_DAYS)
            moved, trace = candidate.keep(until=until, reason="The approver lets the user keep it.", actor=by, at=now)
        case Decision.RELEASE | Decision.REJECT:
            queue_reclaim(world, work, [candidate.number])
            is_given = decision is Decision.RELEASE
            said = "The user gave it back; it is reclaimed next." if is_given else "To be reclaimed all the same."
            return candidate.model_copy(update={"message": said, "updated_at": now})
    work.audit.append([trace])
    return moved


def _decide(world: World, command: ApproveKeep | RejectKeep, decision: Decision) -> list[CandidateRow]:
    numbers = list(dict.fromkeys(command.numbers))
    with world.store.begin() as work:
        for number in numbers:
            candidate = work.candidates.find(number)
            if candidate is None:
                raise NotFound(f"There is no removal candidate {number}.", "List them with the candidates command.")
            if candidate.state is not State.AWAITING_APPROVAL:
                raise RefusedError(
                    f"{number} is {words(candidate.state)}; only what awaits approval is approved or rejected.",
                    "Keep it, or reclaim it, on the page Removal candidates.",
                    number=number,
                    state=candidate.state,
                )
            say(world, work, candidate, decision, by=command.actor, reason=command.reason)
        work.commit()
    return [candidate_row(row) for row in world.store.reads.rows("candidates", numbers=numbers)]
