"""The token endpoint: one function for each flow (Salesforce fact sheet 1.3 to 1.6)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from sfsam.emulator.wire.assertions import Assertion
from sfsam.emulator.wire.client_app import client_credentials_scopes
from sfsam.emulator.wire.device_flow import device_code_grant, start_device
from sfsam.emulator.wire.oauth_errors import OAuthError
from sfsam.emulator.wire.oauth_site import Client, Site, form_route
from sfsam.emulator.wire.policies import check_policies, is_admin_approved_only
from sfsam.emulator.wire.resource import PlainRoute
from sfsam.emulator.wire.token_call import TOKEN, TokenCall, unknown_client
from sfsam.emulator.wire.tokens import AuthorizationCode


def token_routes(site: Site) -> list[PlainRoute]:
    """The endpoint that applications fetch sessions from."""
    return [form_route(site, TOKEN, _token, ("POST",))]


def _token(site: Site, request: Request, fields: dict[str, str]) -> Response:
    call = TokenCall(site, request, fields)
    if call.field("response_type") == "device_code":
        return start_device(call)
    flow = _FLOWS.get(call.needed("grant_type"))
    if flow is None:
        raise OAuthError("unsupported_grant_type", "grant type not supported")
    return flow(call)


def _authorization_code(call: TokenCall) -> Response:
    clients = call.clients(secret_optional=lambda settings: not settings.secret_required)
    found = ((client, client.host.tokens.find_code(call.field("code"))) for client in clients)
    client, code = next(((client, code) for client, code in found if code), (clients[0], None))
    if code is None or code.client_id != client.app.client_id:
        raise OAuthError("invalid_grant", "invalid authorization code")
    if not call.field("redirect_uri"):
        raise OAuthError("redirect_uri_missing", "redirect_uri missing")
    if call.field("redirect_uri") != code.redirect_uri:
        raise OAuthError("redirect_uri_mismatch", "redirect_uri must match configuration")
    _check_verifier(code, call.field("code_verifier"))
    check_policies(client, call.living(client.host, code.user_id))  # while the code is not spent yet
    tokens = client.host.tokens
    if not tokens.spend_code(code):
        raise OAuthError("invalid_grant", "expired authorization code")
    wants_refresh = "refresh_token" in code.scopes
    refresh = tokens.issue_refresh(code.user_id, code.client_id, code.scopes) if wants_refresh else None
    return call.session(client, code.user_id, code.scopes, "OauthWebServer", refresh=refresh, show_refresh=True)


def _check_verifier(code: AuthorizationCode, verifier: str) -> None:
    """PKCE: the verifier must hash to the challenge that came with the code (S256 only)."""
    if code.code_challenge is None:
        return
    if not verifier:
        raise OAuthError("invalid_grant", "missing required code verifier")
    digest = hashlib.sha256(verifier.encode()).digest()
    if base64.urlsafe_b64encode(digest).decode().rstrip("=") != code.code_challenge:
        raise OAuthError("invalid_request", "invalid code verifier")


def _refresh_token(call: TokenCall) -> Response:
    clients = call.clients(secret_optional=lambda settings: not settings.secret_required_for_refresh)
    found = ((client, client.host.tokens.present_refresh(call.field("refresh_token"))) for client in clients)
    client, token = next(((client, token) for client, token in found if token), (clients[0], None))
    host, app = client.host, client.app
    served = token is not None and token.serves(app.client_id, is_supplied=app.is_supplied)
    if token is None or not served or host.living_caller(token.user_id) is None:
        raise _refresh_token_over()
    check_policies(client, call.living(host, token.user_id))  # before rotation ends the token
    rotates = host.settings.refresh_token_rotation and not app.is_supplied
    current = host.tokens.rotate(token) if rotates else token
    if current is None:
        raise _refresh_token_over()
    return call.session(
        client, current.user_id, current.scopes, "OauthRefreshToken", refresh=current, show_refresh=rotates
    )


def _refresh_token_over() -> OAuthError:
    return OAuthError("invalid_grant", "expired access/refresh token")


def _client_credentials(call: TokenCall) -> Response:
    if call.site.is_login_host:
        raise OAuthError("invalid_grant", "request not supported on this domain")
    client = call.clients()[0]
    host = client.host
    if client.app.is_supplied or not host.settings.client_credentials_enabled:
        raise OAuthError("invalid_grant", "client credentials flow not enabled")
    user_id = host.org.run_as_user_id
    caller = host.living_caller(user_id) if host.settings.run_as else None
    if caller is None or not caller.may("ApiEnabled"):
        raise OAuthError("invalid_grant", "no client credentials user enabled")
    return call.session(client, user_id, client_credentials_scopes(), "OauthClientCredentials")


def _jwt_bearer(call: TokenCall) -> Response:
    """The user named by `sub`, on the word of the app's certificate; never a refresh token."""
    assertion = Assertion.parse(call.needed("assertion"))
    clients = call.site.clients(assertion.claim("iss"))
    if not clients:
        raise unknown_client()
    client = clients[0]
    assertion.check_signature("" if client.app.is_supplied else client.host.settings.jwt_certificate)
    assertion.check_audience(call.audiences(client))
    assertion.check_expiry(client.host.org.clock.now())
    user_id = client.host.user_id_of(assertion.claim("sub"))
    if user_id is not None:
        call.living(client.host, user_id)
    if user_id is None or not _may_come_by_jwt(client, user_id):
        raise OAuthError("invalid_grant", "user hasn't approved this consumer")
    return call.session(client, user_id, client_credentials_scopes(), "OauthJwtBearer")


def _may_come_by_jwt(client: Client, user_id: str) -> bool:
    """Whether an administrator decides (the policy is checked later), or the user has allowed the app before."""
    return is_admin_approved_only(client) or client.host.tokens.has_approval(user_id, client.app.client_id)


def _password(call: TokenCall) -> Response:
    """New orgs block this flow (Salesforce fact sheet 1.3), with the answer that a wrong password gets."""
    call.clients()
    raise OAuthError("invalid_grant", "authentication failure")


_FLOWS: dict[str, Callable[[TokenCall], Response]] = {
    "authorization_code": _authorization_code,
    "refresh_token": _refresh_token,
    "client_credentials": _client_credentials,
    "urn:ietf:params:oauth:grant-type:jwt-bearer": _jwt_bearer,
    "device": device_code_grant,
    "password": _password,
}
