"""Used licenses of the day before, as very large orgs show them (Salesforce fact sheet 4.3, 5.11)."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, time

import duckdb

from sfsam.emulator.behavior import Behavior
from sfsam.emulator.clock import OrgClock
from sfsam.emulator.schema.licenses import PERMISSION_SET_LICENSE_USED, USER_LICENSE_USED

_LIVE = {"UserLicense": USER_LICENSE_USED, "PermissionSetLicense": PERMISSION_SET_LICENSE_USED}


class DayOldCounts:
    """Counts used licenses once a day, at the first question of the day, for the objects that show them so."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, lock: threading.RLock, clock: OrgClock, behavior: Behavior
    ) -> None:
        self._connection = connection
        self._lock = lock
        self._clock = clock
        self._behavior = behavior
        self._objects: tuple[str, ...] | None = None
        self._day: date | None = None

    def forget(self) -> None:
        """The switches have changed: look again which objects show old counts, and count anew."""
        with self._lock:
            self._objects = None
            self._day = None
            self._connection.execute("DELETE FROM day_old_count")

    def keep(self) -> None:
        """See to it that the counts are those of the start of this day, where counts of this moment are not shown."""
        if self._objects == ():
            return
        with self._lock:
            today = self._clock.now().date()
            if self._objects is None:
                self._objects = self._showing()
            if self._objects and self._day != today:
                self._count(self._objects, datetime.combine(today, time(), UTC).replace(tzinfo=None))
                self._day = today

    def _showing(self) -> tuple[str, ...]:
        behavior = self._behavior
        found = self._connection.execute('SELECT count(*) FROM "User"').fetchone()
        users = int(found[0]) if found else 0
        large = ("UserLicense",) if users >= behavior.day_old_counts_from_users else ()
        late = ("PermissionSetLicense",) if behavior.day_old_permission_set_license_counts else ()
        return (*large, *late)

    def _count(self, objects: tuple[str, ...], at: datetime) -> None:
        self._connection.execute("DELETE FROM day_old_count")
        for name in objects:
            used = _LIVE[name].replace("{t}", "t")
            self._connection.execute(
                f'INSERT INTO day_old_count SELECT \'{name}\', t."Id", {used}, $at FROM "{name}" t',  # noqa: S608 - schema names
                {"at": at},
            )
