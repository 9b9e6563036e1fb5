"""Queries that are refused, with the exact words."""

from __future__ import annotations

import pytest

from sfsam.emulator.errors import SalesforceError
from sfsam.emulator.soql.lexer import tokens, unquoted
from sfsam.emulator.soql.parser import parse
from tests.emulator.data.desk import Desk

UNEXPECTED = [
    ("SELECT Id FORM User", "FORM"),
    ("SELECT Id FROM User WHERE", "<EOF>"),
    ("SELECT FROM User", "FROM"),
    ("SELECT Id, FROM User", "FROM"),
    ("SELECT Id FROM User LIMIT x", "x"),
    ("SELECT Id FROM User WHERE Name = 'a' AND Name = 'b' OR Name = 'c'", "OR"),
    ("SELECT Id FROM User WHERE Name = 'unclosed", "<EOF>"),
    ("SELECT Id FROM User ALL ROWS", "ALL"),
    ("SELECT Id FROM User FOR UPDATE", "UPDATE"),
    ("SELECT Id FROM User WITH DATA CATEGORY Asia__c AT Japan__c", "DATA"),
    ("SELECT Id FROM User USING SCOPE mine", "mine"),
    ("SELECT TYPEOF License WHEN UserLicense THEN Name END FROM PermissionSet", "TYPEOF"),
    ("SELECT Id FROM User WHERE Id IN :ids", ":"),
    ("SELECT Id FROM User;", ";"),
    ("SELECT toLabel(UserType) FROM User", "("),
    ("SELECT Id FROM User HAVING COUNT(Id) > 1", "HAVING"),
    ("SELECT Id FROM User WHERE CreatedDate > 2026-13-01", "2026-13-01"),
    ("UPDATE User SET IsActive = false", "UPDATE"),
    ("", "<EOF>"),
]


@pytest.mark.parametrize(("soql", "token"), UNEXPECTED)
def test_an_unexpected_token_is_named(soql: str, token: str) -> None:
    with pytest.raises(SalesforceError) as caught:
        parse(soql)
    assert caught.value.code == "MALFORMED_QUERY"
    assert caught.value.message == f"unexpected token: '{token}'"


REFUSED = [
    ("SELECT Id FROM User OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset allowed is 2000"),
    (
        "SELECT FIELDS(ALL) FROM User",
        "MALFORMED_QUERY",
        "The SOQL FIELDS function must have a LIMIT of at most 200",
    ),
    (
        "SELECT FIELDS(CUSTOM) FROM User LIMIT 201",
        "MALFORMED_QUERY",
        "The SOQL FIELDS function must have a LIMIT of at most 200",
    ),
    ("SELECT Name, COUNT(Id) FROM User", "MALFORMED_QUERY", "Field must be grouped or aggregated: Name"),
    ("SELECT Id, Id FROM User", "MALFORMED_QUERY", "duplicate field selected: Id"),
    ("SELECT Name n FROM User", "MALFORMED_QUERY", "only aggregate expressions use field aliasing"),
    (
        "SELECT Id FROM User WHERE IsActive = true OR Id IN (SELECT UserId FROM LoginHistory)",
        "MALFORMED_QUERY",
        "Semi join sub-selects are not allowed with the 'OR' operator",
    ),
    (
        "SELECT Id FROM User WHERE ManagerId IN (SELECT Id FROM User WHERE IsActive = false)",
        "MALFORMED_QUERY",
        "The inner and outer selects should not be on the same object type",
    ),
    (
        "SELECT Id FROM User WHERE ProfileId IN (SELECT PermissionSet.ProfileId FROM PermissionSetAssignment)",
        "MALFORMED_QUERY",
        "semi join sub-selects can only query id fields, cannot use: 'Relationship' type",
    ),
    (
        "SELECT Id FROM User WHERE Id IN (SELECT UserId, Id FROM LoginHistory)",
        "MALFORMED_QUERY",
        "semi join sub-selects can only query exactly one field",
    ),
    (
        "SELECT Id FROM User WHERE Id IN (SELECT UserId FROM LoginHistory) AND Id IN (SELECT UserId FROM UserLogin) "
        "AND Id NOT IN (SELECT UserId FROM UserPackageLicense)",
        "MALFORMED_QUERY",
        "The maximum number of semi join sub-selects is 2",
    ),
    (
        "SELECT Id FROM User WHERE Id IN (SELECT UserId FROM UserLogin WHERE UserId IN "
        "(SELECT UserId FROM AuthSession))",
        "MALFORMED_QUERY",
        "Nesting of semi join sub-selects is not supported",
    ),
    (
        "SELECT Id FROM User WHERE Id IN (SELECT UserId FROM LoginHistory LIMIT 5)",
        "MALFORMED_QUERY",
        "semi join sub-selects cannot have GROUP BY, ORDER BY, LIMIT or OFFSET",
    ),
    (
        "SELECT COUNT(LastLoginDate), UserId FROM LoginHistory GROUP BY UserId",
        "INVALID_FIELD",
        "No such column 'LastLoginDate' on entity 'LoginHistory'.",
    ),
    ("SELECT LoginTime FROM LoginHistory GROUP BY LoginTime", "INVALID_FIELD", "can not be grouped"),
    ("SELECT Id FROM LoginHistory ORDER BY Status", "INVALID_FIELD", "can not be sorted in a query call"),
    (
        "SELECT Id FROM UserLicense WHERE MonthlyLoginsUsed > 3",
        "INVALID_FIELD",
        "field 'MonthlyLoginsUsed' can not be filtered in a query call",
    ),
    (
        "SELECT Id FROM User WHERE IsActive = 'true'",
        "INVALID_FIELD",
        "value of filter criterion for field 'IsActive' must be of type boolean and should not be enclosed in quotes",
    ),
    (
        "SELECT Id FROM User WHERE LastLoginDate > '2026-01-01'",
        "INVALID_FIELD",
        "value of filter criterion for field 'LastLoginDate' must be of type dateTime and should not be enclosed",
    ),
    (
        "SELECT Id FROM User WHERE Username = 5",
        "INVALID_FIELD",
        "value of filter criterion for field 'Username' must be of type string and should be enclosed in quotes",
    ),
    ("SELECT Id FROM User WHERE Id = 'abc'", "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: abc"),
    ("SELECT Id FROM User WHERE ProfileId LIKE '00e%'", "INVALID_QUERY_FILTER_OPERATOR", "invalid operator on id"),
    ("SELECT Id, Account.Name FROM User", "INVALID_FIELD", "Didn't understand relationship 'Account' in field path."),
    (
        "SELECT Id, (SELECT Id FROM LoginHistories) FROM User",
        "INVALID_TYPE",
        "Didn't understand relationship 'LoginHistories' in FROM part of query call.",
    ),
    ("SELECT Id FROM User WHERE COUNT(Id) > 1", "MALFORMED_QUERY", "Aggregate functions are not allowed"),
    ("SELECT SUM(Name) FROM User", "MALFORMED_QUERY", "does not support aggregate operator SUM"),
    (
        r"SELECT Id FROM User WHERE Name = 'a\q'",
        "MALFORMED_QUERY",
        r"Invalid string literal 'a\q'. Illegal character sequence '\q' in string literal.",
    ),
    (
        "SELECT UserId, COUNT(Id) FROM LoginHistory GROUP BY UserId, LoginType, Status, Application, Browser",
        "EXCEEDED_ID_LIMIT",
        "Aggregate query does not support queryMore(), use LIMIT to restrict the results to a single batch",
    ),
]


@pytest.mark.parametrize(("soql", "code", "message"), REFUSED)
def test_a_query_is_refused_in_salesforces_words(calm: Desk, soql: str, code: str, message: str) -> None:
    error = calm.refused(soql)
    assert error.code == code
    assert message in error.message
    assert error.status == 400


def test_an_unknown_column_is_pointed_at(calm: Desk) -> None:
    assert calm.refused("SELECT Foo FROM User").message == (
        "\nSELECT Foo FROM User\n       ^\nERROR at Row:1:Column:8\nNo such column 'Foo' on entity 'User'. If you are "
        "attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference "
        "your WSDL or the describe call for the appropriate names."
    )


def test_an_unknown_column_behind_a_parent_on_a_later_line_is_pointed_at(calm: Desk) -> None:
    message = calm.refused("SELECT Id,\n  Profile.Foo\nFROM User").message
    assert message.startswith(
        "\n  Profile.Foo\n          ^\nERROR at Row:2:Column:11\nNo such column 'Foo' on entity 'Profile'."
    )


def test_an_unknown_object_is_pointed_at(calm: Desk) -> None:
    error = calm.refused("SELECT Id FROM ScratchOrgInfo limit 1")
    assert error.code == "INVALID_TYPE"
    assert error.message == (
        "\nSELECT Id FROM ScratchOrgInfo limit 1\n               ^\nERROR at Row:1:Column:16\nsObject type "
        "'ScratchOrgInfo' is not supported. If you are attempting to use a custom object, be sure to append the '__c' "
        "after the entity name. Please reference your WSDL or the describe call for the appropriate names."
    )


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        (r"'O\'Neill'", "O'Neill"),
        (r"'a\\b'", "a\\b"),
        (r"'line\nbreak'", "line\nbreak"),
        (r"'\u00e9'", "é"),
        (r"'50\%'", r"50\%"),
        ("''", ""),
    ],
)
def test_string_escapes(literal: str, value: str) -> None:
    assert unquoted(tokens(literal)[0]) == value


BULK_REFUSED = [
    ("SELECT COUNT() FROM User", "API_ERROR"),
    ("SELECT COUNT(Id) FROM User", "API_ERROR"),
    ("SELECT ProfileId FROM User GROUP BY ProfileId", "API_ERROR"),
    ("SELECT Id FROM User OFFSET 5", "API_ERROR"),
    ("SELECT Id, (SELECT Id FROM UserLogins) FROM User", "API_ERROR"),
    ("SELECT FIELDS(ALL) FROM User LIMIT 5", "API_ERROR"),
    ("SELECT AppName FROM OauthToken", "INVALIDENTITY"),
    ("SELECT Id FROM Nothing", "INVALID_TYPE"),
    ("SELECT Foo FROM User", "INVALID_FIELD"),
    ("SELECT Id FORM User", "MALFORMED_QUERY"),
]


@pytest.mark.parametrize(("soql", "code"), BULK_REFUSED)
def test_bulk_takes_fewer_queries(calm: Desk, soql: str, code: str) -> None:
    with pytest.raises(SalesforceError) as caught:
        calm.org.check_bulk_query(soql, calm.caller)
    assert caught.value.code == code
    if code == "INVALIDENTITY":
        assert caught.value.message == "Entity 'OauthToken' is not supported by the Bulk API."


def test_bulk_takes_parents_order_and_limit(calm: Desk) -> None:
    soql = "select Id, Profile.Name from user where IsActive = true order by Id limit 5"
    assert calm.org.check_bulk_query(soql, calm.caller) == "User"
