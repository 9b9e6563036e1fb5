"""Identifiers that nobody knows: the list, the form that says what one is, and what people said before."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from sfsam.charts.formats import counted, is_missing, number
from sfsam.domain.commands import KeepMapping, MapIdentifier, UnmapIdentifier
from sfsam.domain.software_models import CatalogProduct, Suggestion, suggestions
from sfsam.domain.subscriptions import Kind
from sfsam.ui import formats, frames, model_messages, state, viewer
from sfsam.ui import messages as common
from sfsam.ui.components import cards, failures, filters, tables
from sfsam.ui.components.playbook import entering
from sfsam.ui.state import Scope
from sfsam.ui.viewer import MANAGERS

PAGE_SIZE = 12
PAGE_KEY = "unrecognized_page"
REFUSED = "mapping_refused"
DONE = "mapping_done"
MOST_MAPPINGS = 50
COLUMNS = [
    tables.text("Identifier", "identifier", 186),
    tables.text("Salesforce calls it", "label", 168),
    tables.Column("Kind", lambda row: formats.words(row["kind"]), 104),
    tables.count("Orgs", "orgs", 50),
    tables.count("Owned", "owned", 84),
    tables.count("Seats", "seats", 58),
]
SORTINGS = [
    tables.Sorting("Most seats first", "seats", descending=True),
    tables.Sorting("By identifier", "identifier"),
    tables.Sorting("By kind", "kind"),
]
LABELS = {"product": "Product", "publisher": "Publisher", "edition": "Edition", "note": "Note"}


def lead(scope: Scope) -> None:
    """How many there are, with how many seats, and how many mappings the catalog has something to say about."""
    rows = frames.fetch("unrecognized_identifiers", **scope.parameters())
    suggested = sum(bool(row["is_suggested"]) for row in frames.rows("mappings"))
    seats = int(rows["seats"].sum()) if len(rows) else 0
    sentence = model_messages.unrecognized_lead(len(rows), seats, suggested)
    cards.lead(sentence, model_messages.MAPPED_ONCE, read="unrecognized_identifiers")


def narrowing(scope: Scope) -> Scope:
    return replace(scope, search=filters.search("Identifier or label"))


def sorting() -> tables.Sorting:
    return tables.sorted_by("unrecognized_sort", SORTINGS)


def outcome() -> None:
    """What the last button did, or why it was refused."""
    if refused := state.remembered(REFUSED):
        state.forget(REFUSED)
        failures.show(refused.what, refused.remedy, is_refusal=refused.family == "refused")
    if done := state.remembered(DONE):
        state.forget(DONE)
        st.markdown(f":green[:material/check_circle:] {done}")


def table(scope: Scope, sorting: tables.Sorting) -> dict[str, Any] | None:
    """One page of identifiers; gives the row that was clicked, else the first one."""
    rows, total = tables.listing(
        "unrecognized_identifiers", key=PAGE_KEY, sorting=sorting, page_size=PAGE_SIZE, **scope.parameters()
    )
    if rows.empty:
        if scope.search:
            tables.nothing_matches()
        else:
            cards.empty("unrecognized", model_messages.NO_UNRECOGNIZED, icon=":material/check_circle:")
        return None
    selected = tables.grid(
        rows,
        COLUMNS,
        key="unrecognized",
        identity="identifier",
        alt="Identifiers that nobody knows",
        on_select="rerun",
        selection_mode=["single-cell"],
    ).selection
    tables.pager(PAGE_KEY, total, PAGE_SIZE, model_messages.CHOOSE_IDENTIFIER)
    place = min(selected.cells[0][0] if selected.cells else 0, len(rows) - 1)
    return {str(name): value for name, value in rows.iloc[place].to_dict().items()}


def form(row: dict[str, Any]) -> None:
    """Say what this identifier is; a suggestion fills the fields."""
    key = f"{row['kind']}_{row['identifier']}"
    with cards.card("mapping", f"What is {formats.plain(row['label'])}?"):
        st.markdown(_about(row))
        if not may_decide():
            st.caption(model_messages.MANAGERS_DECIDE)
            return
        _suggested(row, key)
        st.text_input("Product", key=f"product_{key}", max_chars=120)
        st.text_input("Edition", key=f"edition_{key}", max_chars=80, placeholder="None")
        st.text_input("Publisher", value="Salesforce", key=f"publisher_{key}", max_chars=120)
        st.segmented_control(
            "Price",
            ["Paid", "Free", "Not known"],
            default="Not known",
            required=True,
            key=f"paid_{key}",
            help=model_messages.NO_PRICE_FROM_NAME,
        )
        st.text_input("Note", key=f"note_{key}", max_chars=300, placeholder="Where it stands, or who said so")
        st.button("Map identifier", type="primary", key="map_identifier", on_click=_map, args=(row, key))


def mappings() -> None:
    """What people said, with the catalog's word beside it, and the way back."""
    rows = frames.rows("mappings")
    if not rows:
        return
    many = counted(len(rows), "identifier", "identifiers")
    with cards.card("mappings", "Mapped by people", read="mappings", aside=many):
        for row in rows[:MOST_MAPPINGS]:
            _mapping({**row, "catalog_is_paid": _maybe(row["catalog_is_paid"])})
        if len(rows) > MOST_MAPPINGS:
            st.caption(f"The {MOST_MAPPINGS} newest; the command `models` lists all of them.")


def may_decide() -> bool:
    return bool(viewer.person().roles & MANAGERS)


def _about(row: dict[str, Any]) -> str:
    kind = common.KIND_WORDS.get(row["kind"], row["kind"])
    held = f"{counted(int(row['seats']), 'seat', 'seats')} assigned"
    owned = "" if is_missing(row["owned"]) else f", {number(row['owned'])} owned"
    excluded = " It is excluded." if row["is_excluded"] else ""
    name = str(row["identifier"]).replace("`", "")
    return f"`{name}`  \n{kind} in {formats.plain(row['org_names'])}: {held}{owned}.{excluded}"


def _suggested(row: dict[str, Any], key: str) -> None:
    products = [
        CatalogProduct.model_validate({**each, "is_paid": _maybe(each["is_paid"])})
        for each in frames.rows("known_products")
    ]
    found = {each.model: each for each in suggestions(Kind(row["kind"]), row["identifier"], row["label"], products)}
    if not found:
        st.caption(model_messages.NOTHING_LIKE_IT)
        return
    st.caption(model_messages.SUGGESTED_BY_NAME)
    with st.container(horizontal=True, gap="small"):
        for model, suggestion in found.items():
            st.button(
                formats.plain(f"{model}, {suggestion.score}%"),
                key=f"suggest_{key}_{model}",
                on_click=_fill,
                args=(key, suggestion),
            )


def _fill(key: str, suggestion: Suggestion) -> None:
    for name in ("product", "edition", "publisher"):
        st.session_state[f"{name}_{key}"] = getattr(suggestion, name)
    st.session_state[f"paid_{key}"] = model_messages.PAID_WORDS[suggestion.is_paid]


def _map(row: dict[str, Any], key: str) -> None:
    paid = {"Paid": True, "Free": False}.get(st.session_state.get(f"paid_{key}") or "")
    given = {name: entering.entered(f"{name}_{key}") for name in LABELS}
    with failures.kept(REFUSED):
        command = entering.filled(
            MapIdentifier, LABELS, kind=row["kind"], identifier=row["identifier"], is_paid=paid, **given
        )
        answer = frames.send(command)
        seats = counted(answer.seats, "seat follows", "seats follow")
        where = counted(answer.orgs, "org", "orgs")
        state.remember(DONE, f"**{formats.plain(answer.model)}** from now on: {seats} in {where}.")


def _mapping(row: dict[str, Any]) -> None:
    name = str(row["identifier"]).replace("`", "")
    with st.container(key=f"mapping_{row['mapping_id']}", gap="xsmall"):
        kind = common.KIND_WORDS.get(row["kind"], row["kind"])
        st.markdown(f"`{name}` is **{formats.plain(row['model'])}** by {formats.plain(row['publisher'])}. {kind}.")
        st.caption(model_messages.mapped(row, viewer.moment(row["mapped_at"])))
        if row["is_suggested"]:
            st.markdown(model_messages.learned(row))
        elif not is_missing(row["catalog_model"]):
            st.caption(f"The catalog says {formats.plain(row['catalog_model'])}.")
        if may_decide():
            _decide(row)


def _decide(row: dict[str, Any]) -> None:
    named = {"kind": row["kind"], "identifier": row["identifier"]}
    with st.container(horizontal=True, gap="small"):
        label = "Accept the catalog’s word" if row["is_suggested"] else "Take back"
        st.button(
            label,
            icon=":material/undo:",
            type="tertiary",
            key=f"unmap_{row['mapping_id']}",
            on_click=_send,
            args=(UnmapIdentifier, named),
        )
        if row["is_suggested"]:
            st.button(
                "Keep what was said",
                icon=":material/check:",
                type="tertiary",
                key=f"keep_{row['mapping_id']}",
                on_click=_send,
                args=(KeepMapping, named),
            )


def _send(order: type[UnmapIdentifier] | type[KeepMapping], named: dict[str, Any]) -> None:
    with failures.kept(REFUSED):
        answer = entering.send(order, **named)
        now = formats.plain(answer.model) if answer.is_recognized else "not recognized again"
        state.remember(DONE, f"`{answer.identifier}` is **{now}**.")


def _maybe(value: Any) -> bool | None:
    """A yes, a no, or nothing, as a frame holds it."""
    return None if is_missing(value) else bool(value)
