"""Who may come in at all, asked before anything else is: by address, by where the request comes from, by role.

A page asks again, and so do the services. What stands here is what no page can ask: files, uploads, routes.
"""

from __future__ import annotations

import ipaddress
import logging
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from sfsam import bootstrap
from sfsam.config import LOOPBACK_NAMES, Settings
from sfsam.domain import rights
from sfsam.domain.identity import Identity, Standing
from sfsam.domain.roles import LOCAL_ADMIN, NOBODY, Roles
from sfsam.web.cookies import claims_in

THIS_MACHINE_ONLY = "No sign-in is set up, so sfsam answers this machine only. docs/sign-in.md says how to set one up."
CALLER = "sfsam.caller"  # in the scope of a route that asks for roles: who was let in
SIGN_IN_REFUSED = "sign_in=refused"  # in the address, when the sign-in service's answer was not good
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_CALLBACK = "/oauth2callback"
_NOT_CACHED = {"Cache-Control": "no-store"}
_POLICY_VIOLATION = 1008

log = logging.getLogger(__name__)


class Gate:
    """Refuses what the settings and the table of routes do not let in. `secret` is that of the sign-in cookie."""

    def __init__(self, app: ASGIApp, settings: Settings, secret: str) -> None:
        self._app = app
        self._settings = settings
        self._secret = secret

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        refusal = self._refusal(connection)
        if refusal is None:
            await self._app(scope, receive, self._answering(connection, send))
            return
        route = "/".join(self._path(connection).split("/")[:2])  # what follows may be somebody's link
        log.warning("a request of %r was refused with %s", route, refusal.status_code)
        if scope["type"] == "http":
            await refusal(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})

    def _refusal(self, connection: HTTPConnection) -> Response | None:
        if not self._settings.is_sign_in_on and not _is_this_machine(connection):
            return _refused(HTTPStatus.FORBIDDEN, THIS_MACHINE_ONLY)
        if connection.scope.get("method", "GET") not in _SAFE and not self._is_own_page(connection):
            return _refused(HTTPStatus.FORBIDDEN, "Another site asked for this; open sfsam itself.")
        roles = rights.route_roles(self._path(connection))
        if roles is None:
            return None
        if roles == NOBODY:
            return _refused(HTTPStatus.NOT_FOUND, "Not found.")
        if self._settings.is_sign_in_on:
            return self._refusal_of_roles(connection, roles)
        connection.scope[CALLER] = LOCAL_ADMIN
        return None

    def _refusal_of_roles(self, connection: HTTPConnection, roles: Roles) -> Response | None:
        identity = self._identity(connection)
        if identity.caller.roles & roles:
            connection.scope[CALLER] = identity.caller
            return None
        if identity.standing in (Standing.SIGNED_IN, Standing.NO_ROLE):
            return _refused(HTTPStatus.FORBIDDEN, str(rights.missing("This", roles, identity.caller)))
        if connection.headers.get("sec-fetch-dest") == "document":
            # To the frame, where there is the button to sign in.
            return RedirectResponse(f"{self._settings.path_prefix}/", HTTPStatus.SEE_OTHER, _NOT_CACHED)
        return _refused(HTTPStatus.UNAUTHORIZED, "Sign in first.")

    def _identity(self, connection: HTTPConnection) -> Identity:
        claims = claims_in(connection.cookies, self._secret, self._settings.base_url)
        return bootstrap.current().identity_of(claims)

    def _answering(self, connection: HTTPConnection, send: Send) -> Send:
        if connection.scope["type"] == "http" and self._path(connection) == _CALLBACK:
            return self._telling(connection, send)
        return _uncached(send) if CALLER in connection.scope else send

    def _path(self, connection: HTTPConnection) -> str:
        path: str = connection.scope["path"]
        return path.removeprefix(self._settings.path_prefix) or "/"

    def _is_own_page(self, connection: HTTPConnection) -> bool:
        """Whether our own page asks (by Fetch Metadata, where a browser sends it, and by Origin), or no page at all."""
        site, origin = connection.headers.get("sec-fetch-site"), connection.headers.get("origin")
        if site is not None and site not in ("same-origin", "none"):
            return False
        hosts = (connection.headers.get("host", ""), urlsplit(self._settings.base_url).netloc)
        return origin is None or origin.partition("://")[2] in hosts

    def _telling(self, connection: HTTPConnection, send: Send) -> Send:
        """The way back from the sign-in service ends without a word where its answer was refused; add one."""

        async def tell(message: Message) -> None:
            has_answer = connection.query_params.keys() & {"code", "error"}
            if message["type"] == "http.response.start" and has_answer and not _signs_in(message):
                headers = MutableHeaders(scope=message)
                headers["location"] = f"{headers.get('location', '/')}?{SIGN_IN_REFUSED}"
            await send(message)

        return tell


def _uncached(send: Send) -> Send:
    """Whatever is for some roles only is kept by no cache."""

    async def say(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(_NOT_CACHED)
        await send(message)

    return say


def _signs_in(message: Message) -> bool:
    set_cookies = (value for name, value in message["headers"] if name.lower() == b"set-cookie")
    return any(value.startswith(f"{USER_COOKIE_NAME}=".encode()) and b"Max-Age=0" not in value for value in set_cookies)


def _is_this_machine(connection: HTTPConnection) -> bool:
    """Whether the other end is on this machine, and asked for it by its own name; one that cannot be told is not.

    The name tells a proxy before us, which seems to be the other end and passes on what the world asks for.
    """
    try:
        name = urlsplit(f"//{connection.headers.get('host', '')}").hostname
        is_near = connection.client is not None and ipaddress.ip_address(connection.client.host).is_loopback
    except ValueError:
        return False
    return is_near and name in LOOPBACK_NAMES


def _refused(status: HTTPStatus, sentence: str) -> Response:
    return PlainTextResponse(sentence, status, _NOT_CACHED)
