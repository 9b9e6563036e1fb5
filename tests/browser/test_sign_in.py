"""Signing in by OpenID Connect in a real browser, behind a proxy and below a path, as each role and as nobody."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from sfsam.bootstrap import sign_in_secret
from sfsam.config import Settings
from sfsam.domain.rights import PAGES
from sfsam.domain.roles import Role
from sfsam.ui.shell import SECTIONS
from tests.browser import walking
from tests.browser.relay import relay
from tests.browser.walking import App, visit
from tests.fakes.openid_provider import CLIENT_ID, CLIENT_SECRET, OpenIdProvider, openid_provider

pytestmark = pytest.mark.browser

PATH = "/licenses"
ADA = {"sub": "u1", "email": "ada@example.com", "email_verified": True, "groups": ["license-team"]}
GROUPS = {Role.ADMIN: "it", Role.INTEGRATOR: "integration", Role.MANAGER: "license-team", Role.ANALYST: "controlling"}
LISTED = {Path(entry.path).stem: entry.title for group in SECTIONS.values() for entry in group if entry.is_listed}


@pytest.fixture(scope="module")
def provider() -> Iterator[OpenIdProvider]:
    with openid_provider() as provider:
        yield provider


@pytest.fixture(scope="module")
def fresh(provider: OpenIdProvider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """An app that has to be signed in to, on a fresh folder; its address is the proxy's."""
    port = walking._free_port()
    with relay(port) as outside, pytest.MonkeyPatch.context() as patch:
        base = f"http://127.0.0.1:{outside}{PATH}"
        provider.redirect_uri = f"{base}/oauth2callback"
        for name, value in (provider.environment | {"SFSAM_BASE_URL": base}).items():
            patch.setenv(name, value)
        with walking.app(tmp_path_factory.mktemp("signing"), "serve", port=port) as app:
            yield app


@pytest.fixture(autouse=True)
def as_ada(provider: OpenIdProvider) -> None:
    provider.person, provider.wrong, provider.foreign_key = dict(ADA), {}, None


def test_a_deep_link_to_a_fresh_server_ends_at_the_door(page: Page, fresh: App, request: pytest.FixtureRequest) -> None:
    names = LISTED if request.config.getoption("--campaign") else ("review_and_publish", "overview")
    for name in names:
        page.goto(f"{fresh.url}/{name}")
        expect(door(page)).to_contain_text("Sign in to sfsam")
        for inside in ("stSidebarNavLink", "stMetric", "stDataFrame", "stException"):
            expect(page.get_by_test_id(inside)).to_have_count(0)
    assert _status(fresh, f"{PATH}/media/x.csv") == 401
    assert _status(fresh, f"{PATH}/_stcore/metrics") == 404
    assert (_status(fresh, f"{PATH}/healthz"), _status(fresh, "/healthz")) == (200, 200)


def test_signing_in_and_out_ends_the_other_tab_and_the_copied_cookie_too(
    page: Page, fresh: App, provider: OpenIdProvider
) -> None:
    sign_in(page, fresh)
    expect(page.get_by_test_id("stSidebar")).to_contain_text("ada@example.com")
    expect(page.get_by_test_id("stSidebar")).to_contain_text("manager")
    copied = page.context.cookies()
    other = page.context.new_page()
    visit(other, fresh, "jobs", "Jobs")
    page.get_by_role("button", name="Sign out").click()
    expect(door(page)).to_contain_text("Sign in to sfsam")
    assert len(provider.signed_out) == 1
    other.get_by_test_id("stSidebarNavLink").filter(has_text="Audit").click()
    expect(door(other)).to_contain_text("Sign in to sfsam")
    page.context.add_cookies(copied)  # type: ignore[arg-type]
    page.reload()
    expect(door(page)).to_contain_text("Sign in to sfsam")


def test_an_answer_of_the_provider_that_is_not_good_lets_in_nobody(
    page: Page, fresh: App, provider: OpenIdProvider
) -> None:
    page.goto(fresh.url)
    for wrong in ({"iss": "https://evil.example"}, {"aud": "another"}):
        provider.wrong = wrong
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**?sign_in=refused")
        expect(door(page)).to_contain_text("The sign-in did not work")
        page.goto(fresh.url)
        expect(door(page)).to_contain_text("Sign in to sfsam")
    provider.person = {}  # refused by the person
    page.get_by_role("button", name="Sign in").click()
    expect(door(page)).to_contain_text("The sign-in did not work")


def test_what_the_library_lets_pass_the_guard_does_not(page: Page, fresh: App, provider: OpenIdProvider) -> None:
    """It allows an ID token two minutes beyond its end, and another audience to an authorized party."""
    now = int(time.time())
    provider.wrong = {"exp": now - 5}
    page.goto(fresh.url)
    page.get_by_role("button", name="Sign in").click()
    expect(door(page)).to_contain_text("Your sign-in is over")
    provider.wrong = {"aud": "another", "azp": CLIENT_ID}
    page.get_by_role("button", name="Sign in").click()
    expect(door(page)).to_contain_text("Sign in to sfsam")
    provider.wrong, provider.person["groups"] = {}, ["somebody-else"]
    page.get_by_role("button", name="Sign in").click()
    expect(door(page)).to_contain_text("You have no role here")
    page.get_by_role("button", name="Sign out").click()
    expect(door(page)).to_contain_text("Sign in to sfsam")


def test_a_role_sees_its_pages_and_no_other(page: Page, fresh: App, request: pytest.FixtureRequest) -> None:
    """Each role and page with `--campaign`; in CI two roles and a refusal of each, since tests/ui tries them all."""
    is_campaign = request.config.getoption("--campaign")
    for role in Role if is_campaign else (Role.INTEGRATOR, Role.ANALYST):
        page.context.add_cookies([_cookie(fresh, groups=[GROUPS[role]])])  # type: ignore[list-item]
        visit(page, fresh, "jobs", "Jobs")
        links = page.get_by_test_id("stSidebarNavLink").locator("p")
        assert {text.strip() for text in links.all_inner_texts()} == {
            title for name, title in LISTED.items() if role in PAGES[name]
        }
        refused = [name for name in LISTED if role not in PAGES[name]]
        for name in refused if is_campaign else refused[:1]:
            page.goto(f"{fresh.url}/{name}")
            expect(page.locator(".st-key-card_empty_role")).to_contain_text("Not for your role")


def test_the_log_knows_sign_ins_by_a_hash_and_no_secret(fresh: App) -> None:
    log = (fresh.command_line.data_dir.parent / "app.log").read_text()
    assert re.search(r"sign-in [0-9a-f]{12}: signed_in, roles: \w+", log)
    assert "a request of '/media' was refused with 401" in log
    assert not [each for each in (CLIENT_SECRET, ADA["email"], "eyJ") if each in log]


def door(page: Page) -> Any:
    return page.locator(".st-key-sign_in_door")


def sign_in(page: Page, app: App) -> None:
    page.goto(app.url)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def _cookie(app: App, **more: Any) -> dict[str, str]:
    """The cookie of a sign-in, as the app itself would sign it."""
    environment = app.command_line.environment
    secret = sign_in_secret(Settings(key_file=Path(environment["SFSAM_KEY_FILE"])))
    now, base = int(time.time()), urlsplit(app.url)
    claims = {
        **ADA,
        **{"aud": CLIENT_ID, "iat": now, "exp": now + 600, "nonce": str(more), "is_logged_in": True},
        **{"origin": f"{base.scheme}://{base.netloc}", "provider": "default"},
        **more,
    }
    value = create_signed_value(secret, "_streamlit_user", json.dumps(claims)).decode()
    return {"name": "_streamlit_user", "value": value, "domain": "127.0.0.1", "path": PATH}


def _status(app: App, path: str) -> int:
    connection = HTTPConnection(urlsplit(app.url).netloc, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()
