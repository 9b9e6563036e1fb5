"""Permission set groups and what is in them (Salesforce fact sheet 4.7, 5.5)."""

from __future__ import annotations

from sfsam.emulator.errors import SalesforceError
from sfsam.emulator.rules.assignments import assign_needed_licenses, user_license
from sfsam.emulator.rules.base import Rules, required
from sfsam.emulator.rules.work import Row, Work

_WHOLE = 'SELECT "Id" FROM "PermissionSet" WHERE "PermissionSetGroupId" = $group AND NOT "IsDeleted"'
_HOLDERS = """
SELECT DISTINCT "AssigneeId" FROM "PermissionSetAssignment" WHERE "PermissionSetId" = $whole AND NOT "IsDeleted"
ORDER BY "AssigneeId"
"""


class PermissionSetGroupRules(Rules):
    """Groups; each has one permission set that stands for the whole."""

    def create(self, work: Work, values: Row) -> int:
        """Create a group with the permission set that stands for it."""
        self.check_caller(work)
        (name,) = required(values, "DeveloperName")
        number = work.add(self.name, {**values, "Status": "Updated"})
        whole = {"Name": f"{name}_Group", "Label": values["MasterLabel"], "Type": "Group"}
        work.add("PermissionSet", {**whole, "PermissionSetGroupId": number})
        return number

    def delete(self, work: Work, number: int, row: Row) -> None:
        """Delete a group that nobody has, with what stands for it."""
        self.check_caller(work)
        whole = work.value(_WHOLE, group=number)
        if work.rows(_HOLDERS, whole=whole):
            message = (
                f"Your attempt to delete {row['MasterLabel']} could not be completed because it is assigned to users."
            )
            raise SalesforceError(400, "DELETE_FAILED", message)
        parts = (
            'SELECT "Id" FROM "PermissionSetGroupComponent" WHERE "PermissionSetGroupId" = $group AND NOT "IsDeleted"'
        )
        for (part,) in work.rows(parts, group=number):
            work.remove("PermissionSetGroupComponent", part)
        work.remove("PermissionSet", whole)
        work.remove(self.name, number)


class PermissionSetGroupComponentRules(Rules):
    """Permission sets in a group. Taking one out leaves its licenses with the group's holders (5.5)."""

    def create(self, work: Work, values: Row) -> int:
        """Put a permission set into a group; the holders are assigned the licenses it needs, or it is refused."""
        self.check_caller(work)
        group, part = required(values, "PermissionSetGroupId", "PermissionSetId")
        held = work.value(
            """SELECT "Id" FROM "PermissionSetGroupComponent"
            WHERE "PermissionSetGroupId" = $group AND "PermissionSetId" = $part AND NOT "IsDeleted" """,
            group=group,
            part=part,
        )
        if held is not None:
            message = f"duplicate value found: <unknown> duplicates value on record with id: {work.id(self.name, held)}"
            raise SalesforceError(400, "DUPLICATE_VALUE", message)
        for (user,) in work.rows(_HOLDERS, whole=work.value(_WHOLE, group=group)):
            _, key = user_license(work, user)
            assign_needed_licenses(work, user, key, part)
        return work.add(self.name, values)


class ProfileRules(Rules):
    """Profiles; they are made in Setup, not by the API (4.2)."""

    def delete(self, work: Work, number: int, row: Row) -> None:
        """Delete a profile that no user has."""
        self.check_caller(work)
        if work.value('SELECT count(*) FROM "User" WHERE "ProfileId" = $number', number=number):
            message = (
                f"Your attempt to delete {row['Name']} could not be completed because some users have this profile."
            )
            raise SalesforceError(400, "DELETE_FAILED", message)
        work.remove(self.name, number)
