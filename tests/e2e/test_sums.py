"""Sums hold, whatever the population: the parts, the position, the exports and plain SOQL all count the same seats."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.e2e.journey import CommandLine, PracticeProcess, practice_org

pytestmark = pytest.mark.emulator

NOW = "2026-11-24T12:00:30+00:00"
POPULATIONS = [{"users": 160, "orgs": 3, "seed": 7}, {"users": 1_100, "orgs": 2, "seed": 11}]  # the third is a sandbox
PARTS = ("active", "stale", "in_grace", "machine", "inactive_holder", "unknown")
SEAT = ["org_id", "kind", "identifier"]
GROUPED = {
    "user": "SELECT Profile.UserLicense.LicenseDefinitionKey k, COUNT(Id) n FROM User WHERE IsActive = true"
    " GROUP BY Profile.UserLicense.LicenseDefinitionKey",
    "permission_set": "SELECT PermissionSetLicense.DeveloperName k, COUNT(Id) n FROM PermissionSetLicenseAssign"
    " GROUP BY PermissionSetLicense.DeveloperName",
    "package": "SELECT PackageLicense.NamespacePrefix k, COUNT(Id) n FROM UserPackageLicense"
    " GROUP BY PackageLicense.NamespacePrefix",
}
NO_FEATURES = ("UserPermissionsCallCenterAutoLogin", "UserPermissionsForecastEnabled")  # settings (fact sheet 4.1)


@dataclass
class Counted:
    """What sfsam counted for one population of several orgs."""

    practice: PracticeProcess
    position: pd.DataFrame
    subscriptions: pd.DataFrame
    unused: pd.DataFrame

    def assigned(self, org_id: str, kind: str) -> dict[str, int]:
        chosen = self.position[(self.position.org_id == org_id) & (self.position.kind == kind)]
        return {row.identifier: row.assigned for row in chosen.itertuples() if row.assigned}

    def orgs(self) -> Iterator[tuple[int, str]]:
        """Number and id of each org."""
        return ((number, org["org_id"]) for number, org in enumerate(self.practice.orgs))


@pytest.fixture(scope="module", params=POPULATIONS, ids=lambda each: f"seed {each['seed']}")
def counted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counted]:
    folder = tmp_path_factory.mktemp("sums")
    sfsam = CommandLine(folder)
    with practice_org(**request.param, now=NOW) as practice:
        for org in practice.orgs:
            sfsam.connect(org, org["org_id"])
            sfsam.done("download", org["org_id"])
        position = pd.DataFrame(sfsam.done("position"))
        yield Counted(practice, position, _export(sfsam, folder, "subscriptions"), _export(sfsam, folder, "unused"))


def test_every_org_is_there_and_one_is_a_sandbox(counted: Counted) -> None:
    assert set(counted.position.org_id) == {org_id for _, org_id in counted.orgs()}
    organizations = [counted.practice.dump("Organization", org=number) for number, _ in counted.orgs()]
    expected = {row["Id"]: row["IsSandbox"] for records in organizations for row in records.values()}
    assert counted.position.groupby("org_id").is_sandbox.first().to_dict() == expected
    assert any(expected.values()) == (len(expected) == 3)
    assert (counted.position[counted.position.is_sandbox].price_source == "none").all()


def test_the_parts_add_up_to_what_is_assigned(counted: Counted) -> None:
    position = counted.position
    assert (position[[*PARTS]].sum(axis=1) == position.assigned).all()
    assert (position[[*PARTS]].sum() > 0)[["active", "stale", "in_grace", "machine", "inactive_holder"]].all()
    known = position[position.owned.notna()]
    assert (known.owned == known.assigned + known.available).all()
    # Inactive holders take no seat where Salesforce does not count them, and so never make more seats needed.
    missing = (-known.available).clip(lower=0)
    assert ((known.needed <= missing) & (known.needed >= missing - known.inactive_holder)).all()
    assert not position.duplicated(SEAT).any()


@pytest.mark.parametrize("kind", GROUPED)
def test_assigned_is_what_soql_counts(counted: Counted, kind: str) -> None:
    for number, org_id in counted.orgs():
        rows = counted.practice.query(GROUPED[kind], org=number)
        assert counted.assigned(org_id, kind) == {row["k"]: row["n"] for row in rows if row["k"]}


def test_assigned_features_are_the_active_users_with_the_flag(counted: Counted) -> None:
    for number, org_id in counted.orgs():
        fields = counted.practice.rest("GET", "sobjects/User/describe", org=number)["fields"]
        flags = [each["name"] for each in fields if each["name"].startswith("UserPermissions")]
        with_flag = "SELECT Id FROM User WHERE IsActive = true AND"
        in_soql = {
            flag: len(counted.practice.query(f"{with_flag} {flag} = true", org=number))
            for flag in flags
            if flag not in NO_FEATURES
        }
        assert counted.assigned(org_id, "feature") == {flag: count for flag, count in in_soql.items() if count}


def test_assigned_is_what_the_org_itself_says_is_used(counted: Counted) -> None:
    for number, org_id in counted.orgs():
        used = _used(counted.practice, number)
        assert counted.assigned(org_id, "user") == used["user"]
        assert counted.assigned(org_id, "package") == used["package"]
        licenses = counted.position[(counted.position.org_id == org_id) & (counted.position.kind == "permission_set")]
        for row in licenses.itertuples():  # inactive holders count or not, license by license (fact sheet 5.4)
            said = used["permission_set"].get(row.identifier, 0)
            assert said in (row.assigned, row.assigned - row.inactive_holder), row


def test_the_exports_are_the_position_seat_by_seat(counted: Counted) -> None:
    assert counted.subscriptions.subscription_id.is_unique
    assigned = counted.position.set_index(SEAT).assigned
    assert _sizes(counted.subscriptions) == {key: count for key, count in assigned.items() if count}
    for part in PARTS:
        chosen = counted.subscriptions[counted.subscriptions.part == part]
        in_position = counted.position.set_index(SEAT)[part]
        assert _sizes(chosen) == {key: count for key, count in in_position.items() if count}


def test_the_unused_are_the_stale_and_the_inactive_holders(counted: Counted) -> None:
    expected = counted.subscriptions[counted.subscriptions.part.isin(["stale", "inactive_holder"])]
    assert set(counted.unused.subscription_id) == set(expected.subscription_id)
    assert len(counted.unused) == counted.position[["stale", "inactive_holder"]].to_numpy().sum()


def _export(sfsam: CommandLine, folder: Path, what: str) -> pd.DataFrame:
    target = folder / f"{what}.csv"
    answer = sfsam.done("export", what, "--output", str(target))
    frame = pd.read_csv(target, low_memory=False)
    assert len(frame) == answer["rows"]
    return frame


def _sizes(seats: pd.DataFrame) -> dict[Any, int]:
    return dict(Counter(seats[SEAT].itertuples(index=False, name=None)))


def _used(practice: PracticeProcess, org: int) -> dict[str, dict[str, int]]:
    """UsedLicenses by kind and identifier, where it is not zero."""
    names = {
        "user": "LicenseDefinitionKey FROM UserLicense",
        "permission_set": "DeveloperName FROM PermissionSetLicense",
        "package": "NamespacePrefix FROM PackageLicense",
    }
    found = {}
    for kind, name in names.items():
        rows = practice.query(f"SELECT UsedLicenses, {name}", org=org)
        field = name.split()[0]
        found[kind] = {row[field]: row["UsedLicenses"] for row in rows if row["UsedLicenses"]}
    return found
