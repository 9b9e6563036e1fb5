"""People: who each user is, the rules by which they are found, erasing somebody, and how long history is kept."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from sfsam.domain.commands.base import Command
from sfsam.domain.jobs import JobKind
from sfsam.domain.people import RuleTerms


class ListPeople(Command):
    """Who holds seats, one row each, over all orgs. Answer: list of PersonRow."""

    search: str = ""
    limit: int = Field(default=100, ge=1, le=10_000)


class ListUnmatched(Command):
    """Users of whom no rule knows who they are, with suggestions. Answer: list of UnmatchedRow."""

    search: str = ""
    limit: int = Field(default=100, ge=1, le=1000)


class ResolvePeople(Command):
    """Match all users by the rules in force. Answer: ResolveAnswer."""

    task: Literal[JobKind.RESOLVE_PEOPLE] = JobKind.RESOLVE_PEOPLE


class PreviewRule(Command):
    """Whom a rule would find, before it is saved. Answer: RulePreview."""

    terms: RuleTerms


class SaveRule(Command):
    """Add a rule at the end, or change the one with this id; the users are then matched anew. Answer: RuleRow."""

    rule_id: str | None = None
    name: str = Field(min_length=1, max_length=80)
    terms: RuleTerms
    is_active: bool = True


class OrderRules(Command):
    """In which order the rules are tried: their ids, all of them. Answer: list of RuleRow."""

    rule_ids: tuple[str, ...]


class RemoveRule(Command):
    """Answer: list of RuleRow."""

    rule_id: str


class ConfirmMatch(Command):
    """Say who a user is, or with `person_id` None that it is no person. No rule overwrites it. Answer: MatchAnswer."""

    org_id: str
    user_id: str
    person_id: str | None


class ForgetMatch(Command):
    """Take back what a person said about a user; the rules decide again. Answer: MatchAnswer."""

    org_id: str
    user_id: str


class ErasePerson(Command):
    """Put a pseudonym in the place of every name of a person. Answer: ErasurePreview.

    Who is meant is told by the id under which they are listed, or by one of their users. Unless `confirmed` nothing
    is changed.
    """

    holder_id: str | None = None
    org_id: str | None = None
    user_id: str | None = None
    confirmed: bool = False

    @model_validator(mode="after")
    def _names_somebody(self) -> ErasePerson:
        if (self.holder_id is None) == (self.org_id is None or self.user_id is None):
            raise ValueError("give either the id of the person, or the org and the user")
        return self


class Housekeep(Command):
    """Forget days that are older than SFSAM_HISTORY_MONTHS. Answer: HousekeepAnswer."""

    task: Literal[JobKind.HOUSEKEEP] = JobKind.HOUSEKEEP
