"""List prices: the shipped ones with their source, and those that people entered in their place."""

from __future__ import annotations

from typing import Any

import streamlit as st

from sfsam.charts.formats import is_missing, number
from sfsam.domain import money
from sfsam.domain.commands import RevertPrice, SavePrice
from sfsam.errors import SfsamError, UsageError
from sfsam.ui import entitlement_messages as messages
from sfsam.ui import formats, frames, state, viewer
from sfsam.ui.components import cards, failures, tables
from sfsam.ui.messages import KIND_WORDS
from sfsam.ui.viewer import MANAGERS

PAGE_SIZE = 12
PAGE_KEY = "prices_page"
REFUSED = "price_refused"
SORTINGS = [
    tables.Sorting("In use first", "licenses", descending=True),
    tables.Sorting("By license", "model"),
    tables.Sorting("Highest price first", "price_per_month", descending=True),
]
COLUMNS = [
    tables.text("License", "model", 240),
    tables.Column("Kind", lambda row: KIND_WORDS.get(row["kind"], row["kind"]), 138),
    tables.Column("Org edition", lambda row: row["org_edition"] or "Any", 140),
    tables.Column(
        "Per seat and month", lambda row: _price(row["price_per_month"], row["currency"]), 136, is_number=True
    ),
    tables.pill("From", "is_entered", {True: "Entered", False: "Shipped"}, {"Entered": "primary", "Shipped": "gray"}),
    tables.Column(
        "Shipped price", lambda row: _price(row["shipped_price"], row["shipped_currency"]), 110, is_number=True
    ),
    tables.Column("As of", lambda row: formats.day(row["as_of"]), 96),
    tables.Column("Licenses", lambda row: number(row["licenses"]), 70, is_number=True),
]


def table() -> None:
    """The prices, and the form of the one that was clicked."""
    st.caption(messages.PRICES_LEAD)
    if refused := state.remembered(REFUSED):
        state.forget(REFUSED)
        failures.show(refused.what, refused.remedy, is_refusal=True)
    sorting = tables.sorted_by("prices_sort", SORTINGS)
    rows, total = tables.listing("prices", key=PAGE_KEY, sorting=sorting, page_size=PAGE_SIZE)
    if rows.empty:
        tables.nothing_matches()
        return
    selected = tables.grid(
        rows,
        COLUMNS,
        key="prices",
        identity="price_key",
        alt="List prices per seat and month with their source",
        on_select="rerun",
        selection_mode=["single-cell"],
    ).selection
    tables.pager(PAGE_KEY, total, PAGE_SIZE, "Click a row to enter your own price.")
    if selected.cells:
        place = min(selected.cells[0][0], len(rows) - 1)
        _chosen({str(name): value for name, value in rows.iloc[place].to_dict().items()})


def _chosen(row: dict[str, Any]) -> None:
    may_change = bool(viewer.person().roles & MANAGERS)
    edition = row["org_edition"] or "any edition"
    with cards.card("chosen_price", f"{formats.plain(row['model'])}, {formats.plain(edition)}"):
        cards.facts({"Source": _source(row), "Identifier": str(row["identifier"])})
        with st.form("price_form", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
            value = f"{float(row['price_per_month']):.2f}"
            st.text_input("Price per seat and month", value, key=_key(row, "price"), width=190)
            st.text_input("Currency", row["currency"], key=_key(row, "currency"), max_chars=3, width=110)
            st.text_input("Note", formats.optional(row["note"]).replace("—", ""), key=_key(row, "note"), width=260)
            st.form_submit_button("Save price", type="primary", disabled=not may_change, on_click=_save, args=(row,))
        if row["is_entered"]:
            again = "Revert to the shipped price" if not is_missing(row["shipped_price"]) else "Remove the price"
            st.button(
                again,
                icon=":material/undo:",
                type="tertiary",
                key="revert_price",
                disabled=not may_change,
                on_click=_revert,
                args=(row,),
            )


def _save(row: dict[str, Any]) -> None:
    held = st.session_state
    try:
        price = money.price(held[_key(row, "price")])
        currency = held[_key(row, "currency")].strip() or price.currency or ""
        frames.send(
            SavePrice(
                actor=viewer.person().name,
                kind=row["kind"],
                license=row["identifier"],
                org_edition=row["org_edition"],
                price_per_month=price.amount,
                currency=currency,
                note=held[_key(row, "note")],
            )
        )
    except ValueError as trouble:
        state.remember(REFUSED, UsageError(f"{trouble}.", "Nothing was saved."))
    except SfsamError as error:
        state.remember(REFUSED, error)


def _revert(row: dict[str, Any]) -> None:
    with failures.kept(REFUSED):
        frames.send(
            RevertPrice(
                actor=viewer.person().name,
                kind=row["kind"],
                identifier=row["identifier"],
                org_edition=row["org_edition"],
            )
        )


def _source(row: dict[str, Any]) -> str:
    if not row["is_entered"]:
        return f"{row['source']} ({row['confidence']}, {formats.day(row['as_of'])})"
    how = "entered" if row["source"] == "entered" else "imported"
    return f"{how} by {row['entered_by']}, {viewer.moment(row['entered_at'])}"


def _price(amount: Any, currency: Any) -> str:
    return formats.NOT_APPLICABLE if is_missing(amount) else f"{currency} {float(amount):,.2f}"


def _key(row: dict[str, Any], name: str) -> str:
    return f"price_{name}_{row['price_key']}"
