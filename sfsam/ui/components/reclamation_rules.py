"""Reclamation rules: the list, one rule with its switches, and what the last button did."""

from __future__ import annotations

from typing import Any

import streamlit as st

from sfsam.charts.formats import counted, is_missing
from sfsam.domain.answers import ChangedRule
from sfsam.domain.commands import DeleteReclamationRule, Identify, SaveReclamationRule, TurnReclamationRule
from sfsam.domain.rules import Approver, RuleType
from sfsam.ui import formats, frames, state, viewer
from sfsam.ui import rule_messages as messages
from sfsam.ui.components import cards, failures, rule_form, tables
from sfsam.ui.components.playbook import entering
from sfsam.ui.components.rule_fields import included_in, scope_of
from sfsam.ui.components.rule_form import DONE, search
from sfsam.ui.state import Scope

REFUSED = "reclamation_rule_refused"
IN_ADDRESS = "rule"
_STATES = {"On": "green", "Off": "gray"}
COLUMNS = [
    tables.text("Rule", "name", 310),
    tables.Column("Looks at", lambda row: scope_of(row).in_words, 208),
    tables.Column("After", lambda row: messages.after(row), 72),
    tables.Column("Then", lambda row: messages.follows(row), 130),
    tables.Column("Asks first", lambda row: messages.asks(row), 84),
    tables.count("Open", "open_candidates", 60),
    tables.Column("State", lambda row: ["On" if row["is_on"] else "Off"], 62, colors=_STATES),
]


def lead(scope: Scope) -> None:
    """How many rules look, and what they hold."""
    cards.lead(messages.lead(_rules(scope)), messages.ORDER, read="reclamation_rules")


def outcome() -> None:
    """What the last button did, or why it was refused."""
    if refused := state.remembered(REFUSED):
        state.forget(REFUSED)
        failures.show(refused.what, refused.remedy, is_refusal=refused.family == "refused")
    if done := state.remembered(DONE):
        state.forget(DONE)
        st.markdown(f":green[:material/check_circle:] {done}")


def table(scope: Scope) -> dict[str, Any] | None:
    """The rules; gives the one that was clicked, else the one in the address, else the first."""
    rows = frames.fetch("reclamation_rules", **_orgs(scope))
    if rows.empty:
        cards.empty("rules", messages.NO_RULES, icon=":material/rule:")
        return None
    selected = tables.grid(
        rows,
        [*COLUMNS[:1], *_profile_column(scope), *COLUMNS[1:]],
        key="reclamation_rules",
        identity="rule_id",
        alt="Reclamation rules",
        on_select="rerun",
        selection_mode=["single-cell"],
        height=min(len(rows) + 1, 16) * tables.ROW_HEIGHT + 3,
    ).selection
    ids = list(rows["rule_id"])
    asked = st.query_params.get(IN_ADDRESS)
    place = selected.cells[0][0] if selected.cells else ids.index(asked) if asked in ids else 0
    return {str(name): value for name, value in rows.iloc[min(place, len(ids) - 1)].to_dict().items()}


def chosen(row: dict[str, Any]) -> None:
    """One rule: all it says, who changed it, and the switches."""
    badge = (":material/toggle_on:", "green", "On") if row["is_on"] else (":material/toggle_off:", "gray", "Off")
    with cards.card("rule", formats.plain(row["name"]), badge=badge):
        cards.facts(_facts(row))
        if not viewer.may(SaveReclamationRule):
            st.caption(messages.MANAGERS_DECIDE)
            return
        with st.container(horizontal=True):
            st.button("Change", icon=":material/edit:", key="edit_rule", on_click=rule_form.begin, args=(row,))
            turning = "Turn off" if row["is_on"] else "Turn on"
            icon = ":material/toggle_off:" if row["is_on"] else ":material/toggle_on:"
            st.button(turning, icon=icon, key="turn_rule", on_click=_turn, args=(row,))
            st.button(
                "Look for candidates now",
                icon=":material/search:",
                key="identify_now",
                on_click=search,
                args=(row["profile_id"],),
                disabled=not viewer.may(Identify),
            )
            with st.popover("Delete…", icon=":material/delete:", key="delete_rule"):
                held = counted(int(row["open_candidates"]), "open candidate is", "open candidates are")
                st.markdown(f"{held} closed. The rule is not made again by itself; it can only be written anew.")
                st.button("Delete the rule", key="delete_rule_confirm", on_click=_delete, args=(row,))


def _rules(scope: Scope) -> list[dict[str, Any]]:
    return frames.rows("reclamation_rules", **_orgs(scope))


def _orgs(scope: Scope) -> dict[str, Any]:
    return {"org_ids": list(scope.org_ids)} if scope.org_ids else {}


def _profile_column(scope: Scope) -> list[tables.Column]:
    several = len({row["profile_id"] for row in _rules(scope)}) > 1
    return [tables.text("Profile", "profile", 164)] if several else []


def _facts(row: dict[str, Any]) -> dict[str, str]:
    facts = {
        "Looks for": messages.TYPE_WORDS[RuleType(row["rule_type"])],
        "Where": f"{scope_of(row).in_words} ({row['profile']})",
    }
    if messages.after(row) != "–":
        facts["After"] = f"{row['stale_after_days']} days, new people spared for {row['grace_days']}"
    if row["rule_type"] == RuleType.OVERLAPPING_LICENSE:
        facts["Included in"] = ", ".join(included_in(row))
    facts["Then"] = messages.follows(row)
    if not is_missing(row["target_profile"]):
        facts["New profile"] = str(row["target_profile"])
    if row["notify_user"]:
        named = row["approver"] == Approver.NAMED
        facts["Asks first"] = f"Silence for {row['days_before_reclaim']} days means yes"
        facts["Who decides"] = row["approver_email"] if named else messages.APPROVER_WORDS[Approver.MANAGER]
    by = "sfsam, by itself" if row["changed_by"] == "sfsam" else row["changed_by"]
    return facts | {"Changed": f"{by}, {viewer.moment(row['changed_at'])}"}


def _turn(row: dict[str, Any]) -> None:
    with failures.kept(REFUSED):
        answer: ChangedRule = entering.send(TurnReclamationRule, rule_id=row["rule_id"], on=not row["is_on"])
        if answer.is_on:
            state.remember(DONE, f"**{formats.plain(answer.name)}** is on.")
            search(row["profile_id"])
        else:
            state.remember(DONE, messages.closed(answer.name, "off", answer.candidates_closed))


def _delete(row: dict[str, Any]) -> None:
    with failures.kept(REFUSED):
        answer: ChangedRule = entering.send(DeleteReclamationRule, rule_id=row["rule_id"])
        state.remember(DONE, messages.closed(answer.name, "deleted", answer.candidates_closed))
        rule_form.leave()
