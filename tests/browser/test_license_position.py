"""The license position in a browser: from the overview to one person, an address that can be shared, the what-if."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from playwright.sync_api import TimeoutError as Late

from sfsam.charts.formats import number
from tests.browser.walking import App, figure, grid_rows, lead, settled, visit
from tests.e2e.journey import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.emulator]

TRIED = 90


def test_a_bar_leads_to_its_license_its_part_and_one_person(page: Page, demo: App) -> None:
    visit(page, demo, "overview?org=Northwind+Industries", "Overview")
    _click_row(page.locator(".st-key-card_licenses .js-plotly-plot"), 0)
    expect(page.locator(".st-key-page_head p").first).to_have_text("Utilization")
    expect(page.locator(".st-key-card_chosen")).to_contain_text("Salesforce in Northwind Industries")
    assert "org=Northwind+Industries" in page.url and "model=Salesforce" in page.url
    settled(page)
    stale = figure(page, "Stale").locator("[data-testid=stMetricValue]").inner_text()
    _click_row(page.locator(".st-key-card_chosen .js-plotly-plot"), 1)
    expect(page.locator(".st-key-page_head p").first).to_have_text("Subscriptions")
    expect(lead(page)).to_contain_text(f"{stale} seats match")
    settled(page)
    row = grid_rows(page)[0]
    assert (row["License"], row["Now"]) == ("Salesforce", "Stale")
    expect(page.locator(".st-key-card_evidence")).to_contain_text(row["Person"])


def test_an_address_shows_somebody_else_the_same_numbers(page: Page, demo: App, browser: Browser) -> None:
    visit(page, demo, "overview", "Overview")
    page.get_by_role("radio", name="Northwind Field Services").click()
    page.get_by_role("button", name=re.compile("Filters")).click()
    days = page.get_by_test_id("stNumberInputField")
    days.fill(str(TRIED))
    days.press("Enter")
    page.get_by_text("Include sandboxes").click()
    page.keyboard.press("Escape")
    expect(lead(page)).to_contain_text(f"for {TRIED} days")
    expect(page.get_by_role("button", name="Filters (2)")).to_be_visible()
    settled(page)
    other = browser.new_context(viewport=page.viewport_size, locale="en-US").new_page()
    other.goto(page.url)
    expect(lead(other)).to_have_text(lead(page).inner_text())
    wait_until(lambda: _key_figures(page) and _key_figures(other) == _key_figures(page), "the same figures on both")
    other.context.close()


def _key_figures(page: Page) -> list[str]:
    return page.locator("[data-testid=stMetricValue]").all_inner_texts()


def test_the_same_filters_give_the_same_seats_on_every_page_and_on_the_command_line(
    page: Page, demo: App, downloads: Path
) -> None:
    visit(page, demo, "utilization?org=Northwind+Industries", "Utilization")
    assigned = figure(page, "Assigned").locator("[data-testid=stMetricValue]").inner_text()
    stale = figure(page, "Stale").locator("[data-testid=stMetricValue]").inner_text()
    expect(page.get_by_text(f"with {assigned} assigned seats")).to_be_visible()
    visit(page, demo, "overview?org=Northwind+Industries", "Overview")
    expect(lead(page)).to_contain_text(f"{stale} of them have not been used")
    visit(page, demo, "subscriptions?org=Northwind+Industries&counted=true", "Subscriptions")
    expect(lead(page)).to_contain_text(f"{assigned} seats match")
    visit(page, demo, "subscriptions?org=Northwind+Industries&counted=true&part=Stale", "Subscriptions")
    expect(lead(page)).to_contain_text(f"{stale} seats match")
    file = downloads / "position.csv"
    demo.command_line.done("export", "position", "--format", "csv", "--output", str(file))
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["org"] == "Northwind Industries"]
    counted = [row for row in rows if row["is_counted"] == "true"]
    assert (assigned, stale) == tuple(number(sum(int(row[part]) for row in counted)) for part in ("assigned", "stale"))


def test_the_what_if_answers_while_the_page_stays_and_its_rows_open_elsewhere(
    page: Page, demo: App, downloads: Path
) -> None:
    visit(page, demo, "overview", "Overview")
    said = lead(page).inner_text()
    card = page.locator(".st-key-card_what_if")
    before = figure(card, "Stale seats").inner_text()  # type: ignore[arg-type]
    slider = card.get_by_role("slider")
    slider.focus()
    for _ in range(30):
        slider.press("ArrowRight")
    expect(figure(card, "Stale seats")).not_to_have_text(before)  # type: ignore[arg-type]
    expect(card.get_by_role("button", name=f"Judge the page by {TRIED} days")).to_be_enabled()
    assert lead(page).inner_text() == said
    card.get_by_role("button", name="function").click()
    with page.expect_download() as download:
        page.get_by_test_id("stPopoverBody").get_by_role("button", name="XLSX").click()
    download.value.save_as(downloads / "what-if.xlsx")
    sheet = openpyxl.load_workbook(downloads / "what-if.xlsx").worksheets[0]
    head, *rows = sheet.iter_rows(values_only=True)
    place = list(head).index("candidates")
    candidates = sum(row[place] for row in rows if row[0] == TRIED)  # a row for each currency
    expect(figure(card, "Candidates, at most")).to_contain_text(number(candidates))  # type: ignore[arg-type]


def _click_row(plot: Locator, row: int) -> None:
    """A click on the bar of this row, as a hand does it: there first, then down."""
    expect(plot).to_be_visible()
    place = {"x": 20.0, "y": 46.0 * (row + 0.72)}
    plot.scroll_into_view_if_needed()
    for step in range(20):  # a figure that is just being drawn hears no hand: it is moved until it does
        plot.hover(position={**place, "x": place["x"] + step})  # type: ignore[arg-type]
        try:
            plot.page.wait_for_function("plot => plot._hoverdata?.length", arg=plot.element_handle(), timeout=1_000)
            break
        except Late:
            continue
    plot.click(position=place)  # type: ignore[arg-type]
