"""Which requests ask to create, update or delete records, and so belong into the request log."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson

_DATA = r"/services/data/v[\d.]+/"
_RECORDS = re.compile(_DATA + r"(sobjects/\w+|composite/sobjects|composite/tree/\w+)(/.*)?", re.IGNORECASE)
_RETRIEVE = re.compile(_DATA + r"composite/sobjects/\w+/?", re.IGNORECASE)
_COMPOSITE = re.compile(_DATA + r"composite(/batch|/graph)?/?", re.IGNORECASE)
_BATCH = re.compile(_DATA + r"jobs/ingest/\w+/batches/?", re.IGNORECASE)
_INGEST_JOB = re.compile(_DATA + r"jobs/ingest/\w+/?", re.IGNORECASE)
_WRITING = ("POST", "PATCH", "PUT", "DELETE")


def may_write(method: str, path: str) -> bool:
    """Whether the request can be one that writes records; `is_write` knows, with the body at hand."""
    patterns = (_RECORDS, _COMPOSITE, _BATCH, _INGEST_JOB)
    return method in _WRITING and any(pattern.fullmatch(path) for pattern in patterns)


def is_write(method: str, path: str, query: str, body: bytes) -> bool:
    """Whether the request asks to write records.

    A composite request does when one of its parts does. Of a Bulk job, its data and its closing count: the
    closing lets the org begin.
    """
    if _RECORDS.fullmatch(path) or method not in _WRITING:
        return _writes_records(method, path, query)
    if _COMPOSITE.fullmatch(path):
        return method == "POST" and any(_writes_records(*part) for part in _parts(_parsed(body)))
    if _INGEST_JOB.fullmatch(path):
        return method == "PATCH" and _state(_parsed(body)) == "UploadComplete"
    return method == "PUT" and _BATCH.fullmatch(path) is not None


def _writes_records(method: str, path: str, query: str) -> bool:
    override = {key.upper(): values[0] for key, values in parse_qs(query).items()}.get("_HTTP_METHOD")
    if method == "POST" and override is None and _RETRIEVE.fullmatch(path):
        return False
    return method in _WRITING and _RECORDS.fullmatch(path) is not None


def _parts(content: Any) -> Iterator[tuple[str, str, str]]:
    """Method, path and query of every subrequest of a composite, batch or graph body."""
    if not isinstance(content, dict):
        return
    for graph in _dicts(content.get("graphs")):
        yield from _parts(graph)
    for part in [*_dicts(content.get("compositeRequest")), *_dicts(content.get("batchRequests"))]:
        address = urlsplit(str(part.get("url", "")))
        path = address.path if address.path.startswith("/") else f"/services/data/{address.path}"
        yield str(part.get("method", "")).upper(), path, address.query


def _dicts(content: Any) -> list[dict[str, Any]]:
    return [each for each in content if isinstance(each, dict)] if isinstance(content, list) else []


def _state(content: Any) -> Any:
    return content.get("state") if isinstance(content, dict) else None


def _parsed(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
