"""The webhook over a real socket: signed, tried again, and nobody waits for it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from sfsam.config import Settings
from sfsam.domain.letters import Announcement
from sfsam.mail import HttpWebhook
from tests.fakes.clock import FakeClock

TOLD = Announcement(event="reclaim.finished", text="3 seats are free.", data={"seats_freed": 3})


class Chat:
    """Keeps what it is told, and answers as the test says."""

    def __init__(self) -> None:
        self.answers: list[int] = []
        self.told: list[tuple[dict[str, str], bytes]] = []
        chat = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                chat.told.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(chat.answers.pop(0) if chat.answers else 204)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/hook/s3cret-path"


@pytest.fixture
def chat() -> Iterator[Chat]:
    running = Chat()
    yield running
    running.server.shutdown()
    running.server.server_close()


def told_by(chat: Chat, *, times: int = 1) -> None:
    settings = Settings(webhook_url=chat.url, webhook_secret="k3y")  # type: ignore[arg-type]
    webhook = HttpWebhook(settings, FakeClock(), pauses=(0.0, 0.0))
    for _ in range(times):
        webhook.announce(TOLD)
    webhook.close(10)


def test_what_is_told_is_signed_as_standard_webhooks_says(chat: Chat) -> None:
    told_by(chat)
    [(headers, body)] = chat.told
    assert json.loads(body) == {"text": TOLD.text, "event": TOLD.event, "data": {"seats_freed": 3}}
    assert headers["webhook-timestamp"] == "1795521600"  # 24 November 2026, 12:00 UTC
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    digest = hmac.new(b"k3y", signed, hashlib.sha256).digest()
    assert headers["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"


def test_only_trouble_at_the_other_end_is_tried_again(chat: Chat, caplog: pytest.LogCaptureFixture) -> None:
    settings = Settings(webhook_url=chat.url)  # type: ignore[arg-type]
    webhook = HttpWebhook(settings, FakeClock(), pauses=(0.0, 0.0))
    chat.answers = [503, 429, 204, 400]
    webhook.announce(TOLD)
    webhook.announce(TOLD)
    waited = threading.Event()
    while len(chat.told) < 4 and not waited.wait(0.01):
        pass
    webhook.close(10)
    assert [body for _, body in chat.told] == [chat.told[0][1]] * 4
    assert len({headers["webhook-id"] for headers, _ in chat.told}) == 2
    assert "webhook-signature" not in chat.told[0][0]
    assert "status 400" in caplog.text and "s3cret-path" not in caplog.text


def test_where_none_is_set_or_nobody_answers_nothing_waits_and_nothing_fails() -> None:
    HttpWebhook(Settings(), FakeClock()).announce(TOLD)
    settings = Settings(webhook_url="http://127.0.0.1:9/hook")  # type: ignore[arg-type]
    webhook = HttpWebhook(settings, FakeClock(), pauses=(60.0,))
    for _ in range(200):
        webhook.announce(TOLD)
    webhook.close(10)
