"""Every permission that download, activity and reclaim need, as the connected user has it now; nothing is changed.

What is needed stands in `data/required_permissions.csv`. Its column `permission` is one of:

    ViewSetup, FreezeUsers|ManageUsers    one of these, by UserPermissionAccess
    scope:api                             a scope of the token
    read:LoginHistory                     described, and one row read
    update:User.IsActive                  by describe
    update:User.UserPermissions           by describe, every feature license that the org has
    delete:PermissionSetAssignment        by describe

What the org cannot tell (Manage Package Licenses, fact sheet 5.6) is not known until it is first used.
"""

from __future__ import annotations

import csv
from collections.abc import Collection
from functools import cache
from pathlib import Path

from sfsam.config import PROJECT_DIR
from sfsam.domain.profiles import Check, Process, Record
from sfsam.errors import ObjectUnavailable, PermissionMissing, RefusedError
from sfsam.salesforce import soql
from sfsam.salesforce.described import Described
from sfsam.salesforce.permissions import Permissions, any_of, effective_permissions
from sfsam.salesforce.rest import RestReader

REQUIRED_PERMISSIONS = PROJECT_DIR / "data" / "required_permissions.csv"
_FEATURE_LICENSES = "UserPermissions"
_NOT_KNOWN = "Salesforce does not tell; not known until first use."


class RequiredPermission(Record):
    """One line of the table."""

    process: Process
    permission: str
    label: str
    needed_for: str
    remedy: str
    source: str

    @property
    def is_required(self) -> bool:
        """A download goes on, with a warning, without the objects whose query file says so."""
        kind, _, name = self.permission.partition(":")
        return kind != "read" or soql.load(name).stops


@cache
def required_permissions(path: Path = REQUIRED_PERMISSIONS) -> tuple[RequiredPermission, ...]:
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(RequiredPermission.model_validate(row) for row in csv.DictReader(file))


def objects_read_only_by(processes: Collection[Process]) -> set[str]:
    """The objects that are read for these processes and for no other."""
    readers: dict[str, set[Process]] = {}
    for needed in required_permissions():
        kind, _, name = needed.permission.partition(":")
        if kind == "read":
            readers.setdefault(name, set()).add(needed.process)
    return {name for name, by in readers.items() if by <= set(processes)}


def described_objects(processes: Collection[Process]) -> list[str]:
    """The objects that the check of these processes describes."""
    names = ["UserPermissionAccess"]
    for needed in required_permissions():
        kind, _, subject = needed.permission.partition(":")
        if needed.process in processes and kind in ("read", "update", "delete"):
            names.append(subject.partition(".")[0])
    return list(dict.fromkeys(names))


def check_permissions(rest: RestReader, scope: str, processes: Collection[Process] = tuple(Process)) -> list[Check]:
    """One Check per line of these processes. `scope` is the token's, space separated; empty when it is not known."""
    permissions = effective_permissions(rest)
    answers: dict[str, bool | None] = {}  # several processes need the same
    checks = []
    for needed in required_permissions():
        if needed.process not in processes:
            continue
        if needed.permission not in answers:
            answers[needed.permission] = _is_given(rest, permissions, scope, needed.permission)
        checks.append(_line(needed, answers[needed.permission]))
    return checks


def _line(needed: RequiredPermission, ok: bool | None) -> Check:
    return Check(
        process=needed.process,
        permission=needed.label,
        ok=ok,
        remedy={True: "", False: needed.remedy, None: f"{_NOT_KNOWN} {needed.remedy}"}[ok],
        needed_for=needed.needed_for,
        required=needed.is_required,
    )


def _is_given(rest: RestReader, permissions: Permissions, scope: str, permission: str) -> bool | None:
    kind, _, subject = permission.partition(":")
    match kind:
        case "scope":
            granted = scope.split()
            return (subject in granted or "full" in granted) if granted else None
        case "read":
            return _is_readable(rest, subject)
        case "update":
            name, _, field = subject.partition(".")
            described = _described(rest, name)
            return described is not None and _is_updateable(described, field)
        case "delete":
            described = _described(rest, subject)
            return described is not None and described.deletable
        case _:
            return any_of(permissions, *permission.split("|"))


def _is_updateable(described: Described, field: str) -> bool:
    names = described.feature_licenses if field == _FEATURE_LICENSES else (field,)
    return all(name in described.fields and described.fields[name].updateable for name in names)


def _is_readable(rest: RestReader, name: str) -> bool:
    described = _described(rest, name)
    if described is None or soql.load(name).select(described).vital:
        return False
    try:
        rest.rows(soql.probe(name))
    except (ObjectUnavailable, PermissionMissing, RefusedError):
        return False
    return True


def _described(rest: RestReader, name: str) -> Described | None:
    try:
        return rest.describe(name)
    except (ObjectUnavailable, PermissionMissing):
        return None
