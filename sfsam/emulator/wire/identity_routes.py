"""Who am I: identity URL, userinfo, OpenID configuration (Salesforce fact sheet 1.1, 1.8)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from sfsam.emulator.wire.client_app import SCOPES
from sfsam.emulator.wire.host import site_base
from sfsam.emulator.wire.id_tokens import key_set
from sfsam.emulator.wire.oauth_site import Session, Site, form_route
from sfsam.emulator.wire.replies import json_reply
from sfsam.emulator.wire.resource import PlainRoute
from sfsam.emulator.wire.versions import VERSIONS

Fields = dict[str, str]


def identity_routes(site: Site) -> list[PlainRoute]:
    """The endpoints that say who a token belongs to."""
    return [
        form_route(site, "/services/oauth2/userinfo", _userinfo, ("GET", "POST")),
        form_route(site, "/id/keys", _keys, ("GET",)),
        form_route(site, "/id/{org_id}/{user_id}", _identity, ("GET", "POST")),
        form_route(site, "/.well-known/openid-configuration", _configuration, ("GET",)),
    ]


def _session(site: Site, request: Request, fields: Fields) -> Session | Response:
    """The session of the request, or the plain-text 403 that these endpoints answer (fact sheet 1.8)."""
    kind, _, value = request.headers.get("authorization", "").partition(" ")
    token = value.strip() if kind in ("Bearer", "OAuth") else None
    token = token or fields.get("oauth_token") or fields.get("access_token")
    if not token:
        return PlainTextResponse("Missing_OAuth_Token", 403)
    return site.session(token) or PlainTextResponse("Bad_OAuth_Token", 403)


def _identity(site: Site, request: Request, fields: Fields) -> Response:
    session = _session(site, request, fields)
    if isinstance(session, Response):
        return session
    if site.host_of_org(request.path_params["org_id"]) is not session.host:
        return PlainTextResponse("Wrong_Org", 403)
    if request.path_params["user_id"][:15] != session.caller.user_id[:15]:
        return PlainTextResponse("Bad_Id", 403)
    user = session.org.user_summary(session.caller.user_id)
    identity = session.host.identity_url(site_base(request), session.caller.user_id)
    return json_reply(
        {
            "id": identity,
            "asserted_user": True,
            "user_id": session.caller.user_id,
            "organization_id": session.org.org_id,
            "username": user["Username"],
            "nick_name": user.get("CommunityNickname"),
            "display_name": user["Name"],
            "email": user["Email"],
            "email_verified": True,
            "first_name": user.get("FirstName"),
            "last_name": user.get("LastName"),
            "timezone": user.get("TimeZoneSidKey"),
            "photos": {"picture": None, "thumbnail": None},
            "addr_street": user.get("Street"),
            "addr_city": user.get("City"),
            "addr_state": None,
            "addr_country": user.get("CountryCode"),
            "addr_zip": None,
            "mobile_phone": user.get("MobilePhone"),
            "mobile_phone_verified": False,
            "is_lightning_login_user": False,
            "status": {"created_date": None, "body": None},
            "urls": _urls_of_version(session, request, fields),
            "active": user.get("IsActive", True),
            "user_type": _user_type(user),
            "language": user.get("LanguageLocaleKey"),
            "locale": user.get("LocaleSidKey"),
            "utcOffset": _utc_offset(user),
            "last_modified_date": user.get("LastModifiedDate"),
            "is_app_installed": True,
        }
    )


def _userinfo(site: Site, request: Request, fields: Fields) -> Response:
    session = _session(site, request, fields)
    if isinstance(session, Response):
        return session
    user = session.org.user_summary(session.caller.user_id)
    identity = session.host.identity_url(site_base(request), session.caller.user_id)
    return json_reply(
        {
            "sub": identity,
            "user_id": session.caller.user_id,
            "organization_id": session.org.org_id,
            "preferred_username": user["Username"],
            "nickname": user.get("CommunityNickname"),
            "name": user["Name"],
            "email": user["Email"],
            "email_verified": True,
            "given_name": user.get("FirstName"),
            "family_name": user.get("LastName"),
            "zoneinfo": user.get("TimeZoneSidKey"),
            "photos": {"picture": None, "thumbnail": None},
            "profile": f"{session.host.base_url(request)}/{session.caller.user_id}",
            "picture": None,
            "address": {"street_address": user.get("Street"), "locality": user.get("City")},
            "phone_number": user.get("MobilePhone"),
            "phone_number_verified": False,
            "is_salesforce_integration_user": False,
            "urls": _urls(session, request),
            "active": user.get("IsActive", True),
            "user_type": _user_type(user),
            "language": user.get("LanguageLocaleKey"),
            "locale": user.get("LocaleSidKey"),
            "utcOffset": _utc_offset(user),
            "updated_at": user.get("LastModifiedDate"),
            "is_app_installed": True,
        }
    )


def _user_type(user: dict[str, Any]) -> str:
    """OpenID spells it in capitals, the User object does not."""
    return str(user.get("UserType", "Standard")).upper()


def _urls(session: Session, request: Request) -> dict[str, str]:
    """Link templates on the org's own address; `{version}` is for the client to fill."""
    base, org_id = session.host.base_url(request), session.org.org_id[:15]
    rest = f"{base}/services/data/v{{version}}/"
    soap = {"enterprise": "c", "metadata": "m", "partner": "u", "tooling_soap": "T"}
    data = {
        "sobjects": "sobjects/",
        "search": "search/",
        "query": "query/",
        "recent": "recent/",
        "tooling_rest": "tooling/",
        "feeds": "chatter/feeds",
        "groups": "chatter/groups",
        "users": "chatter/users",
        "feed_items": "chatter/feed-items",
        "feed_elements": "chatter/feed-elements",
    }
    return {
        **{name: f"{base}/services/Soap/{letter}/{{version}}/{org_id}" for name, letter in soap.items()},
        "rest": rest,
        **{name: rest + path for name, path in data.items()},
        "profile": f"{base}/{session.caller.user_id}",
        "custom_domain": base,
    }


def _urls_of_version(session: Session, request: Request, fields: Fields) -> dict[str, str]:
    """The links with the version that `version` names, "latest" or vXX.0 (Salesforce fact sheet 1.1)."""
    wanted = fields.get("version", "")
    version = VERSIONS[-1] if wanted == "latest" else wanted.removeprefix("v")
    urls = _urls(session, request)
    return {name: url.replace("{version}", version) for name, url in urls.items()} if version in VERSIONS else urls


def _utc_offset(user: dict[str, Any]) -> int:
    """The standard time of the user's zone, in milliseconds after UTC."""
    zone = ZoneInfo(str(user.get("TimeZoneSidKey") or "UTC"))
    offset = datetime(2026, 1, 1, tzinfo=zone).utcoffset() or timedelta()
    return int(offset.total_seconds() * 1_000)


def _keys(site: Site, request: Request, fields: Fields) -> Response:
    return json_reply(key_set())


def _configuration(site: Site, request: Request, fields: Fields) -> Response:
    base = site_base(request)
    oauth = f"{base}/services/oauth2"
    return json_reply(
        {
            "issuer": base,
            "authorization_endpoint": f"{oauth}/authorize",
            "token_endpoint": f"{oauth}/token",
            "revocation_endpoint": f"{oauth}/revoke",
            "introspection_endpoint": f"{oauth}/introspect",
            "userinfo_endpoint": f"{oauth}/userinfo",
            "jwks_uri": f"{base}/id/keys",
            "scopes_supported": list(SCOPES),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic", "private_key_jwt"],
            "claims_supported": ["active", "email", "family_name", "given_name", "name", "sub", "user_id"],
        }
    )
