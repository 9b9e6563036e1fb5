"""Notifications: how mail and chat are set, what was sent; and, beside a candidate, how it waits and who decides."""

from __future__ import annotations

from typing import Any

import streamlit as st

from sfsam.domain.answers import MailAnswer
from sfsam.domain.candidates import State
from sfsam.domain.commands import ApproveKeep, RejectKeep, Remind, SendTrialMail, ShowMail
from sfsam.domain.notices import Decision
from sfsam.ui import frames, state, viewer
from sfsam.ui import notice_messages as messages
from sfsam.ui.components import cards, failures, jobs, tables

SLOT = "notices"
PAGE_KEY = "notices_page"
PAGE_SIZE = 15
WAITING = (State.AWAITING_USER, State.AWAITING_APPROVAL)
NEWEST = tables.Sorting("Newest first", "intended_at", descending=True)
PILLS = {"Sent": "green", "Refused": "red", "Not known": "orange", "On its way": "blue"}
COLUMNS = [
    tables.Column("When", lambda row: viewer.moment(row["intended_at"]), 110),
    tables.text("About", "name", 140),
    tables.text("License", "model", 130),
    tables.Column("Mail", lambda row: messages.mail(row), 190),
    tables.pill("Outcome", "state", dict(messages.STATES), PILLS),
]


def settings() -> MailAnswer:
    """How mail and webhook are set."""
    answer: MailAnswer = frames.send(ShowMail())
    return answer


def controls(mail: MailAnswer) -> None:
    """A test mail, and the daily work now."""
    if viewer.may(SendTrialMail) and mail.host and mail.sender:
        st.button(
            "Send a test mail",
            icon=":material/outgoing_mail:",
            type="tertiary",
            on_click=jobs.start,
            args=(SendTrialMail(actor=viewer.person().name),),
            kwargs={"key": "trial_mail", "slot": SLOT},
        )
    if viewer.may(Remind):
        st.button(
            "Close and remind now",
            icon=":material/notifications:",
            type="tertiary",
            on_click=jobs.start,
            args=(Remind(actor=viewer.person().name),),
            kwargs={"key": "remind", "slot": SLOT},
        )


def lead(mail: MailAnswer) -> None:
    """Whether people can be asked."""
    cards.lead(messages.mail_lead(mail.problems), messages.mail_caption(mail.problems), read="notices")


def listing() -> None:
    """Every mail about a candidate, newest first."""
    rows, total = tables.listing("notices", key=PAGE_KEY, sorting=NEWEST, page_size=PAGE_SIZE)
    if rows.empty:
        cards.empty("notices", messages.NO_NOTICES, icon=":material/mail:")
        return
    tables.grid(rows, COLUMNS, key="notices", identity="notice_id", alt="Mails about candidates, newest first")
    tables.pager(PAGE_KEY, total, PAGE_SIZE)


def mail_card(mail: MailAnswer) -> None:
    """The settings of mail, as far as they are no secret."""
    badge = messages.badge(is_set=bool(mail.host and mail.sender))
    with cards.card("mail", "Mail", badge=badge):
        cards.facts(
            {
                "Server": f"{mail.host}:{mail.port}" if mail.host else "Not set",
                "Encryption": messages.ENCRYPTION[mail.tls],
                "Log-in": "With user name and password" if mail.has_log_in else "None",
                "From": mail.sender or "Not set",
                "Managers": mail.managers or "Not set",
                "Links lead to": mail.base_url,
            }
        )
        if not mail.managers:
            st.caption(messages.NO_MANAGERS)


def chat_card(mail: MailAnswer) -> None:
    """The webhook of a chat."""
    with cards.card("chat", "Chat", badge=messages.badge(is_set=mail.webhook_is_set)):
        if not mail.webhook_is_set:
            st.caption(messages.NO_WEBHOOK)
            return
        st.markdown(messages.WEBHOOK)
        if not mail.webhook_is_signed:
            st.markdown(f":orange[:material/warning:] {messages.WEBHOOK_UNSIGNED}")


def waiting(candidate: dict[str, Any]) -> None:
    """How a candidate waits for its user or an approver, and, where that is open, the two buttons that decide."""
    if candidate["state"] not in WAITING:
        return
    row = frames.row("waiting_candidates", numbers=[candidate["number"]])
    if not row:
        return
    st.markdown("##### The question to the user")
    st.markdown("  \n".join(messages.waiting_lines(row)))
    if candidate["state"] == State.AWAITING_APPROVAL and row["decision"] != Decision.REJECT and viewer.may(ApproveKeep):
        with st.container(horizontal=True):
            st.button(
                "Let them keep it",
                icon=":material/event_available:",
                key="approve_keep",
                on_click=_decide,
                args=(ApproveKeep(numbers=(candidate["number"],), actor=viewer.person().name),),
            )
            st.button(
                "Take it back",
                icon=":material/undo:",
                key="reject_keep",
                on_click=_decide,
                args=(RejectKeep(numbers=(candidate["number"],), actor=viewer.person().name),),
            )
    if refused := state.remembered("decision_refused"):
        failures.show(refused.what, refused.remedy, is_refusal=True)


def _decide(command: ApproveKeep | RejectKeep) -> None:
    state.forget("decision_refused")
    with failures.kept("decision_refused"):
        frames.send(command)
