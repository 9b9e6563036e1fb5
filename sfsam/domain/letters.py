"""What a mail says, before it is put into words and looks: `sfsam/mail` renders it as text and as HTML."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from sfsam.domain.profiles import Record


class AskedSeat(Record):
    """A seat that its holder is asked about. The addresses hold a token each and are never logged."""

    license: str
    org: str
    inactive_days: int | None = None  # None: never used, or not judged by use
    keep_url: str = Field(repr=False)
    release_url: str = Field(repr=False)


class Question(Record):
    """Do you still need it? To the holder of one or more seats."""

    to: str = Field(repr=False)
    name: str = Field(repr=False)
    seats: tuple[AskedSeat, ...]
    answer_until: date
    is_reminder: bool = False
    asked_by: str = ""  # the address that takes questions about it


class PendingKeep(Record):
    """A seat that its holder wants to keep, for whoever decides."""

    person: str = Field(repr=False)
    license: str
    org: str
    inactive_days: int | None = None
    reason: str = Field(default="", repr=False)
    worth: str = ""  # a year, with its currency
    approve_url: str = Field(repr=False)
    reject_url: str = Field(repr=False)


class Digest(Record):
    """Everything that one approver has to decide, in one mail."""

    to: str = Field(repr=False)
    pending: tuple[PendingKeep, ...]
    all_url: str = Field(default="", repr=False)  # empty when there is one decision only
    kept_days: int


class Trial(Record):
    """A mail that only shows that mail works."""

    to: str = Field(repr=False)
    base_url: str


Letter = Question | Digest | Trial


class Announcement(Record):
    """What happened, for a chat: ids and counts, never a name, an address or a token."""

    event: str
    text: str
    data: dict[str, str | int] = Field(default_factory=dict)
