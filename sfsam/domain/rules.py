"""Reclamation rules: what makes a seat a candidate, in which scope, and what follows (product.md R1).

A rule is one of the shipped rule types (one SQL file each in `store/sql/rules/`) with its parameters. The same
statement serves the preview, the what-if and the run.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from pydantic import Field

from sfsam.domain.candidates import Action
from sfsam.domain.profiles import Record
from sfsam.domain.subscriptions import GRACE_DAYS, STALE_AFTER_DAYS, Kind, Thresholds


class RuleType(StrEnum):
    """The shipped rules; the value is the name of the SQL file."""

    UNUSED_USER_LICENSE = "unused_user_license"
    ORPHAN_PERMISSION_SET_LICENSE = "orphan_permission_set_license"
    INACTIVE_HOLDER = "inactive_holder"
    OVERLAPPING_LICENSE = "overlapping_license"
    CHEAPER_LICENSE = "cheaper_license"
    UNLICENSED = "unlicensed"


MANUAL = "manual"
"""Stands in a candidate where the rule's type stands otherwise: a person proposed it."""

ACTIONS_OF: Mapping[RuleType, tuple[Action, ...]] = {
    RuleType.UNUSED_USER_LICENSE: (Action.DEACTIVATE, Action.FREEZE),
    RuleType.CHEAPER_LICENSE: (Action.CHANGE_LICENSE,),
}
"""What a rule of this type may propose, the usual first. The others take back the one seat, as fits its kind."""

USES_THRESHOLD = frozenset({RuleType.UNUSED_USER_LICENSE})
"""The types that a person's last activity decides; the others look at what is held, whenever it was used."""

_GENTLENESS: Mapping[RuleType, int] = {
    rule_type: place
    for place, rule_type in enumerate(
        (
            RuleType.ORPHAN_PERMISSION_SET_LICENSE,
            RuleType.OVERLAPPING_LICENSE,
            RuleType.INACTIVE_HOLDER,
            RuleType.UNLICENSED,
            RuleType.CHEAPER_LICENSE,
            RuleType.UNUSED_USER_LICENSE,
        )
    )
}


class Approver(StrEnum):
    """Who decides when somebody wants to keep a seat: their manager in Salesforce, or the address of the rule."""

    MANAGER = "manager"
    NAMED = "named"


class RuleScope(Record):
    """Where a rule looks. Empty means everywhere; names are exact."""

    kinds: tuple[Kind, ...] = ()
    identifiers: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()  # Salesforce profiles, by name
    departments: tuple[str, ...] = ()

    @property
    def narrowness(self) -> int:
        """In how many ways the scope is narrowed; 0 is everywhere."""
        return sum(1 for value in self.model_dump().values() if value)

    @property
    def in_words(self) -> str:
        """Where it is, as people read it: "Salesforce · department Sales or Service"."""
        parts = (
            ", ".join(self.models),
            ", ".join(self.identifiers),
            ", ".join(f"{kind.replace('_', ' ')} licenses" for kind in self.kinds),
            f"profile {' or '.join(self.profiles)}" if self.profiles else "",
            f"department {' or '.join(self.departments)}" if self.departments else "",
        )
        return " · ".join(part for part in parts if part) or "Everywhere"


class ReclamationRule(Record):
    """One rule of one integration profile. `action` None: what fits the kind of each seat."""

    rule_id: str
    profile_id: str
    name: str = Field(min_length=1, max_length=80)
    rule_type: RuleType
    scope: RuleScope = RuleScope()
    stale_after_days: int = Field(default=STALE_AFTER_DAYS, ge=1, le=730)
    grace_days: int = Field(default=GRACE_DAYS, ge=0, le=365)
    action: Action | None = None
    target_profile_id: str = ""  # for a change of license: the Salesforce profile that the person gets
    included_in: tuple[str, ...] = ()  # of an overlapping license: what gives its holder the same
    is_on: bool = True
    notify_user: bool = False
    days_before_reclaim: int = Field(default=7, ge=1, le=90)
    """Silence for so many days after the notice means that the seat may go."""
    approver: Approver = Approver.MANAGER
    approver_email: str = Field(default="", max_length=254)
    is_made_at_publish: bool = False
    changed_by: str
    changed_at: datetime
    removed_at: datetime | None = None  # a rule that somebody deleted is remembered, and never made again

    @property
    def acts(self) -> bool:
        return self.is_on and self.removed_at is None

    @property
    def thresholds(self) -> Thresholds:
        return Thresholds(stale_after_days=self.stale_after_days, grace_days=self.grace_days)

    @property
    def precedence(self) -> tuple[int, int, bool, str, str]:
        """A seat that several rules catch is the candidate of the first of them in this order: the narrowest scope,
        then the gentlest type, then what a person made, then by name."""
        gentleness = _GENTLENESS[self.rule_type]
        return -self.scope.narrowness, gentleness, self.is_made_at_publish, self.name.lower(), self.rule_id

    def lacks(self) -> str | None:
        """What is missing before the rule makes sense, as a sentence; None when nothing is."""
        allowed = ACTIONS_OF.get(self.rule_type, ())
        if self.action is not None and self.action not in allowed:
            return f"A rule of this type cannot {self.action.value.replace('_', ' ')}."
        if self.rule_type is RuleType.CHEAPER_LICENSE:
            if not self.target_profile_id:
                return "A change of license needs the Salesforce profile that people get."
            if not (self.scope.profiles or self.scope.departments):
                return "A change of license needs the Salesforce profiles or departments whose people need no more."
        if self.rule_type is RuleType.OVERLAPPING_LICENSE and not (self.scope.identifiers and self.included_in):
            return "An overlap needs the license that is too much, and the license that gives its holder the same."
        if self.approver is Approver.NAMED and "@" not in self.approver_email:
            return "A named approver needs an e-mail address."
        return None
