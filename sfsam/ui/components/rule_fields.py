"""The fields of a reclamation rule: what each offers in this org, and what stands in them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import streamlit as st

from sfsam.charts.formats import is_missing
from sfsam.domain.candidates import Action
from sfsam.domain.rules import ACTIONS_OF, USES_THRESHOLD, Approver, RuleScope, RuleType
from sfsam.domain.subscriptions import GRACE_DAYS, STALE_AFTER_DAYS
from sfsam.ui import frames
from sfsam.ui import rule_messages as messages

NAMES = (
    *("type", "name", "days", "grace", "action", "target", "kinds", "models", "identifiers", "included", "profiles"),
    *("departments", "notify", "wait", "approver", "email"),
)
SCOPED = ("kinds", "models", "identifiers", "profiles", "departments")


def fill(row: dict[str, Any]) -> None:
    """What the rule says, into fields that are not there yet; what was typed since stays."""
    scope = scope_of(row)
    values = {
        "type": RuleType(row["rule_type"]),
        "name": row["name"],
        "days": int(row["stale_after_days"]),
        "grace": int(row["grace_days"]),
        "action": None if is_missing(row["action"]) else Action(row["action"]),
        "target": row["target_profile_id"] or None,
        "included": included_in(row),
        "notify": bool(row["notify_user"]),
        "wait": int(row["days_before_reclaim"]),
        "approver": Approver(row["approver"]),
        "email": row["approver_email"],
        **{name: list(getattr(scope, name)) for name in SCOPED},
    }
    for name, value in values.items():
        st.session_state.setdefault(_key(name), value)


def profile(edited: dict[str, Any] | None) -> tuple[str | None, str]:
    """The integration profile that the rule is of, and its org."""
    rows = [row for row in frames.rows("profiles") if not is_missing(row["last_download_at"])]
    profiles = {row["profile_id"]: row for row in rows}
    if edited:
        return edited["profile_id"], str(edited["org_id"])
    if len(profiles) > 1:
        picked = st.selectbox(
            "Profile", list(profiles), format_func=lambda each: str(profiles[each]["name"]), key="rule_of_profile"
        )
    else:
        picked = next(iter(profiles), None)
    return picked, str(profiles[picked]["org_id"]) if picked else ""


def said_now(org_id: str) -> dict[str, Any]:
    """What stands in the fields, as the fields of a draft."""
    rule_type = RuleType(
        st.selectbox(
            "What it looks for",
            list(messages.TYPE_WORDS),
            format_func=messages.TYPE_WORDS.__getitem__,
            key=_key("type"),
        )
    )
    st.caption(messages.TYPE_HELP[rule_type])
    said: dict[str, Any] = {"rule_type": rule_type}
    said["name"] = str(st.text_input("Name", key=_key("name"), max_chars=80)).strip()
    if rule_type in USES_THRESHOLD:
        with st.container(horizontal=True):
            said["stale_after_days"] = _number("Days without activity", "days", STALE_AFTER_DAYS, 1, 730)
            said["grace_days"] = _number("Spared when new, days", "grace", GRACE_DAYS, 0, 365)
    said |= _target(rule_type, org_id) | {"scope": _scope(rule_type, org_id)}
    if rule_type is RuleType.OVERLAPPING_LICENSE:
        said["included_in"] = tuple(_licenses("Included in", "included", org_id))
    return said | _asking()


def forget() -> None:
    """Empty fields."""
    for name in NAMES:
        st.session_state.pop(_key(name), None)


def scope_of(row: Mapping[str, Any]) -> RuleScope:
    """The scope of a row of the read reclamation_rules."""
    return RuleScope.model_validate(frames.document(row["scope"]))


def included_in(row: Mapping[str, Any]) -> list[str]:
    """The licenses that an overlapping one is included in, of such a row."""
    value = row["included_in"]
    return list(json.loads(value) if isinstance(value, str) else value)


def _scope(rule_type: RuleType, org_id: str) -> dict[str, tuple[str, ...]]:
    """Where it looks; an empty field is everywhere."""
    # What a rule says that has no field here was said on the command line, and stays.
    scope = {name: tuple(st.session_state.get(_key(name)) or ()) for name in ("kinds", "identifiers")}
    licenses = frames.rows("software_models", org_ids=[org_id])
    if rule_type is RuleType.OVERLAPPING_LICENSE:
        scope["identifiers"] = tuple(_licenses("License that is too much", "identifiers", org_id))
    else:
        models = {str(row["model"]) for row in licenses if row["assigned"] and _is_looked_at(rule_type, row["kind"])}
        scope["models"] = tuple(_chosen("Licenses", "models", models))
    names = {str(row["name"]) for row in frames.rows("salesforce_profiles", org_ids=[org_id]) if row["people"]}
    scope["profiles"] = tuple(_chosen("Salesforce profiles", "profiles", names))
    departments = {str(row["value"]) for row in frames.rows("filter_values") if row["facet"] == "department"}
    scope["departments"] = tuple(_chosen("Departments", "departments", departments))
    return scope


def _target(rule_type: RuleType, org_id: str) -> dict[str, Any]:
    """What follows, where there is a choice."""
    if rule_type is RuleType.CHEAPER_LICENSE:
        offered = {row["id"]: row for row in frames.rows("salesforce_profiles", org_ids=[org_id]) if row["is_cheaper"]}
        picked = st.selectbox(
            "Salesforce profile that people get",
            list(offered),
            format_func=lambda each: f"{offered[each]['name']} ({offered[each]['license']})",
            index=None,
            placeholder="A profile of the cheaper license",
            key=_key("target"),
        )
        return {"target_profile_id": picked or ""}
    possible = ACTIONS_OF.get(rule_type, ())
    if len(possible) < 2:
        return {}
    action = st.radio(
        "Then",
        [None, *possible[1:]],
        format_func=lambda each: messages.ACTION_WORDS[each or possible[0]],
        key=_key("action"),
        horizontal=True,
    )
    if action is Action.FREEZE:
        st.caption(messages.ACTION_HELP)
    return {"action": action}


def _asking() -> dict[str, Any]:
    """Whether people are asked first, how long silence is a yes, and who decides when somebody says no."""
    if not st.checkbox("Ask the person first, by e-mail", key=_key("notify")):
        return {"notify_user": False}
    wait = _number("Silence that means yes, days", "wait", 7, 1, 90)
    approver = st.selectbox(
        "Who decides about keeping",
        list(Approver),
        format_func=messages.APPROVER_WORDS.__getitem__,
        key=_key("approver"),
    )
    said = {"notify_user": True, "days_before_reclaim": wait, "approver": approver}
    if approver is Approver.NAMED:
        said["approver_email"] = str(st.text_input("E-mail", key=_key("email"), max_chars=254)).strip()
    return said


def _number(label: str, name: str, otherwise: int, least: int, most: int) -> int:
    given = None if _key(name) in st.session_state else otherwise
    value = st.number_input(label, least, most, given, key=_key(name)) if given is not None else None
    if given is None:
        value = st.number_input(label, least, most, key=_key(name))
    return int(value if value is not None else otherwise)


def _chosen(label: str, name: str, offered: set[str]) -> list[str]:
    """Several of what is offered, and of what the rule says already."""
    known = st.session_state.get(_key(name)) or []
    return list(st.multiselect(label, sorted({*offered, *known}), key=_key(name), placeholder="All"))


def _licenses(label: str, name: str, org_id: str) -> list[str]:
    rows = frames.rows("software_models", org_ids=[org_id])
    words = {str(row["identifier"]): f"{row['model']} ({row['identifier']})" for row in rows if row["assigned"]}
    known = st.session_state.get(_key(name)) or []
    options = sorted({*words, *known}, key=lambda each: words.get(each, each))
    return list(
        st.multiselect(
            label, options, format_func=lambda each: words.get(each, each), key=_key(name), placeholder="Choose"
        )
    )


def _is_looked_at(rule_type: RuleType, kind: str) -> bool:
    """Whether a rule of this type looks at licenses of this kind at all."""
    if rule_type in (RuleType.UNUSED_USER_LICENSE, RuleType.CHEAPER_LICENSE):
        return kind == "user"
    if rule_type is RuleType.ORPHAN_PERMISSION_SET_LICENSE:
        return kind == "permission_set"
    return kind in ("permission_set", "package", "feature")


def _key(name: str) -> str:
    return f"rule_{name}"
