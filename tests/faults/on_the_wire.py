"""What Salesforce, or what lies between, may answer a download with."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx

from tests.faults.bench import Bench
from tests.faults.table import Fault, fails_as, succeeds, warns, without_warning
from tests.salesforce import paper_org
from tests.salesforce.paper_org import HOST

FOR_EVER = 10_000
ANYTHING, QUERY, BULK_PAGE = "/services/data/", "/query\\?q=", "/jobs/query/[^/]+/results\\?"
USERS = "FROM(%20|\\+)User(&|%20|\\+|$)"
NO_ANSWER, CUT = "SalesforceUnavailable", "AnswerTruncated"
EVIL = "https://evil.example"


def meets(match: str, answer: paper_org.Answer, times: int = FOR_EVER) -> Callable[[Bench], None]:
    """These requests are answered so, instead of by the org."""
    return lambda bench: bench.org.fault(match, answer, times=times)


def becomes(
    match: str, alter: Callable[[httpx.Response], httpx.Response], times: int = FOR_EVER
) -> Callable[[Bench], None]:
    """The org's own answers are altered so."""
    return lambda bench: bench.org.fault(match, alter=alter, times=times)


def is_set(**state: Any) -> Callable[[Bench], None]:
    """The org stands so."""

    def happens(bench: Bench) -> None:
        for name, value in state.items():
            setattr(bench.org, name, value)

    return happens


def _json(value: Any, status: int = 200) -> paper_org.Answer:
    return lambda _: httpx.Response(status, json=value)


def _refusal(status: int, code: str, message: str = "as the org says") -> paper_org.Answer:
    return lambda _: paper_org.refusal(status, code, message)


def _with_header(**headers: str) -> Callable[[httpx.Response], httpx.Response]:
    def alter(response: httpx.Response) -> httpx.Response:
        for name, value in headers.items():
            response.headers[name.replace("_", "-")] = value
        return response

    return alter


def _body(change: Callable[[bytes], bytes]) -> Callable[[httpx.Response], httpx.Response]:
    """The same answer with another body, as long as it says it is."""

    def alter(response: httpx.Response) -> httpx.Response:
        headers = {name: value for name, value in response.headers.items() if name.lower() != "content-length"}
        return httpx.Response(response.status_code, headers=headers, content=change(response.content))

    return alter


def _document(change: Callable[[Any], Any]) -> Callable[[httpx.Response], httpx.Response]:
    return _body(lambda content: json.dumps(change(json.loads(content))).encode())


def _lines(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[httpx.Response], httpx.Response]:
    return _body(lambda content: b"\n".join(change(content.split(b"\n"))))


def _elsewhere(document: Any) -> Any:
    pages = [{"resultUrl": page["resultUrl"].replace(HOST, EVIL)} for page in document["resultPages"]]
    return document | {"resultPages": pages}


def _first_page_again(document: Any) -> Any:
    return document | {"resultPages": [document["resultPages"][0]] * len(document["resultPages"])}


def _itself(request: httpx.Request) -> httpx.Response:
    answer = {"totalSize": 99, "done": False, "records": [], "nextRecordsUrl": "/services/data/v66.0/query/01gEndless"}
    return httpx.Response(200, json=answer)


class _Unread(httpx.SyncByteStream):
    """A body that nobody has looked into on the way."""

    def __iter__(self) -> Iterator[bytes]:
        yield b"this is no gzip"


def _no_gzip(_: httpx.Request) -> httpx.Response:
    return httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=_Unread())


def _redirect(_: httpx.Request) -> httpx.Response:
    return httpx.Response(302, headers={"Location": f"{EVIL}/services/data"})


ROWS = (
    Fault("HTML with status 200 instead of JSON", meets(ANYTHING, paper_org.html(200)), (fails_as(NO_ANSWER),)),
    Fault("HTML with status 503, for ever", meets(ANYTHING, paper_org.html(503)), (fails_as(NO_ANSWER),)),
    Fault("HTML with status 503, once", meets(ANYTHING, paper_org.html(503), 1), (without_warning,)),
    Fault("status 500, for ever", meets(QUERY, _refusal(500, "UNKNOWN_EXCEPTION")), (fails_as(NO_ANSWER),)),
    Fault(
        "status 503 and Retry-After of a day",
        meets(QUERY, lambda _: httpx.Response(503, headers={"Retry-After": "86400"}, content=b"")),
        (fails_as(NO_ANSWER),),
    ),
    Fault("JSON cut in the middle", becomes(QUERY, _body(lambda it: it[: len(it) // 2])), (fails_as(NO_ANSWER),)),
    Fault("JSON of another shape: a list", meets(QUERY, _json([])), (fails_as(NO_ANSWER),)),
    Fault("JSON of another shape: null", meets(QUERY, _json(None)), (fails_as(NO_ANSWER),)),
    Fault("JSON without the records", meets(QUERY, _json({"done": True})), (fails_as(NO_ANSWER),)),
    Fault("an empty answer", meets(QUERY, lambda _: httpx.Response(200, content=b"")), (fails_as(NO_ANSWER),)),
    Fault("the connection drops, for ever", meets(QUERY, paper_org.drop), (fails_as(NO_ANSWER),)),
    Fault("the connection drops, three times", meets(QUERY, paper_org.drop, 3), (without_warning,)),
    Fault("no answer in time", meets(QUERY, paper_org.time_out), (fails_as(NO_ANSWER),)),
    Fault("the body breaks off", meets(QUERY, paper_org.breaking_off), (fails_as(NO_ANSWER, CUT),)),
    Fault("a body that is no gzip though it says so", meets(QUERY, _no_gzip), (fails_as(NO_ANSWER, CUT),)),
    Fault("half a CSV page", becomes(BULK_PAGE, _lines(lambda it: it[: len(it) // 2])), (fails_as(CUT),)),
    Fault("half a CSV page, once", becomes(BULK_PAGE, _lines(lambda it: it[: len(it) // 2]), 1), (without_warning,)),
    Fault("a CSV page without its last byte", becomes(BULK_PAGE, _body(lambda it: it[:-3])), (fails_as(CUT),)),
    Fault(
        "more rows announced than sent", becomes(BULK_PAGE, _with_header(Sforce_NumberOfRecords="11")), (fails_as(CUT),)
    ),
    Fault("a page sent twice for another", becomes("resultPages", _document(_first_page_again)), (fails_as(CUT),)),
    Fault(
        "a CSV page of other columns",
        becomes(BULK_PAGE, _lines(lambda it: [b'"Id","Nonsense"', *it[1:]])),
        (fails_as(CUT, NO_ANSWER),),
    ),
    Fault(
        "a CSV page that is not UTF-8",
        becomes(BULK_PAGE, _body(lambda it: it.replace(b"005", b"\xff\xfe5"))),
        (fails_as(CUT, NO_ANSWER),),
    ),
    Fault("HTML with status 200 instead of CSV", meets(BULK_PAGE, paper_org.html(200)), (fails_as(NO_ANSWER, CUT),)),
    Fault("pages of results on another host", becomes("resultPages", _document(_elsewhere)), ()),
    Fault("a redirect to another host", meets(QUERY, _redirect), (fails_as("SetupError"),)),
    Fault("pages that never end", meets("/query[/?]", _itself), (fails_as(NO_ANSWER, CUT),)),
    Fault("the token expires amid the run", lambda bench: _expire(bench), (without_warning,)),
    Fault(
        "no token is accepted",
        meets(ANYTHING, _refusal(401, "INVALID_SESSION_ID")),
        (fails_as("ReconnectRequired", "PermissionMissing"),),
    ),
    Fault(
        "REQUEST_LIMIT_EXCEEDED",
        meets(QUERY, _refusal(403, "REQUEST_LIMIT_EXCEEDED")),
        (fails_as("RequestLimitReached"),),
    ),
    Fault("our share of the calls is used up", is_set(usage=(14_000, 15_000)), (fails_as("RequestLimitReached"),)),
    Fault(
        "UNABLE_TO_LOCK_ROW on a read, once", meets(QUERY, _refusal(400, "UNABLE_TO_LOCK_ROW"), 1), (without_warning,)
    ),
    Fault(
        "the user lost the right to ask",
        meets(QUERY, _refusal(403, "INSUFFICIENT_ACCESS")),
        (fails_as("PermissionMissing"),),
    ),
    Fault("an object that is not shown", is_set(hidden_objects={"UserAppInfo"}), (warns("Lightning apps"),)),
    Fault("Bulk jobs fail", is_set(bulk_fails={"User", "UserLogin"}), (succeeds,)),
    Fault(
        "a Bulk job never ends",
        becomes("GET .*/jobs/query/[^/]+$", _document(lambda it: it | {"state": "InProgress"})),
        (fails_as(NO_ANSWER),),
    ),
    Fault("no lists of result pages", is_set(offers_result_pages=False), (succeeds,)),
    Fault(
        "headers of usage and time that say nothing",
        becomes(ANYTHING, _with_header(Date="yesterday", Sforce_Limit_Info="api-usage=many")),
        (succeeds,),
    ),
    Fault(
        "counts of records that are no numbers",
        meets("recordCount", _json({"sObjects": [{"name": "User", "count": "many"}]})),
        (fails_as(NO_ANSWER),),
    ),
    Fault(
        "the org's clock is ten minutes ahead",
        is_set(date="Tue, 24 Nov 2026 12:10:00 GMT"),
        (warns("clock"),),
        keeps_ages=False,
    ),
    Fault(
        "the org's clock is a day behind",
        is_set(date="Mon, 23 Nov 2026 12:00:00 GMT"),
        (warns("clock"),),
        keeps_ages=False,
    ),
    Fault(
        "a number that is no number",
        becomes(QUERY, _body(lambda it: it.replace(b'"TotalLicenses":10', b'"TotalLicenses":"many"'))),
        (fails_as(NO_ANSWER, CUT),),
    ),
    Fault(
        "a moment that is no moment",
        becomes(BULK_PAGE, _body(lambda it: it.replace(b"2026-11-24T08", b"yesterday at 8"))),
        (fails_as(NO_ANSWER, CUT),),
    ),
)


def _expire(bench: Bench) -> None:
    bench.org.fault(BULK_PAGE, lambda request: _expired(bench, request), times=1)


def _expired(bench: Bench, request: httpx.Request) -> httpx.Response:
    bench.org.valid_tokens.clear()
    return paper_org.refusal(401, "INVALID_SESSION_ID", "Session expired or invalid")
