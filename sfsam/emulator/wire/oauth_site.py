"""A place where OAuth is spoken: an org's own address, or the common login host of several orgs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode
from xml.sax.saxutils import escape

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from sfsam.emulator.org import Caller, Org
from sfsam.emulator.wire.client_app import ClientApp
from sfsam.emulator.wire.host import OrgHost
from sfsam.emulator.wire.oauth_errors import OAuthError
from sfsam.emulator.wire.replies import json_reply
from sfsam.emulator.wire.resource import PlainRoute
from sfsam.emulator.wire.tokens import AccessToken

_FORM_TYPE = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Session:
    """A living session: its token, the org it belongs to, and the user."""

    host: OrgHost
    token: AccessToken
    caller: Caller

    @property
    def org(self) -> Org:
        """The session's org."""
        return self.host.org


@dataclass(frozen=True)
class Client:
    """An application as one org knows it."""

    host: OrgHost
    app: ClientApp


@dataclass(frozen=True)
class Site:
    """The orgs that can be reached at one address."""

    hosts: tuple[OrgHost, ...]
    is_login_host: bool = False

    def clients(self, client_id: str) -> list[Client]:
        """The app with this id in every org that knows it: one org's own app, or one that all orgs know."""
        return [Client(host, host.apps[client_id]) for host in self.hosts if client_id in host.apps]

    def host_of_org(self, org_id: str) -> OrgHost | None:
        """The org with this 15- or 18-character id."""
        return next((host for host in self.hosts if host.org.org_id[:15] == org_id[:15]), None)

    def session(self, access_token: str | None) -> Session | None:
        """The living session behind an access token of one of these orgs."""
        for host in self.hosts:
            token = host.tokens.use_access(access_token or "")
            caller = host.living_caller(token.user_id) if token else None
            if token and caller:
                return Session(host, token, caller)
        return None


FormHandler = Callable[[Site, Request, dict[str, str]], Response]


def form_route(site: Site, path: str, handler: FormHandler, methods: tuple[str, ...]) -> PlainRoute:
    """A route whose handler gets query and form fields as one dict, and whose OAuthErrors are answered."""

    async def endpoint(request: Request) -> Response:
        fields = dict(request.query_params)
        if request.method == "POST":
            form = await request.form()
            fields |= {name: value for name, value in form.items() if isinstance(value, str)}
        try:
            return await run_in_threadpool(handler, site, request, fields)
        except OAuthError as error:
            return oauth_reply(
                request,
                fields,
                {"error": error.error, "error_description": error.description},
                error.status,
            )

    return PlainRoute(path, endpoint, methods=methods)


def oauth_reply(request: Request, fields: dict[str, str], content: dict[str, str], status: int = 200) -> Response:
    """JSON, or form-encoded or XML when `format` or Accept ask for it (Salesforce fact sheet 1.3)."""
    wanted = fields.get("format") or request.headers.get("accept", "")
    if wanted in ("urlencoded", _FORM_TYPE):
        return Response(urlencode(content), status, media_type=_FORM_TYPE)
    if wanted in ("xml", "application/xml"):
        elements = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in content.items())
        xml = f'<?xml version="1.0" encoding="UTF-8"?><OAuth>{elements}</OAuth>'
        return Response(xml, status, headers={"content-type": "application/xml;charset=UTF-8"})
    response = json_reply(content, status)
    response.headers["cache-control"] = "no-cache, no-store"
    return response
