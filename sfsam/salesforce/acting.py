"""Changing records: one call, once, and afterwards a look at what became of it (Salesforce fact sheet 2.6, 5)."""

from __future__ import annotations

import random
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from sfsam.domain.attempts import Attempt, PlannedCall
from sfsam.domain.holdings import natural_key
from sfsam.domain.identifiers import to_18
from sfsam.domain.steps import Step
from sfsam.errors import OutcomeUnknown
from sfsam.ports import RowOutcome
from sfsam.salesforce import faults, soql
from sfsam.salesforce.rest import RestReader
from sfsam.salesforce.session import Session

MOST_RECORDS = 200
LOCK_WAITS_SECONDS = (1.0, 3.0, 9.0)
"""Before records that somebody else was changing are sent again, at the longest; each wait is spread by chance."""
# A record that is gone already is what a delete wants (fact sheet 2.8, 5.5).
_GONE = frozenset({"ENTITY_IS_DELETED", "NOT_FOUND"})


class Actor:
    """Sends the calls of a plan through sObject collections, allOrNone=false, one object type a call."""

    def __init__(self, session: Session, rest: RestReader, sleep: Callable[[float], None] = time.sleep) -> None:
        self._session = session
        self._rest = rest
        self._sleep = sleep
        self._chance = random.Random()  # noqa: S311  spreads waits, keeps no secret

    def send(self, call: PlannedCall) -> list[RowOutcome]:
        """Send one call, once; one outcome per record, in the order of the call.

        Raises OutcomeUnknown when it was sent and no usable answer came, SfsamError by faults.FAULTS when Salesforce
        refused the call as a whole and changed nothing.
        """
        if not 0 < len(call.changes) <= MOST_RECORDS:
            raise ValueError(f"a call takes 1 to {MOST_RECORDS} records, not {len(call.changes)}")
        outcomes = self._send_once(call)
        for longest_wait in LOCK_WAITS_SECONDS:
            locked = [each.record_id for each in outcomes if each.code == "UNABLE_TO_LOCK_ROW"]
            if not locked:
                break
            # Salesforce has refused these and changed nothing, so that sending them again is safe (fact sheet 2.8).
            self._sleep(self._chance.uniform(0.5, 1) * longest_wait)
            again = call.model_copy(update={"changes": tuple(c for c in call.changes if c.record_id in set(locked))})
            renewed = {each.record_id: each for each in self._send_once(again)}
            outcomes = [renewed.get(each.record_id, each) for each in outcomes]
        return outcomes

    def _send_once(self, call: PlannedCall) -> list[RowOutcome]:
        answer = self._delete(call) if call.method == "DELETE" else self._save(call)
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
        """Read the records back: for each attempt_id, whether the record is gone, is there, or has the fields asked
        for."""
        by_step: defaultdict[Step, list[Attempt]] = defaultdict(list)
        for attempt in attempts:
            by_step[attempt.step].append(attempt)
        effects: dict[str, bool] = {}
        for step, asked in by_step.items():
            effects |= self._made(step, asked) if step.method == "POST" else self._changed(step, asked)
        return effects

    def _changed(self, step: Step, asked: Sequence[Attempt]) -> dict[str, bool]:
        columns = sorted({"Id"}.union(*(attempt.fields or () for attempt in asked)))
        rows = self._records(step.object, columns, "Id", [attempt.record_id for attempt in asked])
        found = {row["Id"]: row for row in rows}
        return {attempt.attempt_id: _is_done(attempt, found.get(to_18(attempt.record_id))) for attempt in asked}

    def _made(self, step: Step, asked: Sequence[Attempt]) -> dict[str, bool]:
        """A record that was to be made has no id that we know: it is looked for by whom it belongs to."""
        shapes = {tuple(sorted(attempt.fields or ())) for attempt in asked}
        owner = "UserId" if any("UserId" in shape for shape in shapes) else "AssigneeId"
        columns = sorted({name for shape in shapes for name in shape})
        rows = self._records(step.object, columns, owner, [attempt.user_id for attempt in asked])
        found = {natural_key({name: row[name] for name in shape}) for row in rows for shape in shapes}
        return {attempt.attempt_id: attempt.record_id in found for attempt in asked}

    def _save(self, call: PlannedCall) -> Any:
        """Change records (PATCH) or make new ones (POST)."""
        is_new = call.method == "POST"
        records = [
            {
                "attributes": {"type": call.object},
                **({} if is_new else {"id": change.record_id}),
                **(change.fields or {}),
            }
            for change in call.changes
        ]
        return self._session.write(call.method, self._collections, content={"allOrNone": False, "records": records})

    def _delete(self, call: PlannedCall) -> Any:
        ids = ",".join(change.record_id for change in call.changes)
        return self._session.write("DELETE", self._collections, params={"ids": ids, "allOrNone": "false"})

    @property
    def _collections(self) -> str:
        return self._session.data("composite/sobjects")

    def _records(self, object_name: str, columns: Sequence[str], by: str, ids: Sequence[str]) -> list[dict[str, Any]]:
        chunks = soql.id_chunks(ids)
        return [row for chunk in chunks for row in self._rest.rows(soql.by_ids(object_name, columns, chunk, by=by))]


def _is_done(attempt: Attempt, record: dict[str, Any] | None) -> bool:
    if attempt.fields is None:
        return record is None
    return record is not None and all(record.get(name) == value for name, value in attempt.fields.items())


def _outcome(record_id: str, row: dict[str, Any], *, is_delete: bool) -> RowOutcome:
    errors = row.get("errors") or [{}]
    code = str(errors[0].get("statusCode") or errors[0].get("errorCode") or "")
    success = bool(row.get("success")) or (is_delete and code in _GONE)
    return RowOutcome(
        record_id=record_id,
        success=success,
        code=code,
        message=str(errors[0].get("message") or ""),
        remedy="" if success else faults.remedy_of(code),
    )
