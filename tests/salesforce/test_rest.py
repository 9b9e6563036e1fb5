from __future__ import annotations

import httpx
import pytest

from sfsam.domain.identifiers import to_18
from sfsam.errors import ObjectUnavailable, SalesforceUnavailable
from sfsam.salesforce.rest import RestReader, value_of
from tests.salesforce.paper_org import PaperOrg, drop, refusal


def people(org: PaperOrg, count: int) -> None:
    org.tables["User"] = [{"Id": f"005xx0000{number:06d}AAA", "Username": f"u{number}"} for number in range(count)]


def test_all_pages_are_read(org: PaperOrg, rest: RestReader) -> None:
    people(org, 4500)
    rows = rest.rows("SELECT Id, Username FROM User")
    assert [row["Username"] for row in rows] == [f"u{number}" for number in range(4500)]
    assert len(org.paths("/query")) == 3


def test_pitfall_15_a_lost_cursor_starts_the_query_again_once(org: PaperOrg, rest: RestReader) -> None:
    people(org, 4500)
    org.fault("-4000", lambda _: refusal(400, "INVALID_QUERY_LOCATOR", "invalid query locator"))
    rows = rest.rows("SELECT Id FROM User")
    assert len(rows) == len({row["Id"] for row in rows}) == 4500

    org.fault("-4000", lambda _: refusal(400, "INVALID_QUERY_LOCATOR", "invalid query locator"), times=99)
    before = len(org.paths("-4000"))
    with pytest.raises(SalesforceUnavailable):
        rest.rows("SELECT Id FROM User")
    assert len(org.paths("-4000")) == before + 2


def test_pitfall_06_a_token_that_ends_between_pages_continues_the_cursor(org: PaperOrg, rest: RestReader) -> None:
    people(org, 4500)
    org.fault("-2000", lambda _: refusal(401, "INVALID_SESSION_ID", "Session expired or invalid"))
    assert len(rest.rows("SELECT Id FROM User")) == 4500
    assert org.token_calls == 1
    assert len(org.paths("/query$")) == 1


def test_a_page_that_drops_is_read_again(org: PaperOrg, rest: RestReader) -> None:
    people(org, 4500)
    org.fault("-2000", drop, times=2)
    assert len(rest.rows("SELECT Id FROM User")) == 4500


def test_pitfall_16_the_cursor_is_followed_as_the_org_gives_it(org: PaperOrg, rest: RestReader) -> None:
    """queryAll answers with a path of its own in some orgs; whatever path comes is asked, on the same host."""
    people(org, 1)

    def elsewhere(response: httpx.Response) -> httpx.Response:
        return httpx.Response(
            200,
            json={
                "totalSize": 2,
                "done": False,
                "records": [{"Id": "a"}],
                "nextRecordsUrl": "https://evil.example/services/data/v66.0/queryAll/01gxx-1?x=1",
            },
        )

    org.fault("query", alter=elsewhere)
    last = {"totalSize": 2, "done": True, "records": [{"Id": "b"}]}
    org.fault("queryAll/01gxx-1", lambda _: httpx.Response(200, json=last))
    assert [row["Id"] for row in rest.rows("SELECT Id FROM User")] == ["a", "b"]
    assert {request.url.host for request in org.requests} == {"acme.my.salesforce.com"}
    assert str(org.requests[-1].url).endswith("/services/data/v66.0/queryAll/01gxx-1?x=1")


def test_describe_is_asked_once(org: PaperOrg, rest: RestReader) -> None:
    assert rest.describe("User").feature_licenses == ("UserPermissionsKnowledgeUser", "UserPermissionsSupportUser")
    rest.describe("User")
    assert len(org.paths("describe")) == 1
    org.hidden_objects.add("UserLogin")
    with pytest.raises(ObjectUnavailable):
        rest.describe("UserLogin")


def test_record_counts_are_a_help_and_no_need(org: PaperOrg, rest: RestReader) -> None:
    people(org, 3)
    assert rest.record_counts(["User", "Profile"]) == {"User": 3, "Profile": 0}
    org.fault("recordCount", lambda _: refusal(403, "INSUFFICIENT_ACCESS", "no"))
    assert rest.record_counts(["User"]) == {}


def test_pitfall_20_long_lists_of_people_are_asked_in_parts(org: PaperOrg, rest: RestReader) -> None:
    ids = [to_18(f"005xx0000{number:06d}") for number in range(700)]
    org.tables["UserLogin"] = [{"Id": each, "UserId": each, "IsFrozen": False} for each in ids]
    assert len(rest.held("HeldUserLogin", [each[:15] for each in ids])) == 700
    assert len(org.paths("/query$")) == 3
    assert max(len(request.url.raw_path) for request in org.requests) < 16_384


def test_parents_are_looked_into() -> None:
    row = {"PermissionSet": {"Name": "Sales"}, "Profile": None}
    assert value_of(row, "PermissionSet.Name") == "Sales"
    assert value_of(row, "Profile.Name") is None
    assert value_of(row, "Missing") is None
