"""Finding removal candidates by the rules, and closing those that no longer hold."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime
from typing import Any

from sfsam.domain.answers import IdentifyAnswer
from sfsam.domain.audit import AuditEntry
from sfsam.domain.candidates import CLOSABLE, Action, Candidate, Justification, State
from sfsam.domain.commands import Identify
from sfsam.domain.profiles import Profile
from sfsam.domain.subscriptions import Kind, Part, Thresholds
from sfsam.ports import UnitOfWork
from sfsam.services.excluding import close_excluded, refresh_exclusions
from sfsam.services.running import JobControl, Phases
from sfsam.services.world import World, entry, profile_named

RULES = ("unused_user_license", "orphan_permission_set_license", "inactive_holder")
SHRUNK_SHARE = 0.2
_NOT_ABOUT_SEATS = frozenset({"TenantUsageEntitlement"})  # what no rule looks at, and may come or be left out

_BASE_COLUMNS = frozenset({"org_id", "user_id", "user_principal_name", "kind", "identifier", "action", "justification"})


def identify(world: World, command: Identify, control: JobControl) -> IdentifyAnswer:
    """Run every rule over the orgs that have data. A seat that is a candidate already is brought up to date."""
    refresh_exclusions(world, world.clock.now().date())
    profiles = _profiles_with_data(world, command.profile)
    phases = Phases(control, [name for _, name, _ in profiles] or ["Nothing was downloaded yet"])
    created = updated = closed = 0
    by_rule: Counter[str] = Counter()
    for profile_id, name, org_id in profiles:
        phases.begin(name)
        run = _OrgRun(world, profile_id, org_id, command.actor)
        run.apply()
        created, updated, closed = created + run.created, updated + run.updated, closed + run.closed
        by_rule.update(run.by_rule)
        phases.end(name, rows=run.created + run.updated)
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
        self.created = self.updated = self.closed = 0
        self.by_rule: Counter[str] = Counter()

    def apply(self) -> None:
        thresholds = Thresholds()
        self._close_excluded()
        caught = {rule: self._world.store.rule_rows(rule, org_id=self._org_id, thresholds=thresholds) for rule in RULES}
        with self._world.store.begin() as work:
            saved = self._renew(work, caught)
            moved, entries = self._close(work, thresholds, {candidate.number for candidate in saved})
            work.candidates.save([*saved, *moved])
            work.audit.append([self._summary(), *entries])
            work.commit()

    def _renew(self, work: UnitOfWork, caught: dict[str, list[dict[str, Any]]]) -> list[Candidate]:
        known = work.candidates.select(profile_id=self._profile_id)
        opened = {_seat(candidate): candidate for candidate in known if not candidate.state.is_closed}
        kept = {_seat(candidate) for candidate in known if candidate.is_kept_on(self._now.date())}
        last = work.candidates.last_number()
        saved: list[Candidate] = []
        for rule, rows in caught.items():
            self.by_rule[rule] += len(rows)
            for row in rows:
                seat = (row["user_id"], Kind(row["kind"]), row["identifier"])
                if seat in opened:
                    self.updated += 1
                    saved.append(opened[seat].model_copy(update={"rule": rule, **self._facts(row)}))
                elif seat not in kept:
                    self.created += 1
                    saved.append(self._new(rule, row, f"RC{last + self.created:07d}"))
        return saved

    def _new(self, rule: str, row: dict[str, Any], number: str) -> Candidate:
        return Candidate(
            number=number,
            profile_id=self._profile_id,
            org_id=self._org_id,
            user_id=row["user_id"],
            user_principal_name=row["user_principal_name"],
            kind=Kind(row["kind"]),
            identifier=row["identifier"],
            rule=rule,
            opened_at=self._now,
            **self._facts(row),
        )

    def _facts(self, row: dict[str, Any]) -> dict[str, Any]:
        evidence = {name: _jsonable(value) for name, value in row.items() if name not in _BASE_COLUMNS}
        return {
            "action": Action(row["action"]),
            "justification": Justification(row["justification"]),
            "last_activity_at": row["last_activity_at"],
            "inactive_days": row["inactive_days"],
            "evidence": evidence,
            "updated_at": self._now,
        }

    def _close_excluded(self) -> None:
        """Whoever was excluded since; that is a decision of ours and does not wait for whole data."""
        with self._world.store.begin() as work:
            self.closed = close_excluded(self._world, work, self._actor, [self._org_id])
            work.commit()

    def _close(
        self, work: UnitOfWork, thresholds: Thresholds, renewed: set[str]
    ) -> tuple[list[Candidate], list[AuditEntry]]:
        """Close what the rules no longer catch. Nothing is closed on data that is incomplete or shrank."""
        if not self._data_is_whole():
            return [], []
        standing = self._world.store.reads.rows("candidate_standing", org_ids=[self._org_id], **thresholds.model_dump())
        candidates, entries = [], []
        for row in standing:
            candidate = work.candidates.find(row["number"]) if row["number"] not in renewed else None
            if candidate is None or candidate.state not in CLOSABLE:
                continue
            to, reason = _ending(row, candidate.justification)
            moved, trace = candidate.move(to, reason=reason, actor=self._actor, at=self._now)
            candidates.append(moved)
            entries.append(trace)
        self.closed += len(candidates)
        return candidates, entries

    def _data_is_whole(self) -> bool:
        """Whether the newest snapshot read everything, and no object lost more than 20 % of its rows."""
        snapshots = self._world.store.reads.rows("snapshots", org_ids=[self._org_id])
        newest, *older = sorted(snapshots, key=lambda row: row["taken_at"], reverse=True)
        if set(json.loads(newest["incomplete"])) - _NOT_ABOUT_SEATS:
            return False
        before = json.loads(older[0]["object_rows"]) if older else {}
        now = json.loads(newest["object_rows"])
        counted = {name: rows for name, rows in before.items() if name not in _NOT_ABOUT_SEATS | {"LoginHistory"}}
        return all(now.get(name, 0) >= rows * (1 - SHRUNK_SHARE) for name, rows in counted.items())

    def _summary(self) -> AuditEntry:
        return entry(
            self._world,
            self._actor,
            "candidates.identified",
            self._profile_id,
            profile_id=self._profile_id,
            detail={"created": self.created, "updated": self.updated, "closed": self.closed},
        )


def _seat(candidate: Candidate) -> tuple[str, Kind, str]:
    return candidate.user_id, candidate.kind, candidate.identifier


def _ending(row: dict[str, Any], because: Justification) -> tuple[State, str]:
    """Why a candidate stopped being one: the state it ends in, and the reason in words."""
    if not row["seat_exists"]:
        return State.CLOSED_SKIPPED, "The seat is gone from the org; sfsam did not take it."
    if because is Justification.INACTIVE_HOLDER and row["part"] != Part.INACTIVE_HOLDER:
        return State.CLOSED_CANCELED, "The user is active again."
    if because is Justification.UNALLOCATED and row["part"] == Part.STALE:
        return State.CLOSED_CANCELED, "The person does not use Salesforce any more; all their seats are looked at."
    if row["part"] == Part.ACTIVE and because is not Justification.UNALLOCATED:
        return State.CLOSED_CANCELED, "The person has used Salesforce again."
    if row["is_administrator"]:
        return State.CLOSED_SKIPPED, "The person is an administrator now, and administrators are protected."
    if row["part"] == Part.MACHINE:
        return State.CLOSED_SKIPPED, "Only machines log in as this user."
    if because is Justification.UNALLOCATED:
        return State.CLOSED_CANCELED, "A permission set of the person needs the license again."
    return State.CLOSED_CANCELED, "The rule no longer catches this seat."


def _jsonable(value: Any) -> Any:
    return value.isoformat() + "Z" if isinstance(value, datetime) else value
