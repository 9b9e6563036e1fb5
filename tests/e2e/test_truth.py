"""Who is active, stale, in grace or a machine: worked out a second time, by pandas, from the practice org's own rows.

Nothing of sfsam takes part but its shipped reference data, so that an error in its SQL cannot hide. The rule is
product.md D7: a sign-in is a machine's on positive evidence only, a Lightning app used is a person's; LastLoginDate
decides where it is more than a minute newer than every human signal and no machine sign-in explains it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from tests.e2e.journey import PROJECT, CommandLine, PracticeProcess, practice_org

pytestmark = pytest.mark.emulator

NOW = "2026-11-24T12:00:00+00:00"
USERS = 1_500
ADMINISTRATOR = ["PermissionsManageUsers", "PermissionsModifyAllData", "PermissionsCustomizeApplication"]
MINUTE, DAY = pd.Timedelta(seconds=60), pd.Timedelta(days=1)


@dataclass
class Org:
    """The practice org's rows as frames, and the moment of the download."""

    taken_at: pd.Timestamp
    users: pd.DataFrame
    history: pd.DataFrame
    apps: pd.DataFrame
    profiles: pd.DataFrame
    sets: pd.DataFrame
    assignments: pd.DataFrame
    components: pd.DataFrame
    licenses: pd.DataFrame

    @classmethod
    def of(cls, practice: PracticeProcess, taken_at: pd.Timestamp) -> Org:
        def frame(name: str, *moments: str) -> pd.DataFrame:
            rows = pd.DataFrame(practice.dump(name).values())
            for column in moments:
                rows[column] = pd.to_datetime(rows[column], utc=True).dt.tz_localize(None)
            return rows

        return cls(
            taken_at,
            frame("User", "CreatedDate", "LastLoginDate"),
            frame("LoginHistory", "LoginTime"),
            frame("UserAppInfo", "LastModifiedDate"),
            frame("Profile"),
            frame("PermissionSet"),
            frame("PermissionSetAssignment"),
            frame("PermissionSetGroupComponent"),
            frame("UserLicense"),
        )

    def holders_of(self, *permissions: str) -> set[str]:
        """Users with a permission set, direct, by group or by profile, that gives one of these permissions."""
        giving = self.sets[self.sets[[*permissions]].any(axis=1)]
        groups = self.components[self.components.PermissionSetId.isin(giving.Id)].PermissionSetGroupId
        direct = self.assignments[self.assignments.PermissionSetId.isin(giving.Id)]
        grouped = self.assignments[self.assignments.PermissionSetGroupId.isin(groups)]
        by_profile = self.users[self.users.ProfileId.isin(giving.ProfileId.dropna())]
        return {*direct.AssigneeId, *grouped.AssigneeId, *by_profile.Id}

    def machine_users(self) -> set[str]:
        """Users that are no person, by type, by API-only access, or by a license made for integrations."""
        catalog = pd.read_csv(PROJECT / "data" / "license_catalog.csv")
        made_for_machines = catalog[(catalog.kind == "user") & (catalog.is_machine == True)].identifier  # noqa: E712
        licenses = self.licenses[self.licenses.LicenseDefinitionKey.isin(made_for_machines)].Id
        profiles = self.profiles[self.profiles.PermissionsApiUserOnly | self.profiles.UserLicenseId.isin(licenses)].Id
        by_type = self.users.UserType.isin(["AutomatedProcess", "CloudIntegrationUser", "Guest"])
        by_profile = self.users.ProfileId.isin(profiles)
        return {*self.users[by_type | by_profile].Id, *self.holders_of("PermissionsApiUserOnly")}


def activity(org: Org) -> pd.DataFrame:
    """Per user id: last_human_at, is_machine, is_administrator, is_active, part; ages counted from the download."""
    machines = org.machine_users()
    applications = pd.read_csv(PROJECT / "data" / "machine_applications.csv").application.str.lower()
    read = org.history[(org.history.Status == "Success") & (org.history.LoginTime >= org.taken_at - 180 * DAY)]
    sub_type = read.LoginSubType.fillna("").str.lower()
    by_machine = (
        sub_type.str.contains("oauthclientcredentials|jwt")
        | read.Application.fillna("").str.lower().isin(applications)
        | read.UserId.isin(machines)
    )
    users = org.users.set_index("Id")
    used_at = org.apps.groupby("UserId").LastModifiedDate.max()
    human_at = pd.concat([read[~by_machine].groupby("UserId").LoginTime.max(), used_at]).groupby(level=0).max()
    human_at = human_at.reindex(users.index)
    machine_at = read[by_machine].groupby("UserId").LoginTime.max().reindex(users.index)
    by_machines = read[by_machine].join(users.LastLoginDate, on="UserId")
    near = by_machines[(by_machines.LoginTime - by_machines.LastLoginDate).abs() <= MINUTE].UserId
    is_explained = users.LastLoginDate.notna() & (users.index.isin(machines) | users.index.isin(near))
    decides = ~is_explained & (human_at.isna() | (users.LastLoginDate > human_at + MINUTE))
    last_human_at = users.LastLoginDate.where(decides & users.LastLoginDate.notna(), human_at)
    is_machine = users.index.isin(machines) | (last_human_at.isna() & (machine_at.notna() | is_explained))
    frame = pd.DataFrame({"last_human_at": last_human_at, "is_machine": is_machine, "is_active": users.IsActive})
    frame["is_administrator"] = users.index.isin(org.holders_of(*ADMINISTRATOR))
    frame["part"] = [_part(org.taken_at, row, users.CreatedDate[row.Index]) for row in frame.itertuples()]
    return frame


def _part(taken_at: pd.Timestamp, row: Any, created_at: pd.Timestamp) -> str:
    if not row.is_active:
        return "inactive_holder"
    if row.is_machine:
        return "machine"
    if row.last_human_at >= taken_at - 60 * DAY:
        return "active"
    return "in_grace" if created_at > taken_at - 30 * DAY else "stale"


@dataclass
class Compared:
    """What pandas found, and what sfsam says."""

    truth: pd.DataFrame
    subscriptions: pd.DataFrame
    candidates: list[dict[str, Any]]
    connected_as: str


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Compared]:
    folder: Path = tmp_path_factory.mktemp("truth")
    sfsam = CommandLine(folder)
    with practice_org(users=USERS, seed=42, now=NOW) as practice:
        sfsam.connect(practice.orgs[0])
        sfsam.done("download", "Production")
        sfsam.done("identify")
        candidates = sfsam.done("candidates")
        (profile,) = sfsam.done("profiles")
        with duckdb.connect(str(sfsam.data_dir / "sfsam.duckdb"), read_only=True) as database:
            subscriptions = database.sql("SELECT * FROM subscriptions").df()
            [(taken_at,)] = database.sql("SELECT taken_at FROM current_snapshot").fetchall()
        truth = activity(Org.of(practice, pd.Timestamp(taken_at)))
        (connected_as,) = [i for i, row in practice.dump("User").items() if row["Username"] == profile["username"]]
        yield Compared(truth, subscriptions, candidates, connected_as)


def test_the_population_has_every_kind_of_user(compared: Compared) -> None:
    counts = compared.truth.part.value_counts()
    assert set(counts.index) == {"active", "stale", "in_grace", "machine", "inactive_holder"}
    assert counts.min() >= 3, counts


def test_every_seat_is_in_the_part_that_its_user_is_in(compared: Compared) -> None:
    seats = compared.subscriptions.join(compared.truth, on="user_id", rsuffix="_true")
    wrong = seats[seats.part != seats.part_true]
    assert wrong.empty, wrong[["user_principal_name", "part", "part_true", "last_activity_at", "last_human_at"]]
    assert seats.is_machine.equals(seats.is_machine_true.astype(bool))
    assert seats.is_administrator.equals(seats.is_administrator_true.astype(bool))


def test_the_last_human_sign_in_is_the_same_user_by_user(compared: Compared) -> None:
    seats = compared.subscriptions.drop_duplicates("user_id").join(compared.truth.last_human_at, on="user_id")
    same = (seats.last_activity_at == seats.last_human_at) | (
        seats.last_activity_at.isna() & seats.last_human_at.isna()
    )
    assert same.all(), seats[~same][["user_principal_name", "last_activity_at", "last_human_at", "deciding_signal"]]
    assert seats.last_human_at.notna().sum() > USERS / 2


def test_the_candidates_are_exactly_the_stale_people(compared: Compared) -> None:
    truth = compared.truth
    holders = set(compared.subscriptions[compared.subscriptions.kind == "user"].user_id)
    stale = truth[(truth.part == "stale") & ~truth.is_administrator & ~truth.is_machine]
    assert {row["user_id"] for row in compared.candidates} == (set(stale.index) & holders) - {compared.connected_as}
    assert len(compared.candidates) == len({row["user_id"] for row in compared.candidates})
    assert {(row["kind"], row["state"]) for row in compared.candidates} == {("user", "ready")}
