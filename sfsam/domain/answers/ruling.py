"""Reclamation rules, and what one would catch."""

from __future__ import annotations

from pydantic import Field

from sfsam.domain.answers.base import Amount, Answer, Moment
from sfsam.domain.candidates import Action, Justification
from sfsam.domain.rules import Approver, RuleScope, RuleType
from sfsam.domain.subscriptions import Kind


class ReclamationRuleRow(Answer):
    """A rule; `scope_in_words` says where it looks. `open_candidates` are those that it holds now."""

    rule_id: str
    profile: str
    profile_id: str
    name: str
    rule_type: RuleType
    scope: RuleScope
    scope_in_words: str
    stale_after_days: int
    grace_days: int
    action: Action | None
    target_profile_id: str
    target_profile: str | None
    included_in: tuple[str, ...]
    is_on: bool
    notify_user: bool
    days_before_reclaim: int
    approver: Approver
    approver_email: str
    is_made_at_publish: bool
    open_candidates: int
    changed_by: str
    changed_at: Moment


class CaughtAmount(Answer):
    """What is caught is worth so much a year, in one currency; amounts of several are never added up."""

    currency: str
    potential_savings: Amount


class CaughtSeat(Answer):
    user_id: str
    user_principal_name: str
    name: str | None
    department: str | None
    kind: Kind
    identifier: str
    model: str | None
    action: Action
    justification: Justification
    last_activity_at: Moment | None
    inactive_days: int | None
    seats: int | None
    potential_savings: Amount | None
    currency: str | None


class ThresholdCount(Answer):
    stale_after_days: int
    candidates: int


class ReclamationPreview(Answer):
    """What a rule catches, whatever other rules do. `new` would be candidates that are none yet; `kept` ones stay out
    until their day. `rows` are the first ones, the dearest first."""

    candidates: int
    people: int
    seats: int
    new: int
    kept: int
    amounts: list[CaughtAmount]
    rows: list[CaughtSeat]
    by_threshold: list[ThresholdCount] = Field(default_factory=list)


class ChangedRule(Answer):
    """A rule that was turned on or off, or deleted, and how many open candidates were closed by it."""

    rule_id: str
    name: str
    is_on: bool
    candidates_closed: int = 0
