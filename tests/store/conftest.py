"""A store in memory, and one in a file, each with an audit key of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sfsam.store.database import DuckDBStore
from tests.store import tiny_org

AUDIT_KEY = b"a key for tests"


@pytest.fixture
def store() -> Iterator[DuckDBStore]:
    opened = DuckDBStore.open(":memory:", audit_key=AUDIT_KEY)
    yield opened
    opened.close()


@pytest.fixture
def database_path(tmp_path: Path) -> Path:
    return tmp_path / "sfsam.duckdb"


@pytest.fixture
def seeded(store: DuckDBStore, tmp_path: Path) -> DuckDBStore:
    """The tiny org, connected and loaded."""
    tiny_org.connect(store)
    tiny_org.load(store, tiny_org.stage(tmp_path))
    return store
