"""Cells of imported files as values: each type reads text exactly, or refuses it with the reason."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BeforeValidator

from sfsam.domain import money
from sfsam.domain.days import day
from sfsam.domain.entitlements import Period
from sfsam.domain.subscriptions import Kind

_PERIODS = {
    **dict.fromkeys(("month", "monthly", "per month", "a month", "mo", "monat", "monatlich"), Period.MONTH),
    **dict.fromkeys(("year", "yearly", "annual", "annually", "per year", "a year", "jahr", "jährlich"), Period.YEAR),
}
_KINDS = {each.value.replace("_", " "): each for each in Kind}


def period(text: str) -> Period:
    """Month or year, as people write it. Raises ValueError."""
    found = _PERIODS.get(text.strip().casefold())
    if found is None:
        raise ValueError(f"{text.strip()!r} is neither month nor year")
    return found


def kind(text: str) -> Kind:
    """A kind of license, as people write it. Raises ValueError."""
    plain = text.strip().casefold().replace("-", " ").replace("_", " ").removesuffix("license").strip()
    found = _KINDS.get(plain)
    if found is None:
        raise ValueError(f"{text.strip()!r} is no kind; there are {', '.join(each.value for each in Kind)}")
    return found


ReadCount = Annotated[int, BeforeValidator(money.whole_number)]
ReadDay = Annotated[date, BeforeValidator(day)]
ReadPeriod = Annotated[Period, BeforeValidator(period)]
ReadKind = Annotated[Kind, BeforeValidator(kind)]
ReadPrice = Annotated[money.Price, BeforeValidator(money.price)]
ReadCurrency = Annotated[str, BeforeValidator(money.currency_code)]
