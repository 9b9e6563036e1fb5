"""Finding out which user of which org is which person of the directory, and keeping what people decide about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sfsam.domain.answers import (
    MatchAnswer,
    PersonCost,
    PersonRow,
    ResolveAnswer,
    RulePreview,
    RuleRow,
    Suggestion,
    UnmatchedRow,
)
from sfsam.domain.commands import (
    Command,
    ConfirmMatch,
    Enqueue,
    ForgetMatch,
    ListPeople,
    ListUnmatched,
    OrderRules,
    PreviewRule,
    RemoveRule,
    ResolvePeople,
    SaveRule,
)
from sfsam.domain.identifiers import new_id
from sfsam.domain.people import ResolutionRule, UserMatch
from sfsam.errors import NotFound, UsageError
from sfsam.ports import UnitOfWork
from sfsam.services.queueing import queued
from sfsam.services.running import JobControl, Phases
from sfsam.services.world import World, entry

MOST_RULES = 50
_MATCH = "Match the users"


def people(world: World, command: ListPeople) -> list[PersonRow]:
    """Who holds seats, by name."""
    rows = world.store.reads.rows("people_listed", search=command.search or None, limit=command.limit)
    costs: dict[str, list[PersonCost]] = {}
    for cost in world.store.reads.rows("people_cost", holder_ids=[row["holder_id"] for row in rows] or [""]):
        costs.setdefault(cost["holder_id"], []).append(PersonCost.model_validate(cost))
    return [PersonRow.model_validate(row | {"costs": costs.get(row["holder_id"], ())}) for row in rows]


def unmatched(world: World, command: ListUnmatched) -> list[UnmatchedRow]:
    """Users with seats whom nobody knows, those with the most seats first, each with its suggestions."""
    rows = world.store.reads.rows("unmatched_listed", search=command.search or None, limit=command.limit)
    return [UnmatchedRow.model_validate(row | {"suggestions": _suggestions(world, row)}) for row in rows]


def resolve(world: World, _: ResolvePeople, control: JobControl) -> ResolveAnswer:
    """Match everybody by the rules; what people confirmed stays."""
    phases = Phases(control, (_MATCH,))
    phases.begin(_MATCH)
    with world.store.begin() as work:
        work.people.resolve(world.clock.now())
        work.commit()
    counts = world.store.reads.rows("people_counts")[0]
    by_rule = {row["name"]: row["users"] for row in world.store.reads.rows("resolution_rules")}
    phases.end(_MATCH, rows=counts["matched"])
    return ResolveAnswer.model_validate(counts | {"by_rule": by_rule})


def queue_resolving(world: World, work: UnitOfWork, actor: str) -> None:
    """Have everybody matched anew once this transaction is done; asked for twice it is done once."""
    queued(world, work, Enqueue(actor=actor, job=ResolvePeople(actor=actor)))


# ── Rules ────────────────────────────────────────────────────────────────────────────────────────


def preview_rule(world: World, command: PreviewRule) -> RulePreview:
    terms = command.terms.model_dump(mode="json")
    return RulePreview.model_validate(world.store.reads.rows("rule_preview", **terms)[0])


def save_rule(world: World, command: SaveRule) -> RuleRow:
    """Raises NotFound for an id that no rule has, UsageError for one rule too many."""
    with world.store.begin() as work:
        rules = work.people.rules()
        known = next((rule for rule in rules if rule.rule_id == command.rule_id), None)
        if command.rule_id and known is None:
            raise NotFound("The rule is gone.", "Open the rules again.", rule_id=command.rule_id)
        if known is None and len(rules) >= MOST_RULES:
            raise UsageError(f"There are {MOST_RULES} rules already.", "Remove one first.")
        rule = ResolutionRule(
            rule_id=known.rule_id if known else new_id(),
            position=known.position if known else max((each.position for each in rules), default=0) + 1,
            name=command.name.strip(),
            is_active=command.is_active,
            **command.terms.model_dump(),
        )
        work.people.save_rules([rule])
        _note(world, work, command, "people.rule_saved", rule.rule_id, rule.model_dump(mode="json"))
    return RuleRow.model_validate(rule.model_dump())


def order_rules(world: World, command: OrderRules) -> list[RuleRow]:
    """Raises UsageError when it is not an order of the rules that there are."""
    with world.store.begin() as work:
        rules = {rule.rule_id: rule for rule in work.people.rules()}
        if sorted(command.rule_ids) != sorted(rules):
            raise UsageError("These are not all the rules that there are.", "Open the rules again.")
        ordered = [
            rules[rule_id].model_copy(update={"position": place})
            for place, rule_id in enumerate(command.rule_ids, start=1)
        ]
        work.people.save_rules(ordered)
        _note(world, work, command, "people.rules_ordered", "rules", {"order": list(command.rule_ids)})
    return [RuleRow.model_validate(rule.model_dump()) for rule in ordered]


def remove_rule(world: World, command: RemoveRule) -> list[RuleRow]:
    """What it alone had matched is matched no more."""
    with world.store.begin() as work:
        if command.rule_id not in {rule.rule_id for rule in work.people.rules()}:
            raise NotFound("The rule is gone.", "Open the rules again.", rule_id=command.rule_id)
        work.people.remove_rule(command.rule_id)
        left = work.people.rules()
        _note(world, work, command, "people.rule_removed", command.rule_id, {})
    return [RuleRow.model_validate(rule.model_dump()) for rule in left]


def _note(world: World, work: UnitOfWork, command: Command, action: str, subject: str, detail: dict[str, Any]) -> None:
    work.audit.append([entry(world, command.actor, action, subject, detail=detail)])
    queue_resolving(world, work, command.actor)
    work.commit()


# ── What people decide ───────────────────────────────────────────────────────────────────────────


def confirm(world: World, command: ConfirmMatch) -> MatchAnswer:
    """Effective at once. Raises NotFound for a user or a person that is not there."""
    with world.store.begin() as work:
        _require_user(work, command.org_id, command.user_id)
        if command.person_id is not None and work.people.person(command.person_id) is None:
            raise NotFound("This person is not in the directory any more.", "Choose another one.")
        match = UserMatch(
            org_id=command.org_id,
            user_id=command.user_id,
            person_id=command.person_id,
            matched_at=world.clock.now(),
            is_confirmed=True,
        )
        work.people.decide(match)
        action = "people.not_a_person" if command.person_id is None else "people.match_confirmed"
        detail = {"org_id": command.org_id, "person_id": command.person_id}
        work.audit.append([entry(world, command.actor, action, command.user_id, detail=detail)])
        work.commit()
    return MatchAnswer.model_validate(match.model_dump())


def forget(world: World, command: ForgetMatch) -> MatchAnswer:
    """The rules decide again, at once."""
    with world.store.begin() as work:
        _require_user(work, command.org_id, command.user_id)
        work.people.forget(command.org_id, command.user_id)
        work.people.resolve(world.clock.now(), command.org_id)
        found = work.people.match_of(command.org_id, command.user_id)
        detail = {"org_id": command.org_id}
        work.audit.append([entry(world, command.actor, "people.match_forgotten", command.user_id, detail=detail)])
        work.commit()
    return MatchAnswer(
        org_id=command.org_id,
        user_id=command.user_id,
        person_id=found.person_id if found else None,
        is_confirmed=False,
    )


def _require_user(work: UnitOfWork, org_id: str, user_id: str) -> None:
    if work.people.holder_of(org_id, user_id) is None:
        raise NotFound("This user is gone since the last download.", "Look at the list again.", user_id=user_id)


def _suggestions(world: World, row: dict[str, Any]) -> Sequence[Suggestion]:
    found = world.store.reads.rows("person_suggestions", org_id=row["org_id"], user_id=row["user_id"])
    return tuple(Suggestion.model_validate(each) for each in found)
