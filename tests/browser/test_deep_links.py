"""Every page by its own address on a fresh server, and what every answer carries."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from sfsam.ui.shell import SECTIONS, Entry
from sfsam.web.security import HEADERS
from tests.browser.walking import App, app, visit
from tests.e2e.journey import CommandLine, PracticeProcess

pytestmark = [pytest.mark.browser, pytest.mark.emulator]

FOLDERS: dict[str, list[Entry]] = {}
for each in (entry for entries in SECTIONS.values() for entry in entries):
    FOLDERS.setdefault(Path(each.path).parent.name, []).append(each)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, orgs: PracticeProcess) -> Path:
    """A data folder with one org in it."""
    folder = tmp_path_factory.mktemp("deep")
    sfsam = CommandLine(folder)
    sfsam.connect(orgs.orgs[0])
    sfsam.done("download", "Production")
    sfsam.done("identify")
    return folder


@pytest.fixture
def fresh(folder: Path) -> Iterator[App]:
    """A server that nobody has asked for anything."""
    with app(folder, "serve") as started:
        yield started


@pytest.mark.parametrize("name", FOLDERS)
def test_deep_links_to_a_fresh_server_show_the_page_inside_the_frame(page: Page, fresh: App, name: str) -> None:
    """The first page of a folder is the first thing the server is asked for; each visit is a session of its own."""
    for entry in FOLDERS[name]:
        visit(page, fresh, Path(entry.path).stem, entry.title)
        expect(page.get_by_test_id("stSidebarNavLink").filter(has_text="Overview")).to_be_visible()
        expect(page.get_by_test_id("stException")).to_have_count(0)


def test_an_unknown_page_is_said_to_be_unknown_and_other_hosts_are_refused(page: Page, fresh: App) -> None:
    page.goto(f"{fresh.url}/no-such-page")
    expect(page.get_by_role("dialog")).to_contain_text("Page not found")
    assert _answer(fresh, "/", "evil.example")[0] == http.client.BAD_REQUEST
    status, headers = _answer(fresh, "/overview", urlsplit(fresh.url).netloc)
    assert status == http.client.OK
    assert {name: headers.get(name.lower()) for name in HEADERS} == HEADERS


def _answer(app: App, path: str, host: str) -> tuple[int, dict[str, str]]:
    connection = http.client.HTTPConnection(urlsplit(app.url).netloc, timeout=10)
    try:
        connection.request("GET", path, headers={"Host": host})
        response = connection.getresponse()
        return response.status, {name.lower(): value for name, value in response.getheaders()}
    finally:
        connection.close()
