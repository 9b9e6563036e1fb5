from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from sfsam.errors import AnswerTruncated, RefusedError
from sfsam.salesforce.bulk import BulkReader, BulkRefused
from sfsam.salesforce.pages import ObjectPages
from sfsam.salesforce.session import Session
from tests.salesforce.paper_org import BrokenStream, PaperOrg, Row, csv_answer, drop, refusal

QUERY = "SELECT Id, Name FROM User"
COLUMNS = ("Id", "Name")


@pytest.fixture
def pages(tmp_path: Path) -> ObjectPages:
    return ObjectPages(tmp_path, "User", COLUMNS)


@pytest.fixture
def bulk(session: Session) -> BulkReader:
    return BulkReader(session)


def people(org: PaperOrg, count: int, name: Callable[[int], str] = lambda number: f"n{number}") -> list[str]:
    org.tables["User"] = [{"Id": f"005{number:012d}AAA", "Name": name(number)} for number in range(count)]
    return [row["Id"] for row in org.tables["User"]]


def collect(bulk: BulkReader, pages: ObjectPages) -> list[Row]:
    bulk.collect(bulk.start(QUERY), pages)
    return saved(pages)


def saved(pages: ObjectPages) -> list[Row]:
    rows = []
    for path in pages.staged("bulk").files:
        with path.open(encoding="utf-8", newline="") as file:
            rows += list(csv.DictReader(file))
    return rows


@pytest.mark.parametrize("parallel", [True, False], ids=["resultPages", "locators"])
def test_pitfall_01_three_pages_without_a_doubled_header_or_an_endless_loop(
    org: PaperOrg, bulk: BulkReader, pages: ObjectPages, parallel: bool
) -> None:
    org.offers_result_pages = parallel
    ids = people(org, 4500)
    assert [row["Id"] for row in sorted(collect(bulk, pages), key=lambda row: row["Id"])] == ids
    assert pages.rows == 4500
    assert len(org.paths("/results$")) == 3


def test_many_pages_come_in_several_lists(org: PaperOrg, bulk: BulkReader, pages: ObjectPages) -> None:
    org.rows_per_bulk_page = 100
    people(org, 1234)
    assert len(collect(bulk, pages)) == 1234
    assert len(org.paths("resultPages")) == 3
    assert len(org.paths("/results$")) == 13


def test_an_answer_without_rows_has_its_header_all_the_same(
    org: PaperOrg, bulk: BulkReader, pages: ObjectPages
) -> None:
    org.fault("/results", lambda _: httpx.Response(200, headers={"Sforce-Locator": "null"}))
    assert collect(bulk, pages) == []
    assert [path.read_text() for path in pages.staged("bulk").files] == ['"Id","Name"\n']


def test_line_breaks_and_quotes_inside_values_are_no_rows(org: PaperOrg, bulk: BulkReader, pages: ObjectPages) -> None:
    people(org, 10, lambda number: f'first\nsecond "{number}"\n')
    assert [row["Name"] for row in collect(bulk, pages)][7] == 'first\nsecond "7"\n'


def test_pitfall_05_a_page_with_missing_rows_is_fetched_again(
    org: PaperOrg, bulk: BulkReader, pages: ObjectPages
) -> None:
    people(org, 4500)
    org.fault("/results", alter=lambda response: _cut(response, lines=50), times=1)
    org.fault("/results", alter=lambda response: _cut(response, byte=-9), times=1)
    org.fault("/results", alter=lambda response: _cut(response, byte=-2), times=1)
    assert len(collect(bulk, pages)) == 4500
    assert len(org.paths("/results$")) == 6


def test_pitfall_05_a_page_that_stays_short_is_an_error(org: PaperOrg, bulk: BulkReader, pages: ObjectPages) -> None:
    people(org, 4500)
    org.fault("/results", alter=lambda response: _cut(response, lines=50), times=99)
    with pytest.raises(AnswerTruncated, match=r"announced (2,000|500) rows and 49 arrived"):
        collect(bulk, pages)
    assert [path for path in pages.staged("bulk").files if "part" in path.name] == []


def test_pitfall_05_fewer_rows_than_the_job_processed_are_asked_for_again(
    org: PaperOrg, bulk: BulkReader, pages: ObjectPages
) -> None:
    people(org, 100)
    short = csv_answer(list(COLUMNS), org.tables["User"][:60], "null")  # true to itself, not to the job
    org.fault("/results", lambda _: short)
    assert len(collect(bulk, pages)) == 100
    org.fault("/results", lambda _: csv_answer(list(COLUMNS), org.tables["User"][:60], "null"), times=9)
    pages.discard()
    with pytest.raises(AnswerTruncated, match=r"announced 100 rows and 60 arrived, twice"):
        collect(bulk, pages)


def test_nul_bytes_are_left_out_and_foreign_columns_are_refused(
    org: PaperOrg, bulk: BulkReader, pages: ObjectPages
) -> None:
    people(org, 3, lambda number: f"a\0b{number}")
    assert [row["Name"] for row in collect(bulk, pages)] == ["ab0", "ab1", "ab2"]
    org.fault("/results", lambda _: csv_answer(["Id", "Email"], org.tables["User"], "null"), times=9)
    pages.discard()
    with pytest.raises(AnswerTruncated, match="other columns"):
        collect(bulk, pages)


def test_pitfall_06_the_token_may_end_at_any_point_of_a_job(
    org: PaperOrg, bulk: BulkReader, pages: ObjectPages
) -> None:
    people(org, 4500)
    for match in ("POST .*jobs/query", r"jobs/query/\w+$", "resultPages", "/results"):
        org.fault(match, lambda _: refusal(401, "INVALID_SESSION_ID", "Session expired or invalid"))
    assert len(collect(bulk, pages)) == 4500
    assert len(org.jobs) == 1
    assert org.token_calls == 4


def test_a_drop_in_the_middle_of_a_page_fetches_that_page_again(
    org: PaperOrg, bulk: BulkReader, pages: ObjectPages
) -> None:
    people(org, 4500)
    org.fault("/results.*2000", alter=_breaking_off)
    org.fault("/results", drop)
    assert len(collect(bulk, pages)) == 4500


@pytest.mark.parametrize("code", ["INVALIDENTITY", "API_ERROR", "LIMIT_EXCEEDED"])
def test_pitfall_18_what_bulk_does_not_take_is_told_apart(org: PaperOrg, bulk: BulkReader, code: str) -> None:
    org.bulk_refuses["User"] = (code, "not here")
    with pytest.raises(BulkRefused, match="not here"):
        bulk.start(QUERY)


def test_pitfall_18_a_failed_job_is_told_apart(org: PaperOrg, bulk: BulkReader, pages: ObjectPages) -> None:
    org.bulk_fails.add("User")
    with pytest.raises(BulkRefused, match="Job failed"):
        collect(bulk, pages)


def test_pitfall_19_every_address_of_a_job_has_the_version_of_the_job(
    org: PaperOrg, bulk: BulkReader, pages: ObjectPages
) -> None:
    people(org, 4500)
    collect(bulk, pages)  # the org on paper names resultUrls with another version and host
    assert {re.search(r"/v[\d.]+/", path)[0] for path in org.paths("jobs")} == {"/v66.0/"}  # type: ignore[index]


def test_waiting_grows_and_can_be_stopped(
    org: PaperOrg, bulk: BulkReader, pages: ObjectPages, session: Session
) -> None:
    working = httpx.Response(200, json={"state": "InProgress"})
    org.fault(r"jobs/query/\w+$", lambda _: working, times=60)
    collect(bulk, pages)
    waits = session.pause.seconds  # type: ignore[attr-defined]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (0.25, 20.0)

    def stop() -> None:
        raise RefusedError("stopped", "")

    with pytest.raises(RefusedError):
        bulk.collect(bulk.start(QUERY), pages, stop)


def test_a_removed_job_that_still_runs_is_ended_first(org: PaperOrg, bulk: BulkReader) -> None:
    job_id = bulk.start(QUERY)
    org.fault("DELETE", lambda _: refusal(400, "API_ERROR", "the job is not terminated"))
    bulk.remove([job_id])
    assert [request.method for request in org.requests[-3:]] == ["DELETE", "PATCH", "DELETE"]
    assert org.removed_jobs == [job_id]


def test_removing_jobs_does_not_hold_up_a_failed_download(org: PaperOrg, bulk: BulkReader) -> None:
    jobs = [bulk.start(QUERY) for _ in range(3)]
    org.fault("DELETE", lambda _: refusal(404, "NOT_FOUND", "gone"))
    bulk.remove(jobs)
    assert org.removed_jobs == jobs[1:]

    org.fault("DELETE", drop, times=9)
    before = len(org.requests)
    bulk.remove(jobs)
    assert len(org.requests) == before + 1


def _cut(response: httpx.Response, *, lines: int | None = None, byte: int | None = None) -> httpx.Response:
    content = response.content
    short = b"\n".join(content.split(b"\n")[:lines]) + b"\n" if lines else content[:byte]
    headers = {name: response.headers[name] for name in ("Sforce-NumberOfRecords", "Sforce-Locator")}
    return httpx.Response(200, content=short, headers=headers)


def _breaking_off(response: httpx.Response) -> httpx.Response:
    return httpx.Response(200, headers=response.headers, stream=BrokenStream(response.content))
