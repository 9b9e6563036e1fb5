"""Deleting a profile: what goes is shown first, nothing of it is left behind, and what was decided stays readable."""

from __future__ import annotations

import pytest

from sfsam.domain.attempts import Attempt
from sfsam.domain.candidates import State
from sfsam.domain.commands import (
    Connect,
    DeleteProfile,
    Download,
    Enqueue,
    ListCandidates,
    ListJobs,
    ListProfiles,
    PreviewDelete,
    ShowAudit,
)
from sfsam.domain.jobs import JobState
from sfsam.domain.steps import Step
from sfsam.errors import NotConfirmed, RefusedError
from tests.fakes.salesforce import ORG_ID, Person
from tests.services.conftest import Bench
from tests.services.test_connections import published

KEPT = ("audit_entry", "job", "removal_candidate", "reclaim_request", "attempt", "schema_migration", "audit_key")


def rows_left(bench: Bench, profile_id: str) -> dict[str, int]:
    """Rows of the profile or of its org, by table, outside what is meant to stay."""
    with bench.store._cursor() as cursor:
        columns = cursor.execute("SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal").fetchall()
        tables = {table for (table,) in cursor.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
        found = {}
        for table, column in columns:
            if table in tables and table not in KEPT and column in ("profile_id", "org_id"):
                sql = f"SELECT count(*) FROM {table} WHERE {column} IN (?, ?)"  # noqa: S608 - our own names
                [(count,)] = cursor.execute(sql, [profile_id, ORG_ID]).fetchall()
                found[f"{table}.{column}"] = count
    return {name: count for name, count in found.items() if count}


@pytest.fixture
def profile(bench: Bench) -> str:
    profile_id = published(bench)
    bench.propose(Person("005000000000001AAA"), Person("005000000000002AAA"))
    with bench.store._cursor() as cursor:
        cursor.execute("INSERT INTO sf_user (org_id, id) VALUES (?, 'u1'), ('00Dother', 'u2')", [ORG_ID])
        cursor.execute("INSERT INTO sf_user_login (org_id, id) VALUES (?, 'l1')", [ORG_ID])
    return profile_id


def test_the_preview_counts_and_changes_nothing(bench: Bench, profile: str) -> None:
    preview = bench.handle(PreviewDelete(profile="Production"))
    assert preview.goes == {
        "connection": 1,
        "integration_profile": 1,
        "playbook": 1,
        "reclamation_rule": 3,
        "scheduled_job": 3,
        "sf_user": 1,
        "sf_user_login": 1,
    }
    assert (preview.candidates_closed, preview.jobs_canceled, preview.deleted) == (2, 1, False)
    with pytest.raises(NotConfirmed, match="nothing was deleted"):
        bench.handle(DeleteProfile(profile="Production"))
    assert bench.handle(PreviewDelete(profile="Production")) == preview


def test_nothing_is_orphaned_and_what_was_decided_stays(bench: Bench, profile: str) -> None:
    assert rows_left(bench, profile)
    answer = bench.handle(DeleteProfile(actor="ada", profile="Production", confirmed=True))
    assert answer.deleted
    assert rows_left(bench, profile) == {}
    assert bench.handle(ListProfiles()) == []
    candidates = bench.handle(ListCandidates())
    assert {(each.state, each.org) for each in candidates} == {(State.CLOSED_SKIPPED, "Production")}
    assert {job.state for job in bench.handle(ListJobs())} == {JobState.CANCELED}
    actions = [each.action for each in bench.handle(ShowAudit(verify=True)).entries]
    assert actions[0] == "profile.deleted"
    assert bench.handle(ShowAudit(verify=True)).intact
    with bench.store._cursor() as cursor:
        assert cursor.execute("SELECT id FROM sf_user").fetchall() == [("u2",)]


def test_the_same_org_can_be_connected_again(bench: Bench, profile: str) -> None:
    bench.handle(DeleteProfile(profile="Production", confirmed=True))
    again = bench.publish()
    assert again != profile
    assert bench.run(Connect(profile="Production", publish=True)).status == "published"


def test_while_something_is_under_way_it_stays(bench: Bench, profile: str) -> None:
    with bench.store.begin() as work:
        attempt = Attempt(
            attempt_id="a1",
            request_id="r1",
            profile_id=profile,
            number="RC0000001",
            user_id="005000000000001AAA",
            step=Step.FREEZE,
            record_id="0Yw000000000001AAA",
            intended_at=bench.clock.now(),
        )
        work.requests.save_attempts([attempt])
        work.commit()
    with pytest.raises(RefusedError, match="is not known yet"):
        bench.handle(DeleteProfile(profile="Production", confirmed=True))
    job = bench.handle(Enqueue(job=Download(profile="Production")))
    with bench.store.begin() as work:
        work.jobs.save(work.jobs.find(job.job_id).model_copy(update={"state": JobState.RUNNING}))
        work.commit()
    with pytest.raises(RefusedError, match="is running"):
        bench.handle(DeleteProfile(profile="Production", confirmed=True))
