"""Cards: the lead sentence, a framed card, a chart card, a row of key figures, an empty state."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from sfsam.charts import titles
from sfsam.charts.theme import Mode, config
from sfsam.ui import messages, state, viewer
from sfsam.ui.components import explain
from sfsam.ui.components.explain import Behind

Opens = Callable[[dict[str, Any]], tuple[str, dict[str, Any]]]  # a row of a figure: page path, query of its address
Figure = Callable[[pd.DataFrame, Mode], go.Figure]
KEYS = {
    "active": "In use",
    "other": "In grace, machine, inactive",
    "stale": "Stale",
    "free": "Free",
    "owned": "Owned",
    "threshold": "Threshold",
}


@dataclass(frozen=True)
class Kpi:
    """One key figure. `delta` has at most 14 characters; `course` is drawn as a sparkline."""

    label: str
    value: str
    delta: str | None = None
    description: str | None = None
    help: str | None = None
    course: list[float] | None = None
    is_cost: bool = False


def lead(sentence: str, caption: str = "", *, read: str | None = None, behind: Behind | None = None) -> None:
    """The one sentence that says what is true, a caption, and how it is computed."""
    with st.container(key="lead"):
        st.markdown(sentence)
    if not caption and not read:
        return
    with st.container(key="lead_caption", horizontal=True, vertical_alignment="center", gap="small"):
        if caption:
            st.caption(caption, width="content")
        if read:
            explain.button(read, label=messages.HOW_COMPUTED, behind=behind)


@contextmanager
def card(
    name: str,
    title: str,
    *,
    read: str | None = None,
    badge: tuple[str, str, str] | None = None,
    aside: str = "",
    height: Literal["stretch", "content"] = "content",
    behind: Behind | None = None,
) -> Iterator[None]:
    """A framed card with its title; `badge` is (icon, color, words). `title` is Markdown, already escaped."""
    with st.container(border=True, key=f"card_{name}", height=height):
        with st.container(
            key=f"cardhead_{name}",
            horizontal=True,
            horizontal_alignment="distribute",
            vertical_alignment="center",
            wrap=False,
        ):
            st.markdown(f"#### {title}")
            if badge:
                st.badge(badge[2], icon=badge[0], color=badge[1])  # type: ignore[arg-type]
            if aside:
                st.caption(aside, width="content")
            if read:
                explain.button(read, key=name, behind=behind)
        yield


def chart(
    name: str,
    rows: pd.DataFrame,
    figure: Figure,
    *,
    title: str,
    read: str,
    label: str,
    value: str,
    keys: Sequence[str] = (),
    empty: str = messages.NOTHING_MATCHES[1],
    height: Literal["stretch", "content"] = "stretch",
    behind: Behind | None = None,
    opens: Opens | None = None,
) -> None:
    """A figure in a card, its finding as title, its colours named above it, its rows as words for a screen reader.

    A click on a row of the figure leads to what `opens` says of it.
    """
    with card(name, title, read=read, height=height, behind=behind):
        if rows.empty:
            st.caption(empty)
            return
        if keys:
            st.html("".join(f'<span class="key key-{key}">{KEYS[key]}</span>' for key in keys))
        draw(name, figure, rows, alt=titles.alt(title, rows, label, value), opens=opens)


def draw(name: str, figure: Figure, rows: pd.DataFrame, *, alt: str, opens: Opens | None = None) -> None:
    """A figure alone, in the colours of the mode; `alt` is the figure in words."""
    drawn = figure(rows, viewer.mode())
    if opens is None:
        st.plotly_chart(drawn, theme=None, config=config(name), key=f"figure_{name}", alt=alt)
        return
    picked: Any = st.plotly_chart(
        drawn,
        theme=None,
        config=config(name),
        key=f"figure_{name}",
        alt=alt,
        on_select="rerun",
        selection_mode="points",
    )
    if points := picked["selection"]["points"]:
        row = rows.iloc[round(points[0]["y"])].to_dict()
        path, query = opens({str(column): value for column, value in row.items()})
        state.go(path, query)


def kpis(figures: Sequence[Kpi]) -> None:
    """The row of key figures: gray, orange only for a cost."""
    drawn_with_course = any(figure.course for figure in figures)
    with st.grid(len(figures), min_column_width=160, gap="xsmall", key="kpis"):
        for figure in figures:
            st.metric(
                figure.label,
                figure.value,
                delta=figure.delta,
                delta_color="orange" if figure.is_cost else "off",
                delta_arrow="off",
                delta_description=figure.description,
                icon=":material/warning:" if figure.is_cost else None,
                help=figure.help,
                border=True,
                chart_data=figure.course,
                height="stretch" if drawn_with_course else "content",
            )


def way(path: str, label: str, query: dict[str, Any], *, key: str, icon: str = ":material/arrow_forward:") -> None:
    """A way to another page under this address.

    Not a link: Streamlit 1.67 puts into a link's address what a widget of this page is bound to.
    """
    if st.button(label, icon=icon, type="tertiary", key=f"way_{key}"):
        state.go(path, query)


def facts(values: Mapping[str, str]) -> None:
    """A list of names and values. The values are plain text, whatever the org put into them."""
    with st.container(gap="xxsmall"):
        for name, value in values.items():
            with st.container(horizontal=True, vertical_alignment="top", gap="small", wrap=False):
                st.caption(name, width=120)
                st.text(value, width="stretch")


def empty(
    name: str, text: tuple[str, str], *, icon: str = ":material/inbox:", link: tuple[str, str] | None = None
) -> None:
    """Says why there is nothing, and one thing to try; `link` is (page path, label)."""
    title, sentence = text
    with st.container(border=True, key=f"card_empty_{name}", horizontal_alignment="center"):
        st.markdown(f"#### :primary[{icon}] {title}", text_alignment="center")
        st.markdown(sentence, text_alignment="center", width=520)
        if link:
            st.page_link(link[0], label=link[1], icon=":material/arrow_forward:", icon_position="right")
