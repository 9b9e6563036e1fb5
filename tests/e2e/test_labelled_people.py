"""More than 5,000 people of whom we know the truth: sfsam flags nobody wrongly and finds those truly unused.

The truth comes from the practice org's generator (`GET /_emulator/labels`) and from what this test does itself; sfsam
sees none of it. Two downloads, because only two downloads can show that somebody was reactivated.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.e2e.journey import CommandLine, PracticeProcess, practice_org

pytestmark = pytest.mark.emulator

USERS = 6_000
API_ONLY = 40
REACTIVATED = 60
LEAST = {
    "single sign-on": 500,
    "mobile": 200,
    "passwordless": 200,
    "long session": 30,
    "kept by an app": 20,
    "new": 50,
    "permission sets only through groups": 15,
    "api only": API_ONLY,
    "reactivated": REACTIVATED,
    "truly unused": 500,
}
"""How many people each label must have at least, so that the test means something."""
FOUND_SHARE = 0.99

Labels = dict[str, set[str]]


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Labels, set[str]]]:
    """Labels by user id, and the user ids that sfsam proposes."""
    with practice_org(users=USERS, seed=9) as practice:
        labels = {row["user_id"]: set(row["labels"]) for row in practice.side_door("labels")}
        for user_id in _add_api_only_users(practice):
            labels[user_id] = {"api only"}
        sfsam = CommandLine(tmp_path_factory.mktemp("labelled"))
        sfsam.connect(practice.orgs[0])
        sfsam.done("download", "Production")
        for user_id in _reactivate(practice, labels):
            labels[user_id] = {"reactivated"}
        sfsam.done("download", "Production")
        sfsam.done("identify")
        proposed = {row["user_id"] for row in sfsam.done("candidates") if row["action"] == "deactivate"}
        yield labels, proposed


def test_there_are_enough_people_of_each_kind(people: tuple[Labels, set[str]]) -> None:
    labels, _ = people
    counts = Counter(label for found in labels.values() for label in found)
    assert len(labels) >= 5_000
    assert {label: counts[label] for label in LEAST if counts[label] < LEAST[label]} == {}


def test_nobody_is_wrongly_flagged(people: tuple[Labels, set[str]]) -> None:
    labels, proposed = people
    wrong = defaultdict(list)
    for user_id in proposed:
        if "truly unused" not in labels[user_id]:
            wrong[" & ".join(sorted(labels[user_id]))].append(user_id)
    assert {why: (len(users), users[:3]) for why, users in wrong.items()} == {}


def test_the_truly_unused_are_found(people: tuple[Labels, set[str]]) -> None:
    labels, proposed = people
    unused = {user_id for user_id, found in labels.items() if "truly unused" in found}
    missed = unused - proposed
    assert len(missed) <= (1 - FOUND_SHARE) * len(unused), sorted(missed)[:5]


def _add_api_only_users(practice: PracticeProcess) -> list[str]:
    """Integrations with an API-only profile: half still work, half have been silent for months; none is a person."""
    now = datetime.now(UTC)  # noqa: TID251 - the practice org runs with the real time
    created = (now - timedelta(days=900)).isoformat()
    added = []
    for i in range(API_ONLY):
        seen = now - (timedelta(hours=2) if i % 2 else timedelta(days=100 + i))
        spec: dict[str, Any] = {"LastName": f"Connector {i}", "Profile": "API Only User", "CreatedDate": created}
        user_id = practice.side_door("users", spec)["id"]
        log_in = {"type": "Remote Access 2.0", "sub_type": "OauthClientCredentials", "application": "Connector"}
        practice.side_door("activity", {"user_id": user_id, "at": seen.isoformat(), **log_in})
        added.append(user_id)
    return added


def _reactivate(practice: PracticeProcess, labels: Labels) -> list[str]:
    """Bring people back who left, as an administrator would; their last log-in stays old."""
    for key in ("SFDC", "AUL", "CSN_User", "PID_Customer_Community", "PID_Customer_Community_Login"):
        practice.side_door("licenses", {"kind": "UserLicense", "name": key, "total": USERS})
    practice.side_door("licenses", {"kind": "UserLicense", "name": "PID_Partner_Community", "total": USERS})
    org = practice.orgs[0]
    flags = {row["Id"]: row for row in practice.dump("User").values()}
    plain = [
        user_id
        for user_id, found in labels.items()
        if "left" in found and not any(on is True for name, on in flags[user_id].items() if name.startswith("UserPerm"))
    ]
    chosen = plain[:REACTIVATED]
    records = [{"attributes": {"type": "User"}, "id": user_id, "IsActive": True} for user_id in chosen]
    answer = httpx.patch(
        f"{org['base_url']}/services/data/v66.0/composite/sobjects",
        json={"allOrNone": False, "records": records},
        headers={"Authorization": f"Bearer {org['access_token']}"},
        timeout=60,
    )
    assert [row for row in answer.json() if not row["success"]] == []
    return chosen
