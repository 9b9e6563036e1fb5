"""The renewal report is one sheet of A4 from a browser's printer, however much there is to say."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Browser

from sfsam.charts.report import renewal_report
from sfsam.domain.answers import (
    Definition,
    RenewalReport,
    ReportedLicense,
    ReportedMoney,
    ReportedOrg,
    ReportedRenewal,
)
from sfsam.services import reporting
from sfsam.store.reads import load_header

pytestmark = pytest.mark.browser

READ_AT = datetime(2026, 11, 24, 12)
MODEL = "Salesforce Service Cloud Unlimited Edition with Digital Engagement and Einstein for Service"
ORG = "Northwind Traders Europe, Middle East and Africa, Production"
LICENSE = ReportedLicense(
    org=ORG,
    kind="user",
    model=MODEL,
    owned=12_400,
    assigned=11_800,
    active=9_000,
    stale=2_000,
    other=800,
    available=600,
    unit_cost=Decimal("1980"),
    price_source="contract",
    currency="EUR",
    potential_savings=Decimal("3960000"),
)


@pytest.mark.parametrize("currencies", [1, 4])
def test_the_fullest_report_prints_on_one_page(browser: Browser, currencies: int) -> None:
    licenses = min(reporting.MOST_LICENSES, reporting.MOST_ROWS - reporting.MOST_RENEWALS - currencies)
    assert _sheets(browser, _report(currencies, licenses)) == 1
    assert _sheets(browser, _report(currencies, licenses + 30)) > 1  # the count can fail


def _sheets(browser: Browser, report: RenewalReport) -> int:
    page = browser.new_page()
    page.set_content(renewal_report(report))
    printed = page.pdf(prefer_css_page_size=True)
    page.close()
    return len(re.findall(rb"/Type\s*/Page\b", printed))


def _report(currencies: int, licenses: int) -> RenewalReport:
    """As much as the service ever gives, with names too long for their columns."""
    headers = [load_header("reads", name) for name in reporting.DEFINED_BY]
    return RenewalReport(
        made_at=READ_AT,
        within_days=180,
        stale_after_days=60,
        grace_days=30,
        orgs=[ReportedOrg(org=ORG, edition="Enterprise Edition", taken_at=READ_AT)] * reporting.MOST_ORGS,
        orgs_left_out=9,
        oldest_left_out=READ_AT - timedelta(days=1),
        money=[_money(currency) for currency in ("EUR", "USD", "GBP", "CHF")[:currencies]],
        owned=35_800,
        assigned=33_000,
        active=27_000,
        stale=5_050,
        percent_stale=15.3,
        licenses=[LICENSE] * licenses,
        licenses_left_out=40,
        renewals=[_renewal(number) for number in range(reporting.MOST_RENEWALS)],
        renewals_left_out=37,
        definitions=[Definition(title=each.title, description=each.description) for each in headers],
    )


def _money(currency: str) -> ReportedMoney:
    amounts: dict[str, Any] = {"annual_spend": Decimal("25300000.12"), "potential_savings": Decimal("4459560")}
    return ReportedMoney(currency=currency, over_licensed=Decimal("445950"), true_up=Decimal("12340"), **amounts)


def _renewal(number: int) -> ReportedRenewal:
    return ReportedRenewal(
        ends_on=date(2026, 12, 10) + timedelta(days=number),
        days_left=16 + number,
        org=ORG,
        model=MODEL,
        contract="C-2026-0012345, master order form",
        quantity=12_400,
        seats_to_renew=9_800,
        annual_cost=Decimal("24552000"),
        at_stake=Decimal("5148000"),
        currency="EUR",
        is_renewed=True,
    )
