"""What an undo would give back: the difference between before and now, and whether there are seats for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sfsam.domain.answers import LeftOut, RestoreNeed, RestorePlanAnswer
from sfsam.domain.attempts import Outcome, Request, RequestKind, planned_calls
from sfsam.domain.candidates import Action, Candidate
from sfsam.domain.commands import PlanRestore
from sfsam.domain.holdings import Holding
from sfsam.domain.identifiers import to_18
from sfsam.domain.profiles import Profile, Purpose
from sfsam.domain.restoring import FreeSeats, Giving, merged
from sfsam.domain.steps import Step
from sfsam.errors import NotFound, RefusedError
from sfsam.ports import OrgSession, UnitOfWork
from sfsam.services.planning import call_rows, require_allowed, require_permissions
from sfsam.services.world import World, conversation, profile_named


@dataclass(frozen=True)
class OrgGivings:
    """What one org's part of an undo would do; `left_out` are candidates with the reason and a remedy."""

    givings: tuple[tuple[Candidate, Giving], ...]
    left_out: tuple[tuple[Candidate, str, str], ...]
    needs: tuple[RestoreNeed, ...]
    ended: tuple[str, ...] = ()  # names of licenses that have ended, of which nothing is given back


def plan(world: World, command: PlanRestore) -> RestorePlanAnswer:
    """What would be sent, the seats it needs and how many are free, and what cannot be the same again."""
    parts = []
    for profile, candidates in selection(world, command.numbers):
        with conversation(world, profile, Purpose.ACT) as (session, _):
            require_permissions(session)
            parts.append(org_givings(world, session, candidates))
    calls = [call for part in parts for call in planned_calls([giving for _, giving in part.givings])]
    return RestorePlanAnswer(
        planned_calls=len(calls),
        users=len({giving.user_id for part in parts for _, giving in part.givings}),
        calls=call_rows(calls),
        needs=[need for part in parts for need in part.needs],
        left_out=[
            LeftOut(
                number=candidate.number,
                user_principal_name=candidate.user_principal_name,
                reason=reason,
                remedy=remedy,
            )
            for part in parts
            for candidate, reason, remedy in part.left_out
        ],
        not_the_same=_not_the_same(parts),
    )


def selection(world: World, numbers: Sequence[str]) -> list[tuple[Profile, list[Candidate]]]:
    """The candidates by profile. Each must have lost something through sfsam that was not given back."""
    with world.store.begin() as work:
        chosen = [_restorable(work, number) for number in dict.fromkeys(numbers)]
        ordered = sorted(chosen, key=lambda each: (each.profile_id, each.number))
        parts = [
            (profile_named(work, profile_id), list(members))
            for profile_id, members in groupby(ordered, key=lambda each: each.profile_id)
        ]
    for profile, _ in parts:
        require_allowed(profile)
    return parts


def givings_now(
    world: World, session: OrgSession, candidates: Sequence[Candidate]
) -> tuple[list[tuple[Candidate, Giving | None]], dict[str, FreeSeats]]:
    """What is to be given back for each of these, compared with what the org shows at this moment (None: the user is
    gone), and the free seats of the licenses that are needed for it."""
    now = {each.user_id: each for each in session.holdings(list({each.user_id for each in candidates}))}
    with world.store.begin() as work:
        found = [(each, _giving(work, each, now)) for each in candidates]
    free = session.free_seats({seat for _, giving in found if giving is not None for seat in giving.seats})
    ended = frozenset(seat for seat, known in free.items() if known.has_ended)
    return [(each, giving and giving.model_copy(update={"lost": ended})) for each, giving in found], free


def is_restored_by(candidate: Candidate, request: Request) -> bool:
    """Whether this request, or a later one, has given everything back."""
    return str(candidate.evidence.get("restored_at") or "") >= moment_text(request.requested_at)


def _giving(work: UnitOfWork, candidate: Candidate, now: Mapping[str, Holding]) -> Giving | None:
    holding = now.get(candidate.user_id)
    requests = _takings_of(work, candidate)
    before = [
        each for request in requests for each in request.holdings if to_18(each.user_id) == to_18(candidate.user_id)
    ]
    if holding is None or not before:
        return None
    return Giving(
        number=candidate.number,
        action=Action.FREEZE if all(each.kind is RequestKind.FREEZE for each in requests) else candidate.action,
        kind=candidate.kind,
        identifier=candidate.identifier,
        before=merged(before),
        now=holding,
    )


def _takings_of(work: UnitOfWork, candidate: Candidate) -> list[Request]:
    """The requests that took something for this candidate since it was last given back, oldest first."""
    done = {each.request_id for each in work.requests.attempts_for(candidate.number) if each.outcome is Outcome.DONE}
    last = str(candidate.evidence.get("restored_at") or "")
    return [
        each
        for each in work.requests.of_candidate(candidate.number)
        if each.kind is not RequestKind.RESTORE and each.request_id in done and moment_text(each.requested_at) > last
    ]


def org_givings(world: World, session: OrgSession, candidates: Sequence[Candidate]) -> OrgGivings:
    """Sort out who gets something back, as far as there are seats; the first in the list first."""
    found, free = givings_now(world, session, candidates)
    wanted = [(each, giving) for each, giving in found if giving is not None and not giving.is_done]
    left = [(each, *_reason(giving)) for each, giving in found if giving is None or giving.is_done]
    needed = Counter(seat for _, giving in wanted for seat in giving.seats)
    going: list[tuple[Candidate, Giving]] = []
    used: Counter[str] = Counter()
    for candidate, giving in wanted:
        short = [seat for seat, count in Counter(giving.seats).items() if _lacks(free.get(seat), used[seat] + count)]
        if short:
            names = ", ".join(free[seat].label for seat in short)
            left.append((candidate, f"No seat of {names} is free.", "Free or buy a seat, then give it back again."))
            continue
        used.update(giving.seats)
        going.append((candidate, giving))
    ended = tuple(sorted(known.label for known in free.values() if known.has_ended))
    return OrgGivings(tuple(going), tuple(left), tuple(_needs(needed, free)), ended)


def _reason(giving: Giving | None) -> tuple[str, str]:
    if giving is None:
        return "The user is gone from the org.", "Nothing can be given back to a user who is not there."
    return "Everything is there already.", "Nothing is left to give back."


def _lacks(free: FreeSeats | None, wanted: int) -> bool:
    return free is not None and free.seats is not None and free.seats < wanted


def _needs(needed: Counter[str], free: Mapping[str, FreeSeats]) -> Iterator[RestoreNeed]:
    for seat, count in sorted(needed.items()):
        known = free.get(seat)
        yield RestoreNeed(
            license=known.label if known else seat, needed=count, free=known.seats if known is not None else None
        )


def _not_the_same(parts: Sequence[OrgGivings]) -> list[str]:
    steps = {call.step for part in parts for call in planned_calls([giving for _, giving in part.givings])}
    assigned = {Step.ASSIGN_PERMISSION_SETS, Step.ASSIGN_PERMISSION_SET_LICENSES, Step.ASSIGN_PACKAGE_LICENSES}
    said = [f"{name} has ended: its seat is not given back." for part in parts for name in part.ended]
    if steps & assigned:
        said.append("The assignments get new ids and new dates.")
    if Step.REACTIVATE in steps:
        said.append("The password may have expired, and connected apps must be allowed again.")
    return said


def _restorable(work: UnitOfWork, number: str) -> Candidate:
    candidate = work.candidates.find(number)
    if candidate is None:
        raise NotFound(f"There is no removal candidate {number}.", "List them with the candidates command.")
    if any(each.outcome is Outcome.OPEN for each in work.requests.attempts_for(number)):
        raise RefusedError(
            f"What became of the last change for {number} is not known yet.",
            "Run settle first; it reads the org and says.",
            number=number,
        )
    if not _takings_of(work, candidate):
        raise RefusedError(
            f"sfsam has taken nothing for {number} that was not given back.",
            "Only what sfsam took can be given back.",
            number=number,
        )
    return candidate


def moment_text(moment: datetime) -> str:
    return moment.isoformat() + "Z"
