"""Renewals over the coming months: what ends in each, and how much of it pays for seats that nobody needs."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from sfsam.charts.drawing import Drawing
from sfsam.charts.formats import money, money_exact
from sfsam.charts.theme import ROLES, Mode
from sfsam.charts.trends import ticks

HEIGHT = 180


def renewal_months(rows: pd.DataFrame, currency: str, first: pd.Timestamp, last: pd.Timestamp) -> pd.DataFrame:
    """Per month from `first` to `last`, those without a renewal too: month, needed, at_stake, currency.

    `rows` of the read renewals; needed + at_stake = annual cost of what ends in that month, in this currency.
    """
    ours = rows[(rows["currency"] == currency) & rows["annual_cost"].notna()]
    months = pd.date_range(first.to_period("M").to_timestamp(), last, freq="MS")
    summed = (
        ours.assign(month=pd.to_datetime(ours["ends_on"]).dt.to_period("M").dt.to_timestamp())
        .groupby("month")[["annual_cost", "at_stake"]]
        .sum()
        .reindex(months, fill_value=0.0)
    )
    needed = summed["annual_cost"] - summed["at_stake"]
    return pd.DataFrame(
        {"month": months, "needed": needed.to_numpy(), "at_stake": summed["at_stake"].to_numpy(), "currency": currency}
    )


def renewal_bars(rows: pd.DataFrame, mode: Mode) -> go.Figure:
    """One bar a month: needed in petrol, at stake in amber. `rows` as of `renewal_months`."""
    roles = ROLES[mode]
    figure = Drawing(mode, height=HEIGHT)
    places = list(range(len(rows)))
    for column, label, color in (("needed", "Needed", roles.active), ("at_stake", "At stake", roles.stale)):
        words = [money_exact(value, unit) for value, unit in zip(rows[column], rows["currency"], strict=True)]
        figure.add_bar(
            x=places,
            y=rows[column],
            name=label,
            marker={"color": color},
            customdata=words,
            hovertemplate=f"{label}: %{{customdata}}<extra></extra>",
        )
    top = float((rows["needed"] + rows["at_stake"]).max() or 1) * 1.06
    shown = ticks(top)
    currency = rows["currency"].iloc[0] if len(rows) else None
    figure.update_yaxes(
        range=[0, top],
        tickvals=shown,
        ticktext=[money(tick, currency) for tick in shown],
        showgrid=True,
        gridcolor=roles.grid,
        ticklabelstandoff=6,
    )
    figure.update_xaxes(tickvals=places, ticktext=[f"{month:%b}" for month in rows["month"]])
    figure.update_layout(margin={"l": 60, "r": 0, "t": 6, "b": 28}, bargap=0.5)
    return figure.figure()
