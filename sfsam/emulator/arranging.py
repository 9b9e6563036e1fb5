"""What the side door arranges in an org's data, and what it knows about it; never part of Salesforce."""

from __future__ import annotations

from typing import Any

from sfsam.emulator.database import insert
from sfsam.emulator.org_data import OrgData
from sfsam.emulator.rules.blockers import BLOCKERS, Blocker

_LICENSES = {
    "UserLicense": ("LicenseDefinitionKey", "TotalLicenses"),
    "PermissionSetLicense": ("DeveloperName", "TotalLicenses"),
    "PackageLicense": ("NamespacePrefix", "AllowedLicenses"),
    "FeatureLicense": ("feature", "total"),
}


class Arranging:
    """The side door of one org's data."""

    def __init__(self, data: OrgData) -> None:
        self._data = data

    def labels(self) -> list[dict[str, Any]]:
        """What the generator knows of each person: `user_id`, `username` and `labels`, in order of the users."""
        with self._data.reading() as connection:
            found = connection.execute(
                """SELECT u."Id", u."Username", list(l.label ORDER BY l.label) FROM label l
                JOIN "User" u ON u."Id" = l.user_number GROUP BY ALL ORDER BY u."Id" """
            ).fetchall()
        ids = self._data.ids
        return [{"user_id": ids.id("005", u), "username": name, "labels": labels} for u, name, labels in found]

    def block(self, username: str, kind: str = "", message: str = "", code: str | None = None) -> None:
        """Keep a user from being deactivated, by a kind of `BLOCKERS` or in words of one's own. Raises ValueError."""
        if kind not in BLOCKERS and not message:
            raise ValueError(f"give a message or a kind of blocker: {', '.join(BLOCKERS)}")
        blocker = BLOCKERS.get(kind, Blocker(message))
        row = {
            "user_number": self._number(username),
            "code": code or blocker.code,
            "message": message or blocker.message,
        }
        with self._data.writing() as connection:
            insert(connection, "blocker", [row])

    def unblock(self, username: str) -> None:
        """Forget what keeps a user from being deactivated. Raises ValueError for an unknown user."""
        number = self._number(username)
        with self._data.writing() as connection:
            connection.execute("DELETE FROM blocker WHERE user_number = $user", {"user": number})

    def set_license(
        self, kind: str, name: str, *, total: int | None = None, counts_inactive: bool | None = None
    ) -> None:
        """Change what was bought of a license, or whether inactive holders use seats of it (fact sheet 5.4).

        `kind` is UserLicense, PermissionSetLicense, PackageLicense or FeatureLicense (which is no object of
        Salesforce's: `name` is the field of User); `name` its key. Raises ValueError.
        """
        if kind not in _LICENSES or (counts_inactive is not None and kind != "PermissionSetLicense"):
            raise ValueError(f"no such thing can be set on {kind!r}; licenses are {', '.join(_LICENSES)}")
        key, bought = _LICENSES[kind]
        wanted = {bought: total, "countsInactive": counts_inactive}
        table = "feature_license" if kind == "FeatureLicense" else kind
        given = {column: value for column, value in wanted.items() if value is not None}
        with self._data.writing() as connection:
            for column, value in given.items():
                sql = f'UPDATE "{table}" SET "{column}" = $value WHERE "{key}" = $name RETURNING 1'  # noqa: S608 - our names
                if not connection.execute(sql, {"value": value, "name": name}).fetchall():
                    raise ValueError(f"this org has no {kind} {name!r}")
            self._data.counts.forget()

    def _number(self, username: str) -> int:
        with self._data.reading() as connection:
            sql = 'SELECT "Id" FROM "User" WHERE lower("Username") = lower($name)'
            found = connection.execute(sql, {"name": username}).fetchone()
        if found is None:
            raise ValueError(f"this org has no user {username!r}")
        return int(found[0])
