"""One person's evidence: who, which seats, what was seen and which signal decided."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import streamlit as st

from sfsam.charts.formats import is_missing, money_exact
from sfsam.domain.candidates import State
from sfsam.domain.subscriptions import STALE_AFTER_DAYS
from sfsam.ui import candidate_messages, formats, frames, license_messages, messages
from sfsam.ui.components import cards, tables
from sfsam.ui.components.person_links import person_link

RULES = "pages/reclaim/rules.py"


@contextmanager
def panel(org_id: str, user_id: str, *, candidate: dict[str, Any] | None = None) -> Iterator[None]:
    """The person with this id in this org; with `candidate` also the sentence about the seat. What the block draws
    stands at the end of the panel."""
    person = frames.row("person", org_id=org_id, user_id=user_id)
    if not person:
        st.caption("This person is gone since the last download.")
        yield
        return
    badge = _badge(person, candidate)
    with cards.card("evidence", formats.plain(person["name"]), badge=badge, read="person_signals"):
        _who(person)
        if candidate:
            seen = candidate_messages.evidence_of(candidate)
            days = int(seen.get("stale_after_days") or STALE_AFTER_DAYS)
            st.markdown(candidate_messages.candidate_sentence(candidate, days))
            _rule(seen)
            if candidate["message"]:
                st.markdown(f":{badge[1]}[{badge[0]}] {formats.plain(candidate['message'])}")
        _signals(org_id, user_id)
        if candidate and not State(candidate["state"]).is_closed:
            _checks(person)
        _seats(org_id, user_id)
        person_link(org_id, user_id)
        yield


def _rule(seen: dict[str, Any]) -> None:
    """Which rule caught the seat, and the way to it."""
    if seen.get("rule_id"):
        label = f"Rule: {formats.plain(str(seen['rule_name']))}"
        cards.way(RULES, label, {"rule": seen["rule_id"]}, key="rule", icon=":material/rule:")
    elif seen.get("rule_name"):
        st.caption(formats.plain(str(seen["rule_name"])))


def _badge(person: dict[str, Any], candidate: dict[str, Any] | None) -> tuple[str, str, str]:
    if candidate:
        return state_badge(candidate["state"])
    if not person["is_active"]:
        return ":material/block:", "gray", "Inactive"
    if person["is_frozen"]:
        return ":material/lock:", "gray", "Frozen"
    return ":material/check_circle:", "green", "Active user"


def state_badge(state: str) -> tuple[str, str, str]:
    """Icon, color and words of a candidate's state."""
    icons = {
        "ready": (":material/radio_button_unchecked:", "gray"),
        "attention_required": (":material/warning:", "orange"),
        "closed_complete": (":material/check_circle:", "green"),
        "awaiting_revocation": (":material/schedule:", "blue"),
        "awaiting_user": (":material/schedule:", "blue"),
        "awaiting_approval": (":material/schedule:", "blue"),
    }
    icon, color = icons.get(state, (":material/block:", "gray"))
    return icon, color, messages.STATE_WORDS.get(state, formats.words(state))  # type: ignore[call-overload]


def _who(person: dict[str, Any]) -> None:
    place = [formats.text(person[name]) for name in ("title", "department") if not is_missing(person[name])]
    since = f"user since {formats.day(person['created_at'])}"
    st.caption(formats.plain(", ".join(place)) + (" · " if place else "") + since)
    st.text(person["user_principal_name"])


def _signals(org_id: str, user_id: str) -> None:
    """What was seen, newest human signal first, machines last and gray."""
    st.markdown("##### What we saw")
    seen = frames.rows("person_signals", org_id=org_id, user_id=user_id)
    if not seen:
        st.caption("No sign-in of any kind is known.")
        return
    tables.small([_signal(row) for row in seen], alt="Signals with their date and age")
    if any(not row["is_human"] for row in seen):
        st.caption(messages.MACHINES)


def _signal(row: dict[str, Any]) -> dict[str, str]:
    name = formats.plain(row["signal"])
    if row["decides"]:
        name = f"**{name}** :primary[:material/gavel: decides]"
    cells = {"Signal": name, "Last seen": formats.day(row["last_seen_at"]), "Age": formats.age(row["age_days"])}
    return cells if row["is_human"] else {key: f":gray[{value}]" for key, value in cells.items()}


def _checks(person: dict[str, Any]) -> None:
    """The guards that can be answered from the data; the others are asked in the plan."""
    st.markdown("##### Before anything is sent")
    grace_ends = _grace_end(person)
    lines = [
        (not person["is_administrator"], "Not an administrator", "An administrator; stays out of every plan"),
        (not person["is_machine"], "A person, not a machine", _machine(person)),
        (grace_ends is None, "Account older than the grace period", f"In grace until {formats.day(grace_ends)}"),
        (not person["is_frozen"], "Not frozen", f"Frozen. {messages.FREEZING}"),
    ]
    st.markdown("  \n".join(_check_line(*line) for line in lines))


def _check_line(is_fine: bool, fine: str, otherwise: str) -> str:
    return f":green[:material/check_circle:] {fine}" if is_fine else f":orange[:material/warning:] {otherwise}"


def _machine(person: dict[str, Any]) -> str:
    return f"A machine: {formats.plain(person['machine_reason'])}"


def _grace_end(person: dict[str, Any]) -> Any:
    created = person["created_at"]
    if is_missing(created):
        return None
    ends = created + timedelta(days=frames.THRESHOLDS.grace_days)
    return ends if ends > frames.now() else None


def _seats(org_id: str, user_id: str) -> None:
    st.markdown("##### Seats of this person")
    held = frames.rows("person_seats", org_id=org_id, user_id=user_id)
    if not held:
        st.caption("Holds no seat now.")
        return
    rows = [_seat(row) for row in held]
    if all(is_missing(row["annual_cost"]) for row in held):
        st.caption("What these seats cost is not known.")
    else:
        rows = [row | _cost(seat) for row, seat in zip(rows, held, strict=True)]
    tables.small(rows, alt="Seats with their part and yearly cost")


def _seat(row: dict[str, Any]) -> dict[str, str]:
    return {
        "License": formats.plain(row["model"]),
        "Now": messages.PART_WORDS.get(row["part"], formats.words(row["part"])),
    }


def _cost(row: dict[str, Any]) -> dict[str, str]:
    return {
        "A year": formats.plain(money_exact(row["annual_cost"], row["currency"])),
        "Price": license_messages.price_source(row),
    }
