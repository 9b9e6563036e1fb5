"""An org small enough to be worked out by hand, as the CSV pages that a download stages.

Snapshot of 24 November 2026, 12:00, in an Enterprise Edition org. Salesforce seats cost 12 × 175 = 2,100 a year.

| user | what is true of them                                                      | part of their user license |
|------|---------------------------------------------------------------------------|----------------------------|
| ada  | signed in on 20 November                                                  | active                     |
| ben  | last login date 20 September (65 days); a failed attempt yesterday         | stale                      |
| cleo | created in January, never signed in                                       | stale                      |
| dan  | created on 1 November, never signed in                                    | in_grace                   |
| eve  | last login date in January; manages users by her profile                  | stale, administrator       |
| fay  | only client-credentials sign-ins, one 30 s before her last login date      | machine                    |
| ivy  | API-only profile on the integration license                               | machine                    |
| gus  | inactive                                                                  | none                       |
| hal  | mobile app on 1 October (54 days); a machine explains his last login date  | active                     |
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sfsam.domain.profiles import ConnectedOrg, Connection, GrantType, Profile, ProfileStatus
from sfsam.domain.rules import ReclamationRule, RuleType
from sfsam.domain.subscriptions import Thresholds
from sfsam.ports import StagedDownload, StagedObject
from sfsam.store.database import DuckDBStore
from sfsam.store.reads import load_header
from sfsam.store.rules import rule_arguments

ORG_ID = "00Dxx0000001gPLEAY"
TAKEN_AT = datetime(2026, 11, 24, 12)
THRESHOLDS = Thresholds()

Rows = Sequence[Sequence[str | None]]


def user(
    name: str, profile: str, *, active: bool = True, created: str = "2025-01-01", login: str | None = None
) -> Rows:
    return [
        [
            f"005-{name}",
            f"{name}@acme.example",
            name.title(),
            f"{name}@acme.example",
            "true" if active else "false",
            "Standard",
            profile,
            "Sales" if name in ("ada", "ben") else None,
            f"{created}T00:00:00.000Z",
            login and f"{login}.000+0000",
            "true" if name in ("ada", "ben", "gus") else "false",
            "true" if name == "cleo" else "false",
        ]
    ]


USER_HEAD = [
    *("Id", "Username", "Name", "Email", "IsActive", "UserType", "ProfileId", "Department", "CreatedDate"),
    *("LastLoginDate", "UserPermissionsMarketingUser", "UserPermissionsKnowledgeUser"),
]
USERS: Rows = [
    *user("ada", "00e-standard", login="2026-11-20T08:00:10"),
    *user("ben", "00e-standard", login="2026-09-20T08:00:00"),
    *user("cleo", "00e-standard", created="2026-01-01"),
    *user("dan", "00e-standard", created="2026-11-01"),
    *user("eve", "00e-admin", login="2026-01-10T08:00:00"),
    *user("fay", "00e-standard", login="2026-11-23T10:00:30"),
    *user("ivy", "00e-integration", login="2026-11-24T09:00:00"),
    *user("gus", "00e-standard", active=False, login="2026-02-01T08:00:00"),
    *user("hal", "00e-standard", login="2026-11-23T11:00:00"),
]
LOGIN_HEAD = ["UserId", "LoginTime", "LoginType", "LoginSubType", "Status", "Application"]
LOGINS: Rows = [
    ["005-ada", "2026-11-20T08:00:00.000Z", "Application", None, "Success", "Browser"],
    ["005-ada", "2026-11-19T08:00:00.000Z", "SAML Sfdc Initiated SSO", None, "Success", "Browser"],
    ["005-ben", "2026-11-23T08:00:00.000Z", "Application", None, "Invalid Password", "Browser"],
    ["005-fay", "2026-11-23T10:00:00.000Z", "Remote Access 2.0", "OauthClientCredentials", "Success", "Loader"],
    ["005-ivy", "2026-11-24T09:00:00.000Z", "Remote Access 2.0", "OauthRefreshToken", "Success", "Sync"],
    ["005-hal", "2026-10-01T08:00:00.000Z", "Remote Access 2.0", "OauthRefreshToken", "Success", "Salesforce for iOS"],
    ["005-hal", "2026-11-23T11:00:00.000Z", "Remote Access 2.0", None, "Success", "Workato"],
]
ENTITLEMENT_HEAD = [
    *("Id", "Setting", "MasterLabel", "StartDate", "EndDate", "CurrentAmountAllowed", "AmountUsed", "UsageDate"),
    *("Frequency", "IsPersistentResource"),
]
ENTITLEMENTS: Rows = [
    ["0UT-1", "logins", "Portal logins", "2026-01-15", None, "300.0", "120.0", None, "Monthly", "false"],
    [
        "0UT-2",
        "credits",
        "Credits",
        "2026-01-01",
        "2026-12-31",
        "7.3E2",
        "700",
        "2026-07-02T00:00:00.000Z",
        "Once",
        "false",
    ],
    ["0UT-3", "storage", "", "2026-01-01", None, "1000.0", None, None, None, "true"],
    ["0UT-4", "emails", "Emails", "2026-01-01", None, "-1", "5", None, "Daily", "false"],
    ["0UT-5", "nothing", "Nothing", "2026-01-01", None, "0.0", None, None, "Daily", "false"],
]

OBJECTS: Mapping[str, tuple[list[str], Rows]] = {
    "Organization": (
        ["Id", "Name", "OrganizationType", "IsSandbox"],
        [[ORG_ID, "Acme", "Enterprise Edition", "false"]],
    ),
    "UserLicense": (
        [
            *("Id", "LicenseDefinitionKey", "Name", "MasterLabel", "Status", "TotalLicenses", "UsedLicenses"),
            *("MonthlyLoginsEntitlement", "MonthlyLoginsUsed"),
        ],
        [
            ["100-1", "SFDC", "Salesforce", "Salesforce", "Active", "10", "7", None, None],
            ["100-2", "SALESFORCE_INTEGRATION_USER", "SI", "Salesforce Integration", "Active", "2", "1", None, None],
            ["100-3", "XYZ_NEW", "XYZ", "Something new", "Active", "3", "0", "300", "90"],
            ["100-4", "PID_OLD", "Old", "Old thing", "Disabled", None, None, None, None],
        ],
    ),
    "Profile": (
        ["Id", "Name", "UserLicenseId", "UserType", "PermissionsApiUserOnly"],
        [
            ["00e-standard", "Standard User", "100-1", "Standard", "false"],
            ["00e-admin", "System Administrator", "100-1", "Standard", "false"],
            ["00e-integration", "API Only", "100-2", "Standard", "true"],
        ],
    ),
    "User": (USER_HEAD, USERS),
    "PermissionSetLicense": (
        ["Id", "DeveloperName", "MasterLabel", "Status", "TotalLicenses", "UsedLicenses", "ExpirationDate"],
        [
            ["0PL-1", "SalesUserPsl", "Sales User", "Active", "5", "3", "2027-01-31"],
            ["0PL-2", "CRMUserPsl", "CRM User", "Active", "2", "1", None],
        ],
    ),
    "PermissionSetLicenseAssign": (
        ["Id", "AssigneeId", "PermissionSetLicenseId", "CreatedDate", "SystemModstamp"],
        [
            ["2LA-1", "005-ada", "0PL-1", "2026-01-02T00:00:00.000Z", "2026-01-02T00:00:00.000Z"],
            ["2LA-2", "005-ben", "0PL-1", "2026-01-02T00:00:00.000Z", "2026-01-02T00:00:00.000Z"],
            ["2LA-3", "005-gus", "0PL-1", "2026-01-02T00:00:00.000Z", "2026-01-02T00:00:00.000Z"],
            ["2LA-4", "005-ada", "0PL-2", "2026-01-02T00:00:00.000Z", "2026-01-02T00:00:00.000Z"],
            ["2LA-5", "005-gus", "0PL-2", "2026-01-02T00:00:00.000Z", "2026-01-02T00:00:00.000Z"],
        ],
    ),
    "PackageLicense": (
        ["Id", "NamespacePrefix", "Status", "AllowedLicenses", "UsedLicenses", "ExpirationDate"],
        [
            ["050-1", "SBQQ", "Active", "2", "3", "2027-06-30T00:00:00.000Z"],
            ["050-2", "FSL", "Free", "-1", "0", None],
        ],
    ),
    "UserPackageLicense": (
        ["Id", "UserId", "PackageLicenseId", "CreatedDate"],
        [
            ["051-1", "005-ben", "050-1", "2026-01-02T00:00:00.000Z"],
            ["051-2", "005-cleo", "050-1", "2026-01-02T00:00:00.000Z"],
            ["051-3", "005-gus", "050-1", "2026-01-02T00:00:00.000Z"],
        ],
    ),
    "PermissionSet": (
        [
            "Id",
            "Name",
            "IsOwnedByProfile",
            "ProfileId",
            "PermissionsManageUsers",
            "PermissionsApiUserOnly",
            "LicenseId",
        ],
        [
            ["0PS-1", "X00e", "true", "00e-admin", "true", "false", None],
            ["0PS-2", "Reports", "false", None, "false", "false", None],
            ["0PS-3", "Sales", "false", None, "false", "false", "0PL-1"],
            ["0PS-4", "CRM", "false", None, "false", "false", "0PL-2"],  # which ada's license is for, and nobody holds
        ],
    ),
    "PermissionSetAssignment": (
        ["Id", "AssigneeId", "PermissionSetId", "PermissionSetGroupId"],
        [["0Pa-1", "005-eve", "0PS-1", None], ["0Pa-2", "005-ben", "0PS-2", None], ["0Pa-3", "005-ada", "0PS-3", None]],
    ),
    "PermissionSetGroupComponent": (["Id", "PermissionSetGroupId", "PermissionSetId"], []),
    "UserLogin": (["Id", "UserId", "IsFrozen"], [["0Yw-1", "005-ben", "true"], ["0Yw-2", "005-ada", "false"]]),
    "ActiveFeatureLicenseMetric": (
        ["FeatureType", "TotalLicenseCount", "AssignedUserCount", "ActiveUserCount", "MetricsDate"],
        [["MarketingUser", "9", "9", "1", "2026-11-22"], ["MarketingUser", "4", "2", "1", "2026-11-23"]],
    ),
    "LoginHistory": (LOGIN_HEAD, LOGINS),
    "TenantUsageEntitlement": (ENTITLEMENT_HEAD, ENTITLEMENTS),
}


def stage(
    folder: Path,
    objects: Mapping[str, tuple[list[str], Rows]] = OBJECTS,
    *,
    incomplete: Sequence[str] = (),
    org_id: str = ORG_ID,
    profile_id: str = "p1",
    taken_at: datetime = TAKEN_AT,
    page_rows: int = 4,
) -> StagedDownload:
    """Write the objects as pages of `page_rows` rows and describe them as a download does."""
    staged = []
    for name, (head, rows) in objects.items():
        files = []
        for start in range(0, max(len(rows), 1), page_rows):
            files.append(folder / f"{name}-{start}.csv")
            with files[-1].open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, quoting=csv.QUOTE_ALL if start else csv.QUOTE_MINIMAL)
                writer.writerow(head)
                writer.writerows(
                    [["" if cell is None else cell for cell in row] for row in rows[start : start + page_rows]]
                )
        staged.append(
            StagedObject(
                name=name,
                files=tuple(files),
                rows=len(rows),
                columns=tuple(head),
                source="rest",
                complete=name not in incomplete,
            )
        )
    return StagedDownload(profile_id=profile_id, org_id=org_id, taken_at=taken_at, objects=tuple(staged))


def connect(
    store: DuckDBStore,
    *,
    profile_id: str = "p1",
    org_id: str = ORG_ID,
    name: str = "Production",
    is_sandbox: bool = False,
) -> None:
    """A published profile with its org, whose connected user is ivy."""
    profile = Profile(
        profile_id=profile_id, name=name, status=ProfileStatus.PUBLISHED, created_at=TAKEN_AT, published_at=TAKEN_AT
    )
    org = ConnectedOrg(
        org_id=org_id,
        name="Acme",
        edition="Enterprise Edition",
        is_sandbox=is_sandbox,
        instance_url="http://127.0.0.1:9",
        user_id="005-ivy",
        username="ivy@acme.example",
    )
    connection = Connection(
        connection_id=f"c-{profile_id}",
        profile_id=profile_id,
        name=name,
        url="http://127.0.0.1:9",
        grant=GrantType.CLIENT_CREDENTIALS,
        client_id="id",
        org=org,
        connected_at=TAKEN_AT,
    )
    with store.begin() as work:
        work.profiles.add(profile, connection)
        work.commit()


def rule(rule_type: str, **changes: Any) -> ReclamationRule:
    """A rule of the profile p1."""
    return ReclamationRule(
        rule_id=f"r-{rule_type}",
        profile_id="p1",
        name=rule_type,
        rule_type=RuleType(rule_type),
        changed_by="ada",
        changed_at=TAKEN_AT,
        **changes,
    )


def caught(store: DuckDBStore, rule_type: str, *, org_id: str = ORG_ID, **changes: Any) -> list[dict[str, Any]]:
    """What such a rule catches, by the statement and the parameters of a run, with all columns of its header."""
    header = load_header("rules", rule_type)
    with store._cursor() as cursor:
        rows = cursor.execute(header.sql, rule_arguments(rule(rule_type, **changes), org_id)).fetchall()
        columns = [column[0] for column in cursor.description or ()]
    assert tuple(columns) == header.columns
    return [dict(zip(columns, row, strict=True)) for row in rows]


def load(store: DuckDBStore, staged: StagedDownload) -> dict[str, int]:
    return store.load_snapshot(staged, job_id="j1", thresholds=THRESHOLDS)
