"""sObject collections: up to 200 records in one call (Salesforce fact sheet 2.6)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.responses import Response

from sfsam.emulator.org import RowResult, SalesforceError
from sfsam.emulator.wire.host import OrgHost
from sfsam.emulator.wire.replies import error_body, json_reply
from sfsam.emulator.wire.resource import Call, Resource, resource
from sfsam.emulator.wire.upserts import key_field, upsert_all
from sfsam.emulator.wire.writes import create, delete, update

_MOST_RECORDS = 200
_MIXED = (
    "DML operation on setup object is not permitted after you have updated a non-setup object "
    "(or vice versa): {0}, original object: {1}"
)


def collection_routes(host: OrgHost) -> list[Resource]:
    """The collection resources of one org."""
    return [
        resource(host, "/composite/sobjects", "composite/sobjects", POST=_create, PATCH=_update, DELETE=_delete),
        resource(
            host, "/composite/sobjects/{object}", "composite/sobjects/retrieve", GET=_retrieve_by_query, POST=_retrieve
        ),
        resource(host, "/composite/sobjects/{object}/{field}", "composite/sobjects/upsert", PATCH=_upsert),
    ]


def _create(call: Call) -> Response:
    return _write_records(call, create)


def _update(call: Call) -> Response:
    return _write_records(call, update)


def _delete(call: Call) -> Response:
    ids = [text.strip() for text in (call.parameter("ids") or "").split(",") if text.strip()]
    if not ids:
        raise SalesforceError(400, "MISSING_ARGUMENT", "The ids parameter is required")
    _check_count(len(ids))
    _one_object(_objects_of(call, ids))
    all_or_none = (call.parameter("allOrNone") or "false").lower() == "true"
    return _reply(delete(call, None, ids, all_or_none=all_or_none))


def _retrieve(call: Call) -> Response:
    content = call.json()
    ids, fields = content.get("ids"), content.get("fields")
    if not isinstance(ids, list) or not isinstance(fields, list) or not fields:
        raise SalesforceError(400, "JSON_PARSER_ERROR", "ids and fields must be lists")
    return _retrieved(call, [str(row_id) for row_id in ids], fields)


def _retrieve_by_query(call: Call) -> Response:
    ids, fields = ([*filter(None, (call.parameter(name) or "").split(","))] for name in ("ids", "fields"))
    if not ids or not fields:
        raise SalesforceError(400, "MISSING_ARGUMENT", "The ids and fields parameters are required")
    return _retrieved(call, ids, fields)


def _retrieved(call: Call, ids: list[str], fields: list[str]) -> Response:
    _check_count(len(ids))
    return json_reply([_record_or_none(call, row_id, fields) for row_id in ids])


def _upsert(call: Call) -> Response:
    """Update the records that have the key and create the others; `created` says which (fact sheet 2.6)."""
    object_name, rows, all_or_none = _records_of(call)
    if object_name.lower() != call.path["object"].lower():
        raise SalesforceError(400, "INVALID_TYPE", f"The records are not of the type {call.path['object']}")
    field = key_field(call, object_name, call.path["field"])
    written = upsert_all(call, object_name, field, rows, all_or_none=all_or_none)
    return json_reply([_row(result) | {"created": is_new} for result, is_new in written])


def _record_or_none(call: Call, row_id: str, fields: list[str]) -> dict[str, Any] | None:
    try:
        return call.org.get(call.path["object"], row_id, fields, call.caller, call.version)
    except SalesforceError as error:
        if error.status == 404 or error.code == "MALFORMED_ID":
            return None
        raise


def _write_records(call: Call, write: Callable[..., list[RowResult]]) -> Response:
    object_name, rows, all_or_none = _records_of(call)
    return _reply(write(call, object_name, rows, all_or_none=all_or_none))


def _records_of(call: Call) -> tuple[str, list[dict[str, Any]], bool]:
    """Object, values and allOrNone of a collection's body."""
    content = call.json()
    if unknown := content.keys() - {"allOrNone", "records"}:
        raise SalesforceError(400, "JSON_PARSER_ERROR", f'Unrecognized field "{min(unknown)}"')
    records, all_or_none = content.get("records"), content.get("allOrNone", False)
    if not isinstance(records, list) or not records or not all(isinstance(row, dict) for row in records):
        raise SalesforceError(400, "JSON_PARSER_ERROR", "records must be a list of objects")
    if not isinstance(all_or_none, bool):
        raise SalesforceError(400, "JSON_PARSER_ERROR", "allOrNone must be a boolean")
    _check_count(len(records))
    object_name = _one_object([_object_named(row) for row in records])
    rows = [{name: value for name, value in row.items() if name != "attributes"} for row in records]
    return object_name, rows, all_or_none


def _reply(results: list[RowResult]) -> Response:
    return json_reply([_row(result) for result in results])


def _row(result: RowResult) -> dict[str, Any]:
    named = {"id": result.id} if result.id else {}
    errors = [error_body(error, "statusCode") for error in result.errors]
    return named | {"success": result.success, "errors": errors}


def _object_named(record: dict[str, Any]) -> str:
    attributes = record.get("attributes")
    name = attributes.get("type") if isinstance(attributes, dict) else None
    if not isinstance(name, str) or not name:
        raise SalesforceError(400, "INVALID_TYPE", "Each record needs attributes with its object type")
    return name


def _objects_of(call: Call, ids: list[str]) -> list[str]:
    """The objects of those ids that belong to one; the org itself refuses the other rows."""
    names = []
    for row_id in ids:
        try:
            names.append(call.org.object_of(row_id))
        except SalesforceError:
            continue
    return names


def _one_object(names: list[str]) -> str:
    """The one object of all rows: every writable object of this org is a setup object, which do not mix."""
    first = names[0] if names else ""
    for name in names:
        if name.lower() != first.lower():
            raise SalesforceError(400, "MIXED_DML_OPERATION", _MIXED.format(name, first))
    return first


def _check_count(count: int) -> None:
    if count > _MOST_RECORDS:
        raise SalesforceError(
            400, "EXCEEDED_ID_LIMIT", "record limit reached. cannot submit more than 200 records in this operation"
        )
