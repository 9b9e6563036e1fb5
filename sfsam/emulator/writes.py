"""Create, update and delete for up to 200 records: each row on its own, or all or none (fact sheet 2.6)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from sfsam.emulator.answers import Change, RowResult
from sfsam.emulator.errors import SalesforceError, not_found
from sfsam.emulator.identifiers import to_18
from sfsam.emulator.rules.base import Rules
from sfsam.emulator.rules.registry import RULES
from sfsam.emulator.rules.values import stored_values
from sfsam.emulator.rules.work import Row, Work
from sfsam.emulator.schema.catalog import visible
from sfsam.emulator.schema.model import SObject

MAX_RECORDS = 200
_ROLLED_BACK = (
    "Record rolled back because not all records were valid and the request was using AllOrNone header when one or "
    "more records failed."
)
Record = Mapping[str, Any]
Given = TypeVar("Given")
RowAttempt = tuple[str | None, tuple[Change, ...]]
"""The id that a refused row was about, and what it would have changed."""


def create(work: Work, item: SObject, records: Sequence[Record], *, all_or_none: bool) -> list[RowResult]:
    """One result per record, in order."""

    def one(record: Record) -> str:
        rules = _rules(item, item.createable, "inserted")
        number = rules.create(work, stored_values(work, item, record, creating=True))
        return work.id(item.name, number)

    def attempted(record: Record, code: str) -> RowAttempt:
        return None, (Change(item.name, None, "Id", None, None, code),)

    return _each(work, records, one, attempted, all_or_none=all_or_none)


def update(work: Work, item: SObject, records: Sequence[Record], *, all_or_none: bool) -> list[RowResult]:
    """One result per record, in order; each record carries its id."""

    def one(record: Record) -> str:
        given = _id_of(record)
        if not given:
            raise SalesforceError(400, "MISSING_ARGUMENT", "Id not specified in an update call")
        number, row = _stored_row(work, item, given)
        rules = _rules(item, item.updateable, "updated")
        rules.update(work, number, row, stored_values(work, item, record, creating=False))
        return work.id(item.name, number)

    def attempted(record: Record, code: str) -> RowAttempt:
        record_id = to_18(_id_of(record) or "")
        return record_id, _attempted_changes(work, item, record_id, record, code)

    return _each(work, records, one, attempted, all_or_none=all_or_none)


def delete(
    work: Work, object_of: Callable[[str], SObject], ids: Sequence[str], *, all_or_none: bool
) -> list[RowResult]:
    """One result per id, in order."""

    def one(record_id: str) -> str:
        item = object_of(record_id)
        number, row = _stored_row(work, item, record_id)
        _rules(item, item.deletable or item.name == "User", "deleted").delete(work, number, row)
        return work.id(item.name, number)

    def attempted(record_id: str, code: str) -> RowAttempt:
        id18 = to_18(record_id)
        prefix = work.catalog.by_prefix(record_id[:3])
        return id18, (Change(prefix.name if prefix else "", id18, "IsDeleted", False, True, code),)

    return _each(work, ids, one, attempted, all_or_none=all_or_none)


def _each(
    work: Work,
    given: Sequence[Given],
    one: Callable[[Given], str],
    attempted: Callable[[Given, str], RowAttempt],
    *,
    all_or_none: bool,
) -> list[RowResult]:
    if len(given) > MAX_RECORDS:
        message = f"record limit reached. cannot submit more than {MAX_RECORDS} records in this call"
        raise SalesforceError(400, "EXCEEDED_ID_LIMIT", message)
    work.begin()
    try:
        results = [_row(work, each, one, attempted) for each in given]
        failed = all_or_none and not all(result.success for result in results)
    except BaseException:
        work.rollback()
        raise
    if failed:
        work.rollback()
        return [_rolled_back(result) for result in results]
    work.commit()
    return results


def _row(
    work: Work, given: Given, one: Callable[[Given], str], attempted: Callable[[Given, str], RowAttempt]
) -> RowResult:
    work.changes = []
    try:
        record_id = one(given)
    except SalesforceError as error:
        known, changes = attempted(given, error.code)
        return RowResult(known, False, (error,), changes)
    return RowResult(record_id, True, (), tuple(work.changes))


def _rolled_back(result: RowResult) -> RowResult:
    """The result of a row in a call that failed as a whole; a row that failed itself keeps its own error."""
    if not result.success:
        return result
    error = SalesforceError(400, "ALL_OR_NONE_OPERATION_ROLLED_BACK", _ROLLED_BACK)
    changes = tuple(replace(change, result=error.code) for change in result.changes)
    return RowResult(result.id, False, (error,), changes)


def _rules(item: SObject, allowed: bool, spoken: str) -> Rules:
    """The rules of an object that takes this kind of write; refused otherwise (fact sheet 5.7 has the words)."""
    if not allowed:
        code = "INVALID_OPERATION" if spoken == "deleted" else "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"
        raise SalesforceError(400, code, f"entity type cannot be {spoken}: {item.name}")
    return RULES[item.name]


def _stored_row(work: Work, item: SObject, record_id: str) -> tuple[int, Row]:
    """Number and stored columns of a live record. Raises MALFORMED_ID, NOT_FOUND, ENTITY_IS_DELETED."""
    id18 = to_18(record_id)
    if id18 is None:
        raise SalesforceError(400, "MALFORMED_ID", f"malformed id {record_id}")
    if not id18.startswith(item.prefix):
        raise SalesforceError(400, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
    number = work.ids.number(item.prefix, id18)
    row = work.row(item.name, number) if number is not None else None
    if row is None or number is None:
        raise not_found()
    if row.get("IsDeleted"):
        raise SalesforceError(404, "ENTITY_IS_DELETED", "entity is deleted")
    return number, row


def _id_of(record: Record) -> str | None:
    return next((str(value) for key, value in record.items() if key.lower() == "id" and value), None)


def _attempted_changes(
    work: Work, item: SObject, record_id: str | None, record: Record, code: str
) -> tuple[Change, ...]:
    number = work.ids.number(item.prefix, record_id) if record_id else None
    row = (work.row(item.name, number) if number is not None else None) or {}
    changes = []
    for key, value in record.items():
        each = item.by_name.get(key.lower())
        if each is None or each.type == "id" or not visible(each, work.caller):
            continue
        changes.append(Change(item.name, record_id, each.name, work.shown(item, each, row.get(each.name)), value, code))
    return tuple(changes)
