"""Seats over time: owned dotted, active and stale as lines, each named at its end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from sfsam.charts.drawing import Drawing
from sfsam.charts.formats import is_missing, number
from sfsam.charts.theme import ROLES, Mode, Roles

HEIGHT = 236
CHARACTER = 7  # pixels at the right for each of "Active 2,732", at most
SPARKLINE_POINTS = 24
Line = tuple[str, str, str, dict[str, Any]]


def trend_lines(rows: pd.DataFrame, mode: Mode) -> go.Figure:
    """Owned, active and stale per day. `rows`: day, owned, active, stale (read license_trend or license_history)."""
    roles = ROLES[mode]
    lines = (
        ("owned", "Owned", roles.owned, {"width": 1.2, "dash": "dot"}),
        ("active", "Active", roles.active, {"width": 2.2}),
        ("stale", "Stale", roles.stale, {"width": 2.2}),
    )
    return draw_course(Drawing(mode, height=HEIGHT), rows, lines, roles)


def draw_course(
    figure: Drawing, rows: pd.DataFrame, lines: Sequence[Line], roles: Roles, *, unnamed: str = ""
) -> go.Figure:
    """Draw columns of `rows` over its column day, from zero, each named at its end; one without a value is left out.

    `lines`: column, name, color, style of the line. `unnamed` is a column whose line leads into another, named one.
    """
    drawn = [line for line in lines if rows[line[0]].notna().any()]
    for column, label, color, style in drawn:
        _add_line(figure, rows, column, label, {"color": color, **style})
    top = max((float(rows[column].max()) for column, *_ in drawn), default=1.0) * 1.06 or 1.0
    names = _name_ends(figure, rows, [line for line in drawn if line[0] != unnamed], top, roles)
    shown = ticks(top)
    figure.update_yaxes(
        range=[0, top],
        tickvals=shown,
        ticktext=[number(tick) for tick in shown],
        showgrid=True,
        gridcolor=roles.grid,
        ticklabelstandoff=6,
    )
    figure.update_xaxes(nticks=4, tickformat=_day_form(rows), hoverformat="%-d %b %Y", range=_span(rows))
    figure.update_layout(margin={"l": 44, "r": 12 + CHARACTER * names, "b": 38, "t": 6}, hovermode="x unified")
    return figure.figure()


def sparkline(rows: pd.DataFrame, column: str) -> list[float] | None:
    """At most 24 values of one column, evenly picked, the last one kept; None when there is no course to show."""
    values = [float(value) for value in rows[column] if not is_missing(value)]
    if len(values) < 3:
        return None
    step = max(1, -(-len(values) // SPARKLINE_POINTS))
    return values[::-1][::step][::-1]


def _add_line(figure: Drawing, rows: pd.DataFrame, column: str, label: str, line: dict[str, Any]) -> None:
    figure.add_scatter(
        x=list(rows["day"]),
        y=[None if is_missing(value) else float(value) for value in rows[column]],
        mode="lines" if len(rows) > 1 else "markers",
        name=label,
        line=line,
        marker={"size": 7, "color": line["color"]},
        hovertemplate=f"{label}: %{{y:,}}<extra></extra>",
    )


def _name_ends(figure: Drawing, rows: pd.DataFrame, lines: list[Any], top: float, roles: Roles) -> int:
    """Write each line's name and last value beside its end, pushed apart where they would touch, inside the figure.
    Gives the length of the longest."""
    room = top * 0.075
    ends = sorted((float(rows[column].dropna().iloc[-1]), label, color) for column, label, color, _ in lines)
    places = _apart([value for value, _, _ in ends], room, top)
    for place, (value, label, color) in zip(places, ends, strict=True):
        words = roles.stale_text if label == "Stale" else color
        figure.add_annotation(
            x=1,
            xref="paper",
            xanchor="left",
            xshift=8,
            y=place,
            text=f"<span style='color:{words}'>{label} {number(value)}</span>",
            showarrow=False,
        )
    return max((len(f"{label} {number(value)}") for value, label, _ in ends), default=0)


def _apart(values: list[float], room: float, top: float) -> list[float]:
    """The values, lowest first, at least `room` apart: pushed up, and down again where that would leave the figure."""
    places: list[float] = []
    for value in values:
        places.append(max(value, places[-1] + room) if places else value)
    highest = top
    for number_, place in reversed(list(enumerate(places))):
        places[number_] = min(place, highest)
        highest = places[number_] - room
    return places


def ticks(top: float) -> list[float]:
    """At most three round values above zero."""
    magnitude = 10.0 ** (len(str(int(top))) - 1)
    for step in (magnitude / 2, magnitude, magnitude * 2, magnitude * 5):
        if top / step < 4:
            return [step * place for place in range(1, int(top / step) + 1) if step * place >= 1]
    return []


def _day_form(rows: pd.DataFrame) -> str:
    """Days while they tell something, months over a longer course."""
    long = len(rows) > 1 and (pd.Timestamp(rows["day"].iloc[-1]) - pd.Timestamp(rows["day"].iloc[0])).days > 150
    return "%b\n%Y" if long else "%-d %b"


def _span(rows: pd.DataFrame) -> list[Any] | None:
    """The first and the last day, so that no empty time is drawn; None lets one single day stand in the middle."""
    return [rows["day"].iloc[0], rows["day"].iloc[-1]] if len(rows) > 1 else None
