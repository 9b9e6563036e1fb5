"""Our own history: who held which license from when to when, and how long days are kept; fits ports.History."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from datetime import date
from pathlib import Path

import duckdb

from sfsam.ports import StagedDownload

_WRITES = Path(__file__).parent / "sql" / "writes"

# What each kind of seat is read from. A seat vanished only when all of it was read completely (product.md D1).
OBJECTS_OF: Mapping[str, Collection[str]] = {
    "user": ("User", "Profile", "UserLicense"),
    "permission_set": ("PermissionSetLicenseAssign", "PermissionSetLicense"),
    "package": ("UserPackageLicense", "PackageLicense"),
    "feature": ("User",),
}
SHRUNK_SHARE = 0.2
_PRUNED = {
    "sign_in_day": "day",
    "license_day": "day",
    "consumption_day": "day",
    "seat_period": "until_day",  # a period that has not ended is of today, however long ago it began
}


def keep_seat_periods(
    cursor: duckdb.DuckDBPyConnection, staged: StagedDownload, *, of_everyone: bool = True, may_shrink: bool = False
) -> None:
    """Write down which seats the org's new snapshot shows, and which it does not show any more.

    To be called before the snapshot itself is recorded. Nothing ends on what was not read completely, nor in a run
    in which an object lost more than 20 % of its rows, unless somebody confirmed that it may. Not `of_everyone`: only
    the seats of the users in the table `affected_user` are looked at.
    """
    cursor.execute("CREATE TEMP TABLE IF NOT EXISTS affected_user (user_id VARCHAR)")
    parameters = {"org_id": staged.org_id, "taken_at": staged.taken_at, "of_everyone": of_everyone}
    kinds = _whole_kinds(cursor, staged, may_shrink)
    if kinds:
        cursor.execute(_statement("close_seat_periods"), parameters | {"kinds": kinds})
    cursor.execute(_statement("reopen_seat_periods"), parameters)
    # Held and given back on one day: the day's last download decides, and it shows that the seat was not held.
    cursor.execute("DELETE FROM seat_period WHERE org_id = ? AND until_day <= from_day", [staged.org_id])
    cursor.execute(_statement("open_seat_periods"), parameters)


class StoredHistory:
    """Fits ports.History."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, changed: Callable[[], None]) -> None:
        self._cursor = cursor
        self._changed = changed

    def prune(self, before: date) -> Mapping[str, int]:
        gone: dict[str, int] = {}
        for table, day in _PRUNED.items():
            sql = f"DELETE FROM {table} WHERE {day} < ?"  # noqa: S608 - our own names
            [(rows,)] = self._cursor.execute(sql, [before]).fetchall()
            gone[table] = int(rows)
        if any(gone.values()):
            self._changed()
        return gone


def _whole_kinds(cursor: duckdb.DuckDBPyConnection, staged: StagedDownload, may_shrink: bool) -> list[str]:
    rows_now = {part.name: part.rows_in_org for part in staged.objects if part.complete}
    before = cursor.execute(
        "SELECT arg_max(object_rows, taken_at) FROM snapshot WHERE org_id = ?", [staged.org_id]
    ).fetchall()
    rows_before = json.loads(before[0][0]) if before and before[0][0] else {}
    has_shrunk = not may_shrink and any(
        name in rows_now and rows_now[name] < rows * (1 - SHRUNK_SHARE)
        for name, rows in rows_before.items()
        if any(name in objects for objects in OBJECTS_OF.values())
    )
    return [] if has_shrunk else [kind for kind, objects in OBJECTS_OF.items() if set(objects) <= rows_now.keys()]


def _statement(name: str) -> str:
    return (_WRITES / f"{name}.sql").read_text(encoding="utf-8")
