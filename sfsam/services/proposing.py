"""Proposing a seat by hand: what a person knows and no rule sees (product.md R2)."""

from __future__ import annotations

from typing import Any

from sfsam.domain.answers import CandidateRow
from sfsam.domain.candidates import ACTIONS, Action, Candidate, Justification
from sfsam.domain.commands import ProposeCandidate
from sfsam.domain.profiles import Profile
from sfsam.domain.rules import MANUAL
from sfsam.domain.subscriptions import Part, Thresholds
from sfsam.errors import NotFound, RefusedError, UsageError
from sfsam.ports import UnitOfWork
from sfsam.services.listing import candidate_row
from sfsam.services.world import World, entry, org_ids_of, profile_named

_EVIDENCE = (
    *("name", "department", "model", "deciding_signal", "assigned_at", "snapshot_taken_at"),
    *("seats", "potential_savings", "currency"),
)


def propose(world: World, command: ProposeCandidate) -> CandidateRow:
    """Make the seat a ready candidate. Raises NotFound when the user does not hold it, RefusedError with the reason
    for whom sfsam never touches, what is excluded or kept, and what is a candidate already."""
    action = _action(command)
    with world.store.begin() as work:
        profile = profile_named(work, command.profile)
        seat = _seat(world, command, profile)
        if against := _against(seat):
            raise RefusedError(f"{seat['user_principal_name']} cannot be proposed: {against[0]}.", against[1])
        candidate = _candidate(world, work, command, seat, action)
        work.candidates.save([candidate])
        detail = {"user_id": candidate.user_id, "kind": candidate.kind, "identifier": candidate.identifier}
        work.audit.append(
            [
                entry(
                    world,
                    command.actor,
                    "candidate.proposed",
                    candidate.number,
                    profile_id=profile.profile_id,
                    reason=command.reason,
                    detail={**detail, "action": candidate.action},
                )
            ]
        )
        work.commit()
    return candidate_row(world.store.reads.rows("candidates", numbers=[candidate.number])[0])


def _seat(world: World, command: ProposeCandidate, profile: Profile) -> dict[str, Any]:
    [org_id] = org_ids_of(world, profile.profile_id) or [""]
    named = {"org_id": org_id, "user": command.user.strip(), "kind": command.kind, "identifier": command.identifier}
    rows = world.store.reads.rows(
        "proposable_seat", **named, today=world.clock.now().date(), **Thresholds().model_dump()
    )
    if not rows:
        raise NotFound(
            f"{command.user} holds no {command.identifier} in {profile.name}, by the newest download.",
            "The subscriptions page lists every seat.",
        )
    return rows[0]


def _against(seat: dict[str, Any]) -> tuple[str, str] | None:
    """Why this seat is not proposed, and what to do; the first that applies."""
    if seat["is_administrator"]:
        return "administrators are protected", "Take the administrator's permissions away first."
    if seat["is_connected_user"]:
        return "sfsam itself works as this user", "Connect as another user first."
    if seat["is_machine"] or seat["part"] == Part.MACHINE:
        return "it is a machine, and integrations are protected", "Deactivate it in Salesforce, knowing what it runs."
    if seat["exclusion_reason"] is not None:
        return f"excluded, {seat['exclusion_reason'].rstrip('.')}", "Remove the exclusion first."
    if seat["candidate_number"] is not None:
        return f"the seat is {seat['candidate_number']} already", "Open it among the removal candidates."
    if seat["kept_until"] is not None:
        return f"somebody keeps the seat until {seat['kept_until']}", "Wait for that day."
    return None


def _candidate(
    world: World, work: UnitOfWork, command: ProposeCandidate, seat: dict[str, Any], action: Action
) -> Candidate:
    now = world.clock.now()
    worth = seat if action is Action.DEACTIVATE else {"seats": 1, "potential_savings": seat["seat_cost"]}
    evidence = {name: _plain({**seat, **worth}[name]) for name in _EVIDENCE}
    said = {"rule_name": "Proposed by hand", "proposed_by": command.actor, "reason": command.reason.strip()}
    target = {"target_profile_id": command.target_profile_id} if command.target_profile_id else {}
    return Candidate(
        number=f"RC{work.candidates.last_number() + 1:07d}",
        profile_id=seat["profile_id"],
        org_id=seat["org_id"],
        user_id=seat["user_id"],
        user_principal_name=seat["user_principal_name"],
        kind=command.kind,
        identifier=command.identifier,
        rule=MANUAL,
        justification=Justification.MANUAL,
        action=action,
        last_activity_at=seat["last_activity_at"],
        inactive_days=seat["inactive_days"],
        evidence={**said, **target, **evidence},
        message=f"Proposed by {command.actor}: {command.reason.strip()}",
        opened_at=now,
        updated_at=now,
    )


def _action(command: ProposeCandidate) -> Action:
    """What was asked for, or what fits the kind. Raises UsageError for what does not."""
    possible = [action for action in ACTIONS.get(command.kind, ()) if action is not Action.FREEZE]
    if not possible:
        raise UsageError(
            f"A {command.kind.replace('_', ' ')} license is no seat of one person.", "Propose another kind."
        )
    action = command.action or possible[-1]
    if action not in possible:
        raise UsageError(
            f"A {command.kind.replace('_', ' ')} license cannot {action.value.replace('_', ' ')}.",
            f"Possible: {', '.join(each.value for each in possible)}.",
        )
    if action is Action.CHANGE_LICENSE and not command.target_profile_id:
        raise UsageError("A change of license needs the Salesforce profile that the person gets.", "Name its id.")
    return action


def _plain(value: Any) -> Any:
    if hasattr(value, "isoformat"):
        return value.isoformat() + "Z"
    return value if isinstance(value, int | str | None) else str(value)
