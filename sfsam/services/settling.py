"""Settling: read the org back and close every outcome that a lost answer or a killed process left open."""

from __future__ import annotations

from sfsam.domain.answers import OutcomeRow, SettleAnswer
from sfsam.domain.attempts import Attempt, Outcome, Request, RequestKind
from sfsam.domain.candidates import Action, Candidate, State
from sfsam.domain.commands import Settle
from sfsam.domain.profiles import Profile, Purpose
from sfsam.domain.restoring import Giving
from sfsam.domain.steps import STEPS, Step
from sfsam.ports import UnitOfWork
from sfsam.services.reclaim_batch import free_what_came_back
from sfsam.services.reclaim_moves import note_frozen, said_of
from sfsam.services.restore_planning import givings_now, is_restored_by
from sfsam.services.restoring import mark_restored
from sfsam.services.running import JobControl, Phases
from sfsam.services.world import World, conversation, entry, profile_named

_HALF_GIVEN_BACK = "sfsam was stopped before everything was given back; give it back again to finish."
_NOT_SENT = "sfsam was stopped before this was sent; the org shows the value of before."


def settle(world: World, command: Settle, control: JobControl) -> SettleAnswer:
    """Close open attempts by what the org shows, and move each candidate to where that leaves it."""
    with world.store.begin() as work:
        wanted = profile_named(work, command.profile) if command.profile else None
        profiles = [wanted] if wanted else work.profiles.all()
        waiting = work.candidates.select(state=State.AWAITING_REVOCATION)
        opened = work.requests.open_attempts(wanted.profile_id if wanted else None)
        unended = [request for profile in profiles for request in work.requests.unended(profile.profile_id)]
    concerned = {each.profile_id for part in (waiting, opened, unended) for each in part}
    profiles = [profile for profile in profiles if profile.profile_id in concerned]
    phases = Phases(control, [profile.name for profile in profiles] or ["Nothing is open"])
    outcomes: list[OutcomeRow] = []
    for profile in profiles:
        phases.begin(profile.name)
        outcomes += _settle_org(world, profile, command.actor)
        phases.end(profile.name, rows=len(outcomes))
    with world.store.begin() as work:
        left = work.requests.open_attempts(wanted.profile_id if wanted else None)
    return SettleAnswer(open_before=len(opened), open_after=len(left), outcomes=outcomes)


def _settle_org(world: World, profile: Profile, actor: str) -> list[OutcomeRow]:
    with world.store.begin() as work:
        opened = work.requests.open_attempts(profile.profile_id)
        waiting = work.candidates.select(profile_id=profile.profile_id, state=State.AWAITING_REVOCATION)
    closed = _read_back(world, profile, opened)
    outcomes = _settle_takings(world, profile, actor, waiting, closed)
    return outcomes + _end_requests(world, profile, actor)


def _settle_takings(
    world: World, profile: Profile, actor: str, waiting: list[Candidate], closed: list[Attempt]
) -> list[OutcomeRow]:
    outcomes = []
    with world.store.begin() as work:
        work.requests.save_attempts(closed)
        history = {each.number: work.requests.attempts_for(each.number) for each in waiting}
        if waiting:
            free_what_came_back(work, waiting[0].org_id, [each for attempts in history.values() for each in attempts])
        for candidate in waiting:
            moved = candidate
            for to, reason in _moves(candidate.action, history[candidate.number]):
                moved, trace = moved.move(to, reason=reason, actor=actor, at=world.clock.now())
                work.audit.append([trace])
            work.candidates.save([moved])
            outcomes.append(OutcomeRow(number=moved.number, state=moved.state, message=moved.message))
        work.audit.append(
            [
                entry(
                    world,
                    actor,
                    "reclaim.settled",
                    profile.profile_id,
                    profile_id=profile.profile_id,
                    detail={"attempts": [[each.attempt_id, each.outcome] for each in closed]},
                )
            ]
        )
        work.commit()
    return outcomes


def _end_requests(world: World, profile: Profile, actor: str) -> list[OutcomeRow]:
    """End what was killed on its way: whoever was frozen is marked so, and whoever has everything back as restored."""
    with world.store.begin() as work:
        requests = work.requests.unended(profile.profile_id)
    outcomes: list[OutcomeRow] = []
    for request in requests:
        if request.kind is RequestKind.RESTORE:
            outcomes += _end_restore(world, profile, request)
        with world.store.begin() as work:
            if request.kind is RequestKind.FREEZE:
                _mark_frozen(work, request)
            work.requests.end(request.request_id, world.clock.now())
            work.commit()
    return outcomes


def _mark_frozen(work: UnitOfWork, request: Request) -> None:
    for number in request.numbers:
        done = [
            each
            for each in work.requests.attempts_for(number)
            if each.request_id == request.request_id and each.outcome is Outcome.DONE
        ]
        if done:
            note_frozen(work, [number], request.requested_by, done[-1].closed_at or request.requested_at)


def _end_restore(world: World, profile: Profile, request: Request) -> list[OutcomeRow]:
    with world.store.begin() as work:
        found = [work.candidates.find(number) for number in request.numbers]
    unmarked = [each for each in found if each is not None and not is_restored_by(each, request)]
    with conversation(world, profile, Purpose.ACT) as (session, _):
        givings, _ = givings_now(world, session, unmarked)
    with world.store.begin() as work:
        settled = [_given_back(world, work, candidate, giving, request) for candidate, giving in givings]
        work.commit()
    return [OutcomeRow(number=each.number, state=each.state, message=each.message) for each in settled]


def _given_back(
    world: World, work: UnitOfWork, candidate: Candidate, giving: Giving | None, request: Request
) -> Candidate:
    if giving is None:
        return candidate
    if giving.is_done:
        return mark_restored(world, work, candidate, request.requested_by, world.clock.now())
    half = candidate.model_copy(update={"message": _HALF_GIVEN_BACK})
    work.candidates.save([half])
    return half


def _read_back(world: World, profile: Profile, opened: list[Attempt]) -> list[Attempt]:
    if not opened:
        return []
    with conversation(world, profile, Purpose.ACT) as (session, _):
        effects = session.in_effect(opened)
    now = world.clock.now()
    return [
        attempt.closed(accepted=True, in_effect=True, code="", said="", at=now)
        if effects[attempt.attempt_id]
        else attempt.not_sent(_NOT_SENT, now)
        for attempt in opened
    ]


def _moves(action: Action, attempts: list[Attempt]) -> list[tuple[State, str]]:
    """Where a candidate goes: complete, back to Ready when nothing was touched, or to a person's attention."""
    done = [each.step for each in attempts if each.outcome is Outcome.DONE]
    if STEPS[action][-1] in done:
        return [(State.CLOSED_COMPLETE, f"{said_of(action)}; found by reading the org back.")]
    if not done:
        return [
            (State.ATTENTION_REQUIRED, "Nothing was changed before sfsam stopped."),
            (State.READY, "Nothing was changed in the org; ready to be reclaimed again."),
        ]
    steps = ", ".join(step.replace("_", " ") for step in Step if step in done)
    return [
        (
            State.ATTENTION_REQUIRED,
            f"Half done: {steps}. The user is still active. Put it back to Ready and reclaim it to finish.",
        )
    ]
