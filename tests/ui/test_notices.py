"""The page of notifications, and how a candidate that waits is shown and decided."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from sfsam.domain.candidates import State
from sfsam.domain.commands import ApproveKeep, RejectKeep, Remind, SendTrialMail
from tests.fakes.frames import NOW
from tests.fakes.system import MAIL, FakeSystem
from tests.ui.conftest import Open, said

PAGE = "pages/operations/notifications.py"
CANDIDATES = "pages/reclaim/candidates.py"


def _wait(system: FakeSystem, state: State, **more: Any) -> None:
    """The first candidate waits, as `more` says."""
    candidates = system.reads._frames["candidates"].head(1).assign(state=str(state))
    system.reads.replace("candidates", candidates)
    row = dict.fromkeys(system.reads._frames["waiting_candidates"].columns)
    asked = {"number": candidates["number"].iloc[0], "state": str(state), "reminders": 0, "tried_at": NOW}
    system.reads.replace("waiting_candidates", pd.DataFrame([row | asked | more]))


def _awaiting(visit: Open) -> AppTest:
    """The page of candidates with the segment of those that wait."""
    page = visit(CANDIDATES)
    segments = next(each for each in page.button_group if str(each.key).startswith("segment_"))
    return segments.set_value("Awaiting").run()


def test_the_page_says_how_mail_is_set_and_sends_a_test(full: FakeSystem, visit: Open) -> None:
    page = visit(PAGE)
    words = said(page)
    assert not page.exception
    assert "People can be asked by mail before" in words
    assert "mail.northwind.example:587" in words and "SFSAM_MAIL_MANAGERS" in words
    assert "Nobody was written to yet" in words
    assert "not signed" in words
    next(button for button in page.button if button.label == "Send a test mail").click()
    page.run()
    next(button for button in page.button if button.label == "Close and remind now").click()
    page.run()
    assert full.orders(SendTrialMail) and full.orders(Remind)


def test_what_stands_against_asking_is_said_first(full: FakeSystem, visit: Open) -> None:
    problem = "No mail server is set. Set SFSAM_SMTP_HOST."
    full.mail = MAIL.model_copy(update={"host": "", "problems": [problem], "webhook_is_set": False})
    page = visit(PAGE)
    assert "**cannot** be asked by mail yet" in said(page) and "No mail server is set" in said(page)
    assert "With SFSAM\\_WEBHOOK\\_URL" in said(page) or "SFSAM_WEBHOOK_URL" in said(page)
    assert not [button for button in page.button if button.label == "Send a test mail"]


def test_every_mail_is_listed(full: FakeSystem, visit: Open) -> None:
    rows = [
        {
            "notice_id": f"n{number}",
            "number": "RC1",
            "name": "Anna",
            "org": "Production",
            "org_id": "00D",
            "model": "Salesforce",
            "kind": kind,
            "audience": audience,
            "state": state,
            "said": "",
            "answer_until": None,
            "intended_at": NOW,
            "closed_at": NOW,
            "candidate_state": "awaiting_user",
        }
        for number, (kind, audience, state) in enumerate(
            [("ask", "user", "sent"), ("reminder", "user", "unknown"), ("digest", "manager", "refused")]
        )
    ]
    full.reads.replace("notices", pd.DataFrame(rows))
    page = visit(PAGE)
    assert not page.exception
    mails = ["Question to the user", "Reminder to the user", "Decision, to the manager"]
    assert list(page.dataframe[0].value["Mail"]) == mails


@pytest.mark.parametrize(
    ("state", "more", "words"),
    [
        (
            State.AWAITING_USER,
            {"asked_at": NOW, "answer_until": datetime(2026, 12, 1), "reminded_at": datetime(2026, 11, 28)},
            ["Asked by mail on 24 Nov 2026", "until **1 Dec 2026**", "Reminded on 28 Nov 2026"],
        ),
        (State.AWAITING_USER, {}, ["not known"]),
        (
            State.AWAITING_USER,
            {"asked_at": NOW, "decision": "release", "answered_by": "user", "answered_at": NOW, "reason": ""},
            ["The user **gave it back**", "reclaimed by the next run"],
        ),
        (
            State.AWAITING_APPROVAL,
            {"asked_at": NOW, "decision": "keep", "answered_by": "user", "answered_at": NOW, "reason": "Q*4*"},
            ["wants to keep it", "Q\\*4\\*", "Nobody was written to yet"],
        ),
    ],
)
def test_a_waiting_candidate_says_how_it_waits(
    full: FakeSystem, visit: Open, state: State, more: dict[str, Any], words: list[str]
) -> None:
    _wait(full, state, **more)
    page = _awaiting(visit)
    assert not page.exception
    assert [word for word in words if word not in said(page)] == []


@pytest.mark.parametrize(("key", "command"), [("approve_keep", ApproveKeep), ("reject_keep", RejectKeep)])
def test_a_manager_decides_beside_the_evidence(full: FakeSystem, visit: Open, key: str, command: Any) -> None:
    kept = {
        "decision": "keep",
        "answered_by": "user",
        "answered_at": NOW,
        "digest_at": NOW,
        "asked_audience": "manager",
    }
    _wait(full, State.AWAITING_APPROVAL, asked_at=NOW, **kept)
    page = _awaiting(visit)
    assert "The manager was asked to decide" in said(page)
    page.button(key=key).click()
    page.run()
    [order] = full.orders(command)
    assert order.numbers == (full.reads._frames["candidates"]["number"].iloc[0],)
