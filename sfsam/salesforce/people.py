"""Reading some people fresh from the org, just before something is done to them: a few queries for all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sfsam.domain.holdings import Holding
from sfsam.domain.identifiers import to_18
from sfsam.errors import ObjectUnavailable, PermissionMissing
from sfsam.salesforce.machines import MACHINE_USER_TYPES, machine_licenses
from sfsam.salesforce.permissions import any_of, effective_permissions
from sfsam.salesforce.rest import RestReader, Row, value_of
from sfsam.salesforce.sign_ins import newest_human_sign_ins, parse_moment

_OF_PARENTS = ("Name", "DeveloperName", "NamespacePrefix", "LicenseId")
_ADMINISTRATOR = ("PermissionsManageUsers", "PermissionsModifyAllData", "PermissionsCustomizeApplication")


class PeopleReader:
    """Reads what people hold and whether they have come back."""

    def __init__(self, rest: RestReader) -> None:
        self._rest = rest

    def holdings(self, user_ids: Sequence[str]) -> list[Holding]:
        """What these people hold now, in the order asked for. Users that are gone are left out."""
        users = {row["Id"]: row for row in self._rest.held("HeldUser", user_ids)}
        logins = {row["UserId"]: row for row in self._rest.held("HeldUserLogin", users)}
        sets = _by(self._rest.held("HeldPermissionSets", users), "AssigneeId")
        privileges = self._with_group_members(sets)
        licenses = _by(self._rest.held("HeldPermissionSetLicenses", users), "AssigneeId")
        packages = _by(self._rest.held("HeldPackageLicenses", users), "UserId")
        features = self._rest.describe("User").feature_licenses
        return [
            _holding(
                users[user_id],
                login=logins.get(user_id),
                sets=sets[user_id],
                privileges=privileges[user_id],
                licenses=licenses[user_id],
                packages=packages[user_id],
                features=features,
            )
            for user_id in dict.fromkeys(map(to_18, user_ids))
            if user_id in users
        ]

    def _with_group_members(self, sets: Mapping[str, list[Row]]) -> dict[str, list[Row]]:
        """Each person's assignments, and the permission sets inside the groups among them."""
        groups = {row["PermissionSetGroupId"] for rows in sets.values() for row in rows} - {None}
        members = _by(self._rest.held("HeldGroupMembers", groups), "PermissionSetGroupId")
        return defaultdict(list) | {
            user_id: [*rows, *(member for row in rows for member in members[row["PermissionSetGroupId"]])]
            for user_id, rows in sets.items()
        }

    def human_logins_since(self, user_ids: Sequence[str], since: datetime) -> dict[str, datetime]:
        """The newest human sign-in of each of these users after `since`, by login history, LastLoginDate and the
        Lightning apps they used.

        Raises PermissionMissing when the org would show only the connected user's own sign-ins, because then
        everybody would look unused.
        """
        if any_of(effective_permissions(self._rest), "MonitorLoginHistory", "ManageUsers") is False:
            raise PermissionMissing(
                "The sign-ins of other people cannot be read, so nobody can be called unused.",
                "Give the connected user the permission Monitor Login History (or Manage Users).",
                permission="MonitorLoginHistory",
            )
        history = self._rest.held("SignInsSince", user_ids, since=since)
        dates = self._rest.held("LastSignIns", user_ids, since=since)
        found = newest_human_sign_ins(history, {row["Id"]: parse_moment(row["LastLoginDate"]) for row in dates})
        for user_id, moment in self._apps_used_since(user_ids, since):
            found[user_id] = max(moment, found.get(user_id, moment))
        return found

    def _apps_used_since(self, user_ids: Sequence[str], since: datetime) -> list[tuple[str, datetime]]:
        """Users with the moment they used a Lightning app; none where the org does not show that."""
        try:
            rows = self._rest.held("AppsUsedSince", user_ids, since=since)
        except (ObjectUnavailable, PermissionMissing):
            return []
        return [(row["UserId"], parse_moment(row["LastModifiedDate"])) for row in rows]


def _holding(
    user: Row,
    *,
    login: Row | None,
    sets: Sequence[Row],
    privileges: Sequence[Row],
    licenses: Sequence[Row],
    packages: Sequence[Row],
    features: Sequence[str],
) -> Holding:
    last_login = user.get("LastLoginDate")
    is_administrator, is_api_only = privileges_of(privileges)
    return Holding(
        user_id=user["Id"],
        username=user["Username"],
        is_active=user["IsActive"],
        is_frozen=login is not None and login["IsFrozen"],
        is_administrator=is_administrator,
        is_machine=is_machine(user) or is_api_only,
        user_login_id=login["Id"] if login else None,
        profile_id=user["ProfileId"] or "",  # the org's own automated users have none
        user_license_id=value_of(user, "Profile.UserLicenseId") or "",
        created_at=parse_moment(user["CreatedDate"]) if user.get("CreatedDate") else None,
        last_login_at=parse_moment(last_login) if last_login else None,
        system_modstamp=user.get("SystemModstamp") or "",
        permission_sets=tuple(plain(row) for row in sets if not _grants(row, "IsOwnedByProfile")),
        permission_set_licenses=tuple(map(plain, licenses)),
        package_licenses=tuple(map(plain, packages)),
        feature_licenses=tuple(name for name in features if user.get(name)),
    )


def privileges_of(assignments: Sequence[Row]) -> tuple[bool, bool]:
    """Whether these permission sets make an administrator, and whether they allow the API only."""
    return (
        any(_grants(row, name) for row in assignments for name in _ADMINISTRATOR),
        any(_grants(row, "PermissionsApiUserOnly") for row in assignments),
    )


def is_machine(user: Row) -> bool:
    """Whether this user's type or license is one for machines."""
    license_key = value_of(user, "Profile.UserLicense.LicenseDefinitionKey")
    return user.get("UserType") in MACHINE_USER_TYPES or license_key in machine_licenses()


def _grants(assignment: Row, field: str) -> bool:
    return bool(value_of(assignment, f"PermissionSet.{field}"))


def plain(row: Row) -> dict[str, Any]:
    """The row's own fields and the names of its parents, without Salesforce's `attributes` and permissions."""
    flat: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, dict):
            kept = {part: value[part] for part in _OF_PARENTS if part in value}
            flat.update({f"{name}.{part}": text for part, text in kept.items()})
        else:
            flat[name] = value
    flat.pop("attributes", None)
    return {name: value for name, value in flat.items() if not name.startswith("attributes.")}


def _by(rows: Sequence[Row], column: str) -> defaultdict[str, list[Row]]:
    grouped: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row[column]].append(row)
    return grouped
