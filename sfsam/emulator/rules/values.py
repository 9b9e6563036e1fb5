"""Values of a request to values of the tables, refused with the words of Salesforce fact sheet 2.8."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from sfsam.emulator.errors import SalesforceError
from sfsam.emulator.identifiers import to_18
from sfsam.emulator.rules.work import Row, Work
from sfsam.emulator.schema.catalog import visible
from sfsam.emulator.schema.model import PREFIXES, TARGET_SHIFT, Field, SObject

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_NOT_FIELDS = frozenset({"id", "attributes"})


def stored_values(work: Work, item: SObject, record: Mapping[str, Any], *, creating: bool) -> Row:
    """The record's fields as the tables hold them, by schema name. Raises at the first that is not acceptable."""
    values: Row = {}
    closed: list[str] = []
    for name, value in record.items():
        if name.lower() in _NOT_FIELDS:
            continue
        each = item.by_name.get(name.lower())
        if each is None or not visible(each, work.caller):
            raise SalesforceError(400, "INVALID_FIELD", f"No such column '{name}' on sobject of type {item.name}")
        if not (each.createable if creating else each.updateable):
            closed.append(each.name)
        else:
            values[each.name] = _stored(work, each, value)
    if closed:
        raise _closed(closed)
    _check_required(item, values, creating=creating)
    return values


def _closed(names: list[str]) -> SalesforceError:
    message = (
        f"Unable to create/update fields: {', '.join(names)}. Please check the security settings of this field and "
        "verify that it is read/write for your profile or permission set."
    )
    return SalesforceError(400, "INVALID_FIELD_FOR_INSERT_UPDATE", message, tuple(names))


def _check_required(item: SObject, values: Row, *, creating: bool) -> None:
    wanted = [each for each in item.fields if each.required_on_create and (creating or each.name in values)]
    missing = tuple(each.name for each in wanted if values.get(each.name) is None)
    if missing:
        raise SalesforceError(
            400, "REQUIRED_FIELD_MISSING", f"Required fields are missing: [{', '.join(missing)}]", missing
        )


def _stored(work: Work, each: Field, value: Any) -> Any:
    if value is None or value == "":
        return False if each.type == "boolean" else None
    if each.type == "boolean":
        return _boolean(each, value)
    if each.type == "reference":
        return _reference(work, each, value)
    if each.type in ("datetime", "date"):
        return _moment(each, value)
    if each.type in ("int", "double", "percent"):
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise _wrong_type(each, value)
        return value
    return _text(each, value)


def _wrong_type(each: Field, value: Any) -> SalesforceError:
    kinds = {bool: "VALUE_TRUE" if value else "VALUE_FALSE", str: "VALUE_STRING", dict: "START_OBJECT"}
    kind = kinds.get(type(value), "START_ARRAY" if isinstance(value, list) else "VALUE_NUMBER")
    message = (
        f"Cannot deserialize instance of {each.type} from {kind} value {value} or request may be missing a required "
        f"field at [line:1, column:1]"
    )
    return SalesforceError(400, "JSON_PARSER_ERROR", message, (each.name,))


def _boolean(each: Field, value: Any) -> bool:
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if not isinstance(value, bool):
        raise _wrong_type(each, value)
    return value


def _reference(work: Work, each: Field, value: Any) -> int:
    id18 = to_18(value) if isinstance(value, str) else None
    prefixes = [work.catalog.prefix(name) for name in each.targets]
    if id18 is None or id18[:3] not in prefixes:
        message = f"{each.label}: id value of incorrect type: {value}"
        raise SalesforceError(400, "MALFORMED_ID", message, (each.name,))
    place = prefixes.index(id18[:3])
    target = each.targets[place]
    number = work.ids.number(id18[:3], id18)
    if number is None or (target not in PREFIXES and not _is_there(work, target, number)):
        raise SalesforceError(400, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", (each.name,))
    return number + place * TARGET_SHIFT


def _is_there(work: Work, target: str, number: int) -> bool:
    found = work.row(target, number)
    return found is not None and not found.get("IsDeleted")


def _moment(each: Field, value: Any) -> date | datetime:
    try:
        if each.type == "date":
            return date.fromisoformat(value)
        parsed = datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise _wrong_type(each, value) from error
    aware = parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    return aware.astimezone(UTC).replace(tzinfo=None, microsecond=0)


def _text(each: Field, value: Any) -> str:
    if not isinstance(value, str):
        raise _wrong_type(each, value)
    if each.length and len(value) > each.length:
        message = f"{each.label}: data value too large: {value} (max length={each.length})"
        raise SalesforceError(400, "STRING_TOO_LONG", message, (each.name,))
    if each.values and value not in each.values:
        message = f"{each.label}: bad value for restricted picklist field: {value}"
        raise SalesforceError(400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", message, (each.name,))
    if each.type == "email" and not _EMAIL.fullmatch(value):
        message = f"{each.label}: invalid email address: {value}"
        raise SalesforceError(400, "INVALID_EMAIL_ADDRESS", message, (each.name,))
    return value
