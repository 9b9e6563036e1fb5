"""Exclusions: licenses that stand outside all totals, and people who are never proposed."""

from __future__ import annotations

from datetime import date
from typing import Self

from pydantic import Field, model_validator

from sfsam.domain.commands.base import Command
from sfsam.domain.exclusions import Subject
from sfsam.domain.subscriptions import Kind


class _Excluding(Command):
    """What an exclusion names: an identifier with its kind, or users by name, pattern, profile or department."""

    subject: Subject
    kind: Kind | None = Field(default=None, description="Of an identifier")
    value: str = Field(min_length=1, max_length=200)
    profile: str | None = Field(default=None, description="The integration profile whose org is meant; None: every org")

    @model_validator(mode="after")
    def _kind_belongs_to_identifiers(self) -> Self:
        if (self.subject is Subject.IDENTIFIER) != (self.kind is not None):
            raise ValueError("an exclusion of an identifier needs its kind, and no other has one")
        return self


class PreviewExclusion(_Excluding):
    """Whom and what an exclusion would catch, without saving it. Answer: ExclusionPreview."""


class AddExclusion(_Excluding):
    """Exclude at once, until the end of `expires_on` or until it is removed. Answer: ExcludedAnswer."""

    reason: str = Field(min_length=1, max_length=300)
    expires_on: date | None = None


class RemoveExclusion(Command):
    """End an exclusion at once; it stays in the list of past ones. Answer: ExcludedAnswer."""

    exclusion_id: str


class ListExclusions(Command):
    """Exclusions, the newest first, then the past ones. Answer: list of ExclusionRow."""

    profile: str | None = None
    include_past: bool = True
