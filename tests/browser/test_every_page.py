"""Every page of the navigation, light, dark and at phone width: axe-core finds no fault, nothing runs sideways."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from playwright.sync_api import TimeoutError as Late

from sfsam.ui import shell
from tests.browser.walking import App, settled

pytestmark = [pytest.mark.browser, pytest.mark.emulator]

PHONE, DESK = {"width": 420, "height": 900}, {"width": 1440, "height": 950}
SERIOUS = {"serious", "critical"}
ADDRESSES = sorted(
    entry.path.rsplit("/", 1)[-1].removesuffix(".py") for entries in shell.SECTIONS.values() for entry in entries
)
# A grid is a canvas by glide-data-grid with a table for screen readers inside; its inner roles are not ours to mend.
# Streamlit itself wraps each entry of the sidebar's list in a div, so the two rules about lists can never hold there.
NOT_OURS = [["[data-testid=stDataFrame] canvas"], ["[data-testid=stDataFrameGlideDataEditor]"]]
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"],
    "rules": {"list": {"enabled": False}, "listitem": {"enabled": False}},
    "resultTypes": ["violations"],
}
FITS = """() => [document.scrollingElement, document.querySelector("[data-testid=stMain]")]
    .every(place => place.scrollWidth <= Math.min(innerWidth, place.clientWidth) + 1)"""


@pytest.fixture(scope="module")
def walker(browser: Browser) -> Iterator[Page]:
    """One tab that goes from page to page."""
    context = browser.new_context(viewport=DESK, locale="en-US", reduced_motion="reduce")  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(20_000)
    yield page
    context.close()


# Two halves, so that both cores walk.
@pytest.mark.parametrize("addresses", [ADDRESSES[::2], ADDRESSES[1::2]], ids=["even", "odd"])
def test_no_page_has_a_serious_fault_and_none_runs_sideways_on_a_phone(
    walker: Page, demo: App, addresses: list[str]
) -> None:
    faults: dict[str, Any] = {}
    for address in addresses:
        walker.set_viewport_size(DESK)  # type: ignore[arg-type]
        walker.goto(f"{demo.url}/{address}")
        walker.wait_for_selector(".st-key-page_head, .st-key-hero, .st-key-card_empty_data")
        settled(walker)
        for scheme in ("light", "dark"):
            walker.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            if serious := _serious(walker):
                faults[f"{address} {scheme}"] = serious
        walker.set_viewport_size(PHONE)  # type: ignore[arg-type]
        try:
            walker.wait_for_function(FITS, timeout=3_000)
        except Late:
            faults[f"{address} at {PHONE['width']} px"] = "runs sideways"
    assert faults == {}


def _serious(page: Page) -> list[tuple[str, str, str]]:
    """Serious and critical faults: rule, element, why."""
    found = Axe().run(page, context={"exclude": NOT_OURS}, options=RULES).response["violations"]  # type: ignore[arg-type]
    return [
        (fault["id"], node["html"][:160], node["failureSummary"][:200])
        for fault in found
        if fault["impact"] in SERIOUS
        for node in fault["nodes"][:3]
    ]
