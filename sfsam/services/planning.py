"""Planning a reclaim: who may be touched, what would be sent, and who stays out and why. Nothing is sent."""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby
from typing import Any

from sfsam.domain.answers import LeftOut, PlanAnswer, PlannedCallRow, RunLimit
from sfsam.domain.attempts import PlannedCall, planned_calls
from sfsam.domain.candidates import ACTIONS, Action, Candidate, State, words
from sfsam.domain.commands import Narrowing, PlanReclaim, Reclaim
from sfsam.domain.profiles import Process, Profile, ProfileStatus, Purpose
from sfsam.domain.reclaim import Taking, allowed_users, guard_size
from sfsam.domain.steps import Step
from sfsam.domain.validation import missing
from sfsam.errors import NotFound, PermissionMissing, RefusedError, UsageError
from sfsam.ports import OrgSession, UnitOfWork
from sfsam.services.excluding import reasons_by_number
from sfsam.services.objections import Known, Objection, sort_out
from sfsam.services.stopping import require_not_stopped
from sfsam.services.world import World, conversation, profile_named

NOTICED = (State.READY, State.AWAITING_USER, State.AWAITING_APPROVAL)
"""From where a seat may go once its user, the silence or the approver has decided."""

_ASSIGNMENTS = {Step.REMOVE_PERMISSION_SETS, Step.REMOVE_PERMISSION_SET_LICENSES, Step.REMOVE_PACKAGE_LICENSES}
_NOT_THE_SAME: tuple[tuple[str, set[Step]], ...] = (
    ("Assignments that are given back have new ids and new dates.", _ASSIGNMENTS),
    ("A package license that has ended is not assigned again by Salesforce.", {Step.REMOVE_PACKAGE_LICENSES}),
    ("Sessions that are open may end, and do not come back.", {Step.FREEZE, Step.DEACTIVATE}),
    ("Apps that the person had connected must be allowed again.", {Step.DEACTIVATE}),
    ("The password may have expired by then; it can be reset.", {Step.DEACTIVATE}),
    ("Team, queue and sharing memberships may have been left by then.", {Step.DEACTIVATE}),
    ("Forecast settings and the role may be dropped by Salesforce.", {Step.CHANGE_LICENSE}),
)
"""What an undo gives back otherwise (Salesforce fact sheet 5.2, 5.3, 5.8, 5.10), and which steps cause it."""


@dataclass(frozen=True)
class OrgPlan:
    """What one org's part of a reclaim would do. `refused` are candidates with the reason they stay out."""

    profile: Profile
    going: tuple[Candidate, ...]
    takings: tuple[Taking, ...]
    left_out: tuple[tuple[Candidate, Objection], ...] = field(default=())


def plan(world: World, command: PlanReclaim) -> PlanAnswer:
    """The plan as people read it: every call, the seats it frees, who stays out, and what no undo gives back."""
    parts = selection(world, command)
    plans = [_org_plan(world, *part, command.max_users) for part in parts]
    calls = [call for each in plans for call in planned_calls(each.takings)]
    savings, currency = _savings(world, [candidate for each in plans for candidate in each.going])
    return PlanAnswer(
        planned_calls=len(calls),
        seats_freed=sum(taking.seats for each in plans for taking in each.takings),
        users=sum(len({taking.user_id for taking in each.takings}) for each in plans),
        potential_savings=savings,
        currency=currency,
        calls=call_rows(calls),
        not_the_same=not_the_same(calls),
        fingerprint=fingerprint(parts),
        limits=[_limit(world, *part, command.max_users) for part in parts],
        needs_second_person=any(profile.four_eyes for profile, _ in parts),
        left_out=[
            LeftOut(
                number=candidate.number,
                user_principal_name=candidate.user_principal_name,
                reason=objection.reason,
                remedy=objection.remedy,
            )
            for each in plans
            for candidate, objection in each.left_out
        ],
    )


def call_rows(calls: Sequence[PlannedCall]) -> list[PlannedCallRow]:
    return [
        PlannedCallRow(
            step=call.step,
            method=call.method,
            object=call.object,
            records=len(call.changes),
            users=len({change.user_id for change in call.changes}),
        )
        for call in calls
    ]


def not_the_same(calls: Sequence[PlannedCall]) -> list[str]:
    """What an undo of these calls cannot make as it was, in the order in which people should know it."""
    steps = {call.step for call in calls}
    return [said for said, causes in _NOT_THE_SAME if steps & causes]


def selection(world: World, command: PlanReclaim | Reclaim) -> list[tuple[Profile, list[Candidate]]]:
    """The candidates that were asked for, by profile. Each must be Ready (or have had its notice, where the command
    says so), its profile must allow it, and nobody may have stopped all sending."""
    require_not_stopped(world)
    if [bool(command.numbers), command.all_ready, command.matching is not None].count(True) != 1:
        raise UsageError("Which candidates?", "Give --number once or more, or --all-ready.")
    shown = _numbers_shown(world, command.matching) if command.matching is not None else None
    with world.store.begin() as work:
        chosen = _chosen(work, command, shown)
        parts = [
            (profile_named(work, profile_id), list(members))
            for profile_id, members in groupby(
                sorted(chosen, key=lambda c: (c.profile_id, c.number)), key=lambda c: c.profile_id
            )
        ]
    for profile, _ in parts:
        require_allowed(profile)
    return [(profile, [with_action(each, command.action) for each in members]) for profile, members in parts]


def with_action(candidate: Candidate, action: Action | None) -> Candidate:
    """The candidate with what is to be done for it. Raises RefusedError for what its kind of seat does not allow."""
    if action is None or action is candidate.action:
        return candidate
    allowed = ACTIONS.get(candidate.kind, ())
    if action not in allowed:
        raise RefusedError(
            f"{candidate.number} is a {candidate.kind.replace('_', ' ')} seat; {action.words} is not possible for it.",
            f"Possible: {', '.join(each.words for each in allowed) or 'nothing'}.",
            number=candidate.number,
            action=action,
        )
    return candidate.model_copy(update={"action": action})


def require_guard(world: World, profile: Profile, selected: int, max_users: int | None) -> None:
    """Refuse a run that touches more people than 25 or 5 % of the org's active users (product.md R7)."""
    guard_size(selected, int(_row_of(world, profile)["users"] or 0), max_users)


def require_permissions(session: OrgSession) -> None:
    """Refuse before the first person is touched when the connected user lacks a right that a step needs."""
    lacking = missing(session.check((Process.RECLAIM,)), Process.RECLAIM)
    if lacking:
        raise PermissionMissing(
            f"The connected user lacks {', '.join(check.permission for check in lacking)}; nothing was sent.",
            " ".join(check.remedy for check in lacking),
            permissions=[check.permission for check in lacking],
        )


def known(world: World, profile: Profile, candidates: Sequence[Candidate]) -> Known:
    """What is known of these candidates before the org is asked."""
    return Known(own_user_ids(world, profile), reasons_by_number(world, [each.number for each in candidates]))


def people_of(candidates: Sequence[Candidate]) -> int:
    """How many people these candidates are of: one person may hold several of the seats."""
    return len({candidate.user_id for candidate in candidates})


def own_user_ids(world: World, profile: Profile) -> frozenset[str]:
    """The users that sfsam itself is connected as; they are never touched."""
    with world.store.begin() as work:
        connections = [work.profiles.find_connection(profile.profile_id, purpose) for purpose in Purpose]
    return frozenset(each.org.user_id for each in connections if each is not None and each.org is not None)


def _org_plan(world: World, profile: Profile, candidates: list[Candidate], max_users: int | None) -> OrgPlan:
    require_guard(world, profile, people_of(candidates), max_users)
    with conversation(world, profile, Purpose.ACT) as (session, _):
        require_permissions(session)
        going, staying = sort_out(session, known(world, profile, candidates), candidates, world.clock.now())
    return OrgPlan(
        profile=profile,
        going=tuple(candidate for candidate, _ in going),
        takings=tuple(taking for _, taking in going),
        left_out=tuple(staying),
    )


def fingerprint(parts: Sequence[tuple[Profile, list[Candidate]]]) -> str:
    """Which candidates these are, and what is to be done for each: what a plan showed is what is done."""
    named = sorted(f"{each.number} {each.action}" for _, members in parts for each in members)
    return hashlib.sha256("\n".join(named).encode()).hexdigest()[:32]


def require_as_planned(command: Reclaim, parts: Sequence[tuple[Profile, list[Candidate]]]) -> None:
    """Refuse a reclaim that is bound to a plan, when the candidates are others by now."""
    if command.fingerprint and command.fingerprint != fingerprint(parts):
        raise RefusedError(
            "The candidates are others than in the plan; nothing was sent.",
            "Look at the plan again, then confirm that one.",
        )


def _numbers_shown(world: World, narrowing: Narrowing) -> frozenset[str]:
    """The candidates that are ready and that a list narrowed like this shows."""
    asked = narrowing.model_dump(mode="json")
    known = {name: asked[name] or None for name in ("org_ids", "kinds", "models", "departments", "search")}
    return frozenset(row["number"] for row in world.store.reads.rows("candidates", states=[State.READY], **known))


def _chosen(work: UnitOfWork, command: PlanReclaim | Reclaim, shown: Container[str] | None) -> list[Candidate]:
    if command.all_ready or shown is not None:
        profile_id = profile_named(work, command.profile).profile_id if command.profile else None
        ready = work.candidates.select(profile_id=profile_id, state=State.READY)
        return [each for each in ready if shown is None or each.number in shown]
    found = [(number, work.candidates.find(number)) for number in dict.fromkeys(command.numbers)]
    unknown = [number for number, candidate in found if candidate is None]
    if unknown:
        raise NotFound(
            f"There is no removal candidate {', '.join(unknown)}.",
            "List them with the candidates command.",
        )
    candidates = [candidate for _, candidate in found if candidate is not None]
    noticed = isinstance(command, Reclaim) and command.after_notice
    _require_ready(candidates, NOTICED if noticed else (State.READY,))
    return candidates


def _require_ready(candidates: Iterable[Candidate], ready: Sequence[State]) -> None:
    for candidate in candidates:
        if candidate.state not in ready:
            raise RefusedError(
                f"{candidate.number} is {words(candidate.state)}; only candidates that are Ready are reclaimed.",
                "Put it back to Ready first, if its state allows that.",
                number=candidate.number,
                state=candidate.state,
            )


def require_allowed(profile: Profile) -> None:
    """Raise RefusedError for a profile in whose name nothing may be sent now."""
    if profile.status is not ProfileStatus.PUBLISHED:
        raise RefusedError(f"The profile {profile.name!r} is a draft.", "Connect and publish it first.")
    if not profile.reclaim_enabled:
        raise RefusedError(
            f"The profile {profile.name!r} is report-only: candidates are made, nothing is ever sent.",
            "Tick Reclaim subscriptions on the profile to allow it.",
        )
    if profile.is_paused:
        raise RefusedError(f"The profile {profile.name!r} is paused.", "Resume it first.")


def _limit(world: World, profile: Profile, candidates: Sequence[Candidate], max_users: int | None) -> RunLimit:
    row = _row_of(world, profile)
    active_users = int(row["users"] or 0)
    return RunLimit(
        profile=profile.name,
        is_sandbox=bool(row["is_sandbox"]),
        selected=people_of(candidates),
        allowed=allowed_users(active_users, max_users),
        active_users=active_users,
    )


def _row_of(world: World, profile: Profile) -> dict[str, Any]:
    return next(row for row in world.store.reads.rows("profiles") if row["profile_id"] == profile.profile_id)


def _savings(world: World, candidates: Sequence[Candidate]) -> tuple[Decimal | None, str | None]:
    """What these candidates cost a year, when all of it is in one currency; never a sum over currencies.

    A candidate is worth what its rule proposed; what another action is worth, nobody has worked out.
    """
    if not candidates:
        return None, None
    rows = world.store.reads.rows("candidates", numbers=[each.number for each in candidates])
    chosen = {each.number: each.action for each in candidates}
    if any(row["action"] != chosen[row["number"]] for row in rows):
        return None, None
    priced = [row for row in rows if row["potential_savings"] is not None]
    currencies = {row["currency"] for row in priced}
    if len(currencies) != 1:
        return None, None
    return sum((row["potential_savings"] for row in priced), Decimal(0)), currencies.pop()
