"""User, permission-set and package licenses with their assignments (Salesforce fact sheet 4.3 to 4.7)."""

from __future__ import annotations

from sfsam.emulator.schema.model import (
    Child,
    Field,
    SObject,
    audit,
    flag,
    moment,
    number,
    picklist,
    record_id,
    reference,
    text,
    writable,
)
from sfsam.emulator.schema.people import permission_fields
from sfsam.emulator.schema.permission_names import PERMISSIONS

_ASSIGNS = ("ViewSetup", "AssignPermissionSets", "ManageUsers")
_PACKAGES = ("ViewSetup", "ManagePackageLicenses")

USER_LICENSE_USED = """(SELECT count(*)::INTEGER FROM "User" u JOIN "Profile" p ON p."Id" = u."ProfileId"
    WHERE u."IsActive" AND p."UserLicenseId" = {t}."Id")"""
"""A user license is used by active users only (fact sheet 4.3)."""

PERMISSION_SET_LICENSE_USED = """(SELECT count(*)::INTEGER FROM "PermissionSetLicenseAssign" a
    JOIN "User" u ON u."Id" = a."AssigneeId"
    WHERE NOT a."IsDeleted" AND a."PermissionSetLicenseId" = {t}."Id"
      AND (u."IsActive" OR {t}."countsInactive"))"""
"""Whether an inactive holder still uses a seat differs by license: the switch countsInactive (fact sheet 5.4)."""

PACKAGE_LICENSE_USED = """(SELECT count(*)::INTEGER FROM "UserPackageLicense" a
    WHERE NOT a."IsDeleted" AND a."PackageLicenseId" = {t}."Id")"""
"""Package seats stay used by inactive users (fact sheet 5.4)."""


def _shown(object_name: str, used: str) -> str:
    """The count as clients see it: of the day before where the org is that large, else of this moment (5.11)."""
    kept = f"(SELECT used FROM day_old_count d WHERE d.object = '{object_name}' AND d.license = {{t}}.\"Id\")"  # noqa: S608 - our names
    return f"coalesce({kept}, {used})"


_LAST_COUNTED = "coalesce((SELECT max(counted_at) FROM day_old_count WHERE object = 'UserLicense'), org_now())"

USER_LICENSE = SObject(
    "UserLicense",
    "100",
    (
        record_id(),
        text("LicenseDefinitionKey", 40, nillable=False),
        text("Name", 40, nillable=False, name_field=True),
        text("MasterLabel", 80, nillable=False),
        picklist("Status", "Active", "Disabled", nillable=False),
        number("TotalLicenses", nillable=False),
        number("UsedLicenses", nillable=False, sql=_shown("UserLicense", USER_LICENSE_USED)),
        moment("UsedLicensesLastUpdated", nillable=False, sql=_LAST_COUNTED),
        number("MonthlyLoginsEntitlement"),
        number("MonthlyLoginsUsed", filterable=False, sortable=False, groupable=False),
        moment("CreatedDate", nillable=False),
        moment("LastModifiedDate", nillable=False),
        moment("SystemModstamp", nillable=False),
    ),
    label="User License",
    needs=("ViewSetup",),
)

PERMISSION_SET_LICENSE = SObject(
    "PermissionSetLicense",
    "0PL",
    (
        record_id(),
        text("DeveloperName", 80, nillable=False),
        picklist("Language"),
        text("MasterLabel", 80, nillable=False, name_field=True),
        text("PermissionSetLicenseKey", 81, nillable=False),
        picklist("Status", "Active", "Disabled", nillable=False),
        number("TotalLicenses", nillable=False),
        number("UsedLicenses", nillable=False, sql=_shown("PermissionSetLicense", PERMISSION_SET_LICENSE_USED)),
        Field("ExpirationDate", "date"),
        flag("IsAvailableForIntegrations"),
        flag("IsDeleted"),
        *(flag(f"MaximumPermissions{name}") for name in PERMISSIONS),
        *audit(),
    ),
    label="Permission Set License",
    needs=("ViewSetup",),
    children=(
        Child("PermissionSetLicenseAssignments", "PermissionSetLicenseAssign", "PermissionSetLicenseId"),
        Child("GrantedByLicenses", "GrantedByLicense", "PermissionSetLicenseId"),
    ),
    hidden_columns='"countsInactive" BOOLEAN, "forUserLicenses" VARCHAR[]',
)

PERMISSION_SET_LICENSE_ASSIGN = SObject(
    "PermissionSetLicenseAssign",
    "2LA",
    (
        record_id(),
        writable(reference("AssigneeId", "User", relationship="Assignee", nillable=False), update=False),
        writable(
            reference(
                "PermissionSetLicenseId",
                "PermissionSetLicense",
                relationship="PermissionSetLicense",
                nillable=False,
            ),
            update=False,
        ),
        flag("IsRevoked"),
        text("LastCreatedByChangeId", 18),
        text("LastDeletedByChangeId", 18),
        flag("IsDeleted"),
        *audit(),
    ),
    label="Permission Set License Assignment",
    createable=True,
    deletable=True,
    needs=("ViewSetup", "AssignPermissionSets"),
)

PACKAGE_LICENSE = SObject(
    "PackageLicense",
    "050",
    (
        record_id(),
        text("NamespacePrefix", 40, name_field=True),
        picklist("Status", "Active", "Expired", "Free", "Trial", nillable=False),
        number("AllowedLicenses", nillable=False),
        number("UsedLicenses", nillable=False, sql=PACKAGE_LICENSE_USED),
        moment("ExpirationDate"),
        flag("IsProvisioned"),
        flag("IsAvailableForIntegrations"),
        moment("CreatedDate", nillable=False),
        moment("LastModifiedDate", nillable=False),
        moment("SystemModstamp", nillable=False),
    ),
    label="Package License",
    needs=_PACKAGES,
)

USER_PACKAGE_LICENSE = SObject(
    "UserPackageLicense",
    "051",
    (
        record_id(),
        writable(
            reference("PackageLicenseId", "PackageLicense", relationship="PackageLicense", nillable=False),
            update=False,
        ),
        writable(reference("UserId", "User", relationship="User", nillable=False), update=False),
        flag("IsRevoked"),
        text("LastCreatedByChangeId", 18),
        text("LastDeletedByChangeId", 18),
        *audit(),
    ),
    label="User Package License",
    createable=True,
    deletable=True,
    needs=_PACKAGES,
)

PERMISSION_SET = SObject(
    "PermissionSet",
    "0PS",
    (
        record_id(),
        writable(text("Name", 80, nillable=False, name_field=True)),
        writable(text("Label", 80, nillable=False)),
        writable(text("Description", 255)),
        writable(
            reference("LicenseId", "PermissionSetLicense", "UserLicense", relationship="License"),
            update=False,
        ),
        flag("IsOwnedByProfile"),
        reference("ProfileId", "Profile", relationship="Profile"),
        picklist("Type", "Regular", "Profile", "Group", "Session", "Integration", "Standard"),
        flag("IsCustom"),
        text("NamespacePrefix", 15),
        writable(flag("HasActivationRequired")),
        reference("PermissionSetGroupId", "PermissionSetGroup", relationship="PermissionSetGroup"),
        *permission_fields(writes=True),
        *audit(),
    ),
    label="Permission Set",
    createable=True,
    updateable=True,
    deletable=True,
    needs=_ASSIGNS,
    children=(
        Child("Assignments", "PermissionSetAssignment", "PermissionSetId"),
        Child("ObjectPerms", "ObjectPermissions", "ParentId"),
        Child("FieldPerms", "FieldPermissions", "ParentId"),
        Child("SetupEntityAccessItems", "SetupEntityAccess", "ParentId"),
        Child("PermissionSetGroupComponents", "PermissionSetGroupComponent", "PermissionSetId"),
    ),
    hidden_columns='"unlisted" VARCHAR[], "hiddenNeed" INTEGER',
)

PERMISSION_SET_ASSIGNMENT = SObject(
    "PermissionSetAssignment",
    "0Pa",
    (
        record_id(),
        writable(reference("AssigneeId", "User", relationship="Assignee", nillable=False), update=False),
        writable(reference("PermissionSetId", "PermissionSet", relationship="PermissionSet"), update=False),
        writable(
            reference("PermissionSetGroupId", "PermissionSetGroup", relationship="PermissionSetGroup"),
            update=False,
        ),
        writable(moment("ExpirationDate"), update=False),
        flag("IsActive"),
        flag("IsRevoked"),
        moment("SystemModstamp", nillable=False),
    ),
    label="Permission Set Assignment",
    createable=True,
    deletable=True,
    needs=_ASSIGNS,
)

PERMISSION_SET_GROUP = SObject(
    "PermissionSetGroup",
    "0PG",
    (
        record_id(),
        writable(text("DeveloperName", 80, nillable=False, name_field=True)),
        writable(text("MasterLabel", 80, nillable=False)),
        writable(text("Description", 255)),
        picklist("Status", "Updated", "Outdated", "Updating", "Failed", nillable=False),
        writable(flag("HasActivationRequired")),
        *audit(),
    ),
    label="Permission Set Group",
    createable=True,
    updateable=True,
    deletable=True,
    needs=_ASSIGNS,
    children=(Child("PermissionSetGroupComponents", "PermissionSetGroupComponent", "PermissionSetGroupId"),),
)

PERMISSION_SET_GROUP_COMPONENT = SObject(
    "PermissionSetGroupComponent",
    "0PM",
    (
        record_id(),
        writable(
            reference("PermissionSetGroupId", "PermissionSetGroup", relationship="PermissionSetGroup", nillable=False),
            update=False,
        ),
        writable(
            reference("PermissionSetId", "PermissionSet", relationship="PermissionSet", nillable=False), update=False
        ),
        *audit(),
    ),
    label="Permission Set Group Component",
    createable=True,
    deletable=True,
    needs=_ASSIGNS,
)
