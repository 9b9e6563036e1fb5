"""The renewal report as one HTML page that prints on A4: no script, no request, everything inside.

The template escapes every value by itself (Jinja2's autoescape), so nothing that an org is called can become markup.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from sfsam.charts import formats
from sfsam.domain.answers import RenewalReport, ReportedLicense

TEMPLATE = "renewal_report.html"
PRICE_WORDS = {"contract": "contract", "list": "list price", "none": "—"}


def renewal_report(report: RenewalReport) -> str:
    """The page as text."""
    return _environment().get_template(TEMPLATE).render(report=report, bar=_bar, price_words=PRICE_WORDS)


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters |= {"number": formats.number, "percent": formats.percent, "day": _day, "moment": _moment}
    environment.globals |= {"money": formats.money, "exact": formats.money_exact}
    return environment


def _bar(license_: ReportedLicense) -> list[tuple[str, float]]:
    """(colour, width in percent) of the parts of a license's bar: in use, other, stale, free; together 100."""
    free = max(license_.available or 0, 0)
    whole = license_.assigned + free or 1
    parts = (("active", license_.active), ("other", license_.other), ("stale", license_.stale), ("free", free))
    return [(name, round(100 * seats / whole, 2)) for name, seats in parts if seats]


def _day(value: Any) -> str:
    return f"{value.day} {value:%b %Y}"


def _moment(value: Any) -> str:
    return "—" if value is None else f"{_day(value)}, {value:%H:%M} UTC"
