"""Bulk API 2.0 ingest over HTTP (Salesforce fact sheet 3.3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.responses import Response

from sfsam.emulator.org import RowResult, SalesforceError
from sfsam.emulator.wire.bulk_jobs import DELIMITERS, LINE_ENDINGS
from sfsam.emulator.wire.host import OrgHost
from sfsam.emulator.wire.ingest_jobs import IngestJob, WriteRows
from sfsam.emulator.wire.job_resources import check_bulk_enabled, job_list
from sfsam.emulator.wire.replies import empty_reply, json_reply
from sfsam.emulator.wire.resource import Call, Handler, Resource, resource
from sfsam.emulator.wire.upserts import key_field, upsert
from sfsam.emulator.wire.writes import create, delete, record_id, update

_CHOICES = {
    "operation": ("insert", "update", "upsert", "delete", "hardDelete"),
    "contentType": ("CSV",),
    "columnDelimiter": tuple(DELIMITERS),
    "lineEnding": tuple(LINE_ENDINGS),
    "concurrencyMode": ("Parallel",),
}
_DEFAULTS = {"contentType": "CSV", "columnDelimiter": "COMMA", "lineEnding": "LF", "concurrencyMode": "Parallel"}
_NO_HARD_DELETE = (
    "hardDelete operation requires special user profile permission, please contact your system administrator"
)
_LARGEST_UPLOAD = 150_000_000
Record = dict[str, Any]


def ingest_routes(host: OrgHost) -> list[Resource]:
    """The Bulk API 2.0 ingest resources of one org."""
    return [
        resource(host, "/jobs/ingest", "jobs/ingest", GET=_list, POST=_create),
        resource(host, "/jobs/ingest/{id}", "jobs/ingest/job", GET=_get, PATCH=_change_state, DELETE=_delete),
        resource(host, "/jobs/ingest/{id}/batches", "jobs/ingest/batches", PUT=_put),
        resource(host, "/jobs/ingest/{id}/successfulResults", "jobs/ingest/results", GET=_file(IngestJob.successful)),
        resource(host, "/jobs/ingest/{id}/failedResults", "jobs/ingest/results", GET=_file(IngestJob.failed)),
        resource(host, "/jobs/ingest/{id}/unprocessedRecords", "jobs/ingest/results", GET=_file(IngestJob.unprocessed)),
    ]


def _create(call: Call) -> Response:
    check_bulk_enabled(call)
    content: dict[str, Any] = _DEFAULTS | call.json()
    if unknown := content.keys() - _CHOICES.keys() - {"object", "externalIdFieldName", "assignmentRuleId"}:
        raise SalesforceError(400, "JSON_PARSER_ERROR", f'Unrecognized field "{min(unknown)}"')
    for name, choices in _CHOICES.items():
        if content.get(name) not in choices:
            raise SalesforceError(400, "INVALIDJOB", f"Invalid value for {name}: {content.get(name)}")
    operation = content["operation"]
    if operation == "hardDelete" and not call.caller.may("BulkApiHardDelete"):
        message = (
            "hardDelete operation requires special user profile permission, please contact your system administrator"
        )
        raise SalesforceError(400, "FEATURENOTENABLED", message)
    object_name = _object_name(call, content.get("object"))
    job = call.host.ingest_jobs.create(
        call.caller,
        call.version,
        object_name=object_name,
        operation=operation,
        delimiter=content["columnDelimiter"],
        line_ending=content["lineEnding"],
        external_id_field=_external_id_field(call, object_name, operation, content.get("externalIdFieldName")),
    )
    return json_reply(job.created_body())


def _object_name(call: Call, wanted: Any) -> str:
    if not isinstance(wanted, str) or not wanted:
        raise SalesforceError(400, "INVALIDJOB", "An ingest job needs an object")
    try:
        return str(call.org.describe(wanted, call.caller)["name"])
    except SalesforceError as error:
        raise SalesforceError(400, "INVALIDENTITY", f"Entity '{wanted}' is not supported by the Bulk API.") from error


def _external_id_field(call: Call, object_name: str, operation: str, wanted: Any) -> str | None:
    if operation != "upsert":
        return None
    if not isinstance(wanted, str) or not wanted:
        raise SalesforceError(400, "INVALIDJOB", "External ID was blank for an upsert job")
    try:
        return key_field(call, object_name, wanted)
    except SalesforceError as error:
        raise SalesforceError(400, "INVALIDJOB", f"Field name provided, {wanted} is not an External ID") from error


def _list(call: Call) -> Response:
    jobs = call.host.ingest_jobs.of_caller(call.caller)
    return job_list(call, [job.created_body() | {"jobType": "V2Ingest"} for job in jobs])


def _get(call: Call) -> Response:
    return json_reply(_job(call).status_body())


def _delete(call: Call) -> Response:
    call.host.ingest_jobs.delete(_job(call))
    return empty_reply()


def _put(call: Call) -> Response:
    """The job's data, in one request."""
    content_type = call.request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != "text/csv":
        raise SalesforceError(415, "UNSUPPORTED_MEDIA_TYPE", f"Content-Type header not supported: {content_type}")
    if len(call.body) > _LARGEST_UPLOAD:
        raise SalesforceError(400, "EXCEEDED_MAX_SIZE_REQUEST", "The data is larger than 150 MB")
    call.host.ingest_jobs.put(_job(call), call.body)
    return Response(status_code=201)


def _change_state(call: Call) -> Response:
    """Close the job, so that the org begins, or abort it."""
    wanted = call.json()
    job, jobs = _job(call), call.host.ingest_jobs
    if wanted == {"state": "UploadComplete"}:
        fields = call.org.describe(job.object, call.caller)["fields"]
        known = {field["name"].lower(): str(field.get("type", "string")) for field in fields}
        jobs.close(job, {"id": "id"} if job.operation in ("delete", "hardDelete") else known, _writer(call, job))
    elif wanted == {"state": "Aborted"}:
        jobs.abort(job)
    else:
        raise SalesforceError(400, "INVALIDJOBSTATE", "An ingest job can only be set to UploadComplete or Aborted")
    return json_reply(job.created_body())


def _writer(call: Call, job: IngestJob) -> WriteRows:
    """How the job writes rows: on behalf of the user who closed it, into the log entry of the closing."""

    def inserted(rows: list[Record]) -> list[tuple[RowResult, bool]]:
        return [(result, result.success) for result in create(call, job.object, rows, all_or_none=False)]

    def updated(rows: list[Record]) -> list[tuple[RowResult, bool]]:
        return [(result, False) for result in update(call, job.object, rows, all_or_none=False)]

    def upserted(rows: list[Record]) -> list[tuple[RowResult, bool]]:
        written = [upsert(call, job.object, job.external_id_field or "Id", row) for row in rows]
        return [(result, new and result.success) for result, new in written]

    def deleted(rows: list[Record]) -> list[tuple[RowResult, bool]]:
        ids = [record_id(row) or "" for row in rows]
        return [(result, False) for result in delete(call, job.object, ids, all_or_none=False)]

    return {"insert": inserted, "update": updated, "upsert": upserted}.get(job.operation, deleted)


def _file(content: Callable[[IngestJob], bytes]) -> Handler:
    def handler(call: Call) -> Response:
        return Response(content(_job(call)), media_type="text/csv")

    return handler


def _job(call: Call) -> IngestJob:
    return call.host.ingest_jobs.find(call.path["id"], call.caller)
