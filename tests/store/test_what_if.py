"""The what-if and the totals are two readings of one question: by the same threshold they say the same."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from sfsam.domain.subscriptions import Thresholds
from sfsam.store.database import DuckDBStore
from tests.store import tiny_org
from tests.store.conftest import AUDIT_KEY

STANDARD = Thresholds().stale_after_days
ANY = (0, 29, STANDARD - 1, STANDARD, STANDARD + 1, 145, 365)
FILTERS: list[dict[str, Any]] = [
    {},
    {"org_ids": [tiny_org.ORG_ID], "kinds": ["permission_set", "package"]},
    {"departments": ["Sales"]},
    {"models": ["Salesforce"], "include_sandboxes": True},
]


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDBStore]:
    """The tiny org, read by every test of this module."""
    opened = DuckDBStore.open(":memory:", audit_key=AUDIT_KEY)
    tiny_org.connect(opened)
    tiny_org.load(opened, tiny_org.stage(tmp_path_factory.mktemp("what_if")))
    yield opened
    opened.close()


@pytest.mark.parametrize("filters", FILTERS, ids=lambda each: " ".join(each) or "everything")
def test_at_any_threshold_it_says_what_the_overview_says(seeded: DuckDBStore, filters: dict[str, Any]) -> None:
    shown: dict[int, list[dict[str, Any]]] = {}
    for row in seeded.reads.rows("what_if", **filters):
        shown.setdefault(row["threshold_days"], []).append(row)
    for threshold in ANY:
        rows = shown.get(threshold, [])
        (seats,) = seeded.reads.rows("overview_seats", stale_after_days=threshold, **filters)
        assert sum(row["stale"] for row in rows) == seats["stale"], threshold
        amounts = seeded.reads.rows("overview_money", stale_after_days=threshold, **filters)
        assert _by_currency(rows) == _by_currency(amounts), threshold


def test_at_the_standard_threshold_it_is_the_overview_as_it_opens(seeded: DuckDBStore) -> None:
    (row,) = [row for row in seeded.reads.rows("what_if") if row["threshold_days"] == STANDARD and row["currency"]]
    (money,) = seeded.reads.rows("overview_money")
    assert row["potential_savings"] == money["potential_savings"] > 0
    assert row["stale"] == money["stale_seats"] > 0
    [earlier] = [each for each in seeded.reads.rows("what_if") if each["threshold_days"] == 1 and each["currency"]]
    assert earlier["stale"] > row["stale"]


def _by_currency(rows: list[dict[str, Any]]) -> dict[str, Decimal]:
    return {row["currency"]: row["potential_savings"] for row in rows if row["currency"] and row["potential_savings"]}
