"""Consumption as row bars: used inside the outline of what is allowed, and a mark where an even use would be."""

from __future__ import annotations

from html import escape
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from sfsam.charts.drawing import Drawing
from sfsam.charts.formats import counted, is_missing, number, percent
from sfsam.charts.theme import ROLES, Mode, Roles
from sfsam.charts.trends import HEIGHT, draw_course

ROW_HEIGHT = 46
BAR = 0.34  # of a row
TEXT_ABOVE = 0.42  # of a row, from the bar's middle to the words above it
MARK = 0.24  # of a row, from the bar's middle to either end of the mark
LONGEST_NAME = 30
LONGEST_OF_SEVERAL, LONGEST_ORG = 24, 18
DRAWN = ("over", "ahead", "behind", "even")
WORST_FIRST = (*DRAWN, "unknown", "unlimited", "ended")


def worst_first(rows: pd.DataFrame) -> pd.DataFrame:
    """The entitlements that need a decision first. `rows`: of the read consumption; gains the column share."""
    judged = rows.assign(
        share=pd.to_numeric(rows["used"]) / pd.to_numeric(rows["allowed"]), place=rows["pace"].map(WORST_FIRST.index)
    )
    ordered = judged.sort_values(["place", "share"], ascending=[True, False], kind="stable")
    return ordered.drop(columns="place").reset_index(drop=True)


def consumption_rows(rows: pd.DataFrame, limit: int) -> pd.DataFrame:
    """Those that can be drawn: counted, limited and not ended."""
    drawn = rows[rows["pace"].isin(DRAWN) & (rows["allowed"].fillna(0) > 0)]
    return worst_first(drawn).head(limit)


def consumption_bars(rows: pd.DataFrame, mode: Mode) -> go.Figure:
    """Used as a share of allowed, each entitlement by its own measure. `rows` as of consumption_rows."""
    roles = ROLES[mode]
    figure = Drawing(mode, height=max(1, len(rows)) * ROW_HEIGHT + 4)
    figure.update_yaxes(visible=False, range=[len(rows) - 0.6, -0.72])
    longest = max([1.0, *rows["share"]])
    figure.update_xaxes(visible=False, range=[0, longest * 1.004])
    figure.add_bar(
        orientation="h",
        x=list(rows["share"]),
        y=list(range(len(rows))),
        width=BAR,
        marker={"color": roles.active, "line": {"width": 0}},
        customdata=[_hover(row) for row in rows.to_dict("records")],
        hovertemplate="%{customdata}<extra></extra>",
    )
    several = rows["org"].nunique() > 1
    for place, row in enumerate(rows.to_dict("records")):
        record = {str(name): value for name, value in row.items()}
        _write_row(figure, place, record, roles, name=_name(record, roles, several=several))
    return figure.figure()


def consumption_title(rows: pd.DataFrame) -> str:
    """How many entitlements are used faster than their period runs. `rows` as of consumption_rows."""
    fast = int(rows["pace"].isin(("over", "ahead")).sum())
    if not fast:
        return "Used and expected by entitlement" if rows.empty else "Nothing is used faster than its period runs"
    is_or_are = "is" if fast == 1 else "are"
    return f"{number(fast)} of {counted(len(rows), 'entitlement', 'entitlements')} {is_or_are} used too fast"


def consumption_course(rows: pd.DataFrame, mode: Mode) -> go.Figure:
    """Allowed and used per day. `rows`: day, allowed, used (read consumption_history)."""
    roles = ROLES[mode]
    lines = (
        ("allowed", "Allowed", roles.owned, {"width": 1.2, "dash": "dot"}),
        ("used", "Used", roles.active, {"width": 2.2}),
    )
    return draw_course(Drawing(mode, height=HEIGHT), rows, lines, roles)


def _write_row(figure: Drawing, place: int, row: dict[str, Any], roles: Roles, *, name: str) -> None:
    above = {"y": place - TEXT_ABOVE, "yref": "y", "xref": "paper", "showarrow": False, "borderpad": 0}
    size = {"size": 13, "color": roles.ink}
    figure.add_annotation(x=0, xanchor="left", yanchor="middle", text=name, font=size, **above)
    color = roles.over if row["pace"] == "over" else roles.ink
    words = (
        f"<span style='color:{roles.muted}'>of {number(row['allowed'])}</span>  "
        f"<span style='color:{color}'><b>{percent(100 * row['share'], 0)}</b></span>"
    )
    figure.add_annotation(x=1, xanchor="right", yanchor="middle", text=words, font=size, **above)
    line = {"color": roles.owned, "width": 1}
    figure.add_shape(type="rect", x0=0, x1=1, y0=place - BAR / 2, y1=place + BAR / 2, line=line)
    if not is_missing(row["expected"]):
        at = float(row["expected"]) / float(row["allowed"])
        mark = {"color": roles.ink, "width": 2}
        figure.add_shape(type="line", x0=at, x1=at, y0=place - MARK, y1=place + MARK, line=mark)


def _name(row: dict[str, Any], roles: Roles, *, several: bool) -> str:
    """The entitlement, and its org where there are several."""
    if not several:
        return escape(_clipped(row["label"], LONGEST_NAME))
    org = escape(_squeezed(row["org"], LONGEST_ORG))
    label = escape(_clipped(row["label"], LONGEST_OF_SEVERAL))
    return f"{label}  <span style='color:{roles.muted};font-size:12px'>{org}</span>"


def _clipped(text: Any, most: int) -> str:
    words = str(text)
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


def _squeezed(text: Any, most: int) -> str:
    """Beginning and end: orgs of one company often differ in their last word only."""
    words = str(text)
    end = most // 2
    return words if len(words) <= most else f"{words[: most - end - 1].rstrip()}…{words[-end:].lstrip()}"


def _hover(row: dict[Any, Any]) -> str:
    expected = "" if is_missing(row["expected"]) else f"<br>Expected by then: {number(row['expected'])}"
    return (
        f"{escape(str(row['label']))}, {escape(str(row['org']))}<br>"
        f"Used: {number(row['used'])} of {number(row['allowed'])}{expected}"
    )
