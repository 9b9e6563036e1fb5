"""The version's root, limits and record counts (Salesforce fact sheet 2.1, 2.4)."""

from __future__ import annotations

from starlette.responses import Response

from sfsam.emulator.wire.host import OrgHost, site_base
from sfsam.emulator.wire.ingest_jobs import BATCHES_PER_DAY
from sfsam.emulator.wire.replies import json_reply
from sfsam.emulator.wire.resource import Call, Resource, resource

_RESOURCES = ("query", "queryAll", "sobjects", "limits", "composite", "jobs", "tooling")
_BULK_JOBS_PER_DAY = 10_000


def limit_routes(host: OrgHost) -> list[Resource]:
    """The resources about the API itself."""
    return [
        resource(host, "", "version", GET=_root),
        resource(host, "/limits", "limits", GET=_limits),
        resource(host, "/limits/recordCount", "limits/recordCount", GET=_record_count),
    ]


def _root(call: Call) -> Response:
    links = {name: f"{call.root}/{name}" for name in _RESOURCES}
    identity = call.host.identity_url(site_base(call.request), call.caller.user_id)
    return json_reply(links | {"identity": identity})


def _limits(call: Call) -> Response:
    most = call.host.settings.daily_api_requests
    jobs_left = _BULK_JOBS_PER_DAY - call.host.bulk_jobs.created_today()
    permission_sets = call.org.record_counts(["PermissionSet"])["PermissionSet"]
    return json_reply(
        {
            "ConcurrentAsyncGetReportInstances": _limit(200, 200),
            "DailyApiRequests": _limit(most, max(0, most - call.host.meter.used())),
            "DailyBulkApiBatches": _limit(BATCHES_PER_DAY, BATCHES_PER_DAY - call.host.ingest_jobs.batches_today()),
            "DailyBulkV2QueryFileStorageMB": _limit(976_562, 976_562),
            "DailyBulkV2QueryJobs": _limit(_BULK_JOBS_PER_DAY, jobs_left),
            "DataStorageMB": _limit(10_240, 9_216),
            "FileStorageMB": _limit(10_240, 10_240),
            "PermissionSets": _limit(1_500, max(0, 1_500 - permission_sets)),
        }
    )


def _limit(most: int, remaining: int) -> dict[str, int]:
    return {"Max": most, "Remaining": remaining}


def _record_count(call: Call) -> Response:
    wanted = [name.strip() for name in (call.parameter("sObjects") or "").split(",") if name.strip()]
    known = {entry["name"].lower(): entry["name"] for entry in call.org.describe_global(call.caller)}
    names = [known[name.lower()] for name in wanted if name.lower() in known] if wanted else [*known.values()]
    counts = call.org.record_counts(names)
    return json_reply({"sObjects": [{"count": counts[name], "name": name} for name in sorted(counts)]})
