"""Several requests in one: composite, batch, graph and tree (Salesforce fact sheet 2.7)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.responses import Response

from sfsam.emulator.org import SalesforceError
from sfsam.emulator.wire.composite_runs import CompositePart, bad_request, parse_parts, run_parts
from sfsam.emulator.wire.graphs import run_graphs
from sfsam.emulator.wire.host import OrgHost
from sfsam.emulator.wire.replies import error_body, json_reply
from sfsam.emulator.wire.resource import Call, Handler, Resource, resource
from sfsam.emulator.wire.subrequests import METHODS, SubAnswer, Subrequest, perform
from sfsam.emulator.wire.trees import create_tree

_MOST_PARTS = 25
_MOST_QUERIES = 5
_HALTED = SubAnswer(
    412,
    [
        error_body(
            SalesforceError(412, "BATCH_PROCESSING_HALTED", "Batch processing halted per request's haltOnError"),
            "errorCode",
        )
    ],
)


def composite_routes(host: OrgHost, inner: Sequence[Resource]) -> list[Resource]:
    """The composite resources of one org; `inner` are the resources that their parts may name."""
    return [
        resource(host, "/composite", "composite", GET=_links, POST=_composite(inner)),
        resource(host, "/composite/batch", "composite/batch", POST=_batch(inner)),
        resource(host, "/composite/graph", "composite/graph", POST=_graph(inner)),
        resource(host, "/composite/tree/{object}", "composite/tree", POST=create_tree),
    ]


def _links(call: Call) -> Response:
    return json_reply({name: f"{call.root}/composite/{name}" for name in ("tree", "batch", "sobjects", "graph")})


def _composite(inner: Sequence[Resource]) -> Handler:
    def handler(call: Call) -> Response:
        content = _checked(call, {"compositeRequest", "allOrNone", "collateSubrequests"})
        all_or_none = _flag(content, "allOrNone")
        _flag(content, "collateSubrequests")
        parts = parse_parts(content.get("compositeRequest"))
        _check_counts(parts)
        return json_reply({"compositeResponse": run_parts(call, inner, parts, all_or_none=all_or_none)})

    return handler


def _batch(inner: Sequence[Resource]) -> Handler:
    def handler(call: Call) -> Response:
        content = _checked(call, {"batchRequests", "haltOnError"})
        halts = _flag(content, "haltOnError")
        requests = content.get("batchRequests")
        if not isinstance(requests, list) or not requests:
            raise SalesforceError(400, "JSON_PARSER_ERROR", "batchRequests must be a list of subrequests")
        if len(requests) > _MOST_PARTS:
            raise _too_many(_MOST_PARTS, "subrequests")
        answers: list[SubAnswer] = []
        for part in [_batch_part(each) for each in requests]:
            is_over = halts and any(answer.failed for answer in answers)
            answers.append(_HALTED if is_over else perform(call, inner, part))
        results = [{"statusCode": answer.status, "result": answer.body} for answer in answers]
        return json_reply({"hasErrors": any(answer.failed for answer in answers), "results": results})

    return handler


def _batch_part(content: Any) -> Subrequest:
    """`url` comes without /services/data, and the body is called `richInput`."""
    if not isinstance(content, dict):
        raise SalesforceError(400, "JSON_PARSER_ERROR", "A subrequest must be an object")
    known = {"method", "url", "richInput", "binaryPartName", "binaryPartNameAlias"}
    if unknown := content.keys() - known:
        raise SalesforceError(400, "JSON_PARSER_ERROR", f'Unrecognized field "{min(unknown)}"')
    method, url = str(content.get("method", "")).upper(), str(content.get("url", ""))
    if method not in METHODS:
        raise bad_request(f"Invalid method: {content.get('method')}")
    path = url if url.startswith("/services/data/") else f"/services/data/{url.lstrip('/')}"
    return Subrequest(method, path, content.get("richInput"))


def _graph(inner: Sequence[Resource]) -> Handler:
    def handler(call: Call) -> Response:
        return json_reply({"graphs": run_graphs(call, inner, _checked(call, {"graphs"}).get("graphs"))})

    return handler


def _checked(call: Call, known: set[str]) -> dict[str, Any]:
    content: dict[str, Any] = call.json()
    if unknown := content.keys() - known:
        raise SalesforceError(400, "JSON_PARSER_ERROR", f'Unrecognized field "{min(unknown)}"')
    return content


def _flag(content: dict[str, Any], name: str) -> bool:
    value = content.get(name, False)
    if not isinstance(value, bool):
        raise SalesforceError(400, "JSON_PARSER_ERROR", f"{name} must be a boolean")
    return value


def _check_counts(parts: list[CompositePart]) -> None:
    if len(parts) > _MOST_PARTS:
        raise _too_many(_MOST_PARTS, "subrequests")
    paths = [part.request.url.partition("?")[0].lower() for part in parts]
    queries = [path for path in paths if path.endswith(("/query", "/queryall")) or "/composite/" in path]
    if len(queries) > _MOST_QUERIES:
        raise _too_many(_MOST_QUERIES, "query and sObject collection subrequests")


def _too_many(most: int, what: str) -> SalesforceError:
    return SalesforceError(400, "INVALID_BATCH_SIZE", f"The request can't contain more than {most} {what}")
