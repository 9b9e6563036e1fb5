"""Assignments of permission-set licenses, permission sets and packages (fact sheet 4.5 to 5.6)."""

from __future__ import annotations

from sfsam.emulator.errors import SalesforceError, integrity
from sfsam.emulator.rules.base import Rules, required
from sfsam.emulator.rules.seats import check_package_license, check_permission_set_license
from sfsam.emulator.rules.work import Row, Work
from sfsam.emulator.schema.model import TARGET_SHIFT

AUTOMATIC_REMOVAL_BELOW = 50
"""From this many permission sets unassigned in one call on, the licenses stay (fact sheet 5.5)."""

_NEEDING = """
SELECT n.label FROM "PermissionSetAssignment" a JOIN permission_set_need n ON n.permission_set = a."PermissionSetId"
WHERE a."AssigneeId" = $user AND NOT a."IsDeleted" AND n.license = $license ORDER BY a."Id" LIMIT 1
"""
_HELD = """
SELECT "Id" FROM "PermissionSetLicenseAssign"
WHERE "AssigneeId" = $user AND "PermissionSetLicenseId" = $license AND NOT "IsDeleted"
"""
_USER_LICENSE = """
SELECT l."Id", l."LicenseDefinitionKey" FROM "User" u JOIN "Profile" p ON p."Id" = u."ProfileId"
JOIN "UserLicense" l ON l."Id" = p."UserLicenseId" WHERE u."Id" = $user
"""


class PermissionSetLicenseAssignRules(Rules):
    """Permission-set licenses of users."""

    def create(self, work: Work, values: Row) -> int:
        """Assign a license that has a seat and goes with the user license."""
        self.check_caller(work)
        user, psl = required(values, "AssigneeId", "PermissionSetLicenseId")
        held = work.value(_HELD, user=user, license=psl)
        if held is not None:
            raise _duplicate(work.id(self.name, held))
        _, key = user_license(work, user)
        check_permission_set_license(work, psl, key)
        return work.add(self.name, values)

    def delete(self, work: Work, number: int, row: Row) -> None:
        """Unassign; refused while one of the user's permission sets needs the license."""
        self.check_caller(work)
        user, psl = row["AssigneeId"], row["PermissionSetLicenseId"]
        needing = work.value(_NEEDING, user=user, license=psl)
        if needing is not None:
            label = work.existing("PermissionSetLicense", psl)["MasterLabel"]
            message = (
                f"The permission set license {label} can't be removed because the permission set {needing} "
                "assigned to the user requires it."
            )
            raise SalesforceError(400, work.behavior.needed_license_code, message, ("PermissionSetLicenseId",))
        work.remove(self.name, number)


class PermissionSetAssignmentRules(Rules):
    """Permission sets and groups of users, with the licenses that come and go with them."""

    def create(self, work: Work, values: Row) -> int:
        """Assign a permission set or a group; licenses that it needs are assigned too when seats exist."""
        self.check_caller(work)
        (user,) = required(values, "AssigneeId")
        permission_set = self._permission_set(work, values)
        self._check_duplicate(work, user, permission_set)
        license_number, key = user_license(work, user)
        self._check_user_license(work, permission_set, user, license_number)
        assign_needed_licenses(work, user, key, permission_set["Id"])
        return work.add(self.name, {**values, "PermissionSetId": permission_set["Id"], "IsActive": True})

    def delete(self, work: Work, number: int, row: Row) -> None:
        """Unassign, and take the licenses with it that nothing else of the user needs (fact sheet 5.5)."""
        self.check_caller(work)
        permission_set = work.existing("PermissionSet", row["PermissionSetId"])
        if permission_set["IsOwnedByProfile"]:
            raise integrity("You can't remove the assignment of a permission set that is owned by a profile.")
        work.remove(self.name, number)
        if work.size >= AUTOMATIC_REMOVAL_BELOW or work.behavior.access_policies_change:
            return
        user = row["AssigneeId"]
        for psl in _needs(work, permission_set["Id"]):
            held = work.value(_HELD, user=user, license=psl)
            if held is not None and work.value(_NEEDING, user=user, license=psl) is None:
                work.remove("PermissionSetLicenseAssign", held)

    @staticmethod
    def _permission_set(work: Work, values: Row) -> Row:
        given, group = values.get("PermissionSetId"), values.get("PermissionSetGroupId")
        if (given is None) == (group is None):
            message = "Required fields are missing: [PermissionSetId or PermissionSetGroupId, and not both]"
            raise SalesforceError(400, "REQUIRED_FIELD_MISSING", message, ("PermissionSetId",))
        if given is None:
            given = work.value('SELECT "Id" FROM "PermissionSet" WHERE "PermissionSetGroupId" = $group', group=group)
        found = work.existing("PermissionSet", given)
        if found["IsOwnedByProfile"]:
            raise integrity("You can't assign a permission set that is owned by a profile.", "PermissionSetId")
        return found

    @staticmethod
    def _check_duplicate(work: Work, user: int, permission_set: Row) -> None:
        held = work.value(
            """SELECT "Id" FROM "PermissionSetAssignment"
            WHERE "AssigneeId" = $user AND "PermissionSetId" = $permission_set AND NOT "IsDeleted" """,
            user=user,
            permission_set=permission_set["Id"],
        )
        if held is not None:
            message = (
                f"Duplicate PermissionSetAssignment. Assignee: {work.id('User', user)}; "
                f"Permission Set: {work.id('PermissionSet', permission_set['Id'])}"
            )
            raise SalesforceError(400, "DUPLICATE_VALUE", message, ("AssigneeId", "PermissionSetId"))

    @staticmethod
    def _check_user_license(work: Work, permission_set: Row, user: int, license_number: int | None) -> None:
        bound = permission_set["LicenseId"]
        if bound is None or bound < TARGET_SHIFT or bound - TARGET_SHIFT == license_number:
            return
        granted = next((name for name, on in permission_set.items() if name.startswith("Permissions") and on), "")
        message = (
            f"Can't assign permission set {permission_set['Name']} to user {work.id('User', user)}. The user license "
            f"doesn't allow the permission: {granted.removeprefix('Permissions') or permission_set['Label']}"
        )
        raise integrity(message, "PermissionSetId")


class UserPackageLicenseRules(Rules):
    """Seats of managed packages."""

    def check_caller(self, work: Work) -> None:
        """Raises INSUFFICIENT_ACCESS_OR_READONLY; whether Manage Users does is a switch (fact sheet 9)."""
        if not (work.behavior.manage_users_assigns_packages and work.caller.may("ManageUsers")):
            super().check_caller(work)

    def create(self, work: Work, values: Row) -> int:
        """Assign a seat. Raises INVALID_PACKAGE_LICENSE, LICENSE_LIMIT_EXCEEDED, DUPLICATE_VALUE."""
        self.check_caller(work)
        user, package_number = required(values, "UserId", "PackageLicenseId")
        package = work.existing("PackageLicense", package_number)
        if package["Status"] == "Expired" or package["AllowedLicenses"] < 0:
            message = f"The package license {package['NamespacePrefix']} cannot be assigned."
            raise SalesforceError(400, "INVALID_PACKAGE_LICENSE", message, ("PackageLicenseId",))
        held = work.value(
            """SELECT "Id" FROM "UserPackageLicense"
            WHERE "UserId" = $user AND "PackageLicenseId" = $package AND NOT "IsDeleted" """,
            user=user,
            package=package_number,
        )
        if held is not None:
            raise _duplicate(work.id(self.name, held))
        check_package_license(work, package_number)
        return work.add(self.name, values)


def assign_needed_licenses(work: Work, user: int, user_license_key: str | None, permission_set: int) -> None:
    """Assign the licenses that the permission set needs and the user lacks; raises when one cannot be."""
    missing = [psl for psl in _needs(work, permission_set) if work.value(_HELD, user=user, license=psl) is None]
    for psl in missing:
        check_permission_set_license(work, psl, user_license_key)
    for psl in missing:
        work.add("PermissionSetLicenseAssign", {"AssigneeId": user, "PermissionSetLicenseId": psl})


def _duplicate(record_id: str) -> SalesforceError:
    message = f"duplicate value found: <unknown> duplicates value on record with id: {record_id}"
    return SalesforceError(400, "DUPLICATE_VALUE", message)


def _needs(work: Work, permission_set: int) -> list[int]:
    found = work.rows(
        "SELECT license FROM permission_set_need WHERE permission_set = $permission_set ORDER BY license",
        permission_set=permission_set,
    )
    return list(dict.fromkeys(license_number for (license_number,) in found))


def user_license(work: Work, user: int) -> tuple[int | None, str | None]:
    """Number and key of the license of the user's profile; None for a user without one."""
    found = work.rows(_USER_LICENSE, user=user)
    return found[0] if found else (None, None)
