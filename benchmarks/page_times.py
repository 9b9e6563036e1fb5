"""How long the server works on a page: its script, on the first visit after a new snapshot and after each change of a
filter, with every cache empty. Warm visits are printed apart."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.testing.v1 import AppTest

from sfsam import bootstrap
from sfsam.config import Settings
from sfsam.ui import shell
from tests.e2e.journey import PROJECT

TIMEOUT_SECONDS = 60


def measure(data_dir: Path, rounds: int) -> list[dict[str, Any]]:
    """One row per page and view: milliseconds cold (p50, p95) and warm (p50)."""
    with _opened(data_dir) as system:
        views = _views(system)
        _visit("pages/home/overview.py", {})  # imports are paid once per process, not per visit
        return [_measured(path, view, query, rounds) for path in _pages() for view, query in views]


@contextmanager
def _opened(data_dir: Path) -> Iterator[bootstrap.System]:
    system = bootstrap.build(Settings(data_dir=data_dir), memory_mb=bootstrap.SERVING_MEMORY_MB)
    bootstrap.set_current(system)
    try:
        yield system
    finally:
        bootstrap.set_current(None)
        system.close()


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


def _measured(path: str, view: str, query: dict[str, str], rounds: int) -> dict[str, Any]:
    cold, warm = [], []
    for _ in range(rounds):
        st.cache_data.clear()
        cold.append(_visit(path, query))
        warm.append(_visit(path, query))
    return {
        "page": Path(path).stem,
        "view": view,
        "cold_p50": round(statistics.median(cold)),
        "cold_p95": round(max(cold) if len(cold) < 20 else statistics.quantiles(cold, n=20)[-1]),
        "warm_p50": round(statistics.median(warm)),
    }


def _visit(path: str, query: dict[str, str]) -> float:
    """Milliseconds of one run of the page's script in a new session. Raises when the page shows an error."""
    app = AppTest.from_file(PROJECT / "app.py", default_timeout=TIMEOUT_SECONDS)
    for name, value in query.items():
        app.query_params[name] = value
    app.switch_page(path)
    begun = time.perf_counter()
    app.run()
    took = 1000 * (time.perf_counter() - begun)
    if app.exception:
        raise AssertionError(f"{path}: {app.exception[0].message}")
    return took
