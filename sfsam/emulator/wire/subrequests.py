"""Requests inside a request: what composite, batch and graph are made of (Salesforce fact sheet 2.7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

import orjson
from starlette.requests import Request
from starlette.routing import Match

from sfsam.emulator.errors import not_found
from sfsam.emulator.org import SalesforceError
from sfsam.emulator.wire.replies import error_reply
from sfsam.emulator.wire.resource import Call, Resource, respond

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_DROPPED_HEADERS = (b"content-type", b"content-length", b"accept-encoding", b"if-modified-since")


@dataclass(frozen=True)
class Subrequest:
    """One part: `url` begins with /services/data/vXX.0."""

    method: str
    url: str
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SubAnswer:
    """What a part was answered; `body` is parsed, None when there is none."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def failed(self) -> bool:
        """Whether the part as a whole was refused."""
        return self.status >= 400


def perform(call: Call, resources: Sequence[Resource], part: Subrequest) -> SubAnswer:
    """Let the resource that `part` names answer it, on behalf of the call's user and as part of its log entry."""
    address = urlsplit(part.url)
    headers = [(name, value) for name, value in call.request.headers.raw if name.lower() not in _DROPPED_HEADERS]
    headers.append((b"content-type", b"application/json"))
    headers += [(name.lower().encode(), str(value).encode()) for name, value in part.headers.items()]
    scope = {
        **call.request.scope,
        "method": part.method,
        "path": unquote(address.path),
        "query_string": address.query.encode(),
        "headers": headers,
    }
    body = b"" if part.body is None else orjson.dumps(part.body)
    try:
        response = respond(call.host, _find(resources, scope), Request(scope), body, call.caller)
    except SalesforceError as error:
        response = error_reply([error])
    content = bytes(response.body)
    told = {"Location": response.headers["location"]} if "location" in response.headers else {}
    return SubAnswer(response.status_code, orjson.loads(content) if content else None, told)


def _find(resources: Sequence[Resource], scope: dict[str, Any]) -> Resource:
    """The resource at the scope's path, whose variable parts are put into the scope. Raises NOT_FOUND."""
    for each in resources:
        match, found = each.matches(scope)
        if match is Match.FULL:
            scope.update(found)
            return each
    raise not_found()
