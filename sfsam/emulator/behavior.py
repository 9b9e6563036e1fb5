"""What the org does where Salesforce's behaviour is not documented: every such question is a switch."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any


@dataclass
class Behavior:
    """The open questions of Salesforce fact sheet 5 and 9; each default is the likelier answer.

    `blocker_code`: errorCode of a deactivation that the configuration blocks.
    `no_seat_code`: errorCode of "All … permission set licenses are in use.".
    `needed_license_code`: errorCode of removing a permission-set license that a permission set still needs.
    `license_change_code`: errorCode of a change between license types that is not allowed.
    `access_policies_change`: user access policies make all changes, so no license is removed automatically.
    `refresh_moves_last_login`: a refresh token exchanged moves User.LastLoginDate.
    `inactive_features_use_seats`: a feature flag of an inactive user uses a seat.
    `knowledge_author_needs_flag`: KnowledgeUser cannot be cleared while the user has the author's permission set.
    `manage_users_assigns_packages`: Manage Users does for UserPackageLicense, beside Manage Package Licenses.
    `freeze_ends_sessions`: freezing ends the user's sessions.
    `minus_one_is_unlimited`: TotalLicenses of -1 means no limit.
    `integration_license_administers`: the Salesforce Integration license can hold permissions over users.
    `day_old_counts_from_users`: from this many users on, UserLicense.UsedLicenses is of the day before.
    `day_old_permission_set_license_counts`: PermissionSetLicense.UsedLicenses is of the day before, too.
    `without_bulk`: objects that Bulk API 2.0 refuses beside the known ones.
    """

    blocker_code: str = "FIELD_INTEGRITY_EXCEPTION"
    no_seat_code: str = "LICENSE_LIMIT_EXCEEDED"
    needed_license_code: str = "FIELD_INTEGRITY_EXCEPTION"
    license_change_code: str = "FIELD_INTEGRITY_EXCEPTION"
    access_policies_change: bool = False
    refresh_moves_last_login: bool = True
    inactive_features_use_seats: bool = False
    knowledge_author_needs_flag: bool = False
    manage_users_assigns_packages: bool = False
    freeze_ends_sessions: bool = False
    minus_one_is_unlimited: bool = True
    integration_license_administers: bool = True
    day_old_counts_from_users: int = 500_000
    day_old_permission_set_license_counts: bool = False
    without_bulk: tuple[str, ...] = ()

    def change(self, **wanted: Any) -> None:
        """Set the named switches, all or none. Raises ValueError for an unknown name or another kind of value."""
        checked = {name: self._checked(name, value) for name, value in wanted.items()}
        for name, value in checked.items():
            setattr(self, name, value)

    def as_dict(self) -> dict[str, Any]:
        """Every switch by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def _checked(self, name: str, value: Any) -> Any:
        present = self.as_dict()
        if name not in present:
            raise ValueError(f"unknown switch {name!r}; known are {', '.join(present)}")
        kind = type(present[name])
        if kind is tuple and isinstance(value, list | tuple) and all(isinstance(each, str) for each in value):
            return tuple(value)
        if type(value) is not kind:
            raise ValueError(f"switch {name!r} must be a {kind.__name__}, not {value!r}")
        return value
