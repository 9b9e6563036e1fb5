"""What the services need to keep and to run reclamation rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sfsam.domain.candidates import Candidate
from sfsam.domain.profiles import Record
from sfsam.domain.rules import ReclamationRule


class RuleAmount(Record):
    """What the seats that a rule catches are worth a year, in one currency, as a decimal string."""

    currency: str
    potential_savings: str


class RuleTotals(Record):
    """What a rule catches now. `seats` are those that become free; `new` would be candidates that are none yet."""

    candidates: int = 0
    people: int = 0
    seats: int = 0
    new: int = 0
    kept: int = 0
    amounts: tuple[RuleAmount, ...] = ()


@dataclass
class Renewed:
    """What a run of the rules made: candidates that are new, and those that were brought up to date."""

    created: int = 0
    updated: int = 0
    by_rule: Counter[str] = field(default_factory=Counter)


class Rules(Protocol):
    def of_profile(self, profile_id: str, *, with_removed: bool = False) -> list[ReclamationRule]:
        """In the order in which they catch (ReclamationRule.precedence)."""
        ...

    def find(self, rule_id: str) -> ReclamationRule | None: ...
    def save(self, rules: Sequence[ReclamationRule]) -> None:
        """Insert or replace by rule_id."""
        ...

    def used_models(self, org_id: str) -> list[str]:
        """The software models of user licenses that people of the org hold, by its newest download."""
        ...

    def catch(self, rules: Sequence[ReclamationRule], org_id: str) -> None:
        """Run these rules over the newest snapshot, each seat to the first that catches it; what follows reads it."""
        ...

    def renew(self, profile_id: str, at: datetime) -> Renewed:
        """Make candidates of what was caught and is none yet nor kept, and bring ready ones up to date."""
        ...

    def fallen(self, profile_id: str) -> list[Candidate]:
        """Open candidates that were not caught: of those that somebody was asked about, not by their own rule."""
        ...

    def proposed(self, profile_id: str) -> list[Candidate]:
        """The open candidates that people proposed, of which no rule decides."""
        ...

    def candidates_of(self, rule_id: str) -> list[Candidate]:
        """The open candidates of this rule."""
        ...
