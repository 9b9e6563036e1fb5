"""How much was bought: license totals from what is used, feature totals and metrics."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import duckdb

from sfsam.emulator.database import insert
from sfsam.emulator.population import license_catalog
from sfsam.emulator.population.entitlements import set_entitlements
from sfsam.emulator.schema.catalog import Catalog
from sfsam.emulator.schema.people import FEATURES

_BOUGHT: dict[str, Callable[[int], int]] = {
    "near_limit": lambda used: used + max(2, used // 50),
    "full": lambda used: used,
    "ample": lambda used: used * 12 // 10 + 5,
    "over": lambda used: used * 19 // 10 + 10,
    "login": lambda used: used + 500,
    "five": lambda used: max(5, used),
    "disabled": lambda used: used,
    "expired": lambda used: used,
    "unused": lambda used: used + 10,
}
"""Bought seats from used seats, by the words of license_catalog."""
METRIC_DAYS = 7


def set_totals(connection: duckdb.DuckDBPyConnection, catalog: Catalog, now: datetime) -> None:
    """Set every total, and write the snapshots that are taken daily."""
    user_licenses = [bought for _, _, bought in license_catalog.USER_LICENSES]
    _set(connection, catalog, "UserLicense", "TotalLicenses", user_licenses)
    psls = [psl.bought for psl in license_catalog.PERMISSION_SET_LICENSES]
    _set(connection, catalog, "PermissionSetLicense", "TotalLicenses", psls)
    packages = [package[2] for package in license_catalog.PACKAGES]
    _set(connection, catalog, "PackageLicense", "AllowedLicenses", packages)
    _set_features(connection, catalog, now)
    _set_license_metrics(connection, now)
    set_entitlements(connection, now)


def _set(connection: duckdb.DuckDBPyConnection, catalog: Catalog, table: str, column: str, bought: list[str]) -> None:
    used = catalog[table].by_name["usedlicenses"].expression("t")
    counts = connection.execute(f'SELECT t."Id", {used} FROM "{table}" t ORDER BY t."Id"').fetchall()  # noqa: S608 - schema names
    totals = [
        (_BOUGHT[how](count), number) for (number, count), how in zip(counts, bought, strict=True) if how in _BOUGHT
    ]
    connection.executemany(f'UPDATE "{table}" SET "{column}" = ? WHERE "Id" = ?', totals)  # noqa: S608 - schema names


def _set_features(connection: duckdb.DuckDBPyConnection, catalog: Catalog, now: datetime) -> None:
    metrics: list[dict[str, Any]] = []
    for feature in FEATURES:
        name = f"UserPermissions{feature}"
        if name.lower() not in catalog["User"].by_name:
            continue
        assigned, active = _feature_counts(connection, name, now)
        total = assigned if feature in license_catalog.FULL_FEATURES else assigned * 12 // 10 + 2
        insert(connection, "feature_license", [{"feature": name, "total": total}])
        for days in range(1, METRIC_DAYS + 1):
            metrics.append(
                {
                    "Id": len(metrics) + 1,
                    "FeatureType": feature,
                    "TotalLicenseCount": total,
                    "AssignedUserCount": assigned,
                    "ActiveUserCount": active,
                    "MetricsDate": (now - timedelta(days=days)).date(),
                    "SystemModstamp": now - timedelta(days=days),
                }
            )
    insert(connection, "ActiveFeatureLicenseMetric", metrics)


def _feature_counts(connection: duckdb.DuckDBPyConnection, name: str, now: datetime) -> tuple[int, int]:
    found = connection.execute(
        f'SELECT count(*), count(*) FILTER ("LastLoginDate" > $since) FROM "User" WHERE "IsActive" AND "{name}"',  # noqa: S608 - schema names
        {"since": now - timedelta(days=30)},
    ).fetchone()
    return (int(found[0]), int(found[1])) if found else (0, 0)


def _set_license_metrics(connection: duckdb.DuckDBPyConnection, now: datetime) -> None:
    """Daily snapshots per permission-set license and per profile; active means a log-in in the last 30 days (4.13)."""
    when = {"now": now, "days": METRIC_DAYS, "since": now - timedelta(days=30)}
    for table, statement in _METRICS.items():
        connection.execute(f'INSERT INTO "{table}" BY NAME {statement}', when)


_METRICS = {
    "ActivePermSetLicenseMetric": """
        SELECT row_number() OVER (ORDER BY l."Id", day) AS "Id", l."Id" AS "PermissionSetLicenseId", l."DeveloperName",
            l."MasterLabel", l."TotalLicenses", count(u."Id") AS "AssignedUserCount",
            count(u."Id") FILTER (u."LastLoginDate" > $since) AS "ActiveUserCount",
            ($now - to_days(day::INTEGER))::DATE AS "MetricsDate", $now - to_days(day::INTEGER) AS "SystemModstamp"
        FROM "PermissionSetLicense" l CROSS JOIN range(1, $days + 1) days(day)
        LEFT JOIN "PermissionSetLicenseAssign" a ON a."PermissionSetLicenseId" = l."Id"
        LEFT JOIN "User" u ON u."Id" = a."AssigneeId" AND u."IsActive"
        GROUP BY l."Id", l."DeveloperName", l."MasterLabel", l."TotalLicenses", day""",
    "ActiveProfileMetric": """
        SELECT row_number() OVER (ORDER BY p."Id", day) AS "Id", p."Id" AS "ProfileId", p."UserLicenseId",
            count(u."Id") AS "AssignedUserCount",
            count(u."Id") FILTER (u."LastLoginDate" > $since) AS "ActiveUserCount",
            ($now - to_days(day::INTEGER))::DATE AS "MetricsDate", $now - to_days(day::INTEGER) AS "SystemModstamp"
        FROM "Profile" p CROSS JOIN range(1, $days + 1) days(day)
        LEFT JOIN "User" u ON u."ProfileId" = p."Id" AND u."IsActive"
        GROUP BY p."Id", p."UserLicenseId", day""",
}
