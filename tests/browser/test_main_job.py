"""The main job in a browser: look, identify, reclaim one person, export; and the ways to connect."""

from __future__ import annotations

import csv
import json
import re
import urllib.parse
import urllib.request
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from sfsam.charts.formats import money, money_exact, number
from tests.browser.walking import (
    JOB_MILLISECONDS,
    App,
    app,
    connect_by_log_in,
    enter_connection,
    figure,
    fill,
    grid_rows,
    job_ends,
    lead,
    open_short_form,
    settled,
    table,
    tick,
    update_screenshots,
    visit,
)
from tests.e2e.journey import PROJECT, PracticeProcess, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.emulator]

WIDTH, WHOLE_PAGE = 1440, 1240
SCREENSHOT = PROJECT / "docs" / "images" / "overview.png"
ASSIGNMENTS = ("PermissionSetAssignment", "PermissionSetLicenseAssign", "UserPackageLicense")
SEAT_COUNTERS = {"UserLicense", "PermissionSetLicense", "PackageLicense", "ActiveFeatureLicenseMetric"}
OF_WHOEVER_ASKS = {"LoginHistory", "OauthToken", "AuthSession", "UserPermissionAccess"}
OF_SIGNING_IN = ("LastLoginDate", "SystemModstamp")  # moves at most once a minute (fact sheet 4.1), so on a slow walk
Dump = dict[str, dict[str, dict[str, Any]]]


def test_overview_shows_the_numbers_of_the_org(page: Page, demo: App) -> None:
    rows = [row for row in demo.command_line.done("position") if row["unit_cost"]]
    savings = sum(Decimal(row["potential_savings"]) for row in rows)
    spend = sum(Decimal(row["unit_cost"]) * row["owned"] for row in rows)
    visit(page, demo, "overview", "Overview")
    expect(lead(page)).to_contain_text(money_exact(savings, "USD"))
    expect(lead(page)).to_contain_text(money(spend, "USD"))
    expect(figure(page, "Potential savings")).to_contain_text(money(savings, "USD"))
    expect(page.locator(".js-plotly-plot")).to_have_count(6)
    if update_screenshots():
        SCREENSHOT.parent.mkdir(exist_ok=True)
        page.set_viewport_size({"width": WIDTH, "height": WHOLE_PAGE})
        settled(page)
        page.screenshot(path=SCREENSHOT)
    ready = demo.command_line.done("candidates", "--state", "ready")
    visit(page, demo, "candidates", "Removal candidates")
    expect(lead(page)).to_contain_text(f"{number(len(ready))} candidates are ready to be reclaimed")


def test_reclaiming_one_candidate_deactivates_that_person_and_touches_nobody_else(page: Page, demo: App) -> None:
    practice, command_line = demo.practice(), demo.command_line
    visit(page, demo, "candidates", "Removal candidates")
    username = _tick_the_person_with_most_seats(page)
    chosen = next(row for row in command_line.done("candidates") if row["user_principal_name"] == username)
    org = next(k for k, each in enumerate(practice.orgs) if each["org_id"] == chosen["org_id"])
    (asker,) = {row["username"] for row in command_line.done("profiles") if row["name"] == chosen["org"]}
    before, logged = _dump(practice, org), len(practice.log(org=org))
    position = {row["identifier"]: row for row in _position_of(demo, chosen["org_id"])}

    _reclaim_what_is_ticked(page)

    after = _dump(practice, org)
    assert after["User"][chosen["user_id"]]["IsActive"] is False
    for dump in (before, after):
        _without_the_sign_in_of(dump, asker)
    _only_this_person_differs(before, after, chosen["user_id"])
    _only_this_person_was_written(practice.log(org=org)[logged:], before, chosen["user_id"])
    closed = next(row for row in command_line.done("candidates") if row["number"] == chosen["number"])
    assert closed["state"] == "closed_complete"
    now = {row["identifier"]: row for row in _position_of(demo, chosen["org_id"])}
    assert now[chosen["identifier"]]["assigned"] == position[chosen["identifier"]]["assigned"] - 1
    _the_page_says(page, demo, now[chosen["identifier"]])


def test_unused_licenses_export_as_the_page_lists_them(page: Page, demo: App, downloads: Path) -> None:
    visit(page, demo, "subscriptions?seats=Unused", "Subscriptions")
    rows = _export(page, downloads)
    expect(lead(page)).to_contain_text(f"{number(len(rows))} are unused")
    assert len(rows) > 100
    assert [cell for row in rows for cell in row.values() if cell[:1] in ("=", "+", "-", "@")] == []


def test_an_export_follows_the_filters(page: Page, demo: App, downloads: Path) -> None:
    visit(page, demo, "subscriptions?seats=Unused&department=Sales&q=Salesforce", "Subscriptions")
    rows = _export(page, downloads)
    expect(lead(page)).to_contain_text(f"{number(len(rows))} are unused")
    assert {row["department"] for row in rows} == {"Sales"}


def test_connect_by_authorization_code_through_the_log_in_page(
    page: Page, empty_app: App, orgs: PracticeProcess
) -> None:
    connect_by_log_in(page, empty_app, "By log-in", orgs.orgs[0], deny_first=True)
    page.get_by_role("link", name="Open the overview").click(timeout=JOB_MILLISECONDS)
    expect(lead(page)).to_contain_text("seats of Salesforce")


def test_connect_by_client_credentials_after_a_wrong_secret(page: Page, empty_app: App, orgs: PracticeProcess) -> None:
    org = orgs.orgs[1]
    open_short_form(page, empty_app)
    enter_connection(page, "By secret", org, "mistyped-secret")
    page.get_by_role("button", name="Connect", exact=True).first.click()
    failed = job_ends(page, "Connect the org", "Failed")
    expect(failed).to_contain_text("The client secret is wrong.")
    expect(failed).to_contain_text("Copy the Consumer Secret of the app again.")
    expect(page.get_by_label("OAuth client secret").first).to_have_value("")
    expect(page.locator("body")).not_to_contain_text("mistyped-secret")

    page.locator("[class*=st-key-card_profile]").filter(has_text="By secret").get_by_role(
        "button", name="Enter a new secret…"
    ).click()
    fill(page.get_by_test_id("stPopoverBody"), "OAuth client secret", org["client_secret"])
    settled(page)
    page.get_by_role("button", name="Save and connect").click()
    job_ends(page, "Connect the org", "Done")
    wait_until(lambda: _position_of(empty_app, org["org_id"]), "the download that follows")


@pytest.mark.campaign
def test_start_the_practice_org_on_an_empty_installation(page: Page, tmp_path: Path) -> None:
    with app(tmp_path, "serve") as empty:
        page.goto(empty.url)
        expect(page.get_by_role("heading", name="See which Salesforce seats nobody uses")).to_be_visible()
        page.get_by_role("button", name="Start the practice org").click()
        page.get_by_role("link", name="Open the overview").click(timeout=JOB_MILLISECONDS)
        expect(lead(page)).to_contain_text("seats of Salesforce")
        expect(page.get_by_text("Nothing here touches Salesforce")).to_be_visible()


def _tick_the_person_with_most_seats(page: Page) -> str:
    """Their user name, as the evidence beside the list says it."""
    seats = [int(row["Seats"]) for row in grid_rows(page)]
    tick(page, seats.index(max(seats)))
    expect(page.locator(".st-key-card_plan")).to_contain_text("Plan for 1 user", timeout=JOB_MILLISECONDS)
    expect(page.get_by_text("1 person ticked")).to_be_visible()
    settled(page)
    return page.locator(".st-key-card_evidence").get_by_test_id("stText").first.inner_text()


def _reclaim_what_is_ticked(page: Page) -> None:
    page.get_by_role("button", name=re.compile(r"Reclaim \d+ seats?…")).click()
    dialog = page.get_by_role("dialog")
    confirm = dialog.get_by_role("button", name=re.compile(r"Reclaim \d+ seats?$"))
    expect(confirm).to_be_disabled()
    dialog.get_by_text("I have read the plan.").click()
    expect(confirm).to_be_enabled()
    confirm.click()
    done = job_ends(page, "Reclaim seats", "Done")
    expect(done).to_contain_text("Closed Complete")


def _position_of(app: App, org_id: str) -> list[dict[str, Any]]:
    return [row for row in app.command_line.done("position") if row["org_id"] == org_id]


def _the_page_says(page: Page, app: App, license_: dict[str, Any]) -> None:
    """The card of the license on the utilization page counts as the command line does."""
    address = urllib.parse.urlencode({"org": license_["org"], "model": license_["model"]})
    visit(page, app, f"utilization?{address}", "Utilization")
    chosen = page.locator(".st-key-card_chosen")
    expect(chosen).to_contain_text(f"{license_['model']} in {license_['org']}")
    parts = table(chosen)
    assert (parts["Assigned"][0], parts["Owned"][0]) == (number(license_["assigned"]), number(license_["owned"]))


def _export(page: Page, folder: Path) -> list[dict[str, str]]:
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").first.click()
    path = folder / "unused.csv"
    download.value.save_as(path)
    page.keyboard.press("Escape")
    settled(page)
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [*csv.DictReader(file)]


# ── What the org holds ──


def _dump(practice: PracticeProcess, org: int) -> Dump:
    """Every record of every object that can be queried."""
    return {name: practice.dump(name, org=org) for name in _objects(practice.orgs[org])}


def _objects(org: dict[str, Any]) -> list[str]:
    """The names that the org itself lists, asked with a token of its own app."""
    form = {"grant_type": "client_credentials", **{key: org[key] for key in ("client_id", "client_secret")}}
    with urllib.request.urlopen(
        f"{org['base_url']}/services/oauth2/token", urllib.parse.urlencode(form).encode()
    ) as answer:
        token = json.load(answer)["access_token"]
    listing = urllib.request.Request(f"{org['base_url']}/services/data/v66.0/sobjects")
    listing.add_header("Authorization", f"Bearer {token}")
    with urllib.request.urlopen(listing) as answer:
        return [each["name"] for each in json.load(answer)["sobjects"] if each["queryable"]]


def _without_the_sign_in_of(dump: Dump, username: str) -> None:
    """sfsam itself signs in as this user, whenever it needs to."""
    (asker,) = [user for user in dump["User"].values() if user["Username"] == username]
    for name in OF_SIGNING_IN:
        del asker[name]


def _only_this_person_differs(before: Dump, after: Dump, user_id: str) -> None:
    """No record of anybody else was made, changed or removed; the counts of seats follow."""
    assert before.keys() == after.keys()
    strangers = {}
    for name in before.keys() - SEAT_COUNTERS - OF_WHOEVER_ASKS:
        both = before[name].keys() | after[name].keys()
        changed = {each for each in both if before[name].get(each) != after[name].get(each)}
        if others := {each for each in changed if not _belongs_to(before[name].get(each), user_id)}:
            strangers[name] = {each: (before[name].get(each), after[name].get(each)) for each in others}
    assert strangers == {}


def _belongs_to(record: dict[str, Any] | None, user_id: str) -> bool:
    return record is not None and user_id in (record.get("Id"), record.get("AssigneeId"), record.get("UserId"))


def _only_this_person_was_written(log: list[dict[str, Any]], before: Dump, user_id: str) -> None:
    changes = [change for entry in log for change in entry["changes"]]
    assert changes
    assert {change["object"] for change in changes} <= {"User", "UserLogin", *ASSIGNMENTS}
    for change in changes:
        assert _belongs_to(before[change["object"]][change["id"]], user_id), change
