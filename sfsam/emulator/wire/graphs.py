"""Composite graphs: sets of parts, each set all or none (Salesforce fact sheet 2.7)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sfsam.emulator.org import SalesforceError
from sfsam.emulator.wire.composite_runs import CompositePart, bad_request, parse_parts, run_parts
from sfsam.emulator.wire.references import HALTED
from sfsam.emulator.wire.resource import Call, Resource

_MOST_GRAPHS = 75
_MOST_NODES = 500
_MOST_DEPTH = 15
_MOST_KINDS = 15
_STOP_AFTER_FAILURES = 14
_STOPPED = "Graph was not processed because too many graphs before it failed"
Graph = dict[str, Any]


def run_graphs(call: Call, inner: Sequence[Resource], content: Any) -> list[Graph]:
    """One answer per graph, in order. Raises INVALID_BATCH_SIZE above a limit, JSON_PARSER_ERROR for no graphs."""
    graphs = _parse(content)
    answered: list[Graph] = []
    for graph_id, parts in graphs:
        failed = sum(not each["isSuccessful"] for each in answered)
        answered.append(
            _stopped(graph_id, parts) if failed >= _STOP_AFTER_FAILURES else _run(call, inner, graph_id, parts)
        )
    return answered


def _run(call: Call, inner: Sequence[Resource], graph_id: str, parts: list[CompositePart]) -> Graph:
    items = run_parts(call, inner, parts, all_or_none=True)
    return _told(graph_id, items, successful=all(item["httpStatusCode"] < 400 for item in items))


def _stopped(graph_id: str, parts: list[CompositePart]) -> Graph:
    body = [{"errorCode": HALTED, "message": _STOPPED}]
    items = [
        {"body": body, "httpHeaders": {}, "httpStatusCode": 400, "referenceId": part.reference_id} for part in parts
    ]
    return _told(graph_id, items, successful=False)


def _told(graph_id: str, items: list[dict[str, Any]], *, successful: bool) -> Graph:
    return {"graphId": graph_id, "graphResponse": {"compositeResponse": items}, "isSuccessful": successful}


def _parse(content: Any) -> list[tuple[str, list[CompositePart]]]:
    if not isinstance(content, list) or not content or not all(isinstance(each, dict) for each in content):
        raise SalesforceError(400, "JSON_PARSER_ERROR", "graphs must be a list of objects")
    graphs = [(str(each.get("graphId", "")), parse_parts(each.get("compositeRequest"))) for each in content]
    names = [name for name, _ in graphs]
    if not all(names) or len(set(names)) < len(names):
        raise bad_request("Every graph needs a graphId of its own")
    _check_limit(len(graphs), _MOST_GRAPHS, "graphs")
    _check_limit(sum(len(parts) for _, parts in graphs), _MOST_NODES, "nodes")
    for _, parts in graphs:
        _check_limit(_depth(parts), _MOST_DEPTH, "levels of depth")
        _check_limit(len({_kind(part) for part in parts}), _MOST_KINDS, "different kinds of nodes")
    return graphs


def _depth(parts: list[CompositePart]) -> int:
    """How many parts the longest chain of references joins."""
    depths: dict[str, int] = {}
    for part in parts:
        depths[part.reference_id] = 1 + max((depths.get(name, 0) for name in part.needs), default=0)
    return max(depths.values())


def _kind(part: CompositePart) -> tuple[str, str]:
    """Method and object of a node."""
    _, _, rest = part.request.url.partition("/sobjects/")
    return part.request.method, rest.partition("/")[0].lower()


def _check_limit(count: int, most: int, what: str) -> None:
    if count > most:
        raise SalesforceError(400, "INVALID_BATCH_SIZE", f"The request can't contain more than {most} {what}")
