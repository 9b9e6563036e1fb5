"""Salesforce's error codes, as our errors: one table, one sentence and one remedy each.

The table is Salesforce fact sheet 2.8 and 3.1 (error codes) and 1.8 (words of the identity URL). Key is the
errorCode, never the HTTP status, because the status of one code varies. What stands nowhere in the table is sorted
by its HTTP status. Bodies that are not JSON never fail: gateways answer HTML, the identity URL plain text.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import httpx

from sfsam.errors import (
    BlockedBySalesforce,
    ClientRejected,
    ObjectUnavailable,
    PermissionMissing,
    ReconnectRequired,
    RecordLocked,
    RequestLimitReached,
    SalesforceUnavailable,
    SetupError,
    SfsamError,
)

_VERBATIM = 300  # characters of a foreign body that are worth showing
NOT_FOR_REST = "This session is not valid for use with the REST API"


@dataclass(frozen=True)
class Fault:
    """What one error code means: which error of ours, what happened, what to do."""

    error: type[SfsamError]
    what: str
    remedy: str


@dataclass(frozen=True)
class Said:
    """What a body says: Salesforce's code, its message, the fields it names."""

    code: str
    message: str
    fields: tuple[str, ...] = field(default=())


_LATER = "Nothing was lost; try again in some minutes."
_ADMIN = "An administrator has to change this in Salesforce."
_READ_MESSAGE = "Read Salesforce's words below, repair it in the org, then set the candidate back to ready."
_OUR_BUG = "This is an error in sfsam; please report it with the words below."
_LOG_IN_AGAIN = "Connect the profile again on the welcome page."


def _blocked(what: str, remedy: str = _READ_MESSAGE) -> Fault:
    return Fault(BlockedBySalesforce, what, remedy)


def _bug(what: str) -> Fault:
    return Fault(BlockedBySalesforce, what, _OUR_BUG)


def _busy(what: str) -> Fault:
    return Fault(SalesforceUnavailable, what, _LATER)


FAULTS: dict[str, Fault] = {
    # ── The session ──
    "INVALID_SESSION_ID": Fault(ReconnectRequired, "Salesforce no longer accepts the session.", _LOG_IN_AGAIN),
    "Bad_OAuth_Token": Fault(ReconnectRequired, "Salesforce no longer accepts the session.", _LOG_IN_AGAIN),
    "Missing_OAuth_Token": _bug("The request carried no token."),
    "Wrong_Org": Fault(SetupError, "The token belongs to another org.", _LOG_IN_AGAIN),
    "INVALID_AUTH_HEADER": _bug("Salesforce could not read the Authorization header."),
    "INVALID_OPERATION_WITH_EXPIRED_PASSWORD": Fault(
        SetupError, "The password of the connected user has expired.", "Set a new password for that user in Salesforce."
    ),
    "LOGIN_DURING_RESTRICTED_TIME": Fault(
        SetupError, "The connected user may not log in at this hour.", "Widen the login hours of its profile."
    ),
    "LOGIN_DURING_RESTRICTED_DOMAIN": Fault(
        SetupError,
        "The connected user may not log in from this network.",
        "Add this machine's address to the login IP ranges of its profile, or relax the IP policy of the app.",
    ),
    # ── The org ──
    "API_DISABLED_FOR_ORG": Fault(
        SetupError,
        "The REST API is not enabled for this org or for the connected user.",
        "Use an edition with API access and give the connected user the permission API Enabled.",
    ),
    "API_CURRENTLY_DISABLED": Fault(SetupError, "The API is switched off in this org at present.", _ADMIN),
    "FUNCTIONALITY_NOT_ENABLED": Fault(SetupError, "The org does not have this feature switched on.", _ADMIN),
    "ORG_LOCKED": Fault(SetupError, "Salesforce has locked this org.", "Ask Salesforce why, then try again."),
    "REQUEST_LIMIT_EXCEEDED": Fault(
        RequestLimitReached,
        "The org's API calls for the last 24 hours are used up.",
        "The count covers the last 24 hours; try again in some hours.",
    ),
    "LIMIT_EXCEEDED": Fault(
        RequestLimitReached,
        "The org's Bulk API allowance for the last 24 hours is used up.",
        "The count covers the last 24 hours; try again in some hours.",
    ),
    "STORAGE_LIMIT_EXCEEDED": _blocked("The org's data storage is full.", _ADMIN),
    "TXN_SECURITY_METERING_ERROR": _busy("A transaction security policy of the org stopped the request for now."),
    "TXN_SECURITY_NO_ACCESS": Fault(
        SetupError,
        "A transaction security policy of the org forbids this request.",
        "Exempt the connected user from that policy.",
    ),
    "UNSUPPORTED_API_VERSION": Fault(
        SetupError, "The org does not serve this API version.", "Set SFSAM_API_VERSION to a version that it lists."
    ),
    # ── Trying later may help ──
    "UNABLE_TO_LOCK_ROW": Fault(RecordLocked, "Somebody else is saving the same record.", _LATER),
    "SERVER_UNAVAILABLE": _busy("Salesforce is not available at the moment."),
    "UNKNOWN_EXCEPTION": _busy("Salesforce had an internal error."),
    "QUERY_TIMEOUT": _busy("The query ran too long for Salesforce."),
    "INVALID_QUERY_LOCATOR": _busy("Salesforce has dropped the cursor of a running query."),
    # ── What the connected user may do and see ──
    "INSUFFICIENT_ACCESS": Fault(
        PermissionMissing,
        "The connected user may not do this.",
        "Look at the profile's checks for the permission that is missing.",
    ),
    "INSUFFICIENT_ACCESS_OR_READONLY": Fault(
        PermissionMissing,
        "The connected user may not change this record.",
        "Look at the profile's checks for the permission that is missing.",
    ),
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": Fault(
        PermissionMissing,
        "The connected user may not use a record that this change refers to.",
        "Look at the profile's checks for the permission that is missing.",
    ),
    "INVALID_FIELD_FOR_INSERT_UPDATE": Fault(
        PermissionMissing,
        "The connected user may not write one of the fields.",
        "Give its profile or permission set edit access to the field named below.",
    ),
    "INVALID_FIELD": Fault(
        ObjectUnavailable,
        "The org does not show a field that was asked for.",
        "Give the connected user access to it; sfsam does without it where it can.",
    ),
    "INVALID_TYPE": Fault(
        ObjectUnavailable,
        "The org does not show this object to the connected user.",
        "Give the connected user the permission View Setup and Configuration.",
    ),
    "INVALIDENTITY": Fault(ObjectUnavailable, "The Bulk API does not offer this object.", "It is read by REST."),
    "NOT_FOUND": Fault(ObjectUnavailable, "Salesforce knows nothing at this address.", "It may be gone already."),
    "ENTITY_IS_DELETED": _blocked("The record has been deleted.", "Nothing is left to do."),
    # ── Changes that Salesforce refuses; its words are shown as they are ──
    "CANNOT_DISABLE_LAST_ADMIN": _blocked(
        "This is the last active administrator of the org.", "Make somebody else administrator first."
    ),
    "CANNOT_FREEZE_SELF": _blocked("Nobody can freeze the connected user itself.", "Exclude the connected user."),
    "CANNOT_PASSWORD_LOCKOUT": _blocked("Salesforce does not lock this password."),
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY": _blocked("A trigger or flow of the org stopped the change."),
    "FIELD_CUSTOM_VALIDATION_EXCEPTION": _blocked("A validation rule of the org stopped the change."),
    "FIELD_INTEGRITY_EXCEPTION": _blocked("The change contradicts something else that the org holds."),
    "FIELD_FILTER_VALIDATION_EXCEPTION": _blocked("The value is outside the filter of a lookup field."),
    "DEPENDENCY_EXISTS": _blocked("Something in the org still depends on this record."),
    "DELETE_FAILED": _blocked("Salesforce could not delete the record."),
    "LICENSE_LIMIT_EXCEEDED": _blocked("The org has no free seat of this license.", "Free a seat first."),
    "INVALID_PACKAGE_LICENSE": _blocked("The package license is wrong or has expired."),
    "PACKAGE_LICENSE_REQUIRED": _blocked("The user needs a license of the managed package for this."),
    "INACTIVE_OWNER_OR_USER": _blocked("The owner or user of the record is inactive."),
    "OP_WITH_INVALID_USER_TYPE_EXCEPTION": _blocked("Users of this type cannot be changed in this way."),
    "LIGHT_PORTAL_USER_EXCEPTION": _blocked("High-volume portal users cannot be changed in this way."),
    "USER_OWNS_PORTAL_ACCOUNT_EXCEPTION": _blocked("The user owns an account of a portal."),
    "USER_WITH_APEX_SHARES_EXCEPTION": _blocked("The user is named in sharing made by Apex."),
    "CIRCULAR_DEPENDENCY": _blocked("The change would make a circle."),
    "ENTITY_IS_LOCKED": _blocked("The record is locked, for example by an approval."),
    "MIXED_DML_OPERATION": _bug("Set-up records and other records were sent in one call."),
    "INVALID_READ_ONLY_USER_DML": _blocked("The connected user is read-only.", _ADMIN),
    "REQUIRE_RUNAS_USER": _blocked("Salesforce asks for a user to run this as.", _ADMIN),
    "DUPLICATE_VALUE": _blocked("The record exists already.", "Nothing is left to do."),
    "DUPLICATE_USERNAME": _blocked("The user name is taken; user names are unique over all orgs."),
    "DUPLICATE_COMM_NICKNAME": _blocked("The nickname is taken."),
    "INVALID_CROSS_REFERENCE_KEY": _blocked("A record that the change refers to does not exist."),
    "ALL_OR_NONE_OPERATION_ROLLED_BACK": _blocked("Another record of the same call failed, so this one was undone."),
    # ── Requests that we should not have sent ──
    "MALFORMED_QUERY": _bug("Salesforce could not read the query."),
    "MALFORMED_ID": _bug("Salesforce could not read an id."),
    "INVALID_ID_FIELD": _bug("Salesforce could not read an id."),
    "REQUIRED_FIELD_MISSING": _bug("A field that Salesforce requires was not sent."),
    "JSON_PARSER_ERROR": _bug("Salesforce could not read the request."),
    "INVALID_BATCH_SIZE": _bug("The batch size is outside what Salesforce takes."),
    "EXCEEDED_MAX_SIZE_REQUEST": _bug("The request is larger than Salesforce takes."),
    "EXCEEDED_ID_LIMIT": _bug("The query groups more rows than Salesforce returns."),
    "METHOD_NOT_ALLOWED": _bug("Salesforce does not take this method here."),
    "UNSUPPORTED_MEDIA_TYPE": _bug("Salesforce does not take this kind of body."),
    "INVALIDJOBSTATE": _bug("The Bulk job is not in the state for this."),
    "API_ERROR": _bug("The Bulk API refused the request."),
}

_NOT_FOR_REST = Fault(
    PermissionMissing,
    "The token may not use the REST API.",
    "Add the scope 'Manage user data via APIs (api)' to the app, or give the user API Enabled; then connect again.",
)
_TOO_MANY_AT_ONCE = _busy("The org is working on too many long requests at once.")


def from_response(response: httpx.Response) -> SfsamError:
    """The error that a refused request means. Never raises, whatever the body is."""
    said = read_body(response)
    if said.code:
        return from_code(said, status=response.status_code)
    fault = _by_status(response.status_code)
    return _error(fault, said, response.status_code, retry_after=_seconds(response.headers.get("Retry-After")))


def from_code(said: Said, *, status: int = 400) -> SfsamError:
    """The error of one Salesforce errorCode (or statusCode of a row)."""
    if said.code == "INVALID_SESSION_ID" and NOT_FOR_REST.lower() in said.message.lower():
        return _error(_NOT_FOR_REST, said, status)
    if said.code == "REQUEST_LIMIT_EXCEEDED" and said.message.lower().startswith("concurrent"):
        return _error(_TOO_MANY_AT_ONCE, said, status)
    return _error(FAULTS.get(said.code) or _by_status(status), said, status)


def remedy_of(code: str) -> str:
    """What to do about a record that was refused with this code."""
    return (FAULTS.get(code) or _by_status(400)).remedy


def read_body(response: httpx.Response) -> Said:
    """Code and words of a body in any of Salesforce's shapes; no code when it is HTML or empty."""
    text = response.text.strip()
    if text in FAULTS:  # the identity URL answers one bare word
        return Said(code=text, message=text)
    try:
        body = json.loads(text)
    except ValueError:
        return Said(code="", message=text[:_VERBATIM])
    first = body[0] if isinstance(body, list) and body else body
    return _from_json(first) if isinstance(first, dict) else Said(code="", message=text[:_VERBATIM])


def is_expired_session(error: SfsamError) -> bool:
    """Whether a new token may help: exactly the two answers of fact sheet 1.6."""
    return isinstance(error, ReconnectRequired) and code_of(error) in ("INVALID_SESSION_ID", "Bad_OAuth_Token")


def code_of(error: SfsamError) -> str:
    return str(error.values.get("code", ""))


def _from_json(item: dict[str, Any]) -> Said:
    code = item.get("errorCode") or item.get("statusCode") or ""
    fields = item.get("fields")
    named = tuple(map(str, fields)) if isinstance(fields, list) else ()
    return Said(code=str(code), message=str(item.get("message") or ""), fields=named)


def _by_status(status: int) -> Fault:
    if status in (420, 429) or status >= 500:
        return _busy(f"Salesforce did not answer properly (HTTP {status}).")
    if 300 <= status < 400:
        return Fault(
            SetupError,
            "The address answered with a redirect, which is not followed with a token.",
            "Enter the org's current My Domain URL in the connection.",
        )
    if status == 401:
        return Fault(ClientRejected, "Salesforce did not accept the log-in (HTTP 401).", _LOG_IN_AGAIN)
    if status == 403:
        return Fault(PermissionMissing, "The request was forbidden (HTTP 403).", "A proxy or a policy stands between.")
    if status == 410:
        return FAULTS["UNSUPPORTED_API_VERSION"]
    return _blocked(f"Salesforce refused the request (HTTP {status}).")


def _error(fault: Fault, said: Said, status: int, **values: object) -> SfsamError:
    return fault.error(
        fault.what,
        fault.remedy,
        said=said.message,
        code=said.code,
        fields=said.fields,
        status=status,
        **values,
    )


def _seconds(header: str | None) -> float | None:
    return float(header) if header and header.isdigit() else None
