"""Signing in to Salesforce: the only file that knows Authlib.

Authorization code with PKCE (S256), refresh, client credentials and JWT bearer (Salesforce fact sheet 1). Salesforce
never says when a token expires; the session asks for a new one when the old one is refused. Nothing here logs, and
no error carries a secret, a code or a token.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Collection, Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx
from joserfc.jwk import RSAKey
from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_exponential_jitter

from sfsam.domain.profiles import Connection, GrantType
from sfsam.errors import (
    ReconnectRequired,
    SalesforceUnavailable,
    SetupError,
    SfsamError,
)
from sfsam.ports import AuthorizationStart, Token
from sfsam.salesforce.addresses import MY_DOMAIN_SUFFIXES, check_instance_url, check_url
from sfsam.salesforce.oauth_faults import LOG_IN_AGAIN, MY_DOMAIN, SCOPES, fault_of

with warnings.catch_warnings():
    import authlib.deprecate  # noqa: F401 - it puts a filter of its own in front, so it has to come first

    warnings.filterwarnings("ignore", message="The httpx module is deprecated")
    from authlib.common.security import generate_token
    from authlib.integrations.httpx_client import OAuth2Client, OAuthError
    from authlib.oauth2.rfc7523.assertion import sign_jwt_bearer_assertion

TOKEN_PATH = "/services/oauth2/token"  # noqa: S105 - an address, not a secret
AUTHORIZE_PATH = "/services/oauth2/authorize"
_JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_ASSERTION_SECONDS = 180  # Salesforce takes no more than three minutes (fact sheet 1.3)
_VERIFIER_LENGTH = 64
_ATTEMPTS = 4
_TEST_HOSTS = (".sandbox.my.", ".scratch.my.")


class SignIn:
    """Log-ins of one connection. `credential` is its client secret, or for JWT bearer its private key (PEM).

    `client_options` are httpx options (transport, TLS, time-outs).
    """

    def __init__(
        self,
        connection: Connection,
        credential: str,
        *,
        allowed_hosts: Collection[str] = (),
        client_options: Mapping[str, Any] | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._connection = connection
        self._url = check_url(connection.url, allowed_hosts)
        is_jwt = connection.grant is GrantType.JWT_BEARER
        self._private_key = credential if is_jwt else ""
        self._secret = "" if is_jwt else credential
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
        """Exchange the code of a log-in, once. Raises by oauth_faults, or AddressRefused for the instance_url."""
        answer = self._fetch(
            grant_type="authorization_code", code=code, code_verifier=code_verifier, redirect_uri=redirect_uri
        )
        return self._token(answer, before=None)

    def renew(self, before: Token | None) -> Token:
        """A new token: minted by client credentials or a signed assertion, or by the refresh token of the one before.

        What an answer leaves out (refresh_token without rotation, instance_url) is kept from `before`. A refused
        refresh is asked once more after a pause, because a passing invalid_grant has been seen (fact sheet 1.5).
        """
        if self._connection.grant is GrantType.CLIENT_CREDENTIALS:
            return self._token(self._retried(lambda: self._fetch(grant_type="client_credentials")), before)
        if self._connection.grant is GrantType.JWT_BEARER:
            return self._token(self._retried(self._fetch_by_assertion), before)
        if before is None or before.refresh_token is None:
            raise ReconnectRequired("The session has ended and there is no refresh token.", LOG_IN_AGAIN)
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

    def _fetch_by_assertion(self) -> dict[str, Any]:
        """A token for the connection's user, on the word of our private key (RS256)."""
        if not self._private_key:
            raise SetupError(
                "The connection has no key pair yet.", "Make one, and upload its certificate to the app in Salesforce."
            )
        assertion = sign_jwt_bearer_assertion(
            RSAKey.import_key(self._private_key),
            issuer=self._connection.client_id,
            audience=audience_of(self._url),
            subject=self._connection.username,
            expires_in=_ASSERTION_SECONDS,
            alg="RS256",
        )
        return self._fetch(grant_type=_JWT_BEARER, assertion=assertion)

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


def audience_of(url: str) -> str:
    """Whom an assertion is for: Salesforce's log-in host, that of sandboxes, or the practice org itself."""
    host = urlsplit(url).hostname or ""
    if not host.endswith(MY_DOMAIN_SUFFIXES):
        return url
    is_test = any(part in host for part in _TEST_HOSTS)
    return f"https://{'test' if is_test else 'login'}.salesforce.com"


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
            return SetupError("The address answers the log-in with a redirect.", MY_DOMAIN, status=status)
        if status < 500 and status not in (420, 429):
            return SetupError(f"The address answers the log-in with HTTP {status}.", MY_DOMAIN, status=status)
    return SalesforceUnavailable(
        "Salesforce's log-in answered something that is no token.", "Nothing was lost; try again in some minutes."
    )
