"""Moments, ages and words as pages write them. Numbers and money stand in sfsam/charts/formats.py.

Never is a word, what is not known is "Not known", what does not apply is a dash.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sfsam.charts.formats import NOT_KNOWN as NOT_KNOWN
from sfsam.charts.formats import is_missing, number

NOT_APPLICABLE = "—"
NEVER = "Never"
_MARKDOWN = str.maketrans({character: f"\\{character}" for character in "\\`*_{}[]()<>#+-.!|~$:&^="})


def viewer_zone(name: str | None) -> tzinfo:
    """The time zone the browser names; UTC when it names none that exists."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def day(value: Any) -> str:
    """A date: 4 Jul 2026."""
    if is_missing(value):
        return NOT_APPLICABLE
    moment = value if isinstance(value, date) else date.fromisoformat(str(value)[:10])
    return f"{moment.day} {moment:%b %Y}"


def moment(value: Any, *, now: datetime, zone: tzinfo) -> str:
    """A naive UTC moment in the viewer's zone: "today, 06:10", so yesterday and tomorrow, else "4 Jul 2026, 06:10"."""
    if is_missing(value):
        return NOT_APPLICABLE
    local = _local(value, zone)
    days_ago = (_local(now, zone).date() - local.date()).days
    words = {-1: "tomorrow", 0: "today", 1: "yesterday"}.get(days_ago) or day(local)
    return f"{words}, {local:%H:%M}"


def age(days: Any) -> str:
    """An age in a table: 143 d, never on two lines."""
    return NEVER if is_missing(days) else f"{number(days)}\u00a0d"


def age_in_words(days: Any) -> str:
    """An age in a sentence: 143 days."""
    return f"{number(days)} {'day' if days == 1 else 'days'}"


def seconds(value: Any) -> str:
    """A duration: 3 s, 2 min 5 s."""
    if is_missing(value):
        return NOT_APPLICABLE
    whole = round(float(value))
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60} s"


def words(value: Any) -> str:
    """A value of an enumeration as people read it: "permission_set" becomes "Permission set"."""
    return NOT_APPLICABLE if is_missing(value) or value == "" else str(value).replace("_", " ").capitalize()


def text(value: Any) -> str:
    """Text of the org, or "Not known"."""
    return NOT_KNOWN if is_missing(value) or value == "" else str(value)


def optional(value: Any) -> str:
    """Text of the org that not everybody has, or a dash."""
    return NOT_APPLICABLE if is_missing(value) or value == "" else str(value)


def plain(value: Any) -> str:
    """Text of the org for use inside Markdown: every character that Markdown would read as its own is escaped."""
    return text(value).translate(_MARKDOWN)


def _local(value: Any, zone: tzinfo) -> datetime:
    naive = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    aware = naive if naive.tzinfo else naive.replace(tzinfo=UTC)
    return aware.astimezone(zone)
