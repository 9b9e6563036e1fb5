"""The files of the project itself: neither what was installed, nor what was built, nor data of a running app."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
TEXTS = {".py", ".sql", ".soql", ".md", ".toml", ".csv", ".txt", ".in", ".html", ".css", ".js", ".mjs", ""}
_FOLDERS = (".ci", ".streamlit", "benchmarks", "data", "docs", "pages", "sfsam", "static", "tests")
_NOT_OURS = {"__pycache__", "node_modules", "local"}


@cache
def house_files() -> tuple[Path, ...]:
    """Every file of the project, sorted."""
    return tuple(sorted(_walk()))


def python_files() -> list[Path]:
    return [path for path in house_files() if path.suffix == ".py"]


def _walk() -> Iterator[Path]:
    yield from (path for path in PROJECT.iterdir() if path.is_file())
    for folder in _FOLDERS:
        for path in (PROJECT / folder).rglob("*"):
            if path.is_file() and _NOT_OURS.isdisjoint(path.relative_to(PROJECT).parts):
                yield path
