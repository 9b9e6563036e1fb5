"""Answers that only read: position, candidates, exports, audit."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from sfsam.domain.answers import AuditAnswer, AuditRow, CandidateRow, ExportAnswer, PositionRow
from sfsam.domain.candidates import KEPT_DAYS, State
from sfsam.domain.commands import Export, ListCandidates, MoveCandidate, ShowAudit, ShowPosition
from sfsam.domain.subscriptions import Thresholds
from sfsam.errors import NotFound, UsageError
from sfsam.services.exporting import write
from sfsam.services.world import World, org_ids_of, profile_named

RENEWAL_DAYS = 180  # how far ahead the list of renewals looks

_READ_OF = {
    "unused": "unused_licenses",
    "subscriptions": "subscriptions",
    "candidates": "candidates",
    "position": "position",
    "models": "models_in_use",
    "exclusions": "exclusions",
    "audit": "audit",
    "people": "people_exported",
    "entitlements": "entitlements",
    "renewals": "renewals",
    "savings": "savings",
    "consumption": "consumption",
    "reconciliations": "reconciliations",
}


def position(world: World, command: ShowPosition) -> list[PositionRow]:
    """The license position of one org or of all, sandboxes included (their rows carry no price)."""
    scope = _scope(world, command.profile)
    if command.on is None:
        rows = world.store.reads.rows("position", **scope)
    else:
        rows = world.store.reads.rows("position_on_day", day=command.on, **scope)
    return [PositionRow.model_validate(row) for row in rows]


def candidates(world: World, command: ListCandidates) -> list[CandidateRow]:
    profile_id = _profile_id(world, command.profile)
    states = [command.state.value] if command.state else None
    rows = world.store.reads.rows("candidates", profile_id=profile_id, states=states)
    return [candidate_row(row) for row in rows]


def move_candidate(world: World, command: MoveCandidate) -> CandidateRow:
    """Keep a candidate (its seat is not proposed again) or put a repaired one back to Ready."""
    with world.store.begin() as work:
        candidate = work.candidates.find(command.number)
        if candidate is None:
            raise NotFound(f"There is no removal candidate {command.number}.", "List them with the candidates command.")
        now = world.clock.now()
        if command.to is State.CLOSED_SKIPPED:
            until = command.until or now.date() + timedelta(days=KEPT_DAYS)
            if until <= now.date():
                raise UsageError("The day to ask again must lie ahead.", "Choose a later day.")
            moved, trace = candidate.keep(until=until, reason=command.reason, actor=command.actor, at=now)
        else:
            moved, trace = candidate.move(command.to, reason=command.reason, actor=command.actor, at=now)
        work.candidates.save([moved])
        work.audit.append([trace])
        work.commit()
    row = world.store.reads.rows("candidates", numbers=[command.number])[0]
    return candidate_row(row)


def export(world: World, command: Export) -> ExportAnswer:
    """Write a list to a file. The file appears whole or not at all."""
    return write(world, _READ_OF[command.what], command.format, command.output, _export_scope(world, command))


def audit(world: World, command: ShowAudit) -> AuditAnswer:
    """The newest entries. With `verify` the chain is recomputed; with `head` its end is compared too."""
    with world.store.begin() as work:
        newest = work.audit.newest(command.limit)
        head = work.audit.head()
        everything = work.audit.all() if command.verify else []
        broken = work.audit.first_broken() if command.verify else None
        unverifiable = work.audit.unverifiable_count() if command.verify else 0
    if command.verify and broken is None and command.head is not None:
        known = {entry.hash for entry in everything}
        broken = None if command.head in known else len(everything) + 1
    return AuditAnswer(
        entries=[AuditRow.model_validate(entry.model_dump()) for entry in newest],
        head=head,
        intact=(broken is None) if command.verify else None,
        first_broken=broken,
        unverifiable=unverifiable,
    )


def candidate_row(row: dict[str, Any]) -> CandidateRow:
    """A row of the read `candidates`, with its evidence as an object."""
    evidence = row["evidence"]
    parsed = json.loads(evidence) if isinstance(evidence, str) else evidence
    return CandidateRow.model_validate({**row, "evidence": parsed or {}})


def _profile_id(world: World, name: str | None) -> str | None:
    if name is None:
        return None
    with world.store.begin() as work:
        return profile_named(work, name).profile_id


def _scope(world: World, profile: str | None) -> dict[str, Any]:
    """Parameters of a read over one org or all: thresholds, and the org of the profile named."""
    scope: dict[str, Any] = {**Thresholds().model_dump(), "include_sandboxes": True}
    if profile is not None:
        scope["org_ids"] = org_ids_of(world, profile)
    return scope


def _export_scope(world: World, command: Export) -> dict[str, Any]:
    known = world.store.reads.header(_READ_OF[command.what]).parameters
    narrowing = command.narrowing.model_dump(mode="json").items()
    dated = {"today": world.clock.now().date(), "within_days": RENEWAL_DAYS}
    given = [*dated.items(), *narrowing]
    return _list_scope(world, command) | {name: value for name, value in given if value and name in known}


def _list_scope(world: World, command: Export) -> dict[str, Any]:
    """Parameters of the whole list, of one profile or of all."""
    if command.what == "audit":
        return {}
    if command.what == "candidates":
        return {"profile_id": _profile_id(world, command.profile)}
    return _scope(world, command.profile)
