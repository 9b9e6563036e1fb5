"""When people were last seen: one bar per bucket, amber beyond the threshold."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from sfsam.charts.drawing import Drawing
from sfsam.charts.formats import number
from sfsam.charts.theme import ROLES, Mode

ROW_HEIGHT = 42
LABELS = 104  # pixels kept for the names of the buckets


def last_activity_bars(rows: pd.DataFrame, mode: Mode) -> go.Figure:
    """People per bucket. `rows`: bucket, people, part, in order (read last_activity_buckets)."""
    roles = ROLES[mode]
    colors = {"active": roles.active, "in_grace": roles.other, "stale": roles.stale}
    figure = Drawing(mode, height=max(1, len(rows)) * ROW_HEIGHT + 8)
    places = list(range(len(rows)))
    figure.add_bar(
        orientation="h",
        x=list(rows["people"]),
        y=places,
        width=0.56,
        marker={"color": [colors[part] for part in rows["part"]]},
        text=[number(people) for people in rows["people"]],
        textposition="outside",
        cliponaxis=False,
        textfont={"size": 13, "color": roles.ink},
        customdata=list(rows["bucket"]),
        hovertemplate="%{customdata}<br>%{x:,} people<extra></extra>",
    )
    most = max([*rows["people"], 1])
    figure.update_xaxes(visible=False, range=[0, most * 1.3])
    figure.update_yaxes(
        range=[len(rows) - 0.45, -0.55], tickvals=places, ticktext=list(rows["bucket"]), ticklabelstandoff=8
    )
    figure.update_layout(margin={"l": LABELS})
    _draw_threshold(figure, rows, roles.muted)
    return figure.figure()


def _draw_threshold(figure: Drawing, rows: pd.DataFrame, color: str) -> None:
    """A dotted line before the first stale bucket."""
    in_use = int((rows["part"] != "stale").sum())
    if 0 < in_use < len(rows):
        line = {"color": color, "width": 1, "dash": "dot"}
        figure.add_shape(type="line", xref="paper", x0=0, x1=1, y0=in_use - 0.5, y1=in_use - 0.5, line=line)
