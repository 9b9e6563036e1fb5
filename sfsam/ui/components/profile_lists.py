"""What a profile brought, as short lists on its record: who holds seats of which kind, and what is bought by use."""

from __future__ import annotations

from typing import Any

import streamlit as st

from sfsam.charts.formats import number
from sfsam.domain.answers import ProfileAnswer
from sfsam.ui import consumption_messages, formats, frames, messages
from sfsam.ui import playbook_messages as words
from sfsam.ui.components import cards, tables

SUBSCRIPTIONS = "pages/licenses/subscriptions.py"
CONSUMPTION = "pages/licenses/consumption.py"
SHOWN = 8


def subscriptions(profile: ProfileAnswer) -> None:
    """The seats of the org by the kind of their license, and the way to each of them."""
    rows = frames.rows("position", org_ids=[profile.org_id]) if profile.org_id else []
    with cards.card("subscriptions", "Subscriptions"):
        if not rows:
            st.caption(". ".join(words.NO_SUBSCRIPTIONS))
            return
        tables.small(_by_kind(rows), alt="Subscriptions by the kind of their license")
        _link(SUBSCRIPTIONS, "All subscriptions of this org", profile)


def consumption(profile: ProfileAnswer) -> None:
    """What of the org is bought by use, and the way to its course."""
    rows = frames.rows("consumption", org_ids=[profile.org_id]) if profile.org_id else []
    with cards.card("consumption", "Consumption"):
        if not rows:
            st.caption(". ".join(words.NO_CONSUMPTION))
            return
        tables.small([_entitlement(row) for row in rows[:SHOWN]], alt="Entitlements by use: used and allowed")
        _link(CONSUMPTION, "All consumption of this org", profile)


def _by_kind(rows: list[dict[str, Any]]) -> list[dict[str, str]]:
    kinds = [kind for kind in messages.KIND_WORDS if any(row["kind"] == kind for row in rows)]
    return [
        {
            "Kind": messages.KIND_WORDS[kind],
            "Licenses": number(sum(row["kind"] == kind for row in rows)),
            "Subscriptions": _sum(rows, kind, "assigned"),
            "Stale": _sum(rows, kind, "stale"),
        }
        for kind in kinds
    ]


def _sum(rows: list[dict[str, Any]], kind: str, column: str) -> str:
    return number(sum(int(row[column]) for row in rows if row["kind"] == kind))


def _entitlement(row: dict[str, Any]) -> dict[str, str]:
    allowed = "Unlimited" if row["is_unlimited"] else number(row["allowed"])
    return {
        "Entitlement": formats.plain(row["label"]),
        "Used": number(row["used"]),
        "Allowed": allowed,
        "Pace": consumption_messages.PACE_WORDS[row["pace"]],
    }


def _link(page: str, label: str, profile: ProfileAnswer) -> None:
    """To the page, narrowed to this org where there are several."""
    st.page_link(page, label=label, icon=":material/arrow_forward:", query_params={"org": profile.name})
