"""Bulk API 2.0 query: states, pages, locators, refusals."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest

if TYPE_CHECKING:
    from tests.emulator.wire.conftest import Served

QUERY = {"operation": "query", "query": "SELECT Id, Username FROM User"}


@pytest.fixture
def quick(org: Served) -> Served:
    org.side_door("POST", "settings", {"bulk_latency_seconds": 0})
    return org


def create(org: Served, **changed: Any) -> dict[str, Any]:
    response = org.client.post(org.data + "/jobs/query", json=QUERY | changed, headers={"accept": "text/csv"})
    assert response.status_code == 200, response.text
    job: dict[str, Any] = response.json()
    return job


def path_of(org: Served, job: dict[str, Any], rest: str = "") -> str:
    return f"{org.data}/jobs/query/{job['id']}{rest}"


def completed(org: Served, **changed: Any) -> str:
    """The path of a job that has ended."""
    job = create(org, **changed)
    deadline = time.monotonic() + 5
    while org.client.get(path_of(org, job)).json()["state"] in ("UploadComplete", "InProgress"):
        assert time.monotonic() < deadline
    return path_of(org, job)


def refusal(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()[0]["errorCode"]


def test_a_job_goes_through_its_states(org: Served) -> None:
    org.side_door("POST", "settings", {"bulk_latency_seconds": 0.3})
    job = create(org)
    assert (job["state"], job["apiVersion"], job["object"]) == ("UploadComplete", 66.0, "User")
    early = org.client.get(path_of(org, job, "/results"))
    assert refusal(early) == (400, "INVALIDJOBSTATE")
    states = []
    while not states or states[-1]["state"] != "JobComplete":
        states.append(org.client.get(path_of(org, job)).json())
    assert [*dict.fromkeys(state["state"] for state in states)] == ["UploadComplete", "InProgress", "JobComplete"]
    assert states[-1]["numberRecordsProcessed"] == 25
    listed = org.client.get(org.data + "/jobs/query").json()
    assert [(entry["id"], entry["jobType"]) for entry in listed["records"]] == [(job["id"], "V2Query")]


def test_pitfall_02_without_max_records_all_rows_come_in_one_page(quick: Served) -> None:
    answer = quick.client.get(completed(quick) + "/results")
    assert answer.headers["content-type"].startswith("text/csv")
    assert (answer.headers["sforce-locator"], answer.headers["sforce-numberofrecords"]) == ("null", "25")
    assert answer.text.splitlines()[0] == '"Id","Username"'
    assert len(answer.text.splitlines()) == 26


def test_pitfall_01_pages_by_locator_give_every_row_once(quick: Served) -> None:
    results = completed(quick) + "/results"
    rows, locator, counts = [], "", []
    while locator != "null":
        wanted: dict[str, str | int] = {"maxRecords": 10} | ({"locator": locator} if locator else {})
        page = quick.client.get(results, params=wanted)
        head, *lines = page.text.splitlines()
        assert head == '"Id","Username"'
        rows += lines
        counts.append(page.headers["sforce-numberofrecords"])
        locator = page.headers["sforce-locator"]
    assert counts == ["10", "10", "5"]
    assert [row.split('"')[1] for row in rows] == [*quick.org.rows]


def test_a_locator_alone_keeps_the_size_of_its_page(quick: Served) -> None:
    results = completed(quick) + "/results"
    first = quick.client.get(results, params={"maxRecords": 10})
    second = {"locator": first.headers["sforce-locator"]}
    once, twice = (quick.client.get(results, params=second) for _ in range(2))
    assert once.headers["sforce-numberofrecords"] == "10"
    assert once.text == twice.text


def test_result_pages_can_be_fetched_in_any_order(quick: Served) -> None:
    quick.side_door("POST", "settings", {"bulk_page_rows": 4})
    job = completed(quick)
    first = quick.client.get(job + "/resultPages").json()
    assert (len(first["resultPages"]), first["done"]) == (5, False)
    assert "/resultpages?locator=" in first["nextRecordsUrl"]
    last = quick.client.get(first["nextRecordsUrl"]).json()
    assert (len(last["resultPages"]), last["done"], last["nextRecordsUrl"]) == (2, True, None)
    links = [page["resultUrl"] for page in first["resultPages"] + last["resultPages"]]
    pages = {link: quick.client.get(link).text.splitlines()[1:] for link in reversed(links)}
    assert [row.split('"')[1] for link in links for row in pages[link]] == [*quick.org.rows]


def test_delimiter_and_line_ending_are_the_jobs(quick: Served) -> None:
    text = quick.client.get(completed(quick, columnDelimiter="PIPE", lineEnding="CRLF") + "/results").text
    assert text.startswith('"Id"|"Username"\r\n')


def test_large_results_are_streamed_under_one_header(org: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sfsam.emulator.wire.bulk_jobs._CHUNK_ROWS", 7)
    monkeypatch.setattr("sfsam.emulator.wire.bulk_routes._STREAM_ABOVE_ROWS", 7)
    results = completed(org) + "/results"
    packed = org.client.get(results)
    plain = org.client.get(results, headers={"accept-encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-length" not in plain.headers
    assert packed.text == plain.text
    assert [line.split('"')[1] for line in plain.text.splitlines()] == ["Id", *org.org.rows]


def test_pitfall_19_results_are_pinned_to_the_version_of_the_job(quick: Served) -> None:
    job = completed(quick)
    for rest in ("/results", "/resultPages"):
        assert quick.client.get(job.replace("v66.0", "v67.0") + rest).status_code == 409
    old = completed(quick).replace("v66.0", "v57.0")
    assert quick.client.get(old + "/resultPages").status_code == 404


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"query": "SELECT COUNT() FROM User"}, "API_ERROR"),
        ({"query": "SELECT Id FROM Nothing"}, "INVALIDENTITY"),
        ({"query": ""}, "INVALIDJOB"),
        ({"operation": "insert"}, "INVALIDJOB"),
        ({"columnDelimiter": "SPACE"}, "INVALIDJOB"),
        ({"surprise": 1}, "JSON_PARSER_ERROR"),
    ],
)
def test_refused_jobs(org: Served, changed: dict[str, Any], code: str) -> None:
    assert refusal(org.client.post(org.data + "/jobs/query", json=QUERY | changed)) == (400, code)


def test_a_query_that_fails_fails_the_job(quick: Served) -> None:
    job = completed(quick, query="SELECT Id FROM User BY Nothing")
    state = quick.client.get(job).json()
    assert (state["state"], state["errorMessage"][:15]) == ("Failed", "MALFORMED_QUERY")


def test_wrong_places_in_a_result(quick: Served) -> None:
    results = completed(quick) + "/results"
    assert refusal(quick.client.get(results, params={"locator": "nonsense"})) == (400, "INVALIDLOCATOR")
    assert refusal(quick.client.get(results, params={"maxRecords": "0"})) == (400, "INVALID_ARGUMENT")


def test_abort_and_delete(org: Served) -> None:
    org.side_door("POST", "settings", {"bulk_latency_seconds": 60})
    job = create(org)
    path = path_of(org, job)
    assert refusal(org.client.delete(path)) == (400, "API_ERROR")
    assert org.client.patch(path, json={"state": "Aborted"}).json()["state"] == "Aborted"
    assert refusal(org.client.patch(path, json={"state": "Aborted"})) == (400, "INVALIDJOBSTATE")
    deleted = org.client.delete(path)  # without a body, on which simple-salesforce stumbles (pitfall 4)
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert refusal(org.client.get(path)) == (404, "NOT_FOUND")


def test_results_are_kept_for_seven_days(quick: Served) -> None:
    quick.side_door("POST", "settings", {"access_token_seconds": 9_999_999})
    job = completed(quick)
    quick.side_door("POST", "time", {"advance_seconds": 8 * 86_400})
    assert quick.client.get(job).status_code == 404


def test_an_org_may_be_awkward_about_bulk(quick: Served) -> None:
    """Without a count of records, without resultPages, with columns in another order, failing, without Bulk."""
    quick.side_door(
        "POST",
        "settings",
        {"bulk_record_count_header": False, "bulk_result_pages": False, "bulk_columns_reversed": True},
    )
    job = completed(quick)
    answer = quick.client.get(job + "/results")
    assert "sforce-numberofrecords" not in answer.headers
    assert answer.text.splitlines()[0] == '"Username","Id"'
    assert refusal(quick.client.get(job + "/resultPages")) == (404, "NOT_FOUND")
    quick.side_door("POST", "settings", {"bulk_failure": "InternalServerError : out of luck"})
    state = quick.client.get(completed(quick)).json()
    assert (state["state"], state["errorMessage"]) == ("Failed", "InternalServerError : out of luck")
    quick.side_door("POST", "settings", {"bulk_enabled": False})
    assert refusal(quick.client.post(quick.data + "/jobs/query", json=QUERY)) == (400, "FEATURENOTENABLED")
    ingest = {"object": "User", "operation": "update"}
    assert refusal(quick.client.post(quick.data + "/jobs/ingest", json=ingest)) == (400, "FEATURENOTENABLED")


def test_a_long_query_holds_up_nobody_else(org: Served) -> None:
    org.org.query_seconds = 0.5
    job = create(org)
    began = time.monotonic()
    assert org.client.get(path_of(org, job)).json()["state"] in ("UploadComplete", "InProgress")
    assert time.monotonic() - began < 0.4
