"""Fills the org on paper with a handful of people and what they hold."""

from __future__ import annotations

from sfsam.domain.identifiers import to_18
from tests.salesforce.paper_org import ADMIN_ID, ORG_ID, PaperOrg, Row

MOMENT = "2026-11-24T08:00:00.000+0000"
ALL_PERMISSIONS: Row = dict.fromkeys(
    (
        "PermissionsApiEnabled",
        "PermissionsViewSetup",
        "PermissionsViewAllUsers",
        "PermissionsManageUsers",
        "PermissionsManageInternalUsers",
        "PermissionsAssignPermissionSets",
        "PermissionsFreezeUsers",
        "PermissionsMonitorLoginHistory",
    ),
    True,
)


def user_id(number: int) -> str:
    return to_18(f"005xx0000{number:06d}")


def found_company(org: PaperOrg, people: int = 3) -> None:
    """One license, `people` users, and one row of everything else for each of them."""
    tables = org.tables
    tables["Organization"] = [
        {"Id": ORG_ID, "Name": "Acme", "OrganizationType": "Enterprise Edition", "IsSandbox": False}
    ]
    tables["UserPermissionAccess"] = [{"Id": "000000000000000AAA", **ALL_PERMISSIONS}]
    tables["UserLicense"] = [
        {"Id": "100xx", "LicenseDefinitionKey": "SFDC", "TotalLicenses": 10, "UsedLicenses": people}
    ]
    tables["Profile"] = [{"Id": "00exx", "Name": "Sales", "UserLicenseId": "100xx", "PermissionsApiUserOnly": False}]
    tables["PermissionSetLicense"] = [{"Id": "0PLxx", "DeveloperName": "SalesPsl", "TotalLicenses": 5}]
    tables["PackageLicense"] = [{"Id": "050xx", "NamespacePrefix": "acme", "AllowedLicenses": -1}]
    tables["PermissionSet"] = [{"Id": "0PSxx", "Name": "Sales_User", "LicenseId": "0PLxx", "IsOwnedByProfile": False}]
    tables["ActiveFeatureLicenseMetric"] = [
        {"FeatureType": "KnowledgeUser", "TotalLicenseCount": 4, "MetricsDate": "2026-11-23"}
    ]
    tables["User"] = [_user(user_id(number), f"u{number}@acme.example") for number in range(people)]
    tables["User"].append(_user(ADMIN_ID, "admin@acme.example"))
    for number in range(people):
        _give(org, number)


def _user(record_id: str, username: str) -> Row:
    return {
        "Id": record_id,
        "Username": username,
        "Name": f'The "{username}"',
        "IsActive": True,
        "UserType": "Standard",
        "ProfileId": "00exx",
        "Profile.UserLicense.LicenseDefinitionKey": "SFDC",
        "LastLoginDate": None,
        "CreatedDate": MOMENT,
        "SystemModstamp": MOMENT,
        "UserPermissionsKnowledgeUser": False,
        "UserPermissionsSupportUser": False,
        "UserPermissionsCallCenterAutoLogin": True,
    }


def _give(org: PaperOrg, number: int) -> None:
    person, suffix = user_id(number), f"xx0000{number:06d}"
    org.tables["UserLogin"].append({"Id": to_18(f"0Yw{suffix}"), "UserId": person, "IsFrozen": False})
    org.tables["PermissionSetLicenseAssign"].append(
        {"Id": to_18(f"2LA{suffix}"), "AssigneeId": person, "PermissionSetLicenseId": "0PLxx"}
    )
    org.tables["UserPackageLicense"].append(
        {"Id": to_18(f"051{suffix}"), "UserId": person, "PackageLicenseId": "050xx"}
    )
    org.tables["PermissionSetAssignment"].append(
        {
            "Id": to_18(f"0Pa{suffix}"),
            "AssigneeId": person,
            "PermissionSetId": "0PSxx",
            "PermissionSet.Name": "Sales_User",
            "PermissionSet.IsOwnedByProfile": False,
        }
    )
    org.tables["LoginHistory"].append(sign_in(person, MOMENT))


def sign_in(person: str, moment: str, **more: str) -> Row:
    return {
        "UserId": person,
        "LoginTime": moment,
        "LoginType": "Application",
        "Status": "Success",
        "Application": "Browser",
        **more,
    }
