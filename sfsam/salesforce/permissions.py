"""What the connected user may do, as the org itself says it (Salesforce fact sheet 5.9)."""

from __future__ import annotations

from collections.abc import Mapping

from sfsam.errors import ObjectUnavailable, PermissionMissing
from sfsam.salesforce import soql
from sfsam.salesforce.rest import RestReader

_PREFIX = "Permissions"
Permissions = Mapping[str, bool]


def effective_permissions(rest: RestReader) -> Permissions:
    """Permission name ("ViewSetup") to whether the connected user has it; what the org cannot tell is left out."""
    wanted = soql.load("UserPermissionAccess")
    try:
        selection = wanted.select(rest.describe(wanted.object))
        rows = rest.rows(selection.query())
    except (ObjectUnavailable, PermissionMissing):
        return {}
    return {name.removeprefix(_PREFIX): value for row in rows for name, value in row.items() if isinstance(value, bool)}


def any_of(permissions: Permissions, *names: str) -> bool | None:
    """Whether one of these is given; None when none is known to be given and not all are known."""
    known = [permissions[name] for name in names if name in permissions]
    if any(known):
        return True
    return False if len(known) == len(names) else None
