from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest

from sfsam.errors import (
    BlockedBySalesforce,
    PermissionMissing,
    ReconnectRequired,
    RequestLimitReached,
    SalesforceUnavailable,
    SetupError,
    SfsamError,
)
from sfsam.salesforce import faults
from sfsam.salesforce.faults import FAULTS, Said
from tests.salesforce.paper_org import refusal

# Every errorCode that Salesforce fact sheet 2.8 and 3.1 name.
CODES = """
INVALID_SESSION_ID INVALID_AUTH_HEADER REQUEST_LIMIT_EXCEEDED API_DISABLED_FOR_ORG API_CURRENTLY_DISABLED
FUNCTIONALITY_NOT_ENABLED ORG_LOCKED LOGIN_DURING_RESTRICTED_TIME LOGIN_DURING_RESTRICTED_DOMAIN
TXN_SECURITY_METERING_ERROR TXN_SECURITY_NO_ACCESS INSUFFICIENT_ACCESS INSUFFICIENT_ACCESS_OR_READONLY
INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY
INVALID_OPERATION_WITH_EXPIRED_PASSWORD INVALID_FIELD INVALID_TYPE MALFORMED_QUERY MALFORMED_ID
INVALID_CROSS_REFERENCE_KEY INVALID_ID_FIELD INVALID_QUERY_LOCATOR QUERY_TIMEOUT INVALID_FIELD_FOR_INSERT_UPDATE
REQUIRED_FIELD_MISSING FIELD_INTEGRITY_EXCEPTION FIELD_CUSTOM_VALIDATION_EXCEPTION FIELD_FILTER_VALIDATION_EXCEPTION
DUPLICATE_VALUE DUPLICATE_USERNAME DUPLICATE_COMM_NICKNAME LICENSE_LIMIT_EXCEEDED UNABLE_TO_LOCK_ROW
DEPENDENCY_EXISTS DELETE_FAILED CANNOT_DISABLE_LAST_ADMIN CANNOT_FREEZE_SELF CANNOT_PASSWORD_LOCKOUT
INVALID_PACKAGE_LICENSE PACKAGE_LICENSE_REQUIRED INACTIVE_OWNER_OR_USER OP_WITH_INVALID_USER_TYPE_EXCEPTION
LIGHT_PORTAL_USER_EXCEPTION USER_OWNS_PORTAL_ACCOUNT_EXCEPTION USER_WITH_APEX_SHARES_EXCEPTION CIRCULAR_DEPENDENCY
ENTITY_IS_LOCKED MIXED_DML_OPERATION STORAGE_LIMIT_EXCEEDED INVALID_READ_ONLY_USER_DML REQUIRE_RUNAS_USER
JSON_PARSER_ERROR INVALID_BATCH_SIZE EXCEEDED_MAX_SIZE_REQUEST NOT_FOUND ENTITY_IS_DELETED METHOD_NOT_ALLOWED
UNSUPPORTED_API_VERSION UNSUPPORTED_MEDIA_TYPE UNKNOWN_EXCEPTION SERVER_UNAVAILABLE INVALIDENTITY API_ERROR
LIMIT_EXCEEDED INVALIDJOBSTATE ALL_OR_NONE_OPERATION_ROLLED_BACK EXCEEDED_ID_LIMIT Bad_OAuth_Token
Missing_OAuth_Token Wrong_Org
""".split()  # noqa: SIM905 - a table reads better than a list of strings


def test_the_table_holds_exactly_the_codes_of_the_fact_sheet() -> None:
    assert set(FAULTS) == set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_every_code_becomes_an_error_with_a_sentence_and_a_remedy(code: str) -> None:
    error = faults.from_response(refusal(400, code, f"Salesforce said {code}"))
    assert type(error) is FAULTS[code].error
    assert error.family != "usage"
    assert re.fullmatch(r"[A-Z].*\.", error.what)
    assert re.fullmatch(r"[A-Z].*\.", error.remedy)
    assert error.said == f"Salesforce said {code}"
    assert error.values["code"] == code


def test_pitfall_13_total_limit_and_concurrency_are_two_things() -> None:
    total = faults.from_response(refusal(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."))
    concurrent = faults.from_response(refusal(403, "REQUEST_LIMIT_EXCEEDED", "ConcurrentPerOrgLongTxn Limit exceeded."))
    assert isinstance(total, RequestLimitReached)
    assert isinstance(concurrent, SalesforceUnavailable)


def test_pitfall_07_a_session_without_api_scope_is_a_setting_and_no_expiry() -> None:
    error = faults.from_response(
        refusal(401, "INVALID_SESSION_ID", "This session is not valid for use with the REST API")
    )
    assert isinstance(error, PermissionMissing)
    assert not faults.is_expired_session(error)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (420, b"<html>edge</html>", SalesforceUnavailable),
        (502, b"<html>bad gateway</html>", SalesforceUnavailable),
        (503, b"", SalesforceUnavailable),
        (429, b"slow down", SalesforceUnavailable),
        (403, b"Bad_OAuth_Token", ReconnectRequired),
        (403, b"", PermissionMissing),
        (403, b"<html>proxy says no</html>", PermissionMissing),
        (406, b"\xff\xfe not text", BlockedBySalesforce),
        (302, b"", SetupError),
        (400, b"[]", BlockedBySalesforce),
        (400, b'"a string"', BlockedBySalesforce),
        (400, b'{"error":"invalid_grant"}', BlockedBySalesforce),
        (410, b"", SetupError),
        (500, b'[{"errorCode":"SOMETHING_NEW","message":"new"}]', SalesforceUnavailable),
    ],
)
def test_pitfall_14_bodies_that_are_not_json_never_fail(status: int, body: bytes, error: type[SfsamError]) -> None:
    found = faults.from_response(httpx.Response(status, content=body))
    assert type(found) is error
    assert faults.is_expired_session(found) == (body == b"Bad_OAuth_Token")


def test_retry_after_is_kept() -> None:
    assert faults.from_response(httpx.Response(503, headers={"Retry-After": "7"})).values["retry_after"] == 7.0


def test_row_errors_are_read_by_status_code() -> None:
    error = faults.from_code(Said(code="CANNOT_DISABLE_LAST_ADMIN", message="last admin"))
    assert isinstance(error, BlockedBySalesforce)
    assert error.said == "last admin"


def test_the_module_stays_readable() -> None:
    assert len(Path(faults.__file__).read_text().splitlines()) < 300
