"""Asking people in a browser: the link of the mail, the answer, the approver's mail, and the decision in the app."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.walking import App, lead, settled, visit
from tests.e2e.journey import wait_until
from tests.fakes.mail_server import MailServer

pytestmark = [pytest.mark.browser, pytest.mark.emulator]

MODEL = "Salesforce Platform"


@pytest.fixture
def asked(demo: App, mails: MailServer) -> Iterator[tuple[list[dict[str, Any]], list[EmailMessage]]]:
    """Two people who are asked by mail, because their rule says so, and their mails."""
    command_line = demo.command_line
    rule = next(each for each in command_line.done("rules", "list") if each["name"] == f"No human activity: {MODEL}")
    found = command_line.done("candidates", "--state", "ready", "--profile", rule["profile"])
    people = [row for row in found if row["model"] == MODEL and row["rule"] == rule["rule_type"]][:2]
    before = len(mails.mails)
    command_line.done("rules", "save", "--rule", rule["rule_id"], "--notify")
    answer = command_line.run("reclaim", *(part for row in people for part in ("--number", row["number"])), "--yes")
    assert {each["state"] for each in answer.json["outcomes"]} == {"awaiting_user"}
    yield people, mails.mails[before:]
    command_line.done("rules", "save", "--rule", rule["rule_id"], "--no-notify")  # others walk here as well


def test_keep_by_the_link_of_the_mail_and_approve_by_mail_and_in_the_app(
    page: Page, demo: App, mails: MailServer, asked: tuple[list[dict[str, Any]], list[EmailMessage]]
) -> None:
    (by_mail, in_app), questions = asked
    for person, reason in ((by_mail, "Quarter <end>"), (in_app, "")):
        _keep(page, _mail_to(questions, person), reason)
    decision = _decision_about(mails, by_mail)
    page.goto(_link(decision, "Keep"))
    expect(page.get_by_text("“Quarter <end>”")).to_be_visible()
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_role("heading")).to_have_text("It is kept")
    page.goto(_link(decision, "Take back"))
    expect(page.get_by_role("heading")).to_have_text("There is nothing to answer any more")
    expect(page.get_by_role("button")).to_have_count(0)
    assert _state(demo, by_mail) == "closed_skipped"

    visit(page, demo, f"candidates?q={in_app['number']}", "Removal candidates")
    page.get_by_text(re.compile("^Awaiting [0-9]")).click()
    settled(page)
    page.get_by_role("button", name="Take it back").click()
    wait_until(lambda: _state(demo, in_app) in ("closed_complete", "attention_required"), "the reclaim that follows")

    visit(page, demo, "notifications", "Notifications")
    expect(lead(page)).to_contain_text("People can be asked by mail")
    log = (demo.command_line.data_dir.parent / "app.log").read_text()
    assert "/answer/" not in log


def _keep(page: Page, mail: EmailMessage, reason: str) -> None:
    """As the person does: open the link, look, say why, press the button, and look again."""
    page.goto(_link(mail, "I still need it"))
    assert [each["id"] for each in Axe().run(page).response["violations"]] == []
    page.get_by_label(re.compile("What do you need it for")).fill(reason)
    page.get_by_role("button", name="I still need it").click()
    expect(page.get_by_role("heading")).to_have_text("You still need it")
    page.reload()
    expect(page.get_by_role("button")).to_have_count(0)


def _mail_to(mails: list[EmailMessage], person: dict[str, Any]) -> EmailMessage:
    return next(mail for mail in mails if person["name"] in mail.get_body(("plain",)).get_content())  # type: ignore[union-attr]


def _decision_about(mails: MailServer, person: dict[str, Any]) -> EmailMessage:
    """The approver's mail, which a job sends as soon as somebody wants to keep a seat."""
    wait_until(lambda: any("your decision" in mail["Subject"] for mail in mails.mails), "the approver's mail")
    return _mail_to([mail for mail in mails.mails if "your decision" in mail["Subject"]], person)


def _link(mail: EmailMessage, button: str) -> str:
    """Where a button of the mail leads."""
    html = mail.get_body(("html",)).get_content()  # type: ignore[union-attr]
    found = re.search(rf'<a href="([^"]+)"[^>]*>{button}</a>', html)
    assert found is not None
    return found[1]


def _state(app: App, candidate: dict[str, Any]) -> str:
    rows = app.command_line.done("candidates")
    return next(str(row["state"]) for row in rows if row["number"] == candidate["number"])
