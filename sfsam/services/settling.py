"""Settling: read the org back and close every outcome that a lost answer or a killed process left open."""

from __future__ import annotations

from sfsam.domain.answers import OutcomeRow, SettleAnswer
from sfsam.domain.candidates import Action, State
from sfsam.domain.commands import Settle
from sfsam.domain.profiles import Profile, Purpose
from sfsam.domain.reclaim import STEPS, Attempt, Outcome, Step
from sfsam.services.reclaim_batch import free_what_came_back
from sfsam.services.running import JobControl, Phases
from sfsam.services.world import World, conversation, entry, profile_named

_NOT_SENT = "sfsam was stopped before this was sent; the org shows the value of before."


def settle(world: World, command: Settle, control: JobControl) -> SettleAnswer:
    """Close open attempts by what the org shows, and move each candidate to where that leaves it."""
    with world.store.begin() as work:
        wanted = profile_named(work, command.profile) if command.profile else None
        profiles = [wanted] if wanted else work.profiles.all()
        waiting = work.candidates.select(state=State.AWAITING_REVOCATION)
        opened = work.requests.open_attempts(wanted.profile_id if wanted else None)
    concerned = {each.profile_id for each in waiting} | {each.profile_id for each in opened}
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
        said = "Deactivated" if action is Action.DEACTIVATE else "Taken back"
        return [(State.CLOSED_COMPLETE, f"{said}; found by reading the org back.")]
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
