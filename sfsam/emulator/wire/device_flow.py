"""The device flow's two requests to the token endpoint (Salesforce fact sheet 1.3, 1.5)."""

from __future__ import annotations

from starlette.responses import Response

from sfsam.emulator.wire.client_app import parse_scopes
from sfsam.emulator.wire.device_codes import POLL_SECONDS
from sfsam.emulator.wire.host import site_base
from sfsam.emulator.wire.oauth_errors import OAuthError
from sfsam.emulator.wire.replies import json_reply
from sfsam.emulator.wire.token_call import TokenCall, unknown_client

CONNECT = "/setup/connect"
"""Where a person types the code that the device shows."""


def start_device(call: TokenCall) -> Response:
    """A code for the device to poll with, and one for a person to type."""
    clients = call.site.clients(call.field("client_id"))
    if not clients:
        raise unknown_client()
    host, app = clients[0].host, clients[0].app
    if not host.settings.device_flow_enabled:
        raise OAuthError("oauth_flow_disabled", "device flow is not enabled")
    scopes = parse_scopes(call.field("scope"))
    if scopes is None:
        raise OAuthError("invalid_scope", "the requested scope is not allowed")
    code = host.device_codes.issue(app.client_id, scopes)
    answer = {
        "device_code": code.value,
        "user_code": code.user_code,
        "verification_uri": site_base(call.request) + CONNECT,
        "interval": POLL_SECONDS,
    }
    return json_reply(answer)


def device_code_grant(call: TokenCall) -> Response:
    """One poll of the device."""
    clients = call.site.clients(call.field("client_id"))
    if not clients:
        raise unknown_client()
    found = ((client, client.host.device_codes.find(call.field("code"))) for client in clients)
    client, code = next(((client, code) for client, code in found if code), (clients[0], None))
    if code is None or code.client_id != client.app.client_id:
        raise OAuthError("invalid_grant", "invalid device code")
    codes = client.host.device_codes
    if code.is_denied:
        raise OAuthError("access_denied", "end-user denied authorization")
    if codes.is_too_fast(code):
        raise OAuthError("slow_down", "polled too quickly")
    if code.user_id is None:
        raise OAuthError("authorization_pending", "pending device authorization")
    call.living(client.host, code.user_id)
    if not codes.spend(code):
        raise OAuthError("invalid_grant", "invalid device code")
    wants_refresh = "refresh_token" in code.scopes
    tokens = client.host.tokens
    refresh = tokens.issue_refresh(code.user_id, code.client_id, code.scopes) if wants_refresh else None
    return call.session(client, code.user_id, code.scopes, "OauthDevice", refresh=refresh, show_refresh=True)
