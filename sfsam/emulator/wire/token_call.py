"""A request to an OAuth endpoint that applications call: who asks, and the answer with a session."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import Response

from sfsam.emulator.org import Caller
from sfsam.emulator.wire.assertions import Assertion
from sfsam.emulator.wire.host import OrgHost, site_base
from sfsam.emulator.wire.id_tokens import make_id_token
from sfsam.emulator.wire.oauth_errors import OAuthError
from sfsam.emulator.wire.oauth_site import Client, Site, oauth_reply
from sfsam.emulator.wire.policies import check_policies
from sfsam.emulator.wire.settings import Settings
from sfsam.emulator.wire.tokens import RefreshToken

REMOTE_ACCESS = "Remote Access 2.0"
TOKEN = "/services/oauth2/token"  # noqa: S105 - a path
_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_LOGIN_HOSTS = {False: "https://login.salesforce.com", True: "https://test.salesforce.com"}


@dataclass(frozen=True)
class TokenCall:
    """One such request: where it came, and its form fields."""

    site: Site
    request: Request
    fields: dict[str, str]

    def field(self, name: str) -> str:
        """A form field, "" when it is missing."""
        return self.fields.get(name, "")

    def needed(self, name: str) -> str:
        """A form field that must be there. Raises invalid_request."""
        if not self.field(name):
            raise OAuthError("invalid_request", f"missing required parameter: {name}")
        return self.field(name)

    def clients(self, *, secret_optional: Callable[[Settings], bool] = lambda settings: False) -> list[Client]:
        """The app that authenticates itself, in each org that knows it (Salesforce fact sheet 1.3).

        By Basic, by secret in the body, or by a signed assertion. Where the org's settings make the secret
        optional, a wrong one is refused all the same. Raises invalid_client_id and invalid_client.
        """
        if self.field("client_assertion_type"):
            return [self._client_by_assertion()]
        client_id, secret = _basic(self.request) or (self.field("client_id"), self.field("client_secret"))
        clients = self.site.clients(client_id)
        if not clients:
            raise unknown_client()
        comes_without = not secret and secret_optional(clients[0].host.settings)
        if not comes_without and not clients[0].app.is_secret(secret):
            raise _wrong_secret()
        return clients

    def audiences(self, client: Client) -> set[str]:
        """What `aud` of an assertion may name: Salesforce's login host, or an address of the org or of this site."""
        host = client.host
        own = {site_base(self.request), host.base_url(self.request)}
        return own | {address + TOKEN for address in own} | {_LOGIN_HOSTS[host.org.is_sandbox]}

    def session(
        self,
        client: Client,
        user_id: str,
        scopes: tuple[str, ...],
        sub_type: str,
        *,
        refresh: RefreshToken | None = None,
        show_refresh: bool = False,
    ) -> Response:
        """Start a session and answer as 1.4 says, which never tells when it ends. Raises a policy's OAuthError."""
        host, app = client.host, client.app
        check_policies(client, self.living(host, user_id))
        token = host.tokens.issue_access(user_id, app.client_id, scopes, refresh.value if refresh else None)
        host.meter.count_token(self.fields["grant_type"])
        host.org.record_login(user_id, login_type=REMOTE_ACCESS, sub_type=sub_type, application=app.name)
        identity = host.identity_url(site_base(self.request), user_id)
        issued_at = str(int(token.issued_at.timestamp() * 1000))
        signed = hmac.digest(app.client_secret.encode(), (identity + issued_at).encode(), "sha256")
        content = {
            "access_token": token.value,
            "signature": base64.b64encode(signed).decode(),
            "scope": " ".join(scopes),
            "instance_url": host.base_url(self.request),
            "id": identity,
            "token_type": "Bearer",
            "issued_at": issued_at,
        }
        if show_refresh and refresh is not None:
            content["refresh_token"] = refresh.value
        if "openid" in scopes:
            content["id_token"] = make_id_token(site_base(self.request), identity, app.client_id, token)
        return oauth_reply(self.request, self.fields, content)

    def living(self, host: OrgHost, user_id: str) -> Caller:
        """The user, who may still log in. Raises invalid_grant."""
        caller = host.living_caller(user_id)
        if caller is None:
            raise OAuthError("invalid_grant", "inactive user")
        return caller

    def _client_by_assertion(self) -> Client:
        """private_key_jwt: `iss` and `sub` name the app, its certificate proves it."""
        if self.field("client_assertion_type") != _ASSERTION_TYPE:
            raise OAuthError("invalid_assertion_type", "invalid client assertion type")
        assertion = Assertion.parse(self.needed("client_assertion"))
        clients = self.site.clients(assertion.claim("iss"))
        if not clients or assertion.claim("sub") != assertion.claim("iss"):
            raise unknown_client()
        try:
            assertion.check_signature(clients[0].host.settings.jwt_certificate)
            assertion.check_audience(self.audiences(clients[0]))
            assertion.check_expiry(clients[0].host.org.clock.now())
        except OAuthError as error:
            raise _wrong_secret() from error
        return clients[0]


def unknown_client() -> OAuthError:
    """No org here knows this app."""
    return OAuthError("invalid_client_id", "client identifier invalid")


def _wrong_secret() -> OAuthError:
    return OAuthError("invalid_client", "invalid client credentials")


def _basic(request: Request) -> tuple[str, str] | None:
    kind, _, value = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        client_id, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise OAuthError("invalid_basic_auth_header", "invalid authorization header") from error
    return unquote(client_id), unquote(secret)
