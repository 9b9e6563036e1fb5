"""Mail that is kept instead of sent, and refused or lost where it is told to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sfsam.domain.letters import Announcement, Digest, Letter, Question
from sfsam.errors import MailRefused, SfsamError


class Killed(BaseException):
    """The process ends here."""


@dataclass
class FakeMail:
    """`troubles` says what happens to a letter to an address: an error, or "kill before" and "kill after" sending."""

    is_set: bool = True
    is_local: bool = True
    sender: str = "sfsam@acme.example"
    letters: list[Letter] = field(default_factory=list)
    troubles: dict[str, SfsamError | str] = field(default_factory=dict)

    @contextmanager
    def open(self) -> Iterator[FakeMail]:
        yield self

    def send(self, letter: Letter, message_id: str) -> None:
        trouble = self.troubles.get(letter.to)
        if trouble == "kill before":
            raise Killed
        if isinstance(trouble, MailRefused):
            raise trouble
        self.letters.append(letter)
        if trouble == "kill after":
            raise Killed
        if isinstance(trouble, SfsamError):
            raise trouble

    @property
    def questions(self) -> list[Question]:
        return [letter for letter in self.letters if isinstance(letter, Question)]

    @property
    def digests(self) -> list[Digest]:
        return [letter for letter in self.letters if isinstance(letter, Digest)]


@dataclass
class FakeWebhook:
    is_set: bool = True
    announcements: list[Announcement] = field(default_factory=list)

    def announce(self, announcement: Announcement) -> None:
        self.announcements.append(announcement)

    def close(self) -> None:
        return
