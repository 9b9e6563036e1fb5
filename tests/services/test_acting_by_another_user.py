"""A connection for acting, on a practice org: reading needs no right to change, and reclaim uses the other user."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sfsam.cli.asking import done
from sfsam.cli.door import Door
from sfsam.domain.commands import CreateToken, MakeKeyPair, MarkComplete, SaveConnection
from sfsam.domain.playbook import Page
from sfsam.domain.profiles import GrantType, Purpose
from tests.e2e.journey import CommandLine, PracticeProcess, practice_org

pytestmark = pytest.mark.emulator

ADMINISTERS = ("ManageUsers", "ManageInternalUsers", "ManageProfilesPermissionsets")
MAY_CHANGE = (*ADMINISTERS, "AssignPermissionSets", "FreezeUsers")
READ_ONLY = ("ApiEnabled", "ViewSetup", "ViewAllUsers", "MonitorLoginHistory")


@pytest.fixture
def practice() -> Iterator[PracticeProcess]:
    with practice_org(users=300, seed=3) as started:
        yield started


def test_reading_needs_no_right_to_change_and_reclaim_acts_as_the_other_user(
    practice: PracticeProcess, tmp_path: Path
) -> None:
    org, sfsam = practice.orgs[0], CommandLine(tmp_path)
    sfsam.connect(org)
    sfsam.done("download", "Production")
    sfsam.done("identify")
    (profile,) = sfsam.done("profiles")
    practice.side_door("permissions", {"username": profile["username"], "revoke": list(MAY_CHANGE)})
    practice.side_door("permissions", {"username": profile["username"], "grant": list(READ_ONLY)})
    (candidate, *_) = sfsam.done("candidates", "--state", "ready")
    reclaim = ("reclaim", "--number", candidate["number"], "--yes")
    assert sfsam.run(*reclaim).json["error"]["name"] == "PermissionMissing"

    _connect_for_acting(practice, sfsam, org, profile["username"])
    (draft,) = sfsam.done("profiles")
    assert draft["status"] == "draft", "another user acts: that needs a validation"
    assert sfsam.run("profile", "publish", "Production").code == 1, "shown, not done"
    published = sfsam.done("profile", "publish", "Production", "--yes")
    assert published["download"]["state"] == "succeeded"
    assert practice.log() == [], "neither validation nor download changed anything"

    outcome = sfsam.done(*reclaim)["outcomes"][0]
    assert outcome["state"] == "closed_complete"
    user = practice.dump("User")[candidate["user_id"]]
    assert (user["IsActive"], user["LastModifiedById"]) == (False, org["admin_user_id"])


def _connect_for_acting(practice: PracticeProcess, sfsam: CommandLine, org: dict[str, Any], reader: str) -> None:
    about = {"profile": "Production", "purpose": Purpose.ACT}
    entered = {"url": org["base_url"], "client_id": org["client_id"], "username": org["admin_username"]}
    with Door(sfsam.settings) as door:
        door.ask(SaveConnection(**about, **entered, grant=GrantType.JWT_BEARER))
        certificate = door.ask(MakeKeyPair(**about))["certificate"]
        practice.side_door(
            "settings",
            {
                "jwt_certificate": certificate,
                "permitted_users": "AdminApprovedPreAuthorized",
                "preauthorized_users": [org["admin_username"], reader],
            },
        )
        answer = done(door, CreateToken(**about))
        assert answer["act"]["org"]["username"] == org["admin_username"]
        door.ask(MarkComplete(profile="Production", page=Page.CONNECTION_AND_CREDENTIAL))
