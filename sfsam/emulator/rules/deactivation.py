"""Who cannot be deactivated (Salesforce fact sheet 5.3)."""

from __future__ import annotations

from sfsam.emulator.errors import SalesforceError, integrity
from sfsam.emulator.rules.blockers import BLOCKERS
from sfsam.emulator.rules.work import Work

_DEFAULTS = {
    "WebToCaseDefaultOwnerId": "web_to_case_owner",
    "WebToCaseDefaultCreatorId": "web_to_case_creator",
    "WebToLeadDefaultOwnerId": "web_to_lead_owner",
    "WebToLeadDefaultCreatorId": "web_to_lead_creator",
}
"""Settings of the organization that name a user, and the blocker each one is."""

_OTHER_ADMINS = """
SELECT count(DISTINCT a."AssigneeId") FROM "PermissionSetAssignment" a
JOIN "PermissionSet" s ON s."Id" = a."PermissionSetId"
JOIN "User" u ON u."Id" = a."AssigneeId"
WHERE NOT a."IsDeleted" AND u."IsActive" AND s."PermissionsManageUsers" AND s."PermissionsModifyAllData"
"""


def check_deactivation(work: Work, number: int) -> None:
    """Raises for oneself, for the last administrator, and for users that the configuration names."""
    if number == work.caller_number:
        raise integrity("You cannot deactivate your own user record.", "IsActive")
    check_last_admin(work, number)
    for code, message in _blockers(work, number):
        raise SalesforceError(400, code, message, ("IsActive",))


def check_last_admin(work: Work, number: int) -> None:
    """Raises CANNOT_DISABLE_LAST_ADMIN when nobody else active could administer the org."""
    others = work.value(f'{_OTHER_ADMINS} AND u."Id" <> $user', user=number)
    is_admin = work.value(f'{_OTHER_ADMINS} AND u."Id" = $user', user=number)
    if is_admin and not others:
        message = "You must have at least one active user with administrator permissions."
        raise SalesforceError(400, "CANNOT_DISABLE_LAST_ADMIN", message)


def _blockers(work: Work, number: int) -> list[tuple[str, str]]:
    organization = work.existing("Organization", 1)
    found = [
        (BLOCKERS[kind].code, BLOCKERS[kind].message)
        for name, kind in _DEFAULTS.items()
        if organization[name] == number
    ]
    found += work.rows("SELECT code, message FROM blocker WHERE user_number = $user ORDER BY rowid", user=number)
    return [(code or work.behavior.blocker_code, message) for code, message in found]
