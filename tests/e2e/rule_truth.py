"""Whom the reclamation rules of one profile catch, worked out by pandas from the practice org's own rows.

Beside what tests/e2e/truth.py says of people and of seats that nothing needs: who is beyond what the org
owns, and who holds a license together with one that includes it.
"""

from __future__ import annotations

import pandas as pd

from tests.e2e.journey import PracticeProcess
from tests.e2e.truth import NO_FEATURES, Org, owned

Seat = tuple[str, str, str]  # user, kind, identifier

_ASSIGNED = {  # the object that assigns, its holder, its license, the license's object, and the license's name
    "permission_set": (
        *("PermissionSetLicenseAssign", "AssigneeId", "PermissionSetLicenseId"),
        *("PermissionSetLicense", "DeveloperName"),
    ),
    "package": ("UserPackageLicense", "UserId", "PackageLicenseId", "PackageLicense", "NamespacePrefix"),
}


def assignments(practice: PracticeProcess, people: pd.DataFrame) -> pd.DataFrame:
    """Permission set and package licenses held: user, kind, identifier, at (assigned), is_active (of the holder)."""
    found = []
    for kind, (object_, holder, key, license_, name) in _ASSIGNED.items():
        names = {row["Id"]: row[name] for row in practice.dump(license_).values()}
        found += [
            (row[holder], kind, names[row[key]], row["CreatedDate"], bool(people.is_active[row[holder]]))
            for row in practice.dump(object_).values()
        ]
    return pd.DataFrame(found, columns=["user", "kind", "identifier", "at", "is_active"])


def too_many(practice: PracticeProcess, held: pd.DataFrame, people: pd.DataFrame) -> set[Seat]:
    """Of each license the newest seats beyond those owned, and all of an expired one; nobody protected."""
    total, found = owned(practice), set()
    over = {
        row["DeveloperName"] for row in practice.dump("PermissionSetLicense").values() if row["Status"] == "Disabled"
    }
    over |= {row["NamespacePrefix"] for row in practice.dump("PackageLicense").values() if row["Status"] == "Expired"}
    for (kind, identifier), seats in held.groupby(["kind", "identifier"]):
        seats_owned, used = total[kind, identifier]
        inactive_cost = kind == "package" or used == len(seats)
        counted = seats if inactive_cost else seats[seats.is_active]
        newest = counted.sort_values(["at", "user"], ascending=[False, True])
        beyond = 0 if seats_owned is None else max(len(counted) - seats_owned, 0)
        taken = newest if identifier in over else newest.head(beyond)
        found |= {(user, str(kind), str(identifier)) for user in taken.user}
    return {seat for seat in found if not people.is_administrator[seat[0]] and people.part[seat[0]] != "machine"}


def included(held: pd.DataFrame, people: pd.DataFrame, identifier: str, including: str) -> set[Seat]:
    """Working people who hold both permission set licenses, `identifier` and the one that includes it; only for a
    license that no permission set of the org is tied to, so that nobody can need it."""
    both = set(held[held.identifier == identifier].user) & set(held[held.identifier == including].user)
    working = {user for user in both if people.part[user] in ("active", "in_grace")}
    return {(user, "permission_set", identifier) for user in working if not people.is_administrator[user]}


def cheaper(practice: PracticeProcess, org: Org, held: pd.DataFrame, people: pd.DataFrame, profile: str) -> set[Seat]:
    """Working people of this Salesforce profile who hold no permission set that is tied to a license, directly or by a
    group, no permission set license and no feature license."""
    tied = org.sets[org.sets.LicenseId.notna() & ~org.sets.IsOwnedByProfile.astype(bool)].Id
    groups = org.components[org.components.PermissionSetId.isin(tied)].PermissionSetGroupId
    by_group = org.assignments.PermissionSetGroupId.isin(groups) & org.assignments.PermissionSetGroupId.notna()
    needing = set(org.assignments[org.assignments.PermissionSetId.isin(tied) | by_group].AssigneeId)
    needing |= set(held[held.kind == "permission_set"].user)
    users = org.users[org.users.ProfileId.isin(org.profiles[org.profiles.Name == profile].Id)].set_index("Id")
    flags = [name for name in users if name.startswith("UserPermissions") and name not in NO_FEATURES]
    featured = set(users[(users[flags] == True).any(axis=1)].index)  # noqa: E712  empty cells are neither
    working = {user for user in users.index if people.part[user] in ("active", "in_grace")}
    return {(user, "user", "SFDC") for user in working - needing - featured if not people.is_administrator[user]}
