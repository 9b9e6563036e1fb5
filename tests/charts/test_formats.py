"""Numbers and money as look and house rules want them."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest

from sfsam.charts.formats import counted, money, money_exact, number, percent

NBSP = "\u00a0"


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        (2_530_000, f"€2.53{NBSP}M"),
        (12_345_678, f"€12.3{NBSP}M"),
        (445_956, f"€446{NBSP}k"),
        (999_499, f"€999{NBSP}k"),
        (999_500, f"€1.00{NBSP}M"),
        (7_920, f"€7.9{NBSP}k"),
        (9_949, f"€9.9{NBSP}k"),
        (9_950, f"€10{NBSP}k"),
        (864, "€864"),
        (999.4, "€999"),
        (999.5, f"€1.0{NBSP}k"),
        (0, "€0"),
        (-31_000, f"−€31{NBSP}k"),
        (Decimal("7920.00"), f"€7.9{NBSP}k"),
        (None, "Not known"),
        (math.nan, "Not known"),
    ],
)
def test_short_amounts_have_at_most_three_figures(amount: object, written: str) -> None:
    assert money(amount, "EUR") == written


def test_an_amount_without_a_currency_is_not_known() -> None:
    assert money(100, None) == "Not known"


def test_a_currency_without_a_common_sign_keeps_its_code() -> None:
    assert money_exact(1488, "CHF") == f"CHF{NBSP}1,488"


@pytest.mark.parametrize(
    ("amount", "written"), [(445_956, "€445,956"), (0.5, "€1"), (-0.2, "€0"), (-12, "−€12"), (None, "Not known")]
)
def test_exact_amounts_are_rounded_to_the_unit(amount: object, written: str) -> None:
    assert money_exact(amount, "EUR") == written


def test_numbers_and_percentages() -> None:
    assert number(3580) == "3,580"
    assert number(-11) == "−11"
    assert number(math.nan) == "Not known"
    assert percent(15.55) == "15.6%"
    assert percent(None) == "Not known"
    assert counted(1, "seat", "seats") == "1 seat"
    assert counted(214, "seat", "seats") == "214 seats"
