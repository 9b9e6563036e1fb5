"""What if the threshold were another: seats, candidates and savings change as the slider moves."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from sfsam import charts
from sfsam.charts.formats import is_missing, money, money_exact, number
from sfsam.ui import frames, license_messages, state
from sfsam.ui.components import cards, filters
from sfsam.ui.components.explain import Behind
from sfsam.ui.state import IN_ADDRESS, Scope

TRIED = "what_if"


@st.fragment
def card(scope: Scope) -> None:
    """The slider and what it does. One question answers all thresholds, so that moving it asks the store nothing."""
    rows = frames.fetch("what_if", **scope.parameters())
    with cards.card("what_if", "What if", read="what_if", behind=Behind(scope)):
        _follow(scope.stale_after_days)
        tried = st.slider(
            license_messages.WHAT_IF,
            0,
            filters.MOST_DAYS,
            None if TRIED in st.session_state else scope.stale_after_days,
            format="%d days",
            key=TRIED,
            bind=IN_ADDRESS,
        )
        _figures(rows, tried, scope.stale_after_days)
        seats = rows.groupby("threshold_days", as_index=False)[["stale"]].sum()
        cards.draw(
            "what_if",
            partial(charts.what_if_line, tried=tried, in_force=scope.stale_after_days),
            seats,
            alt=f"Stale seats for every threshold from 0 to {filters.MOST_DAYS} days",
        )
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.caption(license_messages.WHAT_IF_NOTE, width="stretch")
            st.button(
                f"Judge the page by {tried} days",
                key="judge",
                on_click=_judge,
                args=(tried,),
                disabled=tried == scope.stale_after_days,
            )
        if st.session_state.pop("judged_anew", False):
            st.rerun()


def _follow(in_force: int) -> None:
    """When the page's threshold changes, the slider starts from it anew."""
    before = state.remembered("what_if_from")
    if before not in (None, in_force):
        st.session_state[TRIED] = in_force
    state.remember("what_if_from", in_force)


def _figures(rows: pd.DataFrame, tried: int, in_force: int) -> None:
    then, now = (_at(rows, days) for days in (tried, in_force))
    with st.grid(3, min_column_width=120, gap="xsmall"):
        for label, column in (("Stale seats", "stale"), ("Candidates, at most", "candidates")):
            change = license_messages.what_if_change(then[column], now[column])
            st.metric(label, number(then[column]), delta=change, delta_color="off", delta_arrow="off")
        st.metric(
            "Potential savings",
            then["savings"],
            delta=None if then["exact"] == then["savings"] else then["exact"],
            delta_color="off",
            delta_arrow="off",
        )


def _at(rows: pd.DataFrame, days: int) -> dict[str, Any]:
    """The counts at one threshold; amounts by currency, side by side."""
    here = rows[rows["threshold_days"] == days]
    priced = [row for row in here.to_dict("records") if not is_missing(row["potential_savings"])]
    known = [(row["potential_savings"], row["currency"]) for row in priced if not is_missing(row["currency"])]
    return {
        "stale": int(here["stale"].sum()),
        "candidates": int(here["candidates"].sum()),
        "savings": ", ".join(money(*each) for each in known) or money(None, None),
        "exact": ", ".join(money_exact(*each) for each in known) or money(None, None),
    }


def _judge(days: int) -> None:
    st.session_state[filters.DAYS] = days
    st.session_state["judged_anew"] = True
