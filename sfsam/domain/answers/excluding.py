"""Exclusions, and what one would catch."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from sfsam.domain.answers.base import Amount, Answer, Moment
from sfsam.domain.exclusions import Subject


class ExcludedAmount(Answer):
    """What goes out of the totals a year, in one currency; amounts of several are never added up."""

    currency: str
    annual_spend: Amount | None = None
    potential_savings: Amount | None = None


class CaughtRow(Answer):
    """A user or a license that is caught, in one org."""

    org: str
    name: str | None
    detail: str
    excluded_already: bool


class ExclusionPreview(Answer):
    """What an exclusion would catch. `rows` are the first ones; `seats` are those of the users or licenses caught."""

    users: int = 0
    licenses: int = 0
    seats: int = 0
    unused_seats: int = 0
    candidates: int = 0
    amounts: list[ExcludedAmount] = Field(default_factory=list)
    rows: list[CaughtRow] = Field(default_factory=list)


class ExclusionRow(Answer):
    """`org` None: every org. `catches` counts users or licenses today; None for a past one."""

    exclusion_id: str
    subject: Subject
    kind: str
    value: str
    model: str | None
    org: str | None
    reason: str
    expires_on: date | None
    created_by: str
    created_at: Moment
    catches: int | None
    is_past: bool
    ended_at: Moment | None = None
    ended_by: str | None = None


class ExcludedAnswer(Answer):
    """An exclusion that was added or ended, and how many open candidates were closed by it."""

    exclusion: ExclusionRow
    candidates_closed: int = 0
