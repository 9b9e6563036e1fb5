"""A clock that is given."""

from __future__ import annotations

from datetime import datetime, timedelta


class FakeClock:
    def __init__(self, moment: datetime = datetime(2026, 11, 24, 12)) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def advance(self, **parts: float) -> None:
        self.moment += timedelta(**parts)
