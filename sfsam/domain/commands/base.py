"""What every command is, and how a list is narrowed."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

FileFormat = Literal["csv", "xlsx", "parquet"]


class Command(BaseModel):
    """An order, with the person who gives it. Extra fields are refused, so that a typing error is seen."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    actor: str = "local"


class Narrowing(BaseModel):
    """Which rows of a list are meant; what is empty narrows nothing, and what a list does not know is left aside."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    org_ids: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    only_counted: bool = False  # what the totals add up
    search: str = ""
    stale_after_days: int | None = None  # None: as the rules judge
    include_sandboxes: bool = False
    within_days: int | None = Field(default=None, ge=1, le=1100)  # of renewals; None: as far as the list looks
