"""`make bench`: prints the table. SFSAM_BENCH_USERS and SFSAM_BENCH_ROUNDS change its size."""

from __future__ import annotations

import os

from benchmarks.first_load import measure


def main() -> None:
    users = int(os.environ.get("SFSAM_BENCH_USERS", "100000"))
    rounds = int(os.environ.get("SFSAM_BENCH_ROUNDS", "3"))
    row = measure(users, rounds)
    print(f"First download of {users:,} users, medians of {rounds} runs in turn on the same practice org\n")
    print("| what | sfsam | simple-salesforce Bulk 2.0 + DuckDB | ratio |")
    print("|---|---|---|---|")
    print(f"| seconds | {row['ours_seconds']} | {row['theirs_seconds']} | {row['ratio']} |")
    print(f"| peak RSS of the downloading process, MB | {row['ours_peak_rss_mb']} | {row['theirs_peak_rss_mb']} | |")
    print(f"\nRows: {sum(row['rows'].values()):,}; {row['api_calls']} API calls; {row['megabytes']} MB received.")
    print(f"Rows that the two disagree about: {row['rows_that_differ']}.")


if __name__ == "__main__":
    main()
