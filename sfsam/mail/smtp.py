"""Sending letters by SMTP: one conversation for several letters, every refusal told apart from a lost answer."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sfsam.config import Settings
from sfsam.domain.letters import Letter
from sfsam.errors import MailNotPossible, MailRefused, MailUnavailable, OutcomeUnknown, SfsamError
from sfsam.mail.rendering import rendered
from sfsam.ports import Letterbox, NoMail

_SECONDS = 20.0
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_STATUS = re.compile(rb"\b[245]\.\d{1,3}\.\d{1,3}\b")  # RFC 3463; what else a server says may name the address
_GOOD = 250
_FORWARDED = 251
_PERMANENT = 500


class SmtpMail:
    """Mail by the server of the settings; fits ports.Mail."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @property
    def is_set(self) -> bool:
        return bool(self._settings.smtp_host and self._settings.mail_sender)

    @property
    def is_local(self) -> bool:
        return self._settings.smtp_host in _LOOPBACK

    @property
    def sender(self) -> str:
        return self._settings.mail_sender

    @contextmanager
    def open(self) -> Iterator[Letterbox]:
        """A conversation with the server. Raises MailNotPossible, MailUnavailable."""
        if not self.is_set:
            NoMail().open()
        letterbox = _SmtpLetterbox(self._settings)
        letterbox.connect()
        try:
            yield letterbox
        finally:
            letterbox.close()


class _SmtpLetterbox:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._server: smtplib.SMTP | None = None

    def connect(self) -> smtplib.SMTP:
        """The conversation, begun anew when the server has ended it."""
        if self._server is None:
            try:
                self._server = self._begin()
            except smtplib.SMTPAuthenticationError as trouble:
                raise MailNotPossible(
                    "The mail server refused the user name or the password.",
                    "Correct SFSAM_SMTP_USER and SFSAM_SMTP_PASSWORD.",
                ) from trouble
            except ssl.SSLError as trouble:
                raise MailNotPossible(
                    "The mail server's certificate or encryption could not be trusted.",
                    "Check SFSAM_SMTP_HOST, SFSAM_SMTP_TLS and SFSAM_CA_FILE.",
                ) from trouble
            except smtplib.SMTPNotSupportedError as trouble:
                raise MailNotPossible(
                    "The mail server offers no encryption or no log-in of the kind that is set.",
                    "Check SFSAM_SMTP_PORT and SFSAM_SMTP_TLS.",
                ) from trouble
            except (OSError, smtplib.SMTPException) as trouble:
                raise _unavailable() from trouble
        return self._server

    def send(self, letter: Letter, message_id: str) -> None:
        """One letter, once. Raises MailRefused, MailUnavailable, MailNotPossible, OutcomeUnknown."""
        message = rendered(letter, sender=self._settings.mail_sender, message_id=message_id)
        server = self.connect()
        try:
            self._address(server, letter.to)
        except (OSError, smtplib.SMTPException) as trouble:
            self.close()
            raise _unavailable() from trouble
        try:
            code, said = server.data(message.as_bytes())
        except smtplib.SMTPDataError as trouble:
            raise self._given_up(server, trouble.smtp_code, trouble.smtp_error) from trouble
        except (OSError, smtplib.SMTPException) as trouble:
            self.close()
            raise OutcomeUnknown(
                "The mail was handed over and the mail server did not answer.", "Whether it went out is not known."
            ) from trouble
        if code != _GOOD:
            raise self._given_up(server, code, said)

    def close(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            with suppress(OSError, smtplib.SMTPException):
                server.quit()
            server.close()

    def _begin(self) -> smtplib.SMTP:
        settings = self._settings
        context = ssl.create_default_context()
        if settings.ca_file is not None:
            context.load_verify_locations(settings.ca_file)
        if settings.smtp_tls == "implicit":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                settings.smtp_host, settings.smtp_port, timeout=_SECONDS, context=context
            )
        else:
            server = smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=_SECONDS)
        try:
            if settings.smtp_tls == "starttls":
                server.starttls(context=context)
            if settings.smtp_user and settings.smtp_password is not None:
                server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
            server.ehlo_or_helo_if_needed()
        except (OSError, smtplib.SMTPException):
            server.close()
            raise
        return server

    def _address(self, server: smtplib.SMTP, recipient: str) -> None:
        """Say from whom and to whom."""
        code, said = server.mail(self._settings.mail_sender)
        if code != _GOOD:
            trouble = self._given_up(server, code, said)
            if isinstance(trouble, MailRefused):
                raise MailNotPossible(
                    f"The mail server refused the sender ({trouble.said}).", "Correct SFSAM_MAIL_SENDER."
                )
            raise trouble
        code, said = server.rcpt(recipient)
        if code not in (_GOOD, _FORWARDED):
            raise self._given_up(server, code, said)

    def _given_up(self, server: smtplib.SMTP, code: int, said: bytes | str) -> SfsamError:
        """The refusal, with the conversation ready for the next letter."""
        with suppress(OSError, smtplib.SMTPException):
            server.rset()
        text = said if isinstance(said, bytes) else said.encode()
        status = _STATUS.search(text)
        answer = f"{code} {status[0].decode()}" if status else str(code)
        if code < _PERMANENT:
            return _unavailable(answer)
        return MailRefused(f"The mail server refused the mail ({answer}).", "Check the address.", said=answer)


def _unavailable(said: str = "") -> MailUnavailable:
    because = f" ({said})" if said else ""
    return MailUnavailable(f"The mail server takes no mail now{because}.", "Try again in a while.", said=said)
