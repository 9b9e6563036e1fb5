"""Exclusions: the list, the form with its preview, and those that are over."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from sfsam.charts.formats import counted
from sfsam.domain.answers import ExcludedAnswer, ExclusionPreview
from sfsam.domain.commands import AddExclusion, PreviewExclusion, RemoveExclusion
from sfsam.domain.exclusions import Subject
from sfsam.ui import formats, frames, model_messages, state, viewer
from sfsam.ui.components import cards, failures, tables
from sfsam.ui.components.playbook import entering
from sfsam.ui.components.unrecognized import may_decide
from sfsam.ui.state import Scope

REFUSED = "exclusion_refused"
DONE = "exclusion_done"
PREVIEW = "exclusion_preview"
SHOWN = 8
MOST_PAST = 30
LABELS = {"value": "What is excluded", "reason": "Reason"}
COLUMNS = [
    tables.Column("Excluded", lambda row: model_messages.value_of(row), 156),
    tables.Column("By", lambda row: model_messages.SUBJECT_WORDS[Subject(row["subject"])], 84),
    tables.Column("Org", lambda row: row["org"] if isinstance(row["org"], str) else "Every org", 108),
    tables.text("Reason", "reason", 146),
    tables.Column("Catches", lambda row: model_messages.catches(row), 82, is_number=True),
    tables.Column("Until", lambda row: model_messages.until(row), 94),
]

CAUGHT = [
    tables.text("Name", "name", 116),
    tables.text("What is known", "detail", 210),
    tables.Column("Org", lambda row: f"{row['org']}{' (excluded already)' if row['excluded_already'] else ''}", 190),
]


def lead(scope: Scope) -> None:
    """How many act, and what they keep out."""
    cards.lead(model_messages.exclusions_lead(_acting(scope)), read="exclusions")


def outcome() -> None:
    """What the last button did, or why it was refused."""
    if refused := state.remembered(REFUSED):
        state.forget(REFUSED)
        failures.show(refused.what, refused.remedy, is_refusal=refused.family == "refused")
    if done := state.remembered(DONE):
        state.forget(DONE)
        st.markdown(f":green[:material/check_circle:] {done}")


def table(scope: Scope) -> dict[str, Any] | None:
    """Those that act; gives the row that was clicked, else the first one."""
    rows = frames.fetch("exclusions", include_past=False, **scope.parameters())
    if rows.empty:
        cards.empty("exclusions", model_messages.NO_EXCLUSIONS, icon=":material/filter_alt_off:")
        return None
    selected = tables.grid(
        rows,
        COLUMNS,
        key="exclusions",
        identity="exclusion_id",
        alt="Exclusions that act",
        on_select="rerun",
        selection_mode=["single-cell"],
        height=min(len(rows) + 1, 13) * tables.ROW_HEIGHT + 3,
    ).selection
    st.caption("Click a row to see who made it, or to remove it.")
    place = min(selected.cells[0][0] if selected.cells else 0, len(rows) - 1)
    return {str(name): value for name, value in rows.iloc[place].to_dict().items()}


def chosen(row: dict[str, Any]) -> None:
    """One exclusion: who made it, when and why, and the way to end it."""
    with cards.card("exclusion", formats.plain(model_messages.value_of(row))):
        cards.facts(
            {
                "Excluded by": model_messages.SUBJECT_WORDS[Subject(row["subject"])],
                "Value": str(row["value"]),
                "Org": row["org"] if isinstance(row["org"], str) else "Every org",
                "Reason": str(row["reason"]),
                "Until": model_messages.until(row),
                "Made by": f"{row['created_by']}, {viewer.moment(row['created_at'])}",
            }
        )
        if may_decide():
            st.button(
                "Remove the exclusion",
                icon=":material/undo:",
                key=f"remove_{row['exclusion_id']}",
                on_click=_remove,
                args=(row,),
            )


def form() -> None:
    """What is excluded, where, why and until when; first whom it catches, then the button that saves it."""
    with cards.card("exclude", "Exclude"):
        if not may_decide():
            st.caption(model_messages.MANAGERS_DECIDE)
            return
        subject = Subject(
            st.selectbox(
                "What",
                list(model_messages.SUBJECT_WORDS),
                format_func=model_messages.SUBJECT_WORDS.__getitem__,
                key="exclude_what",
            )
        )
        st.caption(model_messages.SUBJECT_HELP[subject])
        named = {"subject": subject, **_value(subject), "profile": _org()}
        st.button("Show whom it catches", icon=":material/visibility:", key="preview", on_click=_look, args=(named,))
        found = state.remembered(PREVIEW)
        if found and found[0] == named:
            _preview(found[1])
            _save(named, found[1])
        else:
            st.caption(model_messages.PREVIEW_FIRST)


def past(scope: Scope) -> None:
    """Those that expired or were removed."""
    rows = [row for row in frames.rows("exclusions", include_past=True, **scope.parameters()) if row["is_past"]]
    if not rows:
        return
    with cards.card("past_exclusions", "Expired and removed", aside=counted(len(rows), "exclusion", "exclusions")):
        tables.small([_past(row) for row in rows[:MOST_PAST]], alt="Exclusions that are over")
        st.caption(model_messages.ENDED)


def of_org(org_id: str) -> list[dict[str, str]]:
    """The exclusions that act on this org, as rows of a small table; for its profile's record."""
    rows = frames.rows("exclusions", include_past=False, org_ids=[org_id])
    return [
        {
            "Excluded": formats.plain(model_messages.value_of(row)),
            "By": model_messages.SUBJECT_WORDS[Subject(row["subject"])],
            "Reason": formats.plain(row["reason"]),
            "Until": model_messages.until(row),
        }
        for row in rows
    ]


def _acting(scope: Scope) -> list[dict[str, Any]]:
    return frames.rows("exclusions", include_past=False, **scope.parameters())


def _value(subject: Subject) -> dict[str, Any]:
    """The field for what is excluded: chosen where the org knows the values, typed where it does not."""
    if subject is Subject.IDENTIFIER:
        known = {(row["kind"], row["identifier"]): row for row in frames.rows("software_models")}
        picked = st.selectbox(
            "License",
            sorted(known, key=lambda each: str(known[each]["model"])),
            format_func=lambda each: f"{known[each]['model']} ({each[1]})",
            index=None,
            placeholder="Choose a license",
            key="exclude_license",
        )
        return {"kind": picked[0] if picked else None, "value": picked[1] if picked else ""}
    if subject is Subject.DEPARTMENT:
        departments = [row["value"] for row in frames.rows("filter_values") if row["facet"] == "department"]
        typed = st.selectbox("Department", departments, index=None, placeholder="Choose one", key="exclude_department")
    else:
        label = model_messages.SUBJECT_WORDS[subject]
        hint = {Subject.USER: "anna@company.example", Subject.PATTERN: "*@agency.example", Subject.PROFILE: "Read Only"}
        typed = st.text_input(label, key=f"exclude_{subject}", max_chars=200, placeholder=hint[subject])
    return {"kind": None, "value": str(typed or "").strip()}


def _org() -> str | None:
    """The profile whose org is meant; None is every org."""
    profiles = {row["profile_id"]: row["name"] for row in frames.rows("profiles") if isinstance(row["org_id"], str)}
    if len(profiles) < 2:
        return None
    picked = st.selectbox(
        "Where", ["", *profiles], format_func=lambda each: profiles.get(each, "In every org"), key="exclude_where"
    )
    return picked or None


def _look(named: dict[str, Any]) -> None:
    state.forget(PREVIEW)
    with failures.kept(REFUSED):
        command = entering.filled(PreviewExclusion, LABELS, **named)
        state.remember(PREVIEW, (named, frames.send(command)))


def _preview(found: ExclusionPreview) -> None:
    st.markdown(model_messages.preview(found))
    if not found.users and not found.licenses:
        return
    st.markdown(f"{model_messages.preview_money(found)} {model_messages.preview_candidates(found)}")
    first = pd.DataFrame([row.model_dump() for row in found.rows[:SHOWN]])
    tables.grid(first, CAUGHT, key="caught", identity="detail", alt="The first ones that it catches")
    if len(first) < found.users + found.licenses:
        st.caption(f"The first {len(first)}.")


def _save(named: dict[str, Any], found: ExclusionPreview) -> None:
    st.text_input("Reason", key="exclude_reason", max_chars=300, help=model_messages.REASON_HELP)
    st.date_input(
        "Last day",
        value=None,
        min_value=frames.now().date(),
        key="exclude_until",
        help="It acts through this day. Empty: until somebody removes it.",
    )
    st.button(model_messages.exclude_label(found), type="primary", key="exclude", on_click=_add, args=(named,))


def _add(named: dict[str, Any]) -> None:
    last: date | None = st.session_state.get("exclude_until")
    with failures.kept(REFUSED):
        command = entering.filled(
            AddExclusion, LABELS, **named, reason=entering.entered("exclude_reason"), expires_on=last
        )
        answer: ExcludedAnswer = frames.send(command)
        state.forget(PREVIEW)
        closed = counted(answer.candidates_closed, "open candidate was", "open candidates were")
        what = formats.plain(answer.exclusion.model or answer.exclusion.value)
        state.remember(DONE, f"**{what}** is excluded; {closed} closed.")
        for key in ("exclude_reason", "exclude_until", f"exclude_{named['subject']}"):
            st.session_state.pop(key, None)


def _remove(row: dict[str, Any]) -> None:
    with failures.kept(REFUSED):
        entering.send(RemoveExclusion, exclusion_id=row["exclusion_id"])
        state.remember(DONE, f"**{formats.plain(model_messages.value_of(row))}** is no longer excluded.")


def _past(row: dict[str, Any]) -> dict[str, str]:
    how = f"Removed by {row['ended_by']}" if row["ended_by"] else "Expired"
    return {
        "Excluded": formats.plain(model_messages.value_of(row)),
        "Reason": formats.plain(row["reason"]),
        "Ended": f"{formats.plain(how)}, {viewer.moment(row['ended_at'])}",
    }
