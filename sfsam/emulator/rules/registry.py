"""Which rules hold for which object."""

from __future__ import annotations

from sfsam.emulator.errors import SalesforceError
from sfsam.emulator.rules.assignments import (
    PermissionSetAssignmentRules,
    PermissionSetLicenseAssignRules,
    UserPackageLicenseRules,
)
from sfsam.emulator.rules.base import Rules
from sfsam.emulator.rules.groups import (
    PermissionSetGroupComponentRules,
    PermissionSetGroupRules,
    ProfileRules,
)
from sfsam.emulator.rules.users import UserLoginRules, UserRules
from sfsam.emulator.rules.work import Row, Work


class PermissionSetRules(Rules):
    """Permission sets that an administrator made."""

    def create(self, work: Work, values: Row) -> int:
        """Create a regular permission set with a name of its own."""
        self.check_caller(work)
        taken = work.value(
            'SELECT "Id" FROM "PermissionSet" WHERE lower("Name") = lower($name) AND NOT "IsDeleted"',
            name=values["Name"],
        )
        if taken is not None:
            message = f"duplicate value found: Name duplicates value on record with id: {work.id(self.name, taken)}"
            raise SalesforceError(400, "DUPLICATE_VALUE", message, ("Name",))
        return work.add(self.name, {**values, "Type": "Regular", "IsCustom": True})

    def update(self, work: Work, number: int, row: Row, values: Row) -> None:
        """Change a permission set; those that a profile or group owns follow their owner only."""
        self._check_own(work, row)
        self.write(work, number, row, values)

    def delete(self, work: Work, number: int, row: Row) -> None:
        """Delete a permission set that nobody has."""
        self._check_own(work, row)
        held = work.value(
            'SELECT count(*) FROM "PermissionSetAssignment" WHERE "PermissionSetId" = $number AND NOT "IsDeleted"',
            number=number,
        )
        if held:
            message = f"Your attempt to delete {row['Label']} could not be completed because it is assigned to users."
            raise SalesforceError(400, "DELETE_FAILED", message)
        work.remove(self.name, number)

    def _check_own(self, work: Work, row: Row) -> None:
        self.check_caller(work)
        if row["Type"] in ("Profile", "Group"):
            message = "insufficient access rights on object id"
            raise SalesforceError(403, "INSUFFICIENT_ACCESS_OR_READONLY", message)


RULES: dict[str, Rules] = {
    "User": UserRules("User"),
    "UserLogin": UserLoginRules("UserLogin"),
    "PermissionSetLicenseAssign": PermissionSetLicenseAssignRules("PermissionSetLicenseAssign"),
    "PermissionSetAssignment": PermissionSetAssignmentRules("PermissionSetAssignment"),
    "UserPackageLicense": UserPackageLicenseRules("UserPackageLicense"),
    "PermissionSet": PermissionSetRules("PermissionSet"),
    "PermissionSetGroup": PermissionSetGroupRules("PermissionSetGroup"),
    "PermissionSetGroupComponent": PermissionSetGroupComponentRules("PermissionSetGroupComponent"),
    "Profile": ProfileRules("Profile"),
    "AuthSession": Rules("AuthSession"),
    "Organization": Rules("Organization"),
}
"""Objects that can be written at all."""
