"""The client applications an org knows: key, secret, scopes and the callbacks they accept."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from urllib.parse import urlsplit

APP_NAME = "License Manager"
_SUPPLIED_NAME = "Salesforce CLI"
_SUPPLIED_KEY = "PlatformCLI"
SCOPES = ("refresh_token", "api", "web", "id", "openid", "profile", "email")
"""What the app may ask for; also what it gets when the request names no scope (fact sheet 1.2, 1.9)."""

SCOPE_MEANINGS = {
    "api": "Manage user data via APIs",
    "refresh_token": "Perform requests at any time",
    "web": "Manage user data via Web browsers",
    "id": "Access the identity URL service",
    "openid": "Access unique user identifiers",
    "profile": "Access the basic profile",
    "email": "Access the email address",
}
_NEVER_BY_CLIENT_CREDENTIALS = {"refresh_token", "web", "full"}


@dataclass(frozen=True)
class ClientApp:
    """A client application; one without a secret proves itself by PKCE and by its tokens alone."""

    name: str
    client_id: str
    client_secret: str
    is_supplied: bool = False
    """Whether Salesforce brings it along: the org's own app policies do not concern it (fact sheet 7.3)."""

    @classmethod
    def of_org(cls, org_id: str) -> ClientApp:
        """The External Client App of an org (Salesforce fact sheet 1.10).

        Key and secret follow from the org's id, so that a restarted practice org still knows the connections
        made to it.
        """
        key = hashlib.sha256(f"consumer key of {org_id}".encode()).hexdigest()
        secret = hashlib.sha256(f"consumer secret of {org_id}".encode()).hexdigest()
        return cls(APP_NAME, f"3MVG9{key}_{key[:15]}", secret.upper())

    @classmethod
    def command_line(cls) -> ClientApp:
        """The app of the `sf` command line, which every org knows and which has no secret."""
        return cls(_SUPPLIED_NAME, _SUPPLIED_KEY, "", is_supplied=True)

    def is_secret(self, candidate: str) -> bool:
        """Whether the consumer secret is right."""
        return hmac.compare_digest(candidate.encode(), self.client_secret.encode())

    def accepts_callback(self, url: str, registered: tuple[str, ...]) -> bool:
        """Whether the app redirects there.

        A real app needs every callback registered exactly; the practice app also accepts any loopback
        address, because nobody can know beforehand on which port a copy of the product listens.
        """
        parts = urlsplit(url)
        loopback = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost")
        return url in registered or (loopback and not parts.fragment)


def parse_scopes(text: str | None) -> tuple[str, ...] | None:
    """The scopes of a request in the app's order; None when one is not allowed."""
    if not (text or "").strip():
        return SCOPES
    wanted = {"refresh_token" if scope == "offline_access" else scope for scope in (text or "").split()}
    return tuple(scope for scope in SCOPES if scope in wanted) if wanted <= set(SCOPES) else None


def client_credentials_scopes() -> tuple[str, ...]:
    """The app's scopes minus those that need a person (Salesforce fact sheet 1.9)."""
    return tuple(scope for scope in SCOPES if scope not in _NEVER_BY_CLIENT_CREDENTIALS)
