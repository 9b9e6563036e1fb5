"""The permissions this org knows, and what each one brings with it (Salesforce fact sheet 5.9)."""

from __future__ import annotations

from collections.abc import Iterable

MANAGE_USERS_BRINGS = (
    "ResetPasswords",
    "ViewAllUsers",
    "FreezeUsers",
    "ManageProfilesPermissionsets",
    "AssignPermissionSets",
    "ManageRoles",
    "ManageIpAddresses",
    "ManageSharing",
    "MonitorLoginHistory",
    "ViewSetup",
    "ManageInternalUsers",
    "ManagePasswordPolicies",
    "ManageLoginAccessPolicies",
    "DelegatedTwoFactor",
)

BRINGS: dict[str, tuple[str, ...]] = {
    "ManageUsers": MANAGE_USERS_BRINGS,
    "CustomizeApplication": ("ViewSetup", "ManageCustomPermissions"),
    "ResetPasswords": ("ViewSetup",),
    "ViewAllData": ("ViewSetup", "ViewEventLogFiles"),
    "ModifyAllData": ("ViewAllData",),
}

PERMISSIONS: tuple[str, ...] = (
    "ApiEnabled",
    "ApiUserOnly",
    "ViewSetup",
    "ViewAllUsers",
    "ViewAllData",
    "ModifyAllData",
    "ManageUsers",
    "ManageInternalUsers",
    "ManagePartners",
    "ManageCssUsers",
    "AssignPermissionSets",
    "FreezeUsers",
    "MonitorLoginHistory",
    "CustomizeApplication",
    "ManageCustomPermissions",
    "ViewEventLogFiles",
    "ResetPasswords",
    "ManageProfilesPermissionsets",
    "ManageRoles",
    "ManageIpAddresses",
    "ManageSharing",
    "ManagePasswordPolicies",
    "ManageLoginAccessPolicies",
    "DelegatedTwoFactor",
    "RunReports",
    "LightningExperienceUser",
)

UNLISTED_PERMISSIONS: tuple[str, ...] = ("ManagePackageLicenses",)
"""Real permissions that no object of the API lists, so that nobody can ask for them beforehand (fact sheet 5.6)."""


def with_dependencies(names: Iterable[str]) -> frozenset[str]:
    """The named permissions and all that they bring."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(BRINGS.get(name, ()))
    return frozenset(found)
