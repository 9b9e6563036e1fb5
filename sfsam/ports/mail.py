"""What the services need to reach people: mail, and one address of a chat."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from sfsam.domain.letters import Announcement, Letter
from sfsam.errors import MailNotPossible


class Letterbox(Protocol):
    """A conversation with the mail server, open for several letters."""

    def send(self, letter: Letter, message_id: str) -> None:
        """Send it once. Raises MailRefused when this letter is refused for good, MailUnavailable when the server takes
        nothing now, OutcomeUnknown when the letter was handed over and no answer came."""
        ...


class Mail(Protocol):
    @property
    def is_set(self) -> bool:
        """Whether the settings name a server and a sender."""
        ...

    @property
    def is_local(self) -> bool:
        """Whether the server is on this machine."""
        ...

    @property
    def sender(self) -> str:
        """The address that mails come from; empty when it is not set."""
        ...

    def open(self) -> AbstractContextManager[Letterbox]:
        """Raises MailNotSet, MailUnavailable."""
        ...


class Webhook(Protocol):
    @property
    def is_set(self) -> bool: ...
    def announce(self, announcement: Announcement) -> None:
        """Hand it over to be sent by and by; never waits, never fails."""
        ...

    def close(self) -> None:
        """Send what is left, for a few seconds at most."""
        ...


class NoMail:
    """Where no mail server is set; fits Mail."""

    is_set = is_local = False
    sender = ""

    def open(self) -> AbstractContextManager[Letterbox]:
        raise MailNotPossible(
            "No mail server is set, so nobody can be written to.", "Set SFSAM_SMTP_HOST and SFSAM_MAIL_SENDER."
        )


class NoWebhook:
    """Where no chat is told; fits Webhook."""

    is_set = False

    def announce(self, announcement: Announcement) -> None:
        return

    def close(self) -> None:
        return
