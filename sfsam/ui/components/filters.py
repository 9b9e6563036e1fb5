"""The scope of a page: which orgs; behind Filters which kinds, licenses, departments. It lives in the address."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from sfsam.ui import frames, messages
from sfsam.ui.state import IN_ADDRESS, Scope

FACETS = {"kind": "Kind", "model": "License", "department": "Department"}
MOST_SEGMENTS = 5


def scope(place: DeltaGenerator, *, orgs: bool = True, facets: bool = True) -> Scope:
    """Draw the controls in `place` and give what they hold now."""
    values = _values()
    with place:
        org_ids = _orgs(values.get("org", {})) if orgs else ()
        chosen = _facets(values) if facets else dict.fromkeys(FACETS, ())
    return Scope(org_ids=org_ids, kinds=chosen["kind"], models=chosen["model"], departments=chosen["department"])


def search(label: str) -> str:
    """The search box of a list, also in the address."""
    text = st.text_input(
        label,
        key="q",
        bind=IN_ADDRESS,
        placeholder=label,
        icon=":material/search:",
        label_visibility="collapsed",
        width=280,
        max_chars=120,
    )
    return text or ""


def _values() -> dict[str, dict[str, str]]:
    """For each facet its values and their labels."""
    found: dict[str, dict[str, str]] = {}
    for row in frames.rows("filter_values"):
        found.setdefault(row["facet"], {})[str(row["value"])] = str(row["label"])
    return found


def _orgs(labels: dict[str, str]) -> tuple[str, ...]:
    """One org or all of them. With a single org there is nothing to choose."""
    if len(labels) < 2:
        return ()
    names = {label: value for value, label in labels.items()}
    everything = "All orgs"
    options = [everything, *names]
    if len(options) <= MOST_SEGMENTS:
        name = st.segmented_control(
            "Org", options, default=everything, required=True, key="org", bind=IN_ADDRESS, label_visibility="collapsed"
        )
    else:
        name = st.selectbox("Org", options, key="org", bind=IN_ADDRESS, label_visibility="collapsed", width=220)
    return (names[name],) if name in names else ()


def _facets(values: dict[str, dict[str, str]]) -> dict[str, tuple[str, ...]]:
    acting = sum(bool(st.session_state.get(facet)) for facet in FACETS)
    label = f"Filters ({acting})" if acting else "Filters"
    chosen: dict[str, tuple[str, ...]] = {}
    with st.popover(label, icon=":material/filter_list:", type="tertiary", key="filters"):
        for facet, title in FACETS.items():
            labels = _labels(facet, values.get(facet, {}))
            names = {name: value for value, name in labels.items()}
            picked = st.multiselect(title, list(names), key=facet, bind=IN_ADDRESS, placeholder="All")
            chosen[facet] = tuple(names[name] for name in picked if name in names)
    return chosen


def _labels(facet: str, labels: dict[str, str]) -> dict[str, str]:
    return (
        {value: messages.KIND_WORDS.get(value, label) for value, label in labels.items()} if facet == "kind" else labels
    )
