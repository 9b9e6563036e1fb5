"""Composite, batch, graph and tree: several requests in one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import httpx

    from tests.emulator.wire.conftest import Served

ROLLED_BACK = [
    {
        "message": "The transaction was rolled back since another operation in the same transaction failed.",
        "errorCode": "PROCESSING_HALTED",
    }
]


def part(org: Served, reference_id: str, method: str, path: str, body: Any = None) -> dict[str, Any]:
    given = {"method": method, "url": org.data + path, "referenceId": reference_id}
    return given | ({"body": body} if body is not None else {})


def composite(org: Served, *parts: dict[str, Any], **more: Any) -> httpx.Response:
    return org.client.post(org.data + "/composite", json={"compositeRequest": parts, **more})


def statuses(answer: httpx.Response) -> list[int]:
    assert answer.status_code == 200, answer.text
    return [item["httpStatusCode"] for item in answer.json()["compositeResponse"]]


def user(org: Served, number: int) -> str:
    return [*org.org.rows][number]


def test_later_parts_use_earlier_answers(org: Served) -> None:
    answer = composite(
        org,
        part(org, "made", "POST", "/sobjects/User", {"LastName": "New", "Username": "n@x.example"}),
        part(org, "read", "GET", "/sobjects/User/@{made.id}?fields=Username,Id"),
        part(org, "all", "GET", "/query?q=SELECT+Id+FROM+User"),
        part(org, "off", "PATCH", "/sobjects/User/@{all.records[3].Id}", {"IsActive": False}),
    )
    assert statuses(answer) == [201, 200, 200, 204]
    made, read, _, off = answer.json()["compositeResponse"]
    assert made["httpHeaders"] == {"Location": f"{org.data}/sobjects/User/{made['body']['id']}"}
    assert (read["referenceId"], read["body"]["Username"]) == ("read", "n@x.example")
    assert (off["body"], org.org.rows[user(org, 3)]["IsActive"]) == (None, False)
    assert org.side_door("GET", "stats")["api_calls_total"] == 1
    [entry] = org.side_door("GET", "log")
    assert [change["id"] for change in entry["changes"]] == [made["body"]["id"], user(org, 3)]


def test_a_part_that_needs_a_failed_one_is_halted(org: Served) -> None:
    answer = composite(
        org,
        part(org, "bad", "POST", "/sobjects/User", {}),
        part(org, "needs", "GET", "/sobjects/User/@{bad.id}"),
        part(org, "lacks", "GET", "/sobjects/User/@{fine.nothing}"),
        part(org, "fine", "PATCH", f"/sobjects/User/{user(org, 2)}", {"IsActive": False}),
    )
    assert statuses(answer) == [400, 400, 400, 204]
    codes = [item["body"][0]["errorCode"] for item in answer.json()["compositeResponse"][:3]]
    assert codes == ["REQUIRED_FIELD_MISSING", "PROCESSING_HALTED", "PROCESSING_HALTED"]


def test_all_or_none_undoes_everything_and_says_so(org: Served) -> None:
    answer = composite(
        org,
        part(org, "first", "PATCH", f"/sobjects/User/{user(org, 2)}", {"IsActive": False}),
        part(org, "second", "PATCH", "/sobjects/User/005000000000000AAA", {"IsActive": False}),
        part(org, "third", "PATCH", f"/sobjects/User/{user(org, 3)}", {"IsActive": False}),
        allOrNone=True,
    )
    assert statuses(answer) == [400, 404, 400]
    first, second, third = (item["body"] for item in answer.json()["compositeResponse"])
    assert (first, second[0]["errorCode"], third) == (ROLLED_BACK, "NOT_FOUND", ROLLED_BACK)
    assert org.org.rows[user(org, 2)]["IsActive"] is True
    [entry] = org.side_door("GET", "log")
    assert [change["result"] for change in entry["changes"]] == ["PROCESSING_HALTED"]


def test_composite_reads_are_not_logged(org: Served) -> None:
    assert statuses(composite(org, part(org, "who", "GET", f"/sobjects/User/{user(org, 1)}"))) == [200]
    batch = {"batchRequests": [{"method": "GET", "url": "v66.0/limits"}]}
    assert org.client.post(org.data + "/composite/batch", json=batch).json()["results"][0]["statusCode"] == 200
    assert org.side_door("GET", "log") == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "JSON_PARSER_ERROR"),
        ({"surprise": 1}, "JSON_PARSER_ERROR"),
        ({"compositeRequest": [], "allOrNone": "yes"}, "JSON_PARSER_ERROR"),
        ({"compositeRequest": [{"method": "GET", "url": "limits", "referenceId": "a"}]}, "JSON_PARSER_ERROR"),
        ({"compositeRequest": [{"method": "LOOK", "url": "/services/data/v66.0/limits", "referenceId": "a"}]}, None),
        ({"compositeRequest": [{"method": "GET", "url": "/services/data/v66.0/limits"}]}, None),
        ({"compositeRequest": [{"method": "GET", "url": "/services/data/v66.0/limits", "referenceId": "a"}] * 2}, None),
    ],
)
def test_composites_that_are_none(org: Served, body: dict[str, Any], code: str | None) -> None:
    answer = org.client.post(org.data + "/composite", json=body)
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, code or "JSON_PARSER_ERROR")


def test_composites_have_limits(org: Served) -> None:
    parts = [part(org, f"p{i}", "GET", "/limits") for i in range(26)]
    assert composite(org, *parts).json()[0]["errorCode"] == "INVALID_BATCH_SIZE"
    queries = [part(org, f"q{i}", "GET", "/query?q=SELECT+Id+FROM+User") for i in range(6)]
    assert composite(org, *queries).json()[0]["errorCode"] == "INVALID_BATCH_SIZE"
    assert statuses(composite(org, part(org, "jobs", "GET", "/jobs/query"))) == [404]
    assert statuses(composite(org, part(org, "self", "POST", "/composite", {}))) == [404]


def test_a_batch_goes_on_or_halts(org: Served) -> None:
    requests = [
        {"method": "PATCH", "url": f"v66.0/sobjects/User/{user(org, 2)}", "richInput": {"IsActive": False}},
        {"method": "GET", "url": "v66.0/sobjects/User/005000000000000AAA"},
        {"method": "GET", "url": "v66.0/limits"},
    ]
    url = org.data + "/composite/batch"
    going_on = org.client.post(url, json={"batchRequests": requests}).json()
    assert [result["statusCode"] for result in going_on["results"]] == [204, 404, 200]
    assert (going_on["hasErrors"], going_on["results"][0]["result"]) == (True, None)
    halting = org.client.post(url, json={"batchRequests": requests, "haltOnError": True}).json()
    assert [result["statusCode"] for result in halting["results"]] == [204, 404, 412]
    assert halting["results"][2]["result"][0]["errorCode"] == "BATCH_PROCESSING_HALTED"
    assert [entry["changes"][0]["field"] for entry in org.side_door("GET", "log")] == ["IsActive", "IsActive"]
    assert org.client.post(url, json={"batchRequests": requests * 9}).json()[0]["errorCode"] == "INVALID_BATCH_SIZE"


def test_each_graph_stands_or_falls_for_itself(org: Served) -> None:
    def graph(name: str, *parts: dict[str, Any]) -> dict[str, Any]:
        return {"graphId": name, "compositeRequest": parts}

    good = part(org, "one", "PATCH", f"/sobjects/User/{user(org, 2)}", {"IsActive": False})
    undone = part(org, "one", "PATCH", f"/sobjects/User/{user(org, 3)}", {"IsActive": False})
    bad = part(org, "two", "POST", "/sobjects/User", {})
    url = org.data + "/composite/graph"
    told = org.client.post(url, json={"graphs": [graph("g1", good), graph("g2", undone, bad)]}).json()["graphs"]
    assert [(each["graphId"], each["isSuccessful"]) for each in told] == [("g1", True), ("g2", False)]
    items = told[1]["graphResponse"]["compositeResponse"]
    assert (items[0]["body"], items[1]["body"][0]["errorCode"]) == (ROLLED_BACK, "REQUIRED_FIELD_MISSING")
    assert [org.org.rows[user(org, n)]["IsActive"] for n in (2, 3)] == [False, True]
    failing = [graph(f"g{i}", bad) for i in range(16)]
    stopped = org.client.post(url, json={"graphs": failing}).json()["graphs"]
    messages = [each["graphResponse"]["compositeResponse"][0]["body"][0]["errorCode"] for each in stopped]
    assert messages == ["REQUIRED_FIELD_MISSING"] * 14 + ["PROCESSING_HALTED"] * 2
    too_many = org.client.post(url, json={"graphs": [graph(f"g{i}", good) for i in range(76)]})
    assert too_many.json()[0]["errorCode"] == "INVALID_BATCH_SIZE"
    twins = org.client.post(url, json={"graphs": [graph("g", good), graph("g", good)]})
    assert twins.json()[0]["errorCode"] == "JSON_PARSER_ERROR"
    chain = [part(org, "p0", "GET", f"/sobjects/User/{user(org, 2)}")]
    chain += [part(org, f"p{i}", "GET", f"/sobjects/User/@{{p{i - 1}.Id}}") for i in range(1, 16)]
    assert org.client.post(url, json={"graphs": [graph("deep", *chain)]}).json()[0]["errorCode"] == "INVALID_BATCH_SIZE"


def test_a_tree_is_created_whole_or_not_at_all(org: Served) -> None:
    def record(name: str, **values: Any) -> dict[str, Any]:
        return {"attributes": {"type": "User", "referenceId": name}, **values}

    url = org.data + "/composite/tree/User"
    made = org.client.post(url, json={"records": [record("a", LastName="A"), record("b", LastName="B")]})
    assert (made.status_code, made.json()["hasErrors"]) == (201, False)
    assert [each["referenceId"] for each in made.json()["results"]] == ["a", "b"]
    failed = org.client.post(url, json={"records": [record("a", LastName="A"), record("b")]})
    assert (failed.status_code, failed.json()["hasErrors"]) == (400, True)
    [told] = failed.json()["results"]
    assert (told["referenceId"], told["errors"][0]["statusCode"]) == ("b", "REQUIRED_FIELD_MISSING")
    assert len(org.side_door("GET", "log")) == 2
    nameless = org.client.post(url, json={"records": [{"LastName": "A"}]})
    assert nameless.json()[0]["errorCode"] == "INVALID_INPUT"
    many = org.client.post(url, json={"records": [record(f"r{i}") for i in range(201)]})
    assert many.json()[0]["errorCode"] == "INVALID_BATCH_SIZE"


def test_a_locked_row_is_locked_inside_a_composite_too(org: Served) -> None:
    org.side_door("POST", "faults", [{"match": "/composite", "kind": "lock_row"}])
    answer = composite(org, part(org, "one", "PATCH", f"/sobjects/User/{user(org, 2)}", {"IsActive": False}))
    assert answer.json()["compositeResponse"][0]["body"][0]["errorCode"] == "UNABLE_TO_LOCK_ROW"
    assert org.org.rows[user(org, 2)]["IsActive"] is True
