"""Whom exclusions catch, on which days, and what they take out of the counts; and the shipped catalog."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sfsam.domain.exclusions import EVERY_ORG, Exclusion, Subject
from sfsam.store.database import DuckDBStore
from tests.examples import examples
from tests.store import tiny_org
from tests.store.conftest import AUDIT_KEY

TODAY = date(2026, 11, 24)
ORGS = ("o1", "o2")
LETTERS = st.text(alphabet="abAB[]!-*?%_\\.é@^", max_size=6)
NAMES = LETTERS | st.sampled_from(["anna@acme", "ANNA@acme", "a[bc]@x", "ab@x", "100%_ok"])
PROFILES = st.none() | st.sampled_from(["Standard", "standard", "Read*", "[a]"])
DEPARTMENTS = st.none() | st.sampled_from(["Sales", "sales", "No department", "S?les"])
VALUES = NAMES | st.sampled_from(
    ["Standard", "Read*", "[a]", "Sales", "No department", "S?les", "*", "?", "a*", "[ab]@x"]
)

people = st.lists(
    st.fixed_dictionaries(
        {"org": st.sampled_from(ORGS), "username": NAMES, "profile": PROFILES, "department": DEPARTMENTS}
    ),
    min_size=1,
    max_size=8,
)
exclusions = st.lists(
    st.fixed_dictionaries(
        {
            "subject": st.sampled_from(list(Subject)),
            "value": VALUES.filter(bool),
            "org_id": st.sampled_from([EVERY_ORG, *ORGS]),
            "expires_on": st.none() | st.integers(-2, 2).map(lambda days: TODAY + timedelta(days=days)),
        }
    ),
    max_size=6,
)


@pytest.fixture(scope="module")
def empty() -> Iterator[DuckDBStore]:
    store = DuckDBStore.open(":memory:", audit_key=AUDIT_KEY)
    tiny_org.connect(store, org_id="o1", profile_id="p1")
    tiny_org.connect(store, org_id="o2", profile_id="p2", name="EMEA")
    yield store
    store.close()


def matches(exclusion: dict, person: dict) -> bool:  # type: ignore[type-arg]
    """What an exclusion means, in plain Python: * and ? in a pattern, everything else by its letter."""
    if exclusion["org_id"] not in (EVERY_ORG, person["org"]):
        return False
    if exclusion["expires_on"] is not None and exclusion["expires_on"] < TODAY:
        return False
    match exclusion["subject"]:
        case Subject.USER:
            return bool(person["username"].lower() == exclusion["value"].lower())
        case Subject.PATTERN:
            pieces = [{"*": ".*", "?": "."}.get(each) or re.escape(each) for each in exclusion["value"].lower()]
            return re.fullmatch("".join(pieces), person["username"].lower(), re.DOTALL) is not None
        case Subject.PROFILE:
            return bool(person["profile"] == exclusion["value"])
        case Subject.DEPARTMENT:
            return (person["department"] or "No department") == exclusion["value"]
        case _:
            return False


@settings(max_examples=examples(25), deadline=None)
@example(
    [{"org": "o1", "username": "ab@x", "profile": None, "department": None}],
    [{"subject": Subject.PATTERN, "value": "a[bc]@x", "org_id": "", "expires_on": TODAY}],
)
@given(people, exclusions)
def test_exclusions_catch_exactly_whom_they_name(
    empty: DuckDBStore,
    population: list[dict],  # type: ignore[type-arg]
    entered: list[dict],  # type: ignore[type-arg]
) -> None:
    with empty.begin() as work:  # never committed: each example begins with the empty store
        cursor = work._cursor
        for org_id in ORGS:
            cursor.execute(
                """INSERT INTO snapshot BY NAME SELECT 'p' AS profile_id, $1 AS org_id, 'j' AS job_id, $2 AS taken_at,
                $2 AS completed_at, '{}' AS object_rows, '[]' AS incomplete, '[]' AS warnings""",
                [org_id, TODAY],
            )
        for number, person in enumerate(population):
            cursor.execute(
                "INSERT INTO sf_user BY NAME SELECT"
                " ? AS org_id, ? AS id, ? AS username, ? AS profile_id, ? AS department",
                [person["org"], f"u{number}", person["username"], f"f{number}", person["department"]],
            )
            cursor.execute(
                "INSERT INTO sf_profile BY NAME SELECT ? AS org_id, ? AS id, ? AS name",
                [person["org"], f"f{number}", person["profile"]],
            )
        saved = [_exclusion(number, each) for number, each in enumerate(entered)]
        for each in saved:
            work.exclusions.add(each, TODAY)
        rows = cursor.execute("SELECT user_id, reason, exclusion_id FROM user_exclusion ORDER BY ALL").fetchall()
    caught = {
        f"u{number}": {str(place) for place, each in enumerate(entered) if matches(each, person)}
        for number, person in enumerate(population)
    }
    assert sorted(user_id for user_id, _, _ in rows) == sorted(user_id for user_id, by in caught.items() if by)
    for user_id, reason, exclusion_id in rows:
        assert exclusion_id in caught[user_id]
        lasts = [entered[int(place)]["expires_on"] or date.max for place in caught[user_id]]
        assert (entered[int(exclusion_id)]["expires_on"] or date.max) == max(lasts)
        assert reason == f"reason {exclusion_id}"


def test_the_last_day_is_included(seeded: DuckDBStore, tmp_path: Path) -> None:
    """Of people at once; of a license by the day of the snapshot; and of both again at the next download."""
    for last_day, acts in ((-1, False), (0, True), (1, True), (None, True)):
        expires_on = None if last_day is None else TODAY + timedelta(days=last_day)
        people = {"subject": Subject.DEPARTMENT, "value": "Sales", "org_id": "", "expires_on": expires_on}
        license_ = {"subject": Subject.IDENTIFIER, "value": "SBQQ", "org_id": "", "expires_on": expires_on}
        _exclude(seeded, people)
        _exclude(seeded, license_, kind="package")
        for _ in range(2):
            position = {row["identifier"]: row for row in seeded.reads.rows("position")}
            assert (position["SFDC"]["excluded"], position["SBQQ"]["is_excluded"]) == (2 if acts else 0, acts), last_day
            tiny_org.load(seeded, tiny_org.stage(tmp_path))
        with seeded.begin() as work:
            work.exclusions.end(work.exclusions.all(), at=datetime(2026, 11, 24), by="ada")
            work.commit()


def test_excluded_people_keep_their_seats_and_save_nothing(seeded: DuckDBStore) -> None:
    """ben (stale, frozen) and cleo (stale) could be taken back; eve is an administrator and stays what she is."""
    before = {row["identifier"]: row for row in seeded.reads.rows("position")}["SFDC"]
    _exclude(seeded, {"subject": Subject.PATTERN, "value": "B?N@*", "org_id": "", "expires_on": None})
    after = {row["identifier"]: row for row in seeded.reads.rows("position")}["SFDC"]
    assert (after["assigned"], after["stale"], after["excluded"]) == (before["assigned"], before["stale"], 1)
    assert before["potential_savings"] - after["potential_savings"] == before["unit_cost"]
    caught = tiny_org.caught(seeded, "unused_user_license")
    assert [row["user_id"] for row in caught] == ["005-cleo"]
    notes = {row["user_principal_name"]: row["note"] for row in seeded.reads.rows("unused_licenses")}
    assert notes["ben@acme.example"] == "excluded"


def test_an_excluded_license_leaves_every_total_and_its_seats_are_no_candidates(seeded: DuckDBStore) -> None:
    before = seeded.reads.rows("overview_seats")[0]
    _exclude(seeded, {"subject": Subject.IDENTIFIER, "value": "SFDC", "org_id": "", "expires_on": None}, kind="user")
    after = seeded.reads.rows("overview_seats")[0]
    assert (before["assigned"], after["assigned"]) == (7, 0)
    assert seeded.reads.rows("overview_money") == []
    assert tiny_org.caught(seeded, "unused_user_license") == []
    row = {row["identifier"]: row for row in seeded.reads.rows("position")}["SFDC"]
    assert (row["assigned"], row["stale"], row["excluded"]) == (7, 3, 7)


def _exclusion(number: int, entered: dict, kind: str = "") -> Exclusion:  # type: ignore[type-arg]
    return Exclusion(
        exclusion_id=str(number),
        kind=kind,
        reason=f"reason {number}",
        created_by="ada",
        created_at=datetime(2026, 11, 1) + timedelta(minutes=number),
        **entered,
    )


def _exclude(store: DuckDBStore, entered: dict, kind: str = "") -> None:  # type: ignore[type-arg]
    with store.begin() as work:
        work.exclusions.add(_exclusion(len(work.exclusions.all()), entered, kind), TODAY)
        work.commit()
