"""What a token is worth, and its end (Salesforce fact sheet 1.6, 1.7)."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from sfsam.emulator.wire.host import site_base
from sfsam.emulator.wire.oauth_errors import OAuthError
from sfsam.emulator.wire.oauth_site import Client, Site, form_route
from sfsam.emulator.wire.replies import json_reply
from sfsam.emulator.wire.resource import PlainRoute
from sfsam.emulator.wire.token_call import TokenCall

_TOKEN_KINDS = ("", "access_token", "refresh_token")
Fields = dict[str, str]


def introspection_routes(site: Site) -> list[PlainRoute]:
    """The endpoints about tokens that were issued."""
    return [
        form_route(site, "/services/oauth2/introspect", _introspect, ("POST",)),
        form_route(site, "/services/oauth2/revoke", _revoke, ("GET", "POST")),
    ]


def _introspect(site: Site, request: Request, fields: Fields) -> Response:
    """What the app's own token is; another app's token is simply not active."""
    call = TokenCall(site, request, fields)
    clients = call.clients()
    value = call.needed("token")
    _check_kind(call)
    told = (_told(client, value, site_base(request)) for client in clients)
    return json_reply(next((content for content in told if content), {"active": False}))


def _told(client: Client, value: str, base: str) -> dict[str, Any] | None:
    tokens = client.host.tokens
    access = tokens.find_access(value)
    token = access or tokens.find_refresh(value)
    caller = client.host.living_caller(token.user_id) if token else None
    if token is None or caller is None or token.client_id != client.app.client_id:
        return None
    content: dict[str, Any] = {
        "active": True,
        "scope": " ".join(token.scopes),
        "client_id": token.client_id,
        "username": caller.username,
        "sub": client.host.identity_url(base, token.user_id),
        "token_type": "access_token" if access else "refresh_token",
    }
    if access:
        issued = int(access.issued_at.timestamp())
        expires = int(tokens.expires_at(access).timestamp())
        content |= {"exp": expires, "iat": issued, "nbf": issued}
    return content


def _revoke(site: Site, request: Request, fields: Fields) -> Response:
    """200 without a body. A refusal comes form-encoded unless `format` says otherwise (fact sheet 1.5)."""
    fields.setdefault("format", "urlencoded")
    call = TokenCall(site, request, fields)
    token = call.needed("token")
    _check_kind(call)
    if not any(host.tokens.revoke(token) for host in site.hosts):
        raise OAuthError("invalid_token", "invalid token: " + token[:15])
    return Response(status_code=200)


def _check_kind(call: TokenCall) -> None:
    if call.field("token_type_hint") not in _TOKEN_KINDS:
        raise OAuthError("unsupported_token_type", "this token type is not supported")
