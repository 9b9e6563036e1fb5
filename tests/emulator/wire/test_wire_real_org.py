"""The wire and the real org together: what only both can show."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from sfsam.emulator.org import Org, build_orgs
from sfsam.emulator.run import ready_line
from sfsam.emulator.wire.host import OrgHost
from sfsam.emulator.wire.server import org_app
from tests.emulator.wire.fake_org import MOMENT

if TYPE_CHECKING:
    from tests.emulator.wire.conftest import Address

DATA = "/services/data/v66.0"


class Office:
    """A real org with its administrator at the wire."""

    def __init__(self, org: Org, address: Address) -> None:
        host = OrgHost(org, address.listeners.ports(0))
        address.switches[0].target = org_app(host)
        line = ready_line((host,), "", address.files)["orgs"][0]
        self.base_url, self.admin_id = line["base_url"], line["admin_user_id"]
        self.http = httpx.Client(
            base_url=self.base_url + DATA, headers={"authorization": f"Bearer {line['access_token']}"}
        )

    def side_door(self, method: str, name: str, content: Any = None) -> Any:
        response = httpx.request(method, f"{self.base_url}/_emulator/{name}", json=content)
        assert response.status_code < 300, response.text
        return response.json() if response.content else None

    def users(self) -> list[dict[str, Any]]:
        """Active people other than the administrator."""
        soql = "SELECT Id, Username, Department, NumberOfFailedLogins FROM User WHERE IsActive = true AND Title != null"
        records = self.http.get("/query", params={"q": soql}).json()["records"]
        return [record for record in records if record["Id"] != self.admin_id]

    def departments(self, *ids: str) -> list[str]:
        return [self.http.get(f"/sobjects/User/{i}?fields=Department").json()["Department"] for i in ids]


@pytest.fixture(scope="module")
def real_org() -> Org:
    return build_orgs(1, 200, 3, MOMENT, None)[0]


@pytest.fixture
def office(real_org: Org, address: Address) -> Iterator[Office]:
    office = Office(real_org, address)
    yield office
    office.http.close()


def part(name: str, user_id: str, department: Any) -> dict[str, Any]:
    url = f"{DATA}/sobjects/User/{user_id}"
    return {"method": "PATCH", "url": url, "referenceId": name, "body": {"Department": department}}


def test_a_composite_and_a_graph_undo_what_they_have_written(office: Office) -> None:
    one, two = office.users()[:2]
    before = office.departments(one["Id"], two["Id"])
    parts = [part("one", one["Id"], "Together"), part("two", two["Id"], "x" * 300)]
    told = office.http.post("/composite", json={"allOrNone": True, "compositeRequest": parts}).json()
    codes = [item["body"][0]["errorCode"] for item in told["compositeResponse"]]
    assert codes == ["PROCESSING_HALTED", "STRING_TOO_LONG"]
    graphs = [
        {"graphId": "bad", "compositeRequest": parts},
        {"graphId": "good", "compositeRequest": [part("two", two["Id"], "In a graph")]},
    ]
    answer = office.http.post("/composite/graph", json={"graphs": graphs}).json()["graphs"]
    assert [each["isSuccessful"] for each in answer] == [False, True]
    assert office.departments(one["Id"], two["Id"]) == [before[0], "In a graph"]


def test_a_permission_set_and_its_assignment_are_made_in_one_request(office: Office) -> None:
    user_id = office.users()[2]["Id"]
    made = {
        "method": "POST",
        "url": f"{DATA}/sobjects/PermissionSet",
        "referenceId": "made",
        "body": {"Name": "In_one_request", "Label": "In one request"},
    }
    assigned = {
        "method": "POST",
        "url": f"{DATA}/sobjects/PermissionSetAssignment",
        "referenceId": "assigned",
        "body": {"AssigneeId": user_id, "PermissionSetId": "@{made.id}"},
    }
    answer = office.http.post("/composite", json={"allOrNone": True, "compositeRequest": [made, assigned]}).json()
    items = answer["compositeResponse"]
    assert [item["httpStatusCode"] for item in items] == [201, 201], items
    row = office.http.get(f"/sobjects/PermissionSetAssignment/{items[1]['body']['id']}").json()
    assert (row["AssigneeId"], row["PermissionSetId"]) == (user_id, items[0]["body"]["id"])


def run_job(office: Office, data: str, **job: str) -> tuple[str, dict[str, Any]]:
    office.side_door("POST", "settings", {"bulk_latency_seconds": 0})
    made = office.http.post("/jobs/ingest", json={"object": "User", **job}).json()
    path = f"/jobs/ingest/{made['id']}"
    office.http.put(f"{path}/batches", content=data.encode(), headers={"content-type": "text/csv"})
    office.http.patch(path, json={"state": "UploadComplete"})
    deadline = time.monotonic() + 20
    while (state := office.http.get(path).json())["state"] in ("UploadComplete", "InProgress"):
        assert time.monotonic() < deadline
    return path, state


def file(office: Office, path: str) -> list[dict[str, str]]:
    return [*csv.DictReader(io.StringIO(office.http.get(path).text))]


def test_more_rows_than_one_call_takes_go_through_a_job(office: Office) -> None:
    ids = [user["Id"] for user in office.users()]
    lines = [f"{ids[i % len(ids)]},Round {i}" for i in range(450)]
    path, state = run_job(office, "\n".join(["Id,Department", *lines, f"{ids[0]},{'x' * 300}\n"]), operation="update")
    assert (state["state"], state["numberRecordsProcessed"], state["numberRecordsFailed"]) == ("JobComplete", 451, 1)
    [failed] = file(office, f"{path}/failedResults")
    assert failed["sf__Error"].startswith("STRING_TOO_LONG:")
    assert failed["sf__Error"].endswith(":Department --")
    last = {ids[i % len(ids)]: f"Round {i}" for i in range(450)}
    assert office.departments(*last) == [*last.values()]
    changes = office.side_door("GET", "log")[-1]["changes"]
    assert sum(change["result"] == "changed" and change["field"] == "Department" for change in changes) == 450


def test_a_job_upserts_by_user_name_and_deletes_by_id(office: Office) -> None:
    user = office.users()[3]
    data = f"Username,Department\n{user['Username']},By name\n"
    path, _ = run_job(office, data, operation="upsert", externalIdFieldName="Username")
    [good] = file(office, f"{path}/successfulResults")
    assert (good["sf__Id"], good["sf__Created"]) == (user["Id"], "false")
    assert office.departments(user["Id"]) == ["By name"]
    path, state = run_job(office, f"Id\n{user['Id']}\n", operation="delete")
    assert state["numberRecordsFailed"] == 1
    assert "cannot be deleted" in file(office, f"{path}/failedResults")[0]["sf__Error"].lower()


def test_a_collection_upserts_all_or_none(office: Office) -> None:
    one, two = office.users()[4:6]
    before = office.departments(one["Id"])
    kind = {"attributes": {"type": "User"}}
    records = [
        kind | {"Username": one["Username"], "Department": "Upserted"},
        kind | {"Username": two["Username"], "Department": "x" * 300},
    ]
    url = "/composite/sobjects/User/Username"
    told = office.http.patch(url, json={"allOrNone": True, "records": records}).json()
    codes = [row["errors"][0]["statusCode"] for row in told]
    assert codes == ["ALL_OR_NONE_OPERATION_ROLLED_BACK", "STRING_TOO_LONG"]
    assert office.departments(one["Id"]) == before
