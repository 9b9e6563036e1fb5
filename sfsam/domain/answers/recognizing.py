"""Software models, and what a person said of an identifier."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from sfsam.domain.answers.base import Answer, Moment
from sfsam.domain.software_models import Suggestion
from sfsam.domain.subscriptions import Kind


class MappingRow(Answer):
    """An identifier with its model now. Without `mapped_by` it is the catalog's word, or nobody's."""

    kind: Kind
    identifier: str
    model: str
    is_recognized: bool
    mapped_by: str | None = None
    mapped_at: Moment | None = None
    orgs: int
    seats: int


class ModelRow(Answer):
    """One software model over all its identifiers and orgs. `owned` None: not known, of one license at least."""

    model: str
    publisher: str | None
    product: str
    edition: str | None
    kinds: str
    identifiers: str
    orgs: int
    owned: int | None
    is_unlimited: bool
    assigned: int
    stale: int
    is_paid: bool
    price_source: Literal["contract", "list", "none", "mixed"]
    is_mapped: bool
    is_excluded: bool


class UnrecognizedRow(Answer):
    """An identifier that nobody knows. `label` is Salesforce's own; the suggestions are likenesses of names only."""

    kind: Kind
    identifier: str
    label: str
    orgs: int
    org_names: str
    owned: int | None
    seats: int
    is_excluded: bool
    suggestions: list[Suggestion] = Field(default_factory=list)
