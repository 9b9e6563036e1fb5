"""How many seats of a license are free right now, as the org counts them (Salesforce fact sheet 4.2, 4.4, 4.7)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from sfsam.domain.identifiers import to_18
from sfsam.domain.restoring import FreeSeats
from sfsam.errors import ObjectUnavailable, PermissionMissing
from sfsam.salesforce import soql
from sfsam.salesforce.rest import RestReader

UNLIMITED = -1  # of PackageLicense.AllowedLicenses: a site license


ENDED = ("Expired", "Disabled")  # of Status: a seat that was given up is not given again


class _Counted(NamedTuple):
    """Where one kind of license says what it owns and uses; its ids begin with `prefix`."""

    prefix: str
    object: str
    name: str
    owned: str


_KINDS = (
    _Counted("100", "UserLicense", "Name", "TotalLicenses"),
    _Counted("0PL", "PermissionSetLicense", "MasterLabel", "TotalLicenses"),
    _Counted("050", "PackageLicense", "NamespacePrefix", "AllowedLicenses"),
)


def free_seats(rest: RestReader, license_ids: Collection[str]) -> dict[str, FreeSeats]:
    """By id, the free seats of these licenses. A license that the org does not show, and a feature license, whose
    seats no object counts as they are now, is left out: it is not known."""
    found: dict[str, FreeSeats] = {}
    for kind in _KINDS:
        wanted = [each for each in license_ids if each.startswith(kind.prefix)]
        found |= dict(_of_kind(rest, kind, wanted)) if wanted else {}
    return found


def _of_kind(rest: RestReader, kind: _Counted, ids: list[str]) -> Iterator[tuple[str, FreeSeats]]:
    columns = ("Id", kind.name, "Status", kind.owned, "UsedLicenses")
    try:
        rows = [row for chunk in soql.id_chunks(ids) for row in rest.rows(soql.by_ids(kind.object, columns, chunk))]
    except (ObjectUnavailable, PermissionMissing):
        return
    for row in rows:
        owned, used = row[kind.owned], row["UsedLicenses"]
        is_known = owned is not None and used is not None and owned != UNLIMITED
        yield (
            to_18(row["Id"]),
            FreeSeats(
                label=row[kind.name] or "",
                seats=owned - used if is_known else None,
                has_ended=row["Status"] in ENDED,
            ),
        )
