"""Signing in to Salesforce: the only file that knows Authlib.

Authorization code with PKCE (S256), refresh, and client credentials (Salesforce fact sheet 1). Salesforce never says
when a token expires; the session asks for a new one when the old one is refused. Nothing here logs, and no error
carries a secret, a code or a token.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Collection, Mapping
from typing import Any

import httpx
from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_exponential_jitter

from sfsam.domain.profiles import Connection, GrantType
from sfsam.errors import (
    ClientRejected,
    ReconnectRequired,
    SalesforceUnavailable,
    SetupError,
    SfsamError,
)
from sfsam.ports import AuthorizationStart, Token
from sfsam.salesforce.addresses import check_instance_url, check_url
from sfsam.salesforce.faults import Fault

with warnings.catch_warnings():
    import authlib.deprecate  # noqa: F401 - it puts a filter of its own in front, so it has to come first

    warnings.filterwarnings("ignore", message="The httpx module is deprecated")
    from authlib.common.security import generate_token
    from authlib.integrations.httpx_client import OAuth2Client, OAuthError

SCOPES = "api refresh_token id"
TOKEN_PATH = "/services/oauth2/token"  # noqa: S105 - an address, not a secret
AUTHORIZE_PATH = "/services/oauth2/authorize"
_VERIFIER_LENGTH = 64
_ATTEMPTS = 4

_MY_DOMAIN = "Enter the org's My Domain URL (https://YOUR-DOMAIN.my.salesforce.com) in the connection."
_LOG_IN_AGAIN = "Log in again: choose Log in to Salesforce on the welcome page."
_APP_SETTINGS = "Change it in the settings of the External Client App, and wait up to ten minutes."
_RUN_AS = (
    "In the app's policies, enable the client credentials flow and set a Run As user (its user name, not its "
    "e-mail address) that has the permission API Enabled."
)


def _unavailable(what: str) -> Fault:
    return Fault(SalesforceUnavailable, what, "Nothing was lost; try again in some minutes.")


# By error, then by what error_description contains; "" fits every description (fact sheet 1.5).
OAUTH_FAULTS: dict[str, dict[str, Fault]] = {
    "invalid_client_id": {
        "": Fault(
            ClientRejected,
            "Salesforce does not know this client id.",
            "Copy the Consumer Key of the app again; a new app needs up to ten minutes until it works.",
        )
    },
    "invalid_client": {
        "": Fault(ClientRejected, "The client secret is wrong.", "Copy the Consumer Secret of the app again.")
    },
    "invalid_grant": {
        "no client credentials user enabled": Fault(SetupError, "The app has no Run As user.", _RUN_AS),
        "request not supported on this domain": Fault(
            SetupError, "Client credentials are refused on Salesforce's common log-in host.", _MY_DOMAIN
        ),
        "client credentials flow not enabled": Fault(SetupError, "The app does not allow client credentials.", _RUN_AS),
        "authorization code": Fault(
            ReconnectRequired, "The log-in took too long, or its code was used already.", _LOG_IN_AGAIN
        ),
        "ip restricted": Fault(
            SetupError,
            "The log-in is not allowed from this network.",
            "Relax the IP policy of the app, or add this machine's address to the login IP ranges.",
        ),
        "login hours": Fault(
            SetupError, "The user may not log in at this hour.", "Widen the login hours of its profile."
        ),
        "inactive": Fault(ReconnectRequired, "The connected user is inactive.", "Connect as an active user."),
        "approved this consumer": Fault(
            SetupError, "The user has not approved the app.", "Approve the app for that user in its policies."
        ),
        "rate exceeded": _unavailable("Salesforce took too many log-ins of this user within an hour."),
        "": Fault(ReconnectRequired, "The access was revoked or has expired.", _LOG_IN_AGAIN),
    },
    "invalid_app_access": {
        "": Fault(
            SetupError,
            "An administrator has not approved this user for the app.",
            "Assign the app to the user's profile or permission set in the app's policies.",
        )
    },
    "unsupported_grant_type": {"": Fault(SetupError, "The app does not allow this grant type.", _APP_SETTINGS)},
    "oauth_flow_disabled": {"": Fault(SetupError, "The org has switched this kind of log-in off.", _APP_SETTINGS)},
    "redirect_uri_mismatch": {
        "": Fault(
            SetupError,
            "The callback URL is not the one that the app has registered.",
            "Copy the callback URL that sfsam shows into the app, letter by letter.",
        )
    },
    "redirect_uri_missing": {"": Fault(SetupError, "The app has no callback URL.", _APP_SETTINGS)},
    "invalid_scope": {
        "": Fault(SetupError, "The app does not allow a scope that sfsam needs.", f"Add the scopes: {SCOPES}.")
    },
    "app_blocked": {"": Fault(SetupError, "The org has blocked the app.", "Unblock it in Connected Apps OAuth Usage.")},
    "app_not_found": {"": Fault(SetupError, "The app is not installed in this org.", "Install or approve the app.")},
    "inactive_user": {"": Fault(ReconnectRequired, "The connected user is inactive.", "Connect as an active user.")},
    "inactive_org": {"": Fault(SetupError, "The org is inactive.", "Ask Salesforce to activate it.")},
    "access_denied": {"": Fault(SetupError, "The access was denied at the log-in.", _LOG_IN_AGAIN)},
    "rate_limit_exceeded": {"": _unavailable("Salesforce took too many log-ins in a short time.")},
    "server_error": {"": _unavailable("Salesforce's log-in had an internal error.")},
    "service_unavailable": {"": _unavailable("Salesforce's log-in is not available at the moment.")},
    "system_down": {"": _unavailable("Salesforce's log-in is down at the moment.")},
    "unknown_error": {"": _unavailable("Salesforce's log-in had an unknown error.")},
}
_UNKNOWN = Fault(SetupError, "Salesforce refused the log-in.", "Read Salesforce's words below and check the app.")


class SignIn:
    """Log-ins of one connection. `client_options` are httpx options (transport, TLS, time-outs)."""

    def __init__(
        self,
        connection: Connection,
        client_secret: str,
        *,
        allowed_hosts: Collection[str] = (),
        client_options: Mapping[str, Any] | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._connection = connection
        self._url = check_url(connection.url, allowed_hosts)
        self._secret = client_secret
        self._allowed_hosts = allowed_hosts
        self._client_options = client_options or {}
        self._pause = pause

    def __repr__(self) -> str:
        return f"SignIn({self._url}, {self._connection.grant})"

    def begin(self, redirect_uri: str) -> AuthorizationStart:
        """The address of the log-in page, with a fresh state and a fresh PKCE verifier."""
        verifier = generate_token(_VERIFIER_LENGTH)
        with self._client() as client:
            url, state = client.create_authorization_url(
                self._url + AUTHORIZE_PATH, code_verifier=verifier, redirect_uri=redirect_uri, scope=SCOPES
            )
        return AuthorizationStart(url=url, state=state, code_verifier=verifier)

    def finish(self, *, code: str, code_verifier: str, redirect_uri: str) -> Token:
        """Exchange the code of a log-in, once. Raises by OAUTH_FAULTS, or AddressRefused for the instance_url."""
        answer = self._fetch(
            grant_type="authorization_code", code=code, code_verifier=code_verifier, redirect_uri=redirect_uri
        )
        return self._token(answer, before=None)

    def renew(self, before: Token | None) -> Token:
        """A new token: minted by client credentials, or by the refresh token of the one before.

        What an answer leaves out (refresh_token without rotation, instance_url) is kept from `before`. A refused
        refresh is asked once more after a pause, because a passing invalid_grant has been seen (fact sheet 1.5).
        """
        if self._connection.grant is GrantType.CLIENT_CREDENTIALS:
            return self._token(self._retried(lambda: self._fetch(grant_type="client_credentials")), before)
        if before is None or before.refresh_token is None:
            raise ReconnectRequired("The session has ended and there is no refresh token.", _LOG_IN_AGAIN)
        refresh_token = before.refresh_token
        return self._token(self._retried(lambda: self._refresh(refresh_token)), before)

    def _retried(self, ask: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        retrying = Retrying(
            stop=stop_after_attempt(_ATTEMPTS),
            wait=wait_exponential_jitter(multiplier=1, max=8),
            retry=retry_if_exception(_Confirmation()),
            sleep=self._pause,
            reraise=True,
        )
        return retrying(ask)

    def _fetch(self, **parameters: str) -> dict[str, Any]:
        with self._client() as client:
            return self._asked(lambda: client.fetch_token(self._url + TOKEN_PATH, **parameters))

    def _refresh(self, refresh_token: str) -> dict[str, Any]:
        with self._client() as client:
            client.token = {"refresh_token": refresh_token}
            return self._asked(lambda: client.refresh_token(self._url + TOKEN_PATH, refresh_token=refresh_token))

    def _asked(self, ask: Callable[[], Mapping[str, Any]]) -> dict[str, Any]:
        try:
            return dict(ask())
        except OAuthError as refusal:
            raise fault_of(str(refusal.error), str(refusal.description or "")) from None
        except httpx.TransportError as trouble:
            raise _unreachable(self._url, trouble) from None
        except (httpx.HTTPStatusError, ValueError) as trouble:  # HTML, or JSON that is no object
            raise _not_a_token(trouble) from None

    def _client(self) -> Any:
        return OAuth2Client(
            client_id=self._connection.client_id,
            client_secret=self._secret or None,
            token_endpoint_auth_method="client_secret_post" if self._secret else "none",
            code_challenge_method="S256",
            follow_redirects=False,
            **self._client_options,
        )

    def _token(self, answer: Mapping[str, Any], before: Token | None) -> Token:
        instance_url = answer.get("instance_url") or (before.instance_url if before else self._url)
        if not answer.get("access_token"):
            raise SalesforceUnavailable("Salesforce's log-in answered without a token.", "Try again in some minutes.")
        return Token(
            access_token=answer["access_token"],
            refresh_token=answer.get("refresh_token") or (before.refresh_token if before else None),
            instance_url=check_instance_url(instance_url, self._url, self._allowed_hosts),
            id_url=answer.get("id") or (before.id_url if before else ""),
            scope=answer.get("scope") or (before.scope if before else ""),
            issued_at=str(answer.get("issued_at") or ""),
        )


def fault_of(error: str, description: str) -> SfsamError:
    """Our error for one answer of the token endpoint or of the log-in page (fact sheet 1.5)."""
    by_description = OAUTH_FAULTS.get(error, {"": _UNKNOWN})
    fault = next(fault for words, fault in by_description.items() if words in description.lower())
    return fault.error(fault.what, fault.remedy, said=f"{error}: {description}".rstrip(": "), code=error)


class _Confirmation:
    """Whether to ask again: temporary troubles always, a revoked grant once."""

    def __init__(self) -> None:
        self._confirmed = False

    def __call__(self, trouble: BaseException) -> bool:
        if isinstance(trouble, ReconnectRequired) and not self._confirmed:
            self._confirmed = True
            return True
        return isinstance(trouble, SalesforceUnavailable)


def _unreachable(url: str, trouble: httpx.TransportError) -> SalesforceUnavailable:
    return SalesforceUnavailable(
        f"{url} did not answer ({type(trouble).__name__}).",
        "Check the URL and the network, then try again.",
    )


def _not_a_token(trouble: httpx.HTTPStatusError | ValueError) -> SfsamError:
    if isinstance(trouble, httpx.HTTPStatusError):
        status = trouble.response.status_code
        if 300 <= status < 400:
            return SetupError("The address answers the log-in with a redirect.", _MY_DOMAIN, status=status)
        if status < 500 and status not in (420, 429):
            return SetupError(f"The address answers the log-in with HTTP {status}.", _MY_DOMAIN, status=status)
    return SalesforceUnavailable(
        "Salesforce's log-in answered something that is no token.", "Nothing was lost; try again in some minutes."
    )
