"""Whatever goes wrong, a page says a sentence with a remedy, and the numbers of before stay."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import walking
from tests.browser.walking import (
    JOB_MILLISECONDS,
    App,
    connect_by_log_in,
    fill,
    job_ends,
    lead,
    open_short_form,
    tick,
    visit,
)
from tests.e2e.journey import PracticeProcess, practice_org, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.emulator]

USERS = 400  # enough sign-ins for the Bulk API
FOR_EVER = 1000
OVER_USERS = ["ManageUsers", "ManageInternalUsers", "FreezeUsers", "MonitorLoginHistory"]  # one brings the others
RUN_AS = "license.manager@northwind.example"
BY_SECRET, BY_LOG_IN, NEVER_READ = "Production", "Sister", "Sandbox"
ORGS = {BY_SECRET: 0, BY_LOG_IN: 1, NEVER_READ: 2}  # what was never read is read by Bulk API, all of it


@dataclass(frozen=True)
class Troubled:
    """An app with three orgs, and what its overview said when two of them were read and all was well."""

    app: App
    practice: PracticeProcess
    overview: str


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Troubled]:
    with (
        practice_org(users=USERS, orgs=len(ORGS)) as practice,
        walking.app(tmp_path_factory.mktemp("app"), "serve") as app,
    ):
        app.command_line.connect(practice.orgs[0], BY_SECRET)
        app.command_line.done("download", BY_SECRET)
        app.command_line.done("identify")
        app.command_line.connect(practice.orgs[2], NEVER_READ)
        page = browser.new_page()
        connect_by_log_in(page, app, BY_LOG_IN, practice.orgs[1])
        page.get_by_role("link", name="Open the overview").click(timeout=JOB_MILLISECONDS)
        wait_until(lambda: _rests(app), "what follows the connecting to end")
        visit(page, app, "overview", "Overview")
        yield Troubled(app, practice, lead(page).inner_text())
        page.close()


@pytest.fixture
def troubled(installation: Troubled) -> Iterator[Troubled]:
    """The orgs are well again after each test."""
    yield installation
    for org in ORGS.values():
        installation.practice.clear_faults(org=org)
    installation.practice.side_door("permissions", {"username": RUN_AS, "grant": ["ViewSetup", *OVER_USERS]})


WRONG_ADDRESSES = [
    ("https://login.salesforce.com", "common log-in host", "https://YOUR-DOMAIN.my.salesforce.com"),
    ("https://acme.lightning.force.com", "serves Salesforce's screens", "https://acme.my.salesforce.com"),
    ("http://acme.my.salesforce.com", "unencrypted", "https://acme.my.salesforce.com"),
    ("not an address", "is not the name of a host", "https://YOUR-DOMAIN.my.salesforce.com"),
]


def test_a_wrong_address_is_refused_at_the_form(page: Page, troubled: Troubled) -> None:
    open_short_form(page, troubled.app)
    fill(page, "Display name", "Fourth")
    fill(page, "OAuth client id", "x")
    for url, what, remedy in WRONG_ADDRESSES:
        fill(page, "Connection URL", url)
        page.get_by_role("button", name="Connect", exact=True).click()
        failure = page.locator("[class*=st-key-card_failure]").filter(has_text=what)
        expect(failure).to_contain_text(remedy)
    expect(page.get_by_label("Display name", exact=True)).to_have_value("Fourth")  # nothing has to be entered again
    _the_numbers_stay(page, troubled)


@pytest.mark.parametrize(
    ("profile", "fault", "what", "remedy"),
    [
        (
            BY_SECRET,
            {"match": "/services/data", "kind": "html"},
            "Salesforce did not answer properly (HTTP 503).",
            "try again in some minutes",
        ),
        pytest.param(
            NEVER_READ,
            {"match": "/jobs/query/[^/]+/results", "kind": "truncate"},
            "An answer of Salesforce's broke off",
            "try again in some minutes",
            marks=pytest.mark.campaign,  # CI tries it without a browser (tests/faults)
        ),
        (
            BY_SECRET,
            {"match": "/services/data", "kind": "limit"},
            "API calls for the last 24 hours are used up.",
            "try again in some hours",
        ),
    ],
    ids=["html 503", "truncated page", "daily limit"],
)
def test_a_download_that_fails_says_why(
    page: Page, troubled: Troubled, profile: str, fault: dict[str, Any], what: str, remedy: str
) -> None:
    org = ORGS[profile]
    troubled.practice.fault(fault | {"times": FOR_EVER}, org=org)
    failed = _download(page, troubled, profile, "Failed")
    expect(failed).to_contain_text(what)
    expect(failed).to_contain_text(remedy)
    _the_numbers_stay(page, troubled)
    expect(page.get_by_text("A download failed; see Jobs")).to_be_visible()
    troubled.practice.clear_faults(org=org)
    _download(page, troubled, profile, "Done")


def test_a_revoked_token_asks_for_another_log_in(page: Page, troubled: Troubled) -> None:
    troubled.practice.revoke_tokens_of(troubled.practice.orgs[1]["admin_user_id"], org=1)
    failed = _download(page, troubled, BY_LOG_IN, "Failed")
    expect(failed).to_contain_text("The access was revoked or has expired.")
    expect(failed).to_contain_text("Log in again")
    _the_numbers_stay(page, troubled)


def test_without_view_setup_the_profile_says_what_is_missing(page: Page, troubled: Troubled) -> None:
    troubled.practice.side_door("permissions", {"username": RUN_AS, "revoke": ["ViewSetup"]})
    profile = _check_again(page, troubled)
    sentence = re.compile(r"View Setup and Configuration[\w ,]* (is|are) missing\. \w")
    expect(profile).to_contain_text(sentence, timeout=JOB_MILLISECONDS)
    _the_numbers_stay(page, troubled)


def test_without_manage_users_nothing_is_reclaimed(page: Page, troubled: Troubled) -> None:
    troubled.practice.side_door("permissions", {"username": RUN_AS, "revoke": OVER_USERS})
    profile = _check_again(page, troubled)
    expect(profile).to_contain_text("Manage Internal Users is missing.", timeout=JOB_MILLISECONDS)
    before = troubled.practice.log()
    visit(page, troubled.app, "candidates?q=northwind", "Removal candidates")
    tick(page, 0)
    refusal = page.locator("[class*=st-key-card_failure]")
    # A connection that lost a permission is a draft until it is published again.
    expect(refusal).to_contain_text("Connect and publish it first.", timeout=JOB_MILLISECONDS)
    assert troubled.practice.log() == before
    _the_numbers_stay(page, troubled)


def _download(page: Page, troubled: Troubled, profile: str, word: str) -> Locator:
    """Ask for a download that ends so; its card."""
    visit(page, troubled.app, "jobs", "Jobs")
    earlier = [job["job_id"] for job in troubled.app.command_line.done("jobs")]  # the newest may stand there
    refresh = page.locator("[class*=st-key-schedule_]").filter(has_text=f"Refresh {profile} subscriptions")
    refresh.get_by_role("button", name="Run now").click()
    return job_ends(page, "Download subscriptions", word, but=earlier)


def _rests(app: App) -> bool:
    """Whether no job waits or runs."""
    return all(job["state"] not in ("queued", "running") for job in app.command_line.done("jobs"))


def _check_again(page: Page, troubled: Troubled) -> Locator:
    """The card of the profile, after its permissions were looked at once more."""
    visit(page, troubled.app, "welcome", "Connect an org")
    title = page.get_by_role("heading", name=BY_SECRET, exact=True)
    profile = page.locator("[class*=st-key-card_profile_]").filter(has=title).last  # the first may be the one before
    profile.get_by_role("button", name="Check again").click()
    expect(page.locator("[class*=st-key-card_job_]").filter(has_text="Connect the org")).to_be_visible()
    return profile


def _the_numbers_stay(page: Page, troubled: Troubled) -> None:
    visit(page, troubled.app, "overview", "Overview")
    expect(lead(page)).to_have_text(troubled.overview)
