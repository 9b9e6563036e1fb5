"""Bulk API 2.0 ingest: states, data, results, refusals."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import httpx
import pytest

if TYPE_CHECKING:
    from tests.emulator.wire.conftest import Served

JOB = {"object": "User", "operation": "update", "contentType": "CSV", "lineEnding": "LF"}
CSV_TYPE = {"content-type": "text/csv; charset=UTF-8"}


@pytest.fixture
def quick(org: Served) -> Served:
    org.side_door("POST", "settings", {"bulk_latency_seconds": 0})
    return org


def create(org: Served, **changed: Any) -> str:
    """The path of a new job."""
    wanted = {name: value for name, value in (JOB | changed).items() if value is not None}
    response = org.client.post(org.data + "/jobs/ingest", json=wanted)
    assert response.status_code == 200, response.text
    return f"{org.data}/jobs/ingest/{response.json()['id']}"


def put(org: Served, path: str, data: str) -> httpx.Response:
    return org.client.put(path + "/batches", content=data.encode(), headers=CSV_TYPE)


def close(org: Served, path: str) -> dict[str, Any]:
    response = org.client.patch(path, json={"state": "UploadComplete"})
    assert response.status_code == 200, response.text
    deadline = time.monotonic() + 5
    while (job := org.client.get(path).json())["state"] in ("UploadComplete", "InProgress"):
        assert time.monotonic() < deadline
    ended: dict[str, Any] = job
    return ended


def run(org: Served, data: str, **changed: Any) -> tuple[str, dict[str, Any]]:
    path = create(org, **changed)
    assert put(org, path, data).status_code == 201
    return path, close(org, path)


def rows(org: Served, path: str, name: str, delimiter: str = ",") -> list[dict[str, str]]:
    response = org.client.get(f"{path}/{name}")
    assert response.headers["content-type"].startswith("text/csv")
    return [*csv.DictReader(io.StringIO(response.text), delimiter=delimiter)]


def refusal(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()[0]["errorCode"]


def user(org: Served, number: int) -> str:
    return [*org.org.rows][number]


def test_an_update_tells_who_was_changed_and_who_was_not(quick: Served) -> None:
    good, unknown = user(quick, 3), "005000000000000AAA"
    path, job = run(quick, f"Id,IsActive\n{good},false\n{unknown},false\n")
    assert (job["state"], job["jobType"], job["numberRecordsProcessed"], job["numberRecordsFailed"]) == (
        "JobComplete",
        "V2Ingest",
        2,
        1,
    )
    assert rows(quick, path, "successfulResults") == [
        {"sf__Id": good, "sf__Created": "false", "Id": good, "IsActive": "false"}
    ]
    [failed] = rows(quick, path, "failedResults")
    assert failed["sf__Error"] == "NOT_FOUND:The requested resource: --"
    for name in ("unprocessedRecords", "unprocessedrecords"):
        assert rows(quick, path, name) == []
    assert quick.client.get(path + "/unprocessedrecords").text == '"Id","IsActive"\n'


def test_the_log_knows_what_a_job_has_changed(quick: Served) -> None:
    good = user(quick, 3)
    run(quick, f"Id,IsActive\n{good},false\n")
    uploaded, closed = quick.side_door("GET", "log")
    assert (uploaded["method"], uploaded["status"], uploaded["body"]) == ("PUT", 201, f"Id,IsActive\n{good},false\n")
    assert (closed["method"], closed["body"]) == ("PATCH", {"state": "UploadComplete"})
    assert [(c["id"], c["field"], c["after"]) for c in closed["changes"]] == [(good, "IsActive", "false")]


def test_a_job_is_open_until_it_is_closed(org: Served) -> None:
    org.side_door("POST", "settings", {"bulk_latency_seconds": 0.3})
    path = create(org)
    job = org.client.get(path).json()
    assert (job["state"], job["contentUrl"], job["apiVersion"]) == ("Open", path.lstrip("/") + "/batches", 66.0)
    pieces: Iterator[bytes] = iter([f"Id,IsActive\n{user(org, 2)},".encode(), b"false\n"])
    chunked = org.client.put(path + "/batches", content=pieces, headers=CSV_TYPE)
    assert (chunked.status_code, chunked.request.headers["transfer-encoding"]) == (201, "chunked")
    assert refusal(put(org, path, "Id\n")) == (400, "INVALIDJOBSTATE")
    assert refusal(org.client.get(path + "/successfulResults")) == (400, "INVALIDJOBSTATE")
    assert refusal(org.client.delete(path)) == (400, "API_ERROR")
    assert org.client.patch(path, json={"state": "UploadComplete"}).json()["state"] == "UploadComplete"
    states = []
    while not states or states[-1] != "JobComplete":
        states.append(org.client.get(path).json()["state"])
    assert [*dict.fromkeys(states)] == ["UploadComplete", "InProgress", "JobComplete"]
    for state in ("UploadComplete", "Aborted", "Open"):
        assert refusal(org.client.patch(path, json={"state": state})) == (400, "INVALIDJOBSTATE")
    listed = org.client.get(org.data + "/jobs/ingest").json()["records"]
    assert [(entry["jobType"], entry["state"]) for entry in listed] == [("V2Ingest", "JobComplete")]
    assert org.client.get(org.data + "/jobs/ingest?jobType=V2Query").json()["records"] == []
    assert org.client.delete(path).status_code == 204
    assert refusal(org.client.get(path)) == (404, "NOT_FOUND")


def test_an_aborted_job_leaves_its_rows_alone(org: Served) -> None:
    org.side_door("POST", "settings", {"bulk_latency_seconds": 60})
    path = create(org)
    put(org, path, f"Id,IsActive\n{user(org, 2)},false\n")
    org.client.patch(path, json={"state": "UploadComplete"})
    assert org.client.patch(path, json={"state": "Aborted"}).json()["state"] == "Aborted"
    assert org.org.rows[user(org, 2)]["IsActive"] is True
    assert rows(org, path, "successfulResults") == []


def test_inserts_and_upserts_say_what_is_new(quick: Served) -> None:
    path, job = run(quick, "LastName,Username\nNew,n@x.example\n,\n,u@x.example\n", operation="insert")
    assert (job["numberRecordsProcessed"], job["numberRecordsFailed"]) == (3, 2)
    [made] = rows(quick, path, "successfulResults")
    assert (made["sf__Created"], made["LastName"]) == ("true", "New")
    [error, _] = [row["sf__Error"] for row in rows(quick, path, "failedResults")]
    assert error == "REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]:LastName --"


def test_an_upsert_goes_by_its_key(quick: Served) -> None:
    data = f"Username,IsActive\n{quick.line['admin_username']},true\nnew@x.example,true\n"
    path, _ = run(quick, data, operation="upsert", externalIdFieldName="username")
    assert [row["sf__Created"] for row in rows(quick, path, "successfulResults")] == ["false"]
    assert [row["Username"] for row in rows(quick, path, "failedResults")] == ["new@x.example"]


def test_a_delete_takes_ids_alone(quick: Served) -> None:
    path, _ = run(quick, f"Id\n{user(quick, 2)}\n", operation="delete")
    assert rows(quick, path, "failedResults")[0]["sf__Error"] == "DELETE_FAILED:Users cannot be deleted: --"
    _, wrong = run(quick, f"Id,IsActive\n{user(quick, 2)},true\n", operation="delete")
    assert (wrong["state"], wrong["errorMessage"]) == ("Failed", "InvalidBatch : Field name not found : IsActive")


def test_an_empty_cell_keeps_and_na_empties(quick: Served) -> None:
    one, two = user(quick, 2), user(quick, 3)
    names = [quick.org.rows[i]["Username"] for i in (one, two)]
    run(quick, f'Id,Username\n{one},\n{two},"#N/A"\n')
    assert [quick.org.rows[i]["Username"] for i in (one, two)] == [names[0], None]


def test_delimiter_and_line_ending_are_the_jobs(quick: Served) -> None:
    options = {"columnDelimiter": "SEMICOLON", "lineEnding": "CRLF"}
    path, _ = run(quick, f'Id;Username\r\n{user(quick, 2)};"a; ""b""\nc"\r\n', **options)
    assert quick.org.rows[user(quick, 2)]["Username"] == 'a; "b"\nc'
    text = quick.client.get(path + "/successfulResults").text
    assert text.startswith('"sf__Id";"sf__Created";"Id";"Username"\r\n')


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("Id,Nothing\n1,2\n", "InvalidBatch : Field name not found : Nothing"),
        ("Id;IsActive\n1;true\n", "InvalidBatch : Field name not found : Id;IsActive"),
        (
            "Id,IsActive\r\n1,true\r\n",
            "ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is LF",
        ),
        ("", "InvalidBatch : The data has no header line"),
        (
            "Id,IsActive\n1\n",
            "InvalidBatch : Row 1 has 1 values, but the header names 2 columns",
        ),
        ("Id,Username\n1," + "x" * 131_073 + "\n", "InvalidBatch : Row 1 is too long"),
    ],
)
def test_data_that_no_record_can_be_made_of_fails_the_job(quick: Served, data: str, message: str) -> None:
    path, job = run(quick, data)
    assert (job["state"], job["errorMessage"]) == ("Failed", message)
    assert rows(quick, path, "failedResults") == []


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"object": "Nothing"}, "INVALIDENTITY"),
        ({"object": None}, "INVALIDJOB"),
        ({"operation": "query"}, "INVALIDJOB"),
        ({"operation": "upsert"}, "INVALIDJOB"),
        ({"operation": "upsert", "externalIdFieldName": "IsActive"}, "INVALIDJOB"),
        ({"operation": "hardDelete"}, "FEATURENOTENABLED"),
        ({"lineEnding": "CR"}, "INVALIDJOB"),
        ({"surprise": 1}, "JSON_PARSER_ERROR"),
    ],
)
def test_refused_jobs(org: Served, changed: dict[str, Any], code: str) -> None:
    wanted = {name: value for name, value in (JOB | changed).items() if value is not None}
    assert refusal(org.client.post(org.data + "/jobs/ingest", json=wanted)) == (400, code)


def test_a_job_may_be_made_to_fail(quick: Served) -> None:
    quick.side_door("POST", "settings", {"bulk_failure": "InternalServerError : out of luck"})
    path, job = run(quick, f"Id,IsActive\n{user(quick, 2)},false\n")
    assert (job["state"], job["errorMessage"]) == ("Failed", "InternalServerError : out of luck")
    assert [row["Id"] for row in rows(quick, path, "unprocessedRecords")] == [user(quick, 2)]
    assert quick.org.rows[user(quick, 2)]["IsActive"] is True


def test_data_must_be_csv(org: Served) -> None:
    answer = org.client.put(create(org) + "/batches", content=b"{}", headers={"content-type": "application/json"})
    assert refusal(answer) == (415, "UNSUPPORTED_MEDIA_TYPE")


def test_jobs_are_kept_for_seven_days_and_open_ones_for_one(quick: Served) -> None:
    quick.side_door("POST", "settings", {"access_token_seconds": 9_999_999})
    path, _ = run(quick, f"Id,IsActive\n{user(quick, 2)},false\n")
    forgotten = create(quick)
    quick.side_door("POST", "time", {"advance_seconds": 2 * 86_400})
    assert [quick.client.get(each).status_code for each in (path, forgotten)] == [200, 404]
    quick.side_door("POST", "time", {"advance_seconds": 6 * 86_400})
    assert quick.client.get(path).status_code == 404


def test_a_job_counts_against_the_days_batches(quick: Served) -> None:
    run(quick, f"Id,IsActive\n{user(quick, 2)},false\n")
    assert quick.client.get(quick.data + "/limits").json()["DailyBulkApiBatches"] == {
        "Max": 15_000,
        "Remaining": 14_999,
    }


def test_locked_rows_fail_one_by_one(quick: Served) -> None:
    quick.side_door("POST", "faults", [{"match": "/jobs/ingest/", "method": "PATCH", "kind": "lock_row"}])
    path, job = run(quick, f"Id,IsActive\n{user(quick, 2)},false\n")
    assert job["numberRecordsFailed"] == 1
    assert rows(quick, path, "failedResults")[0]["sf__Error"].startswith("UNABLE_TO_LOCK_ROW:unable to obtain")


def test_long_job_lists_come_in_pages(org: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sfsam.emulator.wire.job_resources._PAGE_JOBS", 2)
    paths = [create(org) for _ in range(3)]
    first = org.client.get(org.data + "/jobs/ingest").json()
    second = org.client.get(first["nextRecordsUrl"]).json()
    assert (first["done"], second["done"], second["nextRecordsUrl"]) == (False, True, None)
    listed = [job["id"] for job in first["records"] + second["records"]]
    assert [path.rpartition("/")[2] for path in reversed(paths)] == listed
    wrong = org.client.get(org.data + "/jobs/ingest?queryLocator=x")
    assert refusal(wrong) == (400, "INVALID_QUERY_LOCATOR")


def test_pages_take_their_time_and_several_do_so_at_once(quick: Served) -> None:
    quick.side_door("POST", "settings", {"query_page_seconds": 0.3})
    began = time.monotonic()
    with ThreadPoolExecutor(4) as pool:
        answers = [*pool.map(lambda _: quick.client.get(quick.data + "/query?q=SELECT+Id+FROM+User"), range(4))]
    took = time.monotonic() - began
    assert {answer.status_code for answer in answers} == {200}
    assert 0.3 <= took < 1.0
    began = time.monotonic()
    assert quick.client.get(quick.data + "/limits").status_code == 200
    assert time.monotonic() - began < 0.3
