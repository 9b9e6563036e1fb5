"""A real mail server on this machine (aiosmtpd) that keeps what it takes, and refuses what it is told to."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, Session

USER, PASSWORD = "sfsam", "mail-s3cret"


@dataclass
class MailServer:
    """`answers` gives the answer for an address: to RCPT, or, after "DATA:", to the mail itself."""

    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    log_ins: int = 0
    port: int = 0

    @property
    def settings(self) -> dict[str, str]:
        """The environment with which sfsam sends to it."""
        return {
            "SFSAM_SMTP_HOST": "127.0.0.1",
            "SFSAM_SMTP_PORT": str(self.port),
            "SFSAM_SMTP_TLS": "none",
            "SFSAM_MAIL_SENDER": "sfsam@acme.example",
            "SFSAM_MAIL_MANAGERS": "licenses@acme.example",
        }

    async def handle_RCPT(self, _s: Any, _session: Session, envelope: Envelope, address: str, _o: list[str]) -> str:  # noqa: N802
        said = self.answers.get(address, "250 OK")
        if said.startswith("250") or said.startswith("DATA:"):
            envelope.rcpt_tos.append(address)
            return "250 OK"
        return said

    async def handle_DATA(self, server: Any, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        said = self.answers.get(envelope.rcpt_tos[0], "").removeprefix("DATA:")
        if said == "drop":
            server.transport.abort()
            return "421 gone"
        if said:
            return said
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        self.recipients += envelope.rcpt_tos
        return "250 OK"

    def authenticate(self, _server: Any, _session: Session, _envelope: Envelope, _kind: str, data: Any) -> AuthResult:
        self.log_ins += 1
        return AuthResult(success=(data.login, data.password) == (USER.encode(), PASSWORD.encode()), handled=False)


@contextmanager
def mail_server(tls: ssl.SSLContext | None = None, *, is_implicit: bool = False) -> Iterator[MailServer]:
    """A server on a free port of 127.0.0.1. With `tls` it wants encryption and the log-in USER, PASSWORD."""
    server = MailServer()
    controller = _Listening(
        server,
        hostname="127.0.0.1",
        port=0,
        ssl_context=tls if is_implicit else None,
        tls_context=None if is_implicit else tls,
        require_starttls=tls is not None and not is_implicit,
        authenticator=server.authenticate,
        auth_required=tls is not None and not is_implicit,
        auth_require_tls=not is_implicit and tls is not None,
    )
    controller.start()
    server.port = controller.port
    try:
        yield server
    finally:
        controller.stop()


class _Listening(Controller):
    """The library visits itself once it listens; on port 0 it has to be told where."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        socket.create_connection(("127.0.0.1", self.port)).close()
