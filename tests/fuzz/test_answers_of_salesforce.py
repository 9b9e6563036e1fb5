"""Whatever Salesforce, or a gateway before it, answers: an answer of ours or an error with a remedy, never another."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sfsam.errors import SfsamError
from sfsam.salesforce import faults
from sfsam.salesforce.csv_pages import save_page
from sfsam.salesforce.described import Described
from sfsam.salesforce.oauth_faults import fault_of
from sfsam.salesforce.rest import RestReader
from tests.examples import examples
from tests.faults.bench import Bench, bench
from tests.salesforce.paper_org import CLIENT_SECRET

VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text(max_size=12), inside, max_size=4),
    max_leaves=12,
)
COLUMNS = ("Id", "Name", "IsActive")
RESOURCES = (
    *("/services/data$", "/query\\?", "/describe$", "recordCount", "jobs/query$", "jobs/query/[^/]+$"),
    *("resultPages", "/results", "oauth2/token"),
)


def documents(*names: str) -> st.SearchStrategy[Any]:
    """Any JSON, and documents that have some of these names, so that the code behind the first look is reached."""
    return VALUES | st.fixed_dictionaries({}, optional=dict.fromkeys(names, VALUES))


@settings(max_examples=examples(150))
@given(documents("done", "nextRecordsUrl", "records", "totalSize"))
def test_an_answer_to_a_query(answer: Any) -> None:
    try:
        page = RestReader.page_of(answer)
    except SfsamError as error:
        assert error.remedy
    else:
        assert all(isinstance(row, dict) for row in page.rows)


@settings(max_examples=examples(100))
@given(
    documents("name", "fields", "queryable") | st.fixed_dictionaries({"name": st.text(), "fields": st.lists(VALUES)})
)
def test_a_description_of_an_object(answer: Any) -> None:
    try:
        Described.of(answer)
    except SfsamError as error:
        assert error.remedy


@settings(max_examples=examples(150))
@given(
    st.integers(100, 599),
    st.binary(max_size=200)
    | documents("errorCode", "message", "fields", "error").map(lambda it: json.dumps(it).encode()),
    st.dictionaries(st.sampled_from(["Retry-After", "Content-Type"]), st.text("0123456789-.;/abcé", max_size=12)),
)
def test_a_refusal(status: int, body: bytes, headers: dict[str, str]) -> None:
    coded = [(name.encode(), value.encode()) for name, value in headers.items()]
    error = faults.from_response(httpx.Response(status, content=body, headers=coded))
    assert isinstance(error, SfsamError)
    assert error.what
    assert error.remedy


@settings(max_examples=examples(100))
@given(
    st.text(max_size=40) | st.sampled_from(["invalid_grant", "invalid_client", "access_denied"]), st.text(max_size=60)
)
def test_a_refused_log_in(error: str, description: str) -> None:
    assert fault_of(error, description).remedy


@settings(max_examples=examples(100))
@given(
    st.binary(max_size=300)
    | st.lists(st.lists(st.text(max_size=6), max_size=4), max_size=5).map(
        lambda rows: "\n".join([",".join(COLUMNS), *(",".join(row) for row in rows)]).encode("utf-8", "replace")
    ),
    st.sampled_from([None, "0", "1", "2", "-1", "many", "99999999999999999999"]),
)
def test_a_page_of_csv(tmp_path_factory: pytest.TempPathFactory, body: bytes, announced: str | None) -> None:
    path = tmp_path_factory.getbasetemp() / "page.csv"
    headers = {"Sforce-NumberOfRecords": announced} if announced else {}
    try:
        rows = save_page(httpx.Response(200, content=body, headers=headers), path, COLUMNS)
    except SfsamError as error:
        assert error.remedy
    else:
        assert 0 <= rows <= body.count(b"\n") + body.count(b"\r") + 1
        assert path.read_bytes().decode("utf-8") is not None


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with bench(tmp_path_factory.mktemp("fuzz")) as opened:
        yield opened


@settings(max_examples=examples(15))
@given(
    resource=st.sampled_from(RESOURCES),
    status=st.sampled_from([200, 200, 200, 201, 204, 400, 401, 404, 500]),
    body=VALUES.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=60),
    times=st.sampled_from([1, 2, 10_000]),
)
def test_a_download_amid_answers_of_any_kind(here: Bench, resource: str, status: int, body: bytes, times: int) -> None:
    stood = here.what_stands()
    here.org.fault(resource, lambda _: httpx.Response(status, content=body), times=times)
    here.org.requests.clear()
    try:
        job = here.download()
    finally:
        here.org.faults.clear()
    if job.failure is not None:
        assert job.failure.error != "InternalError"
        assert job.failure.remedy
    assert here.what_stands() == stood
    assert here.left_on_disk() == []
    assert CLIENT_SECRET not in here.told(job)
    assert len(here.org.requests) < 1_000
