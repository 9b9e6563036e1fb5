"""rules and propose: what each asks, and what it prints."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

from sfsam.domain.answers import CaughtAmount, ChangedRule, ReclamationPreview, ReclamationRuleRow, ThresholdCount
from sfsam.domain.commands import (
    DeleteReclamationRule,
    ListReclamationRules,
    PreviewReclamationRule,
    SaveReclamationRule,
    TurnReclamationRule,
)
from sfsam.domain.rules import Approver, RuleScope, RuleType
from tests.cli.conftest import Printed, Script

Run = Callable[..., Printed]
ROW = ReclamationRuleRow(
    rule_id="r1",
    profile="Acme",
    profile_id="p1",
    name="No human activity: Salesforce",
    rule_type=RuleType.UNUSED_USER_LICENSE,
    scope=RuleScope(models=("Salesforce",)),
    scope_in_words="Salesforce",
    stale_after_days=60,
    grace_days=30,
    action=None,
    target_profile_id="",
    target_profile=None,
    included_in=(),
    is_on=True,
    notify_user=False,
    days_before_reclaim=7,
    approver=Approver.MANAGER,
    approver_email="",
    is_made_at_publish=True,
    open_candidates=4,
    changed_by="sfsam",
    changed_at=datetime(2026, 11, 24, 12),
)
FOUND = ReclamationPreview(
    candidates=3,
    people=2,
    seats=7,
    new=1,
    kept=1,
    amounts=[CaughtAmount(currency="USD", potential_savings=Decimal("4200.00"))],
    rows=[],
    by_threshold=[ThresholdCount(stale_after_days=30, candidates=9)],
)


def test_rules_are_listed_previewed_saved_turned_and_deleted(run: Run, script: Script) -> None:
    changed = ChangedRule(rule_id="r1", name="Low usage", is_on=False, candidates_closed=4)
    script.answers = {
        ListReclamationRules: [ROW],
        PreviewReclamationRule: FOUND,
        SaveReclamationRule: ROW,
        TurnReclamationRule: changed,
        DeleteReclamationRule: changed,
    }
    assert run("rules").out == run("rules", "list").out
    assert run("rules", "list", "--json").document[0]["scope_in_words"] == "Salesforce"
    previewed = run("rules", "preview", "--rule", "r1", "--days", "90", "--by-threshold")
    assert "Catches 3 seats of 2 people, 1 of them new; 1 are kept. 7 seats would become free." in previewed.out
    assert "Worth 4200.00 USD a year." in previewed.out and "After 30 days: 9 seats." in previewed.out
    asked = script.the(PreviewReclamationRule)
    assert (asked.profile, asked.draft.stale_after_days, asked.draft.scope.models) == ("Acme", 90, ("Salesforce",))
    assert run("rules", "save", "--rule", "r1", "--department", "Sales", "--notify").code == 0
    saved = script.the(SaveReclamationRule)
    assert (saved.rule_id, saved.draft.notify_user, saved.actor) == ("r1", True, getpass.getuser())
    assert saved.draft.scope == RuleScope(models=("Salesforce",), departments=("Sales",))
    assert "is off; 4 candidates closed" in run("rules", "off", "r1").out
    assert script.the(TurnReclamationRule).on is False
    assert "is deleted; 4 candidates closed" in run("rules", "delete", "r1").out


def test_a_rule_that_is_not_described_is_a_question_of_usage(run: Run, script: Script) -> None:
    script.answers = {ListReclamationRules: [ROW]}
    assert run("rules", "preview", "--profile", "Acme").code == 2
    assert run("rules", "save", "--type", "unlicensed").code == 2  # of which profile?
    assert run("rules", "preview", "--rule", "gone").code == 1
