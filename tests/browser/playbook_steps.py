"""The steps of the set-up playbook as a person takes them, and how many times that person clicks."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.walking import JOB_MILLISECONDS, App, fill, settled, visit

EXTERNAL_CLIENT_APP = ("create_app", "enable_oauth", "set_policies", "copy_consumer_key")
GRANT_STEPS = {
    "Authorization code": "require_pkce",
    "Client credentials": "enable_client_credentials",
    "JWT bearer": "upload_certificate",
}


class Clicks:
    """Counts what is pressed in the pages of a context, Salesforce's own pages included, and where it leads."""

    def __init__(self, context: BrowserContext) -> None:
        self.count = 0
        self.hosts: set[str] = set()
        context.expose_binding("pressed", lambda _: self._press())
        context.add_init_script("addEventListener('pointerdown', () => window.pressed(), true)")
        for page in context.pages:
            page.on("framenavigated", lambda frame: self._visit(frame.url))

    def _press(self) -> None:
        self.count += 1

    def _visit(self, url: str) -> None:
        if host := urlsplit(url).netloc:
            self.hosts.add(host)


def start(page: Page, app: App) -> None:
    """From the address / of an empty installation into the playbook of a new profile."""
    page.goto(app.url)
    page.get_by_role("button", name="Create direct integration").click()
    page.get_by_role("button", name="Continue").click()
    stands_on(page, "Register application")


def stands_on(page: Page, name: str) -> None:
    """The page with this name is drawn."""
    expect(page.locator(".st-key-page_head p").first).to_have_text(name)
    settled(page)


def choose_grant(page: Page, grant: str) -> None:
    page.get_by_role("radio", name=grant).click()
    settled(page)


def tick_steps(page: Page, grant: str) -> None:
    """Tick every required step of a new External Client App."""
    steps = [*EXTERNAL_CLIENT_APP, GRANT_STEPS[grant]]
    for done, step in enumerate(steps, 1):
        page.locator(f"[class*=st-key-step_{step}_] label").first.click()
        expect(page.get_by_text(f"{done} of {len(steps)} done")).to_be_visible()


def mark_complete(page: Page, then: str) -> None:
    page.get_by_role("button", name="Mark complete").click()
    stands_on(page, then)


def connection(page: Page) -> Locator:
    """The form of the connection for reading; the one for acting has fields of the same names."""
    return page.locator(".st-key-card_connection")


def enter_org(page: Page, org: dict[str, Any], secret: str = "") -> None:
    """Fill the connection's fields for this org."""
    form = connection(page)
    fill(form, "Connection URL", org["base_url"])
    fill(form, "OAuth client id", org["client_id"])
    fill(form, "OAuth client secret", secret or org["client_secret"])
    settled(page)


def log_in(page: Page, org: dict[str, Any]) -> None:
    """On Salesforce's own pages: log in as the administrator, and allow the access."""
    page.get_by_label("Username").fill(org["admin_username"])
    page.get_by_label("Password").fill(org["admin_password"])
    page.get_by_role("button", name="Log In").click()
    page.get_by_role("button", name="Allow").click()


def begin_log_in(page: Page, org: dict[str, Any]) -> None:
    """From the connection page to Salesforce's question whether the access is allowed; a session may be there."""
    connection(page).get_by_role("link", name="Create and get OAuth token").click()
    allow, username = page.get_by_role("button", name="Allow"), page.get_by_label("Username")
    expect(allow.or_(username)).to_be_visible()
    if username.is_visible():
        username.fill(org["admin_username"])
        page.get_by_label("Password").fill(org["admin_password"])
        page.get_by_role("button", name="Log In").click()
    expect(allow).to_be_visible()


def came_back_with(page: Page, words: str, remedy: str, *, where: str = "Connection and credential") -> None:
    """The page says what came of the log-in, and what to do."""
    stands_on(page, where)
    failure = page.locator("[class*=st-key-card_failure]").filter(has_text=words).first
    expect(failure).to_contain_text(remedy)


def is_connected(page: Page) -> Locator:
    """The card of the org that answered."""
    card = page.locator(".st-key-card_connected")
    expect(card).to_contain_text("Connected as", timeout=JOB_MILLISECONDS)
    return card


def validate(page: Page) -> None:
    page.get_by_role("button", name="Validate connection").click()
    expect(page.locator(".st-key-card_validation").get_by_text("Passed")).to_be_visible(timeout=JOB_MILLISECONDS)


def publish(page: Page) -> None:
    """Publish with the confirmation; the record page then stands, and its first download ends."""
    page.get_by_role("button", name="Publish…").click()
    dialog = page.get_by_role("dialog")
    dialog.locator("label").first.click()
    dialog.get_by_role("button", name="Publish").click()
    stands_on(page, "Integration profile")
    downloaded = page.locator("[class*=st-key-card_job_]").filter(has_text="Download subscriptions")
    expect(downloaded.filter(has_text="Done")).to_be_visible(timeout=JOB_MILLISECONDS)


def record(page: Page, app: App, profile_id: str) -> None:
    visit(page, app, f"integration_profile?profile={profile_id}", "Integration profile")
