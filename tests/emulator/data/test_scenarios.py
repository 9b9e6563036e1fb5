"""Situations by name: what each one must show (docs/the-practice-org.md)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from sfsam.domain.commands import PracticeScenario
from sfsam.emulator.org import SCENARIOS, build_orgs
from sfsam.emulator.schema.usage import PRODUCTION_ONLY
from tests.emulator.data.desk import NOW, Desk

PAGE = Path(__file__).resolve().parents[3] / "docs" / "the-practice-org.md"


def desks(scenario: str, orgs: int = 1, users: int = 400) -> list[Desk]:
    return [Desk(org) for org in build_orgs(orgs, users, 7, NOW, scenario)]


def test_each_scenario_is_described() -> None:
    described = re.findall(r"^\| `([a-z-]+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(SCENARIOS) <= set(described)


def test_the_app_offers_each_scenario() -> None:
    assert set(get_args(PracticeScenario)) == set(SCENARIOS)


def test_a_merger_gives_people_two_accounts() -> None:
    ours, theirs = desks("merger", orgs=2)
    soql = "SELECT EmployeeNumber, COUNT(Id) n FROM User GROUP BY EmployeeNumber HAVING COUNT(Id) > 1"
    twice = [row for row in ours.query(soql) if row["EmployeeNumber"]]
    assert len(twice) >= 3
    moved = ours.query("SELECT Username, FederationIdentifier FROM User WHERE CompanyName = 'Contoso Trading'")
    assert len(moved) > 20
    assert all(row["Username"].endswith("@contoso.example") and not row["FederationIdentifier"] for row in moved)
    names = [{tuple(r.values()) for r in d.query("SELECT FirstName, LastName FROM User")} for d in (ours, theirs)]
    assert len(names[0] & names[1]) > 50
    assert theirs.count("SELECT Id FROM User WHERE CompanyName = 'Northwind' AND UserType = 'Standard'") < 17


def test_over_the_limit_in_every_kind() -> None:
    (desk,) = desks("over-limit")
    for name, total in (
        ("UserLicense", "TotalLicenses"),
        ("PermissionSetLicense", "TotalLicenses"),
        ("PackageLicense", "AllowedLicenses"),
    ):
        rows = desk.query(f"SELECT {total}, UsedLicenses FROM {name}")  # noqa: S608 - our own words
        assert sum(0 <= row[total] < row["UsedLicenses"] for row in rows) >= 2, name
    flagged = desk.count("SELECT Id FROM User WHERE IsActive = true AND UserPermissionsKnowledgeUser = true")
    assert flagged > desk.sql("SELECT total FROM feature_license WHERE feature = 'UserPermissionsKnowledgeUser'")[0][0]


def test_hidden_objects_and_fields_are_not_there_for_anybody() -> None:
    (desk,) = desks("hidden-objects")
    for hidden in SCENARIOS["hidden-objects"].hidden:
        name, _, column = hidden.partition(".")
        error = desk.refused(f"SELECT {column or 'Id'} FROM {name}")  # noqa: S608 - our own words
        assert error.code == ("INVALID_FIELD" if column else "INVALID_TYPE"), hidden
        if column:
            assert column not in {field["name"] for field in desk.org.describe(name, desk.caller)["fields"]}
        else:
            assert name not in {entry["name"] for entry in desk.org.describe_global(desk.caller)}


def test_a_sandbox_has_its_marks() -> None:
    full, small = desks("sandbox", orgs=2)
    organization = "SELECT IsSandbox, TrialExpirationDate FROM Organization"
    assert full.query(organization) == [{"IsSandbox": True, "TrialExpirationDate": None}]
    assert small.query(organization)[0]["TrialExpirationDate"] is not None
    people = full.query("SELECT Username, Email FROM User WHERE UserType = 'Standard'")
    assert all(row["Username"].endswith(".uat") and row["Email"].endswith(".invalid") for row in people)
    assert full.count("SELECT Id FROM LoginHistory WHERE LoginTime < LAST_N_DAYS:41") == 0
    for name in PRODUCTION_ONLY:
        assert full.refused("SELECT Id FROM " + name).code == "INVALID_TYPE"  # noqa: S608 - our own words


def test_forty_licenses_that_nobody_knows() -> None:
    (desk,) = desks("unknown-licenses", users=800)
    used = {
        "UserLicense": "LicenseDefinitionKey LIKE 'PID\\_NWX\\_%'",
        "PermissionSetLicense": "DeveloperName LIKE 'NWX\\_%'",
        "PackageLicense": "NamespacePrefix LIKE 'nwx%'",
    }
    rows = [
        row["UsedLicenses"]
        for name, which in used.items()
        for row in desk.query(f"SELECT UsedLicenses FROM {name} WHERE {which}")  # noqa: S608 - our own words
    ]
    assert len(rows) == 40
    assert sum(count > 0 for count in rows) > 35
    mirrors = desk.count("SELECT Id FROM PermissionSetAssignment WHERE PermissionSet.IsOwnedByProfile = true")
    assert mirrors == desk.count("SELECT Id FROM User WHERE ProfileId != null")


@pytest.mark.parametrize("scenario", sorted(SCENARIOS))
def test_the_same_scenario_is_the_same_again(scenario: str) -> None:
    soql = "SELECT Username, ProfileId, IsActive, LastLoginDate FROM User ORDER BY Id"
    first, second = (desks(scenario, users=80)[0].query(soql) for _ in range(2))
    assert first == second
