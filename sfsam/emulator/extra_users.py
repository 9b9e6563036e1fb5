"""The side door's extra users: field values plus names of profile, permission sets and licenses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sfsam.emulator.rules.registry import RULES
from sfsam.emulator.rules.values import stored_values
from sfsam.emulator.rules.work import Work

_DEFAULTS = {
    "Alias": "extra",
    "TimeZoneSidKey": "Europe/Berlin",
    "LocaleSidKey": "en_US",
    "EmailEncodingKey": "UTF-8",
    "LanguageLocaleKey": "en_US",
    "LastName": "Extra",
}
_MOMENTS = ("CreatedDate", "LastLoginDate")
_NAMED = ("Profile", "PermissionSets", "PermissionSetLicenses", "IsFrozen")


def add_extra_user(work: Work, spec: Mapping[str, Any]) -> str:
    """Add a user past seat checks; `spec` is field values, and may name Profile, PermissionSets,
    PermissionSetLicenses (lists of names), IsFrozen, CreatedDate and LastLoginDate. Raises SalesforceError."""
    fields = {**_DEFAULTS, **{key: value for key, value in spec.items() if key not in (*_NAMED, *_MOMENTS)}}
    fields.setdefault("Username", f"extra{work.numbers.next(work.connection, 'User')}@extra.example")
    fields.setdefault("Email", fields["Username"])
    if "ProfileId" not in fields:
        fields["ProfileId"] = _by_name(work, "Profile", "Name", spec.get("Profile", "Standard User"))
    number = RULES["User"].create(work, stored_values(work, work.catalog["User"], fields, creating=True))
    user_id = work.id("User", number)
    for name in spec.get("PermissionSets", ()):
        chosen = {"AssigneeId": user_id, "PermissionSetId": _by_name(work, "PermissionSet", "Name", name)}
        _assign(work, "PermissionSetAssignment", chosen)
    for name in spec.get("PermissionSetLicenses", ()):
        psl = _by_name(work, "PermissionSetLicense", "DeveloperName", name)
        _assign(work, "PermissionSetLicenseAssign", {"AssigneeId": user_id, "PermissionSetLicenseId": psl})
    _set_moments(work, number, spec)
    if spec.get("IsFrozen"):
        login = work.value('SELECT "Id" FROM "UserLogin" WHERE "UserId" = $user', user=number)
        work.change("UserLogin", login, {"IsFrozen": True})
    return user_id


def _assign(work: Work, object_name: str, record: Mapping[str, Any]) -> None:
    item = work.catalog[object_name]
    RULES[object_name].create(work, stored_values(work, item, record, creating=True))


def _by_name(work: Work, object_name: str, column: str, name: str) -> str:
    sql = f'SELECT "Id" FROM "{object_name}" WHERE lower("{column}") = lower($name)'  # noqa: S608 - schema names
    number = work.value(sql, name=name)
    if number is None:
        raise ValueError(f"this org has no {object_name} named {name!r}")
    return work.id(object_name, number)


def _set_moments(work: Work, number: int, spec: Mapping[str, Any]) -> None:
    """Dates that only Salesforce itself sets; given as ISO 8601 text."""
    for name in _MOMENTS:
        if spec.get(name) is not None:
            work.connection.execute(
                f'UPDATE "User" SET "{name}" = $moment::TIMESTAMPTZ::TIMESTAMP WHERE "Id" = $number',  # noqa: S608 - our names
                {"moment": spec[name], "number": number},
            )
