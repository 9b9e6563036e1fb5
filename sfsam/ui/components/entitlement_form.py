"""The form of one entitlement, new or changed. Prices are text, read exactly as an import reads them."""

from __future__ import annotations

from datetime import date
from typing import Any

import streamlit as st

from sfsam.charts.formats import is_missing
from sfsam.domain import money
from sfsam.domain.commands import SaveEntitlement
from sfsam.domain.entitlements import Period
from sfsam.errors import SfsamError, UsageError
from sfsam.ui import frames, state, viewer
from sfsam.ui.components import failures
from sfsam.ui.messages import KIND_WORDS

EDITING = "editing_entitlement"
REFUSED = "form_refused"
PERIODS = {"month": "a month", "year": "a year"}


def open_for(row: dict[str, Any] | None) -> None:
    """Open the form for this entitlement, or for a new one."""
    state.forget(REFUSED)
    state.remember(EDITING, row or {"entitlement_id": ""})


def dialog() -> None:
    """The dialog, while it is open."""
    row = state.remembered(EDITING)
    if row is None:
        return
    title = f"Change {row['number']}" if row["entitlement_id"] else "New entitlement"

    @st.dialog(title, width="medium", on_dismiss=_close)
    def shown() -> None:
        if state.remembered(EDITING) is None:  # saved: only the dialog ran anew
            st.rerun()
        if refused := state.remembered(REFUSED):
            failures.show(refused.what, refused.remedy, is_refusal=True)
        _form(row)

    shown()


def _form(row: dict[str, Any]) -> None:
    licenses = _licenses()
    known = (row.get("org_id"), row.get("kind"), row.get("identifier"))
    options = list(licenses)
    with st.form("entitlement_form", border=False):
        st.selectbox(
            "License",
            options,
            index=options.index(known) if known in licenses else None,
            format_func=lambda option: licenses[option],
            key="form_license",
            placeholder="Choose a license",
        )
        seats, price, per, currency = st.columns([1, 1.2, 1, 1])
        with seats:
            st.text_input("Seats", _shown(row.get("quantity")), key="form_quantity", placeholder="As owned")
        with price:
            st.text_input("Unit price", _amount(row.get("unit_price")), key="form_price", placeholder="142.50")
        with per:
            st.selectbox(
                "Per",
                list(PERIODS),
                index=int(row.get("price_period") == "year"),
                key="form_period",
                format_func=lambda period: PERIODS[period],
            )
        with currency:
            st.text_input("Currency", row.get("currency") or "", key="form_currency", placeholder="EUR", max_chars=3)
        starts, ends, contract, center = st.columns([1, 1, 1, 1])
        with starts:
            st.date_input("First day", _day(row.get("starts_on")), key="form_starts", format="YYYY-MM-DD")
        with ends:
            st.date_input("Last day", _day(row.get("ends_on")), key="form_ends", format="YYYY-MM-DD")
        with contract:
            st.text_input("Contract", row.get("contract") or "", key="form_contract", max_chars=200)
        with center:
            st.text_input("Cost center", row.get("cost_center") or "", key="form_center", max_chars=200)
        st.text_input("Note", row.get("note") or "", key="form_note", max_chars=2000)
        with st.container(horizontal=True, horizontal_alignment="right"):
            st.form_submit_button("Cancel", on_click=_close)
            st.form_submit_button("Save entitlement", type="primary", on_click=_save, args=(row["entitlement_id"],))


def _save(entitlement_id: str) -> None:
    state.forget(REFUSED)
    try:
        frames.send(_command(entitlement_id))
    except SfsamError as error:
        state.remember(REFUSED, error)
    else:
        _close()


def _command(entitlement_id: str) -> SaveEntitlement:
    """What the form says. Raises UsageError for text that is no number."""
    held = st.session_state
    if held["form_license"] is None:
        raise UsageError("No license is chosen.", "Choose the license that the contract is about.")
    org_id, kind, identifier = held["form_license"]
    try:
        quantity = money.whole_number(held["form_quantity"]) if held["form_quantity"].strip() else None
        price = money.price(held["form_price"]) if held["form_price"].strip() else None
    except ValueError as trouble:
        raise UsageError(f"{trouble}.", "Nothing was saved.") from None
    return SaveEntitlement(
        actor=viewer.person().name,
        entitlement_id=entitlement_id,
        org=org_id,
        kind=kind,
        license=identifier,
        quantity=quantity,
        unit_price=price.amount if price else None,
        price_period=Period(held["form_period"]),
        currency=held["form_currency"].strip() or (price.currency if price and price.currency else ""),
        starts_on=held["form_starts"],
        ends_on=held["form_ends"],
        contract=held["form_contract"].strip(),
        cost_center=held["form_center"].strip(),
        note=held["form_note"].strip(),
    )


def _licenses() -> dict[tuple[str, str, str], str]:
    """Every license of each org, as people read it."""
    return {
        (row["org_id"], row["kind"], row["identifier"]): (
            f"{row['model']} · {row['org']} · {KIND_WORDS.get(row['kind'], row['kind'])} · {row['identifier']}"
        )
        for row in frames.rows("license_names")
    }


def _close() -> None:
    state.forget(EDITING)
    state.forget(REFUSED)


def _shown(value: Any) -> str:
    return "" if is_missing(value) else str(int(value))


def _amount(value: Any) -> str:
    return "" if is_missing(value) else f"{float(value):.2f}"


def _day(value: Any) -> date | None:
    return None if is_missing(value) else date.fromisoformat(str(value)[:10])
