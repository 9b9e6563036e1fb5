"""How long the server works on a page: its script, on the first visit after a new snapshot and after each change of a
filter, with every cache empty. Warm visits are shown apart.

Both by the clock and by the CPU time of this process, all of DuckDB's threads included: on a machine that has other
work as well only the second says how much a page costs.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import streamlit as st
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.testing.v1 import AppTest

from sfsam import bootstrap
from sfsam.config import Settings
from sfsam.ui import shell
from tests.e2e.journey import PROJECT, CommandLine

TIMEOUT_SECONDS = 60
WANTED_MS = 300
HEAD = ("page", "view", "first visit: clock, p50 / p95", "CPU, p50 / p95", "again: clock", "CPU")


class Took(NamedTuple):
    """Milliseconds of one run of a page's script."""

    clock: float
    cpu: float


def measure(sfsam: CommandLine, rounds: int, only: Sequence[str] = ()) -> list[dict[str, Any]]:
    """One row per page and view: milliseconds cold (p50, p95) and warm (p50), by the clock and of CPU.

    `only` names pages by their files, without .py; none means all of them.
    """
    pages = [path for path in _pages() if not only or Path(path).stem in only]
    with _opened(sfsam) as system, _timed() as runs:
        views = _views(system)
        for path in pages:  # imports are paid once per process, not per visit
            _visit(path, {})
        return [_measured(path, view, query, rounds, runs) for path in pages for view, query in views]


def lines(rows: list[dict[str, Any]]) -> list[tuple[object, ...]]:
    """The rows in the columns of HEAD, the most expensive view first."""
    return [
        (
            *(row["page"], row["view"]),
            f"{row['cold_p50']} / {row['cold_p95']}",
            f"{row['cold_cpu_p50']} / {row['cold_cpu_p95']}",
            *(row["warm_p50"], row["warm_cpu_p50"]),
        )
        for row in sorted(rows, key=lambda row: -row["cold_cpu_p95"])
    ]


def within(rows: list[dict[str, Any]], measured: str) -> int:
    """How many views take no longer than is wanted."""
    return sum(row[measured] <= WANTED_MS for row in rows)


@contextmanager
def _opened(sfsam: CommandLine) -> Iterator[bootstrap.System]:
    settings = Settings(data_dir=sfsam.data_dir, key_file=Path(sfsam.environment["SFSAM_KEY_FILE"]))
    system = bootstrap.build(settings, memory_mb=bootstrap.SERVING_MEMORY_MB)
    bootstrap.set_current(system)
    try:
        yield system
    finally:
        bootstrap.set_current(None)
        system.close()


@contextmanager
def _timed() -> Iterator[list[Took]]:
    """The runs of scripts from now on: of the script alone, without what the test harness does around it."""
    runs: list[Took] = []
    run_script = ScriptRunner._run_script

    def run(self: ScriptRunner, *given: Any) -> None:
        clock, cpu = time.perf_counter(), time.process_time()
        run_script(self, *given)
        runs.append(Took(1000 * (time.perf_counter() - clock), 1000 * (time.process_time() - cpu)))

    ScriptRunner._run_script = run  # type: ignore[method-assign, assignment]
    try:
        yield runs
    finally:
        ScriptRunner._run_script = run_script  # type: ignore[method-assign]


def _pages() -> list[str]:
    """Every page that reads what was downloaded."""
    return [
        entry.path
        for section, entries in shell.SECTIONS.items()
        for entry in entries
        if section != "Set-up" and entry.is_listed
    ]


def _views(system: bootstrap.System) -> list[tuple[str, dict[str, str]]]:
    """The filters that are tried, by what they are called, as a page's address holds them."""
    rows = system.reads.rows("filter_values")
    first = {facet: next(row["label"] for row in rows if row["facet"] == facet) for facet in ("org", "model")}
    department = next(row["label"] for row in rows if row["facet"] == "department")
    return [
        ("everything", {}),
        ("one org", {"org": first["org"]}),
        ("one license", {"model": first["model"]}),
        ("one department", {"department": department}),
    ]


def _measured(path: str, view: str, query: dict[str, str], rounds: int, runs: list[Took]) -> dict[str, Any]:
    cold: list[Took] = []
    warm: list[Took] = []
    for _ in range(rounds):
        st.cache_data.clear()
        for took in (cold, warm):
            runs.clear()
            _visit(path, query)
            took.append(Took(sum(each.clock for each in runs), sum(each.cpu for each in runs)))
    return {
        "page": Path(path).stem,
        "view": view,
        "cold_p50": round(statistics.median(each.clock for each in cold)),
        "cold_p95": _p95([each.clock for each in cold]),
        "cold_cpu_p50": round(statistics.median(each.cpu for each in cold)),
        "cold_cpu_p95": _p95([each.cpu for each in cold]),
        "warm_p50": round(statistics.median(each.clock for each in warm)),
        "warm_cpu_p50": round(statistics.median(each.cpu for each in warm)),
    }


def _p95(values: list[float]) -> int:
    """Of fewer than 20 values the largest."""
    return round(max(values) if len(values) < 20 else statistics.quantiles(values, n=20)[-1])


def _visit(path: str, query: dict[str, str]) -> None:
    """One run of the page's script in a new session. Raises when the page shows an error."""
    app = AppTest.from_file(PROJECT / "app.py", default_timeout=TIMEOUT_SECONDS)
    for name, value in query.items():
        app.query_params[name] = value
    app.switch_page(path)
    app.run()
    if app.exception:
        raise AssertionError(f"{path}: {app.exception[0].message}")
