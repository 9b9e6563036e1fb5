"""The finding above each figure follows from its rows."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
import pytest

from sfsam import charts
from sfsam.charts import titles
from tests.fakes.frames import FULL, POSITION


def orgs(*savings: float | None, currency: str = "EUR") -> pd.DataFrame:
    names = ["Production", "EMEA", "Contact Centre"]
    return pd.DataFrame(
        [
            {"org": name, "potential_savings": each, "currency": currency}
            for name, each in zip(names, savings, strict=False)
        ]
    )


@pytest.mark.parametrize(
    ("rows", "title"),
    [
        (orgs(300, 94, 52), "Two thirds of the savings sit in Production"),
        (orgs(50, 25, 25), "Half of the savings sit in Production"),
        (orgs(51, 49), "Savings by org"),
        (orgs(99, 1), "Nearly all of the savings sit in Production"),
        (orgs(40, 30, 30), "Savings by org"),
        (orgs(100), "Savings by org"),
        (orgs(None, None), "Savings by org"),
        (orgs(0, 0), "Savings by org"),
    ],
)
def test_an_org_is_named_when_it_holds_half_of_the_savings(rows: pd.DataFrame, title: str) -> None:
    assert titles.org_title(rows) == title


def test_amounts_of_two_currencies_make_no_finding() -> None:
    rows = pd.concat([orgs(300), orgs(1, currency="USD").assign(org="US")])
    assert titles.org_title(rows) == "Savings by org"


def test_licenses_say_how_much_is_stale_and_where_the_money_is() -> None:
    rows = charts.license_rows(charts.paid(pd.DataFrame(POSITION)), 20)
    assert titles.license_title(rows) == "One seat in seven is stale, and most of the money is in one license"


def test_a_company_that_uses_everything_is_told_so() -> None:
    rows = charts.license_rows(pd.DataFrame([{**POSITION[0], "stale": 0}]), 20)
    assert titles.license_title(rows) == "Every assigned seat is in use or accounted for"


def test_few_stale_seats_are_not_rounded_up_to_one_in_ten() -> None:
    rows = pd.DataFrame([{"model": "A", "assigned": 1000, "stale": 20, "potential_savings": None, "currency": None}])
    assert titles.license_title(rows) == "2 seats in a hundred are stale"


def test_people_are_counted_beyond_the_threshold() -> None:
    rows = pd.DataFrame(FULL["last_activity_buckets"])
    assert titles.last_activity_title(rows, 60) == "381 of 2,412 people have not been seen for 60 days"
    seen = rows.assign(people=[5, 0, 0, 0, 0, 0, 0])
    assert titles.last_activity_title(seen, 60) == "All 5 people were seen in the last 60 days"
    new = rows.assign(people=[5, 0, 1, 0, 0, 0, 0])
    assert titles.last_activity_title(new, 60) == "All 6 people were seen in the last 60 days or are new"
    assert titles.last_activity_title(rows.head(0), 60) == "When people were last seen"


@pytest.mark.parametrize(
    ("stale", "title"),
    [
        ([640, 505], "Stale seats fell by 135 since 4 Mar 2026"),
        ([505, 640], "Stale seats rose by 135 since 4 Mar 2026"),
        ([5, 5], "As many stale seats as on 4 Mar 2026"),
        ([5], "Active and stale seats"),
    ],
)
def test_the_trend_says_which_way_it_went(stale: list[int], title: str) -> None:
    days = [datetime(2026, 3, 4), datetime(2026, 11, 24)]
    assert titles.trend_title(pd.DataFrame({"day": days[: len(stale)], "stale": stale})) == title


def test_departments_say_where_the_stale_spend_is() -> None:
    rows = pd.DataFrame(FULL["spend_by_department"])
    assert titles.department_title(rows) == "Two thirds of the stale spend sits in Sales"
    assert titles.department_title(rows.assign(stale_cost=[1.0, 1.0, 1.0])) == "Spend by department"


def test_the_words_for_a_screen_reader_list_the_rows() -> None:
    rows = pd.DataFrame(FULL["last_activity_buckets"])
    assert titles.alt("Seen", rows, "bucket", "people").startswith("Seen. 0–30 days: 1,746; 31–60 days: 268")
