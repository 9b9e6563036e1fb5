"""Creating up to 200 records at once, all or none, by their own names (Salesforce fact sheet 2.7)."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from sfsam.emulator.org import SalesforceError
from sfsam.emulator.wire.replies import error_body, json_reply
from sfsam.emulator.wire.resource import Call
from sfsam.emulator.wire.writes import create

_MOST_RECORDS = 200


def create_tree(call: Call) -> Response:
    """Create the records of a tree; objects of this org have no children that can be created with them."""
    content = call.json()
    records = content.get("records")
    if content.keys() != {"records"} or not isinstance(records, list) or not records:
        raise SalesforceError(400, "JSON_PARSER_ERROR", "records must be a list of objects")
    if len(records) > _MOST_RECORDS:
        raise SalesforceError(400, "INVALID_BATCH_SIZE", f"The request can't contain more than {_MOST_RECORDS} records")
    names = [_reference_id(call.path["object"], record) for record in records]
    rows = [{name: value for name, value in record.items() if name != "attributes"} for record in records]
    results = create(call, call.path["object"], rows, all_or_none=True)
    if all(result.success for result in results):
        told = [{"referenceId": name, "id": result.id} for name, result in zip(names, results, strict=True)]
        return json_reply({"hasErrors": False, "results": told}, 201)
    failed = [
        {"referenceId": name, "errors": [error_body(error, "statusCode") for error in result.errors]}
        for name, result in zip(names, results, strict=True)
        if any(error.code != "ALL_OR_NONE_OPERATION_ROLLED_BACK" for error in result.errors)
    ]
    return json_reply({"hasErrors": True, "results": failed}, 400)


def _reference_id(object_name: str, record: Any) -> str:
    attributes = record.get("attributes") if isinstance(record, dict) else None
    kind, name = (attributes.get(key) for key in ("type", "referenceId")) if isinstance(attributes, dict) else ("", "")
    if not name or str(kind).lower() != object_name.lower():
        raise SalesforceError(
            400, "INVALID_INPUT", f"Each record needs attributes with a referenceId and the type {object_name}"
        )
    return str(name)
