"""sObject resources: describe, and one record at a time (Salesforce fact sheet 2.5)."""

from __future__ import annotations

from collections.abc import Callable
from email.utils import format_datetime, parsedate_to_datetime

from starlette.responses import Response

from sfsam.emulator.errors import not_found
from sfsam.emulator.org import RowResult, SalesforceError
from sfsam.emulator.wire.event_log_routes import event_log_routes
from sfsam.emulator.wire.host import OrgHost
from sfsam.emulator.wire.replies import empty_reply, error_reply, json_reply
from sfsam.emulator.wire.resource import Call, Resource, resource
from sfsam.emulator.wire.upserts import key_field, matches, upsert
from sfsam.emulator.wire.writes import create, delete, update


def record_routes(host: OrgHost) -> list[Resource]:
    """The sObject resources of one org."""
    return [
        resource(host, "/sobjects", "sobjects", GET=_describe_global),
        resource(host, "/sobjects/{object}", "sobjects/create", GET=_basic_describe, POST=_create),
        resource(host, "/sobjects/{object}/describe", "sobjects/describe", GET=_describe),
        resource(host, "/sobjects/{object}/{id}", "sobjects/record", GET=_get, PATCH=_update, DELETE=_delete),
        *event_log_routes(host),
        resource(
            host,
            "/sobjects/{object}/{field}/{value}",
            "sobjects/key",
            GET=_get_by_key,
            PATCH=_upsert,
            DELETE=_delete_by_key,
        ),
    ]


def _describe_global(call: Call) -> Response:
    if unchanged := _unchanged(call):
        return unchanged
    sobjects = [_with_links(call, entry) for entry in call.org.describe_global(call.caller)]
    return _dated(call, json_reply({"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": sobjects}))


def _basic_describe(call: Call) -> Response:
    full = call.org.describe(call.path["object"], call.caller)
    short = {key: value for key, value in full.items() if not isinstance(value, list)}
    return json_reply({"objectDescribe": _with_links(call, short), "recentItems": []})


def _describe(call: Call) -> Response:
    description = call.org.describe(call.path["object"], call.caller)
    return _unchanged(call) or _dated(call, json_reply(_with_links(call, description)))


def _unchanged(call: Call) -> Response | None:
    """304 for a client whose describe is as new as the schema (Salesforce fact sheet 2.3)."""
    given = call.request.headers.get("if-modified-since")
    try:
        since = parsedate_to_datetime(given) if given else None
    except ValueError:
        since = None  # a date that is none is no condition
    if since is None or since < call.host.schema_changed_at.replace(microsecond=0):
        return None
    return Response(status_code=304)


def _dated(call: Call, response: Response) -> Response:
    response.headers["last-modified"] = format_datetime(call.host.schema_changed_at, usegmt=True)
    return response


def _with_links(call: Call, description: dict[str, object]) -> dict[str, object]:
    """A describe with the links of the version it was asked in."""
    base = f"{call.root}/sobjects/{description['name']}"
    links = {"sobject": base, "describe": f"{base}/describe", "rowTemplate": base + "/{ID}"}
    return description | {"urls": links}


def _get(call: Call) -> Response:
    return _get_of(call, call.path["id"])


def _get_of(call: Call, record_id: str) -> Response:
    wanted = call.parameter("fields")
    fields = [name.strip() for name in wanted.split(",")] if wanted else None
    record = call.org.get(call.path["object"], record_id, fields, call.caller, call.version)
    return json_reply(record)


def _create(call: Call) -> Response:
    [result] = create(call, call.path["object"], [_without_attributes(call.json())], all_or_none=False)
    if not result.success:
        return error_reply(result.errors)
    return _created(call, result)


def _update(call: Call) -> Response:
    record = _without_attributes(call.json())
    if any(name.lower() == "id" for name in record):
        raise SalesforceError(
            400, "INVALID_FIELD", "The Id field should not be specified in the sobject data.", ("Id",)
        )
    [result] = update(call, call.path["object"], [record | {"Id": call.path["id"]}], all_or_none=False)
    return empty_reply() if result.success else error_reply(result.errors)


def _delete(call: Call) -> Response:
    return _delete_of(call, call.path["id"])


def _delete_of(call: Call, record_id: str) -> Response:
    [result] = delete(call, call.path["object"], [record_id], all_or_none=False)
    return empty_reply() if result.success else error_reply(result.errors)


def _get_by_key(call: Call) -> Response:
    return _with_one_match(call, _get_of)


def _delete_by_key(call: Call) -> Response:
    return _with_one_match(call, _delete_of)


def _upsert(call: Call) -> Response:
    """Update the one record with this key, or create it (Salesforce fact sheet 2.5)."""
    name, value = call.path["object"], call.path["value"]
    field = key_field(call, name, call.path["field"])
    record = _without_attributes(call.json())
    if any(key.lower() in ("id", field.lower()) for key in record):
        message = f"The {field} field should not be specified in the sobject data."
        raise SalesforceError(400, "INVALID_FIELD", message, (field,))
    found = matches(call, name, field, value)
    if len(found) > 1:
        return _several(call, found)
    result, is_new = upsert(call, name, field, record | {field: value})
    if not result.success:
        return error_reply(result.errors)
    if is_new:
        return _created(call, result, created=True)
    return json_reply({"id": result.id, "success": True, "errors": [], "created": False})


def _with_one_match(call: Call, act: Callable[[Call, str], Response]) -> Response:
    """Act on the one record with the path's key. Raises NOT_FOUND; several are answered with their addresses."""
    field = key_field(call, call.path["object"], call.path["field"])
    found = matches(call, call.path["object"], field, call.path["value"])
    if not found:
        raise not_found()
    return _several(call, found) if len(found) > 1 else act(call, found[0])


def _several(call: Call, ids: list[str]) -> Response:
    return json_reply([f"{call.root}/sobjects/{call.path['object']}/{record_id}" for record_id in ids], 300)


def _created(call: Call, result: RowResult, **more: bool) -> Response:
    response = json_reply({"id": result.id, "success": True, "errors": []} | more, 201)
    response.headers["location"] = f"{call.root}/sobjects/{call.path['object']}/{result.id}"
    return response


def _without_attributes(record: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in record.items() if name != "attributes"}
