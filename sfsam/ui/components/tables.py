"""Long lists: one page of rows, cut and sorted in SQL, with its place in the whole below it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd
import streamlit as st

from sfsam.charts.formats import money_exact, number
from sfsam.ui import formats, frames, messages
from sfsam.ui.state import IN_ADDRESS

ROW_HEIGHT = 31
Width = Literal["small", "medium", "large"]


@dataclass(frozen=True)
class Column:
    """One column: its heading, how a row is written in it, and whether it stands right."""

    heading: str
    write: Callable[[dict[str, Any]], Any]
    width: Width | int | None = None
    is_number: bool = False
    colors: dict[str, str] | None = None  # a pill: the words and their colours


@dataclass(frozen=True)
class Sorting:
    """One way to sort a list: what it is called, by which column, in which direction."""

    label: str
    order_by: str
    descending: bool = False


def text(heading: str, column: str, width: Width | int | None = None) -> Column:
    return Column(heading, lambda row: formats.text(row[column]), width)


def amount(heading: str, column: str, width: int = 76) -> Column:
    return Column(heading, lambda row: money_exact(row[column], row["currency"]), width, is_number=True)


def count(heading: str, column: str, width: int = 58) -> Column:
    return Column(heading, lambda row: number(row[column]), width, is_number=True)


def age(heading: str, column: str) -> Column:
    return Column(heading, lambda row: formats.age(row[column]), 68, is_number=True)


def pill(heading: str, column: str, words: dict[Any, str], colors: dict[str, str], width: int = 118) -> Column:
    """A state as a colored word."""
    return Column(heading, lambda row: [words.get(row[column], formats.words(row[column]))], width, colors=colors)


def grid(
    rows: pd.DataFrame,
    columns: list[Column],
    *,
    key: str,
    identity: str,
    alt: str,
    height: int | None = None,
    **selection: Any,
) -> Any:
    """Draw the rows of one page. With `on_select` the selection is returned.

    A selection is a set of places, so it must not outlive its rows: `identity` is the column that tells rows apart.
    """
    records = [{str(name): value for name, value in row.items()} for row in rows.to_dict("records")]
    shown = pd.DataFrame({column.heading: [column.write(row) for row in records] for column in columns})
    return st.dataframe(
        shown,
        hide_index=True,
        row_height=ROW_HEIGHT,
        height=height or (len(shown) + 1) * ROW_HEIGHT + 3,
        column_config={column.heading: _config(column) for column in columns},
        key=grid_key(key, rows[identity]),
        alt=alt,
        **selection,
    )


def grid_key(key: str, identities: Iterable[Any]) -> str:
    """The key under which the selection of exactly these rows is kept."""
    return f"{key}_{hashlib.sha256(repr(list(identities)).encode()).hexdigest()[:12]}"


def small(rows: list[dict[str, str]], *, alt: str) -> None:
    """A short fixed table. Cells are Markdown, so text of an org is escaped by the caller."""
    st.table(pd.DataFrame(rows), border="horizontal", hide_index=True, alt=alt)


def sorted_by(key: str, sortings: list[Sorting]) -> Sorting:
    """The chosen way to sort, in the address."""
    label = st.selectbox(
        "Sort by",
        [sorting.label for sorting in sortings],
        key=key,
        bind=IN_ADDRESS,
        label_visibility="collapsed",
        width=230,
        help=None,
    )
    return next((sorting for sorting in sortings if sorting.label == label), sortings[0])


def page_number(key: str, total: int, page_size: int) -> int:
    """The page that is shown, from 1, as the pager below the list says; the last one when the list got shorter."""
    pages = max(1, -(-total // page_size))
    asked = st.session_state.get(key) or st.query_params.get(key) or 1
    asked = int(asked) if str(asked).isdigit() else 1
    if asked > pages:
        st.session_state[key] = pages
    return min(max(asked, 1), pages)


def pager(key: str, total: int, page_size: int, said: str = "") -> None:
    """Below a list: which rows these are, and the pages."""
    pages = max(1, -(-total // page_size))
    current = page_number(key, total, page_size)
    first, last = (current - 1) * page_size + 1, min(current * page_size, total)
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", key=f"pager_{key}"
    ):
        st.caption(f"{number(first)} to {number(last)} of {number(total)}. {said}".strip())
        if pages > 1:
            st.pagination(pages, key=key, bind=IN_ADDRESS, width=min(108 + 44 * pages, 360))


def listing(read: str, *, key: str, sorting: Sorting, page_size: int, **parameters: Any) -> tuple[pd.DataFrame, int]:
    """The rows of the shown page of a read and how many rows there are in all."""
    total = frames.count(read, **parameters)
    return listed(read, total, key=key, sorting=sorting, page_size=page_size, **parameters), total


def listed(read: str, total: int, *, key: str, sorting: Sorting, page_size: int, **parameters: Any) -> pd.DataFrame:
    """The rows of the shown page of a read that has `total` rows."""
    current = page_number(key, total, page_size)
    return frames.page(
        read,
        order_by=sorting.order_by,
        descending=sorting.descending,
        limit=page_size,
        offset=(current - 1) * page_size,
        **parameters,
    )


def nothing_matches() -> None:
    st.container(border=True, key="card_nothing").caption(" ".join(messages.NOTHING_MATCHES))


def _config(column: Column) -> Any:
    if column.colors:
        return st.column_config.MultiselectColumn(
            column.heading, width=column.width, options=list(column.colors), color=list(column.colors.values())
        )
    return st.column_config.TextColumn(
        column.heading, width=column.width, alignment="right" if column.is_number else "left"
    )
