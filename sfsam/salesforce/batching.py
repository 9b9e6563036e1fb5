"""Several reads in one API call: a composite of up to 25 parts, of which 5 may be queries (Salesforce fact sheet 2.7).

One composite counts as one call (2.4). Each part succeeds or fails for itself; an error is handed back in its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import httpx

from sfsam.errors import SfsamError
from sfsam.salesforce import faults
from sfsam.salesforce.session import Session
from sfsam.salesforce.shapes import expected

MOST_PARTS = 25
MOST_QUERIES = 5


class CompositeReader:
    """Batched reads of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def describes(self, names: Sequence[str]) -> dict[str, Any | SfsamError]:
        """What describe answers for each object, or the error that stands in its place."""
        paths = {name: self._session.data(f"sobjects/{name}/describe") for name in names}
        return self._answers(paths, MOST_PARTS)

    def queries(self, queries: Mapping[str, str]) -> dict[str, Any | SfsamError]:
        """The first page of each query by its name, or the error that stands in its place."""
        path = self._session.data("query")
        return self._answers({name: f"{path}?q={quote(query)}" for name, query in queries.items()}, MOST_QUERIES)

    def _answers(self, paths: Mapping[str, str], most: int) -> dict[str, Any | SfsamError]:
        found: dict[str, Any | SfsamError] = {}
        for names in _chunks(list(paths), most):
            parts = [
                {"method": "GET", "url": paths[name], "referenceId": f"part{number}"}
                for number, name in enumerate(names)
            ]
            content = {"allOrNone": False, "compositeRequest": parts}
            answer = self._session.read("POST", self._session.data("composite"), content=content)
            with expected("several questions at once"):
                found |= {n: _body_or_error(item) for n, item in zip(names, answer["compositeResponse"], strict=True)}
        return found


def _body_or_error(item: Mapping[str, Any]) -> Any | SfsamError:
    status = int(item["httpStatusCode"])
    if status < 400:
        return item["body"]
    return faults.from_response(httpx.Response(status, json=item["body"]))


def _chunks(names: list[str], size: int) -> Iterator[list[str]]:
    for start in range(0, len(names), size):
        yield names[start : start + size]
