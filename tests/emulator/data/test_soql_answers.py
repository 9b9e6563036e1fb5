"""Queries compared with hand-written SQL over the tables, and the shapes of their answers."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any

import pytest

from sfsam.emulator.soql.dates import DATE_WORDS, DATE_WORDS_WITH_NUMBER, day_range
from tests.emulator.data.desk import Desk

COUNTS = [
    ("SELECT Id FROM User", 'FROM "User"'),
    ("SELECT Id FROM User WHERE IsActive = true", 'FROM "User" WHERE "IsActive"'),
    ("SELECT Id FROM user WHERE isactive != TRUE", 'FROM "User" WHERE NOT "IsActive"'),
    ("SELECT Id FROM User WHERE Department = 'SALES'", """FROM "User" WHERE "Department" = 'Sales'"""),
    ("SELECT Id FROM User WHERE Department != 'Sales'", """FROM "User" WHERE "Department" IS DISTINCT FROM 'Sales'"""),
    ("SELECT Id FROM User WHERE Department = null", 'FROM "User" WHERE "Department" IS NULL'),
    ("SELECT Id FROM User WHERE Department = ''", 'FROM "User" WHERE "Department" IS NULL'),
    (
        "SELECT Id FROM User WHERE Department IN ('sales', 'IT', null)",
        """FROM "User" WHERE "Department" IN ('Sales', 'IT') OR "Department" IS NULL""",
    ),
    (
        "SELECT Id FROM User WHERE Department NOT IN ('Sales', 'Service')",
        """FROM "User" WHERE coalesce("Department", '') NOT IN ('Sales', 'Service')""",
    ),
    (r"SELECT Id FROM User WHERE LastName LIKE 'O\'%'", """FROM "User" WHERE "LastName" LIKE 'O''%'"""),
    ("SELECT Id FROM User WHERE FirstName LIKE '_nna'", """FROM "User" WHERE "FirstName" LIKE '_nna'"""),
    (r"SELECT Id FROM PermissionSet WHERE Name LIKE '%\_%'", """FROM "PermissionSet" WHERE contains("Name", '_')"""),
    (
        "SELECT Id FROM User WHERE (NOT FirstName LIKE 'A%')",
        """FROM "User" WHERE "FirstName" IS NULL OR "FirstName" NOT LIKE 'A%'""",
    ),
    (
        "SELECT Id FROM User WHERE LastLoginDate < LAST_N_DAYS:60 AND IsActive = true",
        """FROM "User" WHERE "LastLoginDate" < DATE '2026-09-25' AND "IsActive" """,
    ),
    (
        "SELECT Id FROM User WHERE LastLoginDate = TODAY",
        """FROM "User" WHERE "LastLoginDate" >= DATE '2026-11-24' AND "LastLoginDate" < DATE '2026-11-25'""",
    ),
    (
        "SELECT Id FROM User WHERE LastLoginDate = N_DAYS_AGO:3",
        """FROM "User" WHERE "LastLoginDate"::DATE = DATE '2026-11-21'""",
    ),
    (
        "SELECT Id FROM User WHERE LastLoginDate != YESTERDAY",
        """FROM "User" WHERE "LastLoginDate"::DATE IS DISTINCT FROM DATE '2026-11-23'""",
    ),
    (
        "SELECT Id FROM User WHERE CreatedDate >= 2026-11-01T00:00:00+02:00",
        """FROM "User" WHERE "CreatedDate" >= TIMESTAMP '2026-10-31 22:00:00'""",
    ),
    (
        "SELECT Id FROM User WHERE DAY_ONLY(LastLoginDate) = 2026-11-20",
        """FROM "User" WHERE "LastLoginDate"::DATE = DATE '2026-11-20'""",
    ),
    (
        "SELECT Id FROM PermissionSetLicense WHERE ExpirationDate < TODAY",
        """FROM "PermissionSetLicense" WHERE
        "ExpirationDate" < DATE '2026-11-24'""",
    ),
    (
        "SELECT Id FROM User WHERE Profile.UserLicense.LicenseDefinitionKey = 'sfdc'",
        """FROM "User" u JOIN "Profile" p ON p."Id" = u."ProfileId" WHERE p."UserLicenseId" = 1""",
    ),
    (
        "SELECT u.Id FROM User u WHERE u.Manager.IsActive = false",
        """FROM "User" u LEFT JOIN "User" m ON m."Id" = u."ManagerId" WHERE coalesce(NOT m."IsActive", true)""",
    ),
    (
        "SELECT Id FROM User WHERE Id IN (SELECT UserId FROM LoginHistory WHERE LoginTime = LAST_N_DAYS:30)",
        """FROM "User" WHERE "Id" IN (SELECT "UserId" FROM "LoginHistory" WHERE "LoginTime" >= DATE '2026-10-25')""",
    ),
    (
        "SELECT Id FROM User WHERE Id NOT IN (SELECT UserId FROM LoginHistory) AND IsActive = true",
        """FROM "User" WHERE "IsActive" AND "Id" NOT IN (SELECT "UserId" FROM "LoginHistory")""",
    ),
    (
        "SELECT Id FROM LoginHistory WHERE LoginType IN ('application')",
        """FROM "LoginHistory" WHERE kind IN (0, 1, 7)""",
    ),
    (
        "SELECT Id FROM PermissionSetAssignment WHERE PermissionSet.IsOwnedByProfile = false",
        'FROM "PermissionSetAssignment" WHERE "PermissionSetId" > 22',
    ),
    ("SELECT Id FROM PermissionSet WHERE LicenseId != null", 'FROM "PermissionSet" WHERE "LicenseId" IS NOT NULL'),
    (
        "SELECT Id FROM User WHERE UserRoleId = null AND UserType = 'Standard'",
        """FROM "User" WHERE "UserRoleId" IS NULL
        AND "UserType" = 'Standard'""",
    ),
    (
        "SELECT Id FROM TenantUsageEntitlement WHERE AmountUsed >= 310.5",
        """FROM "TenantUsageEntitlement"
        WHERE "AmountUsed" >= 310.5""",
    ),
    (
        "SELECT Id FROM User WHERE IsActive = true AND (Title = 'Counsel' OR Title = 'Contractor')",
        """FROM "User"
        WHERE "IsActive" AND "Title" IN ('Counsel', 'Contractor')""",
    ),
]


@pytest.mark.parametrize(("soql", "rest"), COUNTS)
def test_a_query_finds_what_the_tables_hold(calm: Desk, soql: str, rest: str) -> None:
    expected = calm.sql(f"SELECT count(*) {rest}")[0][0]
    assert calm.count(soql) == expected
    counted = soql.replace("SELECT Id", "SELECT COUNT()", 1).replace("SELECT u.Id", "SELECT COUNT()", 1)
    assert calm.count(counted) == expected


def test_the_table_of_counts_is_not_empty_handed(calm: Desk) -> None:
    empty = [soql for soql, rest in COUNTS if calm.sql(f"SELECT count(*) {rest}")[0][0] == 0]
    assert empty == []


def test_clauses_that_change_nothing_for_an_api_caller(calm: Desk) -> None:
    soql = "SELECT Id FROM User USING SCOPE everything WHERE IsActive = true WITH USER_MODE LIMIT 5 FOR VIEW"
    assert calm.count(soql) == 5


def test_the_fiscal_year_is_the_calendars(calm: Desk) -> None:
    for fiscal in ("THIS_FISCAL_YEAR", "LAST_N_FISCAL_QUARTERS:3", "N_FISCAL_YEARS_AGO:2"):
        plain = fiscal.replace("FISCAL_", "")
        soql = "SELECT Id FROM User WHERE CreatedDate = "
        assert calm.count(soql + fiscal) == calm.count(soql + plain) > 0
    grouped = "SELECT {0}(CreatedDate) y, COUNT(Id) n FROM User GROUP BY {0}(CreatedDate)"
    assert calm.query(grouped.format("FISCAL_YEAR")) == calm.query(grouped.format("CALENDAR_YEAR"))
    weeks = calm.query(grouped.format("WEEK_IN_MONTH"))
    assert [row["y"] for row in weeks] == [1, 2, 3, 4, 5]


def test_ids_compare_in_both_lengths(calm: Desk) -> None:
    admin = calm.org.admin_user_id
    for given in (admin, admin[:15], admin.upper()):
        assert calm.query("SELECT Id FROM User WHERE Id = :given", given=given) == [{"Id": admin}]
    assert calm.count("SELECT Id FROM User WHERE Id IN (:long, :short)", long=admin, short=admin[:15]) == 1
    assert calm.count("SELECT Id FROM User WHERE Id = :id", id=calm.profile("Standard User")) == 0
    assert calm.count("SELECT Id FROM User WHERE Id > :admin", admin=admin) == calm.count("SELECT Id FROM User") - 1


def test_a_polymorphic_license_is_found_by_either_kind(calm: Desk) -> None:
    psl = calm.license("SalesConsoleUser")
    found = calm.query("SELECT Name, LicenseId, License.Name FROM PermissionSet WHERE LicenseId = :psl", psl=psl)
    assert [(row["Name"], row["LicenseId"], row["License"]["Name"]) for row in found] == [
        ("Sales_Console", psl, "Sales Console User")
    ]
    salesforce = calm.named("UserLicense", "Salesforce")
    soql = "SELECT License.Name, IsOwnedByProfile FROM PermissionSet WHERE LicenseId = :id"
    rows = calm.query(soql, id=salesforce)
    assert {row["License"]["Name"] for row in rows} == {"Salesforce"}
    assert {row["IsOwnedByProfile"] for row in rows} == {True, False}


def test_groups_agree_with_the_tables(calm: Desk) -> None:
    rows = calm.query(
        "SELECT Department, COUNT(Id) people, COUNT_DISTINCT(ManagerId), MAX(LastLoginDate), MIN(CreatedDate) "
        "FROM User WHERE IsActive = true GROUP BY Department HAVING COUNT(Id) > 20 ORDER BY COUNT(Id) DESC, Department"
    )
    expected = calm.sql(
        """SELECT "Department", count(*), count(DISTINCT "ManagerId"),
        strftime(max("LastLoginDate"), '%Y-%m-%dT%H:%M:%S.000+0000'),
        strftime(min("CreatedDate"), '%Y-%m-%dT%H:%M:%S.000+0000')
        FROM "User" WHERE "IsActive" GROUP BY ALL HAVING count(*) > 20 ORDER BY 2 DESC, 1 NULLS FIRST"""
    )
    assert [tuple(row.values()) for row in rows] == expected
    assert list(rows[0]) == ["Department", "people", "expr0", "expr1", "expr2"]


def test_sums_and_averages(calm: Desk) -> None:
    row = calm.query("SELECT SUM(TotalLicenses) total, AVG(TotalLicenses) mean, COUNT(Id) n FROM UserLicense")[0]
    assert row["n"] == 27
    assert row["mean"] == pytest.approx(row["total"] / 27)
    assert row["total"] == calm.sql('SELECT sum("TotalLicenses")::BIGINT FROM "UserLicense"')[0][0]


def test_date_functions_group(calm: Desk) -> None:
    rows = calm.query(
        "SELECT CALENDAR_YEAR(CreatedDate) year, COUNT(Id) n FROM User GROUP BY CALENDAR_YEAR(CreatedDate)"
    )
    expected = calm.sql('SELECT year("CreatedDate"), count(*) FROM "User" GROUP BY 1 ORDER BY 1')
    assert [(row["year"], row["n"]) for row in rows] == expected


def test_order_limit_and_offset(calm: Desk) -> None:
    soql = "SELECT LastLoginDate FROM User ORDER BY LastLoginDate {} LIMIT 700"
    up = [row["LastLoginDate"] for row in calm.query(soql.format("ASC"))]
    assert up[0] is None
    assert up == sorted(up, key=lambda value: value or "")
    down = [row["LastLoginDate"] for row in calm.query(soql.format("DESC NULLS LAST"))]
    assert down == sorted(down, key=lambda value: value or "", reverse=True)
    assert None not in down
    page = calm.query("SELECT Id FROM User ORDER BY Id LIMIT 5 OFFSET 10")
    assert page == calm.query("SELECT Id FROM User ORDER BY Id LIMIT 15")[10:]


def test_text_sorts_without_case(calm: Desk) -> None:
    names = [row["Username"] for row in calm.query("SELECT Username FROM User ORDER BY Username")]
    assert names == sorted(names, key=str.lower)


def test_records_have_rest_shape(calm: Desk) -> None:
    result = calm.result(
        "select lastname, id, manager.name, manager.profile.name, isactive, lastlogindate from user where id = :id",
        id=calm.org.admin_user_id,
    )
    record = result.records(0, 10, "66.0")[0]
    chief = calm.sql('SELECT id_005("ManagerId") FROM "User" WHERE "Id" = 1')[0][0]
    assert record == {
        "attributes": {"type": "User", "url": f"/services/data/v66.0/sobjects/User/{calm.org.admin_user_id}"},
        "LastName": "Lindqvist",
        "Id": calm.org.admin_user_id,
        "Manager": {
            "attributes": {"type": "User", "url": f"/services/data/v66.0/sobjects/User/{chief}"},
            "Name": "Helena Marchetti",
            "Profile": {
                "attributes": {
                    "type": "Profile",
                    "url": f"/services/data/v66.0/sobjects/Profile/{calm.profile('Standard User')}",
                },
                "Name": "Standard User",
            },
        },
        "IsActive": True,
        "LastLoginDate": "2026-11-24T09:00:00.000+0000",
    }
    assert list(record) == ["attributes", "LastName", "Id", "Manager", "IsActive", "LastLoginDate"]


def test_a_missing_parent_is_null(calm: Desk) -> None:
    rows = calm.query("SELECT UserRole.Name, Manager.Manager.Name FROM User WHERE ManagerId = null LIMIT 1")
    assert rows == [{"UserRole": None, "Manager": None}]


def test_children_nest_and_empty_ones_are_null(calm: Desk) -> None:
    rows = calm.query(
        "SELECT Id, (SELECT PermissionSet.Name FROM PermissionSetAssignments "
        "WHERE PermissionSet.IsOwnedByProfile = false ORDER BY PermissionSet.Name LIMIT 2), "
        "(SELECT Id, IsFrozen FROM UserLogins) FROM User WHERE UserType = 'Standard'"
    )
    expected = dict(
        calm.sql(
            """SELECT id_005(u."Id"), count(a."Id") FROM "User" u LEFT JOIN "PermissionSetAssignment" a
            ON a."AssigneeId" = u."Id" AND a."PermissionSetId" > 22 WHERE u."UserType" = 'Standard' GROUP BY 1"""
        )
    )
    assert len(rows) == len(expected)
    for row in rows:
        children = row["PermissionSetAssignments"]
        assert (children["totalSize"] if children else 0) == min(2, expected[row["Id"]])
        assert row["UserLogins"]["totalSize"] == 1
    full = next(row["PermissionSetAssignments"] for row in rows if expected[row["Id"]] > 2)
    names = [record["PermissionSet"]["Name"] for record in full["records"]]
    assert full["done"] is True
    assert names == sorted(names)


def test_fields_all_standard_and_custom(calm: Desk) -> None:
    everything = {field["name"] for field in calm.org.describe("User", calm.caller)["fields"]}
    assert set(calm.query("SELECT FIELDS(ALL) FROM User LIMIT 1")[0]) == everything
    assert set(calm.query("SELECT FIELDS(CUSTOM) FROM User LIMIT 1")[0]) == {"Cost_Center__c"}
    assert set(calm.query("SELECT FIELDS(STANDARD) FROM User")[0]) == everything - {"Cost_Center__c"}


def test_csv_holds_the_same_as_the_records(calm: Desk) -> None:
    soql = "SELECT Id, Name, Profile.Name, IsActive, LastLoginDate, Manager.Name, NumberOfFailedLogins FROM User"
    result = calm.org.query(soql, calm.caller)
    pages = [result.csv(offset, 400).decode() for offset in range(0, result.total_size, 400)]
    rows = [row for page in pages for row in csv.DictReader(io.StringIO(page))]
    head = '"Id","Name","Profile.Name","IsActive","LastLoginDate","Manager.Name","NumberOfFailedLogins"\n'
    assert all(page.startswith(head) for page in pages)
    assert [_cells(record) for record in calm.query(soql)] == rows


def _cells(record: dict[str, Any]) -> dict[str, str]:
    manager = record["Manager"]
    return {
        "Id": record["Id"],
        "Name": record["Name"],
        "Profile.Name": record["Profile"]["Name"] if record["Profile"] else "",
        "IsActive": str(record["IsActive"]).lower(),
        "LastLoginDate": (record["LastLoginDate"] or "").replace("+0000", "Z"),
        "Manager.Name": manager["Name"] if manager else "",
        "NumberOfFailedLogins": str(record["NumberOfFailedLogins"]),
    }


def test_csv_doubles_quotes_and_obeys_its_delimiter(busy: Desk) -> None:
    user = busy.add_user(LastName='De "Quote", the 2nd')
    result = busy.result("SELECT LastName, Title, Id FROM User WHERE Id = :id", id=user)
    assert result.csv(0, 5) == f'"LastName","Title","Id"\n"De ""Quote"", the 2nd","","{user}"\n'.encode()
    assert result.csv(0, 5, "|", "\r\n").startswith(b'"LastName"|"Title"|"Id"\r\n"De ""Quote')
    assert result.csv(1, 5) == b'"LastName","Title","Id"\n'


def test_a_result_does_not_change_with_later_writes(busy: Desk) -> None:
    user = busy.add_user(Title="Before")
    result = busy.result("SELECT Title FROM User WHERE Id = :id", id=user)
    busy.update("User", user, Title="After")
    assert result.records(0, 1, "66.0")[0]["Title"] == "Before"
    assert busy.value("SELECT Title FROM User WHERE Id = :id", id=user) == "After"


def test_column_metadata(calm: Desk) -> None:
    result = calm.org.query("SELECT Id, Profile.Name, IsActive FROM User LIMIT 1", calm.caller)
    found = result.column_metadata()
    assert {key: found[key] for key in ("entityName", "groupBy", "idSelected", "keyPrefix")} == {
        "entityName": "User",
        "groupBy": False,
        "idSelected": True,
        "keyPrefix": "005",
    }
    columns = {column["columnName"]: column for column in found["columnMetadata"]}
    assert columns["Id"]["apexType"] == "Id"
    assert columns["IsActive"]["booleanType"] is True
    assert [column["columnName"] for column in columns["Profile"]["joinColumns"]] == ["Name"]


def test_deleted_rows_are_seen_with_all_rows_only(busy: Desk) -> None:
    user = busy.add_user(Profile="Standard User", PermissionSetLicenses=["IdentityConnect"])
    soql = "SELECT Id, IsDeleted FROM PermissionSetLicenseAssign WHERE AssigneeId = :user"
    (row,) = busy.query(soql, user=user)
    assert busy.delete("PermissionSetLicenseAssign", row["Id"]).success
    assert busy.query(soql, user=user) == []
    assert busy.query(soql, user=user, all_rows=True) == [{"Id": row["Id"], "IsDeleted": True}]


RANGES = [
    ("TODAY", None, date(2026, 11, 24), date(2026, 11, 25)),
    ("YESTERDAY", None, date(2026, 11, 23), date(2026, 11, 24)),
    ("TOMORROW", None, date(2026, 11, 25), date(2026, 11, 26)),
    ("LAST_N_DAYS", 30, date(2026, 10, 25), date(2026, 11, 25)),
    ("LAST_90_DAYS", None, date(2026, 8, 26), date(2026, 11, 25)),
    ("NEXT_N_DAYS", 2, date(2026, 11, 25), date(2026, 11, 27)),
    ("N_DAYS_AGO", 0, date(2026, 11, 24), date(2026, 11, 25)),
    ("THIS_WEEK", None, date(2026, 11, 22), date(2026, 11, 29)),
    ("LAST_MONTH", None, date(2026, 10, 1), date(2026, 11, 1)),
    ("LAST_N_MONTHS", 11, date(2025, 12, 1), date(2026, 11, 1)),
    ("NEXT_N_MONTHS", 2, date(2026, 12, 1), date(2027, 2, 1)),
    ("THIS_QUARTER", None, date(2026, 10, 1), date(2027, 1, 1)),
    ("N_QUARTERS_AGO", 1, date(2026, 7, 1), date(2026, 10, 1)),
    ("LAST_YEAR", None, date(2025, 1, 1), date(2026, 1, 1)),
    ("N_YEARS_AGO", 2, date(2024, 1, 1), date(2025, 1, 1)),
]


@pytest.mark.parametrize(("word", "argument", "first", "after"), RANGES)
def test_date_words(word: str, argument: int | None, first: date, after: date) -> None:
    assert day_range(word, argument, date(2026, 11, 24)) == (first, after)


def test_every_date_word_is_understood(calm: Desk) -> None:
    for word in sorted(DATE_WORDS) + [f"{word}:2" for word in sorted(DATE_WORDS_WITH_NUMBER)]:
        calm.count("SELECT COUNT() FROM User WHERE LastLoginDate >= " + word)  # noqa: S608 - our own words
