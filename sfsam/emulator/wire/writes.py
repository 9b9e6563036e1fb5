"""Writes to the org: applied, entered in the request log, and felt by the sessions they concern."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sfsam.emulator.org import Change, RowResult, SalesforceError
from sfsam.emulator.wire.request_log import LOG_ENTRY, LogEntry
from sfsam.emulator.wire.resource import Call
from sfsam.emulator.wire.trouble import LOCKED_ROWS

_LOCKED = "unable to obtain exclusive access to this record or 1 records: {0}"


def create(call: Call, object_name: str, records: Sequence[dict[str, Any]], *, all_or_none: bool) -> list[RowResult]:
    """Create records; one result each, in order."""
    ids: list[str | None] = [None] * len(records)
    return _apply(call, object_name, ids, lambda: call.org.create(object_name, records, call.caller, all_or_none))


def update(call: Call, object_name: str, records: Sequence[dict[str, Any]], *, all_or_none: bool) -> list[RowResult]:
    """Update records, each with its Id; one result each, in order."""
    ids = [record_id(record) for record in records]
    return _apply(call, object_name, ids, lambda: call.org.update(object_name, records, call.caller, all_or_none))


def delete(call: Call, object_name: str | None, ids: Sequence[str], *, all_or_none: bool) -> list[RowResult]:
    """Delete records; one result each, in order."""
    return _apply(call, object_name, list(ids), lambda: call.org.delete(object_name, ids, call.caller, all_or_none))


def record_id(record: dict[str, Any]) -> str | None:
    """The id inside an update, in any case (Salesforce fact sheet 2.6)."""
    return next((str(value) for name, value in record.items() if name.lower() == "id"), None)


def _apply(
    call: Call, object_name: str | None, ids: list[str | None], write: Callable[[], list[RowResult]]
) -> list[RowResult]:
    is_locked = call.request.scope.get(LOCKED_ROWS)
    results = [_locked_row(object_name, row_id) for row_id in ids] if is_locked else write()
    call.host.callers.forget()
    entry: LogEntry = call.request.scope[LOG_ENTRY]
    entry.add(results)
    for result in results:
        _end_sessions(call, result)
    return results


def _locked_row(object_name: str | None, row_id: str | None) -> RowResult:
    error = SalesforceError(400, "UNABLE_TO_LOCK_ROW", _LOCKED.format(row_id))
    change = Change(object_name or "", row_id, "Id", None, None, error.code)
    return RowResult(row_id, success=False, errors=(error,), changes=(change,))


def _end_sessions(call: Call, result: RowResult) -> None:
    """A deactivated user's sessions and approvals end at once (Salesforce fact sheet 1.6)."""
    for change in result.changes:
        if (change.object, change.field) == ("User", "IsActive") and change.id and change.after is False:
            call.host.living_caller(change.id)
