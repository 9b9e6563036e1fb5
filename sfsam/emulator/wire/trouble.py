"""ASGI middleware that makes the ordered faults happen."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sfsam.emulator.errors import SalesforceError
from sfsam.emulator.wire.connection import cut_connection
from sfsam.emulator.wire.faults import Fault, Faults, Hold
from sfsam.emulator.wire.metering import limit_exceeded
from sfsam.emulator.wire.replies import error_reply, json_reply

LOCKED_ROWS = "practice_org.locked_rows"
"""The key of the scope that tells a write handler to refuse every row (fault lock_row)."""

_GATEWAY_PAGE = "<html><head><title>{0}</title></head><body><h1>Service Unavailable</h1></body></html>"


class MakeTrouble:
    """Lets a request meet the fault that was ordered for it; all others pass."""

    def __init__(self, app: ASGIApp, faults: Faults, expire_token: Callable[[str], Any]) -> None:
        self._app = app
        self._faults = faults
        self._expire_token = expire_token
        self._by_kind: dict[str, Callable[[Fault, Scope, Receive, Send], Awaitable[None]]] = {
            "status": self._answer_instead,
            "html": self._answer_instead,
            "limit": self._answer_instead,
            "slow": self._hold,
            "timeout": self._hold,
            "drop": self._drop,
            "truncate": self._truncate,
            "expire_token": self._expire,
            "lock_row": self._lock_rows,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take the request's fault and make it happen."""
        fault = None
        if scope["type"] == "http":
            query = bytes(scope["query_string"]).decode("latin-1")
            fault = self._faults.take(scope["method"], scope["path"], query)
        if fault is None:
            await self._app(scope, receive, send)
        else:
            await self._by_kind[fault.kind](fault, scope, receive, send)

    async def _answer_instead(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        if fault.is_after:
            await self._app(scope, receive, _nowhere)
        await _faulty_answer(fault, scope["path"])(scope, receive, send)

    async def _hold(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        # Who sees that it is held may rely on it: the org has acted by now, or will do so after.
        answer = await self._collect(scope, receive) if fault.is_after else []
        hold = self._faults.hold(scope["method"], scope["path"])
        try:
            released = await _released(hold, fault.hold_seconds)
            if fault.kind == "timeout" and not released:
                await cut_connection(scope, receive, at_once=True)
            elif fault.is_after:
                for message in answer:
                    await send(message)
            else:
                await self._app(scope, receive, send)
        finally:
            self._faults.let_go(hold)

    async def _drop(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        if fault.is_after:
            await self._app(scope, receive, _nowhere)
        await cut_connection(scope, receive, at_once=True)

    async def _truncate(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        # Plain, so that half of the bytes is half of the rows.
        del MutableHeaders(scope=scope)["accept-encoding"]
        start, *parts = await self._collect(scope, receive)
        body = b"".join(part.get("body", b"") for part in parts)
        half = body[: len(body) // 2]
        headers = MutableHeaders(raw=list(start["headers"]))
        headers["content-length"] = str(len(half) if fault.silent else len(body))
        await send({**start, "headers": headers.raw})
        await send({"type": "http.response.body", "body": half, "more_body": not fault.silent})
        if not fault.silent:
            await cut_connection(scope, receive, at_once=False)

    async def _expire(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        _, _, token = Headers(scope=scope).get("authorization", "").partition(" ")
        self._expire_token(token)
        await self._app(scope, receive, send)

    async def _lock_rows(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        scope[LOCKED_ROWS] = True
        await self._app(scope, receive, send)

    async def _collect(self, scope: Scope, receive: Receive) -> list[Message]:
        answer: list[Message] = []

        async def keep(message: Message) -> None:
            answer.append(message)

        await self._app(scope, receive, keep)
        return answer


def _faulty_answer(fault: Fault, path: str) -> Response:
    """What a gateway, the REST layer or the token endpoint says when it is in trouble."""
    if fault.kind == "html":
        status = fault.status or 503
        return HTMLResponse(_GATEWAY_PAGE.format(status), status)
    if fault.kind == "limit":
        return error_reply([limit_exceeded()])
    code = fault.error_code or "UNKNOWN_EXCEPTION"
    message = fault.message or "An unexpected error occurred."
    if path.lower().startswith("/services/oauth2/"):
        return json_reply({"error": code, "error_description": message}, fault.status or 400)
    return error_reply([SalesforceError(fault.status or 500, code, message)])


async def _released(hold: Hold, seconds: float) -> bool:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await hold.release.wait()
    return hold.release.is_set()


async def _nowhere(message: Message) -> None:
    """Swallow an answer that the client shall not see."""
