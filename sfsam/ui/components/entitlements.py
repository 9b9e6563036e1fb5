"""Entitlements: the lead, contracts that the org does not bear out, the list, and the form behind its buttons."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from sfsam.charts.formats import is_missing, number
from sfsam.domain.commands import RemoveEntitlement
from sfsam.ui import entitlement_messages as messages
from sfsam.ui import formats, frames, state, viewer
from sfsam.ui.components import cards, entitlement_form, failures, filters, tables
from sfsam.ui.messages import KIND_WORDS
from sfsam.ui.state import Scope
from sfsam.ui.viewer import MANAGERS

PAGE_SIZE = 12
PAGE_KEY = "entitlements_page"
REFUSED = "entitlement_refused"
SHOWN_DRIFTS = 5
STATE_COLORS = {"Active": "primary", "Upcoming": "blue", "Ended": "gray"}
SORTINGS = [
    tables.Sorting("Ends first", "ends_on"),
    tables.Sorting("Highest cost first", "annual_cost", descending=True),
    tables.Sorting("By license", "model"),
    tables.Sorting("Newest first", "number", descending=True),
]
COLUMNS = [
    tables.text("Number", "number", 94),
    tables.text("License", "model", 144),
    tables.text("Org", "org", 160),
    tables.pill("State", "state", messages.STATES, STATE_COLORS),
    tables.Column("Seats", lambda row: _quantity(row), 74, is_number=True),
    tables.Column("Unit price", lambda row: _price(row), 118, is_number=True),
    tables.amount("A year", "annual_cost", 86),
    tables.Column("Starts", lambda row: formats.day(row["starts_on"]), 90),
    tables.Column("Ends", lambda row: formats.day(row["ends_on"]), 92),
    tables.Column("Contract", lambda row: formats.optional(row["contract"]), 100),
]


def lead(scope: Scope) -> None:
    """How many contracts are in force and what they cost."""
    rows = frames.fetch("entitlements", **_asked(scope))
    if rows.empty and scope.is_narrowed:
        cards.lead(messages.NO_ENTITLEMENT_MATCHES, messages.ONE_CURRENCY, read="entitlements")
        return
    active = rows[rows["state"] == "active"]
    priced = active.dropna(subset=["annual_cost"])
    spend = [
        {"currency": currency, "amount": amount}
        for currency, amount in priced.groupby("currency")["annual_cost"].sum().items()
    ]
    licenses = len(active[["org_id", "kind", "identifier"]].drop_duplicates())
    sentence = messages.entitlements_lead(len(active), int((rows["state"] == "ended").sum()), licenses, spend)
    cards.lead(sentence, messages.ONE_CURRENCY, read="entitlements")


def drift(scope: Scope) -> None:
    """Contracts that give another number of seats than the org owns."""
    rows = frames.rows("entitlement_drift", **scope.parameters())
    if not rows:
        return
    with cards.card("drift", "Contract and org disagree", read="entitlement_drift"):
        for row in rows[:SHOWN_DRIFTS]:
            st.markdown(messages.drift_line(row))
        if len(rows) > SHOWN_DRIFTS:
            st.caption(f"And {number(len(rows) - SHOWN_DRIFTS)} more.")


def outcome() -> None:
    """What was refused, and the dialog that is open."""
    if refused := state.remembered(REFUSED):
        state.forget(REFUSED)
        failures.show(refused.what, refused.remedy, is_refusal=refused.family == "refused")
    entitlement_form.dialog()


def narrowing(scope: Scope) -> Scope:
    """The search box of the list."""
    return replace(scope, search=filters.search("License, contract, cost center"))


def tools() -> tables.Sorting:
    """How the list is sorted, and the button for one more."""
    sorting = tables.sorted_by("entitlements_sort", SORTINGS)
    st.button(
        "New entitlement…",
        icon=":material/add:",
        type="primary",
        key="new_entitlement",
        disabled=not _may_change(),
        on_click=entitlement_form.open_for,
        args=(None,),
    )
    return sorting


def table(scope: Scope, sorting: tables.Sorting) -> None:
    """One page of entitlements with what can be done to the chosen one."""
    asked = _asked(scope)
    rows, total = tables.listing("entitlements", key=PAGE_KEY, sorting=sorting, page_size=PAGE_SIZE, **asked)
    if rows.empty:
        if scope.is_narrowed:
            tables.nothing_matches()
        else:
            cards.empty("entitlements", messages.NO_ENTITLEMENTS, icon=":material/contract:")
        return
    selected = tables.grid(
        rows,
        COLUMNS,
        key="entitlements",
        identity="entitlement_id",
        alt="Entitlements with state, seats, price and days",
        on_select="rerun",
        selection_mode=["single-cell"],
    ).selection
    tables.pager(PAGE_KEY, total, PAGE_SIZE, "Click a row to change or remove it.")
    if selected.cells:
        place = min(selected.cells[0][0], len(rows) - 1)
        _chosen({str(name): value for name, value in rows.iloc[place].to_dict().items()}, _may_change())


def _may_change() -> bool:
    return bool(viewer.person().roles & MANAGERS)


def _chosen(row: dict[str, Any], may_change: bool) -> None:
    title = f"{formats.plain(row['number'])}: {formats.plain(row['model'])} in {formats.plain(row['org'])}"
    with cards.card("chosen_entitlement", title):
        cards.facts(
            {
                "License": f"{KIND_WORDS.get(row['kind'], row['kind'])}, {row['identifier']}",
                "Org owns": number(row["owned"]),
                "Cost center": formats.optional(row["cost_center"]),
                "Note": formats.optional(row["note"]),
                "Last changed": f"{viewer.moment(row['updated_at'])}, {_how(row)} by {row['entered_by']}",
            }
        )
        with st.container(horizontal=True):
            st.button(
                "Change…",
                icon=":material/edit:",
                key="change_entitlement",
                disabled=not may_change,
                on_click=entitlement_form.open_for,
                args=(row,),
            )
            with st.popover("Remove", icon=":material/delete:", type="tertiary", disabled=not may_change):
                st.markdown(f"Remove {formats.plain(row['number'])}? Its license is priced without it from then on.")
                st.button(
                    f"Remove {row['number']}",
                    key="remove_entitlement",
                    on_click=_remove,
                    args=(row["entitlement_id"],),
                )


def _how(row: dict[str, Any]) -> str:
    return "entered" if row["source"] == "entered" else "imported"


def _remove(entitlement_id: str) -> None:
    with failures.kept(REFUSED):
        frames.send(RemoveEntitlement(entitlement_id=entitlement_id, actor=viewer.person().name))


def _quantity(row: dict[str, Any]) -> str:
    return "As owned" if is_missing(row["quantity"]) else number(row["quantity"])


def _price(row: dict[str, Any]) -> str:
    if is_missing(row["unit_price"]):
        return formats.NOT_KNOWN
    cents = f"{float(row['unit_price']):,.2f}"
    return f"{row['currency']} {cents} / {'mo' if row['price_period'] == 'month' else 'yr'}"


def _asked(scope: Scope) -> dict[str, Any]:
    return scope.parameters() | {"today": frames.now().date()}
