"""The users that every org has by name: administrators, integrations, blockers of deactivation."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import duckdb

from sfsam.emulator.database import insert
from sfsam.emulator.population import login_kinds
from sfsam.emulator.population.company import ADMIN, CAST, CHIEF, EMAIL_DOMAIN, NamedUser, OrgIdentity
from sfsam.emulator.population.reference import PROFILE_NUMBERS, Stamp
from sfsam.emulator.schema.catalog import Catalog

Row = dict[str, Any]

_MACHINE_KINDS = {
    "ERP Sync": login_kinds.CLIENT_CREDENTIALS,
    "Web Shop (JWT)": login_kinds.JWT,
    "Data Warehouse": login_kinds.CLIENT_CREDENTIALS,
    "Telephony (SOAP)": login_kinds.SOAP,
}


def fill_cast(
    connection: duckdb.DuckDBPyConnection, catalog: Catalog, identity: OrgIdentity, now: datetime, stamp: Stamp
) -> None:
    """Insert the cast as users 1, 2, … and plan their log-ins in the temporary table cast_log_in."""
    flags = {item.name: item.default for item in catalog["User"].fields if item.type == "boolean" and not item.sql}
    rows = [
        {**flags, **_row(number, user, identity, now), **stamp.columns(), "SystemModstamp": stamp.at}
        for number, user in enumerate(CAST, 1)
    ]
    insert(connection, "User", rows)
    connection.execute("CREATE TEMP TABLE cast_log_in (u INTEGER, kind USMALLINT, gap BIGINT, last_log_in TIMESTAMP)")
    connection.executemany("INSERT INTO cast_log_in VALUES (?, ?, ?, ?)", _log_ins(now))


def _row(number: int, user: NamedUser, identity: OrgIdentity, now: datetime) -> Row:
    initials = (user.first_name or "")[:1] + user.last_name[:5]
    person = user.activity != "machine" and user.department != "" and user.first_name is not None
    return {
        "Id": number,
        "Username": f"{user.local_part}@{identity.domain}{identity.username_suffix}",
        "FirstName": user.first_name,
        "LastName": user.last_name,
        "CompanyName": "Northwind",
        "Department": user.department or None,
        "Division": "EMEA" if person else None,
        "Title": user.title or None,
        "Email": f"{user.local_part}@{EMAIL_DOMAIN}{identity.email_suffix}",
        "Alias": initials.lower().replace(" ", ""),
        "CommunityNickname": user.local_part,
        "IsActive": True,
        "TimeZoneSidKey": "Europe/Berlin",
        "LocaleSidKey": "en_US",
        "EmailEncodingKey": "UTF-8",
        "LanguageLocaleKey": "en_US",
        "ProfileId": PROFILE_NUMBERS[user.profile] if user.profile else None,
        "ManagerId": CHIEF if person and number != CHIEF else None,
        "EmployeeNumber": f"E{number:06d}" if person else None,
        "FederationIdentifier": f"{user.local_part}@{EMAIL_DOMAIN}" if person else None,
        "UserType": user.user_type,
        "LastLoginDate": _last_log_in(number, user, now),
        "NumberOfFailedLogins": 0,
        "HasUserVerifiedEmail": True,
        "Cost_Center__c": "CC-5000" if person else None,
    }


def _last_log_in(number: int, user: NamedUser, now: datetime) -> datetime | None:
    if user.activity == "human":
        return now - timedelta(hours=3 + 5 * (number - ADMIN))
    if user.activity == "machine":
        return now - timedelta(minutes=20 + number)
    if user.activity == "stale":
        return now - timedelta(days=70 + 13 * (number % 5))
    return None


def _log_ins(now: datetime) -> list[tuple[int, int, int, datetime]]:
    rows = []
    for number, user in enumerate(CAST, 1):
        last = _last_log_in(number, user, now)
        if last is not None:
            machine = user.activity == "machine" or user.title == "Integration"
            fallback = login_kinds.CLIENT_CREDENTIALS if machine else login_kinds.PASSWORD
            kind = _MACHINE_KINDS.get(user.login or "", fallback)
            rows.append((number, kind, 14_400 if machine else 90_000, last))
    return rows
