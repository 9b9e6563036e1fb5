"""Dates as people write them in cells: read when there is one way to read them, else refused with the reason."""

from __future__ import annotations

import re
from datetime import date, timedelta

_EARLIEST, _LATEST = 1990, 2199
_EXCEL_ZERO = date(1899, 12, 30)  # Excel counts days from here, its wrong leap day of 1900 included
_MONTH_NAMES = "january february march april may june july august september october november december"
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES.split(), start=1)}
_ISO = re.compile(r"(\d{4})([-/.]?)(\d{2})\2(\d{2})(?:[T ]00:00(?::00(?:\.0+)?)?Z?)?")
_NUMBERS = re.compile(r"(\d{1,2})\s*([./-])\s*(\d{1,2})\s*\2\s*(\d{4})")
_NAMED = re.compile(r"(\d{1,2})\.?[\s-]+([A-Za-z]{3,9})\.?,?[\s-]+(\d{4})")
_NAMED_FIRST = re.compile(r"([A-Za-z]{3,9})\.?\s+(\d{1,2}),?\s+(\d{4})")


def day(text: str) -> date:
    """2027-12-31, 31.12.2027, 31 Dec 2027, Dec 31, 2027, 31/12/2027 and the days that Excel counts (46387).

    With dots the day goes first. With slashes or hyphens it may be 1 February or 2 January, so 01/02/2027 is refused.
    Raises ValueError.
    """
    plain = text.strip()
    found = _read(plain)
    if not _EARLIEST <= found.year <= _LATEST:
        raise ValueError(f"{plain!r} lies outside {_EARLIEST} to {_LATEST}")
    return found


def _read(plain: str) -> date:
    if iso := _ISO.fullmatch(plain):
        return _date(plain, iso[1], iso[3], iso[4])
    if numbers := _NUMBERS.fullmatch(plain):
        return _by_numbers(plain, int(numbers[1]), numbers[2], int(numbers[3]), numbers[4])
    if named := _NAMED.fullmatch(plain):
        return _date(plain, named[3], _month(plain, named[2]), named[1])
    if named := _NAMED_FIRST.fullmatch(plain):
        return _date(plain, named[3], _month(plain, named[1]), named[2])
    if re.fullmatch(r"\d{5,6}(\.0+)?", plain):
        return _EXCEL_ZERO + timedelta(days=int(plain.partition(".")[0]))
    if plain.startswith("="):
        raise ValueError(f"{plain!r} is a formula; enter its value")
    raise ValueError(f"{plain!r} is no date; write it as 2027-12-31")


def _by_numbers(plain: str, first: int, mark: str, second: int, year: str) -> date:
    if mark == "." or first > 12 or first == second:
        return _date(plain, year, second, first)
    if second > 12:
        return _date(plain, year, first, second)
    raise ValueError(f"{plain!r} can be read as two dates; write it as {year}-{first:02}-{second:02} or the other way")


def _month(plain: str, name: str) -> int:
    """By its English name, or at least three letters of it."""
    for known, number in _MONTHS.items():
        if known.startswith(name.lower()):
            return number
    raise ValueError(f"{plain!r} is no date; write it as 2027-12-31")


def _date(plain: str, year: str, month: str | int, day_: str | int) -> date:
    try:
        return date(int(year), int(month), int(day_))
    except ValueError:
        raise ValueError(f"{plain!r} is no day of the calendar") from None
