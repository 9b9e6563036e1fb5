"""The record of every request to create, update or delete records, in the order of arrival."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import orjson
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sfsam.emulator.clock import OrgClock
from sfsam.emulator.org import Change, RowResult
from sfsam.emulator.wire.write_detection import is_write, may_write

LOG_ENTRY = "practice_org.log_entry"
"""The key of the scope under which a write handler finds its log entry."""


@dataclass
class LogEntry:
    """One request that writes; `status` is None until an answer has left (it may never)."""

    at: str
    method: str
    path: str
    body: Any
    status: int | None = None
    answer: Any = None
    changes: list[Change] = field(default_factory=list)

    def add(self, results: Sequence[RowResult]) -> None:
        """Note what the org did with each row, as soon as it has done it."""
        self.changes.extend(change for result in results for change in result.changes)

    def undo(self, since: int, code: str) -> None:
        """Note that everything from change number `since` on was undone, for the reason `code`."""
        undone = [replace(c, result=code) if c.result == "changed" else c for c in self.changes[since:]]
        self.changes[since:] = undone


class RequestLog:
    """All entries of one org."""

    def __init__(self, clock: OrgClock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._entries: list[LogEntry] = []

    def begin(self, method: str, path: str, body: bytes) -> LogEntry:
        """Open an entry when the request has arrived whole."""
        at = self._clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        entry = LogEntry(at, method, path, _parsed(body))
        with self._lock:
            self._entries.append(entry)
        return entry

    def as_list(self) -> list[dict[str, Any]]:
        """The entries as the side door shows them."""
        with self._lock:
            return [asdict(entry) for entry in self._entries]


class LogWrites:
    """ASGI middleware that keeps the log; reads pass through untouched."""

    def __init__(self, app: ASGIApp, log: RequestLog) -> None:
        self._app = app
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Log a write with its body and with the answer that really left."""
        if scope["type"] != "http" or not may_write(scope["method"], scope["path"]):
            await self._app(scope, receive, send)
            return
        body = await _read(receive)
        query = _query(scope)
        if not is_write(scope["method"], scope["path"], query, body):
            await self._app(scope, _replay(body, receive), send)
            return
        entry = self._log.begin(scope["method"], scope["path"] + (f"?{query}" if query else ""), body)
        scope[LOG_ENTRY] = entry
        # The answers of writes are small: sent plain, they can be read here.
        del MutableHeaders(scope=scope)["accept-encoding"]
        sent = bytearray()

        async def keep(message: Message) -> None:
            if message["type"] == "http.response.start":
                entry.status = message["status"]
            else:
                sent.extend(message.get("body", b""))
                entry.answer = _parsed(bytes(sent))
            await send(message)

        await self._app(scope, _replay(body, receive), keep)


def _query(scope: Scope) -> str:
    return bytes(scope["query_string"]).decode("latin-1")


def _parsed(body: bytes) -> Any:
    if not body:
        return None
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return body.decode("utf-8", "replace")


async def _read(receive: Receive) -> bytes:
    body = bytearray()
    while (message := await receive())["type"] == "http.request":
        body.extend(message.get("body", b""))
        if not message.get("more_body", False):
            break
    return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body once more and then what really comes."""
    first: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return first.pop() if first else await receive()

    return again
