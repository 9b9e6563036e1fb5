"""What there is to read, and to take away as a file."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from sfsam.domain.candidates import State
from sfsam.domain.commands.base import Command, FileFormat, Narrowing


class ShowPosition(Command):
    """The license position, or that of a past day as it was written down then. Answer: list of PositionRow."""

    profile: str | None = None
    on: date | None = None


class ListCandidates(Command):
    """Removal candidates. Answer: list of CandidateRow."""

    state: State | None = None
    profile: str | None = None


ListName = Literal[
    "unused",
    "subscriptions",
    "candidates",
    "position",
    "models",
    "exclusions",
    "audit",
    "consumption",
    "people",
    "entitlements",
    "renewals",
    "savings",
    "reconciliations",
]
"""The lists that can be taken away as a file."""


class Export(Command):
    """Write a list, or the rows of it that are meant, to a file. Answer: ExportAnswer."""

    what: ListName
    format: FileFormat
    output: str
    profile: str | None = None
    narrowing: Narrowing = Narrowing()


class ShowAudit(Command):
    """The audit trail, newest first; with `verify` the chain is checked from its start. Answer: AuditAnswer."""

    verify: bool = False
    head: str | None = None
    limit: int = Field(default=200, ge=1, le=10_000)
