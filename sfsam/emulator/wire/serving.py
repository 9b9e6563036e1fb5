"""The listeners of all orgs in one process and one event loop."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import uvicorn
from starlette.types import ASGIApp

from sfsam.emulator.wire.certificates import ServerFiles
from sfsam.emulator.wire.connection import CuttableProtocol
from sfsam.emulator.wire.host import OrgHost
from sfsam.emulator.wire.server import login_app, org_app

_GRACE_SECONDS = 1
_KEEP_ALIVE_SECONDS = 75
"""Longer than clients keep an idle connection, so that none sends a request into a closing one."""

_LARGEST_HEAD = 65_536
"""Room for the 16,384 bytes that Salesforce allows, so that we answer 414 and 431 ourselves."""


@dataclass(frozen=True)
class Listeners:
    """Sockets by position: org 0, org 1 and so on, the common login host last."""

    http: list[socket.socket]
    https: list[socket.socket]

    def ports(self, position: int) -> dict[str, int]:
        """The ports at a position, by scheme."""
        return {
            "http": int(self.http[position].getsockname()[1]),
            "https": int(self.https[position].getsockname()[1]),
        }


def apps_of(hosts: tuple[OrgHost, ...]) -> list[ASGIApp]:
    """What answers at each position: every org, then the common login host."""
    return [*(org_app(host) for host in hosts), login_app(hosts)]


async def serve_apps(
    apps: Sequence[ASGIApp],
    listeners: Listeners,
    files: ServerFiles,
    stop: asyncio.Event,
    on_ready: Callable[[], None],
) -> None:
    """Serve until `stop` is set; `on_ready` is called as soon as every listener answers."""
    servers: list[tuple[uvicorn.Server, socket.socket]] = []
    for app, plain, tls in zip(apps, listeners.http, listeners.https, strict=True):
        servers += [(_server(app, None), plain), (_server(app, files), tls)]
    running = asyncio.gather(*(server.serve(sockets=[listener]) for server, listener in servers))
    while not all(server.started for server, _ in servers) and not running.done():
        await asyncio.sleep(0.01)
    if not running.done():
        on_ready()
        await stop.wait()
        for server, _ in servers:
            server.should_exit = True
    await running


class _QuietServer(uvicorn.Server):
    """A uvicorn server that leaves the signals to us, because several share one process."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def _server(app: ASGIApp, tls: ServerFiles | None) -> _QuietServer:
    """One listener's server. The Date header is the org's, so uvicorn sends none."""
    return _QuietServer(
        uvicorn.Config(
            app,
            http=CuttableProtocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            date_header=False,
            server_header=False,
            timeout_keep_alive=_KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=_GRACE_SECONDS,
            h11_max_incomplete_event_size=_LARGEST_HEAD,
            ssl_certfile=tls.certificate_file if tls else None,
            ssl_keyfile=tls.key_file if tls else None,
        )
    )
