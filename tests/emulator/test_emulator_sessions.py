"""What happens to sessions when the org itself changes: both halves of the practice org together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.e2e.journey import PracticeProcess
from tests.e2e.journey import practice_org as start_practice_org

pytestmark = pytest.mark.emulator

DATA = "/services/data/v66.0"


@pytest.fixture(scope="module")
def practice() -> Iterator[PracticeProcess]:
    with start_practice_org(users=60, seed=5) as started:
        yield started


@pytest.fixture
def admin(practice: PracticeProcess) -> Iterator[httpx.Client]:
    org = practice.orgs[0]
    with httpx.Client(base_url=org["base_url"], headers=bearer(org["access_token"])) as client:
        yield client


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def mint(practice: PracticeProcess) -> httpx.Response:
    """A client-credentials session."""
    org = practice.orgs[0]
    fields = {"grant_type": "client_credentials", "client_id": org["client_id"], "client_secret": org["client_secret"]}
    return httpx.post(org["base_url"] + "/services/oauth2/token", data=fields)


def first(admin: httpx.Client, soql: str) -> dict[str, Any]:
    answer = admin.get(DATA + "/query", params={"q": soql})
    assert answer.status_code == 200, answer.text
    record: dict[str, Any] = answer.json()["records"][0]
    return record


def set_frozen(admin: httpx.Client, user_id: str, frozen: bool) -> None:
    login = first(admin, f"SELECT Id FROM UserLogin WHERE UserId = '{user_id}'")  # noqa: S608
    assert admin.patch(f"{DATA}/sobjects/UserLogin/{login['Id']}", json={"IsFrozen": frozen}).status_code == 204


def test_a_session_shows_what_the_integration_user_may_do(practice: PracticeProcess) -> None:
    token = mint(practice).json()["access_token"]
    query = (
        "SELECT PermissionsApiEnabled, PermissionsViewSetup, PermissionsManageUsers FROM UserPermissionAccess LIMIT 1"
    )
    answer = httpx.get(practice.orgs[0]["base_url"] + DATA + "/query", params={"q": query}, headers=bearer(token))
    record = answer.json()["records"][0]
    assert [record[f"Permissions{name}"] for name in ("ApiEnabled", "ViewSetup", "ManageUsers")] == [True] * 3


def test_freezing_ends_sessions_for_good(practice: PracticeProcess, admin: httpx.Client) -> None:
    token = mint(practice).json()
    user_id = token["id"][-18:]
    limits = practice.orgs[0]["base_url"] + DATA + "/limits"
    assert httpx.get(limits, headers=bearer(token["access_token"])).status_code == 200
    set_frozen(admin, user_id, True)
    assert httpx.get(limits, headers=bearer(token["access_token"])).status_code == 401
    assert mint(practice).json()["error_description"] == "no client credentials user enabled"
    set_frozen(admin, user_id, False)
    assert httpx.get(limits, headers=bearer(token["access_token"])).status_code == 401
    assert mint(practice).status_code == 200


def test_a_token_leaves_a_trace_in_login_history(practice: PracticeProcess, admin: httpx.Client) -> None:
    user_id = mint(practice).json()["id"][-18:]
    row = first(
        admin,
        "SELECT LoginType, LoginSubType, Status FROM LoginHistory "  # noqa: S608
        f"WHERE UserId = '{user_id}' ORDER BY LoginTime DESC LIMIT 1",
    )
    assert (row["LoginType"], row["LoginSubType"], row["Status"]) == (
        "Remote Access 2.0",
        "OauthClientCredentials",
        "Success",
    )


def test_activity_makes_a_user_come_back(practice: PracticeProcess, admin: httpx.Client) -> None:
    user_id = practice.orgs[0]["admin_user_id"]
    practice.side_door("time", {"now": "2027-05-01T08:00:00Z"})
    practice.side_door("activity", {"user_id": user_id})
    token = practice.orgs[0]["refresh_token"]
    org = practice.orgs[0]
    fields = {"grant_type": "refresh_token", "refresh_token": token}
    renewed = httpx.post(
        org["base_url"] + "/services/oauth2/token", data=fields | {n: org[n] for n in ("client_id", "client_secret")}
    ).json()
    answer = httpx.get(
        f"{org['base_url']}{DATA}/sobjects/User/{user_id}",
        params={"fields": "LastLoginDate"},
        headers=bearer(renewed["access_token"]),
    )
    assert answer.json()["LastLoginDate"].startswith("2027-05-01T08:00")


def test_permissions_by_the_side_door_are_felt_at_once(practice: PracticeProcess) -> None:
    token = mint(practice).json()
    user = practice.dump("User")[token["id"][-18:]]
    base = practice.orgs[0]["base_url"]
    query = {"q": "SELECT Id, UsedLicenses FROM UserLicense"}

    def ask() -> int:
        return httpx.get(base + DATA + "/query", params=query, headers=bearer(token["access_token"])).status_code

    assert ask() == 200
    practice.side_door("permissions", {"username": user["Username"], "revoke": ["ApiEnabled"]})
    assert ask() == 403
    practice.side_door("permissions", {"username": user["Username"], "grant": ["ApiEnabled"]})
    assert ask() == 200
