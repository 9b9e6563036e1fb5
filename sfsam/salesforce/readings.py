"""How one object is going to be read, and how its rows get to disk: by Bulk or by REST."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sfsam.salesforce.bulk import BulkReader, BulkRefused
from sfsam.salesforce.pages import ObjectPages
from sfsam.salesforce.rest import RestPage, RestReader
from sfsam.salesforce.soql import Selection

_log = logging.getLogger(__name__)


@dataclass
class Reading:
    """One object: the query, about how many rows it will give, and what is known of the answer already.

    Of `is_changes` the query asks only for what changed; `held` is then how many rows the org has in all, as
    `Selection.held_query` answers. What `also` asks for joins the same pages.
    """

    name: str
    selection: Selection
    query: str
    expected: int | None
    job_id: str | None = None
    first: RestPage | None = None
    is_changes: bool = False
    held: list[Mapping[str, Any]] = field(default_factory=list)
    also: Reading | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        return self.selection.columns

    def asking(self, query: str, expected: int | None) -> Reading:
        """The same object by another query, of which nothing is known yet."""
        return replace(self, query=query, expected=expected, job_id=None, first=None, also=None)


class Reader:
    """Reads what readings say: Bulk for many rows, REST for few and for what Bulk refuses."""

    def __init__(
        self, rest: RestReader, bulk: BulkReader, *, rest_row_limit: int, checkpoint: Callable[[], None]
    ) -> None:
        self._rest = rest
        self._bulk = bulk
        self._rest_row_limit = rest_row_limit
        self._checkpoint = checkpoint
        self._jobs: list[str] = []

    def start(self, readings: Iterable[Reading]) -> None:
        """Begin the large queries, so that Salesforce works on them side by side."""
        for reading in [each for one in readings for each in (one, one.also) if each is not None]:
            if reading.expected is not None and reading.expected <= self._rest_row_limit:
                continue
            try:
                reading.job_id = self._bulk.start(reading.query)
                self._jobs.append(reading.job_id)
            except BulkRefused as refusal:
                _log.info("%s is read by REST: %s", reading.name, refusal)

    def read(self, reading: Reading, pages: ObjectPages) -> str:
        """Put all rows on disk; the way they came."""
        if reading.also is not None:
            more = pages.part()
            self.read(reading.also, more)
            source = self.read(replace(reading, also=None), pages)
            pages.join(more)
            return source
        if reading.job_id:
            try:
                self._bulk.collect(reading.job_id, pages, self._checkpoint)
                return "bulk"
            except BulkRefused as refusal:
                _log.info("%s is read by REST: %s", reading.name, refusal)
                pages.discard()
        self._checkpoint()
        self._rest.read_into(reading.query, pages, first=reading.first, before_page=self._checkpoint)
        return "rest"

    def clean_up(self) -> None:
        """Delete the jobs that were made."""
        self._bulk.remove(self._jobs)
