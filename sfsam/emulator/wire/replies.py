"""Answers in Salesforce's shapes: JSON, error lists, moments, and gzip where the client accepts it."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from sfsam.emulator.errors import SalesforceError

JSON_TYPE = "application/json;charset=UTF-8"
"""Spelled as Salesforce does; jsforce parses nothing else (Salesforce fact sheet 7.0)."""

_GZIP_WINDOW = 31
_SMALLEST_COMPRESSED = 1_000


def json_reply(content: Any, status: int = 200) -> Response:
    """`content` as JSON with Salesforce's content type."""
    return Response(orjson.dumps(content), status_code=status, media_type=JSON_TYPE)


def empty_reply() -> Response:
    """204: no body and no content type (Salesforce fact sheet 7.0)."""
    return Response(status_code=204)


def error_reply(errors: Sequence[SalesforceError]) -> Response:
    """The list that data calls answer a failure with; its status is the first error's (fact sheet 2.8)."""
    return json_reply([error_body(error, "errorCode") for error in errors], errors[0].status)


def error_body(error: SalesforceError, code_key: str) -> dict[str, Any]:
    """One error; collections spell `code_key` "statusCode" and always name the fields (fact sheet 2.6)."""
    body: dict[str, Any] = {"message": error.message, code_key: error.code}
    if error.fields or code_key == "statusCode":
        body["fields"] = list(error.fields)
    return body


def moment_text(moment: datetime) -> str:
    """A moment as REST JSON writes it: milliseconds and "+0000" (Salesforce fact sheet 2.2)."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}+0000"


def compressed(request: Request, response: Response) -> Response:
    """The same answer in gzip when the client accepts it and the body is worth it.

    Called on a worker thread: compressing there leaves the event loop free.
    """
    if "gzip" not in request.headers.get("accept-encoding", "") or response.status_code == 204:
        return response
    if isinstance(response, CsvStream):
        response.compress()
    elif len(response.body) >= _SMALLEST_COMPRESSED:
        response.body = b"".join(_gzip(iter([bytes(response.body)])))
        response.headers["content-length"] = str(len(response.body))
        response.headers["content-encoding"] = "gzip"
    return response


class CsvStream(StreamingResponse):
    """CSV that is made while it is sent, so that a million rows never lie in memory."""

    def __init__(self, chunks: Iterator[bytes], headers: dict[str, str]) -> None:
        super().__init__(chunks, headers=headers, media_type="text/csv")
        self._chunks = chunks

    def compress(self) -> None:
        """Send it as gzip."""
        super().__init__(_gzip(self._chunks), headers=dict(self.headers) | {"content-encoding": "gzip"})


def _gzip(chunks: Iterator[bytes]) -> Iterator[bytes]:
    # Level 1: the peer is on the same machine, so the cheapest compression is the fastest.
    packer = zlib.compressobj(level=1, wbits=_GZIP_WINDOW)
    for chunk in chunks:
        if packed := packer.compress(chunk):
            yield packed
    yield packer.flush()
