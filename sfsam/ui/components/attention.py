"""One line of what waits for somebody, each with the way to it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from sfsam.charts.formats import counted, is_missing
from sfsam.ui import frames, license_messages, shell, viewer
from sfsam.ui.components import people
from sfsam.ui.state import Scope

# column of the read: one, many, page, icon
ITEMS = {
    "ready": ("candidate is ready", "candidates are ready", "pages/reclaim/candidates.py", "person_remove"),
    "attention_required": (
        "candidate needs attention",
        "candidates need attention",
        "pages/reclaim/candidates.py",
        "warning",
    ),
    "unrecognized": (
        "unrecognized identifier has seats",
        "unrecognized identifiers have seats",
        "pages/licenses/unrecognized_identifiers.py",
        "help",
    ),
    "ending": (
        "entitlement ends within 90 days",
        "entitlements end within 90 days",
        "pages/licenses/renewals.py",
        "event",
    ),
    "unmatched": ("user is unmatched", "users are unmatched", "pages/licenses/people.py", "person_search"),
    "failed_jobs": ("job failed at its last run", "jobs failed at their last run", "pages/operations/jobs.py", "error"),
}
QUERIES = {"unmatched": {"show": people.UNKNOWN}}  # which part of its page an item means


def line(scope: Scope) -> None:
    """What is ready, unrecognized, ending, unmatched or failed; a sentence when nothing is."""
    found = frames.row("attention", **scope.parameters())
    waiting = {name: found[name] for name in ITEMS if not is_missing(found.get(name)) and found[name]}
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="attention"):
        if not waiting:
            st.caption(f":material/check_circle: {license_messages.NOTHING_URGENT}")
        for name, count in waiting.items():
            _item(name, count)


def is_page(path: str) -> bool:
    """Whether the navigation has this page."""
    return any(entry.path == path for entries in shell.SECTIONS.values() for entry in entries)


def _item(name: str, count: Any) -> None:
    one, many, path, icon = ITEMS[name]
    words = counted(count, one, many)
    if is_page(path) and viewer.may_open(path):
        st.page_link(path, label=words, icon=f":material/{icon}:", query_params=QUERIES.get(name))
    else:
        st.caption(f":material/{icon}: {words}", width="content")
