"""Amounts, prices and whole numbers as people write them in cells: read exactly, or refused with the reason.

Nothing is guessed. What could be read in two ways ("1,234" is 1234 here and 1.234 there) is refused.
"""

from __future__ import annotations

import re
from decimal import Decimal

from sfsam.domain.profiles import Record

# Sums are DECIMAL(18, 2). What one seat costs stays so far below that millions of seats fit, in any currency.
MOST_PRICE = Decimal(1_000_000_000)
MOST_AMOUNT = Decimal(10_000_000_000_000)
PLACES = 2

# ISO 4217, the codes of money in use (list one of the maintenance agency, as of January 2026), without funds, metals
# and codes for testing.
_CODES = """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY
    COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR
    ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK
    MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF
    SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU
    UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
"""
CURRENCIES = frozenset(_CODES.split())
_SIGNS = {"€": "EUR", "£": "GBP"}  # the only signs that mean one currency; $ is that of twenty
_SPACES = "\u00a0\u202f\u2009 "
_MARKS = re.compile(r"[.,]")


class Price(Record):
    """An amount, and the currency that stood beside it, if one did."""

    amount: Decimal
    currency: str | None = None


def currency_code(text: str) -> str:
    """The ISO 4217 code in capitals. Raises ValueError."""
    code = _SIGNS.get(text.strip(), text.strip().upper())
    if code not in CURRENCIES:
        raise ValueError(f"{text.strip()!r} is no currency of ISO 4217, such as EUR or USD")
    return code


def price(text: str, most: Decimal = MOST_PRICE) -> Price:
    """An amount below `most` that may have its currency before or behind it: 200, EUR;200, EUR 1.234,50, €200, 200 USD.

    Raises ValueError, as `amount` does.
    """
    plain = text.strip()
    beside = re.fullmatch(r"([^\W\d_]{3}|[€£$])[\s;:]*(.+)|(.+?)[\s;:]*([^\W\d_]{3}|[€£$])", plain)
    if beside is None or not re.search(r"\d", plain):
        return Price(amount=amount(plain, most))
    sign, number = (beside[1], beside[2]) if beside[1] else (beside[4], beside[3])
    if sign == "$":
        return Price(amount=amount(number, most))  # of which country, the column Currency must say
    return Price(amount=amount(number, most), currency=currency_code(sign))


def amount(text: str, most: Decimal = MOST_AMOUNT) -> Decimal:
    """An exact amount in at most cents, zero or more and below `most`: 1234.5, 1,234.50, 1.234,50, 1 234,50, 1'234.50.

    Raises ValueError for anything else, and for what may be read in two ways.
    """
    plain = text.strip()
    if plain.startswith("="):
        raise ValueError(f"{plain!r} is a formula; enter its value")
    for space in _SPACES:
        plain = plain.replace(space, " ")
    if not re.fullmatch(r"[+-]?\d[\d.,' ’]*", plain):
        raise ValueError(f"{text.strip()!r} is no amount")
    if plain.startswith("-"):
        raise ValueError(f"{text.strip()!r} is less than nothing")
    whole, decimals = _split(plain.lstrip("+"), text.strip())
    if len(decimals.rstrip("0")) > PLACES:
        raise ValueError(f"{text.strip()!r} has more than two decimals")
    value = Decimal(f"{whole}.{decimals or '0'}").quantize(Decimal("0.01"))
    if value >= most:
        raise ValueError(f"{text.strip()!r} is more than it can be")
    return value


def whole_number(text: str) -> int:
    """A count, zero or more. Raises ValueError, as `amount` does."""
    value = amount(text)
    if value != value.to_integral_value():
        raise ValueError(f"{text.strip()!r} is no whole number")
    return int(value)


def _split(plain: str, shown: str) -> tuple[str, str]:
    """The digits before and behind the decimal mark."""
    marks = _MARKS.findall(plain)
    last = marks[-1] if marks else ""
    if len(set(marks)) == 2:  # the last one is the decimal mark, the others part thousands
        if marks.count(last) > 1:
            raise ValueError(f"{shown!r} is no amount")
        whole, _, decimals = plain.rpartition(last)
        return _grouped(whole, shown), decimals
    if len(marks) > 1:
        return _grouped(plain, shown), ""
    if not marks:
        return _grouped(plain, shown), ""
    whole, _, decimals = plain.partition(last)
    if not decimals.isdigit():
        raise ValueError(f"{shown!r} is no amount")
    is_grouped = re.search(r"[ '’]", whole) is not None
    if len(decimals) == 3 and 1 <= len(whole) <= 3 and whole.strip("0") and not is_grouped:
        other = f"{whole}{decimals} or {whole}.{decimals}"
        raise ValueError(f"{shown!r} can be read as {other}; write it without {last!r}, or with two decimals")
    return _grouped(whole, shown), decimals


def _grouped(whole: str, shown: str) -> str:
    """The digits alone, when what parts them does so by threes and is always the same."""
    parts = re.split(r"[.,' ’]", whole)
    separators = set(re.findall(r"[.,' ’]", whole))
    by_threes = len(parts[0]) <= 3 and all(len(part) == 3 for part in parts[1:])
    if not all(part.isdigit() for part in parts) or len(separators) > 1 or (len(parts) > 1 and not by_threes):
        raise ValueError(f"{shown!r} is no amount")
    return "".join(parts)
