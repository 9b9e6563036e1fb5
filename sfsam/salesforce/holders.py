"""Everybody who holds one license, read by the license instead of by the person: a few pages for thousands of seats.

What is read is what taking back one seat needs to know: the assignment, whether its person is active, an administrator
or a machine, and which permission sets need the license. What else the person holds is left empty.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sfsam.domain.holdings import Holding
from sfsam.domain.subscriptions import Kind
from sfsam.errors import ObjectUnavailable, PermissionMissing, SfsamError
from sfsam.salesforce import soql
from sfsam.salesforce.batching import CompositeReader
from sfsam.salesforce.people import is_machine, plain, privileges_of
from sfsam.salesforce.rest import RestReader, Row, value_of
from sfsam.salesforce.sign_ins import parse_moment

_PERSON = (
    "Username",
    "IsActive",
    "UserType",
    "ProfileId",
    "Profile.UserLicenseId",
    "Profile.UserLicense.LicenseDefinitionKey",
    "CreatedDate",
    "LastLoginDate",
    "SystemModstamp",
)
_PRIVILEGES = (
    "PermissionsManageUsers",
    "PermissionsModifyAllData",
    "PermissionsCustomizeApplication",
    "PermissionsApiUserOnly",
)


_OF_SET = ("PermissionSet.Name", "PermissionSet.LicenseId")


class _Assigned(NamedTuple):
    """Where one kind of assignment says whose it is and of which license."""

    object: str
    person: str
    license: str
    name: str
    held_as: str


_ASSIGNED: dict[Kind, _Assigned] = {
    Kind.PERMISSION_SET: _Assigned(
        "PermissionSetLicenseAssign",
        "Assignee",
        "PermissionSetLicense",
        "DeveloperName",
        "permission_set_licenses",
    ),
    Kind.PACKAGE: _Assigned("UserPackageLicense", "User", "PackageLicense", "NamespacePrefix", "package_licenses"),
}


class HolderReader:
    """Reads the holders of one license, and afterwards who of them holds it still."""

    def __init__(self, rest: RestReader, composite: CompositeReader) -> None:
        self._rest = rest
        self._composite = composite

    def holders(self, kind: Kind, identifier: str) -> list[Holding]:
        """The people who hold this permission set, package or feature license."""
        rows = self._seats(kind, identifier)
        privileges, needing = self._around(kind, rows)
        return [_holding(kind, identifier, row, privileges, needing) for row in rows]

    def record_ids(self, kind: Kind, identifier: str) -> set[str]:
        """Ids of the assignments of this license that are there now; of a feature license the users' own ids."""
        return {row["Id"] for row in self._rest.rows(_of_license(kind, identifier, ("Id",)))}

    def _seats(self, kind: Kind, identifier: str) -> list[Row]:
        its = _ASSIGNED.get(kind)
        if its is None:
            return self._rest.rows(_of_license(kind, identifier, ("Id", *_PERSON)))
        own = ("Id", f"{its.person}Id", f"{its.license}Id", f"{its.license}.{its.name}")
        people = tuple(f"{its.person}.{name}" for name in _PERSON)
        return self._rest.rows(_of_license(kind, identifier, (*own, *people)))

    def _around(self, kind: Kind, rows: list[Row]) -> tuple[Mapping[str, list[Row]], Mapping[str, list[Row]]]:
        """By user: the assignments that make an administrator or a machine, and those that need the license."""
        shown = tuple(f"PermissionSet.{name}" for name in _PRIVILEGES)
        is_one = " OR ".join(f"{name} = true" for name in shown)
        queries = {
            "privileged": _query(("AssigneeId", *shown), "PermissionSetAssignment", is_one),
            "groups": _query(("PermissionSetGroupId", *shown), "PermissionSetGroupComponent", is_one),
        }
        if kind is Kind.PERMISSION_SET and rows:
            needing = ("Id", "AssigneeId", "PermissionSetId", "PermissionSetGroupId", *_OF_SET)
            query = _query(needing, "PermissionSetAssignment", "PermissionSet.LicenseId = :license")
            queries["needing"] = soql.bind(query, license=rows[0]["PermissionSetLicenseId"])
        found = {name: self._all(answer) for name, answer in self._composite.queries(queries).items()}
        members = {row["PermissionSetGroupId"]: row for row in found["groups"]}
        through_groups = [
            {**members[row["PermissionSetGroupId"]], "AssigneeId": row["AssigneeId"]}
            for row in self._of_groups(list(members))
        ]
        return _by_person([*found["privileged"], *through_groups]), _by_person(found.get("needing", []))

    def _of_groups(self, groups: list[str]) -> list[Row]:
        columns = ("AssigneeId", "PermissionSetGroupId")
        chunks = soql.id_chunks(groups)
        queries = (
            soql.by_ids("PermissionSetAssignment", columns, chunk, by="PermissionSetGroupId") for chunk in chunks
        )
        return [row for query in queries for row in self._rest.rows(query)]

    def _all(self, answer: Any | SfsamError) -> list[Row]:
        """Every row of a query whose first page this is."""
        if isinstance(answer, ObjectUnavailable | PermissionMissing):
            return []
        if isinstance(answer, SfsamError):
            raise answer
        return self._rest.rest_of(answer)


def _holding(
    kind: Kind,
    identifier: str,
    row: Row,
    privileges: Mapping[str, list[Row]],
    needing: Mapping[str, list[Row]],
) -> Holding:
    its = _ASSIGNED.get(kind)
    user = row if its is None else row[its.person]
    user_id = row["Id"] if its is None else row[f"{its.person}Id"]
    is_administrator, is_api_only = privileges_of(privileges[user_id])
    last_login, created = user.get("LastLoginDate"), user.get("CreatedDate")
    held: dict[str, Any] = {"feature_licenses": (identifier,)} if its is None else {its.held_as: (_own(row, its),)}
    return Holding(
        user_id=user_id,
        username=user["Username"],
        is_active=user["IsActive"],
        is_frozen=False,
        is_administrator=is_administrator,
        is_machine=is_machine(user) or is_api_only,
        user_login_id=None,
        profile_id=user["ProfileId"] or "",
        user_license_id=value_of(user, "Profile.UserLicenseId") or "",
        created_at=parse_moment(created) if created else None,
        last_login_at=parse_moment(last_login) if last_login else None,
        system_modstamp=user.get("SystemModstamp") or "",
        permission_sets=tuple(map(plain, needing[user_id])),
        **held,
    )


def _own(row: Row, its: _Assigned) -> dict[str, Any]:
    """The assignment itself, without its person."""
    return plain({name: value for name, value in row.items() if name != its.person})


def _of_license(kind: Kind, identifier: str, columns: Sequence[str]) -> str:
    its = _ASSIGNED.get(kind)
    if its is None:
        return _query(columns, "User", f"{_field(identifier)} = true")
    return soql.bind(_query(columns, its.object, f"{its.license}.{its.name} = :name"), name=identifier)


def _query(columns: Sequence[str], object_name: str, condition: str) -> str:
    return " ".join(("SELECT", ", ".join(columns), "FROM", object_name, "WHERE", condition))


def _field(identifier: str) -> str:
    """A feature license is named by a field of User, and nothing else may stand in the query."""
    if not identifier.startswith("UserPermissions") or not identifier.isalnum():
        raise ValueError(f"{identifier!r} is no feature license")
    return identifier


def _by_person(rows: list[Row]) -> Mapping[str, list[Row]]:
    grouped: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row["AssigneeId"]].append(row)
    return grouped
