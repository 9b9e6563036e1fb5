"""What stands in an event log file: EventLogFile.LogFile as CSV (Salesforce fact sheet 4.12)."""

from __future__ import annotations

from starlette.responses import Response

from sfsam.emulator.wire.host import OrgHost
from sfsam.emulator.wire.resource import Call, Resource, resource

_HEAD = '"EVENT_TYPE","TIMESTAMP_DERIVED","USER_ID_DERIVED"\n'
_BY_API_ONLY = "ApiTotalUsage"
_NOBODY = "Logout"
"""Log-outs leave no trace in this org, so that their log has no lines."""


def event_log_routes(host: OrgHost) -> list[Resource]:
    """The content of the event logs of one org."""
    return [resource(host, "/sobjects/EventLogFile/{id}/LogFile", "sobjects/blob", GET=_log_file)]


def _log_file(call: Call) -> Response:
    """The log-ins of the log's day; for API usage those by an API."""
    wanted = ["EventType", "LogDate"]
    record = call.org.get("EventLogFile", call.path["id"], wanted, call.caller, call.version)
    event, day = record["EventType"], record["LogDate"][:10]
    system = call.org.caller(call.org.admin_user_id)
    soql = f"SELECT LoginTime, UserId, ApiType FROM LoginHistory WHERE DAY_ONLY(LoginTime) = {day} ORDER BY LoginTime"  # noqa: S608 - a date of our own
    result = call.org.query(soql, system)
    rows = result.records(0, result.total_size, call.version)
    result.close()
    lines = [
        f'"{event}","{row["LoginTime"].replace("+0000", "Z")}","{row["UserId"]}"\n'
        for row in rows
        if event != _NOBODY and (event != _BY_API_ONLY or row["ApiType"] != "N/A")
    ]
    return Response(_HEAD + "".join(lines), media_type="text/csv")
