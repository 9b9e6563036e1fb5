"""The page that goes into a renewal meeting."""

from __future__ import annotations

from pydantic import Field

from sfsam.domain.commands.base import Command, Narrowing


class ShowRenewalReport(Command):
    """What is paid, used and could be given back, and what ends soon, with every definition. Answer:
    RenewalReport."""

    within_days: int = Field(default=180, ge=1, le=1100)
    profile: str | None = None
    narrowing: Narrowing = Narrowing()
