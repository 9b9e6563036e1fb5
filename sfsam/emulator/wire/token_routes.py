"""The token endpoint, introspection and revocation (Salesforce fact sheet 1.3 to 1.7)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import Response

from sfsam.emulator.wire.client_app import client_credentials_scopes
from sfsam.emulator.wire.host import OrgHost, site_base
from sfsam.emulator.wire.id_tokens import make_id_token
from sfsam.emulator.wire.oauth_site import OAuthError, Site, form_route, oauth_reply
from sfsam.emulator.wire.replies import json_reply
from sfsam.emulator.wire.resource import PlainRoute
from sfsam.emulator.wire.tokens import AuthorizationCode

REMOTE_ACCESS = "Remote Access 2.0"
Fields = dict[str, str]


def token_routes(site: Site) -> list[PlainRoute]:
    """The OAuth endpoints that applications call."""
    return [
        form_route(site, "/services/oauth2/token", _token, ("POST",)),
        form_route(site, "/services/oauth2/introspect", _introspect, ("POST",)),
        form_route(site, "/services/oauth2/revoke", _revoke, ("GET", "POST")),
    ]


def _token(site: Site, request: Request, fields: Fields) -> Response:
    flow = _FLOWS.get(fields.get("grant_type", ""))
    if flow is None:
        raise OAuthError("unsupported_grant_type", "grant type not supported")
    return flow(site, request, fields)


def _client(site: Site, request: Request, fields: Fields) -> OrgHost:
    """The org whose app authenticates itself, by Basic or in the body (Salesforce fact sheet 1.3)."""
    client_id, secret = _basic(request) or (fields.get("client_id", ""), fields.get("client_secret", ""))
    host = site.host_of_client(client_id)
    if host is None:
        raise OAuthError("invalid_client_id", "client identifier invalid")
    if not host.app.is_secret(secret):
        raise OAuthError("invalid_client", "invalid client credentials")
    return host


def _basic(request: Request) -> tuple[str, str] | None:
    kind, _, value = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        client_id, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise OAuthError("invalid_basic_auth_header", "invalid authorization header") from error
    return unquote(client_id), unquote(secret)


def _authorization_code(site: Site, request: Request, fields: Fields) -> Response:
    host = _client(site, request, fields)
    code = host.tokens.find_code(fields.get("code", ""))
    if code is None or code.client_id != host.app.client_id:
        raise OAuthError("invalid_grant", "invalid authorization code")
    if not fields.get("redirect_uri"):
        raise OAuthError("redirect_uri_missing", "redirect_uri missing")
    if fields["redirect_uri"] != code.redirect_uri:
        raise OAuthError("redirect_uri_mismatch", "redirect_uri must match configuration")
    _check_verifier(code, fields.get("code_verifier"))
    if host.living_caller(code.user_id) is None:
        raise OAuthError("invalid_grant", "inactive user")
    if not host.tokens.spend_code(code):
        raise OAuthError("invalid_grant", "expired authorization code")
    refresh = None
    if "refresh_token" in code.scopes:
        refresh = host.tokens.issue_refresh(code.user_id, code.scopes).value
    return _issue(host, request, fields, code.user_id, code.scopes, refresh, "OauthWebServer", show_refresh=True)


def _check_verifier(code: AuthorizationCode, verifier: str | None) -> None:
    """PKCE: the verifier must hash to the challenge that came with the code (S256 only)."""
    if code.code_challenge is None:
        return
    if not verifier:
        raise OAuthError("invalid_grant", "missing required code verifier")
    digest = hashlib.sha256(verifier.encode()).digest()
    if base64.urlsafe_b64encode(digest).decode().rstrip("=") != code.code_challenge:
        raise OAuthError("invalid_request", "invalid code verifier")


def _refresh_token(site: Site, request: Request, fields: Fields) -> Response:
    host = _client(site, request, fields)
    token = host.tokens.present_refresh(fields.get("refresh_token", ""))
    if token is None or host.living_caller(token.user_id) is None:
        raise OAuthError("invalid_grant", "expired access/refresh token")
    rotates = host.settings.refresh_token_rotation
    if rotates:
        token = host.tokens.rotate(token)
    return _issue(
        host, request, fields, token.user_id, token.scopes, token.value, "OauthRefreshToken", show_refresh=rotates
    )


def _client_credentials(site: Site, request: Request, fields: Fields) -> Response:
    if site.is_login_host:
        raise OAuthError("invalid_grant", "request not supported on this domain")
    host = _client(site, request, fields)
    user_id = host.org.run_as_user_id
    caller = host.living_caller(user_id) if host.settings.run_as else None
    if caller is None or not caller.may("ApiEnabled"):
        raise OAuthError("invalid_grant", "no client credentials user enabled")
    scopes = client_credentials_scopes()
    return _issue(host, request, fields, user_id, scopes, None, "OauthClientCredentials", show_refresh=False)


def _password(site: Site, request: Request, fields: Fields) -> Response:
    """New orgs block this flow (Salesforce fact sheet 1.3), with the answer that a wrong password gets."""
    _client(site, request, fields)
    raise OAuthError("invalid_grant", "authentication failure")


_FLOWS: dict[str, Callable[[Site, Request, Fields], Response]] = {
    "authorization_code": _authorization_code,
    "refresh_token": _refresh_token,
    "client_credentials": _client_credentials,
    "password": _password,
}


def _issue(
    host: OrgHost,
    request: Request,
    fields: Fields,
    user_id: str,
    scopes: tuple[str, ...],
    refresh: str | None,
    sub_type: str,
    *,
    show_refresh: bool,
) -> Response:
    """The answer of 1.4. It never says when the token expires."""
    token = host.tokens.issue_access(user_id, scopes, refresh)
    host.meter.count_token(fields["grant_type"])
    host.org.record_login(user_id, login_type=REMOTE_ACCESS, sub_type=sub_type, application=host.app.name)
    identity = host.identity_url(site_base(request), user_id)
    issued_at = str(int(token.issued_at.timestamp() * 1000))
    signed = hmac.digest(host.app.client_secret.encode(), (identity + issued_at).encode(), "sha256")
    content = {
        "access_token": token.value,
        "signature": base64.b64encode(signed).decode(),
        "scope": " ".join(scopes),
        "instance_url": host.base_url(request),
        "id": identity,
        "token_type": "Bearer",
        "issued_at": issued_at,
    }
    if show_refresh and refresh is not None:
        content["refresh_token"] = refresh
    if "openid" in scopes:
        content["id_token"] = make_id_token(site_base(request), identity, host.app.client_id, token)
    return oauth_reply(request, fields, content)


def _introspect(site: Site, request: Request, fields: Fields) -> Response:
    host = _client(site, request, fields)
    value = fields.get("token", "")
    access, refresh = host.tokens.find_access(value), host.tokens.find_refresh(value)
    token = access or refresh
    caller = host.living_caller(token.user_id) if token else None
    if token is None or caller is None:
        return json_reply({"active": False})
    content: dict[str, Any] = {
        "active": True,
        "scope": " ".join(token.scopes),
        "client_id": host.app.client_id,
        "username": caller.username,
        "sub": host.identity_url(site_base(request), token.user_id),
        "token_type": "access_token" if access else "refresh_token",
    }
    if access:
        issued = int(access.issued_at.timestamp())
        expires = int(host.tokens.expires_at(access).timestamp())
        content |= {"exp": expires, "iat": issued, "nbf": issued}
    return json_reply(content)


def _revoke(site: Site, request: Request, fields: Fields) -> Response:
    token = fields.get("token", "")
    if not any(host.tokens.revoke(token) for host in site.hosts):
        raise OAuthError("invalid_token", "invalid token: " + token[:15])
    return Response(status_code=200)
