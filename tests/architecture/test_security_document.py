"""docs/security.md leaves out no point of the OWASP ASVS 5.0 at levels 1 and 2, and says of each how it stands."""

from __future__ import annotations

import re

from tests.architecture.house import PROJECT

# How many points of each section are of level 1 or 2 (they come first), and those sections where others are between.
POINTS = {
    **{"1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2, "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1},
    **{"3.2": 2, "3.3": 4, "3.4": 6, "3.5": 5, "3.7": 2, "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4},
    **{"5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3, "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4},
    **{"7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 2, "7.6": 2, "8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1},
    **{"9.1": 3, "9.2": 4, "10.1": 2, "10.2": 2, "10.3": 4, "10.4": 11, "10.5": 5, "10.6": 2, "10.7": 3},
    **{"11.1": 2, "11.2": 3, "11.3": 3, "11.4": 4, "11.5": 1, "11.6": 1, "12.1": 3, "12.2": 2, "12.3": 4},
    **{"13.1": 1, "13.2": 5, "13.3": 2, "13.4": 5, "14.1": 2, "14.2": 4, "14.3": 3, "15.1": 3, "15.2": 3, "15.3": 7},
    **{"16.1": 1, "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 3, "17.1": 1, "17.2": 4, "17.3": 2},
}
STATES = {"met", "partly", "not", "proxy", "does not apply"}


def test_every_point_is_there_once_and_has_a_state() -> None:
    text = (PROJECT / "docs" / "security.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([\d., ]+) \| ([^|]+) \| ([^|]+) \|$", text, re.MULTILINE)
    named = [point for points, _, _ in rows for point in points.split(", ")]
    assert len(named) == len(set(named))
    assert set(named) == {f"{section}.{n}" for section, count in POINTS.items() for n in range(1, count + 1)}
    assert {state for _, state, _ in rows} == STATES
    assert all(where.strip() for _, _, where in rows)
