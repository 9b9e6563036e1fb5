"""Which user license may follow which, and what the new one does not carry (Salesforce fact sheet 5.8)."""

from __future__ import annotations

from sfsam.emulator.errors import SalesforceError, integrity
from sfsam.emulator.rules.work import Row, Work
from sfsam.emulator.schema.model import TARGET_SHIFT

FULL_LICENSE = "SFDC"
_CORE = frozenset(
    {
        FULL_LICENSE,
        "AUL",
        "AUL1",
        "AUL_LIGHT",
        "FDC_ONE",
        "FDC_SUB",
        "PID_FDC_FREE",
        "PID_CHATTER",
        "PID_KNOWLEDGE",
        "PID_WorkDotCom_Only",
        "SALESFORCE_INTEGRATION_USER",
    }
)
_CHATTER = frozenset({"CSN_User", "PID_Chatter_External"})
_CUSTOMER = frozenset(
    {
        "PID_Customer_Community",
        "PID_Customer_Community_Login",
        "PID_High_Volume_Portal",
        "Platform_Portal_User",
        "PID_External_Identity",
    }
)
_PLUS = frozenset({"PID_Customer_Community_Plus", "PID_Customer_Community_Plus_Login"})
_PARTNER = frozenset(
    {
        "PID_Partner_Community",
        "PID_Partner_Community_Login",
        "PID_STRATEGIC_PRM",
        "PID_Silver_Partner",
        "POWER_PRM",
    }
)
_MOVES: tuple[tuple[frozenset[str], frozenset[str]], ...] = (
    (_CORE, _CORE),
    (_CHATTER, _CORE | _CHATTER),
    (_CUSTOMER, _CUSTOMER | _PLUS | _PARTNER),
    (_PLUS, _PLUS | _PARTNER),
    (_PARTNER, _PARTNER),
)
"""From any of the first to any of the second."""

_SPOKEN_USER_TYPES = {"CsnOnly": "CSN Only"}
_ANY_LICENSE_FEATURES = frozenset({"UserPermissionsInteractionUser", "UserPermissionsWorkDotComUserFeature"})


def check_move(work: Work, before: Row, after: Row) -> None:
    """`before` and `after` are profiles with their license's key as LicenseDefinitionKey. Raises the switch
    `license_change_code` for a move that Salesforce does not make; the three texts are those of fact sheet 5.8."""
    source, target = before["LicenseDefinitionKey"], after["LicenseDefinitionKey"]
    if source == target or any(source in froms and target in tos for froms, tos in _MOVES):
        return
    if after["UserType"] == "CsnOnly":
        spoken = _SPOKEN_USER_TYPES["CsnOnly"]
        message = f"It is not permitted to change user type from {before['UserType']} to {spoken}(db=n,api=CsnOnly)"
    elif source in _CUSTOMER | _PLUS | _PARTNER:
        message = "You can only reassign this user to a profile of the current license."
    else:
        message = "This change in license types is not allowed"
    raise SalesforceError(400, work.behavior.license_change_code, message, ("ProfileId",))


def check_carried(work: Work, user: Row, license_number: int, key: str) -> None:
    """Raises FIELD_INTEGRITY_EXCEPTION while the user holds something that the new license does not allow."""
    held = _held_license(work, user["Id"], key) or _held_permission_set(work, user["Id"], license_number)
    held = held or _held_feature(user, key)
    if held:
        raise integrity(f"The user license doesn't allow the permission: {held}", "ProfileId")


def _held_license(work: Work, user: int, key: str) -> str | None:
    found: str | None = work.value(
        """SELECT l."MasterLabel" FROM "PermissionSetLicenseAssign" a
        JOIN "PermissionSetLicense" l ON l."Id" = a."PermissionSetLicenseId"
        WHERE a."AssigneeId" = $user AND NOT a."IsDeleted" AND NOT list_contains(l."forUserLicenses", $key)
        ORDER BY l."Id" LIMIT 1""",
        user=user,
        key=key,
    )
    return found


def _held_permission_set(work: Work, user: int, license_number: int) -> str | None:
    found: str | None = work.value(
        """SELECT s."Label" FROM "PermissionSetAssignment" a JOIN "PermissionSet" s ON s."Id" = a."PermissionSetId"
        WHERE a."AssigneeId" = $user AND NOT a."IsDeleted" AND NOT s."IsOwnedByProfile"
          AND s."LicenseId" >= $shift AND s."LicenseId" - $shift <> $license ORDER BY s."Id" LIMIT 1""",
        user=user,
        shift=TARGET_SHIFT,
        license=license_number,
    )
    return found


def _held_feature(user: Row, key: str) -> str | None:
    if key == FULL_LICENSE:
        return None
    flags = (name for name, value in user.items() if name.startswith("UserPermissions") and value is True)
    return next((name for name in flags if name not in _ANY_LICENSE_FEATURES), None)
