"""query, queryAll, cursors, and the Tooling query that `sf` probes (Salesforce fact sheet 2.2, 2.9)."""

from __future__ import annotations

import re

from starlette.responses import Response

from sfsam.emulator.org import SalesforceError
from sfsam.emulator.wire.host import OrgHost
from sfsam.emulator.wire.replies import empty_reply, json_reply
from sfsam.emulator.wire.resource import Call, Handler, Resource, resource

_SMALLEST_BATCH, _LARGEST_BATCH = 200, 2_000
_BATCH_SIZE = re.compile(r"batchSize\s*=\s*(\d+)", re.IGNORECASE)
_FROM = re.compile(r"\bFROM\s+(\w+)", re.IGNORECASE)


def query_routes(host: OrgHost) -> list[Resource]:
    """The query resources of one org."""
    return [
        resource(host, "/query", "query", GET=_query(all_rows=False)),
        resource(host, "/queryAll", "queryAll", GET=_query(all_rows=True)),
        resource(host, "/query/{locator}", "query/more", GET=_more, DELETE=_close),
        resource(host, "/queryAll/{locator}", "query/more", GET=_more, DELETE=_close),
        resource(host, "/tooling/query", "tooling/query", GET=_tooling),
    ]


def _query(*, all_rows: bool) -> Handler:
    def handler(call: Call) -> Response:
        if explained := call.parameter("explain"):
            return _explained(call, _soql(call) if explained.lower() == "true" else explained)
        result = call.org.query(_soql(call), call.caller, all_rows=all_rows)
        if (call.parameter("columns") or "").lower() == "true":
            columns = result.column_metadata()
            result.close()
            return json_reply(columns)
        page = call.host.cursors.first_page(result, call.caller.user_id, _page_rows(call), call.version)
        return json_reply(page)

    return handler


def _explained(call: Call, soql: str) -> Response:
    """The plan of a query (fact sheet 2.2): this org always reads the whole table."""
    result = call.org.query(soql, call.caller)
    found, name = result.total_size, result.entity
    result.close()
    plan = {
        "cardinality": found,
        "fields": [],
        "leadingOperationType": "TableScan",
        "notes": [],
        "relativeCost": 1.0,
        "sobjectCardinality": call.org.record_counts([name]).get(name, found),
        "sobjectType": name,
    }
    return json_reply({"plans": [plan], "sourceQuery": soql})


def _more(call: Call) -> Response:
    page = call.host.cursors.next_page(call.path["locator"], call.caller.user_id, call.version)
    return json_reply(page)


def _close(call: Call) -> Response:
    call.host.cursors.close(call.path["locator"], call.caller.user_id)
    return empty_reply()


def _tooling(call: Call) -> Response:
    """This org keeps no Tooling objects; `sf` takes the refusal for "not a Dev Hub, no sandboxes"."""
    match = _FROM.search(_soql(call))
    name = match[1] if match else ""
    raise SalesforceError(400, "INVALID_TYPE", f"sObject type '{name}' is not supported.")


def _soql(call: Call) -> str:
    soql = call.parameter("q")
    if not soql:
        raise SalesforceError(400, "MALFORMED_QUERY", "SOQL statements cannot be empty or null")
    return soql


def _page_rows(call: Call) -> int:
    """Rows of a page: what the client asks for between 200 and 2,000, never above the org's own limit."""
    match = _BATCH_SIZE.search(call.request.headers.get("sforce-query-options", ""))
    wanted = int(match[1]) if match else _LARGEST_BATCH
    return min(max(wanted, _SMALLEST_BATCH), _LARGEST_BATCH, call.host.settings.query_page_rows)
