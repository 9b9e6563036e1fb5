"""Telling a chat what happened: JSON to one address, signed, from a thread of its own.

Signature and headers follow Standard Webhooks (https://www.standardwebhooks.com): `webhook-id`, `webhook-timestamp`
(seconds), and `webhook-signature: v1,BASE64(HMAC-SHA256(secret, "id.timestamp.body"))`. The field `text` is what Slack,
Mattermost and Microsoft Teams show.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import queue
import threading
from calendar import timegm

import httpx
import orjson

from sfsam.config import Settings
from sfsam.domain.identifiers import new_id
from sfsam.domain.letters import Announcement
from sfsam.ports import Clock

_SECONDS = 10.0
_PAUSES_SECONDS = (1.0, 5.0, 30.0, 120.0)  # before each further try
_MOST_WAITING = 100
_TOO_MANY = 429
_SERVER_ERROR = 500

log = logging.getLogger(__name__)


class HttpWebhook:
    """Announces to the address of the settings; fits ports.Webhook. The thread begins with the first announcement."""

    def __init__(self, settings: Settings, clock: Clock, *, pauses: tuple[float, ...] = _PAUSES_SECONDS) -> None:
        self._url = settings.webhook_url.get_secret_value() if settings.webhook_url else ""
        self._secret = settings.webhook_secret.get_secret_value() if settings.webhook_secret else ""
        self._clock = clock
        self._pauses = pauses
        self._waiting: queue.Queue[Announcement | None] = queue.Queue(_MOST_WAITING)
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def is_set(self) -> bool:
        return bool(self._url)

    def announce(self, announcement: Announcement) -> None:
        """Hand it over; when a hundred wait already, it is left out and logged."""
        if not self.is_set or self._closing.is_set():
            return
        try:
            self._waiting.put_nowait(announcement)
        except queue.Full:
            log.warning("the webhook is too slow; %s is left out", announcement.event)
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="webhook", daemon=True)
            self._thread.start()

    def close(self, seconds: float = 3.0) -> None:
        """Send what waits, without further tries, for so long at most."""
        self._closing.set()
        if self._thread is not None:
            self._waiting.put(None)
            self._thread.join(seconds)

    def _work(self) -> None:
        with httpx.Client(timeout=_SECONDS) as client:
            while (announcement := self._waiting.get()) is not None:
                self._deliver(client, announcement)

    def _deliver(self, client: httpx.Client, announcement: Announcement) -> None:
        body = orjson.dumps({"text": announcement.text, "event": announcement.event, "data": announcement.data})
        message_id = new_id()
        for pause in (*self._pauses, None):
            if self._is_taken(client, body, message_id, announcement.event):
                return
            if pause is None or self._closing.wait(pause):
                log.warning("the webhook did not take %s", announcement.event)
                return

    def _is_taken(self, client: httpx.Client, body: bytes, message_id: str, event: str) -> bool:
        """Whether this is done with: taken, or refused for good."""
        try:
            answer = client.post(self._url, content=body, headers=self._headers(body, message_id))
        except httpx.HTTPError as trouble:
            log.info("the webhook does not answer (%s)", type(trouble).__name__)
            return False
        if answer.status_code >= _SERVER_ERROR or answer.status_code == _TOO_MANY:
            return False
        if not answer.is_success:
            log.warning("the webhook refused %s with status %s", event, answer.status_code)
        return True

    def _headers(self, body: bytes, message_id: str) -> dict[str, str]:
        moment = str(timegm(self._clock.now().timetuple()))
        headers = {"content-type": "application/json", "webhook-id": message_id, "webhook-timestamp": moment}
        if self._secret:
            signed = f"{message_id}.{moment}.".encode() + body
            digest = hmac.new(self._secret.encode(), signed, hashlib.sha256).digest()
            headers["webhook-signature"] = f"v1,{base64.b64encode(digest).decode()}"
        return headers
