"""Savings: potential, freed and realized side by side, and what people enter with its proof."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pandas as pd
import streamlit as st

from sfsam.charts.formats import is_missing, money, money_exact, number
from sfsam.domain import money as cells
from sfsam.domain.commands import EnterSaving, RemoveSaving
from sfsam.domain.savings import Cause
from sfsam.errors import SfsamError, UsageError
from sfsam.ui import entitlement_messages as messages
from sfsam.ui import formats, frames, state, viewer
from sfsam.ui.components import cards, failures, tables
from sfsam.ui.state import Scope
from sfsam.ui.viewer import MANAGERS

REFUSED = "saving_refused"
SHOWN = 8
NOTHING = "nothing"


def lead(scope: Scope) -> None:
    """The three kinds in one sentence, which says that they are never added up."""
    asked = scope.parameters()
    potential = frames.fetch("savings_potential", **asked)
    freed = frames.fetch("savings_freed", **asked)
    realized = _realized(asked)
    sentence = messages.savings_lead(*(formats.plain(_amounts(rows)) for rows in (potential, freed, realized)))
    said = messages.NO_SAVINGS_BY_DEPARTMENT if scope.departments else messages.NEVER_ADDED
    cards.lead(sentence, said, read="savings")


def outcome() -> None:
    """What was refused."""
    if refused := state.remembered(REFUSED):
        state.forget(REFUSED)
        failures.show(refused.what, refused.remedy, is_refusal=True)


def potential(scope: Scope) -> None:
    """What could be freed now, per license."""
    rows = frames.fetch("savings_potential", **scope.parameters())
    with _card("potential", "Potential", rows, messages.POTENTIAL_MEANS, "savings_potential"):
        _table(
            [
                {
                    "License": f"{formats.plain(row['model'])}, {formats.plain(row['org'])}",
                    "Seats": number(row["seats"]),
                    "A year": formats.plain(money_exact(row["amount"], row["currency"])),
                }
                for row in rows.head(SHOWN).to_dict("records")
            ],
            len(rows),
            "Potential savings per license",
        )
        if viewer.may_open("pages/reclaim/candidates.py"):
            st.page_link("pages/reclaim/candidates.py", label="Removal candidates", icon=":material/person_remove:")


def freed(scope: Scope) -> None:
    """What reclaiming returned to the pool, by month, org and rule."""
    rows = frames.fetch("savings_freed", **scope.parameters())
    with _card("freed", "Freed", rows, messages.FREED_MEANS, "savings_freed"):
        _table(
            [
                {
                    "Month, org and rule": f"{pd.Timestamp(row['month']):%b %Y}, {formats.plain(row['org'])}: "
                    f"{formats.plain(formats.words(row['rule']).lower())}",
                    "Seats": number(row["seats"]),
                    "A year": formats.plain(_amount(row)),
                }
                for row in rows.head(SHOWN).to_dict("records")
            ],
            len(rows),
            "Freed savings by month, org and rule",
        )


def realized(scope: Scope) -> None:
    """What people entered with its proof."""
    rows = _realized(scope.parameters())
    with _card("realized", "Realized", rows, messages.REALIZED_MEANS, "savings_entered"):
        _table(
            [
                {
                    "Day": formats.day(row["saved_on"]),
                    "Why": messages.CAUSES[row["cause"]],
                    "Seats": number(row["seats"]),
                    "A year": formats.plain(money_exact(row["amount"], row["currency"])),
                }
                for row in rows.head(SHOWN).to_dict("records")
            ],
            len(rows),
            "Realized savings with their proof",
        )


def entries(scope: Scope) -> None:
    """Everything that was entered, seats given back too, and the form for one more."""
    may_change = bool(viewer.person().roles & MANAGERS)
    rows = frames.fetch("savings_entered", **scope.parameters())
    with cards.card("entries", "Entered with proof", read="savings_entered"):
        if rows.empty:
            st.caption(messages.NOTHING_ENTERED_HERE if scope.is_narrowed else messages.NOTHING_ENTERED)
        else:
            _listed(rows, may_change)
        with st.expander("Enter a saving, or a seat that was given back", icon=":material/add:"):
            _form(may_change)


def _listed(rows: pd.DataFrame, may_change: bool) -> None:
    selected = tables.grid(
        rows,
        [
            tables.Column("Day", lambda row: formats.day(row["saved_on"]), 92),
            tables.Column("Why", lambda row: messages.CAUSES[row["cause"]], 172),
            tables.text("License", "model", 152),
            tables.Column("Org", lambda row: formats.optional(row["org"]), 152),
            tables.count("Seats", "seats"),
            tables.Column("A year", _amount, 84, is_number=True),
            tables.text("Proof", "proof", 196),
            tables.Column("Candidate", lambda row: formats.optional(row["candidate_number"]), 92),
            tables.text("By", "entered_by", 76),
        ],
        key="savings_entered",
        identity="saving_id",
        alt="Savings that people entered, with their proof",
        height=min(len(rows) + 1, 9) * tables.ROW_HEIGHT + 3,
        on_select="rerun",
        selection_mode=["single-cell"],
    ).selection
    if selected.cells:
        chosen = rows.iloc[min(selected.cells[0][0], len(rows) - 1)]
        said = [str(chosen[name]) for name in ("proof", "note") if not is_missing(chosen[name]) and chosen[name]]
        st.text(" ".join(said))
        st.button(
            f"Remove the entry of {formats.day(chosen['saved_on'])}",
            icon=":material/delete:",
            type="tertiary",
            key="remove_saving",
            disabled=not may_change,
            on_click=_remove,
            args=(chosen["saving_id"],),
        )


def _form(may_change: bool) -> None:
    licenses = {
        (row["org_id"], row["kind"], row["identifier"]): f"{row['model']} · {row['org']} · {row['identifier']}"
        for row in frames.rows("license_names")
    }
    with st.form("saving_form", border=False, clear_on_submit=False):
        with st.grid(3, min_column_width=200, gap="small", key="saving_cells"):
            st.selectbox(
                "Why", list(messages.CAUSES), format_func=lambda each: messages.CAUSES[each], key="saving_cause"
            )
            st.selectbox(
                "License", list(licenses), index=None, format_func=lambda each: licenses[each], key="saving_license"
            )
            st.text_input("Candidate, of a seat given back", key="saving_candidate", placeholder="RC0000042")
            st.number_input("Seats", min_value=1, value=1, step=1, key="saving_seats")
            st.text_input("Amount a year", key="saving_amount", placeholder="12000.00")
            st.text_input("Currency", key="saving_currency", placeholder="EUR", max_chars=3)
            st.date_input("Day", frames.now().date(), key="saving_day", format="YYYY-MM-DD")
            st.text_input("Proof", key="saving_proof", placeholder="Order form, ticket, mail", max_chars=500)
            st.text_input("Note", key="saving_note", max_chars=2000)
        st.form_submit_button("Enter", type="primary", disabled=not may_change, on_click=_enter)


def _enter() -> None:
    try:
        frames.send(_command())
    except ValueError as trouble:
        state.remember(REFUSED, UsageError(f"{trouble}.", "Nothing was saved."))
    except SfsamError as error:
        state.remember(REFUSED, error)


def _command() -> EnterSaving:
    """What the form says. Raises UsageError, or ValueError for an amount that is none."""
    held = st.session_state
    cause = Cause(held["saving_cause"])
    if not held["saving_proof"].strip():
        raise UsageError("A saving needs its proof.", "Name the document that shows it.")
    about: dict[str, Any] = {"candidate_number": held["saving_candidate"].strip()}
    if cause.is_realized:
        if held["saving_license"] is None:
            raise UsageError("No license is chosen.", "Choose the license that the saving is about.")
        org_id, kind, identifier = held["saving_license"]
        price = cells.price(held["saving_amount"], cells.MOST_AMOUNT)
        about = {
            "org": org_id,
            "kind": kind,
            "license": identifier,
            "seats": int(held["saving_seats"]),
            "amount": price.amount,
            "currency": held["saving_currency"].strip() or price.currency or "",
        }
    return EnterSaving(
        actor=viewer.person().name,
        cause=cause,
        saved_on=held["saving_day"],
        proof=held["saving_proof"],
        note=held["saving_note"],
        **about,
    )


def _remove(saving_id: str) -> None:
    with failures.kept(REFUSED):
        frames.send(RemoveSaving(saving_id=saving_id, actor=viewer.person().name))


@contextmanager
def _card(name: str, title: str, rows: pd.DataFrame, means: str, read: str) -> Iterator[None]:
    """One kind of savings: its sum per currency, and what it means."""
    with cards.card(f"saving_{name}", title, read=read, height="stretch"):
        amounts = _amounts(rows)
        st.markdown(f"### {formats.plain(amounts[0].upper() + amounts[1:])}")
        st.caption(means)
        yield


def _table(lines: Iterable[dict[str, str]], total: int, alt: str) -> None:
    listed = list(lines)
    if not listed:
        st.caption("Nothing yet.")
        return
    tables.small(listed, alt=alt)
    if total > len(listed):
        st.caption(f"And {number(total - len(listed))} more lines; the export has all.")


def _amount(row: dict[Any, Any]) -> str:
    """Without a currency there was no price, and 0 would say that the seat is worth nothing."""
    return money_exact(row["amount"], row["currency"]) if row["currency"] else formats.NOT_KNOWN


def _realized(asked: dict[str, Any]) -> pd.DataFrame:
    rows = frames.fetch("savings_entered", **asked)
    return rows[rows["cause"] != Cause.SEAT_RETURNED.value]


def _amounts(rows: pd.DataFrame) -> str:
    """The sum per currency, side by side."""
    sums = rows.dropna(subset=["currency", "amount"]).groupby("currency")["amount"].sum()
    shown = [money(amount, currency) for currency, amount in sums.sort_values(ascending=False).items() if amount]
    return " and ".join(shown) or NOTHING
