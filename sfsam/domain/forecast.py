"""Where a count of seats is heading: a straight line through its last days, drawn on to the day a contract ends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Literal

from sfsam.domain.profiles import Record

WINDOW_DAYS = 90  # the line follows what is going on now, not what was a year ago
LEAST_DAYS = 14  # of history, from the first to the last day that is known
MOST_DAYS = 1100  # three years: no straight line is worth anything beyond

Refusal = Literal["no_history", "short_history", "past", "too_far"]


class Forecast(Record):
    """What is expected on `ends_on`, and what it was worked out from."""

    ends_on: date
    expected: int  # seats, never below 0
    seats_per_month: float  # the slope of the line, per 30 days
    first_on: date
    last_on: date
    days_known: int  # days with a count between these two


class NoForecast(Record):
    """Why nothing is said. `days_known` runs from the first to the last day with a count, both included."""

    reason: Refusal
    days_known: int = 0


def forecast(
    counts: Sequence[tuple[date, int]], ends_on: date, *, window_days: int = WINDOW_DAYS
) -> Forecast | NoForecast:
    """Expect the count on `ends_on` by least squares through the days of the last `window_days`, each day once.

    `counts`: (day, seats), in any order. Exact in whole numbers until the one rounding, half up, at the end.
    """
    known = dict(counts)
    if not known:
        return NoForecast(reason="no_history")
    last_on = max(known)
    used = {day: seats for day, seats in known.items() if day > last_on - timedelta(days=window_days)}
    first_on = min(used)
    spanned = (last_on - first_on).days + 1
    if spanned < LEAST_DAYS:
        return NoForecast(reason="short_history", days_known=spanned)
    if ends_on <= last_on:
        return NoForecast(reason="past", days_known=spanned)
    if (ends_on - last_on).days > MOST_DAYS:
        return NoForecast(reason="too_far", days_known=spanned)
    slope, middle_x, middle_y = _line([((day - first_on).days, seats) for day, seats in used.items()])
    value = middle_y + slope * ((ends_on - first_on).days - middle_x)
    return Forecast(
        ends_on=ends_on,
        expected=max(0, (2 * value.numerator + value.denominator) // (2 * value.denominator)),
        seats_per_month=float(slope * 30),
        first_on=first_on,
        last_on=last_on,
        days_known=len(used),
    )


def _line(points: Sequence[tuple[int, int]]) -> tuple[Fraction, Fraction, Fraction]:
    """The slope of the least squares line, and the point that it goes through: both means."""
    middle_x = Fraction(sum(x for x, _ in points), len(points))
    middle_y = Fraction(sum(y for _, y in points), len(points))
    spread = sum((x - middle_x) ** 2 for x, _ in points)
    slope = sum((x - middle_x) * (y - middle_y) for x, y in points) / spread
    return Fraction(slope), middle_x, middle_y
