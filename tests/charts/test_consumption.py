"""What the figures of consumption draw."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pandas as pd

from sfsam import charts
from sfsam.charts.consumption import consumption_title, worst_first
from sfsam.charts.theme import ROLES
from tests.fakes.consumption import CONSUMPTION


def rows() -> pd.DataFrame:
    return pd.DataFrame(CONSUMPTION)


def words(figure: Any) -> list[str]:
    return [annotation.text for annotation in figure.layout.annotations]


def test_what_needs_a_decision_comes_first_and_what_cannot_be_drawn_is_left_out() -> None:
    assert list(worst_first(rows())["pace"]) == ["over", "ahead", "behind", "even", "unknown", "unlimited"]
    drawn = charts.consumption_rows(rows(), 12)
    assert list(drawn["label"]) == ["Conversations", "Requests", "Emails", "Logins"]
    assert len(charts.consumption_rows(rows(), 2)) == 2


def test_used_is_a_bar_inside_what_is_allowed_with_a_mark_at_what_was_expected() -> None:
    drawn = charts.consumption_rows(rows(), 12)
    figure = charts.consumption_bars(drawn, "light")
    assert list(figure.data[0].x) == [1.2, 0.9, 0.1, 0.5]
    outlines = [shape for shape in figure.layout.shapes if shape.type == "rect"]
    marks = [shape.x0 for shape in figure.layout.shapes if shape.type == "line"]
    assert {(shape.x0, shape.x1) for shape in outlines} == {(0, 1)}
    assert marks == [0.6, 0.6, 0.6]  # nothing is expected of the persistent one
    over = next(text for text in words(figure) if "120%" in text)
    assert ROLES["light"].over in over


def test_the_org_is_named_where_there_are_several_and_names_are_text() -> None:
    one = charts.consumption_bars(charts.consumption_rows(rows(), 12), "dark")
    assert not any("Production" in text for text in words(one))
    several = rows()
    several.loc[0, "org"] = "<a href='https://x'>EMEA</a>"
    figure = charts.consumption_bars(charts.consumption_rows(several, 12), "dark")
    assert any("Production" in text for text in words(figure))
    assert not any("<a" in text for text in words(figure) + list(figure.data[0].customdata))


def test_the_title_counts_what_is_used_too_fast() -> None:
    assert consumption_title(charts.consumption_rows(rows(), 12)) == "2 of 4 entitlements are used too fast"
    calm = rows()[rows()["pace"] == "even"]
    assert consumption_title(charts.consumption_rows(calm, 12)) == "Nothing is used faster than its period runs"
    assert consumption_title(charts.consumption_rows(rows().head(0), 12)) == "Used and expected by entitlement"
    assert len(charts.consumption_bars(charts.consumption_rows(rows().head(0), 12), "light").data[0].x) == 0


def test_the_course_names_both_lines() -> None:
    history = pd.DataFrame(
        [{"day": datetime(2026, 11, day), "allowed": 100.0, "used": float(day)} for day in (20, 21, 22)]
    )
    figure = charts.consumption_course(history, "light")
    assert [line.name for line in figure.data] == ["Allowed", "Used"]
    assert any("Used 22" in text for text in words(figure))
