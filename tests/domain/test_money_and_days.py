"""Amounts and dates in cells: read exactly, whichever way they are written, or refused."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfsam.domain import money
from sfsam.domain.days import day
from sfsam.domain.entitlements import EntitlementState, Terms, overlaps, state_on

cents = st.integers(min_value=0, max_value=99_999_999_999)
days = st.dates(min_value=date(1990, 1, 1), max_value=date(2199, 12, 31))


def grouped(value: int, thousands: str, decimals: str) -> str:
    return f"{value // 100:,}".replace(",", thousands) + f"{decimals}{value % 100:02}"


@given(value=cents, how=st.sampled_from([(",", "."), (".", ","), (" ", ","), ("'", "."), ("\u00a0", ","), ("", ",")]))
def test_an_amount_with_its_cents_is_read_to_the_cent_however_it_is_grouped(value: int, how: tuple[str, str]) -> None:
    assert money.amount(grouped(value, *how)) == Decimal(value) / 100


@given(
    value=cents, code=st.sampled_from(sorted(money.CURRENCIES)), form=st.sampled_from(["{c};{v}", "{c} {v}", "{v} {c}"])
)
def test_a_currency_may_stand_on_either_side(value: int, code: str, form: str) -> None:
    read = money.price(form.format(c=code, v=grouped(value, ",", ".")))
    assert (read.amount, read.currency) == (Decimal(value) / 100, code)


@given(text=st.text(alphabet="0123456789.,' -+=eE€$", max_size=12))
def test_whatever_is_written_is_an_exact_amount_or_refused_with_words(text: str) -> None:
    try:
        read = money.amount(text)
    except ValueError as refused:
        assert str(refused)
    else:
        assert read >= 0 and read == read.quantize(Decimal("0.01"))
        digits = "".join(character for character in text if character.isdigit()).strip("0")
        assert digits == f"{read:f}".replace(".", "").strip("0")  # no digit is lost and none is made


@pytest.mark.parametrize(
    "text", ["1,234", "1.234", "12.345", "123,456", "=1+1", "-1", "1e3", "1.2.3", "12,34,567", "", "x"]
)
def test_what_can_be_read_in_two_ways_or_in_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        money.amount(text)


def test_words_are_refused_whole_and_no_part_of_them_is_taken_for_a_currency() -> None:
    with pytest.raises(ValueError, match="'twelve fifty' is no amount"):
        money.price("twelve fifty")


@given(value=days)
def test_a_day_is_read_from_every_form_that_has_one_reading(value: date) -> None:
    forms = [
        f"{value:%Y-%m-%d}",
        f"{value:%d.%m.%Y}",
        f"{value:%Y/%m/%d}",
        f"{value:%Y%m%d}",
        f"{value:%d %b %Y}",
        f"{value:%B} {value.day}, {value.year}",
        str((value - date(1899, 12, 30)).days),
    ]
    assert {day(form) for form in forms} == {value}


@given(value=days)
def test_with_slashes_a_day_is_never_guessed(value: date) -> None:
    for form in (f"{value:%d/%m/%Y}", f"{value:%m/%d/%Y}"):
        if value.day <= 12 and value.day != value.month:
            with pytest.raises(ValueError, match="two dates"):
                day(form)
        else:
            assert day(form) == value


@given(one=st.tuples(days, days), other=st.tuples(days, days))
def test_two_entitlements_overlap_when_a_day_belongs_to_both(one: tuple[date, date], other: tuple[date, date]) -> None:
    first, second = (Terms(starts_on=min(pair), ends_on=max(pair)) for pair in (one, other))
    latest, earliest = max(min(one), min(other)), min(max(one), max(other))
    assert overlaps(first, second) is overlaps(second, first) is (latest <= earliest)
    assert overlaps(first, Terms())
    assert state_on(first, max(one)) is EntitlementState.ACTIVE
    assert state_on(first, max(one) + timedelta(days=1)) is EntitlementState.ENDED
    assert state_on(first, min(one) - timedelta(days=1)) is EntitlementState.UPCOMING
