"""What the figures draw, and that they draw nothing a name of the org could run."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from typing import Any

import pandas as pd
import pytest

from sfsam import charts
from sfsam.charts.theme import ROLES, Mode
from tests.fakes.frames import FULL, POSITION


def frame(name: str) -> pd.DataFrame:
    return pd.DataFrame(FULL[name])


def licenses() -> pd.DataFrame:
    return charts.license_rows(charts.paid(pd.DataFrame(POSITION)), 8)


def words(figure: Any) -> list[str]:
    return [annotation.text for annotation in figure.layout.annotations]


def test_the_license_with_the_most_money_in_stale_seats_comes_first() -> None:
    rows = licenses()
    assert list(rows["model"])[:2] == ["Salesforce", "Salesforce CPQ"]
    assert rows.iloc[0]["potential_savings"] == 214 * 1488
    assert rows.iloc[0]["owned"] == 1540


def test_the_drawn_parts_of_a_license_add_up_to_what_is_assigned() -> None:
    rows = licenses()
    figure = charts.license_bars(rows, "light")
    active, other, stale, free = (bar.x for bar in figure.data[:4])
    for place, assigned in enumerate(rows["assigned"]):
        assert active[place] + other[place] + stale[place] == assigned
        assert free[place] == max(rows["owned"][place] - assigned, 0)


def test_owned_is_an_outline_and_what_goes_beyond_it_is_said_in_words() -> None:
    figure = charts.license_bars(licenses(), "light")
    assert {shape.x1 for shape in figure.layout.shapes} == {1540, 620, 900, 180, 60}
    over = next(text for text in words(figure) if "over" in text)
    assert "<b>11 over</b>" in over and ROLES["light"].over in over


def test_a_license_without_a_price_shows_no_amount_and_an_unknown_count_no_outline() -> None:
    rows = charts.license_rows(pd.DataFrame([row for row in POSITION if row["model"] == "Knowledge User"]), 8)
    figure = charts.license_bars(rows, "light")
    assert not figure.layout.shapes
    assert not any("€" in text for text in words(figure))


@pytest.mark.parametrize("unknown", [None, pd.NA, float("nan")])
def test_owned_seats_that_belong_to_no_department_leave_the_held_ones_drawn(unknown: Any) -> None:
    org_wide = ("owned", "available", "needed")
    rows = charts.license_rows(pd.DataFrame([{**row, **dict.fromkeys(org_wide, unknown)} for row in POSITION]), 8)
    assert rows[list(org_wide)].isna().all(axis=None)
    figure = charts.license_bars(rows, "light")
    assert not figure.layout.shapes and sum(figure.data[3].x) == 0
    assert any("stale" in text for text in words(figure)) and not any("over" in text for text in words(figure))


def test_free_licenses_stand_outside_as_long_as_one_has_a_price() -> None:
    position = pd.DataFrame(POSITION)
    assert "Chatter Free" not in set(charts.paid(position)["model"])
    free = position[position["model"] == "Chatter Free"]
    assert len(charts.paid(free)) == 1


def test_two_currencies_of_one_license_are_two_rows() -> None:
    position = pd.DataFrame([POSITION[0], {**POSITION[1], "currency": "USD"}])
    assert sorted(charts.license_rows(position, 8)["currency"]) == ["EUR", "USD"]


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_stale_buckets_are_amber_in_both_modes(mode: Mode) -> None:
    figure = charts.last_activity_bars(frame("last_activity_buckets"), mode)
    roles = ROLES[mode]
    assert list(figure.data[0].marker.color) == [roles.active] * 2 + [roles.other] + [roles.stale] * 4
    assert figure.layout.shapes[0].y0 == 2.5


def test_the_trend_names_each_line_at_its_end_and_labels_no_zero() -> None:
    figure = charts.trend_lines(frame("license_trend"), "light")
    assert [line.name for line in figure.data] == ["Owned", "Active", "Stale"]
    assert any("Stale 440" in text for text in words(figure))
    assert 0 not in figure.layout.yaxis.tickvals
    assert len(figure.layout.yaxis.tickvals) <= 3


def test_a_trend_whose_owned_count_is_unknown_leaves_that_line_out() -> None:
    rows = frame("license_trend").assign(owned=None)
    assert [line.name for line in charts.trend_lines(rows, "light").data] == ["Active", "Stale"]


def test_a_trend_of_one_day_is_drawn_as_points() -> None:
    rows = pd.DataFrame([{"day": datetime(2026, 11, 24), "owned": 10, "active": 5, "stale": 0}])
    assert {line.mode for line in charts.trend_lines(rows, "dark").data} == {"markers"}


def test_the_stale_part_of_a_department_is_inside_its_spend() -> None:
    figure = charts.department_bars(frame("spend_by_department"), "light")
    used, stale = figure.data[:2]
    assert [a + b for a, b in zip(used.x, stale.x, strict=True)] == [1_300_000, 700_000, 90_000]


def test_savings_by_org_are_drawn_as_they_are() -> None:
    assert list(charts.org_bars(frame("savings_by_org"), "light").data[0].x) == [324_684.0, 72_672.0]


def test_names_of_an_org_are_text_in_a_figure() -> None:
    rows = frame("savings_by_org").assign(org="<a href='https://x'>free</a>")
    figure = charts.org_bars(rows, "light")
    assert not any("<a" in text for text in words(figure))
    assert not any("<a" in cell[0] for cell in figure.data[0].customdata)


@pytest.mark.parametrize("name", ["license_bars", "org_bars", "department_bars", "last_activity_bars"])
def test_no_rows_give_an_empty_figure(name: str) -> None:
    rows = {
        "license_bars": licenses(),
        "org_bars": frame("savings_by_org"),
        "department_bars": frame("spend_by_department"),
        "last_activity_bars": frame("last_activity_buckets"),
    }[name]
    figure = getattr(charts, name)(rows.head(0), "light")
    assert all(len(bar.x) == 0 for bar in figure.data)


def test_a_sparkline_keeps_the_last_value_and_at_most_24() -> None:
    rows = pd.DataFrame({"stale": range(365)})
    values = charts.sparkline(rows, "stale")
    assert values is not None
    assert len(values) <= 24 and values[-1] == 364
    assert charts.sparkline(rows.head(2), "stale") is None


@pytest.mark.parametrize(
    ("draw", "read"),
    [(charts.org_bars, "savings_by_org"), (charts.center_bars, "spend_by_cost_center")],
)
def test_each_row_is_one_target_for_a_click_that_covers_its_words(draw: Any, read: str) -> None:
    rows = frame(read)
    *bars, target = draw(rows, "light").data
    assert len(target.y) == len(rows)
    assert min(target.x) >= max(bars[0].x)
    for place, middle in enumerate(target.y):
        assert middle - target.width / 2 < place - 0.42 and middle + target.width / 2 > place + 0.17
        assert round(middle) == place
    assert target.marker.color == "rgba(0,0,0,0)"


def test_parts_of_a_license_show_their_share() -> None:
    rows = pd.DataFrame({"part": ["active", "stale"], "label": ["Active", "Stale"], "seats": [3, 1], "share": [75, 25]})
    figure = charts.part_bars(rows, "light")
    assert list(figure.data[0].marker.color) == [ROLES["light"].active, ROLES["light"].stale]
    assert any("25.0%" in text for text in words(figure))


def test_the_outlook_is_dashed_and_begins_where_the_history_ends() -> None:
    history = frame("license_history")
    rows = charts.outlook_rows(history, datetime(2027, 1, 31).date(), 999)
    figure = charts.outlook_lines(rows, "light")
    expected = next(line for line in figure.data if line.name == "Expected")
    known = [value for value in expected.y if value is not None]
    assert known == [float(history["assigned"].iloc[-1]), 999.0]
    assert expected.line.dash == "dash"
    assert any("Expected 999" in text for text in words(figure))
    assert "Assigned" in [line.name for line in figure.data]  # the line that the dashed one goes on from
    assert not any("Assigned" in text for text in words(figure))
    assert "Expected" not in [
        line.name for line in charts.outlook_lines(charts.outlook_rows(history, None, None), "light").data
    ]


def test_the_names_of_lines_that_end_close_together_stay_apart_and_inside() -> None:
    history = frame("license_history").assign(owned=1_000, active=995, stale=990)
    figure = charts.outlook_lines(charts.outlook_rows(history, datetime(2027, 1, 31).date(), 1_003), "light")
    places = sorted(note.y for note in figure.layout.annotations)
    assert len(places) == 4
    top = figure.layout.yaxis.range[1]
    assert places[-1] <= top
    assert min(high - low for low, high in pairwise(places)) > 0.07 * top


def test_the_what_if_marks_the_threshold_that_is_tried() -> None:
    rows = frame("what_if")[["threshold_days", "stale"]]
    figure = charts.what_if_line(rows, "dark", tried=90, in_force=60)
    assert [shape.x0 for shape in figure.layout.shapes] == [60, 90]
    assert (figure.data[1].x[0], figure.data[1].y[0]) == (90, 1000 - 180)
