"""The API versions that the org lists, and serves identically (Salesforce fact sheet 2.1)."""

from __future__ import annotations

_FIRST, _LAST = 51, 68
_SEASONS = (("Spring", 0), ("Summer", 0), ("Winter", 1))
_FIRST_YEAR = 21

VERSIONS = tuple(f"{number}.0" for number in range(_FIRST, _LAST + 1))


def version_list() -> list[dict[str, str]]:
    """The answer of `/services/data`, ascending."""
    return [
        {"label": _label(index), "url": f"/services/data/v{version}", "version": version}
        for index, version in enumerate(VERSIONS)
    ]


def _label(index: int) -> str:
    """ "Spring '21" for 51.0, then three releases a year; a Winter carries the coming year's name."""
    season, years_ahead = _SEASONS[index % 3]
    return f"{season} '{_FIRST_YEAR + index // 3 + years_ahead}"
