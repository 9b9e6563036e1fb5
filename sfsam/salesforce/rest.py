"""Reading by REST: queries page by page, describe, record counts (Salesforce fact sheet 2.2, 2.4, 2.5)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol
from urllib.parse import urlsplit

from sfsam.domain.profiles import Record
from sfsam.errors import ObjectUnavailable, PermissionMissing, RefusedError, SalesforceUnavailable
from sfsam.salesforce import faults, soql
from sfsam.salesforce.described import Described
from sfsam.salesforce.session import Session
from sfsam.salesforce.shapes import expected

Row = dict[str, Any]


class RestPage(Record):
    """One answer to a query. `next_path` is the cursor; None on the last page."""

    rows: tuple[Row, ...]
    total: int
    next_path: str | None


class PageTaker(Protocol):
    """Where the pages of a query go; told to forget them when the query has to start again."""

    def add(self, rows: Sequence[Row]) -> None: ...
    def discard(self) -> None: ...


class RestReader:
    """Queries of one session. Describe is asked once per object."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._described: dict[str, Described] = {}

    def first_page(self, query: str) -> RestPage:
        return self.page_of(self._session.get(self._session.data("query"), {"q": query}))

    def read_into(
        self,
        query: str,
        taker: PageTaker,
        *,
        first: RestPage | None = None,
        before_page: Callable[[], None] = lambda: None,
    ) -> None:
        """Hand every page to `taker`. A query whose cursor is gone starts again, once."""
        try:
            self._follow(first or self.first_page(query), taker, before_page)
        except SalesforceUnavailable as trouble:
            if faults.code_of(trouble) != "INVALID_QUERY_LOCATOR":
                raise
            taker.discard()
            self._follow(self.first_page(query), taker, before_page)

    def rows(self, query: str) -> list[Row]:
        """All rows of a query that is known to be small."""
        taken = _List()
        self.read_into(query, taken)
        return taken.rows

    def rest_of(self, answer: Mapping[str, Any]) -> list[Row]:
        """All rows of a query whose first answer came another way."""
        taken = _List()
        self._follow(self.page_of(answer), taker=taken, before_page=lambda: None)
        return taken.rows

    def held(self, name: str, ids: Iterable[str], **values: soql.Value) -> list[Row]:
        """The rows of `queries/<name>.soql` for these ids, in as few queries as addresses allow."""
        wanted = soql.load(name)
        selection = wanted.select(self.describe(wanted.object))
        chunks = soql.id_chunks(list(ids))
        return [row for chunk in chunks for row in self.rows(selection.query(ids=chunk, **values))]

    def describe(self, name: str) -> Described:
        """The object as the connected user sees it. Raises ObjectUnavailable when it is not shown."""
        if name not in self._described:
            self._described[name] = Described.of(self._session.get(self._session.data(f"sobjects/{name}/describe")))
        return self._described[name]

    def know(self, name: str, answer: Mapping[str, Any]) -> None:
        """Take what describe answered for an object elsewhere, so that it is not asked again."""
        self._described[name] = Described.of(answer)

    def record_counts(self, names: Iterable[str]) -> dict[str, int]:
        """About how many rows each object has; objects that Salesforce does not count are left out."""
        try:
            answer = self._session.get(self._session.data("limits/recordCount"), {"sObjects": ",".join(names)})
        except (ObjectUnavailable, PermissionMissing, RefusedError):
            return {}
        with expected("its record counts"):
            return {item["name"]: int(item["count"]) for item in answer["sObjects"]}

    def count(self, query: str) -> int:
        """The answer to a SELECT COUNT()."""
        return self.first_page(query).total

    def _follow(self, page: RestPage, taker: PageTaker, before_page: Callable[[], None]) -> None:
        taker.add(page.rows)
        while page.next_path is not None:
            if not page.rows:
                raise SalesforceUnavailable("The pages of a query do not come to an end.", "Try again in some minutes.")
            before_page()
            page = self.page_of(self._session.get(page.next_path))
            taker.add(page.rows)

    @staticmethod
    def page_of(answer: Mapping[str, Any]) -> RestPage:
        """An answer to a query as a page."""
        with expected("a query"):
            cursor = None if answer["done"] else urlsplit(answer["nextRecordsUrl"])
            path = cursor and (f"{cursor.path}?{cursor.query}" if cursor.query else cursor.path)
            return RestPage(rows=tuple(answer["records"]), total=answer["totalSize"], next_path=path)


class _List:
    def __init__(self) -> None:
        self.rows: list[Row] = []

    def add(self, rows: Sequence[Row]) -> None:
        self.rows.extend(rows)

    def discard(self) -> None:
        self.rows.clear()


def value_of(row: Row, column: str) -> Any:
    """The value of a column; `PermissionSet.Name` looks into the parent, None when there is no parent."""
    value: Any = row
    for name in column.split("."):
        value = value.get(name) if value is not None else None
    return value
