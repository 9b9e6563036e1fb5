"""The renewal report says what the pages say, explains itself, and takes no text of an org for markup."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from sfsam.charts.formats import money_exact
from sfsam.charts.report import renewal_report
from sfsam.domain.answers import RenewalReport
from sfsam.domain.commands import ShowRenewalReport
from sfsam.store.counting import price_licenses
from tests.services.conftest import Bench
from tests.store import tiny_org

HOSTILE = "<script>alert('1')</script>"


class Text(HTMLParser):
    """What a reader sees, and which tags there are."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def said(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))


@pytest.fixture
def loaded(bench: Bench, tmp_path: Path) -> Bench:
    """The tiny org with a contract for its Salesforce seats that ends soon, under a hostile name."""
    tiny_org.connect(bench.store)
    tiny_org.load(bench.store, tiny_org.stage(tmp_path))
    with bench.store._cursor() as cursor:
        cursor.execute(
            "INSERT INTO entitlement VALUES ('e1', 'ENT0000001', ?, 'user', 'SFDC', 10, 150.00, 'month', 'USD',"
            " DATE '2025-01-01', DATE '2026-12-31', '', ?, '', 'entered', 'ann', now()::TIMESTAMP, now()::TIMESTAMP)",
            [tiny_org.ORG_ID, HOSTILE],
        )
        price_licenses(cursor)
    bench.store.reads.data_changed()
    return bench


def test_the_report_repeats_the_numbers_of_the_pages(loaded: Bench) -> None:
    report = loaded.handle(ShowRenewalReport(within_days=90))
    said = Text(renewal_report(report)).said
    [money] = loaded.store.reads.rows("overview_money")
    [seats] = loaded.store.reads.rows("overview_seats")
    for name in ("annual_spend", "potential_savings"):
        assert money_exact(money[name], money["currency"]) in said
    assert f"{seats['stale']} of the {seats['assigned']} that are assigned" in said
    [renewal] = [row for row in report.renewals if row.model == "Salesforce"]
    assert (renewal.days_left, renewal.quantity) == (37, 10)
    assert "31 Dec 2026" in said
    assert [row.price_source for row in report.licenses if row.model == "Salesforce"] == ["contract"]
    for definition in report.definitions:
        assert definition.description in said


def test_what_has_no_room_on_the_page_is_counted_and_named(loaded: Bench) -> None:
    with loaded.store._cursor() as cursor:
        for number in range(1, 15):
            cursor.execute(
                "INSERT INTO entitlement VALUES (?, '', ?, 'user', 'SFDC', ?, 150.00, 'month', 'USD', NULL,"
                " DATE '2026-12-01' + ?::INTEGER, '', '', '', 'entered', 'ann', now()::TIMESTAMP, now()::TIMESTAMP)",
                [f"more{number}", tiny_org.ORG_ID, number * 10, number],
            )
    loaded.store.reads.data_changed()
    report = loaded.handle(ShowRenewalReport(within_days=90))
    every = loaded.store.reads.rows("renewals", today=report.made_at.date(), within_days=90)
    assert (len(report.renewals), report.renewals_left_out) == (10, len(every) - 10)
    assert [row.ends_on for row in report.renewals] == sorted(row.ends_on for row in report.renewals)
    stakes = sorted((row["at_stake"] or 0 for row in every), reverse=True)
    assert sorted((row.at_stake or 0 for row in report.renewals), reverse=True) == stakes[:10]
    assert f"{len(every) - 10} more end in this time" in Text(renewal_report(report)).said


def test_names_of_an_org_never_become_markup(loaded: Bench) -> None:
    page = renewal_report(loaded.handle(ShowRenewalReport()))
    text = Text(page)
    assert "script" not in text.tags
    assert HOSTILE in text.said
    assert re.findall(r"(?:src|href|url\()", page) == []


def test_survives_the_way_through_the_control_route(loaded: Bench) -> None:
    report = loaded.handle(ShowRenewalReport())
    arrived = RenewalReport.model_validate_json(report.model_dump_json())
    assert renewal_report(arrived) == renewal_report(report)


def test_nothing_downloaded_is_a_report_too(bench: Bench) -> None:
    said = Text(renewal_report(bench.handle(ShowRenewalReport()))).said
    assert "No paid license was found" in said
    assert "No entitlement and no license of the org ends" in said
