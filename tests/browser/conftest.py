"""A browser, one app with the demo's data, one empty app, and one practice org, shared by the walks."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from tests.browser import walking
from tests.browser.find_browser import find_browser
from tests.browser.walking import App
from tests.e2e.journey import PROJECT, PracticeProcess, practice_org
from tests.fakes.mail_server import MailServer, mail_server

PICTURES = PROJECT / "build" / "browser"
SECONDS_TO_APPEAR = 30  # on a machine that has other things to do as well
WIDTH, HEIGHT = 1440, 950
# Each visit loads the whole frame anew: what is compiled for speed or moves for beauty is thrown away a second later.
LEAN = ["--disable-gpu", "--js-flags=--no-turbofan,--no-maglev"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A walk that failed is walked once more; the end of the run names it (see CONTRIBUTING.md)."""
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = find_browser()
    assert path, "No browser for the tests: install Chromium or set CHROMIUM_PATH to one."
    expect.set_options(timeout=SECONDS_TO_APPEAR * 1000)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=LEAN)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page of its own. What it throws fails the test; a failed test leaves its picture in build/browser."""
    desk: ViewportSize = {"width": WIDTH, "height": HEIGHT}
    context = browser.new_context(viewport=desk, locale="en-US", color_scheme="light", reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(SECONDS_TO_APPEAR * 1000)
    thrown: list[str] = []
    page.on("pageerror", lambda error: thrown.append(str(error)))
    yield page
    if thrown or request.node.stash.get(FAILED, False):
        PICTURES.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=PICTURES / f"{request.node.name}.png", full_page=True)
    context.close()
    assert not thrown, thrown


FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when != "teardown":
        item.stash[FAILED] = report.failed
    return report


@pytest.fixture(scope="session")
def mails() -> Iterator[MailServer]:
    """The mail server of the demo."""
    with mail_server() as running:
        yield running


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory, mails: MailServer) -> Iterator[App]:
    """What `make demo` shows, with fewer people."""
    users = "2000" if walking.update_screenshots() else "400"
    with walking.app(tmp_path_factory.mktemp("demo"), "demo", "--users", users, **mails.settings) as app:
        yield app


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The app as it stands after installing."""
    with walking.app(tmp_path_factory.mktemp("app"), "serve") as app:
        yield app


@pytest.fixture
def empty_app(installed: App, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[App]:
    """The installed app; for a second walk another one, which knows nothing of the first."""
    if getattr(request.node, "execution_count", 1) == 1:
        yield installed
    else:
        with walking.app(tmp_path / "again", "serve") as another:
            yield another


@pytest.fixture(scope="session")
def orgs() -> Iterator[PracticeProcess]:
    """Practice orgs that nobody has connected yet."""
    with practice_org(users=150, orgs=2) as practice:
        yield practice


@pytest.fixture
def downloads(tmp_path: Path) -> Path:
    return tmp_path
