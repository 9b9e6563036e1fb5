"""Finding removal candidates by the profile's rules, and closing those that no longer hold."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from sfsam.domain.answers import IdentifyAnswer
from sfsam.domain.audit import AuditEntry
from sfsam.domain.candidates import CLOSABLE, Candidate, Justification, State
from sfsam.domain.commands import Identify
from sfsam.domain.profiles import Profile
from sfsam.domain.subscriptions import Part, Thresholds
from sfsam.ports import UnitOfWork
from sfsam.ports.rules import Renewed
from sfsam.services.excluding import close_excluded, refresh_exclusions
from sfsam.services.ruling import keep_rules
from sfsam.services.running import JobControl, Phases
from sfsam.services.shrinking import shrunk
from sfsam.services.world import World, entry, profile_named

_NOT_ABOUT_SEATS = frozenset({"TenantUsageEntitlement"})  # what no rule looks at, and may come or be left out
_ABOUT_WHAT_IS_HELD = frozenset(  # a sign-in says nothing about these
    {Justification.UNALLOCATED, Justification.OVERLAPPING, Justification.DOWNGRADE, Justification.UNLICENSED}
)


def identify(world: World, command: Identify, control: JobControl) -> IdentifyAnswer:
    """Run the rules that are on over the orgs that have data. What is a candidate already is brought up to date."""
    refresh_exclusions(world, world.clock.now().date())
    profiles = _profiles_with_data(world, command.profile)
    phases = Phases(control, [name for _, name, _ in profiles] or ["Nothing was downloaded yet"])
    created = updated = closed = 0
    by_rule: Counter[str] = Counter()
    for profile_id, name, org_id in profiles:
        phases.begin(name)
        run = _OrgRun(world, profile_id, org_id, command.actor)
        run.apply()
        made = run.made
        created, updated, closed = created + made.created, updated + made.updated, closed + run.closed
        by_rule.update(made.by_rule)
        phases.end(name, rows=made.created + made.updated)
    return IdentifyAnswer(created=created, updated=updated, closed=closed, by_rule=dict(by_rule))


def _profiles_with_data(world: World, name: str | None) -> list[tuple[str, str, str]]:
    """(profile_id, name, org_id) of every profile with a snapshot that is not paused, or of the one named."""
    with world.store.begin() as work:
        wanted: Profile | None = profile_named(work, name) if name else None
    return [
        (row["profile_id"], row["name"], row["org_id"])
        for row in world.store.reads.rows("profiles")
        if row["last_download_at"]
        and not row["is_paused"]
        and (wanted is None or wanted.profile_id == row["profile_id"])
    ]


class _OrgRun:
    """One run of the rules over one org: what is caught, compared with the candidates there are."""

    def __init__(self, world: World, profile_id: str, org_id: str, actor: str) -> None:
        self._world = world
        self._profile_id = profile_id
        self._org_id = org_id
        self._actor = actor
        self._now = world.clock.now()
        self.made = Renewed()
        self.closed = 0

    def apply(self) -> None:
        self._close_excluded()
        with self._world.store.begin() as work:
            rules = keep_rules(self._world, work, self._profile_id)
            work.rules.catch([rule for rule in rules if rule.acts], self._org_id)
            self.made = work.rules.renew(self._profile_id, self._now)
            moved, entries = self._close(work)
            work.candidates.save(moved)
            work.audit.append([self._summary(), *entries])
            work.commit()

    def _close_excluded(self) -> None:
        """Whoever was excluded since; that is a decision of ours and does not wait for whole data."""
        with self._world.store.begin() as work:
            self.closed = close_excluded(self._world, work, self._actor, [self._org_id])
            work.commit()

    def _close(self, work: UnitOfWork) -> tuple[list[Candidate], list[AuditEntry]]:
        """Close what the rules no longer catch. Nothing is closed on data that is incomplete or shrank."""
        if not self._data_is_whole():
            return [], []
        fallen = {each.number: each for each in self._fallen(work)}
        candidates, entries = [], []
        for row in standing(self._world, list(fallen)):
            candidate = fallen[row["number"]]
            ending = _ending(row, candidate.justification)
            if ending is None or candidate.state not in CLOSABLE:
                continue
            moved, trace = candidate.move(ending[0], reason=ending[1], actor=self._actor, at=self._now)
            candidates.append(moved)
            entries.append(trace)
        self.closed += len(candidates)
        return candidates, entries

    def _fallen(self, work: UnitOfWork) -> list[Candidate]:
        """What no rule catches, and what people proposed: that falls when its seat does."""
        return [*work.rules.fallen(self._profile_id), *work.rules.proposed(self._profile_id)]

    def _data_is_whole(self) -> bool:
        """Whether the newest snapshot read everything, and no object lost more than 20 % of its rows unconfirmed."""
        snapshots = self._world.store.reads.rows("snapshots", org_ids=[self._org_id])
        newest, *older = sorted(snapshots, key=lambda row: row["taken_at"], reverse=True)
        if set(json.loads(newest["incomplete"])) - _NOT_ABOUT_SEATS:
            return False
        before = json.loads(older[0]["object_rows"]) if older else {}
        return bool(newest["is_confirmed"]) or not shrunk(before, json.loads(newest["object_rows"]))

    def _summary(self) -> AuditEntry:
        made = {"created": self.made.created, "updated": self.made.updated, "closed": self.closed}
        return entry(
            self._world,
            self._actor,
            "candidates.identified",
            self._profile_id,
            profile_id=self._profile_id,
            detail=made,
        )


def standing(world: World, numbers: list[str]) -> list[dict[str, Any]]:
    """Where these candidates stand by the newest snapshot (the read candidate_standing)."""
    if not numbers:
        return []
    return world.store.reads.rows("candidate_standing", numbers=numbers, **Thresholds().model_dump())


def _ending(row: dict[str, Any], because: Justification) -> tuple[State, str] | None:
    """Why a candidate stopped being one: the state it ends in, and the reason in words; None: it is one still."""
    if not row["seat_exists"]:
        return State.CLOSED_SKIPPED, "The seat is gone from the org; sfsam did not take it."
    if protected := _protected(row):
        return State.CLOSED_SKIPPED, protected
    if because is Justification.MANUAL:
        return None
    if row["rule_is_removed"]:
        return State.CLOSED_CANCELED, f"Its rule, {row['rule_name']}, was deleted."
    if not row["rule_is_on"]:
        return State.CLOSED_CANCELED, f"Its rule, {row['rule_name']}, was turned off."
    return State.CLOSED_CANCELED, _no_longer(row["part"], because)


def _protected(row: dict[str, Any]) -> str | None:
    if row["is_administrator"]:
        return "The person is an administrator now, and administrators are protected."
    return "Only machines log in as this user." if row["part"] == Part.MACHINE else None


def _no_longer(part: str, because: Justification) -> str:
    """What changed about the person or the seat since it was caught."""
    if because is Justification.INACTIVE_HOLDER and part != Part.INACTIVE_HOLDER:
        return "The user is active again."
    if because is Justification.UNALLOCATED and part == Part.STALE:
        return "The person does not use Salesforce any more; all their seats are looked at."
    if part == Part.ACTIVE and because not in _ABOUT_WHAT_IS_HELD:
        return "The person has used Salesforce again."
    if because is Justification.UNALLOCATED:
        return "A permission set of the person needs the license again."
    if because is Justification.OVERLAPPING:
        return "The person no longer holds the license that includes this one, or needs this one again."
    if because is Justification.DOWNGRADE:
        return "The person holds something now that needs the present license, or the rule asks for another."
    if because is Justification.UNLICENSED:
        return "No more seats of this license are held than are owned."
    return "The rule no longer catches this seat."
