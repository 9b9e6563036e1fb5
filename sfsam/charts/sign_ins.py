"""Sign-ins of one person per day: people's below, machines' on top of them."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from sfsam.charts.drawing import Drawing
from sfsam.charts.formats import counted
from sfsam.charts.theme import ROLES, Mode

HEIGHT = 150
A_DAY_MS = 86_400_000


def sign_in_bars(rows: pd.DataFrame, mode: Mode) -> go.Figure:
    """One bar a day. `rows`: day, human, machine (read holder_days)."""
    roles = ROLES[mode]
    figure = Drawing(mode, height=HEIGHT)
    for column, label, color in (("human", "People", roles.active), ("machine", "Machines", roles.other)):
        figure.add_bar(
            x=list(rows["day"]),
            y=[int(value) for value in rows[column]],
            width=A_DAY_MS * 0.8,
            name=label,
            marker={"color": color, "line": {"width": 0}},
            hovertemplate=f"{label}: %{{y:,}}<extra></extra>",
        )
    top = max(1, int((rows["human"] + rows["machine"]).max())) if len(rows) else 1
    figure.update_yaxes(range=[0, top * 1.06], tickvals=[top], showgrid=True, gridcolor=roles.grid, ticklabelstandoff=6)
    figure.update_xaxes(nticks=4, tickformat="%-d %b", hoverformat="%-d %b %Y")
    figure.update_layout(margin={"l": 28, "r": 8, "b": 22, "t": 6}, hovermode="x unified")
    return figure.figure()


def sign_in_title(rows: pd.DataFrame) -> str:
    """On how many days the person signed in."""
    days = int((rows["human"] > 0).sum()) if len(rows) else 0
    return f"Signed in on {counted(days, 'day', 'days')}" if days else "Sign-ins per day"
