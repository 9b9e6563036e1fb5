"""The benchmark runs, at a size that proves nothing about speed, and both sides read the same rows."""

from __future__ import annotations

import pytest

from benchmarks.first_load import measure

pytestmark = pytest.mark.emulator


def test_both_sides_of_the_first_load_read_the_same_rows() -> None:
    row = measure(users=500, rounds=1)
    assert row["rows"]["User"] >= 500
    assert row["rows_that_differ"] == 0
    assert min(row["ours_seconds"], row["theirs_seconds"], row["ours_peak_rss_mb"], row["theirs_peak_rss_mb"]) > 0
