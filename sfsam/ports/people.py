"""What the services need from the store about people and about history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from sfsam.domain.people import Erasure, Person, ResolutionRule, UserMatch
from sfsam.domain.profiles import Record


class HolderUser(Record):
    """A user of an org, with what names them; the connected user is the one that sfsam itself works as."""

    org_id: str
    user_id: str
    name: str
    is_active: bool
    is_connected_user: bool


class Holder(Record):
    """Users whose seats are shown together, and the entry of the directory they are, if any."""

    holder_id: str
    basis: str
    person_id: str | None
    users: tuple[HolderUser, ...]


class People(Protocol):
    def rules(self) -> list[ResolutionRule]:
        """All of them, by position."""
        ...

    def save_rules(self, rules: Sequence[ResolutionRule]) -> None:
        """Insert or replace by rule_id."""
        ...

    def remove_rule(self, rule_id: str) -> None: ...
    def resolve(self, at: datetime, org_id: str | None = None) -> None:
        """Match the users of one org, or of all, by the rules, and group everybody anew."""
        ...

    def match_of(self, org_id: str, user_id: str) -> UserMatch | None: ...
    def decide(self, match: UserMatch) -> None:
        """Keep what a person said about a user; it is effective at once."""
        ...

    def forget(self, org_id: str, user_id: str) -> None:
        """Let the rules decide about this user again; effective with the next `resolve`."""
        ...

    def person(self, person_id: str) -> Person | None: ...
    def alike(self, persons: Sequence[Person]) -> list[Person]:
        """The entries of the directory that share an employee number, an e-mail or a federation id with one."""
        ...

    def save_persons(self, persons: Sequence[Person]) -> None:
        """Insert or replace by person_id."""
        ...

    def holder(self, holder_id: str) -> Holder | None: ...
    def holder_of(self, org_id: str, user_id: str) -> Holder | None: ...
    def erasures(self) -> list[Erasure]: ...
    def erase(self, holder: Holder, erasures: Sequence[Erasure]) -> Mapping[str, int]:
        """Put the pseudonym in the place of every name of these users and of their entry in the directory.

        Tells how many rows of which table changed or went. The audit trail is not touched; it holds ids only.
        """
        ...


class History(Protocol):
    def prune(self, before: date) -> Mapping[str, int]:
        """Forget days, and periods that ended, before this day: how many rows of which table."""
        ...
