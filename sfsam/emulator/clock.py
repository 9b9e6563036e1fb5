"""The org's own clock: it starts where it is told to and then runs with real time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def real_now() -> datetime:
    """The machine's time in UTC; the only place of the emulator that reads it."""
    return datetime.now(UTC)  # noqa: TID251 - this is the one clock of the emulator


class OrgClock:
    """Aware UTC moments that move with `monotonic` (seconds); settable and advanceable from any thread."""

    def __init__(self, start: datetime, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self.set(start)

    def now(self) -> datetime:
        """The org's moment."""
        with self._lock:
            return self._start + timedelta(seconds=self._monotonic() - self._started)

    def set(self, moment: datetime) -> None:
        """Let the clock show `moment` (aware) now and run on from there."""
        if moment.tzinfo is None:
            raise ValueError("the org's clock needs a moment with a time zone")
        with self._lock:
            self._start = moment.astimezone(UTC)
            self._started = self._monotonic()

    def advance(self, seconds: float) -> None:
        """Move the clock by `seconds`, which may be negative."""
        with self._lock:
            self._start += timedelta(seconds=seconds)
