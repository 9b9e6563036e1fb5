"""sObject resources: describe, and one record at a time (Salesforce fact sheet 2.5)."""

from __future__ import annotations

from starlette.responses import Response

from sfsam.emulator.org import SalesforceError
from sfsam.emulator.wire.host import OrgHost
from sfsam.emulator.wire.replies import empty_reply, error_reply, json_reply
from sfsam.emulator.wire.resource import Call, PlainRoute, resource
from sfsam.emulator.wire.writes import create, delete, update


def record_routes(host: OrgHost) -> list[PlainRoute]:
    """The sObject resources of one org."""
    return [
        resource(host, "/sobjects", "sobjects", GET=_describe_global),
        resource(host, "/sobjects/{object}", "sobjects/create", GET=_basic_describe, POST=_create),
        resource(host, "/sobjects/{object}/describe", "sobjects/describe", GET=_describe),
        resource(host, "/sobjects/{object}/{id}", "sobjects/record", GET=_get, PATCH=_update, DELETE=_delete),
        resource(host, "/sobjects/{object}/{field}/{value}", "sobjects/upsert", GET=_no_key, PATCH=_no_key),
    ]


def _describe_global(call: Call) -> Response:
    sobjects = [_with_links(call, entry) for entry in call.org.describe_global(call.caller)]
    return json_reply({"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": sobjects})


def _basic_describe(call: Call) -> Response:
    full = call.org.describe(call.path["object"], call.caller)
    short = {key: value for key, value in full.items() if not isinstance(value, list)}
    return json_reply({"objectDescribe": _with_links(call, short), "recentItems": []})


def _describe(call: Call) -> Response:
    return json_reply(_with_links(call, call.org.describe(call.path["object"], call.caller)))


def _with_links(call: Call, description: dict[str, object]) -> dict[str, object]:
    """A describe with the links of the version it was asked in."""
    base = f"{call.root}/sobjects/{description['name']}"
    links = {"sobject": base, "describe": f"{base}/describe", "rowTemplate": base + "/{ID}"}
    return description | {"urls": links}


def _get(call: Call) -> Response:
    wanted = call.parameter("fields")
    fields = [name.strip() for name in wanted.split(",")] if wanted else None
    record = call.org.get(call.path["object"], call.path["id"], fields, call.caller, call.version)
    return json_reply(record)


def _create(call: Call) -> Response:
    [result] = create(call, call.path["object"], [_without_attributes(call.json())], all_or_none=False)
    if not result.success:
        return error_reply(result.errors)
    return json_reply({"id": result.id, "success": True, "errors": []}, 201)


def _update(call: Call) -> Response:
    record = _without_attributes(call.json())
    if any(name.lower() == "id" for name in record):
        raise SalesforceError(
            400, "INVALID_FIELD", "The Id field should not be specified in the sobject data.", ("Id",)
        )
    [result] = update(call, call.path["object"], [record | {"Id": call.path["id"]}], all_or_none=False)
    return empty_reply() if result.success else error_reply(result.errors)


def _delete(call: Call) -> Response:
    [result] = delete(call, call.path["object"], [call.path["id"]], all_or_none=False)
    return empty_reply() if result.success else error_reply(result.errors)


def _no_key(call: Call) -> Response:
    """No object of this org has an external id field."""
    call.org.describe(call.path["object"], call.caller)
    raise SalesforceError(
        404,
        "NOT_FOUND",
        f"Provided external ID field does not exist or is not accessible: {call.path['field']}",
    )


def _without_attributes(record: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in record.items() if name != "attributes"}
