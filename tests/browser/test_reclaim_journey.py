"""Taking seats back in a browser: a rule is tried and saved, seats are blocked, repaired, taken and given back."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.walking import JOB_MILLISECONDS, App, grid_rows, job_ends, settled, tick, visit
from tests.e2e.journey import PracticeProcess

pytestmark = [pytest.mark.browser, pytest.mark.emulator]

OWNER = "WebToCaseDefaultOwnerId"


def test_a_blocked_seat_is_repaired_taken_back_and_given_back(page: Page, demo: App) -> None:
    practice = demo.practice()
    org, (blocked, other) = _two_of_one_list(demo, practice)
    before = _set_default_owner(practice, org, blocked["user_id"])

    _list(page, demo, blocked["number"][:-1])
    fitting = page.get_by_text(re.compile(r"All \d+ that fit the search and the filters"))
    fitting.click()
    expect(_plan(page)).to_contain_text("people in one run", timeout=JOB_MILLISECONDS)
    fitting.click()
    expect(_plan(page)).to_be_hidden()

    for candidate in (blocked, other):
        _tick(page, candidate)
    expect(_plan(page)).to_contain_text("Plan for 1 user", timeout=JOB_MILLISECONDS)
    expect(_plan(page)).to_contain_text("The user is the default case owner. Choose another user in Setup")
    expect(_plan(page).get_by_role("link", name="Open the user in Setup")).to_be_visible()
    done = _reclaim(page)
    expect(done).to_contain_text("Attention Required")
    expect(done).to_contain_text("Closed Complete")

    _segment(page, "Attention")
    expect(page.locator(".st-key-card_evidence")).to_contain_text("What to do: Choose another user in Setup")
    _set_default_owner(practice, org, before)
    page.get_by_role("button", name="Back to Ready").click()
    settled(page)

    _list(page, demo, blocked["number"])
    tick(page, 0)
    expect(_plan(page)).to_contain_text("Plan for 1 user", timeout=JOB_MILLISECONDS)
    expect(_reclaim(page)).to_contain_text("Closed Complete")
    assert _is_active(practice, org, blocked) is False

    _segment(page, "Complete")
    page.get_by_role("button", name="Give back…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("1 person gets back what was taken", timeout=JOB_MILLISECONDS)
    expect(dialog).to_contain_text("What will not be as it was")
    dialog.get_by_role("button", name="Give back", exact=True).click()
    expect(job_ends(page, "Give seats back", "Done")).to_contain_text("1 of 1 candidate has everything back.")
    assert _is_active(practice, org, blocked) is True


def test_a_rule_is_looked_at_before_it_is_saved(page: Page, demo: App) -> None:
    visit(page, demo, "rules", "Reclamation rules")
    form = page.locator(".st-key-card_rule_form")
    name = form.get_by_label("Name", exact=True)
    name.fill("Nobody for a hundred days")
    name.press("Tab")
    days = form.get_by_label("Days without activity")
    days.fill("100")
    days.press("Tab")
    settled(page)
    form.get_by_role("button", name="Show whom it catches").click()
    preview = page.locator(".st-key-card_rule_preview")
    expect(preview).to_contain_text(re.compile(r"[1-9]\d* (seat|people|person)"), timeout=JOB_MILLISECONDS)
    preview.get_by_role("button", name="Save the rule").click()
    settled(page)
    rules = demo.command_line.done("rules", "list")
    [saved] = [rule for rule in rules if rule["name"] == "Nobody for a hundred days"]
    assert saved["stale_after_days"] == 100
    demo.command_line.done("rules", "delete", saved["rule_id"])  # other journeys share this app


def _two_of_one_list(demo: App, practice: PracticeProcess) -> tuple[int, list[dict[str, Any]]]:
    """Two people to deactivate in one org, whose numbers differ in the last digit only."""
    lists: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in demo.command_line.done("candidates", "--state", "ready"):
        if row["action"] == "deactivate":
            lists.setdefault((row["org_id"], row["number"][:-1]), []).append(row)
    for (org_id, _), rows in lists.items():
        org = next(place for place, each in enumerate(practice.orgs) if each["org_id"] == org_id)
        [organization] = practice.dump("Organization", org=org).values()
        free = [row for row in rows if row["user_id"] not in organization.values()]
        if len(free) > 1:
            return org, free[:2]
    raise AssertionError("the company has too few candidates")


def _set_default_owner(practice: PracticeProcess, org: int, user_id: str) -> str:
    """Whom Salesforce does not let go of from now on; who it was before."""
    form = {name: practice.orgs[org][name] for name in ("client_id", "client_secret")}
    url = f"{practice.orgs[org]['base_url']}/services/oauth2/token"
    token = httpx.post(url, data={"grant_type": "client_credentials", **form}, timeout=60).json()["access_token"]
    [organization] = practice.dump("Organization", org=org).values()
    path = f"sobjects/Organization/{organization['Id']}"
    practice.rest("PATCH", path, {OWNER: user_id}, token=token, org=org)
    before: str = organization[OWNER]
    return before


def _list(page: Page, demo: App, search: str) -> None:
    visit(page, demo, f"candidates?q={search}", "Removal candidates")


def _plan(page: Page) -> Locator:
    return page.locator(".st-key-card_plan")


def _tick(page: Page, candidate: dict[str, Any]) -> None:
    names = [row["Person"] for row in grid_rows(page)]
    tick(page, names.index(candidate["name"]))
    settled(page)


def _segment(page: Page, name: str) -> None:
    page.get_by_role("radio", name=re.compile(f"^{name}")).click()
    settled(page)


def _reclaim(page: Page) -> Locator:
    page.get_by_role("button", name=re.compile(r"Reclaim \d+ seats?…")).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("I have read the plan.").click()
    confirm = dialog.get_by_role("button", name=re.compile(r"Reclaim \d+ seats?$"))
    expect(confirm).to_be_enabled()
    confirm.click()
    ended = job_ends(page, "Reclaim seats", "Done")
    settled(page)
    return ended


def _is_active(practice: PracticeProcess, org: int, candidate: dict[str, Any]) -> Any:
    return practice.dump("User", org=org)[candidate["user_id"]]["IsActive"]
