"""What is bought by use, worked out by hand: snapshot of 24 November 2026, 12:00 (tests/store/tiny_org.py)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sfsam.store.database import DuckDBStore
from tests.store import tiny_org
from tests.store.tiny_org import ENTITLEMENT_HEAD, OBJECTS, ORG_ID, TAKEN_AT


def consumption(store: DuckDBStore) -> dict[str, dict[str, Any]]:
    return {row["identifier"]: row for row in store.reads.rows("consumption")}


def test_a_month_is_counted_from_the_start_of_the_contract(seeded: DuckDBStore) -> None:
    logins = consumption(seeded)["logins"]
    assert (logins["kind"], logins["label"], logins["allowed"], logins["used"]) == (
        *("consumption", "Portal logins"),
        *(300, 120),
    )
    assert (logins["period_start"], logins["period_end"]) == (date(2026, 11, 15), date(2026, 12, 14))
    # 9.5 of 30 days have passed: 300 × 9.5 ÷ 30; at that rate 120 come to 120 × 30 ÷ 9.5.
    assert (logins["expected"], logins["remaining"], logins["projected"]) == (95, 180, 378.95)
    assert (logins["allowed_per_month"], logins["used_per_month"]) == (300, 378.95)
    # 300 are used up after 300 ÷ 378.95 of 30 days: 23.75 days after 15 November.
    assert (logins["pace"], logins["used_up_on"]) == ("ahead", date(2026, 12, 8))
    assert logins["counted_at"] == TAKEN_AT


def test_what_comes_once_has_the_whole_contract_and_is_expected_when_it_was_counted(seeded: DuckDBStore) -> None:
    credits_ = consumption(seeded)["credits"]
    assert (credits_["period_start"], credits_["period_end"]) == (date(2026, 1, 1), date(2026, 12, 31))
    # Counted on 2 July at midnight: 182 of 365 days, 2 a day.
    assert (credits_["expected"], credits_["used"], credits_["remaining"]) == (364, 700, 30)
    assert credits_["counted_at"] == datetime(2026, 7, 2)
    assert credits_["allowed_per_month"] == pytest.approx(730 / 365 * 30.4375, abs=0.01)
    assert credits_["is_ended"] is False


def test_logins_of_a_login_based_license_are_counted_in_the_month(seeded: DuckDBStore) -> None:
    [by_login] = [row for row in seeded.reads.rows("consumption") if row["kind"] == "login_based"]
    assert (by_login["identifier"], by_login["label"], by_login["allowed"], by_login["used"]) == (
        *("XYZ_NEW", "Something new"),
        *(300, 90),
    )
    assert (by_login["period_start"], by_login["period_end"]) == (date(2026, 11, 1), date(2026, 11, 30))
    assert (by_login["expected"], by_login["pace"]) == (235, "behind")  # 23.5 of 30 days


def test_what_is_persistent_unlimited_or_nothing(seeded: DuckDBStore) -> None:
    found = consumption(seeded)
    storage = found["storage"]
    assert (storage["label"], storage["is_persistent"]) == ("storage", True)
    assert {storage[name] for name in ("used", "expected", "remaining", "projected", "period_start", "counted_at")} == {
        None
    }
    assert (found["emails"]["is_unlimited"], found["emails"]["allowed"], found["emails"]["expected"]) == (
        *(True, None),
        None,
    )
    assert (storage["pace"], found["emails"]["pace"]) == ("unknown", "unlimited")
    assert "nothing" not in found


@pytest.mark.parametrize(
    ("used", "end", "pace"),
    [
        ("101", None, "over"),  # of 100, whatever was expected
        ("35", None, "ahead"),  # of 31.67 expected: more than a tenth above
        ("34", None, "even"),
        ("16", None, "even"),
        ("15", None, "behind"),
        ("0", None, "behind"),
        (None, None, "unknown"),
        ("101", "2026-11-23", "ended"),
    ],
)
def test_the_pace(store: DuckDBStore, tmp_path: Path, used: str | None, end: str | None, pace: str) -> None:
    row = ["0UT-1", "x", "X", "2026-01-15", end, "100", used, None, "Monthly", "false"]
    tiny_org.connect(store)
    tiny_org.load(store, tiny_org.stage(tmp_path, {**OBJECTS, "TenantUsageEntitlement": (ENTITLEMENT_HEAD, [row])}))
    assert consumption(store)["x"]["pace"] == pace


@pytest.mark.parametrize(
    ("frequency", "start", "period"),
    [
        ("Daily", "2026-01-01", (date(2026, 11, 24), date(2026, 11, 24))),
        ("Weekly", "2026-11-01", (date(2026, 11, 22), date(2026, 11, 28))),
        ("Fortnightly", "2026-11-01", (date(2026, 11, 15), date(2026, 11, 28))),
        ("Quarterly", "2026-01-31", (date(2026, 10, 31), date(2027, 1, 30))),
        ("Yearly", "2025-12-01", (date(2025, 12, 1), date(2026, 11, 30))),
        ("Monthly", "2027-02-01", (date(2027, 2, 1), date(2027, 2, 28))),
        ("Once", "2026-01-01", (date(2026, 1, 1), None)),
        ("Sometimes", "2026-01-01", (None, None)),
    ],
)
def test_the_period_of_each_frequency(
    store: DuckDBStore, tmp_path: Path, frequency: str, start: str, period: tuple[date | None, date | None]
) -> None:
    row = ["0UT-1", "x", "X", start, None, "100", "10", None, frequency, "false"]
    tiny_org.connect(store)
    tiny_org.load(store, tiny_org.stage(tmp_path, {**OBJECTS, "TenantUsageEntitlement": (ENTITLEMENT_HEAD, [row])}))
    found = consumption(store)["x"]
    assert (found["period_start"], found["period_end"]) == period
    if period[1] is None:
        assert found["expected"] is None
    else:
        assert 0 <= found["expected"] <= 100
        assert (found["expected"] == 0) is (frequency == "Monthly")


def test_each_day_is_kept_and_what_is_not_read_keeps_what_was_known(seeded: DuckDBStore, tmp_path: Path) -> None:
    later = [["0UT-1", "logins", "Portal logins", "2026-01-15", None, "300", "130", None, "Monthly", "false"]]
    for hours, objects in ((1, OBJECTS), (24, {**OBJECTS, "TenantUsageEntitlement": (ENTITLEMENT_HEAD, later)})):
        tiny_org.load(seeded, tiny_org.stage(tmp_path, objects, taken_at=TAKEN_AT + timedelta(hours=hours)))
    without = {name: value for name, value in OBJECTS.items() if name != "TenantUsageEntitlement"}
    tiny_org.load(seeded, tiny_org.stage(tmp_path, without, taken_at=TAKEN_AT + timedelta(hours=25)))
    history = seeded.reads.rows("consumption_history", org_id=ORG_ID, entitlement_id="0UT-1")
    assert [(row["day"], row["used"]) for row in history] == [(date(2026, 11, 24), 120), (date(2026, 11, 25), 130)]
    assert consumption(seeded)["logins"]["used"] == 130


def test_a_profile_that_leaves_consumption_out_shows_none(seeded: DuckDBStore) -> None:
    with seeded.begin() as work:
        [profile] = work.profiles.all()
        work.profiles.save(profile.model_copy(update={"consumption_enabled": False}))
        work.commit()
    assert consumption(seeded) == {}
