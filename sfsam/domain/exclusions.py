"""Exclusions: licenses that stand outside all totals, and people who are never proposed (product.md L5).

An identifier is taken out of owned, spend and savings. A user keeps every seat, in the part where it belongs, and is
counted as excluded; their seats save nothing and are no candidates. `expires_on` is the last day on which it acts.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sfsam.domain.profiles import Record

EVERY_ORG = ""


class Subject(StrEnum):
    """What an exclusion names. A pattern is of user names, with * for anything and ? for one character."""

    IDENTIFIER = "identifier"
    USER = "user"
    PATTERN = "pattern"
    PROFILE = "profile"
    DEPARTMENT = "department"


class Exclusion(Record):
    """One exclusion. `kind` belongs to an identifier and is empty otherwise; `org_id` empty means every org."""

    exclusion_id: str
    subject: Subject
    kind: str = ""
    value: str
    org_id: str = EVERY_ORG
    reason: str
    expires_on: date | None = None
    created_by: str
    created_at: datetime

    def acts_on(self, day: date) -> bool:
        return self.expires_on is None or day <= self.expires_on

    def is_about_the_same_as(self, other: Exclusion) -> bool:
        """Whether both name the same, in the same orgs; user names and patterns know no upper case."""
        is_user = self.subject in (Subject.USER, Subject.PATTERN)
        mine, theirs = (self.value.lower(), other.value.lower()) if is_user else (self.value, other.value)
        return (self.subject, self.kind, mine, self.org_id) == (other.subject, other.kind, theirs, other.org_id)


class PastExclusion(Exclusion):
    """One that acts no more. `ended_by` is empty when its last day was over."""

    ended_at: datetime
    ended_by: str = ""
