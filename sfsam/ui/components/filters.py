"""The scope of a page: which orgs; behind Filters which kinds, licenses, departments, and what counts as stale.

It lives in the address, so that what one person sees can be sent to another.
"""

from __future__ import annotations

from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from sfsam.domain.subscriptions import STALE_AFTER_DAYS
from sfsam.ui import frames, messages
from sfsam.ui.state import IN_ADDRESS, Scope

FACETS = {"kind": "Kind", "model": "License", "department": "Department"}
ALL_ORGS = "All orgs"
MOST_SEGMENTS = 5
MOST_DAYS = 365
DAYS, SANDBOXES, COUNTED, PART = "days", "sandboxes", "counted", "part"


def scope(
    place: DeltaGenerator,
    *,
    orgs: bool = True,
    facets: bool = True,
    departments: bool = True,
    judging: bool = False,
    seats: bool = False,
) -> Scope:
    """Draw the controls in `place` and give what they hold now.

    Without `departments` the facets are those of licenses, for pages of contracts, which belong to an org. `judging`
    adds the threshold and the sandboxes, for pages of totals; `seats` the part of a seat, for lists of them.
    """
    values = _values()
    with place:
        org_ids = _orgs(values.get("org", {})) if orgs else ()
        if not facets:
            return Scope(org_ids=org_ids)
        shown = {name: title for name, title in FACETS.items() if departments or name != "department"}
        acting = _acting([*shown, *((PART, COUNTED) if seats else ()), *((SANDBOXES, DAYS) if judging else ())])
        label = f"Filters ({acting})" if acting else "Filters"
        with st.popover(label, icon=":material/filter_list:", type="tertiary", key="filters"):
            chosen = _facets(values, shown)
            more = (_seats() if seats else {}) | (_judging() if judging else {})
    return Scope(
        org_ids=org_ids,
        kinds=chosen["kind"],
        models=chosen["model"],
        departments=chosen.get("department", ()),
        **more,
    )


def address(scope: Scope, **changed: Any) -> dict[str, Any]:
    """The scope as the query of another page's address, with `changed` in place of what it says itself."""
    values = _values()
    orgs = [values.get("org", {}).get(org_id, "") for org_id in scope.org_ids]
    query = {
        "org": orgs[0] if len(orgs) == 1 else "",
        "kind": [_kind(kind) for kind in scope.kinds],
        "model": list(scope.models),
        "department": list(scope.departments),
        PART: [messages.PART_WORDS[part] for part in scope.parts],
        DAYS: str(scope.stale_after_days) if scope.stale_after_days != STALE_AFTER_DAYS else "",
        SANDBOXES: "true" if scope.include_sandboxes else "",
        COUNTED: "true" if scope.only_counted else "",
        "q": scope.search,
    }
    return {name: value for name, value in {**query, **changed}.items() if value}


def words(scope: Scope) -> dict[str, str]:
    """The filters that act, as people read them."""
    query = address(scope)
    titles = {"org": "Org", **FACETS, PART: "Now", "q": "Search"}
    return {
        title: ", ".join(query[name]) if isinstance(query[name], list) else query[name]
        for name, title in titles.items()
        if name in query
    } | ({"Only": "what the totals count"} if scope.only_counted else {})


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
    options = [ALL_ORGS, *names]
    if len(options) <= MOST_SEGMENTS:
        name = st.segmented_control(
            "Org", options, default=ALL_ORGS, required=True, key="org", bind=IN_ADDRESS, label_visibility="collapsed"
        )
    else:
        name = st.selectbox("Org", options, key="org", bind=IN_ADDRESS, label_visibility="collapsed", width=220)
    return (names[name],) if name in names else ()


def _facets(values: dict[str, dict[str, str]], shown: dict[str, str]) -> dict[str, tuple[str, ...]]:
    chosen: dict[str, tuple[str, ...]] = {}
    for facet, title in shown.items():
        labels = values.get(facet, {})
        names = {_kind(value) if facet == "kind" else label: value for value, label in labels.items()}
        picked = st.multiselect(title, list(names), key=facet, bind=IN_ADDRESS, placeholder="All")
        chosen[facet] = tuple(names[name] for name in picked if name in names)
    return chosen


def _seats() -> dict[str, Any]:
    names = {label: part for part, label in messages.PART_WORDS.items()}
    picked = st.multiselect("Now", list(names), key=PART, bind=IN_ADDRESS, placeholder="All")
    counted = st.toggle(
        "Only what the totals count",
        key=COUNTED,
        bind=IN_ADDRESS,
        help="Leaves out free and excluded licenses, and sandboxes unless they are included.",
    )
    return {"parts": tuple(names[name] for name in picked if name in names), "only_counted": counted}


def _judging() -> dict[str, Any]:
    days = st.number_input(
        "Stale after how many days",
        min_value=0,
        max_value=MOST_DAYS,
        value=STALE_AFTER_DAYS,
        step=5,
        key=DAYS,
        bind=IN_ADDRESS,
        help=f"For looking only. The reclamation rules keep their own threshold, {STALE_AFTER_DAYS} days by default.",
    )
    sandboxes = st.toggle(
        "Include sandboxes", key=SANDBOXES, bind=IN_ADDRESS, help="Sandboxes have no price: they add seats, no money."
    )
    return {"stale_after_days": int(days), "include_sandboxes": sandboxes}


def _acting(shown: list[str]) -> int:
    """How many of the filters behind the button act. On a first visit the address knows, and no widget yet."""
    chosen = sum(_held(name) not in (None, "", "false", False, []) for name in shown if name != DAYS)
    days = _held(DAYS) if DAYS in shown else None
    return chosen + int(str(days or STALE_AFTER_DAYS).split(".")[0] != str(STALE_AFTER_DAYS))


def _held(name: str) -> Any:
    return st.session_state[name] if name in st.session_state else st.query_params.get(name)


def _kind(kind: str) -> str:
    return messages.KIND_WORDS.get(kind, kind)
