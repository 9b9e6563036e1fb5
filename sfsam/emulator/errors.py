"""The one error that the practice org answers with, in Salesforce's own words."""

from __future__ import annotations


class SalesforceError(Exception):
    """A refusal as Salesforce words it: HTTP status, errorCode, message and the fields it is about.

    Source: Salesforce fact sheet 2.8. The status is what a single-record REST call answers with; in a
    collection or inside a row result only the code, message and fields matter.
    """

    def __init__(self, status: int, code: str, message: str, fields: tuple[str, ...] = ()) -> None:
        super().__init__(f"{code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.fields = fields


def not_found() -> SalesforceError:
    """A record or resource that was never there."""
    return SalesforceError(404, "NOT_FOUND", "The requested resource does not exist")


def insufficient_access(message: str = "insufficient access rights on object id") -> SalesforceError:
    """The caller lacks the permission that the write needs (fact sheet 5.9)."""
    return SalesforceError(403, "INSUFFICIENT_ACCESS_OR_READONLY", message)


def integrity(message: str, *fields: str) -> SalesforceError:
    """A value that Salesforce refuses because of what it refers to (fact sheet 2.8, 5.5)."""
    return SalesforceError(400, "FIELD_INTEGRITY_EXCEPTION", message, fields)
