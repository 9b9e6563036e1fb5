"""Reclamation rules: what is proposed by itself, and proposing a single seat by hand."""

from __future__ import annotations

from pydantic import Field

from sfsam.domain.candidates import Action
from sfsam.domain.commands.base import Command
from sfsam.domain.profiles import Record
from sfsam.domain.rules import Approver, RuleScope, RuleType
from sfsam.domain.subscriptions import GRACE_DAYS, STALE_AFTER_DAYS, Kind


class RuleDraft(Record):
    """What a person says of a rule; as in ReclamationRule."""

    name: str = Field(min_length=1, max_length=80)
    rule_type: RuleType
    scope: RuleScope = RuleScope()
    stale_after_days: int = Field(default=STALE_AFTER_DAYS, ge=1, le=730)
    grace_days: int = Field(default=GRACE_DAYS, ge=0, le=365)
    action: Action | None = None
    target_profile_id: str = Field(default="", max_length=18)
    included_in: tuple[str, ...] = ()
    is_on: bool = True
    notify_user: bool = False
    days_before_reclaim: int = Field(default=7, ge=1, le=90)
    approver: Approver = Approver.MANAGER
    approver_email: str = Field(default="", max_length=254)


class ListReclamationRules(Command):
    """The rules, in the order in which they catch. Answer: list of ReclamationRuleRow."""

    profile: str | None = None


class PreviewReclamationRule(Command):
    """Whom and what a rule would catch now, by the statement of the run; nothing is saved. Answer:
    ReclamationPreview."""

    profile: str
    draft: RuleDraft
    by_threshold: bool = Field(default=False, description="Also count the seats for other thresholds")


class SaveReclamationRule(Command):
    """Make a rule, or change the one with this id; it acts at the next search. Answer: ReclamationRuleRow."""

    profile: str
    draft: RuleDraft
    rule_id: str | None = None


class TurnReclamationRule(Command):
    """Turn a rule on, or off, which closes its open candidates at once. Answer: ChangedRule."""

    rule_id: str
    on: bool


class DeleteReclamationRule(Command):
    """Delete a rule for good, which closes its open candidates at once. It is not made again. Answer: ChangedRule."""

    rule_id: str


class ProposeCandidate(Command):
    """Propose one seat by hand: a candidate that is ready, justified by the reason. Answer: CandidateRow."""

    profile: str
    user: str = Field(min_length=1, max_length=200, description="User name or id")
    kind: Kind
    identifier: str = Field(min_length=1, max_length=200)
    reason: str = Field(min_length=1, max_length=300)
    action: Action | None = Field(default=None, description="None: what fits the kind")
    target_profile_id: str = Field(default="", max_length=18, description="For a change of license")
