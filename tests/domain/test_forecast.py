"""The straight line to the end of a contract, against numpy's own and by what must hold of every line."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfsam.domain.forecast import LEAST_DAYS, MOST_DAYS, WINDOW_DAYS, Forecast, NoForecast, forecast

TODAY = date(2026, 11, 24)

offsets = st.sets(st.integers(0, WINDOW_DAYS - 1), min_size=2, max_size=40).filter(
    lambda days: max(days) - min(days) + 1 >= LEAST_DAYS
)


def days_before(offset: int) -> date:
    return TODAY - timedelta(days=offset)


@given(offsets=offsets, seats=st.lists(st.integers(0, 100_000), min_size=40, max_size=40), ahead=st.integers(1, 700))
def test_it_is_the_least_squares_line_and_never_below_zero(offsets: set[int], seats: list[int], ahead: int) -> None:
    counts = [
        (days_before(offset - min(offsets)), count) for offset, count in zip(sorted(offsets), seats, strict=False)
    ]
    found = forecast(counts, TODAY + timedelta(days=ahead))
    assert isinstance(found, Forecast)
    line = np.polyfit([(day - TODAY).days for day, _ in counts], [count for _, count in counts], 1)
    assert found.expected >= 0
    assert found.expected == pytest.approx(max(0.0, float(np.polyval(line, ahead))), abs=0.51, rel=1e-6)
    assert found.seats_per_month == pytest.approx(30 * float(line[0]), abs=1e-3, rel=1e-6)
    assert forecast(counts[::-1], found.ends_on) == found


@given(level=st.integers(0, 10_000), slope=st.integers(0, 20), ahead=st.integers(1, MOST_DAYS))
def test_a_straight_course_goes_on_as_it_was(level: int, slope: int, ahead: int) -> None:
    counts = [(days_before(30 - day), level + slope * day) for day in range(31)]
    found = forecast(counts, TODAY + timedelta(days=ahead))
    assert isinstance(found, Forecast)
    assert found.expected == level + slope * (30 + ahead)


def test_what_lies_before_the_window_does_not_act() -> None:
    recent = [(days_before(day), 50) for day in range(WINDOW_DAYS)]
    old = [(days_before(day), 9_000) for day in range(WINDOW_DAYS, WINDOW_DAYS + 300)]
    found = forecast([*old, *recent], TODAY + timedelta(days=100))
    assert isinstance(found, Forecast)
    assert (found.expected, found.seats_per_month, found.days_known) == (50, 0.0, WINDOW_DAYS)


@pytest.mark.parametrize(
    ("counts", "ahead", "reason", "known"),
    [
        ([], 30, "no_history", 0),
        ([(days_before(day), 5) for day in range(LEAST_DAYS - 1)], 30, "short_history", LEAST_DAYS - 1),
        ([(days_before(day), 5) for day in range(LEAST_DAYS)], 0, "past", LEAST_DAYS),
        ([(days_before(day), 5) for day in range(LEAST_DAYS)], MOST_DAYS + 1, "too_far", LEAST_DAYS),
    ],
)
def test_it_refuses_and_says_why(counts: list[tuple[date, int]], ahead: int, reason: str, known: int) -> None:
    assert forecast(counts, TODAY + timedelta(days=ahead)) == NoForecast(reason=reason, days_known=known)


def test_a_falling_count_ends_at_zero() -> None:
    counts = [(days_before(20 - day), 200 - 10 * day) for day in range(21)]
    found = forecast(counts, TODAY + timedelta(days=200))
    assert isinstance(found, Forecast) and found.expected == 0
