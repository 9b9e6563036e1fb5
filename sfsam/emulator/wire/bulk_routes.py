"""Bulk API 2.0 query over HTTP (Salesforce fact sheet 3.1)."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from sfsam.emulator.org import SalesforceError
from sfsam.emulator.wire.bulk_jobs import (
    DELIMITERS,
    LINE_ENDINGS,
    BulkJob,
    make_locator,
    read_locator,
)
from sfsam.emulator.wire.host import OrgHost
from sfsam.emulator.wire.job_resources import check_bulk_enabled, job_list
from sfsam.emulator.wire.replies import CsvStream, empty_reply, json_reply
from sfsam.emulator.wire.resource import Call, Resource, resource

_CHOICES = {
    "operation": ("query", "queryAll"),
    "contentType": ("CSV",),
    "columnDelimiter": tuple(DELIMITERS),
    "lineEnding": tuple(LINE_ENDINGS),
}
_DEFAULTS = {"contentType": "CSV", "columnDelimiter": "COMMA", "lineEnding": "LF"}
_LINKS_PER_PAGE = 5
_RESULT_PAGES_SINCE = 58.0
_STREAM_ABOVE_ROWS = 50_000


def bulk_routes(host: OrgHost) -> list[Resource]:
    """The Bulk API 2.0 query resources of one org."""
    return [
        resource(host, "/jobs/query", "jobs/query", GET=_list, POST=_create),
        resource(host, "/jobs/query/{id}", "jobs/query/job", GET=_get, PATCH=_abort, DELETE=_delete),
        resource(host, "/jobs/query/{id}/results", "jobs/query/results", GET=_results),
        resource(host, "/jobs/query/{id}/resultPages", "jobs/query/resultPages", GET=_result_pages),
    ]


def _create(call: Call) -> Response:
    check_bulk_enabled(call)
    content: dict[str, Any] = _DEFAULTS | call.json()
    if unknown := content.keys() - _CHOICES.keys() - {"query"}:
        raise SalesforceError(400, "JSON_PARSER_ERROR", f'Unrecognized field "{min(unknown)}"')
    for name, choices in _CHOICES.items():
        if content.get(name) not in choices:
            raise SalesforceError(400, "INVALIDJOB", f"Invalid value for {name}: {content.get(name)}")
    soql = content.get("query")
    if not isinstance(soql, str) or not soql.strip():
        raise SalesforceError(400, "INVALIDJOB", "A query job needs a query")
    job = call.host.bulk_jobs.create(
        soql, content["operation"], content["columnDelimiter"], content["lineEnding"], call.version, call.caller
    )
    return json_reply(job.created_body())


def _list(call: Call) -> Response:
    jobs = call.host.bulk_jobs.of_caller(call.caller)
    return job_list(call, [job.created_body() | {"jobType": "V2Query"} for job in jobs])


def _get(call: Call) -> Response:
    return json_reply(_job(call).status_body())


def _abort(call: Call) -> Response:
    if call.json() != {"state": "Aborted"}:
        raise SalesforceError(400, "INVALIDJOBSTATE", "A query job can only be set to Aborted")
    job = _job(call)
    call.host.bulk_jobs.abort(job)
    return json_reply(job.created_body())


def _delete(call: Call) -> Response:
    call.host.bulk_jobs.delete(_job(call))
    return empty_reply()


def _results(call: Call) -> Response:
    """A page of CSV. Without maxRecords and locator it is the one and only page (fact sheet 8, pitfall 2)."""
    job = _job_of_version(call)
    total = job.rows().total_size
    offset, rows = _page_of(call, total)
    end = min(offset + rows, total)
    headers = {"sforce-locator": make_locator(end, rows) if end < total else "null"}
    if call.host.settings.bulk_record_count_header:
        headers["sforce-numberofrecords"] = str(end - offset)
    chunks = job.csv(offset, end - offset)
    if end - offset > _STREAM_ABOVE_ROWS:
        return CsvStream(chunks, headers)
    return Response(next(chunks), headers=headers, media_type="text/csv")


def _page_of(call: Call, total: int) -> tuple[int, int]:
    """Where the wanted page starts, and how many rows it has."""
    locator, wanted = call.parameter("locator"), call.parameter("maxRecords")
    offset, rows = read_locator(locator) if locator else (0, max(total, 1))
    if offset > 0 and offset >= total:
        raise SalesforceError(400, "INVALIDLOCATOR", f"Invalid locator: {locator}")
    if wanted is None:
        return offset, rows
    if not wanted.isdecimal() or int(wanted) < 1:
        raise SalesforceError(400, "INVALID_ARGUMENT", f"Invalid value for maxRecords: {wanted}")
    return offset, min(int(wanted), call.host.settings.bulk_page_rows)


def _result_pages(call: Call) -> Response:
    """Links to at most five pages that can be fetched at the same time, and to the next such list."""
    if float(call.version) < _RESULT_PAGES_SINCE or not call.host.settings.bulk_result_pages:
        raise SalesforceError(404, "NOT_FOUND", "The requested resource does not exist")
    job = _job_of_version(call)
    total, rows = job.rows().total_size, call.host.settings.bulk_page_rows
    locator = call.parameter("locator")
    first = read_locator(locator)[0] if locator else 0
    starts = list(range(first, max(total, 1), rows))
    base = f"{call.root}/jobs/query/{job.id}"
    pages = [{"resultUrl": f"{base}/results?locator={make_locator(start, rows)}"} for start in starts]
    if len(starts) <= _LINKS_PER_PAGE:
        return json_reply({"resultPages": pages, "nextRecordsUrl": None, "done": True})
    following = f"{base}/resultpages?locator={make_locator(starts[_LINKS_PER_PAGE], rows)}"
    return json_reply({"resultPages": pages[:_LINKS_PER_PAGE], "nextRecordsUrl": following, "done": False})


def _job(call: Call) -> BulkJob:
    return call.host.bulk_jobs.find(call.path["id"], call.caller)


def _job_of_version(call: Call) -> BulkJob:
    """The job, asked for in the version that made it (Salesforce fact sheet 3.1)."""
    job = _job(call)
    if call.version != job.api_version:
        raise SalesforceError(
            409, "API_ERROR", f"The API version of the request must be that of the job, v{job.api_version}"
        )
    return job
