"""The ASGI applications: one for each org's address, one for the common login host."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from email.utils import format_datetime

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sfsam.emulator.clock import OrgClock
from sfsam.emulator.errors import not_found
from sfsam.emulator.org import SalesforceError
from sfsam.emulator.wire.authorize_routes import authorize_routes
from sfsam.emulator.wire.bulk_routes import bulk_routes
from sfsam.emulator.wire.collection_routes import collection_routes
from sfsam.emulator.wire.composite_routes import composite_routes
from sfsam.emulator.wire.host import OrgHost
from sfsam.emulator.wire.identity_routes import identity_routes
from sfsam.emulator.wire.ingest_routes import ingest_routes
from sfsam.emulator.wire.introspection_routes import introspection_routes
from sfsam.emulator.wire.limit_routes import limit_routes
from sfsam.emulator.wire.oauth_site import Site
from sfsam.emulator.wire.query_routes import query_routes
from sfsam.emulator.wire.record_routes import record_routes
from sfsam.emulator.wire.replies import error_reply, json_reply
from sfsam.emulator.wire.request_log import LogWrites
from sfsam.emulator.wire.resource import Call, PlainRoute, resource
from sfsam.emulator.wire.side_door import PREFIX, side_door_routes
from sfsam.emulator.wire.soap_login import soap_routes
from sfsam.emulator.wire.token_routes import token_routes
from sfsam.emulator.wire.trouble import MakeTrouble
from sfsam.emulator.wire.versions import version_list

_SLASHES = re.compile("/{2,}")
_EVERYTHING = ("GET", "POST", "PUT", "PATCH", "DELETE")


def org_app(host: OrgHost) -> ASGIApp:
    """What answers on an org's own address: its data, OAuth and the side door."""
    site = Site((host,))
    plain = [*limit_routes(host), *query_routes(host), *record_routes(host), *collection_routes(host)]
    data = [
        *plain,
        *composite_routes(host, plain),
        *bulk_routes(host),
        *ingest_routes(host),
        resource(host, "/{rest:path}", "unknown", **dict.fromkeys(_EVERYTHING, _unknown)),
    ]
    salesforce = _starlette([PlainRoute("/services/data", _versions), *data, *_oauth_routes(site)])
    troubled = MakeTrouble(salesforce, host.faults, host.tokens.revoke)
    logged = LogWrites(troubled, host.log)
    side_door = _starlette([*side_door_routes(host)])
    return _Address(logged, side_door, host.org.clock, host.meter.count_bytes)


def login_app(hosts: tuple[OrgHost, ...]) -> ASGIApp:
    """What answers on the common login host: OAuth and SOAP login of every org, and no data."""
    routes = _oauth_routes(Site(hosts, is_login_host=True))
    return _Address(_starlette([*routes]), None, hosts[0].org.clock, lambda amount: None)


def _oauth_routes(site: Site) -> list[PlainRoute]:
    tokens = [*token_routes(site), *introspection_routes(site)]
    return [*authorize_routes(site), *tokens, *identity_routes(site), *soap_routes(site)]


def _starlette(routes: list[Route]) -> Starlette:
    handlers = {HTTPException: _http_error, ClientDisconnect: _gone, Exception: _unexpected}
    return Starlette(routes=[*routes], exception_handlers=handlers)  # type: ignore[arg-type]


def _unknown(call: Call) -> Response:
    raise not_found()


def _versions(request: Request) -> Response:
    return json_reply(version_list())


def _http_error(request: Request, error: HTTPException) -> Response:
    """A path or a method that no route knows."""
    if error.status_code == 405:
        allowed = (error.headers or {}).get("Allow", "").replace(" ", "")
        message = f"HTTP Method '{request.method}' not allowed. Allowed are {allowed}"
        return error_reply([SalesforceError(405, "METHOD_NOT_ALLOWED", message)])
    if request.url.path.startswith("/services/"):
        return error_reply([not_found()])
    return HTMLResponse("<html><head><title>URL No Longer Exists</title></head></html>", error.status_code)


def _gone(request: Request, error: ClientDisconnect) -> Response:
    """The client left before its request was read; nobody will see this answer."""
    return Response(status_code=400)


def _unexpected(request: Request, error: Exception) -> Response:
    """A defect of the practice org, told as Salesforce tells its own (Salesforce fact sheet 2.8)."""
    message = f"An unexpected error occurred. Please include this ErrorId if you contact support: {uuid.uuid4()}"
    return error_reply([SalesforceError(500, "UNKNOWN_EXCEPTION", message)])


class _Address:
    """The outermost layer of an address: the side door apart, the org's Date, and the count of bytes.

    Doubled slashes count as one, because `sf` joins an instance URL that ends with a slash to every path.
    """

    def __init__(
        self, site: ASGIApp, side_door: ASGIApp | None, clock: OrgClock, count_bytes: Callable[[int], None]
    ) -> None:
        self._site = site
        self._side_door = side_door
        self._clock = clock
        self._count_bytes = count_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope = {**scope, "path": _SLASHES.sub("/", scope["path"])}
        by_side_door = self._side_door is not None and str(scope.get("path", "")).startswith(f"{PREFIX}/")

        async def stamped(message: Message) -> None:
            if message["type"] == "http.response.start":
                date = format_datetime(self._clock.now(), usegmt=True).encode()
                message = {**message, "headers": [(b"date", date), *message["headers"]]}
            elif not by_side_door:
                self._count_bytes(len(message.get("body", b"")))
            await send(message)

        app = self._side_door if by_side_door and self._side_door else self._site
        await app(scope, receive, stamped)
