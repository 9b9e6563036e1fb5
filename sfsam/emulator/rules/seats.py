"""Seats: how many of a license are used at this moment, and whether one more fits."""

from __future__ import annotations

from sfsam.emulator.errors import SalesforceError, integrity
from sfsam.emulator.rules.base import license_limit
from sfsam.emulator.rules.work import Work
from sfsam.emulator.schema.licenses import PACKAGE_LICENSE_USED, PERMISSION_SET_LICENSE_USED, USER_LICENSE_USED

_USED = {
    "UserLicense": ("TotalLicenses", USER_LICENSE_USED),
    "PermissionSetLicense": ("TotalLicenses", PERMISSION_SET_LICENSE_USED),
    "PackageLicense": ("AllowedLicenses", PACKAGE_LICENSE_USED),
}
"""The column of what was bought, and what is used at this moment (clients may be shown the day before)."""


def _is_full(work: Work, name: str, number: int) -> bool:
    if work.unlimited:
        return False
    total, live = _USED[name]
    sql = f'SELECT t."{total}", {live.replace("{t}", "t")} FROM "{name}" t WHERE t."Id" = $number'  # noqa: S608 - schema names
    ((bought, used),) = work.rows(sql, number=number)
    if bought == -1 and work.behavior.minus_one_is_unlimited:
        return False
    return bool(used >= bought)


def check_user_license(work: Work, number: int) -> None:
    """Raises LICENSE_LIMIT_EXCEEDED when no active user more fits on the user license."""
    if _is_full(work, "UserLicense", number):
        raise license_limit()


def check_permission_set_license(work: Work, number: int, user_license_key: str | None) -> None:
    """Raises when the license is expired, does not go with the user license, or has no seat left (5.5)."""
    psl = work.existing("PermissionSetLicense", number)
    if psl["Status"] != "Active":
        raise integrity(f"The permission set license {psl['MasterLabel']} is not active.", "PermissionSetLicenseId")
    allowed = psl["forUserLicenses"]
    if allowed is not None and user_license_key not in allowed:
        message = f"The user license doesn't allow the permission set license: {psl['MasterLabel']}"
        raise integrity(message, "PermissionSetLicenseId")
    if _is_full(work, "PermissionSetLicense", number):
        message = f"All {psl['MasterLabel']} permission set licenses are in use."
        raise SalesforceError(400, work.behavior.no_seat_code, message)


def check_package_license(work: Work, number: int) -> None:
    """Raises LICENSE_LIMIT_EXCEEDED when every seat of the package is used (5.6)."""
    if _is_full(work, "PackageLicense", number):
        raise license_limit()


def check_feature(work: Work, field_name: str) -> None:
    """Raises LICENSE_LIMIT_EXCEEDED when every seat of the feature is used, by active users or by all (5.7, 9)."""
    total = work.value("SELECT total FROM feature_license WHERE feature = $name", name=field_name)
    if total is None or work.unlimited:
        return
    counted = "true" if work.behavior.inactive_features_use_seats else '"IsActive"'
    used = work.value(f'SELECT count(*) FROM "User" WHERE {counted} AND "{field_name}"')  # noqa: S608 - schema name
    if used >= total:
        raise license_limit()
