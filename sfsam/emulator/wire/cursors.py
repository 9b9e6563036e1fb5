"""Query cursors: a locator, and the rest of a result that waits behind it."""

from __future__ import annotations

import itertools
import re
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sfsam.emulator.clock import OrgClock
from sfsam.emulator.identifiers import IdSpace
from sfsam.emulator.org import ResultSet, SalesforceError
from sfsam.emulator.wire.settings import Settings

_OPEN_PER_USER = 10
_LOCATOR = re.compile(r"(01g\w{15})-(\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class Cursor:
    """An open result of one user, read in pages of `page_rows`."""

    id: str
    user_id: str
    result: ResultSet
    page_rows: int
    expires_at: datetime


class Cursors:
    """The open cursors of one org (Salesforce fact sheet 2.2): at most ten per user, the oldest gives way."""

    def __init__(self, ids: IdSpace, clock: OrgClock, settings: Settings) -> None:
        self._ids = ids
        self._clock = clock
        self._settings = settings
        self._lock = threading.RLock()
        self._numbers = itertools.count(1)
        self._open: dict[str, Cursor] = {}

    def first_page(self, result: ResultSet, user_id: str, page_rows: int, version: str) -> dict[str, Any]:
        """The answer to a query; a cursor stays open only when more than one page is needed."""
        if result.count_only:
            result.close()
            return {"totalSize": result.total_size, "done": True, "records": []}
        if result.total_size <= page_rows:
            records = result.records(0, page_rows, version)
            result.close()
            return {"totalSize": result.total_size, "done": True, "records": records}
        with self._lock:
            cursor = Cursor(
                self._ids.id("01g", next(self._numbers)),
                user_id,
                result,
                page_rows,
                self._clock.now() + timedelta(seconds=self._settings.query_cursor_seconds),
            )
            self._make_room(user_id)
            self._open[cursor.id] = cursor
            return self._page(cursor, 0, version)

    def next_page(self, locator: str, user_id: str, version: str) -> dict[str, Any]:
        """The page at a locator. Raises INVALID_QUERY_LOCATOR when it is stale or foreign."""
        with self._lock:
            cursor, offset = self._find(locator, user_id)
            return self._page(cursor, offset, version)

    def close(self, locator: str, user_id: str) -> None:
        """Give a cursor back. Raises INVALID_QUERY_LOCATOR when there is none."""
        with self._lock:
            cursor, _ = self._find(locator, user_id)
            self._drop(cursor)

    def _page(self, cursor: Cursor, offset: int, version: str) -> dict[str, Any]:
        total = cursor.result.total_size
        records = cursor.result.records(offset, cursor.page_rows, version)
        end = offset + len(records)
        page: dict[str, Any] = {"totalSize": total, "done": end >= total}
        if end < total:
            page["nextRecordsUrl"] = f"/services/data/v{version}/query/{cursor.id}-{end}"
        return page | {"records": records}

    def _find(self, locator: str, user_id: str) -> tuple[Cursor, int]:
        match = _LOCATOR.fullmatch(locator)
        cursor = self._open.get(match[1]) if match else None
        if cursor is not None and self._clock.now() >= cursor.expires_at:
            self._drop(cursor)
            cursor = None
        if match is None or cursor is None or cursor.user_id != user_id:
            raise SalesforceError(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        offset = int(match[2])
        if offset >= cursor.result.total_size:
            raise SalesforceError(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        return cursor, offset

    def _make_room(self, user_id: str) -> None:
        of_user = [cursor for cursor in self._open.values() if cursor.user_id == user_id]
        for cursor in of_user[: max(0, len(of_user) - _OPEN_PER_USER + 1)]:
            self._drop(cursor)

    def _drop(self, cursor: Cursor) -> None:
        del self._open[cursor.id]
        cursor.result.close()
