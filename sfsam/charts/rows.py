"""Row bars: the name on the left, facts and money on the right, the bar below at full width.

No left margin, so the same figure works at 350 pixels. Owned is an outline; what goes beyond it is the true-up.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from sfsam.charts.drawing import Drawing
from sfsam.charts.formats import counted, is_missing, money, money_exact, number, percent
from sfsam.charts.theme import ROLES, Mode, Roles

ROW_HEIGHT = 46
BAR = 0.34  # of a row
TEXT_ABOVE = 0.42  # of a row, from the bar's middle to the words above it
MONEY_WIDTH = 66  # pixels kept at the right end for the amount

Facts = Callable[[dict[str, Any], Roles], str]


def license_bars(rows: pd.DataFrame, mode: Mode) -> go.Figure:
    """Seats per license: active, held otherwise and stale inside the outline of what is owned.

    `rows` as of `license_rows`: model, owned, assigned, active, stale, other, available, needed, potential_savings,
    currency; drawn from top to bottom.
    """
    roles = ROLES[mode]
    figure = _frame(rows, mode, name="model", amount="potential_savings", facts=_seat_facts)
    parts = (
        ("active", "Active", roles.active),
        ("other", "In grace, machine, inactive or not known", roles.other),
        ("stale", "Stale", roles.stale),
        ("free", "Free", roles.free),
    )
    free = rows["available"].fillna(0).clip(lower=0)
    for column, label, color in parts:
        values = free if column == "free" else rows[column]
        figure.add_bar(**_bar(rows, values, label, color, hover="model"))
    for place, owned in enumerate(rows["owned"]):
        if not is_missing(owned) and owned > 0:
            figure.add_shape(**_outline(place, float(owned), roles))
    _fill_width(figure, max(rows["assigned"].max(), rows["owned"].fillna(0).max()) if len(rows) else 1)
    return figure.figure()


def org_bars(rows: pd.DataFrame, mode: Mode) -> go.Figure:
    """Potential savings per org. `rows`: org, stale, potential_savings, currency (read savings_by_org)."""
    figure = _frame(rows, mode, name="org", amount="potential_savings", facts=_stale_facts)
    values = rows["potential_savings"].fillna(0).astype(float)
    figure.add_bar(**_bar(rows, values, "Stale", ROLES[mode].stale, hover="org", amounts=True))
    _fill_width(figure, values.max() if len(rows) else 1)
    return figure.figure()


def department_bars(rows: pd.DataFrame, mode: Mode) -> go.Figure:
    """Spend per department, the stale part in amber.

    `rows`: department, assigned, stale, annual_cost, stale_cost, currency (read spend_by_department).
    """
    roles = ROLES[mode]
    figure = _frame(rows, mode, name="department", amount="annual_cost", facts=_stale_cost_facts)
    stale = rows["stale_cost"].fillna(0).astype(float)
    used = (rows["annual_cost"].fillna(0).astype(float) - stale).clip(lower=0)
    figure.add_bar(**_bar(rows, used, "In use", roles.active, hover="department", amounts=True))
    figure.add_bar(**_bar(rows, stale, "Stale", roles.stale, hover="department", amounts=True))
    _fill_width(figure, (used + stale).max() if len(rows) else 1)
    return figure.figure()


def center_bars(rows: pd.DataFrame, mode: Mode) -> go.Figure:
    """Spend per cost center. `rows`: cost_center, licenses, annual_spend, currency (read spend_by_cost_center)."""
    figure = _frame(rows, mode, name="cost_center", amount="annual_spend", facts=_license_facts)
    values = rows["annual_spend"].fillna(0).astype(float)
    figure.add_bar(**_bar(rows, values, "A year", ROLES[mode].active, hover="cost_center", amounts=True))
    _fill_width(figure, values.max() if len(rows) else 1)
    return figure.figure()


def part_bars(rows: pd.DataFrame, mode: Mode) -> go.Figure:
    """The parts of one license's seats, each with its share. `rows`: part, label, seats, share (in percent)."""
    roles = ROLES[mode]
    colors = {"active": roles.active, "stale": roles.stale, "inactive_holder": roles.stale}
    figure = _frame(rows, mode, name="label", amount=None, facts=_share_facts)
    bar = _bar(rows, rows["seats"], "Seats", roles.other, hover="label")
    bar["marker"] = {"color": [colors.get(part, roles.other) for part in rows["part"]], "line": {"width": 0}}
    figure.add_bar(**bar)
    _fill_width(figure, rows["seats"].max() if len(rows) else 1)
    return figure.figure()


def _frame(rows: pd.DataFrame, mode: Mode, *, name: str, amount: str | None, facts: Facts) -> Drawing:
    roles = ROLES[mode]
    figure = Drawing(mode, height=max(1, len(rows)) * ROW_HEIGHT + 4)
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False, range=[len(rows) - 0.6, -0.72])
    for place, row in enumerate(rows.to_dict("records")):
        above = {
            "y": place - TEXT_ABOVE,
            "yref": "y",
            "xref": "paper",
            "showarrow": False,
            "yanchor": "middle",
            "borderpad": 0,
        }
        size = {"size": 13, "color": roles.ink}
        figure.add_annotation(x=0, xanchor="left", text=escape(_clipped(row[name])), font=size, **above)
        words = facts({str(k): v for k, v in row.items()}, roles)
        figure.add_annotation(x=1, xanchor="right", xshift=-MONEY_WIDTH if amount else 0, text=words, **above)
        if amount and not is_missing(row[amount]):
            text = f"<b>{money(row[amount], row['currency'])}</b>"
            figure.add_annotation(x=1, xanchor="right", text=text, font=size, **above)
    return figure


def _fill_width(figure: Drawing, longest: Any) -> None:
    """The longest bar ends where the words above it end; a little is kept for its outline.

    Each row is one target for a click, its words and the free place beside the bar as well.
    """
    width = float(longest) * 1.002 or 1.0
    figure.update_xaxes(range=[0, width])
    rows = len(figure.traces[0]["y"]) if figure.traces else 0
    figure.add_bar(
        orientation="h",
        x=[width] * rows,
        y=[place - 0.2 for place in range(rows)],
        base=0,
        width=0.94,
        marker={"color": "rgba(0,0,0,0)", "line": {"width": 0}},
        hoverinfo="none",
        name="row",
    )
    for trace in figure.traces:
        trace["unselected"] = {"marker": {"opacity": 1}}


def _bar(
    rows: pd.DataFrame, values: pd.Series[Any], label: str, color: str, *, hover: str, amounts: bool = False
) -> dict[str, Any]:
    shown = (
        [money_exact(value, currency) for value, currency in zip(values, rows["currency"], strict=True)]
        if amounts
        else [number(value) for value in values]
    )
    return {
        "orientation": "h",
        "x": list(values),
        "y": list(range(len(rows))),
        "width": BAR,
        "name": label,
        "marker": {"color": color, "line": {"width": 0}},
        "customdata": [[escape(str(name)), text] for name, text in zip(rows[hover], shown, strict=True)],
        "hovertemplate": f"%{{customdata[0]}}<br>{label}: %{{customdata[1]}}<extra></extra>",
    }


def _outline(place: int, owned: float, roles: Roles) -> dict[str, Any]:
    half = BAR / 2
    line = {"color": roles.owned, "width": 1}
    return {"type": "rect", "x0": 0, "x1": owned, "y0": place - half, "y1": place + half, "line": line}


def _seat_facts(row: dict[str, Any], roles: Roles) -> str:
    stale = f"{number(row['stale'])} stale"
    of = f"<span style='color:{roles.muted}'> of {number(row['assigned'])}</span>"
    if not is_missing(row["needed"]) and row["needed"] > 0:
        return f"<span style='color:{roles.over}'><b>{number(row['needed'])} over</b></span>, {stale}{of}"
    return stale + of


def _stale_facts(row: dict[str, Any], roles: Roles) -> str:
    return f"<span style='color:{roles.muted}'>{number(row['stale'])} stale seats</span>"


def _stale_cost_facts(row: dict[str, Any], roles: Roles) -> str:
    if is_missing(row["stale_cost"]) or row["stale_cost"] <= 0:
        return f"<span style='color:{roles.muted}'>nothing stale</span>"
    return f"<span style='color:{roles.muted}'>{money(row['stale_cost'], row['currency'])} stale</span>"


def _license_facts(row: dict[str, Any], roles: Roles) -> str:
    return f"<span style='color:{roles.muted}'>{counted(row['licenses'], 'license', 'licenses')}</span>"


def _share_facts(row: dict[str, Any], roles: Roles) -> str:
    share = "" if is_missing(row["share"]) else f" <span style='color:{roles.muted}'>· {percent(row['share'])}</span>"
    return f"<b>{number(row['seats'])}</b>{share}"


def _clipped(name: Any) -> str:
    text = str(name)
    return text if len(text) <= 32 else text[:31].rstrip() + "…"
