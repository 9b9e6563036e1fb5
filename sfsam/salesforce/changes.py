"""Reading only what changed since the download before (product.md D3).

What changed bears a newer moment; what was deleted leaves no trace. So the rows of every license are counted by the
org itself, one grouped query per object, and what it counts is compared with what the store has and what just came.
Where the two differ, or the newest row is older than the newest we know, the rows of that license are read again.
One seat taken and one given in the meantime keep the count equal there, but not here: the new one came as a change.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sfsam.errors import ObjectUnavailable, PermissionMissing, SfsamError, TemporaryError
from sfsam.ports import OVERLAP, Held, KnownOrg, StagedObject
from sfsam.salesforce import soql
from sfsam.salesforce.batching import CompositeReader
from sfsam.salesforce.pages import ObjectPages
from sfsam.salesforce.readings import Reader, Reading
from sfsam.salesforce.rest import RestReader
from sfsam.salesforce.sign_ins import parse_moment

WHOLE_SHARE = 0.3  # when more than this share has to be read again, reading everything costs less
_log = logging.getLogger(__name__)


class ChangeReader:
    """Asks what changed since `before`, and whether the rest still is as it was."""

    def __init__(self, composite: CompositeReader, rest: RestReader, reader: Reader, before: KnownOrg) -> None:
        self._composite = composite
        self._rest = rest
        self._reader = reader
        self._before = before

    def know_objects(self, names: Iterable[str]) -> None:
        """Describe all of these in one call. What cannot be described will say so when it is asked for alone."""
        for name, answer in self._composite.describes(list(names)).items():
            if not isinstance(answer, SfsamError):
                self._rest.know(name, answer)

    def ask(self, readings: Mapping[str, Reading]) -> dict[str, SfsamError]:
        """Ask for everything at once, five queries a call; what is unavailable, by object.

        Each reading then knows the first page of its answer and how many rows there will be.
        """
        for reading in readings.values():
            self._prefer_changes(reading)
        unavailable = {}
        answers = self._composite.queries(_queries(readings.values()))
        for reading in readings.values():
            trouble = self._take(reading, answers[reading.name], answers.get(_held(reading.name)))
            if trouble is not None:
                unavailable[reading.name] = trouble
        return unavailable

    def read(self, reading: Reading, pages: ObjectPages) -> StagedObject | None:
        """Put what changed on disk. None when the object has to be read whole: `reading` asks for that then."""
        source = self._reader.read(reading, pages)
        differing = self._differing(reading, pages)
        if differing:  # perhaps somebody worked between the two queries: ask once more
            pages.discard()
            self._ask_again(reading)
            if not reading.is_changes:
                return None
            source = self._reader.read(reading, pages)
            differing = self._differing(reading, pages)
        if differing and not self._read_groups(reading, pages, differing):
            pages.discard()
            _read_whole(reading)
            self._reader.start([reading])
            return None
        return pages.staged(source).model_copy(
            update={
                "is_changes": True,
                "counted_by": reading.selection.counted_by,
                "groups": tuple(sorted(differing)),
                "total": sum(held.rows for held in _by_group(reading).values()),
            }
        )

    def _prefer_changes(self, reading: Reading) -> None:
        selection = reading.selection
        since = self._before.since(reading.name, selection.columns) if selection.changed_by else None
        if since is not None:
            reading.query = selection.changes_query(since - OVERLAP)
            reading.is_changes = True

    def _take(self, reading: Reading, first: Any, held: Any) -> SfsamError | None:
        if isinstance(first, ObjectUnavailable | PermissionMissing):
            return first
        if isinstance(first, SfsamError):
            if not isinstance(first, TemporaryError):
                raise first
            reading.first = self._rest.first_page(reading.query)  # with the patience of a single question
        else:
            reading.first = self._rest.page_of(first)
        reading.expected = reading.first.total
        if reading.is_changes and (isinstance(held, SfsamError) or not held["done"]):
            _log.info("%s is read whole: its rows could not be counted", reading.name)
            _read_whole(reading)
        elif reading.is_changes:
            reading.held = held["records"]
            if reading.expected > WHOLE_SHARE * max(sum(each.rows for each in _by_group(reading).values()), 1):
                _read_whole(reading)
        return None

    def _ask_again(self, reading: Reading) -> None:
        answers = self._composite.queries(_queries([reading]))
        reading.job_id = None
        trouble = self._take(reading, answers[reading.name], answers.get(_held(reading.name)))
        if trouble is not None:
            raise trouble
        self._reader.start([reading])

    def _differing(self, reading: Reading, pages: ObjectPages) -> set[str]:
        """The groups of which the org counts another number of rows than there would be, or has lost the newest."""
        counted_by, changed_by = reading.selection.counted_by, reading.selection.changed_by[0]
        known = self._before.held(reading.name, counted_by, changed_by)
        counts = Counter({group: held.rows for group, held in known.items()})
        arrived: dict[str, str] = {}
        for record_id, *group_of in pages.values("Id", *([counted_by] if counted_by else [])):
            arrived[record_id] = "".join(group_of)
        for group in self._before.groups_of(reading.name, counted_by, list(arrived)).values():
            counts[group] -= 1
        counts.update(arrived.values())
        in_org = _by_group(reading)
        return {
            group
            for group in counts.keys() | in_org.keys()
            if counts[group] != in_org.get(group, _NOTHING).rows
            or (counted_by and _is_older(in_org.get(group, _NOTHING), known.get(group, _NOTHING)))
        }

    def _read_groups(self, reading: Reading, pages: ObjectPages, groups: set[str]) -> bool:
        """Read all rows of these groups beside what changed; False when reading everything is better."""
        in_org = _by_group(reading)
        rows = sum(in_org.get(group, _NOTHING).rows for group in groups)
        if not reading.selection.counted_by:
            return False
        if rows > WHOLE_SHARE * max(sum(held.rows for held in in_org.values()), 1):
            return False
        for chunk in soql.id_chunks(sorted(groups)):
            expected = sum(in_org.get(group, _NOTHING).rows for group in chunk)
            part = reading.asking(reading.selection.group_query(chunk), expected)
            rows_of_part = pages.part()
            self._reader.start([part])
            self._reader.read(part, rows_of_part)
            pages.join(rows_of_part)
        return True


_NOTHING = Held(rows=0, newest=None)


def _queries(readings: Iterable[Reading]) -> dict[str, str]:
    queries = {}
    for reading in readings:
        queries[reading.name] = reading.query
        if reading.is_changes:
            queries[_held(reading.name)] = reading.selection.held_query()
    return queries


def _held(name: str) -> str:
    return f"{name} held"


def _read_whole(reading: Reading) -> None:
    held = sum(each.rows for each in _by_group(reading).values()) if reading.held else None
    reading.query, reading.expected = reading.selection.query(), held
    reading.first, reading.job_id, reading.is_changes = None, None, False


def _by_group(reading: Reading) -> dict[str, Held]:
    counted_by = reading.selection.counted_by
    return {
        str(row[counted_by]) if counted_by else "": Held(rows=row["held"], newest=_moment(row["newest"]))
        for row in reading.held
    }


def _moment(text: str | None) -> datetime | None:
    return parse_moment(text).replace(microsecond=0) if text else None


def _is_older(now: Held, before: Held) -> bool:
    return now.newest is not None and before.newest is not None and now.newest < before.newest
