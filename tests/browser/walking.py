"""What a walk through the app needs: the app as its own process, and the steps a person takes on a page."""

from __future__ import annotations

import itertools
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.e2e.journey import PROJECT, CommandLine, PracticeProcess

ROW_HEIGHT = 31
JOB_MILLISECONDS = 60_000
# What was asked for is on its way for a moment before the page says that it runs, so a page must be still for a while.
STILL = """asked => {
    const app = document.querySelector("[data-testid=stApp][data-test-script-state=notRunning]");
    if (!app || window.stillAsked !== asked) window.stillSince = performance.now();
    window.stillAsked = asked;
    return app !== null && performance.now() - window.stillSince > 150;
}"""
_asked = itertools.count()


@dataclass(frozen=True)
class App:
    """The running app: its address, and the command line on the same data folder."""

    url: str
    command_line: CommandLine
    process: subprocess.Popen[str]

    def practice(self) -> PracticeProcess:
        """The side door of the practice org that this app started."""
        memory = json.loads((self.command_line.data_dir / "practice.json").read_text())
        return PracticeProcess({"orgs": memory["orgs"], "ca_file": ""}, self.process)


@contextmanager
def app(folder: Path, *command: str, port: int | None = None, **environment: str) -> Iterator[App]:
    """`python -m sfsam COMMAND` on a free port or this one, from its line "sfsam is ready" until the block ends."""
    folder.mkdir(parents=True, exist_ok=True)
    command_line = CommandLine(folder, **environment)
    with (folder / "app.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "sfsam", *command, "--port", str(port or _free_port())],
            cwd=PROJECT,
            env=command_line.environment | {"PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("sfsam is ready: "), (folder / "app.log").read_text()
        yield App(line.split()[-1], command_line, process)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


# ── Steps on a page ──


def visit(page: Page, app: App, address: str, head: str) -> None:
    """Open an address and wait until its page, with this name, stands."""
    page.goto(f"{app.url}/{address}")
    expect(page.locator(".st-key-page_head p").first).to_have_text(head)
    settled(page)


def settled(page: Page) -> None:
    """Wait until the page is drawn and nothing more comes."""
    page.wait_for_function(STILL, arg=next(_asked))


def lead(page: Page) -> Locator:
    """The sentence at the top of the page."""
    return page.locator(".st-key-lead")


def figure(page: Page, label: str) -> Locator:
    """The first key figure with this label: what an assumption would change says the label once more, below."""
    return page.get_by_test_id("stMetric").filter(has_text=label).first


def table(place: Locator) -> dict[str, list[str]]:
    """The rows of a small table, by their first cell: read in one go, once they are there."""
    rows = place.locator("tr")
    expect(rows.first).to_be_attached()
    cells: list[list[str]] = rows.evaluate_all(
        "rows => rows.map(row => [...row.querySelectorAll('th, td')].map(cell => cell.innerText.trim()))"
    )
    return {row[0]: row[1:] for row in cells if row}


def grid_rows(page: Page) -> list[dict[str, str]]:
    """The rows of the first grid, by heading: it is painted, and says its rows to screen readers."""
    grid = page.get_by_test_id("stDataFrame").first
    expect(grid.locator("[role=gridcell]").first).to_be_attached()
    headings, *rows = grid.evaluate(
        """grid => {
            const texts = (place, cells) => [...place.querySelectorAll(cells)].map(cell => cell.textContent);
            const rows = [...grid.querySelectorAll("tbody [role=row]")];
            return [texts(grid, "[role=columnheader]"), ...rows.map(row => texts(row, "[role=gridcell]"))];
        }"""
    )
    return [dict(zip(headings, row, strict=True)) for row in rows]


def tick(page: Page, row: int) -> None:
    """Tick a row of the first grid, once it is painted."""
    grid = page.get_by_test_id("stDataFrame").first
    expect(grid.locator("[role=gridcell]").first).to_be_attached()
    grid.click(position={"x": 16.0, "y": ROW_HEIGHT * (row + 1.5)})
    expect(grid.locator("tbody [role=row]").nth(row)).to_have_attribute("aria-selected", "true")


def fill(page: Page | Locator, label: str, text: str) -> None:
    """Enter text, and leave the field as a person does, so that the page hears of it."""
    field = page.get_by_label(label, exact=True)
    field.fill(text)
    field.press("Tab")


def open_short_form(page: Page, app: App) -> None:
    """The welcome page with its folded form, for somebody who has client id and secret at hand."""
    visit(page, app, "welcome", "Connect an org")
    page.get_by_text("Client id and secret at hand?").click()
    expect(page.get_by_label("Display name", exact=True)).to_be_visible()


def enter_connection(page: Page, name: str, org: dict[str, Any], secret: str) -> None:
    """Fill the form of the welcome page for this org."""
    fill(page, "Display name", name)
    fill(page, "Connection URL", org["base_url"])
    fill(page, "OAuth client id", org["client_id"])
    fill(page, "OAuth client secret", secret)


def connect_by_log_in(page: Page, app: App, name: str, org: dict[str, Any], *, deny_first: bool = False) -> None:
    """Enter the org with the authorization code grant, log in as its administrator, and allow the access."""
    open_short_form(page, app)
    page.get_by_role("radio", name="Authorization code").click()
    expect(page.get_by_text(f"{app.url}/oauth/callback")).to_be_visible()
    enter_connection(page, name, org, org["client_secret"])
    page.get_by_role("button", name="Save and go to the log-in").click()
    page.get_by_role("link", name="Log in to Salesforce").click()
    page.get_by_label("Username").fill(org["admin_username"])
    page.get_by_label("Password").fill(org["admin_password"])
    page.get_by_role("button", name="Log In").click()
    if deny_first:
        page.get_by_role("button", name="Deny").click()
        expect(page.get_by_text("Start the log-in again and choose Allow")).to_be_visible()
        page.get_by_role("link", name="Log in to Salesforce").click()
    page.get_by_role("button", name="Allow").click()
    expect(page.get_by_text("Salesforce accepted the log-in for")).to_be_visible()


def job_ends(page: Page, title: str, word: str, *, but: Iterable[str] = ()) -> Locator:
    """Wait for the card of a job, but one of these, to say how it ended; the card."""
    badge = re.compile(f"(check_circle|warning|error) {word}")
    others = "".join(f":not(.st-key-card_job_{job_id})" for job_id in but)
    ended = page.locator(f"[class*=st-key-card_job_]{others}").filter(has_text=title).filter(has_text=badge).first
    expect(ended).to_be_visible(timeout=JOB_MILLISECONDS)
    return ended


def update_screenshots() -> bool:
    """Whether the pictures of the README are to be made anew."""
    return os.environ.get("SFSAM_UPDATE_SCREENSHOTS") == "1"
