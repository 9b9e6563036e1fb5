"""The rules of a profile from its publishing on: made once, changed by people, and what follows for candidates."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sfsam.domain.candidates import Action, Candidate, Justification, State
from sfsam.domain.commands import (
    AddExclusion,
    DeleteReclamationRule,
    Identify,
    ListReclamationRules,
    MoveCandidate,
    PreviewReclamationRule,
    ProposeCandidate,
    RuleDraft,
    SaveReclamationRule,
    TurnReclamationRule,
)
from sfsam.domain.exclusions import Subject
from sfsam.domain.rules import Approver, RuleScope, RuleType
from sfsam.domain.subscriptions import Kind
from sfsam.errors import NotFound, RefusedError, UsageError
from tests.services.conftest import Bench
from tests.store import tiny_org

LOW_USAGE = {"name": "Low usage", "rule_type": RuleType.UNUSED_USER_LICENSE}


@pytest.fixture
def tiny(bench: Bench, tmp_path: Path) -> Bench:
    """The tiny org, downloaded once."""
    tiny_org.connect(bench.store)
    tiny_org.load(bench.store, tiny_org.stage(tmp_path))
    return bench


def rules(bench: Bench) -> dict[str, Any]:
    return {row.name: row for row in bench.handle(ListReclamationRules())}


def candidates(bench: Bench) -> dict[str, Candidate]:
    """The newest candidate of each user."""
    with bench.store.begin() as work:
        return {each.user_id.removeprefix("005-"): each for each in work.candidates.select()}


def audited(bench: Bench, action: str) -> list[Any]:
    with bench.store.begin() as work:
        return [each for each in work.audit.all() if each.action == action]


def test_publishing_makes_the_rules_that_need_no_data_and_the_search_one_for_each_model(bench: Bench) -> None:
    bench.publish()
    made = rules(bench)
    assert {row.rule_type for row in made.values()} == {
        RuleType.ORPHAN_PERMISSION_SET_LICENSE,
        RuleType.INACTIVE_HOLDER,
        RuleType.UNLICENSED,
    }
    assert {row.rule_type for row in made.values() if not row.is_on} == {
        RuleType.UNLICENSED
    }  # whom it means is doubtful
    assert all(row.is_made_at_publish and row.changed_by == "sfsam" for row in made.values())


def test_each_model_has_one_rule_and_a_deleted_one_is_not_made_again(tiny: Bench) -> None:
    answer = tiny.run(Identify())
    assert dict(answer.by_rule) == {
        "unused_user_license": 2,
        "orphan_permission_set_license": 1,
        "inactive_holder": 2,
    }
    low_usage = [row for row in rules(tiny).values() if row.rule_type is RuleType.UNUSED_USER_LICENSE]
    assert [(row.name, row.scope_in_words, row.open_candidates) for row in low_usage] == [
        ("No human activity: Salesforce", "Salesforce", 2)
    ]
    ben = candidates(tiny)["ben"]
    assert (ben.rule_id, ben.evidence["rule_name"]) == (low_usage[0].rule_id, low_usage[0].name)
    changed = tiny.handle(DeleteReclamationRule(actor="ada", rule_id=low_usage[0].rule_id))
    assert changed.candidates_closed == 2
    assert candidates(tiny)["ben"].state is State.CLOSED_CANCELED
    assert candidates(tiny)["ben"].message == "Its rule, No human activity: Salesforce, was deleted."
    again = tiny.run(Identify())
    assert (again.created, again.closed) == (0, 0)
    assert low_usage[0].name not in rules(tiny)
    assert [each.actor for each in audited(tiny, "rule.deleted")] == ["ada"]
    with pytest.raises(NotFound):
        tiny.handle(TurnReclamationRule(rule_id=low_usage[0].rule_id, on=True))


def test_a_rule_that_looks_everywhere_leaves_no_model_without_one(tiny: Bench) -> None:
    tiny.handle(SaveReclamationRule(profile="Production", draft=RuleDraft(**LOW_USAGE, stale_after_days=70)))
    tiny.run(Identify())
    found = [row for row in rules(tiny).values() if row.rule_type is RuleType.UNUSED_USER_LICENSE]
    assert [(row.name, row.open_candidates) for row in found] == [("Low usage", 1)]  # Cleo; Ben was there 65 days ago


def test_a_rule_is_previewed_saved_turned_off_and_on(tiny: Bench) -> None:
    tiny.run(Identify())
    draft = RuleDraft(**LOW_USAGE, stale_after_days=50, scope=RuleScope(departments=("Sales",)), action=Action.FREEZE)
    found = tiny.handle(PreviewReclamationRule(profile="Production", draft=draft, by_threshold=True))
    assert (found.candidates, found.people, found.new) == (1, 1, 0)  # Ben, who is a candidate already
    assert [(row.name, row.action) for row in found.rows] == [("Ben", Action.FREEZE)]
    assert [(each.currency, each.potential_savings) for each in found.amounts] == [("USD", Decimal("2100.00"))]
    assert {each.stale_after_days: each.candidates for each in found.by_threshold} == {
        **{30: 1, 45: 1, 50: 1, 60: 1},
        **{90: 0, 120: 0, 180: 0, 365: 0},
    }
    saved = tiny.handle(SaveReclamationRule(actor="ada", profile="Production", draft=draft))
    tiny.run(Identify())
    ben = candidates(tiny)["ben"]
    assert (ben.rule_id, ben.action, ben.state) == (saved.rule_id, Action.FREEZE, State.READY)  # the narrower one
    off = tiny.handle(TurnReclamationRule(actor="ada", rule_id=saved.rule_id, on=False))
    assert (off.candidates_closed, candidates(tiny)["ben"].state) == (1, State.CLOSED_CANCELED)
    assert tiny.handle(TurnReclamationRule(actor="ada", rule_id=saved.rule_id, on=False)).candidates_closed == 0
    assert tiny.run(Identify()).created == 1  # the rule of the model takes over
    tiny.handle(TurnReclamationRule(actor="ada", rule_id=saved.rule_id, on=True))
    changed = draft.model_copy(update={"stale_after_days": 70})
    again = tiny.handle(SaveReclamationRule(actor="ada", profile="Production", draft=changed, rule_id=saved.rule_id))
    assert (again.rule_id, again.stale_after_days) == (saved.rule_id, 70)
    [entry] = audited(tiny, "rule.changed")
    assert (entry.detail["before"]["stale_after_days"], entry.detail["after"]["stale_after_days"]) == (50, 70)
    assert len(audited(tiny, "rule.turned_off")) == 1


def test_a_candidate_is_closed_by_the_thresholds_of_its_own_rule(tiny: Bench) -> None:
    strict = RuleDraft(**LOW_USAGE, stale_after_days=50, scope=RuleScope(profiles=("Standard User",)))
    saved = tiny.handle(SaveReclamationRule(profile="Production", draft=strict))
    tiny.run(Identify())
    assert candidates(tiny)["hal"].state is State.READY  # 54 days ago: stale for this rule, and for no other
    tiny.handle(
        SaveReclamationRule(
            profile="Production", rule_id=saved.rule_id, draft=strict.model_copy(update={"stale_after_days": 58})
        )
    )
    assert tiny.run(Identify()).closed == 1
    assert candidates(tiny)["hal"].message == "The person has used Salesforce again."


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"rule_type": RuleType.CHEAPER_LICENSE}, UsageError),
        ({"rule_type": RuleType.OVERLAPPING_LICENSE}, UsageError),
        ({"rule_type": RuleType.INACTIVE_HOLDER, "action": Action.DEACTIVATE}, UsageError),
        ({"rule_type": RuleType.INACTIVE_HOLDER, "approver": Approver.NAMED}, UsageError),
        ({"rule_type": RuleType.INACTIVE_HOLDER, "name": "more seats held than OWNED"}, RefusedError),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(tiny: Bench, said: dict[str, Any], error: type[Exception]) -> None:
    tiny.run(Identify())
    draft = RuleDraft(**{"name": "Mine", **said})
    with pytest.raises(error):
        tiny.handle(SaveReclamationRule(profile="Production", draft=draft))


def test_a_seat_is_proposed_by_hand_and_stays_whatever_the_rules_say(tiny: Bench) -> None:
    seat = {"profile": "Production", "kind": Kind.PERMISSION_SET, "identifier": "SalesUserPsl"}
    made = tiny.handle(ProposeCandidate(actor="eve", user="ADA@acme.example", reason="Left sales.", **seat))
    assert (made.justification, made.action) == (Justification.MANUAL, Action.REMOVE_PERMISSION_SET_LICENSE)
    assert (made.rule, made.evidence["proposed_by"], made.evidence["reason"]) == ("manual", "eve", "Left sales.")
    tiny.run(Identify())
    with tiny.store.begin() as work:
        candidate = work.candidates.find(made.number)
        assert candidate is not None and (candidate.state, candidate.rule) == (State.READY, "manual")
    [entry] = audited(tiny, "candidate.proposed")
    assert (entry.actor, entry.reason, entry.detail["user_id"]) == ("eve", "Left sales.", "005-ada")
    with pytest.raises(RefusedError, match="already"):
        tiny.handle(ProposeCandidate(user="005-ada", reason="Again.", **seat))


def test_a_proposal_is_refused_with_the_reason(tiny: Bench) -> None:
    license_ = {"profile": "Production", "kind": Kind.USER, "identifier": "SFDC", "reason": "Why not."}

    def refused(error: type[Exception], words: str, **said: Any) -> None:
        with pytest.raises(error, match=words):
            tiny.handle(ProposeCandidate(**{**license_, **said}))

    refused(RefusedError, "administrators", user="005-eve")
    refused(RefusedError, "machine", user="005-fay")
    refused(NotFound, "holds no", user="005-gus")
    refused(UsageError, "cannot freeze", user="005-ben", action=Action.FREEZE)
    refused(UsageError, "profile", user="005-ben", action=Action.CHANGE_LICENSE)
    refused(UsageError, "no seat", user="005-ben", kind=Kind.CONSUMPTION)
    tiny.handle(AddExclusion(subject=Subject.USER, value="dan@acme.example", reason="On leave."))
    refused(RefusedError, "On leave", user="005-dan")
    tiny.run(Identify())
    tomorrow = tiny.clock.now().date() + timedelta(days=1)
    number = candidates(tiny)["ben"].number
    tiny.handle(MoveCandidate(number=number, to=State.CLOSED_SKIPPED, reason="Needed.", until=tomorrow))
    refused(RefusedError, "keeps the seat", user="005-ben")
