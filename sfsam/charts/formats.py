"""Numbers and money as figures and pages write them: 3,580 · 15.6% · €446 k · €445,956 · −1.9.

The minus is the real one, the space inside an amount does not break, and what is not known is a word, never 0.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

NOT_KNOWN = "Not known"
NBSP = "\u00a0"
MINUS = "\u2212"
SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥"}


def is_missing(value: Any) -> bool:
    """None, NA, NaN and NaT: what a frame holds where SQL said NULL. NA answers no question, so it is asked by name."""
    return value is None or str(value) in ("NaT", "<NA>") or value != value


def number(value: Any) -> str:
    """A count: 3,580."""
    return NOT_KNOWN if is_missing(value) else _signed(_rounded(value, 0), "{:,.0f}")


def percent(value: Any, places: int = 1) -> str:
    """A percentage given in percent: 15.6%."""
    return NOT_KNOWN if is_missing(value) else _signed(_rounded(value, places), f"{{:,.{places}f}}") + "%"


def money(amount: Any, currency: Any) -> str:
    """A short amount: €2.53 M, €446 k, €7.9 k, €864. Nothing is longer than three figures."""
    if is_missing(amount) or is_missing(currency):
        return NOT_KNOWN
    value = Decimal(str(amount))
    return _with_currency(value, _shortened(abs(value)), str(currency))


def money_exact(amount: Any, currency: Any) -> str:
    """An amount to the unit, for leads, tables, hover and exports: €445,956."""
    if is_missing(amount) or is_missing(currency):
        return NOT_KNOWN
    value = _rounded(amount, 0)
    return _with_currency(value, f"{abs(value):,.0f}", str(currency))


def symbol(currency: str) -> str:
    """The sign before an amount: € for EUR; the code and a space where there is no common sign."""
    return SYMBOLS.get(currency, currency + NBSP)


def counted(count: Any, one: str, many: str) -> str:
    """The count with its noun: 1 seat, 214 seats."""
    return f"{number(count)} {one if count == 1 else many}"


def _shortened(value: Decimal) -> str:
    if value < Decimal("999.5"):
        return f"{_rounded(value, 0):,.0f}"
    if value < Decimal(9950):
        return f"{_rounded(value / 1000, 1)}{NBSP}k"
    if value < Decimal(999_500):
        return f"{_rounded(value / 1000, 0):,.0f}{NBSP}k"
    places = 2 if value < Decimal(9_995_000) else 1
    return f"{_rounded(value / 1_000_000, places):,.{places}f}{NBSP}M"


def _rounded(value: Any, places: int) -> Decimal:
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def _signed(value: Decimal, pattern: str) -> str:
    return (MINUS if value < 0 else "") + pattern.format(abs(value))


def _with_currency(value: Decimal, digits: str, currency: str) -> str:
    sign = MINUS if value < 0 and digits != "0" else ""
    return f"{sign}{symbol(currency)}{digits}"
