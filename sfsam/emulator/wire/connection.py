"""Connections that can be cut: what a fault needs and ASGI does not offer."""

from __future__ import annotations

import asyncio

from starlette.types import Receive, Scope
from uvicorn.protocols.http.h11_impl import H11Protocol

_TRANSPORT = "practice_org.transport"


class CuttableProtocol(H11Protocol):
    """uvicorn's HTTP protocol that puts its transport into the state of each request's scope."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Remember the transport for `cut_connection`."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, _TRANSPORT: transport}

    def shutdown(self) -> None:
        """Drop an idle connection at once: a polite TLS good-bye would wait for the client's."""
        if self.cycle is None or self.cycle.response_complete:
            self.transport.abort()
        else:
            super().shutdown()


async def cut_connection(scope: Scope, receive: Receive, *, at_once: bool) -> None:
    """Close the connection under a request; `at_once` drops bytes that have not left yet."""
    transport: asyncio.Transport = scope["state"][_TRANSPORT]
    if at_once:
        transport.abort()
    else:
        transport.close()
    while (await receive())["type"] != "http.disconnect":
        pass
