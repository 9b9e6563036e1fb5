"""The numbered pitfalls of Salesforce fact sheet 8 that an org lays: the practice org lays each of them.

Over HTTP against a process of its own, because what matters is what a client meets.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.e2e.journey import PracticeProcess, practice_org, wait_until

pytestmark = pytest.mark.emulator

DATA = "/services/data/v66.0"
PSL = "PermissionSetLicenseAssign"
PS = "PermissionSetAssignment"


class Client:
    """The administrator's plain HTTP client."""

    def __init__(self, practice: PracticeProcess) -> None:
        self.practice = practice
        self.line = practice.orgs[0]
        self.http = httpx.Client(base_url=self.line["base_url"], headers=self._bearer(), timeout=60)

    def query(self, soql: str) -> list[dict[str, Any]]:
        answer = self.http.get(f"{DATA}/query", params={"q": soql})
        assert answer.status_code == 200, answer.text
        records: list[dict[str, Any]] = answer.json()["records"]
        return records

    def refused(self, soql: str) -> tuple[int, str]:
        answer = self.http.get(f"{DATA}/query", params={"q": soql})
        return answer.status_code, answer.json()[0]["errorCode"]

    def create(self, name: str, **values: Any) -> str:
        answer = self.http.post(f"{DATA}/sobjects/{name}", json=values)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def delete(self, name: str, *ids: str) -> list[dict[str, Any]]:
        answer = self.http.delete(f"{DATA}/composite/sobjects", params={"ids": ",".join(ids), "allOrNone": "false"})
        assert answer.status_code == 200, answer.text
        rows: list[dict[str, Any]] = answer.json()
        return rows

    def update(self, name: str, record_id: str, **values: Any) -> httpx.Response:
        return self.http.patch(f"{DATA}/sobjects/{name}/{record_id}", json=values)

    def add_user(self, **spec: Any) -> str:
        return str(self.practice.side_door("users", {"Profile": "Standard User", **spec})["id"])

    def named(self, name: str, column: str, value: str) -> str:
        return str(self.query(f"SELECT Id FROM {name} WHERE {column} = '{value}'")[0]["Id"])  # noqa: S608 - our words

    def bulk(self, soql: str) -> str:
        """The address of a finished query job."""
        job = self.http.post(f"{DATA}/jobs/query", json={"operation": "query", "query": soql}).json()
        path = f"{DATA}/jobs/query/{job['id']}"
        wait_until(lambda: self.http.get(path).json()["state"] == "JobComplete", "the job to end", seconds=20)
        return path

    def _bearer(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.line['access_token']}"}

    def new_token(self) -> None:
        """Refresh the session."""
        fields = {"grant_type": "refresh_token", "refresh_token": self.line["refresh_token"]}
        secrets = {"client_id": self.line["client_id"], "client_secret": self.line["client_secret"]}
        answer = httpx.post(self.line["base_url"] + "/services/oauth2/token", data=fields | secrets)
        self.http.headers["authorization"] = f"Bearer {answer.json()['access_token']}"


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with practice_org(users=300, seed=8) as practice:
        for kind, name in (
            ("UserLicense", "SFDC"),
            ("PermissionSetLicense", "SalesConsoleUser"),
            ("PermissionSetLicense", "CRMUserPsl"),
            ("PackageLicense", "SBQQ"),
        ):
            practice.side_door("licenses", {"kind": kind, "name": name, "total": 5_000})
        client = Client(practice)
        yield client
        client.http.close()


def rows_of(client: Client, name: str, users: str | list[str], extra: str = "") -> list[str]:
    listed = ", ".join(f"'{user}'" for user in ([users] if isinstance(users, str) else users))
    soql = f"SELECT Id FROM {name} WHERE AssigneeId IN ({listed}){extra}"  # noqa: S608 - our own words
    return [row["Id"] for row in client.query(soql)]


def test_pitfall_01_every_page_has_its_header_and_the_last_locator_is_the_word_null(client: Client) -> None:
    path = client.bulk("SELECT Id FROM User")
    locator, seen = "", []
    while locator != "null":
        more = {"locator": locator} if locator else {}
        page = client.http.get(f"{path}/results", params={"maxRecords": "120", **more})
        lines = list(csv.reader(io.StringIO(page.text)))
        assert lines[0] == ["Id"]
        seen += [line[0] for line in lines[1:]]
        locator = page.headers["Sforce-Locator"]
    assert len(seen) == len(set(seen)) == len(client.practice.dump("User")) > 240


def test_pitfall_02_without_a_page_size_there_is_one_page(client: Client) -> None:
    path = client.bulk("SELECT Id FROM LoginHistory")
    page = client.http.get(f"{path}/results")
    assert page.headers["Sforce-Locator"] == "null"
    assert int(page.headers["Sforce-NumberOfRecords"]) == page.text.count("\n") - 1 > 5_000


def test_pitfall_03_an_empty_answer_has_a_locator_too(client: Client) -> None:
    path = client.bulk("SELECT Id FROM User WHERE Username = 'nobody'")
    page = client.http.get(f"{path}/results")
    assert (page.headers["Sforce-Locator"], page.headers["Sforce-NumberOfRecords"]) == ("null", "0")


def test_pitfall_06_a_cursor_outlives_the_token_that_opened_it(client: Client) -> None:
    client.practice.side_door("settings", {"query_page_rows": 200})
    page = client.http.get(f"{DATA}/query", params={"q": "SELECT Id FROM User"}).json()
    client.practice.side_door("settings", {"query_page_rows": 2_000})
    client.practice.fault({"match": "/query/", "kind": "expire_token", "times": 1})
    ended = client.http.get(page["nextRecordsUrl"])
    assert (ended.status_code, ended.json()[0]["errorCode"]) == (401, "INVALID_SESSION_ID")
    client.new_token()
    following = client.http.get(page["nextRecordsUrl"]).json()
    assert not {r["Id"] for r in page["records"]} & {r["Id"] for r in following["records"]}
    assert len(page["records"]) + len(following["records"]) == page["totalSize"]


def test_pitfall_15_an_unknown_cursor_is_named(client: Client) -> None:
    answer = client.http.get(f"{DATA}/query/01g5g00000NOSUCHAA-200")
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "INVALID_QUERY_LOCATOR")


def test_pitfall_16_a_cursor_is_followed_below_either_resource(client: Client) -> None:
    client.practice.side_door("settings", {"query_page_rows": 200})
    page = client.http.get(f"{DATA}/queryAll", params={"q": "SELECT Id FROM User"}).json()
    client.practice.side_door("settings", {"query_page_rows": 2_000})
    cursor = page["nextRecordsUrl"].rpartition("/")[2]
    answers = [client.http.get(f"{DATA}/{resource}/{cursor}") for resource in ("query", "queryAll")]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json()["records"] == answers[1].json()["records"]


def test_pitfall_17_one_unknown_field_or_object_spoils_the_whole_query(client: Client) -> None:
    assert client.refused("SELECT Id, NoSuchField FROM User") == (400, "INVALID_FIELD")
    assert client.refused("SELECT Id FROM NoSuchObject") == (400, "INVALID_TYPE")
    assert client.refused("SELECT Id FROM LoginHistory WHERE Status = 'Success'") == (400, "INVALID_FIELD")


def test_pitfall_18_bulk_refuses_what_it_does_not_take(client: Client) -> None:
    def said(soql: str) -> tuple[int, str]:
        answer = client.http.post(f"{DATA}/jobs/query", json={"operation": "query", "query": soql})
        return answer.status_code, answer.json()[0]["errorCode"]

    assert said("SELECT AppName FROM OauthToken") == (400, "INVALIDENTITY")
    assert said("SELECT COUNT(Id) FROM User") == (400, "API_ERROR")
    client.practice.side_door("behavior", {"without_bulk": ["LoginHistory"]})
    assert said("SELECT Id FROM LoginHistory") == (400, "INVALIDENTITY")
    client.practice.side_door("behavior", {"without_bulk": []})


def test_pitfall_19_results_are_asked_for_in_the_version_of_the_job(client: Client) -> None:
    path = client.bulk("SELECT Id FROM User")
    answer = client.http.get(path.replace("v66.0", "v64.0") + "/results")
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (409, "API_ERROR")


def test_pitfall_20_an_address_can_be_too_long(client: Client) -> None:
    ids = ", ".join(f"'{client.line['admin_user_id']}'" for _ in range(1_000))
    answer = client.http.get(f"{DATA}/query", params={"q": f"SELECT Id FROM User WHERE Id IN ({ids})"})  # noqa: S608
    assert answer.status_code == 414
    assert "html" in answer.headers["content-type"]


def test_pitfall_21_ids_of_either_length_are_taken_and_long_ones_given(client: Client) -> None:
    user = client.line["admin_user_id"]
    assert client.query(f"SELECT Id FROM User WHERE Id = '{user[:15]}'")[0]["Id"] == user  # noqa: S608
    assert client.http.get(f"{DATA}/sobjects/User/{user[:15]}").json()["Id"] == user


def test_pitfall_22_moments_have_another_form_in_each_api(client: Client) -> None:
    soql = "SELECT CreatedDate FROM User LIMIT 1"
    assert client.query(soql)[0]["CreatedDate"].endswith(".000+0000")
    assert client.http.get(client.bulk(soql) + "/results").text.split("\n")[1].strip('"').endswith(".000Z")


def test_pitfall_23_a_collection_answers_200_and_tells_each_row(client: Client) -> None:
    user = client.add_user(PermissionSets=["Sales_Console"])
    good = rows_of(client, PS, user, " AND PermissionSet.IsOwnedByProfile = false")[0]
    bad = rows_of(client, PS, user, " AND PermissionSet.IsOwnedByProfile = true")[0]
    rows = client.delete(PS, good, bad)
    assert [row["success"] for row in rows] == [True, False]
    assert rows[1]["errors"][0]["statusCode"] == "FIELD_INTEGRITY_EXCEPTION"
    assert "errorCode" not in rows[1]["errors"][0]


def test_pitfall_24_a_license_may_be_gone_with_its_permission_set(client: Client) -> None:
    user = client.add_user(PermissionSets=["Sales_Console"])
    (license_row,) = rows_of(client, PSL, user)
    client.delete(PS, *rows_of(client, PS, user, " AND PermissionSet.IsOwnedByProfile = false"))
    answer = client.http.delete(f"{DATA}/sobjects/{PSL}/{license_row}")
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (404, "ENTITY_IS_DELETED")


@pytest.mark.parametrize(("people", "left"), [(49, 0), (50, 50)])
def test_pitfall_25_from_fifty_on_licenses_stay(client: Client, people: int, left: int) -> None:
    users = [client.add_user(PermissionSets=["Sales_Console"]) for _ in range(people)]
    own = " AND PermissionSet.IsOwnedByProfile = false"
    assert all(row["success"] for row in client.delete(PS, *rows_of(client, PS, users, own)))
    assert len(rows_of(client, PSL, users)) == left


def test_pitfall_26_seats_of_people_who_left_stay_used_until_taken(client: Client) -> None:
    license_id = client.named("PermissionSetLicense", "DeveloperName", "CRMUserPsl")
    package = client.named("PackageLicense", "NamespacePrefix", "SBQQ")

    def used() -> list[int]:
        licenses = client.query(f"SELECT UsedLicenses FROM PermissionSetLicense WHERE Id = '{license_id}'")  # noqa: S608
        packages = client.query(f"SELECT UsedLicenses FROM PackageLicense WHERE Id = '{package}'")  # noqa: S608
        return [row["UsedLicenses"] for row in licenses + packages]

    before = used()
    user = client.add_user()
    held = client.create(PSL, AssigneeId=user, PermissionSetLicenseId=license_id)
    seat = client.create("UserPackageLicense", UserId=user, PackageLicenseId=package)
    assert client.update("User", user, IsActive=False).status_code == 204
    assert used() == [count + 1 for count in before]
    assert [row["success"] for row in client.delete(PSL, held) + client.delete("UserPackageLicense", seat)] == [
        True
    ] * 2
    assert used() == before


def test_pitfall_27_coming_back_shows_in_the_user_record(client: Client) -> None:
    user = client.add_user()
    fields = "SELECT LastLoginDate, SystemModstamp, IsActive FROM User WHERE Id = "
    before = client.query(f"{fields}'{user}'")[0]
    client.practice.side_door("time", {"advance_seconds": 120})
    client.practice.side_door("activity", {"user_id": user})
    after = client.query(f"{fields}'{user}'")[0]
    assert before["LastLoginDate"] is None
    assert after["LastLoginDate"] > before["SystemModstamp"]
    assert after["SystemModstamp"] >= after["LastLoginDate"]


def test_pitfall_28_a_row_that_is_locked_may_be_tried_again(client: Client) -> None:
    user = client.add_user()
    client.practice.fault({"match": f"User/{user}", "method": "PATCH", "kind": "lock_row", "times": 1})
    refused = client.update("User", user, Title="Later")
    assert refused.json()[0]["errorCode"] == "UNABLE_TO_LOCK_ROW"
    assert client.update("User", user, Title="Later").status_code == 204


def test_pitfall_30_a_blocker_answers_in_its_own_words_each_time(client: Client) -> None:
    user = client.add_user()
    name = client.query(f"SELECT Username FROM User WHERE Id = '{user}'")[0]["Username"]  # noqa: S608
    client.practice.side_door("blockers", {"username": name, "kind": "portal_administrator"})
    answers = [client.update("User", user, IsActive=False) for _ in range(2)]
    for answer in answers:
        (error,) = answer.json()
        assert (answer.status_code, error["errorCode"]) == (400, "FIELD_INTEGRITY_EXCEPTION")
        assert error["message"] == "You cannot deactivate a user who is a portal administrator"
    client.practice.side_door("blockers", {"username": name}, method="DELETE")
    assert client.update("User", user, IsActive=False).status_code == 204


def test_pitfall_31_remaining_may_be_negative_and_totals_zero_or_minus_one(client: Client) -> None:
    client.practice.side_door("licenses", {"kind": "UserLicense", "name": "PID_Customer_Community", "total": 1})
    licenses = client.query("SELECT Status, TotalLicenses, UsedLicenses FROM UserLicense")
    assert any(row["TotalLicenses"] < row["UsedLicenses"] for row in licenses)
    assert any(row["Status"] == "Disabled" and row["TotalLicenses"] == 0 for row in licenses)
    packages = client.query("SELECT AllowedLicenses, UsedLicenses FROM PackageLicense")
    assert any((row["AllowedLicenses"], row["UsedLicenses"]) == (-1, 0) for row in packages)


def test_pitfall_32_people_without_a_last_log_in_are_of_many_kinds(client: Client) -> None:
    rows = client.query("SELECT Id, UserType, CreatedDate FROM User WHERE LastLoginDate = null AND IsActive = true")
    assert {"Standard", "AutomatedProcess", "Guest"} <= {row["UserType"] for row in rows}
    new = client.query("SELECT Id FROM User WHERE LastLoginDate = null AND CreatedDate = LAST_N_DAYS:31")
    assert new
    machines = client.query("SELECT Id FROM User WHERE LastLoginDate = LAST_N_DAYS:2 AND Name = 'ERP Sync'")
    assert len(machines) == 1


def test_pitfall_34_a_sandbox_changes_names_and_addresses() -> None:
    with practice_org(users=60, seed=8, scenario="sandbox") as practice:
        people = [row for row in practice.dump("User").values() if row["FederationIdentifier"]]
    assert people
    assert all(row["Username"].endswith(".uat") and row["Email"].endswith(".invalid") for row in people)
