"""User resolution rules: their order, a new one with its preview, and matching now."""

from __future__ import annotations

from typing import Any

import streamlit as st
from pydantic import ValidationError

from sfsam.charts.formats import counted
from sfsam.domain.commands import Command, OrderRules, PreviewRule, RemoveRule, ResolvePeople, SaveRule
from sfsam.domain.people import LookupField, RuleTerms, SourceField, Transform
from sfsam.ui import formats, frames, state, viewer
from sfsam.ui import people_messages as messages
from sfsam.ui.components import cards, failures, jobs, people, tables
from sfsam.ui.viewer import MANAGERS

REFUSED = "rule_refused"
PREVIEWED = "previewed_rule"


def order() -> None:
    """The rules by position, with what each decided, and the buttons that change them."""
    rules = frames.rows("resolution_rules")
    may_change = bool(viewer.person().roles & MANAGERS)
    with cards.card("rules", counted(len(rules), "rule", "rules"), read="resolution_rules"):
        st.caption(messages.RULES)
        for place, rule in enumerate(rules):
            _rule(rules, place, rule, may_change=may_change)
        if may_change:
            st.button(
                "Match now",
                icon=":material/sync:",
                key="match_now",
                on_click=jobs.start,
                args=(ResolvePeople(actor=viewer.person().name),),
                kwargs={"key": "resolve_people", "slot": people.SLOT},
            )


def add() -> None:
    """A new rule: whom it finds is shown before it is saved."""
    if not viewer.person().roles & MANAGERS:
        return
    with cards.card("new_rule", "New rule", read="rule_preview"):
        terms, trouble = _terms()
        name = st.text_input("Name", key="rule_name", max_chars=80, placeholder="How the rule is called")
        st.caption(trouble or messages.EXACT)
        with st.container(horizontal=True):
            st.button(
                "Show whom it finds",
                icon=":material/visibility:",
                key="preview_rule",
                disabled=terms is None,
                on_click=state.remember,
                args=(PREVIEWED, terms),
            )
            st.button(
                "Save rule",
                type="primary",
                key="save_rule",
                disabled=terms is None or not name.strip(),
                on_click=_save,
                args=(name, terms),
            )
        if terms is not None and state.remembered(PREVIEWED) == terms:
            _preview(terms)


def refusal() -> None:
    """Why the last change was not taken over."""
    if refused := state.remembered(REFUSED):
        state.forget(REFUSED)
        failures.show(refused.what, refused.remedy, is_refusal=refused.family == "refused")


def _rule(rules: list[dict[str, Any]], place: int, rule: dict[str, Any], *, may_change: bool) -> None:
    rule_id = rule["rule_id"]
    with st.container(key=f"rule_{rule_id}", gap="xxsmall"):
        words = f"**{place + 1}. {formats.plain(rule['name'])}**"
        st.markdown(words if rule["is_active"] else f":gray[{words} · paused]")
        decided = counted(rule["users"], "user", "users")
        st.caption(f"{messages.rule_words(rule)}. Decided about {decided}.")
        if may_change:
            with st.container(horizontal=True, gap="xsmall"):
                _move(rules, place, -1, "Up", ":material/arrow_upward:")
                _move(rules, place, 1, "Down", ":material/arrow_downward:")
                _switch(rule)
                _button("Remove", ":material/delete:", f"remove_{rule_id}", RemoveRule(rule_id=rule_id))


def _move(rules: list[dict[str, Any]], place: int, by: int, label: str, icon: str) -> None:
    ids = [rule["rule_id"] for rule in rules]
    other = place + by
    is_possible = 0 <= other < len(ids)
    if is_possible:
        ids[place], ids[other] = ids[other], ids[place]
    key = f"{label}_{rules[place]['rule_id']}"
    _button(label, icon, key, OrderRules(rule_ids=tuple(ids)), disabled=not is_possible)


def _switch(rule: dict[str, Any]) -> None:
    active = bool(rule["is_active"])
    changed = SaveRule(
        rule_id=rule["rule_id"],
        name=rule["name"],
        terms=RuleTerms.model_validate({name: rule[name] for name in RuleTerms.model_fields}),
        is_active=not active,
    )
    icon = ":material/pause_circle:" if active else ":material/play_circle:"
    _button("Pause" if active else "Use", icon, f"switch_{rule['rule_id']}", changed)


def _button(label: str, icon: str, key: str, command: Command, *, disabled: bool = False) -> None:
    st.button(label, icon=icon, type="tertiary", key=key, disabled=disabled, on_click=_send, args=(command,))


def _terms() -> tuple[RuleTerms | None, str]:
    """The terms as they are entered; None, with the reason, while they are not complete."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        source = st.selectbox("User's", list(SourceField), format_func=messages.SOURCE_WORDS.__getitem__, key="source")
        lookup = st.selectbox(
            "is the person's", list(LookupField), format_func=messages.LOOKUP_WORDS.__getitem__, key="lookup"
        )
    transform = st.selectbox(
        "Compared", list(Transform), format_func=messages.TRANSFORM_WORDS.__getitem__, key="transform"
    )
    domain = ""
    if transform is Transform.REPLACE_DOMAIN:
        domain = st.text_input("New domain", key="new_domain", placeholder="acme.example", max_chars=120)
    try:
        terms = RuleTerms(source_field=source, lookup_field=lookup, transform=transform, new_domain=domain)
    except ValidationError:
        return None, "Enter the domain that the user's value is to get."
    return terms, ""


def _preview(terms: RuleTerms) -> None:
    with failures.told(), st.spinner("Looking for whom it finds"):
        st.markdown(messages.preview(frames.send(PreviewRule(terms=terms))))
        rows = frames.rows("rule_preview_rows", **terms.model_dump(mode="json"))
        if rows:
            tables.small([_found(row) for row in rows], alt="Users that the rule finds, with their person")


def _found(row: dict[str, Any]) -> dict[str, str]:
    new = " :primary[new]" if row["is_new"] else ""
    return {
        "User": f"{formats.plain(row['user_principal_name'])}{new}",
        "Org": formats.plain(row["org"]),
        "Person": formats.plain(row["person_name"]),
    }


def _save(name: str, terms: RuleTerms) -> None:
    _send(SaveRule(name=name, terms=terms))
    state.forget(PREVIEWED)


def _send(command: Command) -> None:
    with failures.kept(REFUSED):
        frames.send(command.model_copy(update={"actor": viewer.person().name}))
