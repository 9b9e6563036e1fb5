"""Create or update by a key: the record's Id, or a field that identifies records (Salesforce fact sheet 2.5, 2.6)."""

from __future__ import annotations

from typing import Any

from sfsam.emulator.org import RowResult, SalesforceError
from sfsam.emulator.wire.resource import Call
from sfsam.emulator.wire.writes import create, update

Record = dict[str, Any]


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
