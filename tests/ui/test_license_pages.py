"""Overview, utilization and subscriptions: filters, threshold, what-if, outlook, and the way from number to row."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from sfsam.domain.commands import ExportRead
from sfsam.domain.forecast import Forecast, NoForecast, forecast
from sfsam.ui import license_messages
from sfsam.ui.components import export, filters
from sfsam.ui.state import Scope
from tests.fakes.frames import PRODUCTION
from tests.fakes.system import FakeSystem
from tests.ui.conftest import Open, said

OVERVIEW, UTILIZATION, SUBSCRIPTIONS = (
    "pages/home/overview.py",
    "pages/licenses/utilization.py",
    "pages/licenses/subscriptions.py",
)


@pytest.fixture
def asked(full: FakeSystem, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """What the pages ask the store, in order."""
    calls: list[tuple[str, dict[str, Any]]] = []
    for way in ("fetch", "page", "count"):
        real = getattr(full.reads, way)

        def noted(name: str, *, real: Any = real, **parameters: Any) -> Any:
            calls.append((name, parameters))
            return real(name, **parameters)

        monkeypatch.setattr(full.reads, way, noted)
    return calls


ADDRESS = {
    "org": "Production",
    "kind": "User license",
    "model": "Salesforce",
    "department": "Sales",
    "days": "90",
    "sandboxes": "true",
}
MEANT = {
    "org_ids": [PRODUCTION],
    "kinds": ["user"],
    "models": ["Salesforce"],
    "departments": ["Sales"],
    "stale_after_days": 90,
    "include_sandboxes": True,
}


@pytest.mark.parametrize("path", [OVERVIEW, UTILIZATION, SUBSCRIPTIONS])
def test_the_filters_of_the_address_act_on_every_read_of_the_page(
    asked: list[tuple[str, dict[str, Any]]], visit: Open, path: str
) -> None:
    assert not visit(path, **ADDRESS).exception
    unfiltered = {"freshness", "filter_values", "profiles", "person", "person_signals", "person_seats"}
    about_one = {"license_history"}
    reads = [(name, given) for name, given in asked if name not in unfiltered | about_one]
    assert reads
    for name, given in reads:
        assert {key: given.get(key) for key in MEANT} == MEANT, name


def test_an_address_made_from_a_scope_gives_the_same_scope_back(
    full: FakeSystem, visit: Open, asked: list[tuple[str, dict[str, Any]]]
) -> None:
    scope = Scope(
        org_ids=(PRODUCTION,),
        kinds=("user",),
        models=("Salesforce",),
        departments=("Sales",),
        parts=("stale",),
        stale_after_days=30,
        only_counted=True,
    )
    address = filters.address(scope)
    visit(SUBSCRIPTIONS, **{name: value if isinstance(value, str) else value[0] for name, value in address.items()})
    given = next(parameters for name, parameters in asked if name == "seat_totals")
    assert {name: given.get(name) for name in scope.parameters()} == scope.parameters()


def test_the_number_of_acting_filters_stands_in_the_button(full: FakeSystem, visit: Open) -> None:
    app = visit(OVERVIEW, model="Salesforce", days="30")
    assert "Filters (2)" in [block.proto.popover.label for block in app.get("popover")]
    app.multiselect(key="model").set_value([]).run()
    assert "Filters (1)" in [block.proto.popover.label for block in app.get("popover")]


def test_moving_the_what_if_changes_seats_candidates_and_savings(full: FakeSystem, visit: Open) -> None:
    app = visit(OVERVIEW)
    app.slider(key="what_if").set_value(90).run()
    figures = {metric.label: metric for metric in app.metric}
    assert figures["Stale seats"].value == "820"
    assert figures["Stale seats"].delta == "\u221260"
    assert figures["Candidates, at most"].value == "410"
    assert figures["Potential savings"].value  # the page's own figure stays beside it


def test_the_page_can_be_judged_by_the_tried_threshold(
    full: FakeSystem, visit: Open, asked: list[tuple[str, dict[str, Any]]]
) -> None:
    app = visit(OVERVIEW)
    app.slider(key="what_if").set_value(90).run()
    asked.clear()
    app.button(key="judge").click().run()
    assert not app.exception
    assert app.number_input(key="days").value == 90
    assert {given["stale_after_days"] for name, given in asked if name == "overview_seats"} == {90}


def test_what_needs_attention_stands_in_one_line_with_its_links(full: FakeSystem, visit: Open) -> None:
    app = visit(OVERVIEW)
    labels = [link.proto.label for link in app.get("page_link")] + [caption.value for caption in app.caption]
    text = " ".join(labels)
    for words in ("12 candidates are ready", "2 entitlements end within 90 days", "3 users are unmatched"):
        assert words in text
    assert "1 job failed at its last run" in text
    assert "unrecognized" not in text


def test_every_key_figure_opens_to_its_formula_with_the_values_of_now(full: FakeSystem, visit: Open) -> None:
    text = said(visit(OVERVIEW)).replace("\\", "")
    assert "**Percent stale** = stale seats ÷ assigned seats" in text
    assert "**Potential savings** = " in text and "reclaimable seats × their price = €397,356" in text
    assert "**True-up cost** = 11 missing seats × their price" in text
    assert "Amounts by contract prices for 6 licenses." in text


def test_only_what_the_totals_count_is_listed_first_and_its_sums_are_the_totals(full: FakeSystem, visit: Open) -> None:
    app = visit(UTILIZATION)
    figures = {metric.label: metric.value for metric in app.metric}
    assert f"with {figures['Assigned']} assigned seats: {figures['Active']} active, {figures['Stale']} stale" in said(
        app
    )
    counted = len(app.dataframe[0].value)
    app.button_group(key="licenses").set_value("All licenses").run()
    assert len(app.dataframe[0].value) == counted + 2


def test_the_chosen_license_says_what_its_free_or_missing_seats_cost(full: FakeSystem, visit: Open) -> None:
    text = said(visit(UTILIZATION)).replace("\\", "")
    assert "Over-licensed by €86,304 a year: nobody holds these seats." in text
    rows = full.reads.fetch("position")
    full.reads.replace("position", rows[rows["available"] < 0])
    assert "11 seats are missing: true-up €7,920 a year." in said(visit(UTILIZATION)).replace("\\", "")


def test_the_outlook_states_its_method_and_its_inputs(full: FakeSystem, visit: Open) -> None:
    history = [{"day": pd.Timestamp(2026, 10, 1) + pd.Timedelta(days=day), "assigned": 1100 + day} for day in range(50)]
    rows = pd.DataFrame(history).reindex(columns=full.reads.fetch("license_history").columns)
    full.reads.replace("license_history", rows.fillna({"owned": 1240, "active": 900, "stale": 100}))
    text = said(visit(UTILIZATION))
    assert (
        "A straight line (least squares) through the assigned seats of 50 days from 1 Oct 2026 to 19 Nov 2026" in text
    )
    assert "when the contract ends on 31 Jan 2027, 18 fewer than are owned" in text


def test_too_short_a_history_gives_a_sentence_and_no_forecast() -> None:
    assert license_messages.outlook(NoForecast(reason="short_history", days_known=3), 10) == (
        "No forecast: 3 days of history, 14 are needed."
    )
    flat = forecast(
        [(day.date(), 7) for day in pd.date_range("2026-11-01", periods=20)], pd.Timestamp(2027, 1, 1).date()
    )
    assert isinstance(flat, Forecast)
    assert "no change a month" in license_messages.outlook(flat, None)


def test_the_columns_of_the_list_can_be_chosen(full: FakeSystem, visit: Open) -> None:
    app = visit(SUBSCRIPTIONS)
    assert list(app.dataframe[0].value) == ["Person", "License", "Org", "Now", "Last use", "A year"]
    app.multiselect(key="columns_subscriptions").set_value(["Person", "Price", "User name"]).run()
    assert list(app.dataframe[0].value) == ["Person", "User name", "Price"]


def test_the_rows_behind_a_figure_are_asked_for_as_the_page_asked(full: FakeSystem) -> None:
    assert export._rows_file("what_if", "csv", {"org_ids": [PRODUCTION]}) == b"name\nAnna\n"
    [order] = full.orders(ExportRead)
    assert (order.read, order.format, order.parameters) == ("what_if", "csv", {"org_ids": [PRODUCTION]})
