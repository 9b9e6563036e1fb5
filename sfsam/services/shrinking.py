"""An org that suddenly shows less: held for a person to confirm, because often it only shows less (product.md D1).

A permission taken from the connected user, a sharing rule, a filter of Salesforce's: all of them look like people and
licenses that are gone. What our own reclaims took is expected to be gone.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from sfsam.domain.commands import Download
from sfsam.errors import DownloadHeld
from sfsam.ports import StagedDownload
from sfsam.services.world import World

SHRUNK_SHARE = 0.2
FEWEST_ROWS = 10  # a person must not be asked about one of four; that such a run closes nothing is enough
# What is no row of somebody's or something's: amounts, daily figures, sign-ins that Salesforce forgets.
NOT_COUNTED = frozenset({"TenantUsageEntitlement", "ActiveFeatureLicenseMetric", "LoginHistory", "UserAppInfo"})


def hold_when_shrunk(world: World, command: Download, staged: StagedDownload, name: str) -> None:
    """Raise DownloadHeld when an object lost more than 20 % of its rows, ten or more, and nobody confirmed that."""
    if command.accepts_fewer:
        return
    found = shrunk(_rows_before(world, staged.org_id), rows_of(staged), _taken_by_us(world, staged.org_id))
    found = {each: (before, now) for each, (before, now) in found.items() if before - now >= FEWEST_ROWS}
    if not found:
        return
    words = "; ".join(f"{each}: {now:,} rows, and {before:,} before" for each, (before, now) in found.items())
    raise DownloadHeld(
        f"{name} shows more than {SHRUNK_SHARE:.0%} fewer rows than the last time ({words}). Nothing was changed.",
        "Check whether the connected user lost a permission. When the org really has become smaller, confirm it: the "
        "button below reads it again and takes it as it is, as does download --accept-fewer.",
        objects={each: {"before": before, "now": now} for each, (before, now) in found.items()},
    )


def rows_of(staged: StagedDownload) -> dict[str, int]:
    """Rows of each object that was read completely."""
    return {part.name: part.rows_in_org for part in staged.objects if part.complete}


def shrunk(
    before: Mapping[str, int], now: Mapping[str, int], taken: Mapping[str, int] | None = None
) -> dict[str, tuple[int, int]]:
    """The objects that lost more than 20 % of the rows that they should have still: (before, now)."""
    expected = {name: rows - (taken or {}).get(name, 0) for name, rows in before.items() if name not in NOT_COUNTED}
    return {
        name: (before[name], now[name])
        for name, rows in expected.items()
        if name in now and now[name] < rows * (1 - SHRUNK_SHARE)
    }


def _rows_before(world: World, org_id: str) -> dict[str, int]:
    """Per object its rows in the newest snapshot that read it completely."""
    rows: dict[str, int] = {}
    for snapshot in world.store.reads.rows("snapshots", org_ids=[org_id]):  # oldest first
        incomplete = set(json.loads(snapshot["incomplete"]))
        counted: dict[str, Any] = json.loads(snapshot["object_rows"])
        rows |= {name: int(count) for name, count in counted.items() if name not in incomplete}
    return rows


def _taken_by_us(world: World, org_id: str) -> Counter[str]:
    """Per object the records that our own reclaims removed since the newest snapshot.

    Removing a permission set may take its license along (fact sheet 5.5), so each of them may be missing there too.
    """
    taken: Counter[str] = Counter()
    for row in world.store.reads.rows("removed_since_snapshot", org_ids=[org_id]):
        taken[row["step"]] = row["records"]
    sets, licenses = taken["remove_permission_sets"], taken["remove_permission_set_licenses"]
    return Counter(
        PermissionSetAssignment=sets,
        PermissionSetLicenseAssign=licenses + sets,
        UserPackageLicense=taken["remove_package_licenses"],
    )
