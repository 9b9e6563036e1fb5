"""Seats: how many of a license are used at this moment, and whether one more fits."""

from __future__ import annotations

from sfsam.emulator.errors import integrity
from sfsam.emulator.rules.base import license_limit
from sfsam.emulator.rules.work import Work
from sfsam.emulator.schema.model import SObject


def _free(work: Work, item: SObject, total: str, number: int) -> int:
    used = item.by_name["usedlicenses"].expression("t")
    sql = f'SELECT t."{total}" - {used} FROM "{item.name}" t WHERE t."Id" = $number'  # noqa: S608 - schema names
    return int(work.value(sql, number=number))


def check_user_license(work: Work, number: int) -> None:
    """Raises LICENSE_LIMIT_EXCEEDED when no active user more fits on the user license."""
    if not work.unlimited and _free(work, work.catalog["UserLicense"], "TotalLicenses", number) < 1:
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
    if not work.unlimited and _free(work, work.catalog["PermissionSetLicense"], "TotalLicenses", number) < 1:
        raise license_limit(f"All {psl['MasterLabel']} permission set licenses are in use.")


def check_package_license(work: Work, number: int) -> None:
    """Raises LICENSE_LIMIT_EXCEEDED when every seat of the package is used (5.6)."""
    if not work.unlimited and _free(work, work.catalog["PackageLicense"], "AllowedLicenses", number) < 1:
        raise license_limit()


def check_feature(work: Work, field_name: str) -> None:
    """Raises LICENSE_LIMIT_EXCEEDED when every seat of the feature is used by an active user (5.7)."""
    total = work.value("SELECT total FROM feature_license WHERE feature = $name", name=field_name)
    if total is None or work.unlimited:
        return
    used = work.value(f'SELECT count(*) FROM "User" WHERE "IsActive" AND "{field_name}"')  # noqa: S608 - schema name
    if used >= total:
        raise license_limit()
