"""What one person holds in an org at one moment, and the single changes that are made of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sfsam.domain.profiles import Record

USER_LICENSE_PREFIX = "100"
"""How ids of UserLicense begin: a permission set whose LicenseId does is made for that user license."""


class Change(Record):
    """One record to change: `fields` None means delete it.

    A record that is to be made has no id yet: `record_id` is then what tells it apart, by `natural_key`.
    """

    record_id: str
    user_id: str
    fields: dict[str, Any] | None = None
    number: str = ""  # of the candidate it is for


class Holding(Record):
    """What one person holds right now, read from the org just before anything is sent. Kept for the undo.

    Assignments are Salesforce's rows, with the names of their parents as "PermissionSet.Name".
    """

    user_id: str
    username: str
    is_active: bool
    is_frozen: bool
    is_administrator: bool = False
    is_machine: bool = False
    user_login_id: str | None
    profile_id: str
    user_license_id: str = ""
    created_at: datetime | None = None
    last_login_at: datetime | None
    system_modstamp: str
    permission_sets: tuple[dict[str, Any], ...] = ()
    permission_set_licenses: tuple[dict[str, Any], ...] = ()
    package_licenses: tuple[dict[str, Any], ...] = ()
    feature_licenses: tuple[str, ...] = ()

    @property
    def seats(self) -> int:
        """Seats that deactivating this person frees, each counted once."""
        return 1 + len(self.permission_set_licenses) + len(self.package_licenses) + len(self.feature_licenses)

    @property
    def bound_permission_sets(self) -> tuple[dict[str, Any], ...]:
        """The permission sets that are made for the person's user license and cannot follow to another."""
        return tuple(
            row
            for row in self.permission_sets
            if str(row.get("PermissionSet.LicenseId") or "").startswith(USER_LICENSE_PREFIX)
        )

    def permission_sets_of(self, licenses: Sequence[dict[str, Any]]) -> tuple[dict[str, Any], ...]:
        """The permission sets that are tied to one of these assignments of permission set licenses."""
        ids = {row.get("PermissionSetLicenseId") for row in licenses} - {None}
        return tuple(row for row in self.permission_sets if row.get("PermissionSet.LicenseId") in ids)

    def of_user(self, **fields: Any) -> tuple[Change, ...]:
        """A change of the User record."""
        return (Change(record_id=self.user_id, user_id=self.user_id, fields=fields),)

    def of_login(self, *, frozen: bool) -> tuple[Change, ...]:
        """A change of the UserLogin record; nothing when it is so already, or when there is none."""
        if self.is_frozen is frozen or self.user_login_id is None:
            return ()
        return (Change(record_id=self.user_login_id, user_id=self.user_id, fields={"IsFrozen": frozen}),)

    def deletions(self, rows: Sequence[dict[str, Any]]) -> tuple[Change, ...]:
        return tuple(Change(record_id=row["Id"], user_id=self.user_id) for row in rows)


def natural_key(fields: dict[str, Any]) -> str:
    """What tells an assignment apart before it has an id: whom, and what."""
    return "+".join(str(fields[name]) for name in sorted(fields))
