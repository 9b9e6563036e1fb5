"""Orgs for the tests of the data half."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sfsam.emulator.org import Org, build_orgs
from tests.emulator.data.desk import NOW, Desk


@pytest.fixture(scope="session")
def calm_org() -> Org:
    """An org that nobody writes to."""
    return build_orgs(1, 1500, 7, NOW, None)[0]


@pytest.fixture
def calm(calm_org: Org) -> Desk:
    return Desk(calm_org)


@pytest.fixture(scope="module")
def busy_org() -> Org:
    """An org that the tests of one module write to, each to users of its own."""
    return build_orgs(1, 300, 11, NOW, None)[0]


@pytest.fixture
def busy(busy_org: Org) -> Desk:
    return Desk(busy_org)


@pytest.fixture
def someone(busy: Desk) -> Callable[..., Desk]:
    """A new user with exactly these permissions."""

    def make(*permissions: str, **spec: Any) -> Desk:
        user_id = busy.add_user(**{"Profile": "Minimum Access - Salesforce", **spec})
        name = busy.org.user_summary(user_id)["Username"]
        busy.org.grant(name, permissions)
        return Desk(busy.org, user_id)

    return make
