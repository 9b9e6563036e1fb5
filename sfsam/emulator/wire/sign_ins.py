"""Browser sessions of the log-in pages, and who has allowed which app what."""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass


@dataclass(frozen=True)
class SignIn:
    """A user who has logged in with a browser; `form_token` ties a decision to the page that asked."""

    user_id: str
    form_token: str


class SignIns:
    """The browser sessions of one org, and the approvals given in them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sessions: dict[str, SignIn] = {}
        self._approved: dict[tuple[str, str], set[str]] = {}

    def start(self, user_id: str) -> str:
        """Begin a browser session; returns the cookie value."""
        cookie = secrets.token_urlsafe(32)
        with self._lock:
            self._sessions[cookie] = SignIn(user_id, secrets.token_urlsafe(16))
        return cookie

    def find(self, cookie: str | None) -> SignIn | None:
        """The session behind a cookie."""
        return self._sessions.get(cookie or "")

    def approve(self, user_id: str, client_id: str, scopes: tuple[str, ...]) -> None:
        """Remember that the user allowed the app these scopes."""
        with self._lock:
            self._approved.setdefault((user_id, client_id), set()).update(scopes)

    def has_approved(self, user_id: str, client_id: str, scopes: tuple[str, ...]) -> bool:
        """Whether the user has allowed the app all of these scopes before."""
        return set(scopes) <= self._approved.get((user_id, client_id), set())

    def forget_user(self, user_id: str) -> None:
        """End the user's browser sessions and approvals (Salesforce fact sheet 5.10)."""
        with self._lock:
            self._approved = {key: scopes for key, scopes in self._approved.items() if key[0] != user_id}
            self._sessions = {c: s for c, s in self._sessions.items() if s.user_id != user_id}
