"""The license position worked out a second time, by pandas, from the practice org's own rows and the formulas.

Nothing of sfsam takes part but its shipped reference data, so that an error in its SQL cannot hide. Activity follows
product.md D7: a sign-in is a machine's on positive evidence only, a Lightning app used is a person's; LastLoginDate
decides where it is more than a minute newer than every human signal and no machine sign-in explains it. Money follows
servicenow.md 5 and 6 and product.md L4, in whole cents.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from tests.e2e.journey import PROJECT, PracticeProcess

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
    def of(cls, practice: PracticeProcess, taken_at: pd.Timestamp, number: int = 0) -> Org:
        def frame(name: str, *moments: str) -> pd.DataFrame:
            rows = pd.DataFrame(practice.dump(name, org=number).values())
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
    """Per user id: last_human_at, is_machine, is_administrator, is_active, is_new (in grace), part; ages counted from
    the download."""
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
    frame["is_new"] = users.CreatedDate > org.taken_at - 30 * DAY
    frame["part"] = [_part(org.taken_at, row) for row in frame.itertuples()]
    return frame


def _part(taken_at: pd.Timestamp, row: Any) -> str:
    if not row.is_active:
        return "inactive_holder"
    if row.is_machine:
        return "machine"
    if row.last_human_at >= taken_at - 60 * DAY:
        return "active"
    return "in_grace" if row.is_new else "stale"


def unneeded_seats(practice: PracticeProcess, org: Org, people: pd.DataFrame) -> set[tuple[str, str, str]]:
    """(user, kind, identifier) of permission set licenses of working people that no permission set of theirs is tied
    to, and of seats of inactive people that the org counts as used (fact sheet 5.4)."""
    found = set()
    sets = org.sets[org.sets.LicenseId.notna()]
    names = {row["Id"]: row for row in practice.dump("PermissionSetLicense").values()}
    in_groups = org.components.groupby("PermissionSetGroupId").PermissionSetId.apply(set).to_dict()
    held: dict[str, set[str]] = {}
    for row in org.assignments.itertuples():
        members = in_groups.get(row.PermissionSetGroupId, set()) if row.PermissionSetGroupId else set()
        held.setdefault(row.AssigneeId, set()).update({row.PermissionSetId, *members})
    for user in org.users.itertuples():
        held.setdefault(user.Id, set()).update(org.sets[org.sets.ProfileId == user.ProfileId].Id)
    assigned = pd.DataFrame(practice.dump("PermissionSetLicenseAssign").values())
    for license_id, rows in assigned.groupby("PermissionSetLicenseId"):
        tied = set(sets[sets.LicenseId == license_id].Id)
        inactive = [user for user in rows.AssigneeId if not people.is_active[user]]
        if inactive and names[license_id]["UsedLicenses"] == len(rows):
            found |= {(user, "permission_set", names[license_id]["DeveloperName"]) for user in inactive}
        found |= {
            (user, "permission_set", names[license_id]["DeveloperName"])
            for user in rows.AssigneeId
            if tied
            and people.part[user] in ("active", "in_grace")
            and not people.is_administrator[user]
            and not held[user] & tied
        }
    packages = {row["Id"]: row["NamespacePrefix"] for row in practice.dump("PackageLicense").values()}
    for row in practice.dump("UserPackageLicense").values():
        if not people.is_active[row["UserId"]]:
            found.add((row["UserId"], "package", packages[row["PackageLicenseId"]]))
    return found


# ── Licenses and money ──────────────────────────────────────────────────────────────────────────

KINDS = ("user", "permission_set", "package", "feature")
PARTS = ("active", "stale", "in_grace", "machine", "inactive_holder", "unknown")
NO_FEATURES = ("UserPermissionsCallCenterAutoLogin", "UserPermissionsForecastEnabled")  # settings (fact sheet 4.1)


@dataclass(frozen=True)
class Contract:
    """What a contract gives of one license: its price in cents per seat and year; both of its days are included."""

    kind: str
    identifier: str
    quantity: int | None  # None: as many as the org owns
    cents: int
    cost_center: str
    is_monthly: bool = False
    starts_on: date | None = None
    ends_on: date | None = None

    def is_in_force(self, day: date) -> bool:
        return (self.starts_on is None or self.starts_on <= day) and (self.ends_on is None or self.ends_on >= day)

    @property
    def weight(self) -> int:
        """What its price counts for in the average; without a quantity each contract counts once."""
        return 1 if self.quantity is None else self.quantity


def reference(name: str) -> pd.DataFrame:
    """A table of data/, as text."""
    return pd.read_csv(PROJECT / "data" / f"{name}.csv", dtype=str, keep_default_na=False)


def seats(practice: PracticeProcess, org: Org, people: pd.DataFrame, number: int = 0) -> pd.DataFrame:
    """One row per seat: kind, identifier, user_id, department; part, is_active, is_new, last_human_at of the holder."""

    def dump(name: str) -> pd.DataFrame:
        return pd.DataFrame(practice.dump(name, org=number).values())

    active = org.users[org.users.IsActive]
    profiles = org.profiles.set_index("Id").UserLicenseId.map(org.licenses.set_index("Id").LicenseDefinitionKey)
    held = [pd.DataFrame({"kind": "user", "identifier": active.ProfileId.map(profiles), "user_id": active.Id})]
    for kind, assigned, license_, key, name, holder in (
        ("permission_set", "PermissionSetLicenseAssign", "PermissionSetLicense", "PermissionSetLicenseId",
         "DeveloperName", "AssigneeId"),
        ("package", "UserPackageLicense", "PackageLicense", "PackageLicenseId", "NamespacePrefix", "UserId"),
    ):  # fmt: skip
        rows = dump(assigned)
        names = dump(license_).set_index("Id")[name]
        held.append(pd.DataFrame({"kind": kind, "identifier": rows[key].map(names), "user_id": rows[holder]}))
    for flag in (each for each in org.users if each.startswith("UserPermissions") and each not in NO_FEATURES):
        users = active[active[flag] == True].Id  # noqa: E712  empty cells are neither
        held.append(pd.DataFrame({"kind": "feature", "identifier": flag, "user_id": users}))
    found = pd.concat(held, ignore_index=True).dropna(subset="identifier")
    found["department"] = found.user_id.map(org.users.set_index("Id").Department).fillna("No department")
    return found.join(people[["part", "is_active", "is_new", "last_human_at"]], on="user_id")


def owned(practice: PracticeProcess, number: int = 0) -> dict[tuple[str, str], tuple[int | None, int]]:
    """(kind, identifier) → (owned seats, None: unlimited; seats used by the org's own count)."""
    features = {row.feature_type: row.field for row in reference("feature_licenses").itertuples()}
    metrics = [*practice.dump("ActiveFeatureLicenseMetric", org=number).values()]
    newest = max(row["MetricsDate"] for row in metrics)
    found = {}
    for kind, name, key, total, used in (
        ("user", "UserLicense", "LicenseDefinitionKey", "TotalLicenses", "UsedLicenses"),
        ("permission_set", "PermissionSetLicense", "DeveloperName", "TotalLicenses", "UsedLicenses"),
        ("package", "PackageLicense", "NamespacePrefix", "AllowedLicenses", "UsedLicenses"),
    ):
        for row in practice.dump(name, org=number).values():
            found[kind, row[key]] = (row[total] if row[total] >= 0 else None, row[used])
    for row in metrics:
        if row["MetricsDate"] == newest:
            field = features.get(row["FeatureType"], f"UserPermissions{row['FeatureType']}")
            found["feature", field] = (row["TotalLicenseCount"], row["AssignedUserCount"])
    return found


def list_cents(edition: str) -> dict[tuple[str, str], int]:
    """(kind, identifier) → list price in cents per seat and year, for an org of this edition."""
    rows = reference("list_prices")
    rows = rows[rows.org_edition.isin(["", edition])].sort_values("org_edition")
    return {(r.kind, r.identifier): 12 * round(float(r.price_per_month) * 100) for r in rows.itertuples()}


def average_cents(contracts: list[Contract]) -> int:
    """Average price per right, weighted by quantity, rounded half up to the cent (servicenow.md 6)."""
    total, rights = sum(each.cents * each.weight for each in contracts), sum(each.weight for each in contracts)
    return (2 * total + rights) // (2 * rights)


def position(practice: PracticeProcess, held: pd.DataFrame, contracts: list[Contract], number: int = 0) -> pd.DataFrame:
    """One row per license of an org with every number of product.md L4, amounts in cents (None: no price)."""
    (organization,) = practice.dump("Organization", org=number).values()
    has_price = not organization["IsSandbox"]
    listed = list_cents(organization["OrganizationType"])
    paid = {(r.kind, r.identifier): r.is_paid for r in reference("license_catalog").itertuples()}
    rights, rows = owned(practice, number), []
    groups = dict(tuple(held.groupby(["kind", "identifier"])))
    for kind, identifier in sorted({*rights, *groups}):
        mine = groups.get((kind, identifier), held.head(0))
        total, used = rights.get((kind, identifier), (None, None))
        of_contract = [each for each in contracts if (each.kind, each.identifier) == (kind, identifier)]
        cents = average_cents(of_contract) if of_contract else listed.get((kind, identifier))
        is_paid = bool(of_contract) or {"true": True, "false": False}.get(paid.get((kind, identifier), ""), bool(cents))
        inactive = int((~mine.is_active.astype(bool)).sum())
        costs = kind == "package" or (kind == "permission_set" and inactive > 0 and used == len(mine))
        rows.append(
            {"kind": kind, "identifier": identifier, "owned": total, "assigned": len(mine), "is_paid": is_paid}
            | {part: int((mine.part == part).sum()) for part in PARTS}
            | _money(mine, total, cents if has_price else None, inactive if costs else 0, inactive)
            | {"spend": _spend(of_contract) if has_price else None, "costing": inactive if costs else 0}
        )
    return pd.DataFrame(rows)


def _spend(contracts: list[Contract]) -> int | None:
    """What these contracts cost a year; None where one of them does not say for how many seats."""
    known = [each.cents * each.quantity for each in contracts if each.quantity is not None]
    return sum(known) if contracts and len(known) == len(contracts) else None


def _money(mine: pd.DataFrame, total: int | None, cents: int | None, costing: int, inactive: int) -> dict[str, Any]:
    stale = int((mine.part == "stale").sum())
    known = total is not None and not pd.isna(total)
    available = int(total) - len(mine) if known else None  # type: ignore[arg-type]
    needed = max(len(mine) - inactive + costing - int(total), 0) if known else 0  # type: ignore[arg-type]
    return {
        "available": available,
        "needed": needed,
        "reclaimable": stale + costing,
        "unit": cents,
        "over_licensed": None if cents is None or available is None else max(available, 0) * cents,
        "true_up": None if cents is None else needed * cents,
        "potential_savings": None if cents is None else (stale + costing) * cents,
    }
