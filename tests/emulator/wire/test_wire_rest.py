"""REST as a client sees it: versions, sessions, paging, records, collections, limits."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any

import httpx
import pytest

if TYPE_CHECKING:
    from tests.emulator.wire.conftest import Served

QUERY = "SELECT Id, Username FROM User"


def errors(response: httpx.Response) -> list[tuple[int, str]]:
    return [(response.status_code, error["errorCode"]) for error in response.json()]


def test_versions_are_listed_to_anybody(org: Served) -> None:
    versions = httpx.get(org.line["base_url"] + "/services/data/").json()
    assert versions[0] == {"label": "Spring '21", "url": "/services/data/v51.0", "version": "51.0"}
    assert versions[-1]["label"] == "Winter '27"
    assert org.side_door("GET", "stats")["api_calls_total"] == 0


@pytest.mark.parametrize("version", ["v51.0", "v60.0", "v68.0"])
def test_every_listed_version_is_served(org: Served, version: str) -> None:
    root = org.client.get(f"/services/data/{version}").json()
    assert root["query"] == f"/services/data/{version}/query"
    assert root["identity"].startswith(org.line["base_url"] + "/id/00D")


@pytest.mark.parametrize(
    "path", ["/services/data/v50.0/limits", "/services/data/v69.0/limits", "/services/data/v66.0/x"]
)
def test_the_unknown_is_not_found(org: Served, path: str) -> None:
    assert errors(org.client.get(path)) == [(404, "NOT_FOUND")]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, (401, "INVALID_SESSION_ID")),
        ("Bearer 00D!unknown", (401, "INVALID_SESSION_ID")),
        ("Basic abc", (401, "INVALID_AUTH_HEADER")),
    ],
)
def test_a_session_is_needed(org: Served, header: str | None, expected: tuple[int, str]) -> None:
    headers = {"authorization": header} if header else {}
    response = httpx.get(org.line["base_url"] + org.data + "/limits", headers=headers)
    assert errors(response) == [expected]
    assert response.headers["content-type"] == "application/json;charset=UTF-8"


def test_a_session_ends_with_its_time_and_use_extends_it(org: Served) -> None:
    for _ in range(3):
        org.side_door("POST", "time", {"advance_seconds": 7_000})
        assert org.client.get(org.data + "/limits").status_code == 200
    org.side_door("POST", "time", {"advance_seconds": 7_300})
    assert errors(org.client.get(org.data + "/limits")) == [(401, "INVALID_SESSION_ID")]


def test_the_api_permission_counts_from_the_next_request(org: Served) -> None:
    change = {"username": org.line["admin_username"], "revoke": ["ApiEnabled"]}
    org.side_door("POST", "permissions", change)
    assert errors(org.client.get(org.data + "/limits")) == [(403, "API_DISABLED_FOR_ORG")]


@pytest.mark.parametrize("path", ["/query", "/query/", "/QUERY"])
def test_pages_of_a_query_give_every_row_once(org: Served, path: str) -> None:
    org.side_door("POST", "settings", {"query_page_rows": 10})
    page = org.client.get(org.data + path, params={"q": QUERY}).json()
    rows = page["records"]
    while not page["done"]:
        assert page["totalSize"] == 25
        page = org.client.get(page["nextRecordsUrl"]).json()
        rows += page["records"]
    assert [row["Id"] for row in rows] == [*org.org.rows]
    assert rows[0]["attributes"]["url"].startswith("/services/data/v66.0/sobjects/User/005")


def test_pitfall_16_a_cursor_of_query_all_goes_on_at_both_addresses(org: Served) -> None:
    org.side_door("POST", "settings", {"query_page_rows": 20})
    first = org.client.get(org.data + "/queryAll", params={"q": QUERY}).json()
    locator = first["nextRecordsUrl"].rpartition("/")[2]
    pages = [org.client.get(f"{org.data}/{name}/{locator}").json() for name in ("query", "queryAll")]
    assert pages[0] == pages[1]
    assert [row["Id"] for row in first["records"] + pages[0]["records"]] == [*org.org.rows]


def test_a_query_is_explained_without_being_run(org: Served) -> None:
    for params in ({"explain": QUERY}, {"explain": "true", "q": QUERY}):
        [plan] = org.client.get(org.data + "/query", params=params).json()["plans"]
        assert (plan["sobjectType"], plan["cardinality"], plan["leadingOperationType"]) == ("User", 25, "TableScan")
    assert errors(org.client.get(org.data + "/query", params={"explain": "SELECT"})) == [(400, "MALFORMED_QUERY")]


def test_spaces_may_come_as_plus_or_percent(org: Served) -> None:
    plus = org.client.get(org.data + "/query?q=SELECT+Id+FROM+User").json()
    percent = org.client.get(org.data + "/query?q=SELECT%20Id%20FROM%20User").json()
    assert plus == percent
    assert org.client.get(org.data + "/queryall?q=SELECT+COUNT()+FROM+User").json()["totalSize"] == 25


def test_a_result_does_not_change_while_it_is_paged(org: Served) -> None:
    org.side_door("POST", "settings", {"query_page_rows": 20})
    first = org.client.get(org.data + "/query", params={"q": "SELECT Id, IsActive FROM User"}).json()
    last = [*org.org.rows][-1]
    org.client.patch(f"{org.data}/sobjects/User/{last}", json={"IsActive": False})
    assert org.client.get(first["nextRecordsUrl"]).json()["records"][-1]["IsActive"] is True


def test_pitfall_15_cursors_end_by_time_by_request_and_by_number(org: Served) -> None:
    org.side_door("POST", "settings", {"query_page_rows": 20, "access_token_seconds": 999_999})
    links = [org.client.get(org.data + "/query", params={"q": QUERY}).json()["nextRecordsUrl"] for _ in range(11)]
    stale = [(400, "INVALID_QUERY_LOCATOR")]
    assert errors(org.client.get(links[0])) == stale
    assert org.client.delete(links[1]).status_code == 204
    assert errors(org.client.get(links[1])) == stale
    assert org.client.get(links[2]).json()["done"] is True
    org.side_door("POST", "settings", {"query_cursor_seconds": 60})
    soon_over = org.client.get(org.data + "/query", params={"q": QUERY}).json()["nextRecordsUrl"]
    org.side_door("POST", "time", {"advance_seconds": 61})
    assert errors(org.client.get(soon_over)) == stale
    org.side_door("POST", "time", {"advance_seconds": 3 * 86_400})
    assert errors(org.client.get(links[2])) == stale


def test_columns_are_described_without_rows(org: Served) -> None:
    answer = org.client.get(org.data + "/query", params={"q": QUERY, "columns": "true"}).json()
    assert [column["columnName"] for column in answer["columnMetadata"]] == ["Id", "Username"]


def test_one_record_is_read_changed_and_logged(org: Served) -> None:
    user_id = [*org.org.rows][5]
    path = f"{org.data}/sobjects/User/{user_id}"
    changed = org.client.patch(path, json={"IsActive": False})
    assert (changed.status_code, changed.content, "content-type" in changed.headers) == (204, b"", False)
    assert org.client.get(path, params={"fields": "IsActive"}).json()["IsActive"] is False
    assert org.client.post(path + "?_HTTP_METHOD=PATCH", json={"IsActive": True}).status_code == 204
    assert errors(org.client.get(f"{org.data}/sobjects/User/{user_id[:-4]}zzzz")) == [(404, "NOT_FOUND")]
    log = org.side_door("GET", "log")
    assert [(e["method"], e["status"], e["changes"][0]["after"]) for e in log] == [
        ("PATCH", 204, False),
        ("POST", 204, True),
    ]
    assert log[0]["changes"][0]["id"] == user_id


@pytest.mark.parametrize(
    ("method", "path", "options", "expected"),
    [
        ("POST", "/sobjects/User", {"json": {"FirstName": "A"}}, (400, "REQUIRED_FIELD_MISSING")),
        ("POST", "/sobjects/User", {"content": "{"}, (415, "UNSUPPORTED_MEDIA_TYPE")),
        (
            "POST",
            "/sobjects/User",
            {"content": "{", "headers": {"content-type": "application/json"}},
            (400, "JSON_PARSER_ERROR"),
        ),
        ("PUT", "/sobjects/User", {"json": {}}, (405, "METHOD_NOT_ALLOWED")),
        ("POST", "/query", {"json": {}}, (405, "METHOD_NOT_ALLOWED")),
        ("GET", "/query", {}, (400, "MALFORMED_QUERY")),
        ("GET", "/query?q=SELECT+Id+FROM+Nothing", {}, (400, "INVALID_TYPE")),
        ("GET", "/limits", {"headers": {"accept": "application/xml"}}, (406, "NOT_ACCEPTABLE")),
        ("PATCH", "/sobjects/User/Key__c/1", {"json": {}}, (404, "NOT_FOUND")),
        ("GET", "/tooling/query?q=SELECT+Id+FROM+SandboxProcess", {}, (400, "INVALID_TYPE")),
        ("PUT", "/sobjects/User/Username/x", {"json": {}}, (405, "METHOD_NOT_ALLOWED")),
        ("GET", "/sobjects/User/Username/nobody", {}, (404, "NOT_FOUND")),
    ],
)
def test_refusals(org: Served, method: str, path: str, options: dict[str, Any], expected: tuple[int, str]) -> None:
    assert errors(org.client.request(method, org.data + path, **options)) == [expected]


def test_a_record_may_be_named_by_its_key(org: Served) -> None:
    admin, new = org.line["admin_username"], "new@fake0.example"
    root = f"{org.data}/sobjects/User"
    assert org.client.get(f"{root}/Username/{admin}").json()["Id"] == org.line["admin_user_id"]
    changed = org.client.patch(f"{root}/Username/{admin}", json={"IsActive": True})
    assert (changed.status_code, changed.json()["created"]) == (200, False)
    made = org.client.patch(f"{root}/Username/{new}", json={"LastName": "New"})
    assert (made.status_code, made.json()["created"]) == (201, True)
    assert made.headers["location"] == f"{root}/{made.json()['id']}"
    assert org.client.patch(f"{root}/Id/{made.json()['id']}", json={"IsActive": False}).json()["created"] is False
    assert errors(org.client.patch(f"{root}/Username/{new}", json={"Username": new})) == [(400, "INVALID_FIELD")]
    org.org.rows[made.json()["id"]]["Username"] = admin
    twice = org.client.patch(f"{root}/Username/{admin}", json={"IsActive": True})
    assert (twice.status_code, len(twice.json())) == (300, 2)


def test_a_collection_may_be_upserted(org: Served) -> None:
    rows = [
        {"attributes": {"type": "User"}, "Username": org.line["admin_username"], "IsActive": True},
        {"attributes": {"type": "User"}, "Username": "new@fake0.example", "LastName": "New"},
        {"attributes": {"type": "User"}, "LastName": "Nameless"},
    ]
    answer = org.client.patch(org.data + "/composite/sobjects/User/Username", json={"records": rows}).json()
    assert [(row["success"], row["created"]) for row in answer] == [(True, False), (True, True), (False, False)]
    assert answer[2]["errors"][0]["statusCode"] == "MISSING_ARGUMENT"
    assert len(org.side_door("GET", "log")) == 1
    rows[0]["IsActive"], together = False, {"allOrNone": True, "records": rows}
    undone = org.client.patch(org.data + "/composite/sobjects/User/Username", json=together).json()
    codes = [row["errors"][0]["statusCode"] for row in undone]
    assert codes == ["ALL_OR_NONE_OPERATION_ROLLED_BACK"] * 2 + ["MISSING_ARGUMENT"]
    assert org.org.rows[org.line["admin_user_id"]]["IsActive"] is True


def test_an_unchanged_describe_is_not_sent_again(org: Served) -> None:
    for path in ("/sobjects", "/sobjects/User/describe"):
        first = org.client.get(org.data + path)
        seen = {"if-modified-since": first.headers["last-modified"]}
        again = org.client.get(org.data + path, headers=seen)
        assert (again.status_code, again.content) == (304, b"")
        org.side_door("POST", "time", {"advance_seconds": 5})
        org.side_door("POST", "permissions", {"username": org.line["admin_username"], "grant": ["ViewSetup"]})
        assert org.client.get(org.data + path, headers=seen).status_code == 200
        assert org.client.get(org.data + path, headers={"if-modified-since": "yesterday"}).status_code == 200


def test_pitfall_23_a_collection_answers_row_by_row(org: Served) -> None:
    known = [*org.org.rows][4]
    records = [{"attributes": {"type": "User"}, "id": i, "IsActive": False} for i in (known, "005000000000000AAA")]
    response = org.client.patch(org.data + "/composite/sobjects", json={"allOrNone": False, "records": records})
    good, bad = response.json()
    assert good == {"id": known, "success": True, "errors": []}
    assert (bad["success"], bad["errors"][0]["statusCode"], bad["errors"][0]["fields"]) == (False, "NOT_FOUND", [])
    [entry] = org.side_door("GET", "log")
    assert [(c["id"], c["field"], c["before"], c["after"], c["result"]) for c in entry["changes"]] == [
        (known, "IsActive", True, False, "changed")
    ]
    assert entry["answer"] == response.json()
    assert entry["body"]["records"][0]["id"] == known


def test_collections_have_limits(org: Served) -> None:
    row = {"attributes": {"type": "User"}, "id": "005"}
    too_many = org.client.patch(org.data + "/composite/sobjects", json={"records": [row] * 201})
    assert errors(too_many) == [(400, "EXCEEDED_ID_LIMIT")]
    other = {"attributes": {"type": "Account"}, "id": "001"}
    mixed = org.client.patch(org.data + "/composite/sobjects", json={"records": [row, other]})
    assert errors(mixed) == [(400, "MIXED_DML_OPERATION")]
    deleted = org.client.delete(org.data + "/composite/sobjects", params={"ids": [*org.org.rows][3]})
    assert deleted.json()[0]["errors"][0]["statusCode"] == "DELETE_FAILED"


def test_a_retrieve_by_post_is_no_write(org: Served) -> None:
    known = org.line["admin_user_id"]
    wanted = {"ids": [known, "005zzzzzzzzzzzzAAA"], "fields": ["Username"]}
    found, missing = org.client.post(org.data + "/composite/sobjects/User", json=wanted).json()
    assert found["Username"] == org.line["admin_username"]
    assert missing is None
    query = {"ids": ",".join(wanted["ids"]), "fields": "Username"}
    assert org.client.get(org.data + "/composite/sobjects/User", params=query).json() == [found, None]
    assert org.side_door("GET", "log") == []


def test_calls_are_counted_and_end_with_the_allowance(org: Served) -> None:
    org.side_door("POST", "settings", {"daily_api_requests": 3})
    seen = [org.client.get(org.data + "/limits") for _ in range(4)]
    assert [r.headers["sforce-limit-info"] for r in seen] == [f"api-usage={n}/3" for n in (1, 2, 3, 3)]
    assert seen[2].json()["DailyApiRequests"] == {"Max": 3, "Remaining": 0}
    assert errors(seen[3]) == [(403, "REQUEST_LIMIT_EXCEEDED")]
    assert seen[3].json()[0]["message"] == "TotalRequests Limit exceeded."
    org.side_door("POST", "settings", {"access_token_seconds": 999_999})
    org.side_door("POST", "time", {"advance_seconds": 86_401})
    assert org.client.get(org.data + "/limits").status_code == 200


def test_a_deactivated_user_loses_every_session(orgs: list[Served]) -> None:
    org = orgs[0]
    org.client.patch(f"{org.data}/sobjects/User/{org.line['admin_user_id']}", json={"IsActive": False})
    org.org.rows[org.line["admin_user_id"]]["IsActive"] = True
    assert errors(org.client.get(org.data + "/limits")) == [(401, "INVALID_SESSION_ID")]
    assert orgs[1].client.get(org.data + "/limits").status_code == 200


def test_another_orgs_session_is_none(orgs: list[Served]) -> None:
    first, second = orgs
    response = httpx.get(second.line["base_url"] + first.data + "/limits", headers=first.client.headers)
    assert errors(response) == [(401, "INVALID_SESSION_ID")]


def test_answers_are_compressed_for_those_who_ask(org: Served) -> None:
    params = {"q": QUERY}
    packed = org.client.get(org.data + "/query", params=params)
    plain = org.client.get(org.data + "/query", params=params, headers={"accept-encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.json() == plain.json()


def test_pitfall_20_too_long_an_address_is_refused_by_the_edge(org: Served) -> None:
    assert org.client.get(org.data + "/query?q=" + "x" * 16_384).status_code == 414
    headers = {"x-filler": "x" * 16_384}
    assert org.client.get(org.data + "/limits", headers=headers).status_code == 431


def test_the_date_is_the_orgs(org: Served) -> None:
    org.side_door("POST", "time", {"now": "2027-03-01T12:00:00Z"})
    assert httpx.get(org.line["base_url"] + "/services/data").headers["date"].startswith("Mon, 01 Mar 2027 12:00:0")


def test_https_with_the_orgs_own_ca(org: Served) -> None:
    context = ssl.create_default_context(cafile=org.ready["ca_file"])
    for host in ("127.0.0.1", "localhost"):
        url = org.line["tls_url"].replace("127.0.0.1", host)
        root = httpx.get(url + org.data, headers=org.client.headers, verify=context).json()
        assert root["identity"].startswith(url + "/id/")
    with pytest.raises(httpx.ConnectError):
        httpx.get(org.line["tls_url"] + "/services/data")
