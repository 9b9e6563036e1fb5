"""Who may come in through an application: the org's and the app's policies (Salesforce fact sheet 1.5, 1.10)."""

from __future__ import annotations

from sfsam.emulator.org import Caller
from sfsam.emulator.wire.oauth_errors import OAuthError
from sfsam.emulator.wire.oauth_site import Client

ADMIN_APPROVED = "AdminApprovedPreAuthorized"

_REFUSALS = {
    "ip_restricted": ("invalid_grant", "ip restricted", 400),
    "invalid_login_hours": ("invalid_grant", "invalid login hours", 400),
    "inactive_org": ("inactive_org", "organization is inactive", 400),
    "app_blocked": ("app_blocked", "this app is blocked by admin", 400),
    "app_not_found": ("app_not_found", "external client app is not installed in this org", 400),
    "oauth_flow_disabled": ("oauth_flow_disabled", "oauth flow is disabled for this app", 400),
    "rate_limit_exceeded": ("rate_limit_exceeded", "login rate exceeded", 400),
    "server_error": ("server_error", "unexpected error", 400),
    "service_unavailable": ("service_unavailable", "service unavailable", 503),
    "system_down": ("system_down", "system is down", 503),
}
"""What the setting `log_in_refusal` answers. Salesforce documents the words of the first two only."""


def check_policies(client: Client, caller: Caller) -> None:
    """Let the user in through the app. Raises the OAuthError of the policy that keeps them out."""
    refusal = client.host.settings.log_in_refusal
    if refusal:
        raise OAuthError(*_REFUSALS[refusal])
    if is_admin_approved_only(client) and not is_preauthorized(client, caller):
        raise OAuthError("invalid_app_access", "user is not admin approved to access this app")


def is_admin_approved_only(client: Client) -> bool:
    """Whether an administrator, not each user, decides who may use the app."""
    return client.host.settings.permitted_users == ADMIN_APPROVED and not client.app.is_supplied


def is_preauthorized(client: Client, caller: Caller) -> bool:
    """Whether an administrator has let this user use the app."""
    allowed = {name.lower() for name in client.host.settings.preauthorized_users}
    return caller.username.lower() in allowed
