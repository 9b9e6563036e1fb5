"""A place where OAuth is spoken: an org's own address, or the common login host of several orgs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from sfsam.emulator.org import Caller, Org
from sfsam.emulator.wire.host import OrgHost
from sfsam.emulator.wire.replies import json_reply
from sfsam.emulator.wire.resource import PlainRoute
from sfsam.emulator.wire.tokens import AccessToken


class OAuthError(Exception):
    """A refusal of an OAuth endpoint (Salesforce fact sheet 1.5)."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(f"{error}: {description}")
        self.error = error
        self.description = description
        self.status = status


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
class Site:
    """The orgs that can be reached at one address."""

    hosts: tuple[OrgHost, ...]
    is_login_host: bool = False

    def host_of_client(self, client_id: str) -> OrgHost | None:
        """The org whose client app has this id."""
        return next((host for host in self.hosts if host.app.client_id == client_id), None)

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
    """JSON, or form-encoded when `format` or Accept ask for it (Salesforce fact sheet 1.3)."""
    accept = request.headers.get("accept", "")
    if (fields.get("format") or accept) in ("urlencoded", "application/x-www-form-urlencoded"):
        return Response(urlencode(content), status, media_type="application/x-www-form-urlencoded")
    response = json_reply(content, status)
    response.headers["cache-control"] = "no-cache, no-store"
    return response
