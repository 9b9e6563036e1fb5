"""Users and their log-in switches (Salesforce fact sheet 4.1, 4.8, 5.2, 5.3, 5.7, 5.8)."""

from __future__ import annotations

import re

from sfsam.emulator.errors import SalesforceError, insufficient_access, integrity
from sfsam.emulator.rules.base import Rules
from sfsam.emulator.rules.deactivation import check_deactivation, check_last_admin
from sfsam.emulator.rules.seats import check_feature, check_user_license
from sfsam.emulator.rules.user_licenses import FULL_LICENSE, check_carried, check_move
from sfsam.emulator.rules.work import Row, Work

_USERNAME = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_SYSTEM_TYPES = ("AutomatedProcess", "CloudIntegrationUser")
_WRITERS = {
    "PowerPartner": ("ManagePartners", "ManageUsers"),
    "PowerCustomerSuccess": ("ManageCssUsers", "ManageUsers"),
    "CspLitePortal": ("ManageCssUsers", "ManageUsers"),
    "CustomerSuccess": ("ManageCssUsers", "ManageUsers"),
}
_INTERNAL_WRITERS = ("ManageInternalUsers", "ManageUsers")


class UserRules(Rules):
    """Creating, changing, deactivating and reactivating users; users are never deleted."""

    def create(self, work: Work, values: Row) -> int:
        """Create a user with the rows that come with it: the profile's permission set and a UserLogin."""
        profile = _profile(work, values["ProfileId"])
        _check_writer(work, profile["UserType"])
        external = profile["UserType"] in _WRITERS
        if external and values.get("ContactId") is None:
            message = "Required fields are missing: [ContactId]"
            raise SalesforceError(400, "REQUIRED_FIELD_MISSING", message, ("ContactId",))
        _check_names(work, values)
        active = values.get("IsActive", True)
        if active:
            check_user_license(work, profile["UserLicenseId"])
        flags = [name for name, value in values.items() if name.startswith("UserPermissions") and value]
        for name in flags:
            check_feature(work, name)
        nickname = values.get("CommunityNickname") or f"{values['Alias']}{work.numbers.next(work.connection, 'User')}"
        added = {
            "IsActive": active,
            "CommunityNickname": nickname,
            "UserType": profile["UserType"],
            "IsPortalEnabled": external,
            "NumberOfFailedLogins": 0,
        }
        number = work.add("User", {**values, **added})
        work.add("UserLogin", {"UserId": number, "IsFrozen": False, "IsPasswordLocked": False})
        _mirror_profile(work, number, values["ProfileId"])
        return number

    def update(self, work: Work, number: int, row: Row, values: Row) -> None:
        """Change a user: checks of identity, license and seats first, then one write."""
        if row["UserType"] in _SYSTEM_TYPES:
            raise insufficient_access()
        _check_writer(work, row["UserType"])
        changed = {name: value for name, value in values.items() if row.get(name) != value}
        _check_names(work, changed)
        if changed.get("IsActive") is False:
            check_deactivation(work, number)
        after = {**row, **changed}
        if "ProfileId" in changed:
            self._check_profile(work, row, after)
            profile = _profile(work, changed["ProfileId"])
            changed["UserType"] = profile["UserType"]
            if profile["LicenseDefinitionKey"] != FULL_LICENSE and after["ForecastEnabled"]:
                changed["ForecastEnabled"] = False  # forecasts drop with the full license (fact sheet 5.8)
        elif changed.get("IsActive"):
            check_user_license(work, _profile(work, row["ProfileId"])["UserLicenseId"])
        self._check_features(work, row, changed, after)
        _check_knowledge_author(work, number, changed)
        self.write(work, number, row, changed)
        if "ProfileId" in changed:
            _mirror_profile(work, number, changed["ProfileId"])

    def delete(self, work: Work, number: int, row: Row) -> None:
        """Users cannot be deleted, only deactivated."""
        raise SalesforceError(400, "INVALID_OPERATION", "entity type cannot be deleted: User")

    @staticmethod
    def _check_profile(work: Work, row: Row, after: Row) -> None:
        before_profile, profile = (_profile(work, each["ProfileId"]) for each in (row, after))
        check_move(work, before_profile, profile)
        if not (profile["PermissionsManageUsers"] and profile["PermissionsModifyAllData"]):
            check_last_admin(work, row["Id"])
        same_license = before_profile["UserLicenseId"] == profile["UserLicenseId"]
        if not same_license:
            check_carried(work, after, profile["UserLicenseId"], profile["LicenseDefinitionKey"])
        if after["IsActive"] and not (same_license and row["IsActive"]):
            check_user_license(work, profile["UserLicenseId"])

    @staticmethod
    def _check_features(work: Work, row: Row, changed: Row, after: Row) -> None:
        if not (after["IsActive"] or work.behavior.inactive_features_use_seats):
            return
        for name, value in after.items():
            counted = (row["IsActive"] or work.behavior.inactive_features_use_seats) and name not in changed
            if name.startswith("UserPermissions") and value and not counted:
                check_feature(work, name)


class UserLoginRules(Rules):
    """Freezing and unlocking."""

    def update(self, work: Work, number: int, row: Row, values: Row) -> None:
        """Freeze, unfreeze, or lift a password lock. Raises CANNOT_FREEZE_SELF, CANNOT_PASSWORD_LOCKOUT."""
        self.check_caller(work)
        if values.get("IsFrozen") and row["UserId"] == work.caller_number:
            raise SalesforceError(400, "CANNOT_FREEZE_SELF", "You cannot freeze yourself.", ("IsFrozen",))
        if values.get("IsPasswordLocked"):
            message = "You cannot lock a user out of the org."
            raise SalesforceError(400, "CANNOT_PASSWORD_LOCKOUT", message, ("IsPasswordLocked",))
        self.write(work, number, row, values)
        if values.get("IsFrozen") and work.behavior.freeze_ends_sessions:
            sessions = 'SELECT "Id" FROM "AuthSession" WHERE "UsersId" = $user AND NOT "IsDeleted"'
            for (session,) in work.rows(sessions, user=row["UserId"]):
                work.remove("AuthSession", session)


def _check_knowledge_author(work: Work, user: int, changed: Row) -> None:
    """Raises FIELD_INTEGRITY_EXCEPTION where the flag is coupled to the author's permission set (5.7: not verified)."""
    if changed.get("UserPermissionsKnowledgeUser") is not False or not work.behavior.knowledge_author_needs_flag:
        return
    label = work.value(
        """SELECT s."Label" FROM "PermissionSetAssignment" a JOIN "PermissionSet" s ON s."Id" = a."PermissionSetId"
        WHERE a."AssigneeId" = $user AND NOT a."IsDeleted" AND s."Name" = 'Knowledge_Author' """,
        user=user,
    )
    if label is not None:
        message = f"The permission set {label} assigned to the user requires the feature license Knowledge User."
        raise integrity(message, "UserPermissionsKnowledgeUser")


def _profile(work: Work, number: int | None) -> Row:
    """A profile with its user license's key."""
    profile = work.existing("Profile", number or 0)
    license_row = work.existing("UserLicense", profile["UserLicenseId"])
    return {**profile, "LicenseDefinitionKey": license_row["LicenseDefinitionKey"]}


def _check_writer(work: Work, user_type: str) -> None:
    if not work.caller.may(*_WRITERS.get(user_type, _INTERNAL_WRITERS)):
        raise insufficient_access()


def _check_names(work: Work, values: Row) -> None:
    username, nickname = values.get("Username"), values.get("CommunityNickname")
    if username is not None:
        if not _USERNAME.fullmatch(username):
            message = "Username must be in the form of an email address (for example, john@acme.com)"
            raise integrity(message, "Username")
        if _is_taken(work, "Username", username):
            message = "Duplicate Username.\nAnother user has already selected this username.\nPlease select another."
            raise SalesforceError(400, "DUPLICATE_USERNAME", message, ("Username",))
    if nickname and _is_taken(work, "CommunityNickname", nickname):
        message = "Duplicate Nickname.\nAnother user has already selected this nickname.\nPlease select another."
        raise SalesforceError(400, "DUPLICATE_COMM_NICKNAME", message, ("CommunityNickname",))


def _is_taken(work: Work, column: str, value: str) -> bool:
    sql = f'SELECT count(*) FROM "User" WHERE lower("{column}") = lower($value)'  # noqa: S608 - schema name
    return bool(work.value(sql, value=value))


def _mirror_profile(work: Work, number: int, profile: int) -> None:
    """Keep the one assignment row that mirrors the profile in step with it."""
    own = work.value('SELECT "Id" FROM "PermissionSet" WHERE "ProfileId" = $profile', profile=profile)
    mirror = work.value(
        """SELECT a."Id" FROM "PermissionSetAssignment" a JOIN "PermissionSet" s ON s."Id" = a."PermissionSetId"
        WHERE a."AssigneeId" = $user AND s."IsOwnedByProfile" AND NOT a."IsDeleted" """,
        user=number,
    )
    if mirror is not None:
        work.change("PermissionSetAssignment", mirror, {"PermissionSetId": own})
        return
    values = {"AssigneeId": number, "PermissionSetId": own, "IsActive": True}
    before = len(work.changes)
    work.add("PermissionSetAssignment", values)
    del work.changes[before:]
