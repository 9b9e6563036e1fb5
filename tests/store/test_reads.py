"""Every read and rule: its header is true, on an empty and on a seeded database, and foreign text stays text."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from sfsam.domain.candidates import Candidate, Justification, State
from sfsam.domain.jobs import Job, JobKind, JobState
from sfsam.domain.schedules import FIRST_CADENCES, Schedule, ScheduledTask
from sfsam.domain.subscriptions import Kind
from sfsam.errors import UsageError
from sfsam.store import counting, reads
from sfsam.store.database import DuckDBStore
from tests.store import people_rows, tiny_org
from tests.store.conftest import AUDIT_KEY
from tests.store.tiny_org import OBJECTS, ORG_ID, TAKEN_AT, USER_HEAD, USERS

READS = sorted(file.stem for file in (reads.SQL_FOLDER / "reads").glob("*.sql"))
ONE = people_rows.ONE | {
    **{"org_id": ORG_ID, "user_id": "005-ada", "kind": "user", "identifier": "SFDC", "entitlement_id": "0UT-1"},
    **{"user": "ada@acme.example", "today": TAKEN_AT.date()},
}


def candidate(number: str, user: str, state: State = State.READY, **evidence: object) -> Candidate:
    return Candidate(
        number=number,
        profile_id="p1",
        org_id=ORG_ID,
        user_id=f"005-{user}",
        user_principal_name=f"{user}@acme.example",
        kind=Kind.USER,
        identifier="SFDC",
        rule="unused_user_license",
        justification=Justification.LOW_USAGE,
        state=state,
        evidence=evidence,
        opened_at=TAKEN_AT,
        updated_at=TAKEN_AT,
    )


# What people enter, what happens over time, or what is asked for by an id: the tests of those capabilities fill these.
FILLED_ELSEWHERE = frozenset(
    [
        "audit",
        "caught_candidates",
        "caught_licenses",
        "caught_seats",
        "caught_users",
        "entitlement_drift",
        "entitlements",
        "excluded_candidates",
        "exclusions",
        "freed_by_candidate",
        "freed_this_year",
        "import_rows",
        "imports",
        "mappings",
        "notices",
        "old_attention",
        "position_change",
        "position_on_day",
        "removed_since_snapshot",
        "renewals",
        "returned_seats",
        "savings_entered",
        "savings_freed",
        "scheduled_jobs",
        "waiting_candidates",
    ]
)


@pytest.fixture(scope="module")
def empty() -> Iterator[DuckDBStore]:
    """A store that nobody writes to."""
    opened = DuckDBStore.open(":memory:", audit_key=AUDIT_KEY)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDBStore]:
    """The tiny org with something in it for nearly every question; only read."""
    opened = DuckDBStore.open(":memory:", audit_key=AUDIT_KEY)
    tiny_org.connect(opened)
    tiny_org.load(opened, tiny_org.stage(tmp_path_factory.mktemp("filled")))
    _fill(opened)
    yield opened
    opened.close()


def _fill(store: DuckDBStore) -> None:
    with store.begin() as work:
        work.candidates.save([candidate("RC0000001", "ben")])
        work.rules.save([tiny_org.rule("unused_user_license")])
        work.jobs.add(
            Job(job_id="j1", kind=JobKind.DOWNLOAD, profile_id="p1", key="k", requested_by="a", created_at=TAKEN_AT)
        )
        work.schedules.save(
            [
                Schedule(
                    schedule_id="s1",
                    task=ScheduledTask.REFRESH,
                    profile_id="p1",
                    cadence=FIRST_CADENCES[ScheduledTask.REFRESH],
                    created_at=TAKEN_AT,
                    last_job_id="j1",
                )
            ]
        )
        work.commit()
    people_rows.enter(store)


@pytest.mark.parametrize("name", READS)
def test_a_read_has_the_columns_of_its_header_on_an_empty_database(empty: DuckDBStore, name: str) -> None:
    header = empty.reads.header(name)
    given = {key: value for key, value in ONE.items() if key in header.parameters}
    assert tuple(empty.reads.fetch(name, **given).columns) == header.columns


@pytest.mark.parametrize("name", READS)
def test_a_read_has_the_columns_of_its_header_on_a_seeded_database(filled: DuckDBStore, name: str) -> None:
    header = filled.reads.header(name)
    given = {key: value for key, value in ONE.items() if key in header.parameters}
    frame = filled.reads.fetch(name, **given)
    assert tuple(frame.columns) == header.columns
    assert len(frame) == filled.reads.count(name, **given)
    assert len(frame) > 0 or name in FILLED_ELSEWHERE
    assert header.title and header.description


def test_no_human_activity_catches_ben_and_cleo(seeded: DuckDBStore) -> None:
    caught = tiny_org.caught(seeded, "unused_user_license")
    facts = ("user_id", "justification", "inactive_days", "seats", "potential_savings")
    assert [tuple(row[fact] for fact in facts) for row in caught] == [
        ("005-cleo", "never_used", None, 3, Decimal("2100.00")),  # user license, SBQQ, Knowledge User
        ("005-ben", "low_usage", 65, 4, Decimal("2100.00")),  # user license, Sales User, SBQQ, Marketing User
    ]


def test_a_license_that_no_permission_set_of_its_holder_needs_is_caught(seeded: DuckDBStore) -> None:
    caught = tiny_org.caught(seeded, "orphan_permission_set_license")
    assert [(row["user_id"], row["identifier"], row["action"]) for row in caught] == [
        ("005-ada", "CRMUserPsl", "remove_permission_set_license")  # Sales User is needed by her permission set Sales
    ]


def test_an_inactive_person_is_caught_only_where_the_org_counts_the_seat(seeded: DuckDBStore) -> None:
    caught = tiny_org.caught(seeded, "inactive_holder")
    assert [(row["user_id"], row["identifier"], row["action"]) for row in caught] == [
        ("005-gus", "SBQQ", "remove_package_license"),
        (
            "005-gus",
            "SalesUserPsl",
            "remove_permission_set_license",
        ),  # used 3 = 2 active + 1 inactive; CRM counts 1 of 2
    ]


@pytest.mark.parametrize(
    ("stale_after_days", "caught"), [(65, ["005-ben", "005-cleo"]), (66, ["005-cleo"]), (53, None)]
)
def test_the_threshold_is_more_than_so_many_days(
    seeded: DuckDBStore, stale_after_days: int, caught: list[str] | None
) -> None:
    found = tiny_org.caught(seeded, "unused_user_license", stale_after_days=stale_after_days)
    assert sorted(row["user_id"] for row in found) == (caught or ["005-ben", "005-cleo", "005-hal"])


def test_the_connected_user_is_never_caught(seeded: DuckDBStore) -> None:
    with seeded._cursor() as cursor:
        cursor.execute('UPDATE connection SET org = json_merge_patch(org, \'{"user_id": "005-ben"}\')')
        counting.price_licenses(cursor)
    caught = tiny_org.caught(seeded, "unused_user_license")
    assert [row["user_id"] for row in caught] == ["005-cleo"]


def test_the_overview_counts_paid_seats_and_each_person_once(seeded: DuckDBStore) -> None:
    [seats] = seeded.reads.fetch("overview_seats").to_dict("records")
    assert (seats["owned"], seats["assigned"], seats["stale"], seats["available"], seats["over"]) == (10, 7, 3, 3, 0)
    assert (seats["people"], seats["people_stale"], seats["percent_stale"]) == (6, 3, 42.9)
    [money] = seeded.reads.fetch("overview_money").to_dict("records")
    assert (money["currency"], money["annual_spend"], money["potential_savings"]) == ("USD", 21000, 6300)
    [sales] = seeded.reads.fetch("overview_seats", departments=["Sales"]).to_dict("records")
    assert (sales["assigned"], sales["stale"], sales["people"]) == (2, 1, 2)
    buckets = seeded.reads.fetch("last_activity_buckets")
    assert buckets["people"].tolist() == [1, 1, 1, 1, 0, 1, 1]
    assert buckets["part"].tolist() == ["active", "active", "in_grace", "stale", "stale", "stale", "stale"]
    stale = buckets.loc[buckets["part"] == "stale", "people"].sum()
    assert stale == seats["people_stale"]


def test_plain_rows_have_none_for_what_is_missing_and_exact_amounts(seeded: DuckDBStore) -> None:
    by_identifier = {row["identifier"]: row for row in seeded.reads.rows("position")}
    assert by_identifier["SFDC"]["potential_savings"] == Decimal("6300.00")
    assert by_identifier["SBQQ"]["unit_cost"] is None
    assert by_identifier["FSL"]["owned"] is None


def test_taken_seats_leave_the_snapshot_at_once(seeded: DuckDBStore) -> None:
    with seeded.begin() as work:
        work.seats.free_all(ORG_ID, ["005-ben"])
        work.commit()
    assigned = {row["identifier"]: row["assigned"] for row in seeded.reads.rows("position")}
    assert (assigned["SFDC"], assigned["SalesUserPsl"], assigned["SBQQ"]) == (6, 2, 2)
    assert assigned["UserPermissionsMarketingUser"] == 1
    assert seeded.reads.count("subscriptions", search="ben@") == 0
    [person] = seeded.reads.rows("person", org_id=ORG_ID, user_id="005-ben")
    assert (person["is_active"], person["is_frozen"]) == (False, True)


def test_unused_licenses_show_the_protected_ones_with_a_note(seeded: DuckDBStore) -> None:
    with seeded.begin() as work:
        work.candidates.save([candidate("RC0000001", "cleo", State.CLOSED_SKIPPED, kept=True)])
        work.commit()
    frame = seeded.reads.fetch("unused_licenses", kinds=["user"])
    assert dict(zip(frame["user_id"], frame["note"], strict=True)) == {
        "005-ben": "frozen",
        "005-cleo": "kept",
        "005-eve": "administrator",
    }
    inactive = seeded.reads.fetch("unused_licenses", search="gus@")
    assert sorted(inactive["identifier"]) == ["CRMUserPsl", "SBQQ", "SalesUserPsl"]


def test_an_open_candidate_is_worth_what_is_held_and_a_closed_one_what_its_evidence_said(seeded: DuckDBStore) -> None:
    with seeded.begin() as work:
        work.candidates.save(
            [
                candidate("RC0000001", "ben"),
                candidate(
                    "RC0000002", "gone", State.CLOSED_COMPLETE, potential_savings="4200.00", seats=2, currency="USD"
                ),
            ]
        )
        work.commit()
    frame = seeded.reads.fetch("candidates")
    assert frame[["number", "seats", "potential_savings", "currency"]].values.tolist() == [
        ["RC0000001", 4, 2100.0, "USD"],
        ["RC0000002", 2, 4200.0, "USD"],
    ]
    assert seeded.reads.fetch("candidates", states=["ready"])["number"].tolist() == ["RC0000001"]
    standing = seeded.reads.fetch("candidate_standing")
    assert standing[["number", "seat_exists", "part"]].values.tolist() == [["RC0000001", True, "stale"]]


def test_the_signals_of_a_person_name_the_one_that_decides(seeded: DuckDBStore) -> None:
    signals = seeded.reads.fetch("person_signals", org_id=ORG_ID, user_id="005-hal")
    assert signals[["signal", "is_human", "decides"]].values.tolist() == [
        ["Mobile app", True, True],
        ["API login (machine)", False, False],
        ["Last login date", False, False],
    ]


def test_an_org_without_a_download_today_counts_in_the_trend_with_its_last_one(
    seeded: DuckDBStore, tmp_path: Path
) -> None:
    tiny_org.connect(seeded, profile_id="p2", org_id="00D-2", name="Second")
    second = {**OBJECTS, "Organization": (OBJECTS["Organization"][0], [["00D-2", "B", "Enterprise Edition", "false"]])}
    later = TAKEN_AT + timedelta(days=2)
    tiny_org.load(seeded, tiny_org.stage(tmp_path, second, org_id="00D-2", profile_id="p2", taken_at=later))
    trend = seeded.reads.fetch("license_trend")
    assert trend[["day", "owned", "assigned"]].values.tolist() == [
        [datetime(2026, 11, 24), 10, 7],
        [datetime(2026, 11, 26), 20, 14],
    ]


def test_pages_are_ordered_by_columns_of_the_read_only(seeded: DuckDBStore) -> None:
    ordered = [
        seeded.reads.page("subscriptions", order_by="name", descending=True, limit=5, offset=offset)
        for offset in (0, 5, 10, 15)
    ]
    ids = [subscription_id for page in ordered for subscription_id in page["subscription_id"]]
    assert len(ids) == len(set(ids)) == seeded.reads.count("subscriptions") == 19
    assert ordered[0]["name"].tolist()[0] == "Ivy"
    with pytest.raises(UsageError, match="cannot be ordered"):
        seeded.reads.page("subscriptions", order_by='name"; DROP TABLE sf_user; --', limit=5)


@pytest.mark.parametrize("search", ["'", "' OR true --", '"; DROP TABLE sf_user', "%", "_", "\\"])
def test_a_search_is_text_and_nothing_else(seeded: DuckDBStore, search: str) -> None:
    assert seeded.reads.count("subscriptions", search=search) == 0
    assert seeded.reads.count("subscriptions", search="ADA@acme") == 4


def test_the_states_count_the_candidates_of_the_list_whatever_is_chosen(filled: DuckDBStore) -> None:
    listed = filled.reads.rows("candidates")
    [department, *_] = [row["department"] for row in listed if row["department"]]
    [name, *_] = [row["name"] for row in listed if row["name"]]
    for chosen in ({}, {"search": ""}, {"search": name}, {"departments": [department]}, {"departments": ["nowhere"]}):
        states = filled.reads.rows("candidate_states", **chosen)
        assert sum(row["candidates"] for row in states) == filled.reads.count("candidates", **chosen)
    assert (
        filled.reads.count("candidates", search="") == len(listed) > filled.reads.count("candidates", search=name) > 0
    )


def test_unknown_parameters_are_refused_and_common_ones_may_be_of_no_use(seeded: DuckDBStore) -> None:
    with pytest.raises(UsageError, match="no parameter orgs"):
        seeded.reads.fetch("position", orgs=["x"])
    assert len(seeded.reads.fetch("position", search="x", include_sandboxes=True, org_ids=[])) == 9
    with pytest.raises(UsageError, match="no read named"):
        seeded.reads.fetch("nothing_like_it")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_text_that_a_spreadsheet_would_run_is_made_harmless(store: DuckDBStore, tmp_path: Path, start: str) -> None:
    tiny_org.connect(store)
    dangerous = f"{start}cmd|' /C calc'!A0"
    users = [[dangerous if column == 2 else cell for column, cell in enumerate(row)] for row in USERS]
    tiny_org.load(store, tiny_org.stage(tmp_path, {**OBJECTS, "User": (USER_HEAD, users)}))
    written = store.reads.write("unused_licenses", tmp_path / "unused.csv", "csv")
    with (tmp_path / "unused.csv").open(newline="") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == written > 0
    assert {line["name"] for line in lines} == {f"'{dangerous}"}
    [(columns, batch)] = store.reads.batches("unused_licenses")
    assert {row[columns.index("name")] for row in batch} == {f"'{dangerous}"}
    store.reads.write("unused_licenses", tmp_path / "unused.parquet", "parquet")
    names = duckdb.read_parquet(str(tmp_path / "unused.parquet")).project("name").distinct().fetchall()
    assert names == [(dangerous,)]


def test_a_file_appears_whole_or_not_at_all(seeded: DuckDBStore, tmp_path: Path) -> None:
    target = tmp_path / "exports" / "it's here.csv"
    with pytest.raises(Exception, match="cannot be used"):
        seeded.reads.write("position", target, "csv")
    target.parent.mkdir()
    assert seeded.reads.write("position", target, "csv") == 9
    assert [file.name for file in target.parent.iterdir()] == ["it's here.csv"]
    with pytest.raises(UsageError):
        seeded.reads.write("position", target, "docx")


def test_an_empty_list_still_has_its_heads(store: DuckDBStore, tmp_path: Path) -> None:
    [(columns, batch)] = store.reads.batches("subscriptions")
    assert batch == []
    store.reads.write("subscriptions", tmp_path / "none.csv", "csv")
    assert (tmp_path / "none.csv").read_text().strip().split(",") == columns


def test_the_version_changes_with_the_data_and_not_with_progress(seeded: DuckDBStore, tmp_path: Path) -> None:
    running = Job(job_id="j1", kind=JobKind.DOWNLOAD, profile_id="p1", key="k", requested_by="a", created_at=TAKEN_AT)
    with seeded.begin() as work:
        work.jobs.add(running)
        work.commit()
    before = seeded.reads.version()
    with seeded.begin() as work:
        work.jobs.save(running.model_copy(update={"progress": running.progress.model_copy(update={"share": 0.5})}))
        work.commit()
    with seeded.begin() as work:
        work.candidates.save([candidate("RC0000001", "ben")])
    assert seeded.reads.version() == before
    with seeded.begin() as work:
        work.jobs.save(running.model_copy(update={"state": JobState.SUCCEEDED}))
        work.commit()
    after_job = seeded.reads.version()
    tiny_org.load(seeded, tiny_org.stage(tmp_path))
    assert len({before, after_job, seeded.reads.version()}) == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("-- title: A\n-- parameters:\n-- columns: a\nSELECT 1 AS a", "lacks description"),
        ("-- title: A\n-- description: B\n-- parameters: x\n-- columns: a\nSELECT 1 AS a -- $x", "disagree on x"),
        ("-- title: A\n-- description: B\n-- parameters:\n-- columns: a\nSELECT $y AS a", "disagree on y"),
    ],
)
def test_a_header_that_is_not_as_said_is_found(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        reads.parse_header("wrong", text)


def test_the_views_for_people_who_open_the_file(seeded: DuckDBStore) -> None:
    with seeded.begin() as work:
        work.candidates.save([candidate("RC0000001", "ben")])
        work.commit()
    with seeded._cursor() as cursor:
        assert cursor.execute("SELECT count(*) FROM subscriptions").fetchall() == [(19,)]
        assert cursor.execute("SELECT number, model FROM removal_candidates").fetchall() == [
            ("RC0000001", "Salesforce")
        ]
