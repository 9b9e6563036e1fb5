"""What a subscription identifier is: software models, identifiers that nobody knows, and what a person says of them."""

from __future__ import annotations

from pydantic import Field

from sfsam.domain.commands.base import Command
from sfsam.domain.subscriptions import Kind


class MapIdentifier(Command):
    """Say once what an identifier stands for; every seat of every org follows at once. Answer: MappingRow.

    Saying it again replaces what was said. `is_paid` None: not known.
    """

    kind: Kind
    identifier: str = Field(min_length=1, max_length=200)
    publisher: str = Field(default="Salesforce", min_length=1, max_length=120)
    product: str = Field(min_length=1, max_length=120)
    edition: str = Field(default="", max_length=80)
    is_paid: bool | None = None
    note: str = Field(default="", max_length=500)


class UnmapIdentifier(Command):
    """Take back what was said: the catalog's word counts again, or the identifier is unknown. Answer: MappingRow."""

    kind: Kind
    identifier: str


class KeepMapping(Command):
    """Keep what a person said, although the catalog says something else by now. Answer: MappingRow."""

    kind: Kind
    identifier: str


class ListSoftwareModels(Command):
    """One row per software model. Answer: list of ModelRow."""

    profile: str | None = None


class ListUnrecognized(Command):
    """Identifiers that nobody knows, each with what it may be. Answer: list of UnrecognizedRow."""

    profile: str | None = None
