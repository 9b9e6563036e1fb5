"""Date words such as TODAY and LAST_N_DAYS:30 as half-open ranges of UTC days."""

from __future__ import annotations

from datetime import date, timedelta

DATE_FUNCTIONS = frozenset(
    {
        "CALENDAR_YEAR",
        "CALENDAR_QUARTER",
        "CALENDAR_MONTH",
        "DAY_IN_MONTH",
        "DAY_IN_WEEK",
        "DAY_IN_YEAR",
        "DAY_ONLY",
        "FISCAL_MONTH",
        "FISCAL_QUARTER",
        "FISCAL_YEAR",
        "HOUR_IN_DAY",
        "WEEK_IN_MONTH",
        "WEEK_IN_YEAR",
    }
)
_UNITS = ("DAY", "WEEK", "MONTH", "QUARTER", "YEAR", "FISCAL_QUARTER", "FISCAL_YEAR")
DATE_WORDS = frozenset(
    {
        "YESTERDAY",
        "TODAY",
        "TOMORROW",
        "LAST_90_DAYS",
        "NEXT_90_DAYS",
        *(
            f"{which}_{unit}"
            for which in ("LAST", "THIS", "NEXT")
            for unit in ("WEEK", "MONTH", "QUARTER", "YEAR", "FISCAL_QUARTER", "FISCAL_YEAR")
        ),
    }
)
DATE_WORDS_WITH_NUMBER = frozenset(
    {
        *(f"{which}_N_{unit}S" for which in ("LAST", "NEXT") for unit in _UNITS),
        *(f"N_{unit}S_AGO" for unit in _UNITS),
    }
)
_MONTHS = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}


def day_range(word: str, argument: int | None, today: date) -> tuple[date, date]:
    """First day and the day after the last. LAST_N_DAYS:n reaches from n days ago through today; the other
    LAST_N units end before the current unit begins, as Salesforce has it. The org's fiscal year is the calendar's."""
    word = word.replace("FISCAL_", "")
    if word in ("YESTERDAY", "TODAY", "TOMORROW"):
        start = today + timedelta(days=("YESTERDAY", "TODAY", "TOMORROW").index(word) - 1)
        return start, start + timedelta(days=1)
    if word in ("LAST_90_DAYS", "NEXT_90_DAYS"):
        word, argument = word.replace("90", "N"), 90
    if word == "LAST_N_DAYS":
        return today - timedelta(days=argument or 0), today + timedelta(days=1)
    if word == "NEXT_N_DAYS":
        return today + timedelta(days=1), today + timedelta(days=1 + (argument or 0))
    first, count, unit = _units(word, argument or 0)
    start = _start_of(unit, today)
    return _moved(start, unit, first), _moved(start, unit, first + count)


def _units(word: str, argument: int) -> tuple[int, int, str]:
    """Offset of the first unit from the current one, number of units, unit."""
    if word.endswith("_AGO"):
        return -argument, 1, word.removeprefix("N_").removesuffix("S_AGO")
    if "_N_" in word:
        unit = word.split("_N_")[1].removesuffix("S")
        return (-argument if word.startswith("LAST") else 1), argument, unit
    which, unit = word.split("_")
    return {"LAST": -1, "THIS": 0, "NEXT": 1}[which], 1, unit


def _start_of(unit: str, day: date) -> date:
    if unit == "DAY":
        return day
    if unit == "WEEK":
        return day - timedelta(days=(day.weekday() + 1) % 7)
    months = _MONTHS[unit]
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def _moved(start: date, unit: str, count: int) -> date:
    if unit in ("DAY", "WEEK"):
        return start + timedelta(days=count * (7 if unit == "WEEK" else 1))
    month = start.year * 12 + start.month - 1 + count * _MONTHS[unit]
    return date(month // 12, month % 12 + 1, 1)
