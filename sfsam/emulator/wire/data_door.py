"""The part of the side door that arranges an org's data: switches, blockers, licenses, and the truth about people."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from sfsam.emulator.wire.host import OrgHost
from sfsam.emulator.wire.replies import empty_reply, json_reply


def behavior(host: OrgHost, request: Request, content: Any) -> Response:
    """Every switch of `emulator/behavior.py`."""
    return json_reply(host.org.behavior.as_dict())


def change_behavior(host: OrgHost, request: Request, content: Any) -> Response:
    """`{switch: value}`."""
    host.org.behave(**content)
    host.callers.forget()
    return behavior(host, request, content)


def block(host: OrgHost, request: Request, content: Any) -> Response:
    """`{"username", "kind"?, "message"?, "code"?}`."""
    host.org.arranging.block(**content)
    return empty_reply()


def unblock(host: OrgHost, request: Request, content: Any) -> Response:
    """`{"username"}`."""
    host.org.arranging.unblock(**content)
    return empty_reply()


def set_license(host: OrgHost, request: Request, content: Any) -> Response:
    """`{"kind", "name", "total"?, "counts_inactive"?}`."""
    host.org.arranging.set_license(**content)
    return empty_reply()


def labels(host: OrgHost, request: Request, content: Any) -> Response:
    """What the generator knows of each person."""
    return json_reply(host.org.arranging.labels())
