"""The made-up company: what it must contain, that its numbers are consistent, and that it repeats itself."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from sfsam.emulator.clock import OrgClock
from sfsam.emulator.org import Org, build_orgs
from sfsam.emulator.schema.catalog import ALL
from tests.emulator.data.desk import NOW, Desk


def fingerprint(org: Org) -> str:
    """A digest over every table of an org."""
    digest = hashlib.sha256()
    for item in sorted((item for item in ALL if item.stored), key=lambda item: item.name):
        rows = org._data.connection.execute(f'SELECT * FROM "{item.name}" ORDER BY ALL').fetchall()  # noqa: S608 - our names
        digest.update(repr(rows).encode())
    return digest.hexdigest()


IN_ANOTHER_PROCESS = """
from datetime import datetime, UTC
from sfsam.emulator.org import build_orgs
from tests.emulator.data.test_population import fingerprint
print([fingerprint(org) for org in build_orgs(2, 700, 7, datetime(2026, 11, 24, 12, tzinfo=UTC), None)])
"""


def test_the_same_seed_and_moment_give_the_same_orgs_in_any_process() -> None:
    here = [fingerprint(org) for org in build_orgs(2, 700, 7, NOW, None)]
    there = subprocess.run([sys.executable, "-c", IN_ANOTHER_PROCESS], capture_output=True, text=True, check=True)
    assert there.stdout.strip() == str(here)
    assert here[0] != here[1]
    assert fingerprint(build_orgs(1, 700, 8, NOW, None)[0]) != here[0]


def test_everything_is_an_offset_from_the_given_moment() -> None:
    later = datetime(2027, 2, 24, 12, tzinfo=UTC)
    first, second = (build_orgs(1, 300, 7, moment, None)[0] for moment in (NOW, later))
    statement = 'SELECT "Id", $1::TIMESTAMP - "LastLoginDate", $1::TIMESTAMP - "CreatedDate" FROM "User" ORDER BY 1'
    ages = [
        org._data.connection.execute(statement, [moment.replace(tzinfo=None)]).fetchall()
        for org, moment in ((first, NOW), (second, later))
    ]
    assert ages[0] == ages[1]
    assert abs((second.clock.now() - later).total_seconds()) < 60


def test_without_a_moment_the_population_stands_on_today_and_the_clock_is_real() -> None:
    org = build_orgs(1, 60, 7, None, None)[0]
    moment = org.clock.now()
    newest = org._data.connection.execute('SELECT max("LastLoginDate") FROM "User"').fetchone()
    assert newest is not None
    assert newest[0].date() < moment.date()
    assert abs((OrgClock(moment).now() - moment).total_seconds()) < 5


def test_unknown_scenarios_and_tiny_orgs_are_refused() -> None:
    with pytest.raises(ValueError, match="unknown scenario 'storm'; there are: company"):
        build_orgs(1, 100, 7, NOW, "storm")
    with pytest.raises(ValueError, match="at least 50 users"):
        build_orgs(1, 49, 7, NOW, None)


def test_no_required_column_is_empty(calm: Desk) -> None:
    for item in calm.org._data.catalog:
        if not item.stored:
            continue
        for each in item.fields:
            if each.nillable or each.sql is not None or (item.name, each.name) == ("User", "ProfileId"):
                continue
            sql = f'SELECT count(*) FROM "{item.name}" WHERE "{each.name}" IS NULL'  # noqa: S608 - our names
            assert calm.sql(sql) == [(0,)], f"{item.name}.{each.name}"


def test_every_reference_leads_to_a_record(calm: Desk) -> None:
    stored = {item.name for item in ALL if item.stored}
    for item in ALL:
        for each in item.fields:
            if not item.stored or each.sql is not None or len(each.targets) != 1 or each.targets[0] not in stored:
                continue
            sql = (
                f'SELECT count(*) FROM "{item.name}" t WHERE t."{each.name}" IS NOT NULL '  # noqa: S608 - our names
                f'AND t."{each.name}" NOT IN (SELECT "Id" FROM "{each.targets[0]}")'
            )
            assert calm.sql(sql) == [(0,)], f"{item.name}.{each.name}"


def test_ids_and_names_are_unique(calm: Desk) -> None:
    for item in ALL:
        if item.stored and item.name != "OauthToken":
            sql = f'SELECT count(*) - count(DISTINCT "Id") FROM "{item.name}"'  # noqa: S608 - our names
            assert calm.sql(sql) == [(0,)], item.name
    for column in ("Username", "CommunityNickname"):
        sql = f'SELECT count(*) - count(DISTINCT lower("{column}")) FROM "User"'  # noqa: S608 - our names
        assert calm.sql(sql) == [(0,)]
    assert calm.sql('SELECT count(*) FROM "User" WHERE length("Alias") > 8 OR length("Username") > 80') == [(0,)]


def test_last_log_ins_agree_with_the_history(calm: Desk) -> None:
    wrong = calm.sql(
        """WITH newest AS (
            SELECT h."UserId" AS u, max(h."LoginTime") AS seen FROM "LoginHistory" h JOIN login_kind k USING (kind)
            WHERE k."Status" = 'Success' GROUP BY 1)
        SELECT count(*) FROM "User" LEFT JOIN newest ON u = "Id"
        WHERE "LastLoginDate" > TIMESTAMP '2026-06-01' AND seen IS DISTINCT FROM "LastLoginDate"
           OR seen > "LastLoginDate"
           OR "LastLoginDate" IS NULL AND seen IS NOT NULL"""
    )
    assert wrong == [(0,)]
    odd = calm.sql(
        """SELECT count(*) FROM "LoginHistory" h JOIN "User" u ON u."Id" = h."UserId"
        WHERE h."LoginTime" > TIMESTAMP '2026-11-24 12:00' OR h."LoginTime" < TIMESTAMP '2026-05-24'
           OR h."LoginTime" < u."CreatedDate" """
    )
    assert odd == [(0,)]


def test_about_fifteen_percent_of_people_are_stale_in_every_large_department(calm: Desk) -> None:
    rows = calm.sql(
        """WITH human AS (
            SELECT h."UserId" AS u, max(h."LoginTime") AS seen FROM "LoginHistory" h JOIN login_kind k USING (kind)
            WHERE k."Status" = 'Success' AND k."LoginType" <> 'OtherApi'
              AND coalesce(k."LoginSubType", 'OauthUserAgent') = 'OauthUserAgent' GROUP BY 1)
        SELECT "Department", count(*), avg((coalesce(seen, "CreatedDate") < TIMESTAMP '2026-09-25')::INTEGER)
        FROM "User" LEFT JOIN human ON u = "Id" WHERE "IsActive" AND "UserType" = 'Standard' GROUP BY 1"""
    )
    people = sum(count for _, count, _ in rows)
    assert 0.11 < sum(count * share for _, count, share in rows) / people < 0.20
    assert all(0.02 < share < 0.35 for department, count, share in rows if count > 30)
    assert sum(1 for _, count, share in rows if count * share >= 1) >= 8


PRESENT = [
    (
        "inactive holders of permission-set licenses",
        "SELECT COUNT() FROM PermissionSetLicenseAssign WHERE Assignee.IsActive = false",
    ),
    ("inactive holders of packages", "SELECT COUNT() FROM UserPackageLicense WHERE User.IsActive = false"),
    (
        "inactive users with a feature",
        "SELECT COUNT() FROM User WHERE IsActive = false AND UserPermissionsSupportUser = true",
    ),
    ("frozen users", "SELECT COUNT() FROM UserLogin WHERE IsFrozen = true"),
    (
        "active users who never came",
        "SELECT COUNT() FROM User WHERE IsActive = true AND LastLoginDate = null AND CreatedDate < LAST_N_DAYS:60",
    ),
    (
        "new starters who have not come yet",
        "SELECT COUNT() FROM User WHERE IsActive = true AND LastLoginDate = null AND CreatedDate = LAST_N_DAYS:30",
    ),
    (
        "users gone for more than a year",
        "SELECT COUNT() FROM User WHERE IsActive = true AND LastLoginDate < LAST_N_DAYS:365",
    ),
    ("external users", "SELECT COUNT() FROM User WHERE UserType = 'PowerPartner' AND ContactId != null"),
    ("contractors", "SELECT COUNT() FROM User WHERE CompanyName LIKE '%Contract%'"),
    ("disabled user licenses", "SELECT COUNT() FROM UserLicense WHERE Status = 'Disabled' AND TotalLicenses = 0"),
    (
        "expired permission-set licenses in use",
        "SELECT COUNT() FROM PermissionSetLicense WHERE Status = 'Disabled' AND "
        "ExpirationDate < TODAY AND UsedLicenses > 0",
    ),
    (
        "an identifier that no catalog knows",
        "SELECT COUNT() FROM PermissionSetLicense WHERE DeveloperName LIKE 'NWRoute%' AND UsedLicenses > 0",
    ),
    ("a package for everybody", "SELECT COUNT() FROM PackageLicense WHERE AllowedLicenses = -1"),
    ("an expired package in use", "SELECT COUNT() FROM PackageLicense WHERE Status = 'Expired' AND UsedLicenses > 0"),
    ("mobile log-ins", "SELECT COUNT() FROM LoginHistory WHERE LoginType = 'Remote Access 2.0'"),
    ("single sign-on", "SELECT COUNT() FROM LoginHistory WHERE LoginType LIKE 'SAML%'"),
    ("tokens of apps", "SELECT COUNT() FROM OauthToken WHERE AppName = 'Desk Sync'"),
    ("sessions", "SELECT COUNT() FROM AuthSession"),
    ("apps last used", "SELECT COUNT() FROM UserAppInfo"),
    ("entitlements", "SELECT COUNT() FROM TenantUsageEntitlement"),
]


@pytest.mark.parametrize(("what", "soql"), PRESENT)
def test_the_company_has(calm: Desk, what: str, soql: str) -> None:
    assert calm.count(soql) > 0, what


def test_licenses_are_full_near_their_limit_and_ample(calm: Desk) -> None:
    rows = {
        row["LicenseDefinitionKey"]: (row["TotalLicenses"], row["UsedLicenses"])
        for row in calm.query("SELECT LicenseDefinitionKey, TotalLicenses, UsedLicenses FROM UserLicense")
    }
    assert len(rows) == 27
    total, used = rows["SFDC"]
    assert 0.97 < used / total < 1
    assert rows["AUL"][0] == rows["AUL"][1] > 100
    assert rows["PID_Partner_Community"][0] > 1.5 * rows["PID_Partner_Community"][1]
    assert all(total >= used for total, used in rows.values())
    assert calm.count("SELECT COUNT() FROM PermissionSetLicense") == 40
    assert calm.count("SELECT COUNT() FROM PackageLicense") == 6


def test_consumption_is_of_the_company_and_of_the_moment(calm: Desk) -> None:
    rows = calm.query(
        "SELECT Setting, StartDate, EndDate, CurrentAmountAllowed, AmountUsed, UsageDate, Frequency, "
        "IsPersistentResource FROM TenantUsageEntitlement"
    )
    assert {row["Frequency"] for row in rows} == {"Daily", "Monthly", "Yearly", "Once"}
    assert all(0 < row["AmountUsed"] <= row["CurrentAmountAllowed"] for row in rows if row["AmountUsed"] is not None)
    assert [row["UsageDate"] for row in rows if row["IsPersistentResource"]] == [None]
    by_logins = calm.query(
        "SELECT LicenseDefinitionKey, MonthlyLoginsEntitlement, MonthlyLoginsUsed FROM UserLicense "
        "WHERE MonthlyLoginsEntitlement != null"
    )
    assert [row["LicenseDefinitionKey"] for row in by_logins] == ["PID_Customer_Community_Login"]
    assert 0 < by_logins[0]["MonthlyLoginsUsed"] < by_logins[0]["MonthlyLoginsEntitlement"]


def test_integrations_log_in_by_machine_only(calm: Desk) -> None:
    rows = calm.sql(
        """SELECT u."LastName", k."LoginType", k."LoginSubType", count(*) FROM "LoginHistory" h
        JOIN login_kind k USING (kind) JOIN "User" u ON u."Id" = h."UserId" JOIN "Profile" p ON p."Id" = u."ProfileId"
        WHERE p."PermissionsApiUserOnly" GROUP BY ALL ORDER BY 1"""
    )
    assert {(last, kind, sub) for last, kind, sub, _ in rows} == {
        ("Data Warehouse", "Remote Access 2.0", "OauthClientCredentials"),
        ("ERP Sync", "Remote Access 2.0", "OauthClientCredentials"),
        ("Retired Connector", "Remote Access 2.0", "OauthClientCredentials"),
        ("Telephony Connector", "OtherApi", "SoapApiLogin"),
        ("Web Shop", "Remote Access 2.0", "OauthJwtBearer"),
    }


def test_some_licenses_are_held_without_need_and_some_by_need(calm: Desk) -> None:
    ((held, needed),) = calm.sql(
        """SELECT count(*), count(*) FILTER (EXISTS (
            SELECT 1 FROM "PermissionSetAssignment" p
            JOIN permission_set_need n ON n.permission_set = p."PermissionSetId"
            WHERE p."AssigneeId" = a."AssigneeId" AND n.license = a."PermissionSetLicenseId"))
        FROM "PermissionSetLicenseAssign" a JOIN "User" u ON u."Id" = a."AssigneeId" WHERE u."IsActive" """
    )
    assert 0 < held - needed < needed


def test_managers_lead_their_own_department_up_to_the_chief(calm: Desk) -> None:
    rows = calm.sql(
        """SELECT count(*) FROM "User" u JOIN "User" m ON m."Id" = u."ManagerId"
        WHERE u."Id" > 17 AND m."Id" <> 4 AND (u."Department" <> m."Department" OR NOT m."IsActive"
              AND m."Title" LIKE 'Head of %')"""
    )
    assert rows == [(0,)]
    roots = calm.sql('SELECT "Title" FROM "User" WHERE "ManagerId" IS NULL AND "Title" = \'CEO\'')
    assert roots == [("CEO",)]


def test_orgs_share_people_and_the_sandbox_copies_production() -> None:
    production, sister, sandbox = build_orgs(3, 400, 7, NOW, None)

    def people(org: Org) -> list[tuple[str | None, ...]]:
        sql = 'SELECT "EmployeeNumber", "FederationIdentifier", lower("Email"), "Username" FROM "User" WHERE "Id" > 17'
        return org._data.connection.execute(sql).fetchall()

    first, second, copy = people(production), people(sister), people(sandbox)
    shared = {row[0] for row in first if row[0]} & {row[0] for row in second if row[0]}
    assert 0.25 < len(shared) / len([row for row in first if row[0]]) < 0.55
    emails = {row[0]: row[2] for row in first}
    assert {emails[row[0]] == row[2] for row in second if row[0] in shared} == {True, False}
    assert not {row[3] for row in first} & {row[3] for row in second}
    assert [row[3] for row in copy] == [f"{row[3]}.uat" for row in first]
    assert all(str(row[2]).endswith(".example.invalid") for row in copy)
    assert [org.name for org in (production, sister, sandbox)] == [
        "Northwind Industries",
        "Northwind Field Services",
        "Northwind Industries UAT",
    ]
