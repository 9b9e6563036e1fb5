"""What permission sets open, as far as clients ask for it: the children of PermissionSet and PermissionSetLicense.

Salesforce fact sheet 4.4 and 4.7 name the relationships; the rows are only examples of what stands there.
"""

from __future__ import annotations

from sfsam.emulator.schema.model import SObject, audit, flag, moment, picklist, record_id, reference, text

_ASSIGNS = ("ViewSetup", "AssignPermissionSets", "ManageUsers")

OBJECT_PERMISSIONS = SObject(
    "ObjectPermissions",
    "110",
    (
        record_id(),
        reference("ParentId", "PermissionSet", relationship="Parent", nillable=False),
        picklist("SobjectType", nillable=False),
        flag("PermissionsCreate"),
        flag("PermissionsRead"),
        flag("PermissionsEdit"),
        flag("PermissionsDelete"),
        flag("PermissionsViewAllRecords"),
        flag("PermissionsModifyAllRecords"),
        *audit(),
    ),
    label="Object Permissions",
    plural="Object Permissions",
    needs=_ASSIGNS,
)

FIELD_PERMISSIONS = SObject(
    "FieldPermissions",
    "01k",
    (
        record_id(),
        reference("ParentId", "PermissionSet", relationship="Parent", nillable=False),
        picklist("SobjectType", nillable=False),
        picklist("Field", nillable=False),
        flag("PermissionsRead"),
        flag("PermissionsEdit"),
        moment("SystemModstamp", nillable=False),
    ),
    label="Field Permissions",
    plural="Field Permissions",
    needs=_ASSIGNS,
)

SETUP_ENTITY_ACCESS = SObject(
    "SetupEntityAccess",
    "0J0",
    (
        record_id(),
        reference("ParentId", "PermissionSet", relationship="Parent", nillable=False),
        reference("SetupEntityId", "AppMenuItem", nillable=False),
        picklist("SetupEntityType"),
        moment("SystemModstamp", nillable=False),
    ),
    label="Setup Entity Access",
    plural="Setup Entity Access",
    needs=_ASSIGNS,
)

GRANTED_BY_LICENSE = SObject(
    "GrantedByLicense",
    "0gB",
    (
        record_id(),
        reference(
            "PermissionSetLicenseId", "PermissionSetLicense", relationship="PermissionSetLicense", nillable=False
        ),
        text("DeveloperName", 80, name_field=True),
        *audit(),
    ),
    label="Granted By License",
    plural="Granted By License",
    needs=("ViewSetup",),
)
