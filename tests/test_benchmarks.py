"""The benchmarks run, at a size that proves nothing about speed, and all sides read the same rows."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from benchmarks import first_load, growth, large_database, page_times, user_load

pytestmark = pytest.mark.emulator


def test_both_sides_of_the_first_load_read_the_same_rows() -> None:
    row = first_load.measure(users=500, rounds=1)
    assert row["rows"]["User"] >= 500
    assert row["rows_that_differ"] == 0
    assert min(row["ours_seconds"], row["theirs_seconds"], row["ours_peak_rss_mb"], row["theirs_peak_rss_mb"]) > 0


def test_everybody_loads_the_same_users() -> None:
    taken = user_load.measure(300, 1, real_time=False, tools=None)
    assert set(taken) == {"sfsam", "floor", "simple-salesforce"}
    assert len({run["rows"] for run in taken.values()}) == 1


def test_an_org_is_followed_from_its_first_download_on() -> None:
    run = growth.measure(300, {"bulk_latency_seconds": 0.0})
    assert (run["first"]["mode"], run["unchanged"]["mode"], run["changed"]["mode"]) == (
        *("full", "incremental", "incremental"),
    )
    assert run["unchanged"]["api_calls"] <= 12
    assert run["changes"] >= 3
    assert min(run["identify_seconds"], run["what_if_ms"], run["database_mb"]) > 0


def test_pages_are_timed_on_a_database_that_was_multiplied(tmp_path: Path) -> None:
    sfsam = large_database.make(tmp_path, subscriptions=2_000, people_per_org=60)
    with duckdb.connect(str(sfsam.data_dir / "sfsam.duckdb")) as database:
        for keys in ("subscription_id FROM subscription", "number FROM removal_candidate"):
            found = database.execute(f"SELECT {keys}").fetchall()
            assert len(found) == len(set(found)) > 0
    rows = page_times.measure(sfsam, rounds=1, only=("overview", "candidates"))
    assert [row["view"] for row in rows] == 2 * ["everything", "one org", "one license", "one department"]
    assert all(row["warm_p50"] > 0 and 0 < row["warm_cpu_p50"] < row["cold_cpu_p95"] for row in rows)
    assert {len(line) for line in page_times.lines(rows)} == {len(page_times.HEAD)}
