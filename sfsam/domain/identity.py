"""Who the sign-in service says somebody is, for how long, and with which of our roles.

The library that signs people in checks signature, issuer, audience and nonce, and keeps the claims in a signed cookie
for thirty days. It does not ask again whether they hold: that is done here, each time somebody asks for something.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sfsam.config import Settings
from sfsam.domain.roles import NOBODY, Caller, Role, Roles

RESERVED_NAMES = frozenset({"local", "sfsam", "schedule"})  # what the audit trail calls those who are no person
_CLOCKS_DIFFER = timedelta(minutes=5)

Claims = Mapping[str, Any]


class Standing(StrEnum):
    """How somebody stands here."""

    SIGNED_IN = "signed_in"
    NO_ROLE = "no_role"
    EXPIRED = "expired"
    SIGNED_OUT = "signed_out"


@dataclass(frozen=True)
class Identity:
    """A person as the sign-in service names him. `session` is the same for one sign-in; it ends at `ends_at`."""

    standing: Standing
    name: str = ""
    roles: Roles = NOBODY
    session: str = ""
    ends_at: datetime | None = None

    @property
    def caller(self) -> Caller:
        """The giver of commands; without roles in every standing but SIGNED_IN."""
        is_in = self.standing is Standing.SIGNED_IN
        return Caller(self.name, self.roles if is_in else NOBODY, is_signed_in=is_in)


NOT_SIGNED_IN = Identity(Standing.SIGNED_OUT)


def identified(claims: Claims, settings: Settings, *, now: datetime, ended: SignedOut) -> Identity:
    """The person of these claims (of an ID token, OpenID Connect Core 1.0, 2). `now` is naive UTC.

    Claims without a moment of issue or end, from the future, or meant for another client are as good as none.
    """
    issued, expires, subject = _moment(claims.get("iat")), _moment(claims.get("exp")), str(claims.get("sub") or "")
    if issued is None or expires is None or not subject or settings.oidc_client_id not in _texts(claims.get("aud")):
        return NOT_SIGNED_IN
    session = _session(claims)
    ends_at = min(expires, issued + timedelta(hours=settings.session_hours))
    name = _name(claims, settings.oidc_name_claim) or subject
    roles = _roles(claims, settings)
    standing = Standing.SIGNED_IN if roles else Standing.NO_ROLE
    if now >= ends_at or issued > now + _CLOCKS_DIFFER:
        standing = Standing.EXPIRED
    elif session in ended:
        return NOT_SIGNED_IN
    return Identity(standing, name, roles, session, ends_at)


class SignedOut:
    """The sign-ins that were ended here before their time, so that an open page or a kept cookie ends with them.

    Kept in this process only; a restart forgets them, and no page survives it.
    """

    def __init__(self) -> None:
        self._until: dict[str, datetime] = {}

    def add(self, identity: Identity, now: datetime) -> None:
        """End this sign-in for good."""
        self._until = {session: until for session, until in self._until.items() if until > now}
        if identity.ends_at is not None:
            self._until[identity.session] = identity.ends_at

    def __contains__(self, session: str) -> bool:
        return session in self._until


def _roles(claims: Claims, settings: Settings) -> Roles:
    """The roles named by the claim: through the table of the settings, or by their own names where there is none."""
    known: Mapping[str, str] = settings.oidc_roles or {role.value: role.value for role in Role}
    return frozenset(Role(known[value]) for value in _texts(_claim(claims, settings.oidc_role_claim)) if value in known)


def _claim(claims: Claims, path: str) -> Any:
    """A claim by its name; else by a path into objects, such as realm_access.roles."""
    if path in claims:
        return claims[path]
    value: Any = claims
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _name(claims: Claims, claim: str) -> str:
    name = _claim(claims, claim)
    is_unproven = claim == "email" and claims.get("email_verified") is False
    return name if isinstance(name, str) and not is_unproven and name not in RESERVED_NAMES else ""


def _texts(value: Any) -> Iterator[str]:
    return (each for each in (value if isinstance(value, list | tuple) else [value]) if isinstance(each, str))


def _moment(value: Any) -> datetime | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, UTC).replace(tzinfo=None)
    except (ValueError, OverflowError, OSError):
        return None


def _session(claims: Claims) -> str:
    parts = "|".join(str(claims.get(name)) for name in ("iss", "sub", "iat", "nonce"))
    return hashlib.sha256(parts.encode()).hexdigest()
