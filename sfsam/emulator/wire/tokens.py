"""Sessions: access tokens, refresh tokens and authorization codes of one org.

Lifetimes, rotation and revocation follow Salesforce fact sheet 1.2, 1.4 and 1.6; time is the org's clock.
"""

from __future__ import annotations

import secrets
import string
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from sfsam.emulator.clock import OrgClock
from sfsam.emulator.wire.settings import Settings

CODE_LIFETIME = timedelta(minutes=15)
_APPROVALS_PER_USER = 5
_WORD = string.ascii_letters + string.digits + "._"


@dataclass
class AuthorizationCode:
    """What the user allowed, waiting to be exchanged once."""

    value: str
    user_id: str
    client_id: str
    redirect_uri: str
    scopes: tuple[str, ...]
    code_challenge: str | None
    expires_at: datetime
    is_used: bool = False


@dataclass
class RefreshToken:
    """A standing approval; `replaced_by` is set when rotation made a newer one.

    `is_shared` lets the `sf` command line's app use it too: the ready line has one token for both.
    """

    value: str
    user_id: str
    client_id: str
    scopes: tuple[str, ...]
    issued_at: datetime
    last_used_at: datetime
    is_alive: bool = True
    is_shared: bool = False
    replaced_by: str | None = None

    def serves(self, client_id: str, *, is_supplied: bool) -> bool:
        """Whether an app may come back with this token."""
        return self.client_id == client_id or (self.is_shared and is_supplied)


@dataclass
class AccessToken:
    """A session. Every use extends it by the lifetime that the org's policy sets."""

    value: str
    user_id: str
    client_id: str
    scopes: tuple[str, ...]
    issued_at: datetime
    last_used_at: datetime
    refresh_token: str | None


class TokenStore:
    """All sessions of one org, safe to touch from any thread.

    `own_client_id` is the app whose refresh tokens follow the settings' policy; others live until revoked.
    """

    def __init__(self, org_id: str, clock: OrgClock, settings: Settings, own_client_id: str) -> None:
        self._org_id15 = org_id[:15]
        self._own_client_id = own_client_id
        self._clock = clock
        self._settings = settings
        self._lock = threading.RLock()
        self._codes: dict[str, AuthorizationCode] = {}
        self._refresh: dict[str, RefreshToken] = {}
        self._access: dict[str, AccessToken] = {}

    def issue_code(
        self, user_id: str, client_id: str, redirect_uri: str, scopes: tuple[str, ...], challenge: str | None
    ) -> AuthorizationCode:
        """A code for the callback, good for 15 minutes."""
        expires_at = self._clock.now() + CODE_LIFETIME
        code = AuthorizationCode("aPrx" + _random(56), user_id, client_id, redirect_uri, scopes, challenge, expires_at)
        with self._lock:
            self._codes[code.value] = code
        return code

    def find_code(self, value: str) -> AuthorizationCode | None:
        """The code, used or expired as it may be."""
        return self._codes.get(value)

    def spend_code(self, code: AuthorizationCode) -> bool:
        """Use the code up; False when it was used before or has expired."""
        with self._lock:
            if code.is_used or self._clock.now() >= code.expires_at:
                return False
            code.is_used = True
            return True

    def issue_refresh(self, user_id: str, client_id: str, scopes: tuple[str, ...]) -> RefreshToken:
        """A refresh token; the user's oldest for that app dies when there would be more than five."""
        with self._lock:
            alive = self._approvals(user_id, client_id)
            for token in alive[: max(0, len(alive) - _APPROVALS_PER_USER + 1)]:
                self.revoke(token.value)
            return self._new_refresh(user_id, client_id, scopes)

    def has_approval(self, user_id: str, client_id: str) -> bool:
        """Whether the user has let the app come back."""
        with self._lock:
            return bool(self._approvals(user_id, client_id))

    def find_refresh(self, value: str) -> RefreshToken | None:
        """A living refresh token, without using it."""
        token = self._refresh.get(value)
        return token if token is not None and self._is_alive(token) else None

    def present_refresh(self, value: str) -> RefreshToken | None:
        """A living refresh token. A rotated one that comes back takes its successors with it (1.6)."""
        with self._lock:
            token = self._refresh.get(value)
            if token is not None and token.replaced_by is not None:
                self._revoke_line(token)
            living = self.find_refresh(value)
            if living is not None:
                living.last_used_at = self._clock.now()
            return living

    def rotate(self, token: RefreshToken) -> RefreshToken | None:
        """The successor of a refresh token, which dies at once.

        None when somebody else has just rotated it: then all that came of it ends, too.
        """
        with self._lock:
            if token.replaced_by is not None:
                self._revoke_line(token)
            if not token.is_alive:
                return None
            successor = self._new_refresh(token.user_id, token.client_id, token.scopes)
            successor.issued_at = token.issued_at
            token.is_alive = False
            token.replaced_by = successor.value
            return successor

    def issue_access(
        self, user_id: str, client_id: str, scopes: tuple[str, ...], refresh_token: str | None = None
    ) -> AccessToken:
        """A new session for the user; `client_id` is "" when no app asked for it.

        It is over from the beginning when its refresh token was ended meanwhile, by another use of the one before.
        """
        now = self._clock.now()
        value = f"{self._org_id15}!AQ{_random(92)}"
        token = AccessToken(value, user_id, client_id, scopes, now, now, refresh_token)
        with self._lock:
            line = self._refresh.get(refresh_token or "")
            if line is None or line.is_alive:
                self._access[value] = token
        return token

    def use_access(self, value: str) -> AccessToken | None:
        """The living session behind a token, extended by this use; None when it is over."""
        with self._lock:
            token = self.find_access(value)
            if token is not None:
                token.last_used_at = self._clock.now()
            return token

    def find_access(self, value: str) -> AccessToken | None:
        """The living session behind a token, without using it."""
        with self._lock:
            token = self._access.get(value)
            if token is not None and self._clock.now() >= self.expires_at(token):
                del self._access[value]
                return None
            return token

    def expires_at(self, token: AccessToken) -> datetime:
        """When the session ends unless it is used again."""
        return token.last_used_at + timedelta(seconds=self._settings.access_token_seconds)

    def revoke(self, value: str) -> bool:
        """End a session, or an approval with all its sessions; False when there is nothing to end."""
        with self._lock:
            if self._access.pop(value, None) is not None:
                return True
            refresh = self._refresh.get(value)
            if refresh is None or not refresh.is_alive:
                return False
            refresh.is_alive = False
            self._end_sessions_of(refresh.value)
            return True

    def revoke_user(self, user_id: str) -> None:
        """End everything of a user who was deactivated or frozen."""
        with self._lock:
            for refresh in self._refresh.values():
                if refresh.user_id == user_id:
                    refresh.is_alive, refresh.replaced_by = False, None
            for value in [t.value for t in self._access.values() if t.user_id == user_id]:
                del self._access[value]

    def _new_refresh(self, user_id: str, client_id: str, scopes: tuple[str, ...]) -> RefreshToken:
        now = self._clock.now()
        token = RefreshToken("5Aep861" + _random(80), user_id, client_id, scopes, now, now)
        self._refresh[token.value] = token
        return token

    def _approvals(self, user_id: str, client_id: str) -> list[RefreshToken]:
        """The living refresh tokens of a user for an app, oldest first."""
        return [
            token
            for token in self._refresh.values()
            if (token.user_id, token.client_id) == (user_id, client_id) and self._is_alive(token)
        ]

    def _is_alive(self, token: RefreshToken) -> bool:
        """Whether the token was not ended, and the app's policy lets it live on (Salesforce fact sheet 1.6)."""
        policy = self._settings.refresh_token_policy
        if not token.is_alive or token.client_id != self._own_client_id or policy == "Infinite":
            return token.is_alive
        if policy == "Zero":
            return False
        since = token.issued_at if policy == "SpecificLifetime" else token.last_used_at
        return self._clock.now() < since + timedelta(seconds=self._settings.refresh_token_seconds)

    def _revoke_line(self, token: RefreshToken) -> None:
        """End a rotated token's sessions and every token that followed it."""
        follower: RefreshToken | None = token
        while follower is not None:
            follower.is_alive = False
            self._end_sessions_of(follower.value)
            follower = self._refresh.get(follower.replaced_by or "")

    def _end_sessions_of(self, refresh_token: str) -> None:
        for value in [t.value for t in self._access.values() if t.refresh_token == refresh_token]:
            del self._access[value]


def _random(length: int) -> str:
    return "".join(secrets.choice(_WORD) for _ in range(length))
