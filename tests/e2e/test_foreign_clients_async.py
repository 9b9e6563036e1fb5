"""Unmodified aio-sf and jsforce against the practice org, each in a process of its own."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.foreign_tools import ForeignTools
from tests.e2e.journey import PracticeProcess, practice_org

pytestmark = [pytest.mark.emulator, pytest.mark.conformance]

SCRIPTS = Path(__file__).parent / "foreign_scripts"
USERS = 700
NOBODY = "005000000000000AAA"


@pytest.fixture(scope="module")
def practice(foreign_tools: ForeignTools) -> Iterator[PracticeProcess]:
    with practice_org(users=USERS, seed=5) as started:
        started.side_door("settings", {"query_page_rows": 200, "bulk_page_rows": 250})
        yield started


def session(command: list[str], practice: PracticeProcess, environment: dict[str, str], **more: str) -> Any:
    """What a script tells of its session with the org."""
    org = practice.orgs[0]
    order = {
        "instance_url": org["base_url"],
        **{name: org[name] for name in ("client_id", "client_secret", "refresh_token")},
        **more,
    }
    done = subprocess.run(
        command, input=json.dumps(order), env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def usernames(practice: PracticeProcess) -> dict[str, str]:
    return {user_id: record["Username"] for user_id, record in practice.dump("User").items()}


def somebody(practice: PracticeProcess) -> str:
    """An active user with a department, who is not the administrator."""
    admin = practice.orgs[0]["admin_user_id"]
    return next(i for i, r in practice.dump("User").items() if r["IsActive"] and r["Department"] and i != admin)


def test_aio_sf(practice: PracticeProcess, foreign_tools: ForeignTools) -> None:
    user_id, assignment_id = somebody(practice), next(iter(practice.dump("UserPackageLicense")))
    script = [str(foreign_tools.python), str(SCRIPTS / "aio_sf_session.py")]
    environment = foreign_tools.environment()
    told = session(script, practice, environment, user_id=user_id, assignment_id=assignment_id)
    assert told["queried"] == told["exported"] == usernames(practice)
    assert len(told["queried"]) >= USERS
    assert told["organization"]["Id"] == practice.orgs[0]["org_id"]
    assert told["limits"]["DailyApiRequests"]["Remaining"] > 0
    assert "UserLicense" in told["objects"]
    assert {"Id", "IsActive", "LastLoginDate"} <= set(told["fields"])
    assert told["updated"] == [{"id": user_id, "success": True, "errors": []}]
    assert practice.dump("User")[user_id]["Department"] == "By aio-sf"
    assert told["deleted"] == [{"id": assignment_id, "success": True, "errors": []}]
    assert assignment_id not in practice.dump("UserPackageLicense")


def test_jsforce(practice: PracticeProcess, foreign_tools: ForeignTools) -> None:
    """Also pitfall 2 of the fact sheet: without maxRecords a bulk result comes in one page, or jsforce breaks."""
    user_id, assignment_id = somebody(practice), next(iter(practice.dump("UserPackageLicense")))
    script = [str(foreign_tools.node), str(SCRIPTS / "jsforce_session.cjs")]
    more = {"user_id": user_id, "assignment_id": assignment_id, "nobody": NOBODY}
    told = session(script, practice, foreign_tools.environment(), **more)
    assert told["queried"] == told["exported"] == usernames(practice)
    assert told["counted"] == len(told["queried"])
    assert told["identity"] == practice.dump("User")[identity_user(practice)]["Username"]
    assert "UserLicense" in told["objects"]
    assert {"Id", "IsActive", "LastLoginDate"} <= set(told["fields"])
    assert told["retrieved"] == user_id
    [good], [bad] = told["loaded"]["successfulResults"], told["loaded"]["failedResults"]
    assert (good["sf__Id"], bad["Id"]) == (user_id, NOBODY)
    assert told["loaded"]["unprocessedRecords"] == []
    assert practice.dump("User")[user_id]["Department"] == "By jsforce"
    assert [row["success"] for row in told["destroyed"]] == [True]
    assert assignment_id not in practice.dump("UserPackageLicense")


def identity_user(practice: PracticeProcess) -> str:
    """The user that client credentials run as: the last one that came in that way."""
    entries = [r for r in practice.dump("LoginHistory").values() if r["LoginSubType"] == "OauthClientCredentials"]
    return max(entries, key=lambda row: row["LoginTime"])["UserId"]
