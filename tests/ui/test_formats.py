"""Moments, ages and words as pages write them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from sfsam.ui import formats

NOW = datetime(2026, 11, 24, 9, 0)
BERLIN = formats.viewer_zone("Europe/Berlin")


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (datetime(2026, 11, 24, 5, 10), "today, 06:10"),
        (datetime(2026, 11, 25, 5, 10), "tomorrow, 06:10"),
        (datetime(2026, 11, 23, 5, 10), "yesterday, 06:10"),
        (datetime(2026, 11, 22, 23, 30), "yesterday, 00:30"),
        (datetime(2026, 7, 4, 10, 0), "4 Jul 2026, 12:00"),
        (None, "—"),
    ],
)
def test_moments_are_told_in_the_viewers_zone(value: datetime | None, written: str) -> None:
    assert formats.moment(value, now=NOW, zone=BERLIN) == written


def test_a_zone_that_does_not_exist_becomes_utc() -> None:
    assert formats.viewer_zone("Mars/Olympus") is UTC
    assert formats.viewer_zone("../../etc/passwd") is UTC


@pytest.mark.parametrize(
    ("given", "written"),
    [
        (formats.day(date(2026, 7, 4)), "4 Jul 2026"),
        (formats.day(None), "—"),
        (formats.age(143), "143\u00a0d"),
        (formats.age(None), "Never"),
        (formats.age(float("nan")), "Never"),
        (formats.age_in_words(1), "1 day"),
        (formats.age_in_words(143), "143 days"),
        (formats.seconds(11.2), "11 s"),
        (formats.seconds(125), "2 min 5 s"),
        (formats.words("permission_set"), "Permission set"),
        (formats.text(None), "Not known"),
        (formats.optional(float("nan")), "—"),
    ],
)
def test_words(given: str, written: str) -> None:
    assert given == written


def test_text_of_an_org_cannot_become_markdown() -> None:
    assert formats.plain("[a](https://x) **b** :red[c] <d> $e$") == (
        r"\[a\]\(https\://x\) \*\*b\*\* \:red\[c\] \<d\> \$e\$"
    )
