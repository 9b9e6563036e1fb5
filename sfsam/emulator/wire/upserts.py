"""Create or update by a key: the record's Id, or a field that identifies records (Salesforce fact sheet 2.5, 2.6)."""

from __future__ import annotations

from typing import Any

from sfsam.emulator.org import RowResult, SalesforceError
from sfsam.emulator.wire.request_log import LOG_ENTRY, LogEntry
from sfsam.emulator.wire.resource import Call
from sfsam.emulator.wire.writes import create, update

Record = dict[str, Any]
_ROLLED_BACK = SalesforceError(
    400,
    "ALL_OR_NONE_OPERATION_ROLLED_BACK",
    "Record rolled back because not all records were valid and the request was using AllOrNone header when one or "
    "more records failed.",
)


class _Undo(Exception):
    """A record was refused and the others must not stay."""


def key_field(call: Call, object_name: str, wanted: str) -> str:
    """The key field in the schema's spelling. Raises NOT_FOUND for a field that does not identify records."""
    for field in call.org.describe(object_name, call.caller)["fields"]:
        is_key = field["name"] == "Id" or field.get("externalId") or field.get("idLookup")
        if is_key and field["name"].lower() == wanted.lower():
            return str(field["name"])
    message = f"Provided external ID field does not exist or is not accessible: {wanted}"
    raise SalesforceError(404, "NOT_FOUND", message)


def matches(call: Call, object_name: str, field: str, value: str) -> list[str]:
    """The ids of the records with this key; a given Id stands for itself."""
    if field == "Id":
        return [value]
    quoted = value.replace("\\", "\\\\").replace("'", "\\'")
    soql = f"SELECT Id FROM {object_name} WHERE {field} = '{quoted}'"  # noqa: S608 - described names, quoted value
    result = call.org.query(soql, call.caller)
    records = result.records(0, result.total_size, call.version)
    result.close()
    return [str(record["Id"]) for record in records]


def upsert_all(
    call: Call, object_name: str, field: str, records: list[Record], *, all_or_none: bool
) -> list[tuple[RowResult, bool]]:
    """One result per record, in order; True for those that were created."""
    if not all_or_none:
        return [upsert(call, object_name, field, record) for record in records]
    written: list[tuple[RowResult, bool]] = []
    entry: LogEntry = call.request.scope[LOG_ENTRY]
    before = len(entry.changes)
    try:
        with call.org.together():
            written = [upsert(call, object_name, field, record) for record in records]
            if not all(result.success for result, _ in written):
                raise _Undo
    except _Undo:
        entry.undo(before, _ROLLED_BACK.code)
        refused = RowResult(None, success=False, errors=(_ROLLED_BACK,))
        return [(refused if result.success else result, False) for result, _ in written]
    finally:
        call.host.callers.forget()
    return written


def upsert(call: Call, object_name: str, field: str, record: Record) -> tuple[RowResult, bool]:
    """Write one record that carries its key among its values; True when it was created."""
    values = {name: value for name, value in record.items() if name.lower() != field.lower()}
    value = next((value for name, value in record.items() if name.lower() == field.lower()), None)
    if value in (None, ""):
        if field != "Id":
            error = SalesforceError(400, "MISSING_ARGUMENT", f"{field} not specified")
            return RowResult(None, success=False, errors=(error,)), False
        return create(call, object_name, [values], all_or_none=False)[0], True
    found = matches(call, object_name, field, str(value))
    if len(found) > 1:
        message = f"{field}: more than one record found for external id field: [{', '.join(found)}]"
        return RowResult(None, success=False, errors=(SalesforceError(400, "DUPLICATE_EXTERNAL_ID", message),)), False
    if found:
        return update(call, object_name, [values | {"Id": found[0]}], all_or_none=False)[0], False
    return create(call, object_name, [values | {field: value}], all_or_none=False)[0], True
