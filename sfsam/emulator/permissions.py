"""What a user may do at this moment, and which permission each write needs (Salesforce fact sheet 5.9)."""

from __future__ import annotations

import duckdb

from sfsam.emulator.behavior import Behavior
from sfsam.emulator.schema.permission_names import PERMISSIONS, with_dependencies

_ADMIN_ONLY = ("CustomizeApplication", "ModifyAllData")
_OVER_USERS = frozenset({"ManageUsers", "ManageInternalUsers", "AssignPermissionSets"})
"""What the Salesforce Integration license may not admit (fact sheet 1.11: not verified)."""

WRITE_PERMISSIONS: dict[str, tuple[str, ...]] = {
    "User": ("ManageInternalUsers", "ManageUsers", "ManagePartners", "ManageCssUsers"),
    "UserLogin": ("FreezeUsers", "ManageUsers"),
    "PermissionSetLicenseAssign": ("AssignPermissionSets", "ManageUsers"),
    "PermissionSetAssignment": ("AssignPermissionSets", "ManageUsers"),
    "UserPackageLicense": ("ManagePackageLicenses",),
    "PermissionSet": ("ManageProfilesPermissionsets", "ManageUsers"),
    "PermissionSetGroup": ("ManageProfilesPermissionsets", "ManageUsers"),
    "PermissionSetGroupComponent": ("ManageProfilesPermissionsets", "ManageUsers"),
    "Profile": ("ManageProfilesPermissionsets",),
    "AuthSession": ("ManageUsers",),
    "Organization": _ADMIN_ONLY,
}
"""Any one of them is needed to write the object; which users one may write is finer, see rules.users."""


def effective_permissions(
    connection: duckdb.DuckDBPyConnection, user_number: int, behavior: Behavior
) -> frozenset[str]:
    """All permissions from the user's permission sets (the profile's own among them) and the side door."""
    columns = ", ".join(f'coalesce(bool_or("Permissions{name}"), false)' for name in PERMISSIONS)
    found = connection.execute(
        f'SELECT {columns}, flatten(coalesce(list("unlisted"), [])) FROM "PermissionSet" '  # noqa: S608 - schema names
        'WHERE "Id" IN (SELECT "PermissionSetId" FROM "PermissionSetAssignment" '
        'WHERE "AssigneeId" = $user AND NOT "IsDeleted")',
        {"user": user_number},
    ).fetchone()
    held: set[str] = set()
    if found:
        held = {name for name, has in zip(PERMISSIONS, found, strict=False) if has} | set(found[-1])
    overrides = connection.execute(
        "SELECT name, held FROM side_door_permission WHERE user_number = $user", {"user": user_number}
    ).fetchall()
    held |= {name for name, has in overrides if has}
    lost = {name for name, has in overrides if not has}
    if not behavior.integration_license_administers and _is_integration(connection, user_number):
        lost |= _OVER_USERS
    return with_dependencies(held) - lost


def _is_integration(connection: duckdb.DuckDBPyConnection, user_number: int) -> bool:
    found = connection.execute(
        """SELECT l."LicenseDefinitionKey" = 'SALESFORCE_INTEGRATION_USER' FROM "User" u
        JOIN "Profile" p ON p."Id" = u."ProfileId" JOIN "UserLicense" l ON l."Id" = p."UserLicenseId"
        WHERE u."Id" = $user""",
        {"user": user_number},
    ).fetchone()
    return bool(found and found[0])
