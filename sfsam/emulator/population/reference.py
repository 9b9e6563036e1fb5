"""The rows that do not depend on the number of users: licenses, profiles, permission sets, roles, plans."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import duckdb

from sfsam.emulator.database import insert
from sfsam.emulator.population import company, license_catalog
from sfsam.emulator.population.license_catalog import GROUPS, PERMISSION_SETS, PROFILES
from sfsam.emulator.population.login_kinds import LOGIN_KINDS
from sfsam.emulator.schema.activity import LOGIN_KIND_COLUMNS
from sfsam.emulator.schema.model import TARGET_SHIFT
from sfsam.emulator.schema.permission_names import PERMISSIONS, UNLISTED_PERMISSIONS, with_dependencies

Row = dict[str, Any]

USER_LICENSE_NUMBERS = {key: i for i, (key, _, _) in enumerate(license_catalog.USER_LICENSES, 1)}
PSL_NUMBERS = {psl.name: i for i, psl in enumerate(license_catalog.PERMISSION_SET_LICENSES, 1)}
PROFILE_NUMBERS = {profile[0]: i for i, profile in enumerate(PROFILES, 1)}
PERMISSION_SET_NUMBERS = {each.name: i for i, each in enumerate(PERMISSION_SETS, len(PROFILES) + 1)}
GROUP_NUMBERS = {group[0]: i for i, group in enumerate(GROUPS, 1)}
ROLE_NUMBERS = {role: i for i, (role, _) in enumerate(company.ROLES, 1)}
INTEGRATION_PROFILE = "Salesforce API Only System Integrations"
INTEGRATION_PERMISSION_SET = "Integration_Data"


@dataclass(frozen=True)
class Stamp:
    """Who made a record and when."""

    at: datetime
    by: int

    def columns(self, *, people: bool = True) -> Row:
        """The audit columns; some objects name no people."""
        row: Row = {"CreatedDate": self.at, "LastModifiedDate": self.at, "SystemModstamp": self.at}
        return {**row, "CreatedById": self.by, "LastModifiedById": self.by} if people else row


def fill_reference(connection: duckdb.DuckDBPyConnection, now: datetime, stamp: Stamp) -> None:
    """Insert all of it; license totals and logins are set later, from what is used."""
    insert(connection, "UserLicense", _user_licenses(stamp))
    insert(connection, "PermissionSetLicense", _permission_set_licenses(now, stamp))
    insert(connection, "PackageLicense", _package_licenses(now, stamp))
    insert(connection, "Profile", _profiles(stamp))
    insert(connection, "PermissionSet", _permission_sets(stamp))
    insert(connection, "PermissionSetGroup", _groups(stamp))
    insert(connection, "PermissionSetGroupComponent", _components(stamp))
    insert(connection, "UserRole", _roles(stamp))
    kinds = [dict(zip(LOGIN_KIND_COLUMNS, kind, strict=True)) for kind in LOGIN_KINDS]
    insert(connection, "login_kind", ({"kind": i, **kind} for i, kind in enumerate(kinds)))


def _user_licenses(stamp: Stamp) -> list[Row]:
    rows = []
    for key, label, bought in license_catalog.USER_LICENSES:
        logins = bought == "login"
        rows.append(
            {
                "Id": USER_LICENSE_NUMBERS[key],
                "LicenseDefinitionKey": key,
                "Name": label,
                "MasterLabel": label,
                "Status": "Disabled" if bought == "disabled" else "Active",
                "TotalLicenses": 0,
                "MonthlyLoginsEntitlement": 0 if logins else None,
                "MonthlyLoginsUsed": 0 if logins else None,
                **stamp.columns(people=False),
            }
        )
    return rows


def _permission_set_licenses(now: datetime, stamp: Stamp) -> list[Row]:
    offered: dict[str, set[str]] = {}
    for each in PERMISSION_SETS:
        offered.setdefault(each.license or "", set()).update(each.permissions)
    rows = []
    for psl in license_catalog.PERMISSION_SET_LICENSES:
        expired = psl.bought == "expired"
        allowed = {"ApiEnabled"} | offered.get(psl.name, set())
        rows.append(
            {
                "Id": PSL_NUMBERS[psl.name],
                "DeveloperName": psl.name,
                "Language": "en_US",
                "MasterLabel": psl.label,
                "PermissionSetLicenseKey": psl.name,
                "Status": "Disabled" if expired else "Active",
                "TotalLicenses": 0,
                "ExpirationDate": (now - timedelta(days=40)).date() if expired else None,
                "IsAvailableForIntegrations": psl.name == "SalesforceAPIIntegrationPsl",
                "IsDeleted": False,
                "countsInactive": psl.counts_inactive,
                "forUserLicenses": list(psl.license_keys) if psl.license_keys else None,
                **{f"MaximumPermissions{name}": name in allowed for name in PERMISSIONS},
                **stamp.columns(),
            }
        )
    return rows


def _package_licenses(now: datetime, stamp: Stamp) -> list[Row]:
    return [
        {
            "Id": i,
            "NamespacePrefix": namespace,
            "Status": status,
            "AllowedLicenses": -1 if bought == "site" else 0,
            "ExpirationDate": now + timedelta(days={"Expired": -25, "Trial": 20}.get(status, 300)),
            "IsProvisioned": status != "Expired",
            "IsAvailableForIntegrations": False,
            **stamp.columns(people=False),
        }
        for i, (namespace, status, bought, _, _, _) in enumerate(license_catalog.PACKAGES, 1)
    ]


def _permission_columns(names: tuple[str, ...]) -> Row:
    held = with_dependencies(names)
    return {f"Permissions{name}": name in held for name in PERMISSIONS}


def _profiles(stamp: Stamp) -> list[Row]:
    return [
        {
            "Id": PROFILE_NUMBERS[name],
            "Name": name,
            "UserLicenseId": USER_LICENSE_NUMBERS[key],
            "UserType": user_type,
            "Type": kind,
            "IsSsoEnabled": False,
            **_permission_columns(permissions),
            **stamp.columns(),
        }
        for name, key, user_type, kind, permissions in PROFILES
    ]


def _permission_set(number: int, name: str, label: str, stamp: Stamp, **more: Any) -> Row:
    permissions: tuple[str, ...] = more.pop("permissions", ())
    return {
        "Id": number,
        "Name": name,
        "Label": label,
        "LicenseId": more.get("license"),
        "IsOwnedByProfile": more.get("profile") is not None,
        "ProfileId": more.get("profile"),
        "Type": more.get("type", "Regular"),
        "IsCustom": more.get("type", "Regular") == "Regular",
        "HasActivationRequired": False,
        "PermissionSetGroupId": more.get("group"),
        "IsDeleted": False,
        "unlisted": [name for name in UNLISTED_PERMISSIONS if name in permissions],
        "hiddenNeed": PSL_NUMBERS[more["hidden_need"]] if more.get("hidden_need") else None,
        **_permission_columns(permissions),
        **stamp.columns(),
    }


def _permission_sets(stamp: Stamp) -> list[Row]:
    rows = [
        _permission_set(
            PROFILE_NUMBERS[name],
            f"X00e{PROFILE_NUMBERS[name]:012d}",
            name,
            stamp,
            license=USER_LICENSE_NUMBERS[key] + TARGET_SHIFT,
            profile=PROFILE_NUMBERS[name],
            type="Profile",
            permissions=permissions,
        )
        for name, key, _, _, permissions in PROFILES
    ]
    for each in PERMISSION_SETS:
        number = PERMISSION_SET_NUMBERS[each.name]
        rows.append(
            _permission_set(
                number,
                each.name,
                each.label,
                stamp,
                license=license_number(each.license),
                type=each.type,
                permissions=each.permissions,
                hidden_need=each.hidden_need,
            )
        )
    for name, label, _, _ in GROUPS:
        more = {"type": "Group", "group": GROUP_NUMBERS[name]}
        rows.append(_permission_set(group_permission_set(name), f"{name}_Group", label, stamp, **more))
    return rows


def license_number(name: str | None) -> int | None:
    """The polymorphic LicenseId for a permission-set license's name or a user license's key."""
    if name is None:
        return None
    return PSL_NUMBERS[name] if name in PSL_NUMBERS else USER_LICENSE_NUMBERS[name] + TARGET_SHIFT


def group_permission_set(group: str) -> int:
    """The number of the permission set that stands for a whole group."""
    return len(PROFILES) + len(PERMISSION_SETS) + GROUP_NUMBERS[group]


def _groups(stamp: Stamp) -> list[Row]:
    return [
        {
            "Id": GROUP_NUMBERS[name],
            "DeveloperName": name,
            "MasterLabel": label,
            "Status": "Updated",
            "HasActivationRequired": False,
            **stamp.columns(),
        }
        for name, label, _, _ in GROUPS
    ]


def _components(stamp: Stamp) -> list[Row]:
    pairs = [(GROUP_NUMBERS[name], PERMISSION_SET_NUMBERS[part]) for name, _, parts, _ in GROUPS for part in parts]
    return [
        {"Id": i, "PermissionSetGroupId": group, "PermissionSetId": permission_set, **stamp.columns()}
        for i, (group, permission_set) in enumerate(pairs, 1)
    ]


def _roles(stamp: Stamp) -> list[Row]:
    return [
        {
            "Id": ROLE_NUMBERS[name],
            "Name": name,
            "DeveloperName": name.replace(" ", "_"),
            "ParentRoleId": ROLE_NUMBERS[parent] if parent else None,
            "RollupDescription": name,
            **stamp.columns(),
        }
        for name, parent in company.ROLES
    ]
