"""What is bought by use and not by seat: usage-based entitlements, and the logins of login-based licenses.

Salesforce fact sheet 4.3 and 4.14. The strings in `Setting` are made up: Salesforce documents none, and nothing may
depend on them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import duckdb

from sfsam.emulator.database import insert
from sfsam.emulator.population import company

CONTRACT_AGE_DAYS = 200
CONTRACT_DAYS = 365
_MOST_LOGINS = 0.7  # of what the login-based license allows


@dataclass(frozen=True)
class _Bought:
    """`pace` is the used amount as a share of what an even use would have come to; None is not counted yet."""

    group: str
    setting: str
    label: str
    allowed: float
    pace: float | None
    frequency: str
    is_persistent: bool = False


_BOUGHT = (
    _Bought("Communities", "force.com/CustomerCommunityLogins", "Customer Community: monthly logins", 0, 1, "Monthly"),
    _Bought("Email", "force.com/DailyMassEmails", "Mass emails", 5_000, 0.41, "Daily"),
    _Bought("Flow", "force.com/FlowInterviews", "Flow interviews", 1_000_000, 0.83, "Monthly"),
    _Bought("EinsteinGPT", "force.com/EinsteinRequests", "Einstein requests", 200_000, 1.52, "Yearly"),
    _Bought("Agentforce", "force.com/AgentConversations", "Agentforce conversations", 12_000, 0.94, "Once"),
    _Bought("Storage", "force.com/FileStorageMB", "File storage in MB", 612_000, None, "Once", is_persistent=True),
)

_LOGIN_DAYS = """
    SELECT count(DISTINCT (h."UserId", h."LoginTime"::DATE)) FROM "LoginHistory" h
    JOIN login_kind k USING (kind) JOIN "User" u ON u."Id" = h."UserId" JOIN "Profile" p ON p."Id" = u."ProfileId"
    WHERE k."Status" = 'Success' AND p."UserLicenseId" = $license AND h."LoginTime" >= $since"""


def set_entitlements(connection: duckdb.DuckDBPyConnection, now: datetime) -> None:
    """Insert every entitlement, and count the logins of the login-based licenses that are in use."""
    logins = _set_monthly_logins(connection, now)
    start = (now - timedelta(days=CONTRACT_AGE_DAYS)).date()
    counted_at = now - timedelta(hours=9)
    rows = []
    for number, each in enumerate(_BOUGHT, 1):
        [(drawn,)] = connection.execute("SELECT pick(?, 90, 31)", [number]).fetchall()
        allowed, used = each.allowed, _used(each, start, counted_at, own_pace=0.8 + drawn / 100)
        if each.group == "Communities":
            allowed, used = map(float, logins)
        rows.append(_row(number, each, allowed, used, start, now, counted_at))
    insert(connection, "TenantUsageEntitlement", rows)


def _set_monthly_logins(connection: duckdb.DuckDBPyConnection, now: datetime) -> tuple[int, int]:
    """Logins allowed and used in this month: one a user and day, however often they come. Gives those of the first."""
    month = now.replace(day=1, hour=0, minute=0, second=0)
    licenses = connection.execute(
        'SELECT "Id" FROM "UserLicense" WHERE "MonthlyLoginsEntitlement" IS NOT NULL ORDER BY "Id"'
    ).fetchall()
    first = (0, 0)
    for (license_id,) in licenses:
        used = _count(connection, license_id, month)
        usual = max(used, _count(connection, license_id, now - timedelta(days=30)))
        allowed = max(100, -(-int(usual / _MOST_LOGINS) // 100) * 100)
        connection.execute(
            'UPDATE "UserLicense" SET "MonthlyLoginsEntitlement" = ?, "MonthlyLoginsUsed" = ? WHERE "Id" = ?',
            [allowed, used, license_id],
        )
        first = first if first[0] else (allowed, used)
    return first


def _count(connection: duckdb.DuckDBPyConnection, license_id: int, since: datetime) -> int:
    [(logins,)] = connection.execute(_LOGIN_DAYS, {"license": license_id, "since": since}).fetchall()
    return int(logins)


def _used(each: _Bought, start: date, counted_at: datetime, own_pace: float) -> float | None:
    """Orgs of one company use the same things, each a little slower or faster."""
    if each.pace is None:
        return None
    days = {"Daily": 1.0, "Monthly": 30.4, "Yearly": 365.0, "Once": float(CONTRACT_DAYS)}[each.frequency]
    since_start = (counted_at - datetime.combine(start, datetime.min.time())) / timedelta(days=1)
    share = since_start % days / days
    return float(round(each.allowed * share * each.pace * own_pace))


def _row(
    number: int,
    each: _Bought,
    allowed: float,
    used: float | None,
    start: date,
    now: datetime,
    counted_at: datetime,
) -> dict[str, Any]:
    return {
        "Id": number,
        "ResourceGroupKey": each.group,
        "Setting": each.setting,
        "MasterLabel": each.label,
        "StartDate": start,
        "EndDate": start + timedelta(days=CONTRACT_DAYS - 1),
        "CurrentAmountAllowed": allowed,
        "AmountUsed": used,
        "UsageDate": None if used is None else counted_at,
        "Frequency": each.frequency,
        "IsPersistentResource": each.is_persistent,
        "HasRollover": False,
        "OverageGrace": None,
        "CreatedDate": now - timedelta(days=CONTRACT_AGE_DAYS),
        "CreatedById": company.ADMIN,
        "LastModifiedDate": counted_at,
        "LastModifiedById": company.ADMIN,
        "SystemModstamp": counted_at,
    }
