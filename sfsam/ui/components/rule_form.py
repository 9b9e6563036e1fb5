"""The form of a reclamation rule: what it says, whom it catches now, and saving it; in that order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st
from pydantic import ValidationError

from sfsam import charts
from sfsam.domain.answers import ReclamationPreview
from sfsam.domain.commands import Identify, PreviewReclamationRule, RuleDraft, SaveReclamationRule
from sfsam.errors import UsageError
from sfsam.ui import candidate_messages, state, viewer
from sfsam.ui import rule_messages as messages
from sfsam.ui.components import cards, failures, jobs, rule_fields, tables
from sfsam.ui.components.playbook import entering

SLOT = "rules_job"
DONE = "reclamation_rule_done"
TROUBLE = "reclamation_rule_trouble"  # of the form, beside its button
EDITED = "reclamation_rule_edited"
PREVIEWED = "reclamation_rule_previewed"
SHOWN = 8
LABELS = {"name": "Name", "approver_email": "E-mail"}
CAUGHT = [
    tables.text("Person", "name", 124),
    tables.text("License", "model", 134),
    tables.text("Department", "department", 98),
    tables.Column("Why", lambda row: candidate_messages.why_in_short(row), 96),
    tables.amount("A year", "potential_savings", 80),
]


def form() -> None:
    """A new rule, or the one that is being changed; first whom it catches, then the button that saves it."""
    edited: dict[str, Any] | None = state.remembered(EDITED)
    if edited:
        rule_fields.fill(edited)
    with cards.card("rule_form", "Change the rule" if edited else "New rule"):
        if not viewer.may(SaveReclamationRule):
            st.caption(messages.MANAGERS_DECIDE)
            return
        profile_id, org_id = rule_fields.profile(edited)
        if profile_id is None:
            st.caption(messages.NO_RULES[1])
            return
        said = rule_fields.said_now(org_id)
        if edited:
            st.button("Leave it as it was", type="tertiary", icon=":material/undo:", key="leave_rule", on_click=leave)
        st.button(
            "Show whom it catches",
            icon=":material/visibility:",
            key="preview_rule",
            on_click=_look,
            args=(profile_id, said),
        )
        if refused := state.remembered(TROUBLE):
            state.forget(TROUBLE)
            failures.show(refused.what, refused.remedy, is_refusal=refused.family == "refused")
        found = state.remembered(PREVIEWED)
        if found and found[0] != (profile_id, said):
            state.forget(PREVIEWED)  # of what the fields said before
        if state.remembered(PREVIEWED) is None:
            st.caption(messages.PREVIEW_FIRST)


def preview() -> None:
    """Whom the rule in the form catches now, once that was asked for, and the button that saves exactly that rule."""
    found = state.remembered(PREVIEWED)
    if found is None:
        return
    (profile_id, said), answer = found
    edited: dict[str, Any] | None = state.remembered(EDITED)
    with cards.card("rule_preview", "Whom it catches now"):
        _found(answer, said)
        label = "Save the change" if edited else "Save the rule"
        saving = (profile_id, said, edited["rule_id"] if edited else None)
        st.button(label, type="primary", key="save_rule", on_click=_save, args=saving)


def begin(row: dict[str, Any]) -> None:
    """Put a rule into the form. For use as `on_click`."""
    rule_fields.forget()
    state.remember(EDITED, row)


def leave() -> None:
    """An empty form. For use as `on_click`."""
    rule_fields.forget()
    state.forget(EDITED)
    state.forget(PREVIEWED)


def search(profile_id: str) -> None:
    """Look for candidates by the rules as they are now, as a job."""
    order = Identify(profile=profile_id, actor=viewer.person().name)
    jobs.start(order, key=f"identify:{profile_id}", slot=SLOT)


def _draft(said: dict[str, Any]) -> RuleDraft:
    """The fields as a draft. Raises UsageError, naming what is missing."""
    try:
        return RuleDraft.model_validate(said)
    except ValidationError as error:
        name = str(error.errors()[0]["loc"][0])
        label = LABELS.get(name, name.replace("_", " ").capitalize())
        raise UsageError(f"{label} is missing or too long.", "Correct it, then look again.") from None


def _look(profile_id: str, said: dict[str, Any]) -> None:
    state.forget(PREVIEWED)
    with failures.kept(TROUBLE):
        draft = _draft(said)
        found = entering.send(PreviewReclamationRule, profile=profile_id, draft=draft, by_threshold=True)
        state.remember(PREVIEWED, ((profile_id, said), found))


def _found(found: ReclamationPreview, said: dict[str, Any]) -> None:
    st.markdown(messages.caught(found))
    if found.by_threshold:
        _thresholds(found, said["stale_after_days"])
    if found.rows:
        first = pd.DataFrame([row.model_dump() for row in found.rows[:SHOWN]])
        tables.grid(first, CAUGHT, key="caught_seats", identity="user_id", alt="The first seats that it catches")
        if found.candidates > len(first):
            st.caption(f"The first {len(first)}, the dearest first.")


def _thresholds(found: ReclamationPreview, days: int) -> None:
    rows = pd.DataFrame(
        {
            "threshold_days": [each.stale_after_days for each in found.by_threshold],
            "stale": [each.candidates for each in found.by_threshold],
        }
    )
    cards.draw(
        "rule_thresholds",
        partial(charts.what_if_line, tried=days, in_force=days),
        rows,
        alt=_in_words(rows.to_dict("records")),
    )
    st.caption("Seats that it would catch after other numbers of days; the line marks yours.")


def _in_words(rows: Sequence[Mapping[Any, Any]]) -> str:
    counts = ", ".join(f"{row['stale']} after {row['threshold_days']} days" for row in rows)
    return f"Seats that the rule would catch by threshold: {counts}"


def _save(profile_id: str, said: dict[str, Any], rule_id: str | None) -> None:
    with failures.kept(TROUBLE):
        draft = _draft(said)
        if rule_id:
            draft = draft.model_copy(update={"is_on": bool(state.remembered(EDITED, {}).get("is_on", True))})
        answer = entering.send(SaveReclamationRule, profile=profile_id, draft=draft, rule_id=rule_id)
        state.remember(DONE, messages.saved(answer.name))
        leave()
        search(profile_id)
