"""Fixtures of the journeys."""

from __future__ import annotations

import pytest

from tests.e2e.foreign_tools import ForeignTools, ToolsMissing, install


@pytest.fixture(scope="session")
def foreign_tools() -> ForeignTools:
    """The foreign clients; skips, and says why, where installing them fails or takes more than two minutes."""
    try:
        return install()
    except ToolsMissing as error:
        pytest.skip(f"{error}; `make conformance` tries longer")
