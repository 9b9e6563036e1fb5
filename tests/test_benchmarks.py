"""The benchmarks run, at a size that proves nothing about speed, and all sides read the same rows."""

from __future__ import annotations

import pytest

from benchmarks import first_load, growth, user_load

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
