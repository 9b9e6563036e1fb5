"""One person: every user in every org, what was seen of each, which signal decides, and every seat."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import streamlit as st

from sfsam.charts.formats import is_missing, money_exact
from sfsam.domain.commands import ForgetMatch
from sfsam.domain.people import Basis
from sfsam.ui import formats, frames, state, viewer
from sfsam.ui import people_messages as messages
from sfsam.ui.components import cards, failures, proposing, tables, unmatched
from sfsam.ui.messages import KIND_WORDS, MACHINES, PART_WORDS, STATE_WORDS
from sfsam.ui.viewer import MANAGERS

PEOPLE = "pages/licenses/people.py"


def chosen() -> dict[str, Any] | None:
    """Whom the address names, by ?person= or by ?org= and ?user=; None, with a word why, when nobody is there."""
    named = {name: state.in_address(name) for name in _asked()}
    if not all(named.values()):
        cards.empty("who", messages.WHO, icon=":material/person_search:", link=(PEOPLE, "All people"))
        return None
    found = frames.row("holder", holder_id=named.get("person"), org_id=named.get("org"), user_id=named.get("user"))
    if not found:
        cards.empty("gone", messages.GONE, icon=":material/person_off:", link=(PEOPLE, "All people"))
        return None
    return found


def lead(person: dict[str, Any]) -> None:
    """What the person holds and when they were last there."""
    users = _users(person)
    days = min((int(row["inactive_days"]) for row in users if not is_missing(row["inactive_days"])), default=None)
    costs = frames.rows("people_cost", holder_ids=[person["holder_id"]])
    cards.lead(messages.person_lead(person, costs, days), messages.person_caption(person), read="holder_signals")


def users(person: dict[str, Any]) -> None:
    """One card per user: who it is in that org, what was seen, what is held."""
    signals = frames.rows("holder_signals", holder_id=person["holder_id"])
    seats = frames.rows("holder_seats", holder_id=person["holder_id"])
    for user in _users(person):
        with cards.card(f"user_{user['org_id']}_{user['user_id']}", formats.plain(user["org"]), badge=_badge(user)):
            _facts(user)
            _signals([row for row in signals if _is_of(row, user)])
            held = [row for row in seats if _is_of(row, user)]
            _seats(held, is_sandbox=bool(user["is_sandbox"]))
            proposing.control(user, held)
            if not is_missing(user["machine_reason"]):
                st.caption(f"A machine: {formats.plain(user['machine_reason'])}.")


def identity(person: dict[str, Any]) -> None:
    """What the directory says, by what each user was matched, and saying otherwise."""
    with cards.card("identity", "Who it is"):
        if person["basis"] == Basis.PERSON:
            _entry(person)
        for user in _users(person):
            if user["is_erased"]:
                st.caption(f"{formats.plain(user['org'])}: erased.")
                continue
            st.caption(f"{formats.plain(user['org'])}: {_matched(user)}")
            if viewer.person().roles & MANAGERS:
                _decide(user)


def _asked() -> tuple[str, ...]:
    """Which of the two ways the address goes; what an earlier visit of the other kind left is forgotten."""
    one, two = ("person",), ("org", "user")
    is_two = st.query_params.get("user") or (
        not st.query_params.get("person") and state.remembered("address_user") is not None
    )
    way: tuple[str, ...] = two if is_two else one
    for name in {*one, *two} - set(way):
        state.forget(f"address_{name}")
    return way


def _users(person: dict[str, Any]) -> list[dict[str, Any]]:
    return frames.rows("holder_users", holder_id=person["holder_id"])


def _is_of(row: dict[str, Any], user: dict[str, Any]) -> bool:
    return (row["org_id"], row["user_id"]) == (user["org_id"], user["user_id"])


def _badge(user: dict[str, Any]) -> tuple[str, str, str]:
    if not user["is_active"]:
        return ":material/block:", "gray", "Inactive"
    if user["is_frozen"]:
        return ":material/lock:", "gray", "Frozen"
    if user["is_machine"]:
        return ":material/smart_toy:", "gray", "Machine"
    return ":material/check_circle:", "green", "Active user"


def _facts(user: dict[str, Any]) -> None:
    place = [user[name] for name in ("title", "department") if not is_missing(user[name])]
    profile = "" if is_missing(user["profile"]) else f"profile {user['profile']}"
    manager = "" if is_missing(user["manager"]) else f"reports to {user['manager']}"
    more = filter(None, [profile, manager, "administrator" if user["is_administrator"] else ""])
    words = ", ".join([*map(str, place), *more])
    st.text(f"{user['user_principal_name']}\n{words}")
    since = f"User since {formats.day(user['created_at'])}."
    if not is_missing(user["grace_since"]):
        until = user["grace_since"] + timedelta(days=frames.THRESHOLDS.grace_days)
        if user["is_active"] and until > user["taken_at"]:
            since += f" :blue[:material/schedule: {messages.grace(until)}]"
    st.caption(since)


def _signals(seen: list[dict[str, Any]]) -> None:
    st.markdown("##### What we saw")
    if not seen:
        st.caption("No sign-in of any kind is known.")
        return
    tables.small([_signal(row) for row in seen], alt="Signals with their date and age")
    if any(not row["is_human"] for row in seen):
        st.caption(MACHINES)


def _signal(row: dict[str, Any]) -> dict[str, str]:
    name = formats.plain(row["signal"])
    if row["decides"]:
        name = f"**{name}** :primary[:material/gavel: decides]"
    cells = {"Signal": name, "Last seen": formats.day(row["last_seen_at"]), "Age": formats.age(row["age_days"])}
    return cells if row["is_human"] else {key: f":gray[{value}]" for key, value in cells.items()}


def _seats(held: list[dict[str, Any]], *, is_sandbox: bool) -> None:
    st.markdown("##### Seats")
    if not held:
        st.caption("Holds no seat now.")
        return
    models = Counter(row["model"] for row in held)
    tables.small(
        [_seat(row, is_sandbox=is_sandbox, is_twice=models[row["model"]] > 1) for row in held],
        alt="Seats with their part, yearly cost and candidate",
    )


def _seat(row: dict[str, Any], *, is_sandbox: bool, is_twice: bool) -> dict[str, str]:
    """One line; `is_twice`: another license has the same name, and its kind tells them apart."""
    kind = f" :gray[{KIND_WORDS[row['kind']].lower()}]" if is_twice else ""
    candidate = "" if is_missing(row["candidate_state"]) else STATE_WORDS[row["candidate_state"]]
    excluded = "Excluded" if row["is_excluded"] else ""
    return {
        "License": formats.plain(row["model"]) + kind,
        "Now": PART_WORDS.get(row["part"], formats.words(row["part"])),
        "A year": formats.NOT_APPLICABLE
        if is_sandbox
        else formats.plain(money_exact(row["annual_cost"], row["currency"])),
        "Reclaim": ", ".join(filter(None, [candidate, excluded])) or formats.NOT_APPLICABLE,
    }


def _entry(person: dict[str, Any]) -> None:
    names = {
        "E-mail": "email",
        "Employee number": "employee_number",
        "Department": "department",
        "Cost center": "cost_center",
        "Company": "company",
        "Country": "country",
        "Manager": "manager_email",
        "Status": "status",
    }
    known = {name: person[column] for name, column in names.items() if not is_missing(person[column])}
    cards.facts(
        {name: formats.words(value) if name == "Status" else str(value) for name, value in known.items() if value}
    )


def _matched(user: dict[str, Any]) -> str:
    if user["is_no_person"]:
        return "somebody said that this user is no person."
    if user["is_confirmed"]:
        return "somebody confirmed the match."
    if not is_missing(user["matched_by"]):
        return f"matched by the rule {formats.plain(user['matched_by'])}."
    return (
        "a machine, which is left out." if user["is_machine"] else "nobody in the directory is known to be this user."
    )


def _decide(user: dict[str, Any]) -> None:
    org_id, user_id = user["org_id"], user["user_id"]
    if user["is_confirmed"]:
        st.button(
            "Let the rules decide",
            icon=":material/undo:",
            type="tertiary",
            key=f"forget_{org_id}_{user_id}",
            on_click=_forget,
            args=(org_id, user_id),
        )
    with st.expander("Say who it is", icon=":material/how_to_reg:"):
        unmatched.choose(org_id, user_id)


def _forget(org_id: str, user_id: str) -> None:
    with failures.kept(unmatched.REFUSED):
        frames.send(ForgetMatch(actor=viewer.person().name, org_id=org_id, user_id=user_id))
