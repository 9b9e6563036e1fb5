"""Who may be touched at this very moment: every candidate is looked at again, fresh from the org, before it is sent.

The first objection counts. Each says in which state the candidate ends (or that it needs attention), why, and what to
do about it (product.md R6, R7).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from sfsam.domain.candidates import Action, Candidate, Justification, State
from sfsam.domain.holdings import Holding
from sfsam.domain.identifiers import to_18
from sfsam.domain.reclaim import Taking
from sfsam.domain.subscriptions import GRACE_DAYS, STALE_AFTER_DAYS
from sfsam.ports import OrgSession


class Objection(NamedTuple):
    state: State
    reason: str
    remedy: str


GIVEN_BACK = Objection(State.CLOSED_SKIPPED, "The seat was given back already.", "Nothing is left to take back.")


@dataclass(frozen=True)
class Known:
    """What is known before the org is asked: as whom sfsam is connected, and which candidates are excluded, why."""

    own_users: Collection[str]
    excluded: Mapping[str, str] = field(default_factory=dict)


def sort_out(
    session: OrgSession,
    known: Known,
    candidates: Sequence[Candidate],
    now: datetime,
    holders: Sequence[Holding] | None = None,
) -> tuple[list[tuple[Candidate, Taking]], list[tuple[Candidate, Objection]]]:
    """Read these people from the org as they are now: which candidates may go, and which stay out.

    Of a person who is deactivated every other seat stays out, because it goes with the person. `holders` is given when
    everybody who holds the license was read already; whoever is not among them has given it back.
    """
    user_ids = list(dict.fromkeys(candidate.user_id for candidate in candidates))
    read = session.holdings(user_ids) if holders is None else holders
    holdings = {holding.user_id: holding for holding in read}
    people = _People(session, candidates, now)
    going: list[tuple[Candidate, Taking]] = []
    staying: list[tuple[Candidate, Objection]] = []
    for candidate in sorted(candidates, key=lambda each: each.action is not Action.DEACTIVATE):
        taking = _taking(candidate, holdings.get(candidate.user_id))
        objection = GIVEN_BACK if holders is not None and taking is None else _protected(known, candidate, taking)
        if objection is None and taking is not None:
            objection = _to_this_action(
                candidate, taking, people, {each.user_id: each.number for each, _ in going if _leaves(each)}
            )
        if objection is not None:
            staying.append((candidate, objection))
        elif taking is not None:
            going.append((candidate, taking))
    return going, staying


class _People:
    """What is asked of the org about people who are to lose their access: have they come back, what holds them."""

    def __init__(self, session: OrgSession, candidates: Sequence[Candidate], now: datetime) -> None:
        self.now = now
        barred = [each for each in candidates if each.action in (Action.DEACTIVATE, Action.FREEZE)]
        leaving = [each.user_id for each in barred if each.action is Action.DEACTIVATE]
        since = now - timedelta(days=max(map(stale_after_days, barred), default=0))
        self._seen = session.human_logins_since([each.user_id for each in barred], since) if barred else {}
        self._blockers = session.blockers(leaving) if leaving else {}

    def seen_at(self, candidate: Candidate) -> datetime | None:
        """When this person was last seen within the threshold of the candidate's own rule."""
        seen = self._seen.get(candidate.user_id)
        return seen if seen is not None and seen > self.now - timedelta(days=stale_after_days(candidate)) else None

    def blockers(self, candidate: Candidate) -> Sequence[tuple[str, str]]:
        return self._blockers.get(candidate.user_id, ())


def stale_after_days(candidate: Candidate) -> int:
    """The threshold by which this candidate was caught."""
    return int(candidate.evidence.get("stale_after_days") or STALE_AFTER_DAYS)


def _to_this_action(
    candidate: Candidate, taking: Taking, people: _People, leaving: Mapping[str, str]
) -> Objection | None:
    match candidate.action:
        case Action.DEACTIVATE:
            return _barred(candidate, taking, people) or _blocked(people.blockers(candidate))
        case Action.FREEZE if taking.holding.is_frozen:
            return Objection(State.CLOSED_SKIPPED, "The user is frozen already.", "Nothing is left to freeze.")
        case Action.FREEZE:
            return _barred(candidate, taking, people)
        case Action.CHANGE_LICENSE:
            return _license_kept(taking, leaving)
        case _:
            return _seat_needed(candidate, taking, leaving)


def covered(by: str) -> Objection:
    """A seat that goes with its person: it is counted there, once."""
    return Objection(
        State.CLOSED_SKIPPED, f"Covered by {by}, which deactivates the person.", "Nothing to do: the seat is freed."
    )


def _leaves(candidate: Candidate) -> bool:
    return candidate.action is Action.DEACTIVATE


def _taking(candidate: Candidate, holding: Holding | None) -> Taking | None:
    if holding is None:
        return None
    return Taking(
        number=candidate.number,
        action=candidate.action,
        kind=candidate.kind,
        identifier=candidate.identifier,
        holding=holding,
        target_profile_id=str(candidate.evidence.get("target_profile_id") or ""),
    )


def _protected(known: Known, candidate: Candidate, taking: Taking | None) -> Objection | None:
    """Objections whatever the action: gone, ourselves, excluded, an administrator, an integration."""
    if taking is None:
        return Objection(State.CLOSED_SKIPPED, "The user is gone from the org.", "Nothing is left to take back.")
    if taking.user_id in known.own_users:
        return Objection(State.CLOSED_SKIPPED, "sfsam is connected as this user.", "Exclude the user from the rule.")
    if candidate.number in known.excluded:
        return Objection(
            State.CLOSED_SKIPPED,
            known.excluded[candidate.number],
            "Remove the exclusion if the seat is to be taken back after all.",
        )
    if taking.holding.is_active and taking.holding.is_administrator:
        return Objection(State.CLOSED_SKIPPED, "Administrators are never touched.", "Take the admin rights away first.")
    if taking.holding.is_machine:
        return Objection(
            State.CLOSED_SKIPPED, "This user belongs to an integration.", "Exclude the user from the rule."
        )
    return None


def _barred(candidate: Candidate, taking: Taking, people: _People) -> Objection | None:
    """Objections to barring somebody: inactive already, used again, or too new to be judged."""
    held = taking.holding
    if not held.is_active:
        return Objection(State.CLOSED_SKIPPED, "The user is inactive already.", "Nothing is left to take back.")
    if seen_at := people.seen_at(candidate):
        return Objection(
            State.CLOSED_CANCELED,
            f"Used Salesforce again on {seen_at:%d %b %Y}.",
            "Nothing to do: the seat is in use.",
        )
    grace_days = int(candidate.evidence.get("grace_days", GRACE_DAYS))
    if held.created_at is not None and held.created_at > people.now - timedelta(days=grace_days):
        return Objection(
            State.CLOSED_CANCELED,
            f"The user was created on {held.created_at:%d %b %Y} and is in grace for {grace_days} days.",
            "Nothing to do: new users are spared.",
        )
    return None


def _license_kept(taking: Taking, leaving: Mapping[str, str]) -> Objection | None:
    """Objections to a change of license: the person goes anyway, is inactive, or has the other license already."""
    if taking.user_id in leaving:
        return covered(leaving[taking.user_id])
    if not taking.holding.is_active:
        return Objection(State.CLOSED_SKIPPED, "The user is inactive already.", "Nothing is left to take back.")
    if not taking.target_profile_id:
        return Objection(
            State.ATTENTION_REQUIRED,
            "Nobody has said which Salesforce profile the person is to get.",
            "Choose the profile of the cheaper license in the reclamation rule, then put the candidate back to Ready.",
        )
    if to_18(taking.target_profile_id) == to_18(taking.holding.profile_id):
        return Objection(State.CLOSED_SKIPPED, "The user has that profile already.", "Nothing is left to change.")
    return None


def _blocked(blockers: Sequence[tuple[str, str]]) -> Objection | None:
    """Something in the org that Salesforce will not let go of without a successor (fact sheet 5.3)."""
    if blockers:
        return Objection(
            State.ATTENTION_REQUIRED,
            " ".join(what for what, _ in blockers),
            " ".join(dict.fromkeys(remedy for _, remedy in blockers)),
        )
    return None


def _seat_needed(candidate: Candidate, taking: Taking, leaving: Mapping[str, str]) -> Objection | None:
    """Objections to taking back one seat: it went already, goes with the person, or is needed after all."""
    if taking.user_id in leaving:
        return covered(leaving[taking.user_id])
    if not taking.rows:
        return GIVEN_BACK
    if candidate.justification is Justification.INACTIVE_HOLDER and taking.holding.is_active:
        return Objection(State.CLOSED_CANCELED, "The user is active again.", "Nothing to do: the seat is in use.")
    if candidate.justification is Justification.UNALLOCATED and taking.permission_sets:
        return Objection(
            State.CLOSED_CANCELED,
            f"The permission set {taking.permission_sets[0].get('PermissionSet.Name') or ''} needs this license.",
            "Take the permission set away first if the license is to come back.",
        )
    return None
