"""A reconciliation writes the day's position down, with what people entered until then; past days stay as they were."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from sfsam.domain.commands import Reconcile, ShowPosition, StartPlaybook
from sfsam.store.counting import price_licenses
from tests.services.conftest import Bench
from tests.store import tiny_org


@pytest.fixture
def connected(bench: Bench, tmp_path: Path) -> Bench:
    """The tiny org, connected and downloaded today."""
    tiny_org.connect(bench.store)
    tiny_org.load(bench.store, tiny_org.stage(tmp_path))
    return bench


def _price(bench: Bench, price: str) -> None:
    """Enter another list price for Salesforce seats, as the page would."""
    with bench.store._cursor() as cursor:
        cursor.execute("DELETE FROM entered_price")
        cursor.execute(
            "INSERT INTO entered_price VALUES ('p', 'user', 'SFDC', '', ?::DECIMAL(18, 2), 'USD', '', 'entered', 'ann',"
            " TIMESTAMP '2026-01-01')",
            [price],
        )
        price_licenses(cursor)
    bench.store.reads.data_changed()


def _unit_costs(bench: Bench, on: date | None = None) -> set[Decimal | None]:
    rows = bench.handle(ShowPosition(on=on))
    return {row.unit_cost for row in rows if row.identifier == "SFDC"}


def test_past_days_stay_as_they_were_reconciled(connected: Bench) -> None:
    first = connected.clock.now().date()
    before = _unit_costs(connected)
    _price(connected, "10.00")
    assert _unit_costs(connected) == {Decimal("120.00")} != before
    assert _unit_costs(connected, first) == before

    connected.clock.advance(days=3)
    answer = connected.run(Reconcile())
    later = connected.clock.now().date()
    assert (answer.day, answer.orgs) == (later, 1)
    assert answer.licenses > 0
    assert _unit_costs(connected, later) == {Decimal("120.00")}
    assert _unit_costs(connected, later - timedelta(days=1)) == before
    assert connected.handle(ShowPosition(on=first - timedelta(days=1))) == []

    [change] = connected.store.reads.rows("position_change", from_day=first, to_day=later)
    assert (change["identifier"], change["unit_cost_after"]) == ("SFDC", Decimal("120.00"))
    assert change["assigned_before"] == change["assigned_after"]
    days = connected.store.reads.rows("reconciliations", org_ids=[tiny_org.ORG_ID])
    assert {row["day"] for row in days} == {first, later}


def test_the_totals_are_the_overview_s_and_a_second_run_of_the_day_replaces_the_first(connected: Bench) -> None:
    connected.run(Reconcile())
    again = connected.run(Reconcile())
    [money] = connected.store.reads.rows("overview_money")
    [total] = again.totals
    assert total.potential_savings == money["potential_savings"]
    assert total.annual_spend == money["annual_spend"]
    [day] = connected.store.reads.rows("reconciliations")
    assert day["potential_savings"] == money["potential_savings"]
    assert day["annual_spend"] == money["annual_spend"]


def test_an_installation_without_data_has_nothing_to_reconcile(bench: Bench) -> None:
    answer = bench.run(Reconcile())
    assert (answer.orgs, answer.licenses, answer.totals) == (0, 0, [])


def test_a_profile_that_is_connected_with_no_org_has_no_position_rather_than_everybody_s(connected: Bench) -> None:
    connected.handle(StartPlaybook(name="Not yet"))
    assert connected.handle(ShowPosition(profile="Not yet")) == []
    assert connected.handle(ShowPosition()) != []
