"""Serve practice orgs: what the command `emulator` does."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from sfsam.emulator.clock import real_now
from sfsam.emulator.org import build_orgs
from sfsam.emulator.wire.certificates import ServerFiles, write_certificates
from sfsam.emulator.wire.client_app import SCOPES
from sfsam.emulator.wire.host import OrgHost
from sfsam.emulator.wire.ports import LOOPBACK, PortBusy, listen
from sfsam.emulator.wire.serving import Listeners, apps_of, serve_apps

EXIT_TRY_LATER = 75
EXIT_CHANGE_A_SETTING = 78


def serve(
    port: int,
    tls_port: int | None = None,
    users: int = 2_000,
    seed: int = 1,
    orgs: int = 1,
    now: datetime | None = None,
    scenario: str | None = None,
) -> int:
    """Serve `orgs` practice orgs on 127.0.0.1 until SIGINT or SIGTERM.

    Org k listens on port + k and tls_port + k, the common login host on the next one. One JSON line on
    stdout says where, as soon as every port answers. Returns the exit code: 0 when ended by a signal,
    75 when no free ports were found, 78 when a given port is taken or the scenario is unknown.
    """
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    if now is not None and now.tzinfo is None:
        now = now.replace(tzinfo=UTC)
    try:
        listeners = Listeners(*listen(port, tls_port, orgs + 1))
        built = build_orgs(orgs, users, seed, now, scenario)
    except PortBusy as error:
        sys.stderr.write(f"The practice org cannot start: {error}\n")
        return EXIT_CHANGE_A_SETTING if error.port else EXIT_TRY_LATER
    except ValueError as error:
        sys.stderr.write(f"The practice org cannot start: {error}\n")
        return EXIT_CHANGE_A_SETTING
    except KeyboardInterrupt:
        return 0
    hosts = tuple(OrgHost(org, listeners.ports(org.index)) for org in built)
    with tempfile.TemporaryDirectory(prefix="practice-org-") as folder:
        files = write_certificates(Path(folder), real_now())
        asyncio.run(_serve_until_signal(hosts, listeners, files))
    return 0


async def _serve_until_signal(hosts: tuple[OrgHost, ...], listeners: Listeners, files: ServerFiles) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)

    def say_ready() -> None:
        login_url = _url("http", listeners.ports(len(hosts)))
        sys.stdout.write(orjson.dumps(ready_line(hosts, login_url, files)).decode() + "\n")
        sys.stdout.flush()

    await serve_apps(apps_of(hosts), listeners, files, stop, say_ready)


def ready_line(hosts: tuple[OrgHost, ...], login_url: str, files: ServerFiles) -> dict[str, Any]:
    """What is printed when every port answers: where the orgs are, and how to get in."""
    entries = [_entry(host, login_url) for host in hosts]
    return {
        "base_url": entries[0]["base_url"],
        "tls_url": entries[0]["tls_url"],
        "ca_file": str(files.ca_file),
        "orgs": entries,
    }


def _entry(host: OrgHost, login_url: str) -> dict[str, str]:
    """One org of the ready line, with a living session and approval of its administrator."""
    org = host.org
    refresh = host.tokens.issue_refresh(org.admin_user_id, host.app.client_id, SCOPES)
    refresh.is_shared = True
    access = host.tokens.issue_access(org.admin_user_id, host.app.client_id, SCOPES, refresh.value)
    return {
        "org_id": org.org_id,
        "name": org.name,
        "base_url": _url("http", host.ports),
        "tls_url": _url("https", host.ports),
        "login_url": login_url,
        "client_id": host.app.client_id,
        "client_secret": host.app.client_secret,
        "admin_username": org.admin_username,
        "admin_password": org.admin_password,
        "admin_user_id": org.admin_user_id,
        "access_token": access.value,
        "refresh_token": refresh.value,
    }


def _url(scheme: str, ports: dict[str, int]) -> str:
    return f"{scheme}://{LOOPBACK}:{ports[scheme]}"
