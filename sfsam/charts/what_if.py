"""What if the threshold were another: stale seats over all thresholds, the one that is tried marked on the line."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from sfsam.charts.drawing import Drawing
from sfsam.charts.formats import number
from sfsam.charts.theme import ROLES, Mode
from sfsam.charts.trends import ticks

HEIGHT = 168


def what_if_line(rows: pd.DataFrame, mode: Mode, *, tried: int, in_force: int) -> go.Figure:
    """Stale seats per threshold. `rows`: threshold_days, stale, one row per threshold."""
    roles = ROLES[mode]
    figure = Drawing(mode, height=HEIGHT)
    figure.add_scatter(
        x=list(rows["threshold_days"]),
        y=list(rows["stale"]),
        mode="lines",
        line={"width": 2.2, "color": roles.stale},
        hovertemplate="After %{x} days: %{y:,} stale<extra></extra>",
    )
    for days, color, dash in ((in_force, roles.muted, "dot"), (tried, roles.ink, "solid")):
        line = {"color": color, "width": 1, "dash": dash}
        figure.add_shape(type="line", x0=days, x1=days, xref="x", y0=0, y1=1, yref="y domain", line=line)
    at = rows.loc[rows["threshold_days"] == tried, "stale"]
    if len(at):
        marker = {"size": 9, "color": roles.stale}
        figure.add_scatter(x=[tried], y=[at.iloc[0]], mode="markers", marker=marker, hoverinfo="skip")
    top = max(float(rows["stale"].max()) if len(rows) else 1.0, 1.0) * 1.06
    shown = ticks(top)
    figure.update_yaxes(
        range=[0, top],
        tickvals=shown,
        ticktext=[number(tick) for tick in shown],
        showgrid=True,
        gridcolor=roles.grid,
        ticklabelstandoff=6,
    )
    figure.update_xaxes(range=[0, 365], tickvals=[0, 60, 120, 180, 240, 300, 360])
    figure.update_layout(margin={"l": 44, "r": 12, "b": 24, "t": 6})
    return figure.figure()
