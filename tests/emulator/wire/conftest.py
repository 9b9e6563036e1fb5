"""Two fake orgs behind the real listeners, in a thread of the test process."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

import httpx
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from sfsam.emulator.clock import real_now
from sfsam.emulator.org import Org
from sfsam.emulator.run import ready_line
from sfsam.emulator.wire.certificates import ServerFiles, write_certificates
from sfsam.emulator.wire.host import OrgHost
from sfsam.emulator.wire.ports import listen
from sfsam.emulator.wire.serving import Listeners, apps_of, serve_apps
from tests.emulator.wire.fake_org import FakeOrg

VERSION = "v66.0"


@dataclass
class Served:
    """A running org: where it is, what it printed, and the fake behind it."""

    line: dict[str, Any]
    ready: dict[str, Any]
    org: FakeOrg
    client: httpx.Client

    @property
    def data(self) -> str:
        return f"/services/data/{VERSION}"

    def side_door(self, method: str, name: str, content: Any = None) -> Any:
        response = httpx.request(method, f"{self.line['base_url']}/_emulator/{name}", json=content)
        assert response.status_code < 300, response.text
        return response.json() if response.content else None


class Switch:
    """An ASGI app that hands every request to the app of the test that runs."""

    target: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.target(scope, receive, send)


@dataclass
class Address:
    """Listeners that stay open from test to test."""

    switches: list[Switch]
    listeners: Listeners
    files: ServerFiles


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Address]:
    """Real listeners for two orgs and their login host, on a thread of the test process."""
    files = write_certificates(tmp_path_factory.mktemp("tls"), real_now())
    address = Address([Switch() for _ in range(3)], Listeners(*listen(0, None, 3)), files)
    loop, stop, ready = asyncio.new_event_loop(), asyncio.Event(), threading.Event()
    serving = serve_apps(address.switches, address.listeners, files, stop, ready.set)
    thread = threading.Thread(target=loop.run_until_complete, args=(serving,))
    thread.start()
    assert ready.wait(10)
    yield address
    loop.call_soon_threadsafe(stop.set)
    thread.join(10)
    loop.close()


@pytest.fixture
def orgs(address: Address) -> Iterator[list[Served]]:
    """Two new orgs; each client carries the administrator's session."""
    fakes = [FakeOrg(0), FakeOrg(1)]
    hosts = tuple(OrgHost(cast("Org", fake), address.listeners.ports(fake.index)) for fake in fakes)
    for switch, app in zip(address.switches, apps_of(hosts), strict=True):
        switch.target = app
    line = ready_line(hosts, f"http://127.0.0.1:{address.listeners.ports(2)['http']}", address.files)
    served = [_served(entry, line, fake) for entry, fake in zip(line["orgs"], fakes, strict=True)]
    yield served
    for each in served:
        each.client.close()


@pytest.fixture
def org(orgs: list[Served]) -> Served:
    """The first of the two."""
    return orgs[0]


def _served(entry: dict[str, Any], ready: dict[str, Any], fake: FakeOrg) -> Served:
    headers = {"authorization": f"Bearer {entry['access_token']}"}
    return Served(entry, ready, fake, httpx.Client(base_url=entry["base_url"], headers=headers))
