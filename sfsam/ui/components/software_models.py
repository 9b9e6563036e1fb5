"""Software models: what the identifiers stand for, with the orgs, the seats and the cheaper alternatives of one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from sfsam.charts.formats import counted, number
from sfsam.ui import formats, frames, model_messages, viewer
from sfsam.ui.components import cards, filters, tables
from sfsam.ui.state import Scope

PAGE_SIZE = 15
PAGE_KEY = "models_page"
UNRECOGNIZED = "pages/licenses/unrecognized_identifiers.py"
UTILIZATION = "pages/licenses/utilization.py"
COLUMNS = [
    tables.text("Model", "model", 190),
    tables.Column("Publisher", lambda row: formats.optional(row["publisher"]), 78),
    tables.Column("Kind", lambda row: kinds(row["kinds"]), 104),
    tables.count("Orgs", "orgs", 44),
    tables.Column("Owned", lambda row: owned(row), 66, is_number=True),
    tables.count("Assigned", "assigned", 70),
    tables.count("Stale", "stale", 52),
    tables.Column("Price", lambda row: model_messages.SOURCE_WORDS[row["price_source"]], 66),
]
SORTINGS = [
    tables.Sorting("Most seats first", "assigned", descending=True),
    tables.Sorting("Most stale seats first", "stale", descending=True),
    tables.Sorting("By model", "model"),
    tables.Sorting("By publisher", "publisher"),
]


def lead(scope: Scope) -> None:
    """How many models there are, and how many identifiers have none."""
    rows = frames.fetch("models_in_use", **scope.parameters())
    unknown = frames.count("unrecognized_identifiers", **scope.parameters())
    assigned = int(rows["assigned"].sum()) if len(rows) else 0
    cards.lead(model_messages.models_lead(len(rows), assigned, unknown), read="models_in_use")
    if unknown:
        st.page_link(UNRECOGNIZED, label="Say what they are", icon=":material/arrow_forward:")


def narrowing(scope: Scope) -> Scope:
    """The search box; gives the narrowed scope."""
    return replace(scope, search=filters.search("Model, publisher, identifier"))


def sorting() -> tables.Sorting:
    return tables.sorted_by("models_sort", SORTINGS)


def table(scope: Scope, sorting: tables.Sorting) -> dict[str, Any] | None:
    """One page of models; gives the row that was clicked, else the first one."""
    rows, total = tables.listing(
        "models_in_use", key=PAGE_KEY, sorting=sorting, page_size=PAGE_SIZE, **scope.parameters()
    )
    if rows.empty:
        if scope.search:
            tables.nothing_matches()
        else:
            cards.empty("models", model_messages.NO_MODELS, link=(UNRECOGNIZED, "Unrecognized identifiers"))
        return None
    selected = tables.grid(
        rows,
        COLUMNS,
        key="models",
        identity="model",
        alt="Software models with their seats",
        on_select="rerun",
        selection_mode=["single-cell"],
    ).selection
    tables.pager(PAGE_KEY, total, PAGE_SIZE, "Click a row for its identifiers and alternatives.")
    place = min(selected.cells[0][0] if selected.cells else 0, len(rows) - 1)
    return {str(name): value for name, value in rows.iloc[place].to_dict().items()}


def chosen(model: dict[str, Any], scope: Scope) -> None:
    """One model: what it is, by which identifiers in which orgs, who said so, and what would cost less."""
    name = str(model["model"])
    narrowed = {"models": [name], **({"org_ids": list(scope.org_ids)} if scope.org_ids else {})}
    badge = (":material/block:", "gray", "Excluded") if model["is_excluded"] else None
    with cards.card("model", formats.plain(name), badge=badge):
        cards.facts(
            {
                "Publisher": formats.optional(model["publisher"]),
                "Product": str(model["product"]),
                "Edition": formats.optional(model["edition"]),
                "Paid": "Yes" if model["is_paid"] else "No, or not known",
            }
        )
        _identifiers(narrowed)
        for row in frames.rows("mappings", models=[name]):
            st.markdown(model_messages.mapped(row, viewer.moment(row["mapped_at"])))
        narrow = filters.address(replace(scope, search="", models=(name,)))
        cards.way(UTILIZATION, "Its utilization", narrow, key="utilization", icon=":material/bar_chart:")
    _alternatives(narrowed)


def kinds(listed: str) -> str:
    """Kinds of licenses in few words, for a narrow column: Permission set, or 2 kinds."""
    each = str(listed).split(", ")
    return formats.words(each[0]) if len(each) == 1 else f"{len(each)} kinds"


def owned(row: dict[str, Any]) -> str:
    return "Unlimited" if row["is_unlimited"] else number(row["owned"])


def _identifiers(narrowed: dict[str, Any]) -> None:
    rows = frames.rows("position", **narrowed)
    st.markdown(f"##### {counted(len(rows), 'license', 'licenses')} by its identifiers")
    tables.small(
        [
            {
                "Org": formats.plain(row["org"]),
                "Identifier": f"`{str(row['identifier']).replace('`', '')}`",
                "Owned": owned(row),
                "Assigned": number(row["assigned"]),
                "Stale": number(row["stale"]),
            }
            for row in rows
        ],
        alt="The licenses of this model, org by org",
    )


def _alternatives(narrowed: dict[str, Any]) -> None:
    rows = frames.rows("alternatives", **narrowed)
    with cards.card("alternatives", "Cheaper alternatives", read="alternatives"):
        if not rows:
            st.caption(model_messages.NO_ALTERNATIVE)
        seen: set[str] = set()
        for row in rows:
            sentence = model_messages.alternative(row)
            if sentence not in seen:
                st.markdown(sentence)
                st.caption(f"Loses: {formats.plain(row['loses'])}.  \nOnly if: {formats.plain(row['condition'])}.")
                st.caption(f"{formats.plain(row['source'])}, {formats.day(row['as_of'])}")
            seen.add(sentence)
