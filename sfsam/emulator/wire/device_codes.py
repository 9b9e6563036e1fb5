"""Device flow: codes that a device polls with while a person allows it elsewhere (Salesforce fact sheet 1.3)."""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from sfsam.emulator.clock import OrgClock

POLL_SECONDS = 5
_LIFETIME = timedelta(minutes=10)
_LETTERS = "BCDFGHJKLMNPQRSTVWXZ23456789"
"""Without vowels and look-alikes, because a person types them."""


@dataclass
class DeviceCode:
    """One device that waits. `user_id` is set when a person has allowed it, `is_denied` when they refused."""

    value: str
    user_code: str
    client_id: str
    scopes: tuple[str, ...]
    expires_at: datetime
    polled_at: datetime | None = None
    user_id: str | None = None
    is_denied: bool = False


class DeviceCodes:
    """The waiting devices of one org, safe to touch from any thread."""

    def __init__(self, clock: OrgClock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._codes: dict[str, DeviceCode] = {}

    def issue(self, client_id: str, scopes: tuple[str, ...]) -> DeviceCode:
        """A code for a device, good for ten minutes."""
        user_code = "".join(secrets.choice(_LETTERS) for _ in range(8))
        code = DeviceCode(secrets.token_hex(32), user_code, client_id, scopes, self._clock.now() + _LIFETIME)
        with self._lock:
            self._codes[code.value] = code
        return code

    def find(self, value: str) -> DeviceCode | None:
        """The code that a device polls with; None when unknown or too old."""
        code = self._codes.get(value)
        return code if code is not None and self._clock.now() < code.expires_at else None

    def find_by_user_code(self, text: str) -> DeviceCode | None:
        """The code that a person typed, still undecided; case and dashes do not matter."""
        wanted = text.replace("-", "").strip().upper()
        with self._lock:
            waiting = [code for code in self._codes.values() if code.user_code == wanted]
        return next((code for code in waiting if self.find(code.value) and not _is_decided(code)), None)

    def is_too_fast(self, code: DeviceCode) -> bool:
        """Note a poll; True when it came sooner than `POLL_SECONDS` after the one before."""
        with self._lock:
            now, before = self._clock.now(), code.polled_at
            code.polled_at = now
            return before is not None and now - before < timedelta(seconds=POLL_SECONDS)

    def spend(self, code: DeviceCode) -> bool:
        """Use the code up; False when that was done before."""
        with self._lock:
            return self._codes.pop(code.value, None) is not None


def _is_decided(code: DeviceCode) -> bool:
    return code.is_denied or code.user_id is not None
