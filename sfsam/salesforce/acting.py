"""Changing records: one call, once, and afterwards a look at what became of it (Salesforce fact sheet 2.6, 5)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sfsam.domain.identifiers import to_18
from sfsam.domain.reclaim import SALESFORCE_OBJECT, Attempt, PlannedCall
from sfsam.errors import OutcomeUnknown
from sfsam.ports import RowOutcome
from sfsam.salesforce import soql
from sfsam.salesforce.rest import RestReader
from sfsam.salesforce.session import Session

MOST_RECORDS = 200
# A record that is gone already is what a delete wants (fact sheet 2.8, 5.5).
_GONE = frozenset({"ENTITY_IS_DELETED", "NOT_FOUND"})


class Actor:
    """Sends the calls of a plan through sObject collections, allOrNone=false, one object type a call."""

    def __init__(self, session: Session, rest: RestReader) -> None:
        self._session = session
        self._rest = rest

    def send(self, call: PlannedCall) -> list[RowOutcome]:
        """Send one call, once; one outcome per record, in the order of the call.

        Raises OutcomeUnknown when it was sent and no usable answer came, SfsamError by faults.FAULTS when Salesforce
        refused the call as a whole and changed nothing.
        """
        if not 0 < len(call.changes) <= MOST_RECORDS:
            raise ValueError(f"a call takes 1 to {MOST_RECORDS} records, not {len(call.changes)}")
        answer = self._delete(call) if call.method == "DELETE" else self._update(call)
        if not isinstance(answer, list) or len(answer) != len(call.changes):
            raise OutcomeUnknown(
                "Salesforce's answer does not fit the call that was sent.",
                "Run settle: it reads the org back and sees what became of the change.",
            )
        return [
            _outcome(change.record_id, row, is_delete=call.method == "DELETE")
            for change, row in zip(call.changes, answer, strict=True)
        ]

    def in_effect(self, attempts: Sequence[Attempt]) -> dict[str, bool]:
        """Read the records back: for each attempt_id, whether the record is gone or has the fields asked for."""
        by_object: defaultdict[str, list[Attempt]] = defaultdict(list)
        for attempt in attempts:
            by_object[SALESFORCE_OBJECT[attempt.step]].append(attempt)
        effects: dict[str, bool] = {}
        for object_name, asked in by_object.items():
            columns = sorted({"Id"}.union(*(attempt.fields or () for attempt in asked)))
            found = self._records(object_name, columns, [attempt.record_id for attempt in asked])
            effects |= {attempt.attempt_id: _is_done(attempt, found.get(to_18(attempt.record_id))) for attempt in asked}
        return effects

    def _update(self, call: PlannedCall) -> Any:
        records = [
            {"attributes": {"type": call.object}, "id": change.record_id, **(change.fields or {})}
            for change in call.changes
        ]
        return self._session.write("PATCH", self._collections, content={"allOrNone": False, "records": records})

    def _delete(self, call: PlannedCall) -> Any:
        ids = ",".join(change.record_id for change in call.changes)
        return self._session.write("DELETE", self._collections, params={"ids": ids, "allOrNone": "false"})

    @property
    def _collections(self) -> str:
        return self._session.data("composite/sobjects")

    def _records(self, object_name: str, columns: Sequence[str], ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        chunks = soql.id_chunks(ids)
        rows = [row for chunk in chunks for row in self._rest.rows(soql.by_ids(object_name, columns, chunk))]
        return {row["Id"]: row for row in rows}


def _is_done(attempt: Attempt, record: dict[str, Any] | None) -> bool:
    if attempt.fields is None:
        return record is None
    return record is not None and all(record.get(name) == value for name, value in attempt.fields.items())


def _outcome(record_id: str, row: dict[str, Any], *, is_delete: bool) -> RowOutcome:
    errors = row.get("errors") or [{}]
    code = str(errors[0].get("statusCode") or errors[0].get("errorCode") or "")
    success = bool(row.get("success")) or (is_delete and code in _GONE)
    return RowOutcome(record_id=record_id, success=success, code=code, message=str(errors[0].get("message") or ""))
