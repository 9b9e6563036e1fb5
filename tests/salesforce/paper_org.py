"""A Salesforce org on paper: answers as the fact sheet says, behind httpx.MockTransport. Faults are put in front."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import httpx
import orjson

HOST = "https://acme.my.salesforce.com"
ORG_ID = "00Dxx0000001gPLEAY"
ADMIN_ID = "005xx000001SvogAAC"
CLIENT_SECRET = "do-not-tell-anybody"
Row = dict[str, Any]
Answer = Callable[[httpx.Request], httpx.Response]

SCHEMA: dict[str, str] = {
    "Organization": "Id Name OrganizationType InstanceName IsSandbox? TrialExpirationDate TimeZoneSidKey CreatedDate",
    "UserLicense": "Id Name MasterLabel LicenseDefinitionKey Status TotalLicenses UsedLicenses UsedLicensesLastUpdated",
    "Profile": "Id Name UserLicenseId UserType PermissionsApiUserOnly?",
    "ActiveFeatureLicenseMetric": "FeatureType TotalLicenseCount AssignedUserCount ActiveUserCount MetricsDate",
    "User": "Id Username Name Email IsActive? UserType ProfileId UserRoleId ManagerId Department Division Title "
    "CompanyName EmployeeNumber FederationIdentifier LastLoginDate CreatedDate LastModifiedDate SystemModstamp "
    "UserPermissionsKnowledgeUser? UserPermissionsSupportUser? UserPermissionsCallCenterAutoLogin?",
    "PermissionSetLicense": "Id DeveloperName MasterLabel PermissionSetLicenseKey Status TotalLicenses UsedLicenses "
    "ExpirationDate",
    "PermissionSetLicenseAssign": "Id AssigneeId PermissionSetLicenseId CreatedDate SystemModstamp",
    "PackageLicense": "Id NamespacePrefix Status AllowedLicenses UsedLicenses ExpirationDate",
    "UserPackageLicense": "Id UserId PackageLicenseId CreatedDate SystemModstamp",
    "PermissionSet": "Id Name Label LicenseId IsOwnedByProfile? ProfileId Type PermissionsManageUsers? "
    "PermissionsModifyAllData? PermissionsCustomizeApplication? PermissionsApiUserOnly?",
    "PermissionSetAssignment": "Id AssigneeId PermissionSetId PermissionSetGroupId SystemModstamp",
    "PermissionSetGroupComponent": "Id PermissionSetGroupId PermissionSetId",
    "UserLogin": "Id UserId IsFrozen? IsPasswordLocked? LastModifiedDate",
    "LoginHistory": "Id UserId LoginTime LoginType LoginSubType Status Application",
    "UserAppInfo": "Id UserId LastModifiedDate",
    "TenantUsageEntitlement": "Id ResourceGroupKey Setting MasterLabel StartDate EndDate CurrentAmountAllowed "
    "AmountUsed UsageDate Frequency IsPersistentResource? OverageGrace",
    "UserPermissionAccess": "Id PermissionsApiEnabled? PermissionsViewSetup? PermissionsViewAllUsers? "
    "PermissionsManageUsers? PermissionsManageInternalUsers? PermissionsAssignPermissionSets? "
    "PermissionsFreezeUsers? PermissionsMonitorLoginHistory?",
}


@dataclass
class Fault:
    """The next `times` requests whose path matches get `answer`; `alter` changes the org's own answer instead."""

    match: str
    answer: Answer | None = None
    alter: Callable[[httpx.Response], httpx.Response] | None = None
    times: int = 1


@dataclass
class PaperOrg:
    tables: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in SCHEMA})
    hidden_objects: set[str] = field(default_factory=set)
    hidden_fields: set[str] = field(default_factory=set)
    bulk_refuses: dict[str, tuple[str, str]] = field(default_factory=dict)
    bulk_fails: set[str] = field(default_factory=set)
    offers_result_pages: bool = True
    rows_per_page: int = 2000
    rows_per_bulk_page: int = 2000
    usage: tuple[int, int] = (17, 15000)
    date: str = "Tue, 24 Nov 2026 12:00:00 GMT"
    versions: tuple[str, ...] = ("59.0", "65.0", "66.0", "67.0")
    rotates: bool = False
    token_answer: dict[str, Any] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    requests: list[httpx.Request] = field(default_factory=list)
    valid_tokens: set[str] = field(default_factory=set)
    refresh_token: str = "refresh-0"
    minted: int = 0
    jobs: dict[str, str] = field(default_factory=dict)
    removed_jobs: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _cursors: dict[str, tuple[str, int]] = field(default_factory=dict, repr=False)

    # ── For tests ──

    def fault(self, match: str, answer: Answer | None = None, **more: Any) -> None:
        self.faults.append(Fault(match, answer, **more))

    def paths(self, match: str = "") -> list[str]:
        return [request.url.path for request in self.requests if re.search(match, request.url.path)]

    @property
    def token_calls(self) -> int:
        return len(self.paths("/oauth2/token"))

    # ── The wire ──

    def __call__(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.requests.append(request)
        fault = self._next_fault(_target(request))
        if fault is not None and fault.answer is not None:
            return _arriving(fault.answer(request))
        response = self._route(request)
        response.headers.setdefault("Date", self.date)
        response.headers["Sforce-Limit-Info"] = f"api-usage={self.usage[0]}/{self.usage[1]}"
        altered = fault.alter(response) if fault is not None and fault.alter is not None else response
        return _arriving(altered)

    def _next_fault(self, target: str) -> Fault | None:
        with self._lock:
            fault = next((each for each in self.faults if each.times > 0 and re.search(each.match, target)), None)
            if fault is not None:
                fault.times -= 1
            return fault

    def _route(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path.endswith("/oauth2/token"):
            return self._token(request)
        if request.headers["Authorization"].removeprefix("Bearer ") not in self.valid_tokens:
            return refusal(401, "INVALID_SESSION_ID", "Session expired or invalid")
        if path == "/services/data":
            return httpx.Response(200, json=[{"version": version} for version in self.versions])
        resource = path.split("/", 4)[4]
        for pattern, route in (
            (r"query$", self._query),
            (r"query/01g", self._more),
            (r"sobjects/(\w+)/describe$", self._describe),
            (r"limits/recordCount$", self._record_counts),
            (r"composite/sobjects$", self._collections),
            (r"jobs/query$", self._start_job),
            (r"jobs/query/(\w+)/resultPages$", self._result_pages),
            (r"jobs/query/(\w+)/results$", self._results),
            (r"jobs/query/(\w+)$", self._job),
        ):
            if found := re.match(pattern, resource):
                return route(request, *found.groups())
        return refusal(404, "NOT_FOUND", "The requested resource does not exist")

    def _token(self, request: httpx.Request) -> httpx.Response:
        form = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        if form["grant_type"] == "refresh_token" and form["refresh_token"] != self.refresh_token:
            self.valid_tokens.clear()  # a rotated token was used again: everything dies
            return oauth_refusal("invalid_grant", "expired access/refresh token")
        if form.get("client_secret") != CLIENT_SECRET:
            return oauth_refusal("invalid_client", "invalid client credentials")
        self.minted += 1
        answer = {
            "access_token": f"00Dxx0000001gPL!minted.{self.minted}",
            "instance_url": HOST,
            "id": f"https://login.salesforce.com/id/{ORG_ID}/{ADMIN_ID}",
            "token_type": "Bearer",
            "scope": "refresh_token api id",
            "issued_at": "1760000000000",
        }
        if form["grant_type"] == "authorization_code" or self.rotates:
            self.refresh_token = f"refresh-{self.minted}"
            answer["refresh_token"] = self.refresh_token
        answer |= self.token_answer
        self.valid_tokens = {answer["access_token"]}
        return httpx.Response(200, json={name: value for name, value in answer.items() if value is not None})

    # ── Data ──

    def fields(self, name: str) -> list[str]:
        return [each.rstrip("?") for each in SCHEMA[name].split() if each.rstrip("?") not in self.hidden_fields]

    def _describe(self, _: httpx.Request, name: str) -> httpx.Response:
        if name in self.hidden_objects:
            return refusal(404, "NOT_FOUND", "The requested resource does not exist")
        kinds = {each.rstrip("?"): "boolean" if each.endswith("?") else "string" for each in SCHEMA[name].split()}
        fields = [{"name": each, "type": kinds[each], "updateable": True} for each in self.fields(name)]
        return httpx.Response(
            200, json={"name": name, "updateable": True, "deletable": True, "queryable": True, "fields": fields}
        )

    def _query(self, request: httpx.Request) -> httpx.Response:
        return self._answer_query(request.url.params["q"], 0)

    def _answer_query(self, query: str, offset: int) -> httpx.Response:
        found = re.fullmatch(r"SELECT (.+?) FROM (\w+)(?: WHERE (.+?))?(?: LIMIT (\d+))?", query)
        assert found is not None, query
        columns, name, condition, limit = found.groups()
        if name in self.hidden_objects:
            return refusal(400, "INVALID_TYPE", f"sObject type '{name}' is not supported.")
        rows = [row for row in self.tables[name] if _holds(row, condition)][: int(limit or 10**9)]
        if columns == "COUNT()":
            return httpx.Response(200, json={"totalSize": len(rows), "done": True, "records": []})
        names = columns.split(", ")
        for each in names:
            if "." not in each and each not in self.fields(name):
                return refusal(400, "INVALID_FIELD", f"No such column '{each}' on entity '{name}'.")
        page = rows[offset : offset + self.rows_per_page]
        following = offset + len(page)
        answer: dict[str, Any] = {
            "totalSize": len(rows),
            "done": following >= len(rows),
            "records": [_record(name, row, names) for row in page],
        }
        if not answer["done"]:
            self._cursors[f"01gxx0000004RpzAAE-{following}"] = (query, following)
            answer["nextRecordsUrl"] = f"/services/data/v66.0/query/01gxx0000004RpzAAE-{following}"
        return httpx.Response(200, content=orjson.dumps(answer), headers={"Content-Type": "application/json"})

    def _more(self, request: httpx.Request) -> httpx.Response:
        return self._answer_query(*self._cursors[request.url.path.rsplit("/", 1)[1]])

    def _record_counts(self, request: httpx.Request) -> httpx.Response:
        names = request.url.params["sObjects"].split(",")
        return httpx.Response(
            200, json={"sObjects": [{"name": name, "count": len(self.tables[name])} for name in names]}
        )

    def _collections(self, request: httpx.Request) -> httpx.Response:
        if request.method == "DELETE":
            return httpx.Response(200, json=[self._delete(each) for each in request.url.params["ids"].split(",")])
        records = orjson.loads(request.content)["records"]
        return httpx.Response(200, json=[self._update(record) for record in records])

    def _delete(self, record_id: str) -> Row:
        for rows in self.tables.values():
            for row in rows:
                if row.get("Id") == record_id:
                    rows.remove(row)
                    return {"id": record_id, "success": True, "errors": []}
        return row_refusal("ENTITY_IS_DELETED", "entity is deleted")

    def _update(self, record: Row) -> Row:
        row = next(row for row in self.tables[record["attributes"]["type"]] if row["Id"] == record["id"])
        if row.get("blocked"):
            return row_refusal("FIELD_INTEGRITY_EXCEPTION", row["blocked"])
        row |= {name: value for name, value in record.items() if name not in ("attributes", "id")}
        return {"id": record["id"], "success": True, "errors": []}

    # ── Bulk ──

    def _start_job(self, request: httpx.Request) -> httpx.Response:
        query = orjson.loads(request.content)["query"]
        name = query.split(" FROM ")[1].split(" ")[0]
        if name in self.bulk_refuses:
            return refusal(400, *self.bulk_refuses[name])
        job_id = f"750R{len(self.jobs):011d}IAA"
        self.jobs[job_id] = query
        return httpx.Response(200, json={"id": job_id, "state": "UploadComplete", "apiVersion": 66.0})

    def _job(self, request: httpx.Request, job_id: str) -> httpx.Response:
        if request.method == "DELETE":
            self.removed_jobs.append(job_id)
            return httpx.Response(204)
        name = self.jobs[job_id].split(" FROM ")[1].split(" ")[0]
        if name in self.bulk_fails:
            return httpx.Response(200, json={"id": job_id, "state": "Failed", "errorMessage": "Job failed"})
        rows = self._job_rows(job_id)[1]
        return httpx.Response(200, json={"id": job_id, "state": "JobComplete", "numberRecordsProcessed": len(rows)})

    def _job_rows(self, job_id: str) -> tuple[list[str], list[Row]]:
        found = re.fullmatch(r"SELECT (.+?) FROM (\w+)(?: WHERE (.+?))?", self.jobs[job_id])
        assert found is not None
        return found[1].split(", "), [row for row in self.tables[found[2]] if _holds(row, found[3])]

    def _result_pages(self, request: httpx.Request, job_id: str) -> httpx.Response:
        if not self.offers_result_pages:
            return refusal(404, "NOT_FOUND", "The requested resource does not exist")
        total = len(self._job_rows(job_id)[1])
        begin = int(request.url.params.get("locator", "0"))
        starts = list(range(begin, max(total, 1), self.rows_per_bulk_page))
        base = f"{HOST}/services/data/v99.0/jobs/query/{job_id}"
        return httpx.Response(
            200,
            json={
                "resultPages": [{"resultUrl": f"{base}/results?locator={start}"} for start in starts[:5]],
                "nextRecordsUrl": f"/services/data/v66.0/jobs/query/{job_id}/resultPages?locator={starts[5]}"
                if len(starts) > 5
                else None,
                "done": len(starts) <= 5,
            },
        )

    def _results(self, request: httpx.Request, job_id: str) -> httpx.Response:
        if "/v66.0/" not in request.url.path:
            return refusal(409, "API_ERROR", "version mismatch")
        columns, rows = self._job_rows(job_id)
        start = int(request.url.params.get("locator", "0"))
        page = rows[start : start + self.rows_per_bulk_page]
        following = start + len(page)
        return csv_answer(columns, page, following if following < len(rows) else "null")


def csv_answer(columns: list[str], rows: list[Row], locator: object, announced: int | None = None) -> httpx.Response:
    lines = [",".join(f'"{column}"' for column in columns)]
    lines += [",".join(f'"{_csv(row.get(column))}"' for column in columns) for row in rows]
    return httpx.Response(
        200,
        content=("\n".join(lines) + "\n").encode(),
        headers={
            "Content-Type": "text/csv",
            "Sforce-NumberOfRecords": str(len(rows) if announced is None else announced),
            "Sforce-Locator": str(locator),
        },
    )


def refusal(status: int, code: str, message: str) -> httpx.Response:
    return httpx.Response(status, json=[{"errorCode": code, "message": message}])


def oauth_refusal(error: str, description: str, status: int = 400) -> httpx.Response:
    return httpx.Response(status, json={"error": error, "error_description": description})


def row_refusal(code: str, message: str) -> Row:
    return {"success": False, "errors": [{"statusCode": code, "message": message, "fields": []}]}


def html(status: int) -> Answer:
    return lambda _: httpx.Response(status, content=b"<html><body>Down for maintenance</body></html>")


def drop(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadError("dropped", request=request)


def time_out(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("no answer", request=request)


class BrokenStream(httpx.SyncByteStream):
    """A body whose connection ends after its first bytes."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def __iter__(self) -> Iterator[bytes]:
        yield self._content[:1000]
        raise httpx.RemoteProtocolError("peer closed connection without sending complete message body")


def breaking_off(_: httpx.Request) -> httpx.Response:
    return httpx.Response(200, stream=BrokenStream(b'{"sObjects": ['))


def _arriving(response: httpx.Response) -> httpx.Response:
    """The answer as it comes off a wire: its body is read only when somebody reads it."""
    if not isinstance(response.stream, httpx.ByteStream):
        return response
    return httpx.Response(response.status_code, headers=response.headers, stream=httpx.ByteStream(response.content))


def _target(request: httpx.Request) -> str:
    return f"{request.method} {request.url.raw_path.decode()}"


def _csv(value: Any) -> str:
    if value is None:
        return ""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text.replace('"', '""')


def _record(name: str, row: Row, columns: list[str]) -> Row:
    record: Row = {"attributes": {"type": name}}
    for column in columns:
        parts = column.split(".")
        target = record
        for part in parts[:-1]:
            target = target.setdefault(part, {"attributes": {"type": part}})
        target[parts[-1]] = row.get(column)
    return record


def _holds(row: Row, condition: str | None) -> bool:
    return all(_clause(row, clause) for clause in (condition.split(" AND ") if condition else ()))


def _clause(row: Row, clause: str) -> bool:
    column, sign, value = re.fullmatch(r"(\S+) (IN|=|!=|>=|>) (.+)", clause).groups()  # type: ignore[union-attr]
    mine = row.get(column)
    match sign:
        case "IN":
            return mine in [each.strip("'") for each in value.strip("()").split(",")]
        case "=":
            return mine == value.strip("'")
        case "!=":
            return mine != value.strip("'")
        case ">":
            return mine is not None and mine[:19] > value[:19]
        case _:
            return mine is not None and mine[:19] >= value[:19]
