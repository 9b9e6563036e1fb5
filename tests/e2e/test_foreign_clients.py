"""Unmodified simple-salesforce, over https with the org's own CA, against the practice org."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests  # noqa: TID251 - the transport of the foreign client, which we give the CA to
from requests.adapters import HTTPAdapter  # noqa: TID251 - likewise
from simple_salesforce import Salesforce
from simple_salesforce.exceptions import SalesforceAuthenticationFailed, SalesforceResourceNotFound

from tests.e2e.journey import PracticeProcess, practice_org
from tests.e2e.signing_key import write_key

pytestmark = pytest.mark.emulator

USERS = 600
MY_DOMAIN = "practice.my"


class AsIfSalesforce(HTTPAdapter):
    """Carries what the client sends to a hard-coded Salesforce host to the practice org instead."""

    def __init__(self, tls_url: str) -> None:
        super().__init__()
        self._host = urlsplit(tls_url).netloc

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        parts = urlsplit(request.url or "")
        request.url = parts._replace(netloc=self._host).geturl()
        return super().send(request, *args, **options)


@pytest.fixture(scope="module")
def practice() -> Iterator[PracticeProcess]:
    with practice_org(users=USERS, seed=3) as started:
        yield started


@pytest.fixture
def session(practice: PracticeProcess) -> requests.Session:
    """A session that trusts the org's CA, whatever the environment says."""
    session = requests.Session()
    session.verify = practice.ca_file
    session.trust_env = False
    return session


@pytest.fixture
def salesforce(practice: PracticeProcess, session: requests.Session) -> Salesforce:
    """Logged in by the administrator's token."""
    org = practice.orgs[0]
    return Salesforce(session_id=org["access_token"], instance_url=org["tls_url"], version="66.0", session=session)


def login_tls_url(practice: PracticeProcess) -> str:
    """The https address of the login host: the port after those of the orgs."""
    parts = urlsplit(practice.orgs[0]["tls_url"])
    return f"{parts.scheme}://{parts.hostname}:{(parts.port or 0) + len(practice.orgs)}"


def test_query_over_several_pages(practice: PracticeProcess, salesforce: Salesforce) -> None:
    practice.side_door("settings", {"query_page_rows": 200})
    page = salesforce.query("SELECT Id, Username, Profile.Name FROM User ORDER BY Username")
    assert (len(page["records"]), page["done"]) == (200, False)
    following = salesforce.query_more(page["nextRecordsUrl"], identifier_is_url=True)
    assert len(following["records"]) == 200
    records = salesforce.query_all("SELECT Id, Username, IsActive FROM User")["records"]
    practice.side_door("settings", {"query_page_rows": 2_000})
    dump = practice.dump("User")
    assert {r["Id"]: (r["Username"], r["IsActive"]) for r in records} == {
        i: (r["Username"], r["IsActive"]) for i, r in dump.items()
    }
    assert len(records) == len(dump) >= USERS


def test_describe_and_limits(salesforce: Salesforce) -> None:
    fields = {field["name"]: field for field in salesforce.User.describe()["fields"]}
    assert fields["IsActive"]["type"] == "boolean"
    assert {"User", "UserLicense", "PermissionSetLicenseAssign"} <= {
        s["name"] for s in salesforce.describe()["sobjects"]
    }
    limits = salesforce.limits()["DailyApiRequests"]
    assert 0 < limits["Remaining"] < limits["Max"]
    assert salesforce.api_usage["api-usage"].used > 0
    assert salesforce.is_sandbox() is False


def test_bulk_query_over_several_pages(practice: PracticeProcess, salesforce: Salesforce) -> None:
    pages = salesforce.bulk2.User.query("SELECT Id, Username FROM User", max_records=250, wait=0)
    tables = [[*csv.DictReader(StringIO(page))] for page in pages]
    assert [len(table) for table in tables[:2]] == [250, 250]
    rows = {row["Id"]: row["Username"] for table in tables for row in table}
    assert rows == {i: record["Username"] for i, record in practice.dump("User").items()}


def test_update_of_a_user_changes_that_user_alone(practice: PracticeProcess, salesforce: Salesforce) -> None:
    before = practice.dump("User")
    chosen = next(
        i for i, r in before.items() if r["IsActive"] and r["Department"] and i != practice.orgs[0]["admin_user_id"]
    )
    assert salesforce.User.update(chosen, {"Department": "Elsewhere"}) == 204
    after = practice.dump("User")
    assert after[chosen]["Department"] == "Elsewhere"
    assert {i for i in after if after[i] != before[i]} == {chosen}
    entry = practice.log()[-1]
    assert (entry["method"], entry["status"], [c["id"] for c in entry["changes"] if c["field"] == "Department"]) == (
        "PATCH",
        204,
        [chosen],
    )


def test_delete_of_an_assignment_frees_one_seat(practice: PracticeProcess, salesforce: Salesforce) -> None:
    assignments = practice.dump("PermissionSetLicenseAssign")
    licenses = practice.dump("PermissionSetLicense")
    chosen = _assignment_without_need(practice, assignments)
    license_id = assignments[chosen]["PermissionSetLicenseId"]
    assert salesforce.PermissionSetLicenseAssign.delete(chosen) == 204
    assert practice.dump("PermissionSetLicenseAssign").keys() == assignments.keys() - {chosen}
    used = practice.dump("PermissionSetLicense")[license_id]["UsedLicenses"]
    assert used == licenses[license_id]["UsedLicenses"] - 1
    with pytest.raises(SalesforceResourceNotFound):
        salesforce.PermissionSetLicenseAssign.delete(chosen)


def test_client_credentials_login(practice: PracticeProcess, session: requests.Session) -> None:
    org = practice.orgs[0]
    session.mount(f"https://{MY_DOMAIN}.salesforce.com", AsIfSalesforce(org["tls_url"]))
    salesforce = Salesforce(
        consumer_key=org["client_id"],
        consumer_secret=org["client_secret"],
        domain=MY_DOMAIN,
        version="66.0",
        session=session,
    )
    assert salesforce.base_url.startswith(org["tls_url"])
    assert salesforce.query("SELECT COUNT() FROM User")["totalSize"] == len(practice.dump("User"))
    with pytest.raises(SalesforceAuthenticationFailed, match="invalid client credentials"):
        Salesforce(consumer_key=org["client_id"], consumer_secret="wrong", domain=MY_DOMAIN, session=session)


def test_soap_login(practice: PracticeProcess, session: requests.Session) -> None:
    org = practice.orgs[0]
    session.mount("https://login.salesforce.com", AsIfSalesforce(login_tls_url(practice)))
    who = {"username": org["admin_username"], "security_token": "", "session": session}
    salesforce = Salesforce(password=org["admin_password"], **who)
    assert salesforce.query("SELECT Id FROM Organization")["records"][0]["Id"] == org["org_id"]
    with pytest.raises(SalesforceAuthenticationFailed, match="INVALID_LOGIN"):
        Salesforce(password="wrong", **who)


def test_pitfall_33_jwt_login(practice: PracticeProcess, session: requests.Session, tmp_path: Path) -> None:
    """`exp` as text, and the login host as audience."""
    org, key_file = practice.orgs[0], tmp_path / "app.key"
    practice.side_door("settings", {"jwt_certificate": write_key(key_file)})
    session.mount("https://login.salesforce.com", AsIfSalesforce(login_tls_url(practice)))
    who = {"username": org["admin_username"], "consumer_key": org["client_id"], "session": session}
    salesforce = Salesforce(privatekey_file=str(key_file), version="66.0", **who)
    assert salesforce.query("SELECT Id FROM Organization")["records"][0]["Id"] == org["org_id"]
    write_key(key_file)
    with pytest.raises(SalesforceAuthenticationFailed, match="invalid assertion"):
        Salesforce(privatekey_file=str(key_file), **who)


def test_bulk_update_tells_good_rows_from_bad_ones(practice: PracticeProcess, salesforce: Salesforce) -> None:
    users = practice.dump("User")
    chosen = [
        i for i, r in users.items() if r["IsActive"] and r["Department"] and i != practice.orgs[0]["admin_user_id"]
    ]
    records = [{"Id": i, "Department": "By bulk"} for i in (*chosen[:3], "005000000000000AAA")]
    [told] = salesforce.bulk2.User.update(records=records, wait=1)
    assert (told["numberRecordsTotal"], told["numberRecordsFailed"]) == (4, 1)
    failed = csv.DictReader(StringIO(salesforce.bulk2.User.get_failed_records(told["job_id"])))
    assert [(row["Id"], row["sf__Error"].partition(":")[0]) for row in failed] == [("005000000000000AAA", "NOT_FOUND")]
    after = practice.dump("User")
    assert {after[i]["Department"] for i in chosen[:3]} == {"By bulk"}
    changed = [change["id"] for change in practice.log()[-1]["changes"] if change["result"] == "changed"]
    assert set(changed) == set(chosen[:3])


def _assignment_without_need(practice: PracticeProcess, assignments: dict[str, dict[str, Any]]) -> str:
    """An assignment whose holder has no permission set of their own, so that nothing needs the license."""
    sets = practice.dump("PermissionSet")
    busy = {
        row["AssigneeId"]
        for row in practice.dump("PermissionSetAssignment").values()
        if not sets[row["PermissionSetId"]]["IsOwnedByProfile"]
    }
    return next(i for i, row in assignments.items() if row["AssigneeId"] not in busy)
