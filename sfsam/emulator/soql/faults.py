"""The errors of a query, with the lines that point at the place (Salesforce fact sheet 2.8)."""

from __future__ import annotations

from sfsam.emulator.errors import SalesforceError

_WINDOW = 60
"""Characters of the query shown on either side of the place."""


def malformed(message: str) -> SalesforceError:
    """A query that cannot be read."""
    return SalesforceError(400, "MALFORMED_QUERY", message)


def unexpected(token: str) -> SalesforceError:
    """A token that stands where it must not."""
    return malformed(f"unexpected token: '{token}'")


def pointing_at(soql: str, position: int, message: str) -> str:
    """The message under the part of the query it is about, a caret, and row and column."""
    line_start = soql.rfind("\n", 0, position) + 1
    row = soql.count("\n", 0, position) + 1
    column = position - line_start + 1
    line = soql[line_start:].split("\n", 1)[0]
    shown_from = max(0, column - 1 - _WINDOW)
    shown = line[shown_from : column - 1 + _WINDOW]
    caret = " " * (column - 1 - shown_from) + "^"
    return f"\n{shown}\n{caret}\nERROR at Row:{row}:Column:{column}\n{message}"


def invalid_field(soql: str, position: int, message: str) -> SalesforceError:
    """INVALID_FIELD that points at its place."""
    return SalesforceError(400, "INVALID_FIELD", pointing_at(soql, position, message))


def no_such_column(soql: str, position: int, name: str, entity: str) -> SalesforceError:
    """A field that the entity does not have for this caller."""
    message = (
        f"No such column '{name}' on entity '{entity}'. If you are attempting to use a custom field, be sure to "
        "append the '__c' after the custom field name. Please reference your WSDL or the describe call for the "
        "appropriate names."
    )
    return invalid_field(soql, position, message)


def no_such_object(soql: str, position: int, name: str) -> SalesforceError:
    """An object that is not there for this caller."""
    message = (
        f"sObject type '{name}' is not supported. If you are attempting to use a custom object, be sure to append "
        "the '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names."
    )
    return SalesforceError(400, "INVALID_TYPE", pointing_at(soql, position, message))


def no_such_relationship(soql: str, position: int, name: str, place: str) -> SalesforceError:
    """A relationship that is not there; `place` is "field path" or "FROM part of query call"."""
    message = (
        f"Didn't understand relationship '{name}' in {place}. If you are attempting to use a custom relationship, "
        "be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe "
        "call for the appropriate names."
    )
    code = "INVALID_FIELD" if place == "field path" else "INVALID_TYPE"
    return SalesforceError(400, code, pointing_at(soql, position, message))


def bad_filter(soql: str, position: int, message: str) -> SalesforceError:
    """A value or operator that does not suit its field."""
    return SalesforceError(400, "INVALID_QUERY_FILTER_OPERATOR", pointing_at(soql, position, message))
