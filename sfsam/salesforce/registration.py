"""What is entered on Salesforce's own screens, in their order, and where in Setup they are (fact sheet 1.10, 1.11).

The names are those of Salesforce's English screens. Steps are those of the playbook (domain/playbook.py STEPS).
"""

from __future__ import annotations

from sfsam.domain.playbook import RegistrationPath
from sfsam.domain.profiles import GrantType
from sfsam.ports import Registration

Values = list[tuple[str, str]]

_SCOPES: dict[GrantType, tuple[str, ...]] = {
    GrantType.AUTHORIZATION_CODE: ("api", "refresh_token", "id"),
    GrantType.CLIENT_CREDENTIALS: ("api", "id"),
    GrantType.JWT_BEARER: ("api", "refresh_token", "id"),  # a pre-authorized app needs refresh_token for this grant
}
_SCREEN_NAMES = {
    "api": "Manage user data via APIs (api)",
    "refresh_token": "Perform requests at any time (refresh_token, offline_access)",
    "id": "Access the identity URL service (id, profile, email, address, phone)",
}
READ_SET, RECLAIM_SET = "sfsam_Read", "sfsam_Reclaim"

_APP_MANAGER = "/lightning/setup/ManageExternalClientApplication/home"
_PERMISSION_SETS = "/lightning/setup/PermSets/home"
_CONNECTED_APPS = "/lightning/setup/NavigationMenus/home"


def scopes(grant: GrantType) -> tuple[str, ...]:
    """The scopes of the app for this grant: the product's minimum (fact sheet 1.9)."""
    return _SCOPES[grant]


def field_values(chosen: Registration) -> dict[str, Values]:
    """By step: Salesforce's name of each field, and what to enter there."""
    return {
        "deploy_metadata": [("Command", "sf project deploy start --target-org YOUR-ORG")],
        "create_app": [
            ("External Client App Name", chosen.app_name),
            ("Contact Email", chosen.contact_email),
            ("Distribution State", "Local"),
        ],
        "open_app": [("Connected App", chosen.app_name)],
        "enable_oauth": [
            ("Callback URL", chosen.callback_url),
            *(("Selected OAuth Scopes", _SCREEN_NAMES[scope]) for scope in scopes(chosen.grant)),
        ],
        "require_pkce": [
            ("Require Proof Key for Code Exchange (PKCE)", "on"),
            ("Require Secret for Web Server Flow", "on"),
            ("Require Secret for Refresh Token Flow", "on"),
        ],
        "enable_client_credentials": [("Enable Client Credentials Flow", "on")],
        "upload_certificate": [("Enable JWT Bearer Flow", "on"), ("Certificate", f"{chosen.app_name}.crt")],
        "set_policies": _policies(chosen),
        "assign_permissions": [("Permission set for reading", READ_SET), ("Permission set for reclaim", RECLAIM_SET)],
        "copy_consumer_key": _keys(chosen.grant),
    }


def setup_links(chosen: Registration) -> dict[str, str]:
    """By step: the address in the org's Setup; empty while the My Domain is not known."""
    if not chosen.url:
        return {}
    is_new = chosen.path is RegistrationPath.EXTERNAL_CLIENT_APP
    app = chosen.url + (_APP_MANAGER if is_new else _CONNECTED_APPS)
    on_the_app = (
        "create_app",
        "open_app",
        "enable_oauth",
        "require_pkce",
        "enable_client_credentials",
        "upload_certificate",
        "set_policies",
        "copy_consumer_key",
    )
    return {**dict.fromkeys(on_the_app, app), "assign_permissions": chosen.url + _PERMISSION_SETS}


def _policies(chosen: Registration) -> Values:
    values = [("Permitted Users", "Admin approved users are pre-authorized"), ("Permission Sets", READ_SET)]
    match chosen.grant:
        case GrantType.CLIENT_CREDENTIALS:
            values.append(("Run As", chosen.username or "User name of an API-only user (not its e-mail address)"))
        case GrantType.AUTHORIZATION_CODE:
            values.append(("Refresh Token Policy", "Refresh token is valid until revoked"))
        case GrantType.JWT_BEARER:
            values.append(("Refresh Token Policy", "Immediately expire refresh token"))
    return [*values, ("IP Relaxation", "Enforce IP restrictions")]


def _keys(grant: GrantType) -> Values:
    to = "OAuth client id, on the page Connection and credential"
    keys = [("Consumer Key", to)]
    if grant is not GrantType.JWT_BEARER:
        keys.append(("Consumer Secret", to.replace("client id", "client secret")))
    return keys
