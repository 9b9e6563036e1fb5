"""What a conversation costs: API calls, bytes, and the share of the org's daily allowance that is used."""

from __future__ import annotations

import re
import threading
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx

from sfsam.errors import RequestLimitReached, SfsamError
from sfsam.ports import Clock

_API_USAGE = re.compile(r"api-usage=(\d+)/(\d+)")
_WINDOW_HOURS = 24  # Salesforce counts a rolling day (fact sheet 2.3)


class Usage:
    """Counts the calls of one session, from any thread, and reads Sforce-Limit-Info and Date off each answer."""

    def __init__(self, clock: Clock, share: float) -> None:
        self._clock = clock
        self._share = share
        self._lock = threading.Lock()
        self._limit_error: SfsamError | None = None
        self._skew = timedelta(0)
        self.api_calls = 0
        self.bytes_received = 0
        self.used: int | None = None
        self.allowance: int | None = None

    def account(self, response: httpx.Response) -> None:
        """Take note of an answer's headers."""
        usage = _API_USAGE.search(response.headers.get("Sforce-Limit-Info", ""))
        moment = _date_of(response)
        with self._lock:
            self.api_calls += 1
            if usage:
                self.used, self.allowance = int(usage[1]), int(usage[2])
            if moment is not None:
                self._skew = moment - self._clock.now()

    def add_bytes(self, count: int) -> None:
        with self._lock:
            self.bytes_received += count

    @property
    def org_now(self) -> datetime:
        """The org's moment (naive UTC) by its Date headers, to the second; this machine's until one has come."""
        return (self._clock.now() + self._skew).replace(microsecond=0)

    @property
    def skew_seconds(self) -> float:
        """How far the org's clock is ahead of this machine's."""
        return self._skew.total_seconds()

    def calls_in(self, share: float) -> int | None:
        """How many calls this share of the daily allowance is; None while the org has not told its allowance."""
        return None if self.allowance is None else max(1, int(self.allowance * share))

    def pause(self, error: SfsamError) -> None:
        """The allowance is used up: later calls of this session are refused here and not sent."""
        self._limit_error = error

    def refuse_when_paused(self) -> None:
        """Raise what Salesforce said when the allowance ran out."""
        if self._limit_error is not None:
            raise self._limit_error

    def check_share(self) -> None:
        """Raise RequestLimitReached when our share of the daily allowance is used."""
        if self.used is None or self.allowance is None:
            return
        allowed = int(self.allowance * self._share)
        if self.used < allowed:
            return
        until = self.org_now + timedelta(hours=_WINDOW_HOURS)
        raise RequestLimitReached(
            f"{self.used:,} of the org's {self.allowance:,} API calls of the last 24 hours are used, and sfsam stops "
            f"at {self._share:.0%} ({allowed:,}).",
            f"Start the download again when the count has fallen, at the latest at {until:%Y-%m-%d %H:%M} UTC, "
            "or raise SFSAM_API_SHARE.",
            used=self.used,
            allowed=allowed,
            allowance=self.allowance,
            until=until,
        )


def _date_of(response: httpx.Response) -> datetime | None:
    try:
        moment = parsedate_to_datetime(response.headers.get("Date", ""))
    except ValueError:
        return None
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
