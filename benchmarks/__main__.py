"""`make bench`: prints the tables. All sizes follow SFSAM_BENCH_USERS (100,000), all turns SFSAM_BENCH_ROUNDS (3)."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import first_load, growth, large_database, page_times, user_load

_PEER_LIMIT = 100_000  # of users for whom everything is read by a peer, too
_SEATS_PER_USER = 10  # of the database whose pages are timed: a million at the size that is shipped


def main() -> None:
    users = int(os.environ.get("SFSAM_BENCH_USERS", "100000"))
    rounds = int(os.environ.get("SFSAM_BENCH_ROUNDS", "3"))
    _user_load(users, rounds)
    _first_load(min(users, _PEER_LIMIT), rounds)
    _growth([size for size in (users // 100, users // 10, users) if size >= 100])
    _pages(users * _SEATS_PER_USER, rounds)


def _user_load(users: int, rounds: int) -> None:
    tools = user_load.foreign_tools()
    for real_time in (False, True):
        taken = user_load.measure(users, rounds, real_time=real_time, tools=tools)
        ours = taken["sfsam"]
        print(f"\n## First load of User, {users:,} users, medians of {rounds} turns: ", end="")
        print("a job takes 20 s, a page of 50,000 rows 3 s, eight at once" if real_time else "no delays")
        rows = []
        for name, run in taken.items():
            ratio = "" if name == "sfsam" else round(run["seconds"] / ours["seconds"], 2)
            pages = "" if run["page_seconds"] is None else run["page_seconds"]
            rows.append((name, run["seconds"], pages, ratio, run["peak_rss_mb"], f"{run['rows']:,}"))
        _table(("what", "seconds", "from the finished job to the last page, s", "ratio", "peak RSS, MB", "rows"), rows)


def _first_load(users: int, rounds: int) -> None:
    row = first_load.measure(users, rounds)
    print(f"\n## The whole first download, {users:,} users, medians of {rounds} turns, no delays")
    _table(
        ("what", "sfsam", "simple-salesforce Bulk 2.0 + DuckDB", "ratio"),
        [
            ("seconds", row["ours_seconds"], row["theirs_seconds"], row["ratio"]),
            ("peak RSS, MB", row["ours_peak_rss_mb"], row["theirs_peak_rss_mb"], ""),
        ],
    )
    print(f"\nRows: {sum(row['rows'].values()):,}; {row['api_calls']} API calls; {row['megabytes']} MB received.")
    print(f"Rows that the two disagree about: {row['rows_that_differ']}.")


def _growth(sizes: Sequence[int]) -> None:
    print("\n## One org from its first download on, no delays")
    taken = [growth.measure(size) for size in sizes]
    _table(
        ("what", *(f"{run['users']:,} users" for run in taken)),
        [
            ("first download: s", *(run["first"]["seconds"] for run in taken)),
            ("API calls", *(run["first"]["api_calls"] for run in taken)),
            ("MB received", *(round(run["first"]["bytes"] / 1e6, 1) for run in taken)),
            ("rows", *(f"{sum(run['first']['rows'].values()):,}" for run in taken)),
            ("peak RSS, MB", *(run["first"]["peak_rss_mb"] for run in taken)),
            ("nothing changed: s", *(run["unchanged"]["seconds"] for run in taken)),
            ("API calls", *(run["unchanged"]["api_calls"] for run in taken)),
            ("one user in a thousand changed: s", *(run["changed"]["seconds"] for run in taken)),
            ("API calls", *(run["changed"]["api_calls"] for run in taken)),
            ("share of the first download", *(f"{_share(run):.1%}" for run in taken)),
            ("identify candidates: s", *(run["identify_seconds"] for run in taken)),
            ("what-if: ms", *(run["what_if_ms"] for run in taken)),
            ("database, MB", *(run["database_mb"] for run in taken)),
        ],
    )
    if len(taken) > 1:
        growth_of_memory = taken[-1]["first"]["peak_rss_mb"] / taken[-2]["first"]["peak_rss_mb"]
        print(f"\nPeak RSS at {sizes[-1]:,} users is {growth_of_memory:.2f} times that at {sizes[-2]:,}.")


def _pages(seats: int, rounds: int) -> None:
    with TemporaryDirectory() as folder:
        rows = page_times.measure(large_database.make(Path(folder), seats), rounds)
    print(
        f"\n## One page's script, about {seats:,} seats in {large_database.ORGS} orgs, milliseconds of {rounds} rounds"
    )
    _table(page_times.HEAD, page_times.lines(rows))
    within, cpu = page_times.within(rows, "cold_p95"), page_times.within(rows, "cold_cpu_p95")
    print(f"\nAt most {page_times.WANTED_MS} ms at p95: {within} of {len(rows)} views by the clock, {cpu} by CPU time.")


def _share(run: dict[str, Any]) -> float:
    return float(run["changed"]["seconds"] / run["first"]["seconds"])


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    print(f"| {' | '.join(head)} |\n|{'---|' * len(head)}")
    for row in rows:
        print(f"| {' | '.join(map(str, row))} |")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
