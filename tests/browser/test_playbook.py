"""The set-up playbook in a browser: from nothing to published profiles, counted, and one that only reports."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import duckdb
import pytest
from playwright.sync_api import Page, expect

from sfsam.charts.formats import number
from sfsam.web.sign_in import COOKIE
from tests.browser import playbook_steps as steps
from tests.browser import walking
from tests.browser.walking import App, fill, settled, tick, visit
from tests.e2e.journey import PROJECT, PracticeProcess, practice_org

pytestmark = [pytest.mark.browser, pytest.mark.emulator]

MOST_CLICKS = 25
PICTURES = PROJECT / "docs" / "images"
WIDTH, HEIGHT = 1440, 950


@pytest.fixture(scope="module")
def practice() -> Iterator[PracticeProcess]:
    """Three orgs that nobody has connected."""
    with practice_org(users=120, orgs=3) as process:
        yield process


def test_two_orgs_from_an_empty_installation_to_published_profiles(
    page: Page, practice: PracticeProcess, tmp_path: Path
) -> None:
    first, second, _ = practice.orgs
    clicks = steps.Clicks(page.context)
    with ExitStack() as running:
        app = running.enter_context(walking.app(tmp_path, "serve"))
        one = _by_authorization_code(page, app, first)
        assert 0 < clicks.count <= MOST_CLICKS
        assert clicks.hosts == {urlsplit(app.url).netloc, urlsplit(first["base_url"]).netloc}

        two = _another_org_up_to_the_connection(page, app, second)
        running.close()  # the server ends in the middle of the playbook
        app = running.enter_context(walking.app(tmp_path, "serve"))
        _on_from_the_connection(page, app, second, two)

        _one_list_with_aliases(page, app)
        for name, profile_id in (("Production", one), ("EMEA", two)):
            _same_numbers(page, app, name, profile_id)
        assert practice.log(org=0) == practice.log(org=1) == []
        _pause_resume_and_delete(page, app, two)


@pytest.mark.campaign  # CI asks the services
def test_a_report_only_profile_never_sends_anything(page: Page, practice: PracticeProcess, tmp_path: Path) -> None:
    org = practice.orgs[2]
    with walking.app(tmp_path, "serve") as app:
        steps.start(page, app)
        steps.choose_grant(page, "Client credentials")
        steps.tick_steps(page, "Client credentials")
        steps.mark_complete(page, "Profile details")
        steps.mark_complete(page, "Connection and credential")
        steps.enter_org(page, org)
        steps.connection(page).get_by_role("button", name="Create and get OAuth token").click()
        steps.is_connected(page)
        steps.mark_complete(page, "Additional org")
        page.get_by_role("link", name="Skip", exact=True).click()
        steps.stands_on(page, "Review and publish")
        page.locator("[class*=st-key-reclaim_] label").first.click()
        expect(page.get_by_text("Report-only: candidates are found")).to_be_visible()
        steps.validate(page)
        steps.publish(page)
        expect(page.locator(".st-key-card_record")).to_contain_text("Report-only")

        app.command_line.done("identify")
        candidates = app.command_line.done("candidates", "--state", "ready")
        assert candidates
        visit(page, app, "candidates", "Removal candidates")
        tick(page, 0)
        expect(page.locator("[class*=st-key-card_failure]")).to_contain_text("report")
        refused = app.command_line.run("reclaim", "--all-ready", "--yes")
        assert (refused.code, practice.log(org=2)) == (1, [])


@pytest.mark.campaign  # CI signs in with a key pair without a browser
def test_a_key_pair_instead_of_a_secret(page: Page, practice: PracticeProcess, tmp_path: Path) -> None:
    """JWT bearer: the key is made here, its certificate goes to Salesforce, and nobody logs in."""
    org = practice.orgs[0]
    with walking.app(tmp_path, "serve") as app:
        steps.start(page, app)
        steps.choose_grant(page, "JWT bearer")
        page.get_by_role("button", name="Make the key pair").click()
        with page.expect_download() as certificate:
            page.get_by_role("button", name="Download the certificate").click()
        pem = Path(certificate.value.path()).read_text()
        assert pem.startswith("-----BEGIN CERTIFICATE-----")
        assert "PRIVATE KEY" not in pem + page.content()
        steps.tick_steps(page, "JWT bearer")
        steps.mark_complete(page, "Profile details")
        steps.mark_complete(page, "Connection and credential")
        form = steps.connection(page)
        fill(form, "Connection URL", org["base_url"])
        fill(form, "OAuth client id", org["client_id"])
        fill(form, "User name", org["admin_username"])
        settled(page)
        token = form.get_by_role("button", name="Create and get OAuth token")
        token.click()
        failed = page.locator("[class*=st-key-card_job_]").filter(has_text="Failed")
        expect(failed).to_contain_text("certificate")  # it is not in the app yet
        practice.side_door("settings", {"jwt_certificate": pem})
        token.click()
        expect(steps.is_connected(page)).to_contain_text(org["admin_username"])
        steps.mark_complete(page, "Additional org")
        steps.mark_complete(page, "Review and publish")
        steps.validate(page)
    assert practice.log(org=0) == []


@pytest.mark.campaign  # CI asks the route and the services
def test_every_way_in_which_a_log_in_comes_back(page: Page, tmp_path: Path) -> None:
    """Denied, from another browser, replayed, expired, for another org: a sentence and a remedy on the page."""
    with ExitStack() as running:
        practice = running.enter_context(practice_org(users=60, orgs=2))  # where nobody has allowed anything yet
        first, second = practice.orgs
        stopping = running.enter_context(ExitStack())
        app = stopping.enter_context(walking.app(tmp_path, "serve"))
        steps.start(page, app)
        steps.tick_steps(page, "Authorization code")
        steps.mark_complete(page, "Profile details")
        steps.mark_complete(page, "Connection and credential")
        steps.enter_org(page, first)
        page.get_by_role("button", name="Save and show the log-in").click()

        steps.begin_log_in(page, first)
        page.get_by_role("button", name="Deny").click()
        steps.came_back_with(page, "denied at the log-in", "choose Allow")

        steps.begin_log_in(page, first)
        stopping.close()  # the night passes between the two halves of this log-in
        with duckdb.connect(str(app.command_line.data_dir / "sfsam.duckdb")) as database:
            database.execute("UPDATE authorization_request SET expires_at = created_at")
        app = running.enter_context(walking.app(tmp_path, "serve", port=urlsplit(app.url).port))
        page.get_by_role("button", name="Allow").click()
        steps.came_back_with(page, "took longer than 15 minutes", "Start the log-in again")

        cookie, returned = _log_in_again(page)
        expect(steps.is_connected(page)).to_contain_text(first["org_id"])
        page.goto(returned)  # a browser that has nothing to do with it is told so, and not whose log-in it was
        steps.came_back_with(
            page, "does not belong to a log-in of this browser", "in the same browser", where="Connect an org"
        )
        page.context.add_cookies([cookie])
        page.goto(returned)
        steps.came_back_with(page, "used already; nothing was changed", "start the log-in again")

        profile = page.url.split("?")[0] + f"?profile={parse_qs(urlsplit(page.url).query)['profile'][0]}"
        page.goto(profile)
        steps.enter_org(page, second)
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_text("Saved today")).to_be_visible()
        steps.begin_log_in(page, second)
        page.get_by_role("button", name="Allow").click()
        steps.came_back_with(page, "another org than the profile's earlier one", "confirm below")
        expect(page.locator(".st-key-card_connected")).to_contain_text(first["org_id"])
        steps.connection(page).get_by_text("I know that this is another org than before").click()
        log_in = steps.connection(page).get_by_role("link", name="Create and get OAuth token")
        expect(log_in).to_have_attribute("href", re.compile("other_org=1"))
        _log_in_again(page)
        expect(steps.is_connected(page)).to_contain_text(second["org_id"], timeout=walking.JOB_MILLISECONDS)
        assert practice.log(org=0) == practice.log(org=1) == []


def _log_in_again(page: Page) -> tuple[Any, str]:
    """Log in where the access was allowed before; the cookie and the address that Salesforce's answer came with."""
    with page.expect_request(lambda request: "/oauth/callback" in request.url) as returned:
        steps.connection(page).get_by_role("link", name="Create and get OAuth token").click()
    request = returned.value
    value = SimpleCookie(request.all_headers()["cookie"])[COOKIE].value
    steps.stands_on(page, "Connection and credential")
    return {"name": COOKIE, "value": value, "url": request.url.split("?")[0]}, request.url


def _by_authorization_code(page: Page, app: App, org: dict[str, Any]) -> str:
    """The whole playbook once; the id of the profile."""
    steps.start(page, app)
    steps.tick_steps(page, "Authorization code")
    _picture(page, 1)
    steps.mark_complete(page, "Profile details")
    fill(page, "Display name", "Production")
    _picture(page, 2)
    steps.mark_complete(page, "Connection and credential")
    steps.enter_org(page, org)
    page.get_by_role("button", name="Save and show the log-in").click()
    steps.connection(page).get_by_role("link", name="Create and get OAuth token").click()
    steps.log_in(page, org)
    steps.stands_on(page, "Connection and credential")
    card = steps.is_connected(page)
    expect(card).to_contain_text(org["org_id"])
    expect(card).to_contain_text(org["admin_username"])
    assert org["client_secret"] not in page.content()
    _picture(page, 3)
    steps.mark_complete(page, "Additional org")
    _picture(page, 4)
    steps.mark_complete(page, "Review and publish")
    steps.validate(page)
    _picture(page, 5)
    steps.publish(page)
    return parse_qs(urlsplit(page.url).query)["profile"][0]


def _another_org_up_to_the_connection(page: Page, app: App, org: dict[str, Any]) -> str:
    """A second playbook, begun from the list of profiles; the id of its profile."""
    visit(page, app, "profiles", "Profiles")
    page.get_by_role("link", name="Create direct integration").click()
    page.get_by_role("button", name="Continue").click()
    steps.stands_on(page, "Register application")
    steps.choose_grant(page, "Client credentials")
    steps.tick_steps(page, "Client credentials")
    steps.mark_complete(page, "Profile details")
    fill(page, "Display name", "EMEA")
    steps.mark_complete(page, "Connection and credential")
    steps.enter_org(page, org, "mistyped-secret")
    fill(steps.connection(page), "Connection and credential alias", "emea")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved today")).to_be_visible()
    return parse_qs(urlsplit(page.url).query)["profile"][0]


def _on_from_the_connection(page: Page, app: App, org: dict[str, Any], profile_id: str) -> None:
    """After a restart everything entered is there; the wrong secret is said, and put right."""
    visit(page, app, f"connection_and_credential?profile={profile_id}", "Connection and credential")
    expect(steps.connection(page).get_by_label("Connection URL")).to_have_value(org["base_url"])
    expect(steps.connection(page).get_by_role("textbox", name="Connection and credential alias")).to_have_value("emea")
    token = steps.connection(page).get_by_role("button", name="Create and get OAuth token")
    token.click()
    failed = page.locator("[class*=st-key-card_job_]").filter(has_text="Failed")
    expect(failed).to_contain_text("client secret")
    fill(steps.connection(page), "OAuth client secret", org["client_secret"])
    settled(page)
    token.click()
    steps.is_connected(page)
    _a_connection_for_reclaim(page, org)
    steps.mark_complete(page, "Additional org")
    steps.mark_complete(page, "Review and publish")
    steps.validate(page)
    steps.publish(page)


def _a_connection_for_reclaim(page: Page, org: dict[str, Any]) -> None:
    """The second connection of the profile, with its own credential."""
    page.get_by_text("A second connection for reclaim").click()
    form = page.locator(".st-key-card_act")
    fill(form, "OAuth client id", org["client_id"])
    fill(form, "OAuth client secret", org["client_secret"])
    form.get_by_role("button", name="Save this connection").click()
    settled(page)
    form.get_by_role("button", name="Create and get OAuth token").click()
    card = page.locator(".st-key-card_connected_act")
    expect(card).to_contain_text("Connected as", timeout=walking.JOB_MILLISECONDS)
    expect(card).to_contain_text("for reclaim")


def _one_list_with_aliases(page: Page, app: App) -> None:
    visit(page, app, "profiles", "Profiles")
    cards = page.locator("[class*=st-key-card_profile_]")
    expect(cards).to_have_count(2)
    expect(cards.filter(has_text="EMEA")).to_contain_text("emea")
    expect(cards.filter(has_text="emea")).to_have_count(1)


def _same_numbers(page: Page, app: App, name: str, profile_id: str) -> None:
    """The record page and the command line agree on the seats and on each model's."""
    rows = app.command_line.done("position", "--profile", name)
    steps.record(page, app, profile_id)
    seats = sum(row["assigned"] for row in rows)
    expect(walking.figure(page, "Subscriptions")).to_contain_text(number(seats))
    models = page.locator(".st-key-card_models")
    expect(models.locator("tr").nth(1)).to_be_visible()
    settled(page)
    shown = walking.table(models)
    for row in rows:
        if row["model"] in shown:
            assert shown[row["model"]][-1] in {
                number(each["assigned"]) for each in rows if each["model"] == row["model"]
            }
    assert len(shown) > 1


def _pause_resume_and_delete(page: Page, app: App, profile_id: str) -> None:
    """The record's own buttons; deleting says first what goes, and leads back to the list."""
    steps.record(page, app, profile_id)
    controls = page.locator(".st-key-page_controls")  # each scheduled job has buttons of these names, too
    controls.get_by_role("button", name="Pause").click()
    expect(walking.lead(page)).to_contain_text("is paused")
    controls.get_by_role("button", name="Resume").click()
    expect(walking.lead(page)).to_contain_text("is published")
    controls.get_by_role("button", name="Delete…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("These go, and cannot be brought back")
    dialog.locator("label").first.click()
    dialog.get_by_role("button", name="Delete EMEA").click()
    steps.stands_on(page, "Profiles")
    expect(page.locator("[class*=st-key-card_profile_]")).to_have_count(1)
    assert {row["org"] for row in app.command_line.done("position")} == {"Production"}


def _picture(page: Page, step: int) -> None:
    """A picture of the whole page for the documentation, when it is asked for."""
    if not walking.update_screenshots():
        return
    settled(page)
    height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": WIDTH, "height": max(HEIGHT, height)})
    PICTURES.mkdir(exist_ok=True)
    page.screenshot(path=PICTURES / f"playbook-{step}.png")
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
