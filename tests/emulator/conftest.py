"""A practice org in a process of its own, shared by the tests that only read it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.journey import PracticeProcess
from tests.e2e.journey import practice_org as start_practice_org
from tests.emulator.dumped import DumpedOrg


@pytest.fixture(scope="session")
def practice_org() -> Iterator[PracticeProcess]:
    """Two orgs of 300 users on free ports."""
    with start_practice_org(users=300, orgs=2, seed=7) as started:
        yield started


@pytest.fixture(scope="session")
def dumped_org() -> Iterator[DumpedOrg]:
    """A random population, the same in every run, beside an independent copy of it."""
    with start_practice_org(users=450, seed=1124, now="2026-11-24T12:00:00Z") as started:
        dumped = DumpedOrg(started)
        yield dumped
        dumped.close()
