"""What became of one person: days of use, seats over time, removal candidates, exclusions, the audit trail."""

from __future__ import annotations

from typing import Any

import streamlit as st

from sfsam.charts.formats import counted, is_missing
from sfsam.charts.sign_ins import sign_in_bars, sign_in_title
from sfsam.ui import formats, frames, viewer
from sfsam.ui import people_messages as messages
from sfsam.ui.components import cards, tables
from sfsam.ui.messages import STATE_WORDS

CANDIDATES = "pages/reclaim/candidates.py"
MOST_PERIODS = 30


def days(person: dict[str, Any]) -> None:
    """Sign-ins per day, from sfsam's own history."""
    rows = frames.fetch("holder_days", holder_id=person["holder_id"])
    title = sign_in_title(rows)
    with cards.card("days", title, read="holder_days"):
        if rows.empty:
            st.caption(messages.NO_DAYS)
            return
        st.html('<span class="key key-active">People</span><span class="key key-other">Machines</span>')
        cards.draw("sign_ins", sign_in_bars, rows, alt=f"{title}, from {rows['day'].min()} to {rows['day'].max()}")


def periods(person: dict[str, Any]) -> None:
    """What was held from when to when."""
    rows = frames.rows("holder_periods", holder_id=person["holder_id"])
    with cards.card("periods", "Seats over time", read="holder_periods"):
        if not rows:
            st.caption(messages.NO_PERIODS)
            return
        held = [row for row in rows if is_missing(row["until_day"])]
        ended = [row for row in rows if not is_missing(row["until_day"])]
        if held:
            st.caption(messages.held_now(len(held), min(row["from_day"] for row in held)))
        if ended:
            tables.small([_period(row) for row in ended[:MOST_PERIODS]], alt="Seats that ended, with their days")


def candidates(person: dict[str, Any]) -> None:
    """Every removal candidate there was."""
    rows = frames.rows("holder_candidates", holder_id=person["holder_id"])
    with cards.card("candidates", "Removal candidates", read="holder_candidates"):
        if not rows:
            st.caption(messages.NO_CANDIDATE)
            return
        tables.small([_candidate(row) for row in rows], alt="Removal candidates of this person with their state")
        st.page_link(
            CANDIDATES,
            label="Open among the candidates",
            icon=":material/person_remove:",
            query_params={"q": str(rows[0]["number"])},
        )


def exclusions(person: dict[str, Any]) -> None:
    """What keeps the person out of reclaim today."""
    rows = frames.rows("holder_exclusions", holder_id=person["holder_id"])
    with cards.card("exclusions", "Exclusions", read="holder_exclusions"):
        if not rows:
            st.caption(messages.NO_EXCLUSION)
        for row in rows:
            until = "without an end" if is_missing(row["expires_on"]) else f"until {formats.day(row['expires_on'])}"
            st.markdown(f":material/block: {formats.plain(row['org'])}, {until}: {formats.plain(row['reason'])}")


def audit(person: dict[str, Any]) -> None:
    """The entries of the trail about this person."""
    rows = frames.rows("holder_audit", holder_id=person["holder_id"])
    title = counted(len(rows), "entry", "entries")
    with cards.card("audit", f"{title} in the audit trail" if rows else "Audit trail", read="holder_audit"):
        if not rows:
            st.caption(messages.NO_AUDIT)
            return
        tables.small([_entry(row) for row in rows], alt="Entries of the audit trail about this person")


def _period(row: dict[str, Any]) -> dict[str, str]:
    return {
        "License": formats.plain(row["model"]),
        "Org": formats.plain(row["org"]),
        "From": formats.day(row["from_day"]),
        "Until": formats.day(row["until_day"]),
    }


def _candidate(row: dict[str, Any]) -> dict[str, str]:
    return {
        "Number": formats.plain(row["number"]),
        "License": formats.plain(row["model"]),
        "State": STATE_WORDS[row["state"]],
        "What happened": formats.plain(row["message"]) if row["message"] else formats.NOT_APPLICABLE,
    }


def _entry(row: dict[str, Any]) -> dict[str, str]:
    words = row["action"].replace(".", " ").replace("_", " ").capitalize()
    why = f"  \n:gray[{formats.plain(row['reason'])}]" if row["reason"] else ""
    return {
        "When": viewer.moment(row["at"]),
        "What": f"{formats.plain(words)}{why}",
        "Who": formats.plain(row["actor"]),
    }
