"""Mails over a real mail server: what arrives, and every way in which a mail does not."""

from __future__ import annotations

import logging
import socket
import ssl
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from sfsam.config import Settings
from sfsam.domain.letters import AskedSeat, Digest, PendingKeep, Question, Trial
from sfsam.emulator.wire.certificates import write_certificates
from sfsam.errors import MailNotPossible, MailRefused, MailUnavailable, OutcomeUnknown, SfsamError
from sfsam.mail import SmtpMail
from sfsam.mail.rendering import rendered
from tests.fakes.mail_server import PASSWORD, USER, MailServer, mail_server

KEEP = "https://licenses.acme.example/answer/keep-token"
SEAT = AskedSeat(license="Salesforce", org="Production", inactive_days=143, keep_url=KEEP, release_url=KEEP + "2")
QUESTION = Question(
    to="anna@acme.example",
    name="Anna <b>Lindqvist</b>",
    seats=(SEAT,),
    answer_until=date(2026, 12, 1),
    asked_by="licenses@acme.example",
)


def settings_for(port: int, **more: Any) -> Settings:
    given = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_tls": "none", "mail_sender": "sfsam@acme.example"}
    return Settings(**{**given, **more})


@pytest.fixture(scope="module")
def server() -> Iterator[MailServer]:
    with mail_server() as running:
        yield running


def send(server: MailServer, to: str, **more: Any) -> None:
    with SmtpMail(settings_for(server.port, **more)).open() as letterbox:
        letterbox.send(QUESTION.model_copy(update={"to": to}), "m1")


def test_a_question_arrives_as_text_and_html_with_its_links_and_nothing_of_a_name_as_markup(server: MailServer) -> None:
    send(server, "anna@acme.example")
    mail = server.mails[-1]
    text, html = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))  # type: ignore[union-attr]
    assert mail["Subject"] == "Do you still need Salesforce?"
    assert mail["Reply-To"] == "licenses@acme.example"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert KEEP in text and f'href="{KEEP}"' in html
    assert "not used for 143 days" in text and "Not used for 143 days" in html and "1 December 2026" in html
    assert "&lt;b&gt;Lindqvist" in html and "<b>Lind" not in html
    assert "prefers-color-scheme: dark" in html and "<script" not in html and "src=" not in html


def test_a_digest_lists_every_decision(server: MailServer) -> None:
    pending = PendingKeep(
        person="Anna",
        license="Salesforce",
        org="Production",
        reason="Quarter end <soon>",
        worth="€1,488",
        approve_url=KEEP,
        reject_url=KEEP + "/no",
    )
    other = pending.model_copy(update={"person": "Marek"})
    digest = Digest(to="boss@acme.example", pending=(pending, other), all_url=KEEP + "/all", kept_days=180)
    mail = rendered(digest, sender="sfsam@acme.example", message_id="m2")
    html = mail.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert mail["Subject"] == "2 people want to keep Salesforce: your decision"
    assert html.count("Take back") == 2 and "Let all 2 keep theirs" in html
    assert "Quarter end &lt;soon&gt;" in html and "€1,488 a year" in html


@pytest.mark.parametrize(
    "address",
    [
        "a@b.example\r\nBcc: all@acme.example",
        "a@b.example, c@d.example",
        "<a@b.example>",
        "a b@c.example",
        "jö@b.example",
        "",
    ],
)
def test_an_address_that_could_be_more_than_one_is_refused(address: str) -> None:
    with pytest.raises(MailRefused):
        rendered(Trial(to=address, base_url="https://x.example"), sender="sfsam@acme.example", message_id="m")


@pytest.mark.parametrize(
    ("answer", "error", "said"),
    [
        ("550 5.1.1 <gone@acme.example> unknown", MailRefused, "550 5.1.1"),
        ("450 4.2.1 try later", MailUnavailable, "450 4.2.1"),
        ("DATA:554 5.7.1 spam gone@acme.example", MailRefused, "554 5.7.1"),
        ("DATA:drop", OutcomeUnknown, ""),
    ],
)
def test_each_refusal_is_told_apart_names_no_address_and_the_next_mail_still_goes(
    server: MailServer, answer: str, error: type[SfsamError], said: str
) -> None:
    server.answers["gone@acme.example"] = answer
    with SmtpMail(settings_for(server.port)).open() as letterbox:
        with pytest.raises(error) as refused:
            letterbox.send(QUESTION.model_copy(update={"to": "gone@acme.example"}), "m3")
        letterbox.send(QUESTION.model_copy(update={"to": "next@acme.example"}), "m4")
    assert refused.value.said == said
    assert "gone@" not in str(refused.value) + refused.value.said
    assert server.recipients[-1] == "next@acme.example"


def test_without_a_server_nothing_is_sent_and_a_dead_one_is_told_as_such(unused_port: int) -> None:
    with pytest.raises(MailNotPossible, match="SFSAM_SMTP_HOST"), SmtpMail(Settings()).open():
        pass
    with pytest.raises(MailUnavailable), SmtpMail(settings_for(unused_port)).open():
        pass


@pytest.mark.parametrize("way", ["starttls", "implicit"])
def test_the_way_is_encrypted_and_the_password_is_said_on_it_only(
    tmp_path: Path, way: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    files = write_certificates(tmp_path, datetime(2026, 11, 24))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(files.certificate_file, files.key_file)
    with mail_server(tls, is_implicit=way == "implicit") as server:
        secure = {"smtp_tls": way, "smtp_user": USER, "smtp_host": "localhost"}
        send(server, "anna@acme.example", smtp_password=PASSWORD, ca_file=files.ca_file, **secure)
        assert server.recipients == ["anna@acme.example"]
        assert server.log_ins == 1
        with pytest.raises(MailNotPossible, match="password"):
            send(server, "anna@acme.example", smtp_password="wrong", ca_file=files.ca_file, **secure)
        with pytest.raises(MailNotPossible, match="certificate"):
            send(server, "anna@acme.example", smtp_password=PASSWORD, **secure)
    assert PASSWORD not in caplog.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"smtp_host": "mail.acme.example", "smtp_tls": "none"},
        {"mail_sender": "a@b.example\nBcc: c@d.example"},
        {"webhook_url": "http://chat.acme.example/hook"},
    ],
)
def test_settings_that_would_give_something_away_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        Settings(**wrong)  # type: ignore[arg-type]


@pytest.fixture
def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
    return port
