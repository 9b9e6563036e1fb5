"""Seats from when to when, over random downloads, against plain sets; and what a retention lets go."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sfsam.ports import StagedDownload, StagedObject
from sfsam.store.database import DuckDBStore
from sfsam.store.history import OBJECTS_OF, keep_seat_periods
from tests.examples import examples
from tests.store import tiny_org
from tests.store.conftest import AUDIT_KEY
from tests.store.test_people import enter
from tests.store.tiny_org import OBJECTS, ORG_ID, TAKEN_AT

FIRST = datetime(2026, 1, 1, 6)
OBJECT_NAMES = sorted({name for names in OBJECTS_OF.values() for name in names})
Seat = tuple[str, str]

seats = st.sets(st.tuples(st.sampled_from(["ann", "bob"]), st.sampled_from(sorted(OBJECTS_OF))))
downloads = st.lists(
    st.fixed_dictionaries(
        {
            "hours_later": st.sampled_from([1, 24, 72]),
            "held": seats,
            "missing": st.sets(st.sampled_from(OBJECT_NAMES), max_size=1),
            "rows": st.sampled_from([10, 10, 8, 7]),
        }
    ),
    min_size=1,
    max_size=8,
)


@pytest.fixture(scope="module")
def shared() -> Iterator[DuckDBStore]:
    opened = DuckDBStore.open(":memory:", audit_key=AUDIT_KEY)
    tiny_org.connect(opened)
    yield opened
    opened.close()


def publish(store: DuckDBStore, at: datetime, held: set[Seat], missing: set[str], rows: int) -> None:
    """What loading does to the history when these seats come out of a download."""
    staged = StagedDownload(
        profile_id="p1",
        org_id=ORG_ID,
        taken_at=at,
        objects=tuple(
            StagedObject(name=name, files=(), rows=rows, columns=(), source="rest", complete=name not in missing)
            for name in OBJECT_NAMES
        ),
    )
    with store._cursor() as cursor:
        cursor.execute("DELETE FROM subscription")
    for user, kind in sorted(held):
        seat = {"org_id": ORG_ID, "subscription_id": f"{user}{kind}", "kind": kind, "identifier": "X", "user_id": user}
        enter(store, "subscription", [seat | {"holder_is_active": True}])
    with store._cursor() as cursor:
        keep_seat_periods(cursor, staged)
    counted = json.dumps(dict.fromkeys(OBJECT_NAMES, rows))
    snapshot = {"profile_id": "p1", "org_id": ORG_ID, "job_id": "j", "taken_at": at, "completed_at": at}
    enter(store, "snapshot", [snapshot | {"object_rows": counted, "incomplete": "[]", "warnings": "[]"}])


@settings(max_examples=examples(8), deadline=None)
@given(steps=downloads)
def test_any_past_day_shows_what_its_last_download_showed(shared: DuckDBStore, steps: list[dict[str, Any]]) -> None:
    with shared._cursor() as cursor:
        for table in ("seat_period", "snapshot", "subscription"):
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
    at, rows_before = FIRST, 0
    known: set[Seat] = set()
    on_day: dict[date, set[Seat]] = {}
    for step in steps:
        at += timedelta(hours=step["hours_later"])
        is_cut = step["rows"] < rows_before * 0.8
        whole = {kind for kind, objects in OBJECTS_OF.items() if not step["missing"] & set(objects) and not is_cut}
        known = {seat for seat in known if seat[1] not in whole} | step["held"]
        publish(shared, at, known, step["missing"], step["rows"])
        on_day[at.date()], rows_before = known, step["rows"]
    day = min(on_day)
    last: set[Seat] = set()
    while day <= at.date() + timedelta(days=1):
        last = on_day.get(day, last)
        found = shared.reads.rows("seats_on_day", day=day)
        assert sorted((row["user_id"], row["kind"]) for row in found) == sorted(last)
        licenses = shared.reads.rows("assigned_on_day", day=day)
        assert sum(row["assigned"] for row in licenses) == len(last)
        day += timedelta(days=1)
    assert shared.reads.rows("seats_on_day", day=min(on_day) - timedelta(days=1)) == []


def test_a_download_writes_down_who_holds_what_since_when(seeded: DuckDBStore, tmp_path: Path) -> None:
    head, assigned = OBJECTS["PermissionSetLicenseAssign"]
    fewer = {**OBJECTS, "PermissionSetLicenseAssign": (head, assigned[1:])}
    for days in (2, 4):
        tiny_org.load(seeded, tiny_org.stage(tmp_path, fewer, taken_at=TAKEN_AT + timedelta(days=days)))
    periods = [
        (row["model"], row["from_day"], row["until_day"])
        for row in seeded.reads.rows("holder_periods", holder_id=f"{ORG_ID}:005-ada")
    ]
    first = TAKEN_AT.date()
    ended = [period for period in periods if period[2] is not None]
    assert ended == [("Sales User", first, first + timedelta(days=2))]
    assert sum(period[2] is None for period in periods) == 3

    def held(days: int) -> dict[str, int]:
        found = seeded.reads.rows("assigned_on_day", day=first + timedelta(days=days))
        return {row["identifier"]: row["assigned"] for row in found}

    assert (held(1)["SalesUserPsl"], held(2)["SalesUserPsl"]) == (3, 2)
    assert held(-1) == {}
    [span] = seeded.reads.rows("history_span")
    assert (span["first_day"], span["last_day"]) == (first, first + timedelta(days=4))


def test_what_is_older_than_the_retention_goes_and_the_rest_stays(seeded: DuckDBStore) -> None:
    old, cut = date(2024, 1, 1), date(2026, 10, 1)
    ada = {"org_id": ORG_ID, "user_id": "005-ada", "kind": "user", "identifier": "SFDC"}
    enter(
        seeded,
        "seat_period",
        [ada | {"from_day": old, "until_day": cut - timedelta(days=1)}, ada | {"from_day": old, "until_day": cut}],
    )
    sign_in = {"signal": "x", "is_machine": False, "sign_in_count": 1, "last_at": datetime(2024, 1, 1)}
    enter(seeded, "sign_in_day", [{"org_id": ORG_ID, "user_id": "005-ada", "day": cut - timedelta(days=1), **sign_in}])
    with seeded._cursor() as cursor:
        [(before,)] = cursor.execute("SELECT count(*) FROM sign_in_day").fetchall()
        [(open_before,)] = cursor.execute("SELECT count(*) FROM seat_period WHERE until_day IS NULL").fetchall()
    for expected in ({"sign_in_day": 1, "license_day": 0, "consumption_day": 0, "seat_period": 1}, dict[str, int]()):
        with seeded.begin() as work:
            gone = work.history.prune(cut)
            work.commit()
        assert gone == (expected or dict.fromkeys(gone, 0))
    with seeded._cursor() as cursor:
        assert cursor.execute("SELECT count(*) FROM sign_in_day").fetchall() == [(before - 1,)]
        assert cursor.execute("SELECT count(*) FROM seat_period WHERE until_day IS NULL").fetchall() == [(open_before,)]
