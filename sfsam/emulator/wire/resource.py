"""A data resource: a path, its handlers by method, and everything that is checked before they run."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from sfsam.emulator.errors import not_found
from sfsam.emulator.org import Caller, Org, SalesforceError
from sfsam.emulator.wire.host import OrgHost
from sfsam.emulator.wire.replies import compressed, error_reply
from sfsam.emulator.wire.versions import VERSIONS

_LONGEST_URI = 16_384
_TOO_LONG = "<html><head><title>Error</title></head><body><h1>{}</h1></body></html>"


@dataclass(frozen=True)
class Call:
    """An admitted data call: who asks, in which version, with what."""

    host: OrgHost
    request: Request
    body: bytes
    version: str
    caller: Caller

    @property
    def org(self) -> Org:
        """The org that is asked."""
        return self.host.org

    @property
    def path(self) -> dict[str, str]:
        """The variable parts of the path."""
        return self.request.path_params

    @property
    def root(self) -> str:
        """The version's root, as relative links name it."""
        return f"/services/data/v{self.version}"

    def parameter(self, name: str) -> str | None:
        """A query parameter."""
        return self.request.query_params.get(name)

    def json(self) -> Any:
        """The body. Raises 415 for another content type and JSON_PARSER_ERROR for what is no JSON object."""
        content_type = self.request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if content_type != "application/json":
            raise SalesforceError(415, "UNSUPPORTED_MEDIA_TYPE", f"Content-Type header not supported: {content_type}")
        try:
            content = orjson.loads(self.body)
        except orjson.JSONDecodeError as error:
            raise SalesforceError(400, "JSON_PARSER_ERROR", str(error)) from error
        if not isinstance(content, dict):
            raise SalesforceError(400, "JSON_PARSER_ERROR", "The HTTP entity body must be a JSON object")
        return content


Handler = Callable[[Call], Response]


class PlainRoute(Route):
    """A route that does not mind case or a trailing slash (Salesforce fact sheet 7.0)."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, endpoint, **options)
        self.path_regex = re.compile(self.path_regex.pattern.removesuffix("$") + "/?$", re.IGNORECASE)


class Resource(PlainRoute):
    """A route below `/services/data/vXX.0`; `name` is what the call is counted as, `handlers` by method."""

    def __init__(self, host: OrgHost, path: str, name: str, handlers: dict[str, Handler]) -> None:
        async def endpoint(request: Request) -> Response:
            body = await request.body()
            response = await run_in_threadpool(_answer, host, self, request, body)
            if pause := host.settings.seconds_of(name):
                await asyncio.sleep(pause * _pages(host, response))
            return response

        super().__init__(f"/services/data/v{{version}}{path}", endpoint, methods=_EVERY_METHOD)
        self.resource_name = name
        self.handlers = handlers


def _pages(host: OrgHost, response: Response) -> int:
    """How many result pages an answer is as long as: a client that asks for all rows in one waits for all of them."""
    rows = int(response.headers.get("sforce-numberofrecords", 0))
    return max(1, -(-rows // host.settings.bulk_page_rows))


def resource(host: OrgHost, path: str, name: str, **handlers: Handler) -> Resource:
    """A resource with its handlers by method."""
    return Resource(host, path, name, handlers)


def respond(host: OrgHost, found: Resource, request: Request, body: bytes, caller: Caller) -> Response:
    """What the resource answers an admitted caller. Raises SalesforceError."""
    version = request.path_params["version"]
    if version not in VERSIONS:
        raise not_found()
    return _handler_for(found.handlers, request)(Call(host, request, body, version, caller))


_EVERY_METHOD = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def _answer(host: OrgHost, found: Resource, request: Request, body: bytes) -> Response:
    if too_long := _too_long(request):
        return too_long
    try:
        caller = _authenticate(host, request)
        host.meter.count_call(found.resource_name)
        _check_accept(request)
        response = respond(host, found, request, body, caller)
    except SalesforceError as error:
        response = error_reply([error])
    if response.status_code != 401:
        response.headers["sforce-limit-info"] = host.meter.limit_info()
    return compressed(request, response)


def _authenticate(host: OrgHost, request: Request) -> Caller:
    """The user behind the session, allowed to use the API (Salesforce fact sheet 1.9, 2.8)."""
    header = request.headers.get("authorization")
    if header is None:
        raise _session_over()
    kind, _, value = header.partition(" ")
    if kind not in ("Bearer", "OAuth") or not value.strip():
        raise SalesforceError(401, "INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE")
    token = host.tokens.use_access(value.strip())
    caller = host.living_caller(token.user_id) if token else None
    if token is None or caller is None:
        raise _session_over()
    if not {"api", "full"} & set(token.scopes):
        raise SalesforceError(401, "INVALID_SESSION_ID", "This session is not valid for use with the REST API")
    if not caller.may("ApiEnabled"):
        raise SalesforceError(403, "API_DISABLED_FOR_ORG", "The REST API is not enabled for this Organization.")
    return caller


def _session_over() -> SalesforceError:
    return SalesforceError(401, "INVALID_SESSION_ID", "Session expired or invalid")


def _check_accept(request: Request) -> None:
    """This org speaks JSON and CSV; a client that takes XML alone cannot be served."""
    accept = request.headers.get("accept", "*/*").lower()
    if not any(kind in accept for kind in ("*/*", "application/*", "json", "csv", "text/*")):
        raise SalesforceError(406, "NOT_ACCEPTABLE", f"Accept header not supported: {accept}")


def _handler_for(handlers: dict[str, Handler], request: Request) -> Handler:
    """The handler by method; a POST may ask for another one by `_HTTP_METHOD` (fact sheet 2.5)."""
    method = request.method
    if method == "POST":
        method = request.query_params.get("_HTTP_METHOD", "POST").upper()
    handler = handlers.get("GET" if method == "HEAD" else method)
    if handler is None:
        allowed = ",".join(["GET", "HEAD"] if list(handlers) == ["GET"] else handlers)
        raise SalesforceError(405, "METHOD_NOT_ALLOWED", f"HTTP Method '{method}' not allowed. Allowed are {allowed}")
    return handler


def _too_long(request: Request) -> Response | None:
    """The edge's limits on the address and on address plus headers (Salesforce fact sheet 2.2)."""
    address = len(request.scope["raw_path"]) + len(request.scope["query_string"]) + 1
    headers = sum(len(name) + len(value) + 4 for name, value in request.headers.raw)
    if address > _LONGEST_URI:
        return HTMLResponse(_TOO_LONG.format("URI Too Long"), 414)
    if address + headers > _LONGEST_URI:
        return HTMLResponse(_TOO_LONG.format("Request Header Fields Too Large"), 431)
    return None
