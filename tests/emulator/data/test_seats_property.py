"""Whatever is written, every Used… number equals the rows that it counts, and no license is overdrawn."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sfsam.emulator.org import Org, build_orgs
from tests.emulator.data.desk import NOW, Desk
from tests.examples import examples

ACTIONS = ("deactivate", "reactivate", "assign", "unassign", "license", "unlicense", "seat", "unseat", "move", "flag")


@pytest.fixture(scope="module")
def tried_org() -> Org:
    return build_orgs(1, 120, 17, NOW, None)[0]


def act(desk: Desk, action: str, pick: int) -> None:
    """One write, allowed or not, on records chosen by `pick`."""
    soql = "SELECT Id FROM User WHERE UserType = 'Standard' AND Id != :admin ORDER BY Id"
    users = [row["Id"] for row in desk.query(soql, admin=desk.org.admin_user_id)]
    user = users[pick % len(users)]
    if action in ("deactivate", "reactivate"):
        desk.update("User", user, IsActive=action == "reactivate")
    elif action == "move":
        name = ("Standard User", "Standard Platform User", "Field Technician", "Service Agent")[pick % 4]
        desk.update("User", user, ProfileId=desk.profile(name))
    elif action == "flag":
        desk.update("User", user, UserPermissionsKnowledgeUser=pick % 2 == 0)
    elif action.startswith("un"):
        name = {"unassign": "PermissionSetAssignment", "unlicense": "PermissionSetLicenseAssign"}.get(action)
        rows = desk.query("SELECT Id FROM " + (name or "UserPackageLicense"))  # noqa: S608 - our own words
        if rows:
            desk.delete(name or "UserPackageLicense", rows[pick % len(rows)]["Id"])
    else:
        create(desk, action, user, pick)


def create(desk: Desk, action: str, user: str, pick: int) -> None:
    """Assign one of the things there are."""
    name, holder, thing = {
        "assign": ("PermissionSetAssignment", "AssigneeId", "PermissionSet"),
        "license": ("PermissionSetLicenseAssign", "AssigneeId", "PermissionSetLicense"),
        "seat": ("UserPackageLicense", "UserId", "PackageLicense"),
    }[action]
    things = desk.query("SELECT Id FROM " + thing)  # noqa: S608 - our own words
    desk.create(name, **{holder: user, f"{thing}Id": things[pick % len(things)]["Id"]})


def check_sums(desk: Desk) -> None:
    """Compare every Used… number with rows counted by SOQL."""
    users = desk.query("SELECT Id, IsActive, Profile.UserLicenseId FROM User")
    active = {row["Id"] for row in users if row["IsActive"]}
    for row in desk.query("SELECT Id, TotalLicenses, UsedLicenses FROM UserLicense"):
        held = [u for u in users if u["IsActive"] and u["Profile"] and u["Profile"]["UserLicenseId"] == row["Id"]]
        assert row["UsedLicenses"] == len(held) <= max(row["TotalLicenses"], 0)
    assigned = desk.query("SELECT AssigneeId, PermissionSetLicenseId FROM PermissionSetLicenseAssign")
    for row in desk.query("SELECT Id, DeveloperName, UsedLicenses FROM PermissionSetLicense"):
        holders = [each["AssigneeId"] for each in assigned if each["PermissionSetLicenseId"] == row["Id"]]
        assert len(holders) == len(set(holders))
        counted = active if row["DeveloperName"].startswith("SalesforceCPQ_") else set(holders)
        assert row["UsedLicenses"] == len(set(holders) & counted)
    for row in desk.query("SELECT Id, AllowedLicenses, UsedLicenses FROM PackageLicense"):
        soql = "SELECT COUNT() FROM UserPackageLicense WHERE PackageLicenseId = :id"
        assert row["UsedLicenses"] == desk.count(soql, id=row["Id"])
        assert row["AllowedLicenses"] < 0 or row["UsedLicenses"] <= row["AllowedLicenses"]


def check_mirrors(desk: Desk) -> None:
    """Every user with a profile has exactly one row that mirrors it, and whoever needs a license holds it."""
    mirrors = desk.sql(
        """SELECT count(*) FROM "User" u WHERE u."ProfileId" IS NOT NULL AND 1 <> (
            SELECT count(*) FROM "PermissionSetAssignment" a JOIN "PermissionSet" s ON s."Id" = a."PermissionSetId"
            WHERE a."AssigneeId" = u."Id" AND NOT a."IsDeleted" AND s."ProfileId" = u."ProfileId")"""
    )
    assert mirrors == [(0,)]
    lacking = desk.sql(
        """SELECT count(*) FROM "PermissionSetAssignment" a
        JOIN permission_set_need n ON n.permission_set = a."PermissionSetId"
        WHERE NOT a."IsDeleted" AND NOT EXISTS (SELECT 1 FROM "PermissionSetLicenseAssign" l
            WHERE l."AssigneeId" = a."AssigneeId" AND l."PermissionSetLicenseId" = n.license AND NOT l."IsDeleted")"""
    )
    assert lacking == [(0,)]


@settings(max_examples=examples(6), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(0, 10_000)), min_size=5, max_size=12))
def test_sums_hold_after_any_sequence_of_writes(tried_org: Org, steps: list[tuple[str, int]]) -> None:
    desk = Desk(tried_org)
    for action, pick in steps:
        act(desk, action, pick)
    check_sums(desk)
    check_mirrors(desk)
