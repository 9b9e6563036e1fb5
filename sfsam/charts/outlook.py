"""One license over time and on to the end of its contract: what was assigned, and what a straight line expects."""

from __future__ import annotations

from datetime import date

import pandas as pd
import plotly.graph_objects as go

from sfsam.charts.drawing import Drawing
from sfsam.charts.theme import ROLES, Mode
from sfsam.charts.trends import HEIGHT, draw_course


def outlook_rows(history: pd.DataFrame, ends_on: date | None, expected: int | None) -> pd.DataFrame:
    """The history (read license_history) with a column `expected`, which runs from its last day to `ends_on`."""
    rows = history.assign(expected=None)
    if ends_on is None or expected is None or rows.empty:
        return rows
    rows.loc[rows.index[-1], "expected"] = rows["assigned"].iloc[-1]
    end = {"day": pd.Timestamp(ends_on), "owned": rows["owned"].iloc[-1], "expected": expected}
    return pd.concat([rows, pd.DataFrame([end])], ignore_index=True)


def outlook_lines(rows: pd.DataFrame, mode: Mode) -> go.Figure:
    """Owned, active and stale as lines; what is assigned, and dashed what of it is expected. `rows` as of
    `outlook_rows`."""
    roles = ROLES[mode]
    lines = (
        ("owned", "Owned", roles.owned, {"width": 1.2, "dash": "dot"}),
        ("active", "Active", roles.active, {"width": 2.2}),
        ("stale", "Stale", roles.stale, {"width": 2.2}),
        ("assigned", "Assigned", roles.ink, {"width": 1.6}),
        ("expected", "Expected", roles.ink, {"width": 1.6, "dash": "dash"}),
    )
    return draw_course(
        Drawing(mode, height=HEIGHT), rows, lines, roles, unnamed="assigned" if rows["expected"].notna().any() else ""
    )
