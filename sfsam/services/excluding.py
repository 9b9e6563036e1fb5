"""Exclusions act at once: whom they catch, what is counted, and the open candidates follow in the same breath."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sfsam.domain.answers import CaughtRow, ExcludedAmount, ExcludedAnswer, ExclusionPreview, ExclusionRow
from sfsam.domain.audit import AuditEntry
from sfsam.domain.candidates import CLOSABLE, State
from sfsam.domain.commands import AddExclusion, ListExclusions, PreviewExclusion, RemoveExclusion
from sfsam.domain.exclusions import EVERY_ORG, Exclusion, Subject
from sfsam.domain.identifiers import new_id
from sfsam.domain.subscriptions import Thresholds
from sfsam.errors import NotFound, RefusedError, UsageError
from sfsam.ports import UnitOfWork
from sfsam.services.world import NO_ORG, World, entry, org_ids_of

FIRST_ROWS = 20
_NAMES_A_PERSON = frozenset({Subject.USER, Subject.PATTERN})


def preview(world: World, command: PreviewExclusion) -> ExclusionPreview:
    """Whom and what it would catch now, by the same words of SQL that act when it is saved."""
    named = {"value": command.value.strip(), "org_ids": org_ids_of(world, command.profile)}
    candidates = world.store.reads.count("caught_candidates", subject=command.subject, kind=command.kind, **named)
    if command.subject is Subject.IDENTIFIER:
        return _licenses_caught(world, {"kind": command.kind, **named}, candidates)
    return _users_caught(world, {"subject": command.subject, **named}, candidates)


def add(world: World, command: AddExclusion) -> ExcludedAnswer:
    """Save it and let it act. Raises UsageError when its last day is over, RefusedError when there is one like it."""
    today = world.clock.now().date()
    org_ids = org_ids_of(world, command.profile)
    exclusion = Exclusion(
        exclusion_id=new_id(),
        subject=command.subject,
        kind=command.kind or "",
        value=command.value.strip(),
        org_id=_one_org(command.profile, org_ids),
        reason=command.reason.strip(),
        expires_on=command.expires_on,
        created_by=command.actor,
        created_at=world.clock.now(),
    )
    _require_sense(exclusion, today)
    with world.store.begin() as work:
        _end_what_is_over(world, work, today)
        _require_new(exclusion, work.exclusions.all())
        work.exclusions.add(exclusion, today)
        work.audit.append([_entry(world, command.actor, "exclusion.added", exclusion)])
        work.commit()
        closed = close_excluded(world, work, command.actor, org_ids)
        work.commit()
    return ExcludedAnswer(exclusion=_row(world, exclusion.exclusion_id), candidates_closed=closed)


def remove(world: World, command: RemoveExclusion) -> ExcludedAnswer:
    """End it at once. The next search for candidates finds again what it kept out."""
    with world.store.begin() as work:
        exclusion = work.exclusions.find(command.exclusion_id)
        if exclusion is None:
            raise NotFound(
                f"There is no exclusion {command.exclusion_id!r} that acts.", "List them with: exclusions list"
            )
        work.exclusions.end([exclusion], at=world.clock.now(), by=command.actor)
        work.audit.append([_entry(world, command.actor, "exclusion.removed", exclusion)])
        work.commit()
    return ExcludedAnswer(exclusion=_row(world, exclusion.exclusion_id))


def exclusions(world: World, command: ListExclusions) -> list[ExclusionRow]:
    """Those that act, the newest first, and the past ones after them."""
    rows = world.store.reads.rows(
        "exclusions", org_ids=org_ids_of(world, command.profile), include_past=command.include_past
    )
    return [ExclusionRow.model_validate(row) for row in rows]


def refresh_exclusions(world: World, today: date, *, actor: str = "scheduler") -> int:
    """End every exclusion whose last day is before `today`; to be called once a day. How many ended."""
    with world.store.begin() as work:
        ended = _end_what_is_over(world, work, today, actor=actor)
        work.commit()
    return ended


def close_excluded(world: World, work: UnitOfWork, actor: str, org_ids: Sequence[str] | None = None) -> int:
    """Close the open candidates whose person or license is excluded, by what is committed; how many were closed."""
    moved, entries = [], []
    for row in world.store.reads.rows("excluded_candidates", org_ids=org_ids):
        candidate = work.candidates.find(row["number"])
        if candidate is None or candidate.state not in CLOSABLE:
            continue
        after, trace = candidate.move(
            State.CLOSED_SKIPPED, reason=excluded_because(row["reason"]), actor=actor, at=world.clock.now()
        )
        moved.append(after)
        entries.append(trace)
    if moved:
        work.candidates.save(moved)
        work.audit.append(entries)
    return len(moved)


def reasons_by_number(world: World, numbers: Sequence[str]) -> dict[str, str]:
    """Which of these candidates are excluded now, and why."""
    rows = world.store.reads.rows("excluded_candidates", numbers=list(numbers)) if numbers else []
    return {row["number"]: excluded_because(row["reason"]) for row in rows}


def excluded_because(reason: str) -> str:
    return f"Excluded: {reason.rstrip('.')}."


def _users_caught(world: World, named: dict[str, Any], candidates: int) -> ExclusionPreview:
    reads = world.store.reads
    seats = reads.rows("caught_seats", **named, **Thresholds().model_dump())
    first = reads.page("caught_users", order_by="name", limit=FIRST_ROWS, **named)
    return ExclusionPreview(
        users=reads.count("caught_users", **named),
        seats=sum(row["seats"] for row in seats),
        unused_seats=sum(row["unused_seats"] for row in seats),
        candidates=candidates,
        amounts=[ExcludedAmount.model_validate(row) for row in seats if row["currency"] and row["potential_savings"]],
        rows=[_user(row) for row in first.to_dict("records")],
    )


def _licenses_caught(world: World, named: dict[str, Any], candidates: int) -> ExclusionPreview:
    rows = world.store.reads.rows("caught_licenses", **named, **Thresholds().model_dump())
    currencies = sorted({row["currency"] for row in rows if row["currency"]})
    return ExclusionPreview(
        licenses=len(rows),
        seats=sum(row["assigned"] for row in rows),
        unused_seats=sum(row["reclaimable"] for row in rows),
        candidates=candidates,
        amounts=[_amount(currency, [row for row in rows if row["currency"] == currency]) for currency in currencies],
        rows=[
            CaughtRow(
                org=row["org"],
                name=row["model"],
                detail=f"{row['assigned']:,} assigned",
                excluded_already=row["excluded_already"],
            )
            for row in rows[:FIRST_ROWS]
        ],
    )


def _amount(currency: str, rows: Sequence[dict[str, Any]]) -> ExcludedAmount:
    def added_up(column: str) -> Decimal:
        return sum((row[column] for row in rows if row[column] is not None), Decimal("0.00"))

    return ExcludedAmount(
        currency=currency, annual_spend=added_up("annual_spend"), potential_savings=added_up("potential_savings")
    )


def _user(row: Mapping[Any, Any]) -> CaughtRow:
    told = [row[name] for name in ("user_principal_name", "profile", "department") if isinstance(row[name], str)]
    name = row["name"] if isinstance(row["name"], str) else None
    return CaughtRow(org=row["org"], name=name, detail=" · ".join(told), excluded_already=bool(row["excluded_already"]))


def _one_org(profile: str | None, org_ids: Sequence[str] | None) -> str:
    if profile is None or org_ids is None:
        return EVERY_ORG
    if org_ids == [NO_ORG]:
        raise RefusedError(f"{profile} is not connected to an org yet.", "Connect it first, or exclude in every org.")
    return org_ids[0]


def _require_sense(exclusion: Exclusion, today: date) -> None:
    if not exclusion.value or not exclusion.reason:
        raise UsageError("An exclusion needs a value and a reason.", "Say what is excluded, and why.")
    if not exclusion.acts_on(today):
        raise UsageError(
            f"{exclusion.expires_on} is over, so that the exclusion would never act.",
            "Give today or a later day, or none for an exclusion without end.",
        )


def _require_new(exclusion: Exclusion, others: Sequence[Exclusion]) -> None:
    if like := next((each for each in others if each.is_about_the_same_as(exclusion)), None):
        raise RefusedError(
            f"{like.created_by} has excluded the same already: {like.reason.rstrip('.')}.",
            "Remove that exclusion first when reason or last day are to change.",
            exclusion_id=like.exclusion_id,
        )


def _end_what_is_over(world: World, work: UnitOfWork, today: date, *, actor: str = "scheduler") -> int:
    over = [each for each in work.exclusions.all() if not each.acts_on(today)]
    if over:
        work.exclusions.end(over, at=world.clock.now(), by="")
        work.audit.append([_entry(world, actor, "exclusion.expired", exclusion) for exclusion in over])
    return len(over)


def _entry(world: World, actor: str, action: str, exclusion: Exclusion) -> AuditEntry:
    """Ids only for what names a person, so that somebody can be erased without rewriting the trail."""
    left_out = {"exclusion_id", "reason", *({"value"} if exclusion.subject in _NAMES_A_PERSON else ())}
    detail = exclusion.model_dump(mode="json", exclude=left_out)
    return entry(world, actor, action, exclusion.exclusion_id, reason=exclusion.reason, detail=detail)


def _row(world: World, exclusion_id: str) -> ExclusionRow:
    rows = world.store.reads.rows("exclusions", include_past=True)
    return ExclusionRow.model_validate(next(row for row in rows if row["exclusion_id"] == exclusion_id))
