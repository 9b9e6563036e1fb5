"""People, the rules that find them, what erasing takes, and what housekeeping forgot."""

from __future__ import annotations

from sfsam.domain.answers.base import Amount, Answer, Moment
from sfsam.domain.people import Basis, LookupField, SourceField, Transform


class PersonCost(Answer):
    currency: str
    annual_cost: Amount


class PersonRow(Answer):
    """One person over all orgs, or users that stand together. Costs per year, one per currency, never added up."""

    holder_id: str
    basis: Basis
    person_id: str | None
    name: str | None
    email: str | None
    department: str | None
    cost_center: str | None
    status: str | None
    orgs: int
    users: int
    active_users: int
    seats: int
    last_activity_at: Moment | None
    costs: tuple[PersonCost, ...] = ()


class Suggestion(Answer):
    """A person of the directory whom a user may be, and why; `likeness` runs from 0 to 1."""

    person_id: str
    name: str
    email: str
    department: str
    reason: str
    likeness: float


class UnmatchedRow(Answer):
    org: str
    org_id: str
    user_id: str
    name: str | None
    user_principal_name: str | None
    email: str | None
    seats: int
    last_activity_at: Moment | None
    suggestions: tuple[Suggestion, ...] = ()


class ResolveAnswer(Answer):
    """How many users were matched by rules and by people, and how many are nobody that the directory knows."""

    persons: int
    matched: int
    confirmed: int
    unmatched: int
    by_rule: dict[str, int]


class RulePreview(Answer):
    """What a rule finds by itself: users with one person, users with several, and those whom nobody knows so far."""

    users: int
    ambiguous: int
    new: int
    other_than_now: int
    directory: int


class RuleRow(Answer):
    rule_id: str
    position: int
    name: str
    source_field: SourceField
    lookup_field: LookupField
    transform: Transform
    new_domain: str
    is_active: bool


class MatchAnswer(Answer):
    """Who a user is now. `person_id` None and `is_confirmed`: somebody said that it is no person."""

    org_id: str
    user_id: str
    person_id: str | None
    is_confirmed: bool


class ErasurePreview(Answer):
    """What erasing changes, or has changed: rows of each table. `active_users`: who can still log in to Salesforce."""

    holder_id: str
    users: tuple[str, ...]
    active_users: int
    pseudonym: str
    changes: dict[str, int]
    erased: bool = False


class HousekeepAnswer(Answer):
    before: str
    gone: dict[str, int]
