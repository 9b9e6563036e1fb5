"""The reclamation rules of a profile: those that are made by themselves, and what people change about them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sfsam.domain.answers import (
    CaughtAmount,
    CaughtSeat,
    ChangedRule,
    ReclamationPreview,
    ReclamationRuleRow,
    ThresholdCount,
)
from sfsam.domain.candidates import CLOSABLE, State
from sfsam.domain.commands import (
    DeleteReclamationRule,
    ListReclamationRules,
    PreviewReclamationRule,
    RuleDraft,
    SaveReclamationRule,
    TurnReclamationRule,
)
from sfsam.domain.identifiers import new_id
from sfsam.domain.profiles import Profile
from sfsam.domain.rules import USES_THRESHOLD, ReclamationRule, RuleScope, RuleType
from sfsam.errors import NotFound, RefusedError, UsageError
from sfsam.ports import UnitOfWork
from sfsam.services.world import World, entry, org_ids_of, profile_named

ACTOR = "sfsam"
FIRST_ROWS = 20
THRESHOLDS_SHOWN = (30, 45, 60, 90, 120, 180, 365)

_FOR_EVERY_PROFILE: tuple[tuple[RuleType, str, bool], ...] = (
    (RuleType.ORPHAN_PERMISSION_SET_LICENSE, "Permission set license that nothing needs", True),
    (RuleType.INACTIVE_HOLDER, "Inactive person still holds a paid seat", True),
    # Which seat is the one too many is a decision about a contract, so nothing is proposed before somebody wants it.
    (RuleType.UNLICENSED, "More seats held than owned", False),
)


def keep_rules(world: World, work: UnitOfWork, profile_id: str) -> list[ReclamationRule]:
    """The rules of the profile, with those that have to be there: one of low usage for each software model of user
    licenses that people hold, as soon as the org was downloaded, and one of each kind that needs no parameters.

    A free license gets one too: it costs nothing, but it lets somebody in. A rule that somebody deleted is not made
    again. The models of later downloads get theirs by the next search, unless a rule looks everywhere already.
    """
    known = work.rules.of_profile(profile_id, with_removed=True)
    connection = work.profiles.find_connection(profile_id)
    models = work.rules.used_models(connection.org.org_id) if connection and connection.org else []
    made = [_made(world, profile_id, rule_type, name, is_on) for rule_type, name, is_on in _missing_types(known)]
    for model in _missing_models(known, models):
        low_usage = _made(world, profile_id, RuleType.UNUSED_USER_LICENSE, f"No human activity: {model}"[:80], True)
        made.append(low_usage.model_copy(update={"scope": RuleScope(models=(model,))}))
    if made:
        work.rules.save(made)
        names = sorted(rule.name for rule in made)
        work.audit.append(
            [entry(world, ACTOR, "rules.made", profile_id, profile_id=profile_id, detail={"rules": names})]
        )
    return work.rules.of_profile(profile_id)


def rules(world: World, command: ListReclamationRules) -> list[ReclamationRuleRow]:
    """The rules of one profile or of all, as people read them."""
    return [_row(row) for row in world.store.reads.rows("reclamation_rules", **_named(world, command.profile))]


def preview(world: World, command: PreviewReclamationRule) -> ReclamationPreview:
    """Whom and what the rule would catch now. Raises UsageError when it lacks something, RefusedError before the
    first download."""
    with world.store.begin() as work:
        profile = profile_named(work, command.profile)
    rule = _rule_of(world, command.actor, profile, command.draft)
    org_id = _downloaded_org(world, profile)
    totals, rows = world.store.preview_rule(rule, org_id=org_id, limit=FIRST_ROWS)
    by_threshold: Sequence[tuple[int, int]] = ()
    if command.by_threshold and rule.rule_type in USES_THRESHOLD:
        days = sorted({*THRESHOLDS_SHOWN, rule.stale_after_days})
        by_threshold = world.store.rule_by_threshold(rule, org_id=org_id, days=days)
    return ReclamationPreview(
        **totals.model_dump(exclude={"amounts"}),
        amounts=[CaughtAmount.model_validate(amount.model_dump()) for amount in totals.amounts],
        rows=[CaughtSeat.model_validate(row) for row in rows],
        by_threshold=[ThresholdCount(stale_after_days=days, candidates=seats) for days, seats in by_threshold],
    )


def save(world: World, command: SaveReclamationRule) -> ReclamationRuleRow:
    """Make or change a rule; the next search for candidates goes by it. Raises UsageError when it lacks something,
    RefusedError when another rule of the profile has the name."""
    with world.store.begin() as work:
        profile = profile_named(work, command.profile)
        before = _existing(work, command.rule_id) if command.rule_id else None
        rule = _rule_of(world, command.actor, profile, command.draft, before)
        _require_name(rule, work.rules.of_profile(profile.profile_id))
        work.rules.save([rule])
        detail = {"rule": rule.name, "after": _told(rule)} | ({"before": _told(before)} if before else {})
        action = "rule.changed" if before else "rule.added"
        work.audit.append(
            [entry(world, command.actor, action, rule.rule_id, profile_id=profile.profile_id, detail=detail)]
        )
        if not rule.is_on:
            _close_open(world, work, command.actor, rule, "was turned off")
        work.commit()
    return _row_with(world, rule.rule_id)


def turn(world: World, command: TurnReclamationRule) -> ChangedRule:
    """Turn a rule on; or off, and close what it holds open. Turning it twice changes nothing."""
    with world.store.begin() as work:
        before = _existing(work, command.rule_id)
        rule = _stamped(world, command.actor, before, is_on=command.on)
        closed = 0
        if rule.is_on is not before.is_on:
            action = "rule.turned_on" if rule.is_on else "rule.turned_off"
            closed = _change(world, work, command.actor, rule, action, "" if rule.is_on else "was turned off")
        work.commit()
    return ChangedRule(rule_id=rule.rule_id, name=rule.name, is_on=rule.is_on, candidates_closed=closed)


def delete(world: World, command: DeleteReclamationRule) -> ChangedRule:
    """Delete a rule, and close what it holds open. It is remembered, so that it is never made again."""
    with world.store.begin() as work:
        before = _existing(work, command.rule_id)
        rule = _stamped(world, command.actor, before, is_on=False, removed_at=world.clock.now())
        closed = _change(world, work, command.actor, rule, "rule.deleted", "was deleted")
        work.commit()
    return ChangedRule(rule_id=rule.rule_id, name=rule.name, is_on=False, candidates_closed=closed)


def _missing_types(known: Sequence[ReclamationRule]) -> list[tuple[RuleType, str, bool]]:
    there = {rule.rule_type for rule in known if rule.is_made_at_publish}
    return [each for each in _FOR_EVERY_PROFILE if each[0] not in there]


def _missing_models(known: Sequence[ReclamationRule], models: Sequence[str]) -> list[str]:
    low_usage = [rule for rule in known if rule.rule_type is RuleType.UNUSED_USER_LICENSE]
    if any(rule.acts and not rule.scope.narrowness for rule in low_usage):
        return []
    covered = {model for rule in low_usage for model in rule.scope.models}
    return [model for model in models if model not in covered]


def _made(world: World, profile_id: str, rule_type: RuleType, name: str, is_on: bool) -> ReclamationRule:
    return ReclamationRule(
        rule_id=new_id(),
        profile_id=profile_id,
        name=name,
        rule_type=rule_type,
        is_on=is_on,
        is_made_at_publish=True,
        changed_by=ACTOR,
        changed_at=world.clock.now(),
    )


def _rule_of(
    world: World, actor: str, profile: Profile, draft: RuleDraft, before: ReclamationRule | None = None
) -> ReclamationRule:
    rule = ReclamationRule(
        rule_id=before.rule_id if before else new_id(),
        profile_id=profile.profile_id,
        is_made_at_publish=before.is_made_at_publish if before else False,
        changed_by=actor,
        changed_at=world.clock.now(),
        **draft.model_dump(exclude={"name"}),
        name=draft.name.strip() or "?",
    )
    if lacking := rule.lacks():
        raise UsageError(lacking, "Complete the rule.")
    if before is not None and before.profile_id != profile.profile_id:
        raise UsageError("A rule stays with its profile.", "Make a new rule for the other one.")
    return rule


def _require_name(rule: ReclamationRule, others: Sequence[ReclamationRule]) -> None:
    same = [other for other in others if other.name.lower() == rule.name.lower() and other.rule_id != rule.rule_id]
    if same:
        raise RefusedError(f"There is a rule named {rule.name} already.", "Give it another name, or change that one.")


def _existing(work: UnitOfWork, rule_id: str) -> ReclamationRule:
    rule = work.rules.find(rule_id)
    if rule is None or rule.removed_at is not None:
        raise NotFound("There is no such rule, or it was deleted.", "List them with: rules list", rule_id=rule_id)
    return rule


def _stamped(world: World, actor: str, rule: ReclamationRule, **changes: Any) -> ReclamationRule:
    return rule.model_copy(update={"changed_by": actor, "changed_at": world.clock.now(), **changes})


def _change(world: World, work: UnitOfWork, actor: str, rule: ReclamationRule, action: str, why: str) -> int:
    """Save the rule with its entry in the trail; with a reason to close, how many open candidates were closed."""
    work.rules.save([rule])
    detail = {"rule": rule.name}
    work.audit.append([entry(world, actor, action, rule.rule_id, profile_id=rule.profile_id, detail=detail)])
    return _close_open(world, work, actor, rule, why) if why else 0


def _close_open(world: World, work: UnitOfWork, actor: str, rule: ReclamationRule, why: str) -> int:
    """Close what the rule holds open, but what a call is on its way for; how many."""
    reason = f"Its rule, {rule.name}, {why}."
    moves = [
        each.move(State.CLOSED_CANCELED, reason=reason, actor=actor, at=world.clock.now())
        for each in work.rules.candidates_of(rule.rule_id)
        if each.state in CLOSABLE
    ]
    work.candidates.save([moved for moved, _ in moves])
    work.audit.append([trace for _, trace in moves])
    return len(moves)


def _downloaded_org(world: World, profile: Profile) -> str:
    org_ids = org_ids_of(world, profile.profile_id) or []
    if not any(world.store.reads.rows("snapshots", org_ids=[org_id]) for org_id in org_ids):
        raise RefusedError(f"{profile.name} was not downloaded yet.", f"Run: download {profile.name}")
    return org_ids[0]


def _told(rule: ReclamationRule) -> dict[str, Any]:
    """What the trail keeps of a rule: everything that decides, and no address of a person."""
    kept = {"name", "rule_type", "scope", "stale_after_days", "grace_days", "action", "target_profile_id"}
    more = {"included_in", "is_on", "notify_user", "days_before_reclaim", "approver"}
    return rule.model_dump(mode="json", include=kept | more)


def _named(world: World, profile: str | None) -> dict[str, Any]:
    if profile is None:
        return {}
    with world.store.begin() as work:
        return {"profile_id": profile_named(work, profile).profile_id}


def _row_with(world: World, rule_id: str) -> ReclamationRuleRow:
    rows = world.store.reads.rows("reclamation_rules")
    return _row(next(row for row in rows if row["rule_id"] == rule_id))


def _row(row: dict[str, Any]) -> ReclamationRuleRow:
    scope = RuleScope.model_validate(json.loads(row["scope"]))
    parsed = {"scope": scope, "included_in": tuple(json.loads(row["included_in"]))}
    return ReclamationRuleRow.model_validate({**row, **parsed, "scope_in_words": scope.in_words})
