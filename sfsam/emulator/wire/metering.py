"""Counting: API calls of the last 24 hours, calls by resource, bytes sent, tokens issued."""

from __future__ import annotations

import threading
from collections import Counter, deque

from sfsam.emulator.clock import OrgClock
from sfsam.emulator.errors import SalesforceError
from sfsam.emulator.wire.settings import Settings

_DAY_SECONDS = 86_400
_SLOT_SECONDS = 60


class Meter:
    """The usage figures of one org, safe to touch from any thread.

    The daily allowance is a rolling 24 hours by the org's clock, counted by the minute
    (Salesforce fact sheet 2.3, 2.4).
    """

    def __init__(self, clock: OrgClock, settings: Settings) -> None:
        self._clock = clock
        self._settings = settings
        self._lock = threading.Lock()
        self._slots: deque[list[int]] = deque()
        self._used = 0
        self.calls_by_resource: Counter[str] = Counter()
        self.tokens_by_grant: Counter[str] = Counter()
        self.bytes_sent = 0

    def count_call(self, resource: str) -> None:
        """Count one API call. Raises REQUEST_LIMIT_EXCEEDED when the day's allowance is used up."""
        with self._lock:
            self._forget_old()
            if self._used >= self._settings.daily_api_requests:
                raise limit_exceeded()
            self.calls_by_resource[resource] += 1
            self._used += 1
            self._add_to_slot(int(self._clock.now().timestamp()) // _SLOT_SECONDS)

    def count_token(self, grant: str) -> None:
        """Count one issued access token."""
        with self._lock:
            self.tokens_by_grant[grant] += 1

    def count_bytes(self, amount: int) -> None:
        """Count body bytes that left."""
        with self._lock:
            self.bytes_sent += amount

    def used(self) -> int:
        """API calls of the last 24 hours."""
        with self._lock:
            self._forget_old()
            return self._used

    def limit_info(self) -> str:
        """The value of the `Sforce-Limit-Info` header."""
        return f"api-usage={self.used()}/{self._settings.daily_api_requests}"

    def _add_to_slot(self, slot: int) -> None:
        if self._slots and self._slots[-1][0] == slot:
            self._slots[-1][1] += 1
        else:
            self._slots.append([slot, 1])

    def _forget_old(self) -> None:
        oldest = (int(self._clock.now().timestamp()) - _DAY_SECONDS) // _SLOT_SECONDS
        while self._slots and self._slots[0][0] <= oldest:
            self._used -= self._slots.popleft()[1]


def limit_exceeded() -> SalesforceError:
    """The day's API calls are used up (Salesforce fact sheet 2.4)."""
    return SalesforceError(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
