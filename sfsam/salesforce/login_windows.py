"""How much of the login history one download reads: the newest days first, and no more than a share of the calls.

Salesforce keeps six months of sign-ins (fact sheet 4.9). Of a large org they are far more rows than everything else
together; what does not fit comes with the next downloads, a window of days each.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sfsam.domain.profiles import Record
from sfsam.salesforce import soql
from sfsam.salesforce.readings import Reading

OBJECT = "LoginHistory"
LOGIN_HISTORY_DAYS = 180
BULK_PAGE_ROWS = 50_000  # what an org gives as one result page (fact sheet 3.1)


class KnownLogins(Record):
    """Since when all sign-ins are known after this download, and the days that it reads beside the newest ones."""

    since: datetime | None = None
    earlier: tuple[datetime, datetime] | None = None


@dataclass
class LoginWindows:
    """Chooses the days of one download. `calls` is what it may spend on sign-ins; None: as many as it takes."""

    taken_at: datetime
    calls: int | None = None
    count: Callable[[str], int | None] = lambda query: None

    @property
    def oldest(self) -> datetime:
        """The first day that Salesforce still has whole."""
        return _midnight(self.taken_at - timedelta(days=LOGIN_HISTORY_DAYS))

    def newest(self, reading: Reading, page_rows: int = BULK_PAGE_ROWS, since: datetime | None = None) -> KnownLogins:
        """The first time: all there is or, when that is too much, the newest days; `reading` asks for these then.

        `since` is from when on it asks already.
        """
        since = since or self.oldest
        while True:  # not every day has as many sign-ins as another
            asked = (self._tomorrow - since).days
            days = self._affordable(reading.expected, asked, page_rows)
            if days >= asked:
                return KnownLogins(since=since)
            since = self._tomorrow - timedelta(days=days)
            reading.query = reading.selection.query(logins_since=since)
            reading.expected = self.count(reading.selection.count_query(logins_since=since))

    def earlier(self, reading: Reading, known_since: datetime | None, page_rows: int = BULK_PAGE_ROWS) -> KnownLogins:
        """Later: beside the newest sign-ins as many of the days before those that are known as fit."""
        if known_since is None or known_since <= self.oldest:
            return KnownLogins(since=known_since)
        rows = self.count(_between(reading, "COUNT()", self.oldest, known_since))
        days = self._affordable(rows, (known_since - self.oldest).days, page_rows)
        since = max(self.oldest, known_since - timedelta(days=days))
        query = _between(reading, ", ".join(reading.columns), since, known_since)
        reading.also = reading.asking(query, self.count(_between(reading, "COUNT()", since, known_since)))
        return KnownLogins(since=since, earlier=(since, known_since))

    @property
    def _tomorrow(self) -> datetime:
        return _midnight(self.taken_at) + timedelta(days=1)

    def _affordable(self, rows: int | None, days: int, page_rows: int) -> int:
        """How many of the days may be read, at least one."""
        if not rows or self.calls is None or rows <= self.calls * page_rows:
            return days
        return max(1, days * self.calls * page_rows // rows)


def _between(reading: Reading, columns: str, since: datetime, until: datetime) -> str:
    query = f"SELECT {columns} FROM {OBJECT} WHERE LoginTime >= :since AND LoginTime < :until"  # noqa: S608
    return soql.bind(query, since=since, until=until)


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)
