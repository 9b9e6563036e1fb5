"""The license position as it is worked with: filtered down to one person, and corrected by what people know."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import python_calamine
from playwright.sync_api import Page, expect

from sfsam.charts.formats import money_exact, number
from sfsam.domain.subscriptions import STALE_AFTER_DAYS
from tests.browser.walking import App, figure, fill, grid_rows, lead, settled, table, visit

pytestmark = [pytest.mark.browser, pytest.mark.emulator]

PRICE = Decimal("12.50")  # a seat and month, in dollars
DAYS_LESS = 30
HEADER_ROW, ROW = 35, 31
VALUE = "[data-testid=stMetricValue]"


def test_filters_hold_from_the_overview_to_the_evidence_of_one_person(page: Page, demo: App) -> None:
    visit(page, demo, "overview", "Overview")
    whole = figure(page, "Percent stale").inner_text()
    page.get_by_role("button", name="Filters").click()
    department = page.get_by_role("combobox", name="Department")
    department.fill("Service")
    page.get_by_role("option", name="Service", exact=True).click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Filters (1)")).to_be_visible()
    expect(figure(page, "Percent stale")).not_to_have_text(whole)
    settled(page)

    page.locator(".st-key-card_licenses").get_by_role("button", name="function").click()
    page.get_by_test_id("stPopoverBody").get_by_role("button", name="Open utilization").click()
    expect(page.locator(".st-key-page_head p").first).to_have_text("Utilization")
    expect(page.get_by_role("button", name="Filters (1)")).to_be_visible()
    settled(page)
    license_ = grid_rows(page)[1]
    _click_row(page, 1)
    chosen = page.locator(".st-key-card_chosen")
    expect(chosen).to_contain_text(f"{license_['License']} in {license_['Org']}")

    chosen.get_by_role("button", name="Open its stale seats").click()
    expect(page.locator(".st-key-page_head p").first).to_have_text("Subscriptions")
    expect(lead(page)).to_contain_text(f"{license_['Stale']} seats match")
    settled(page)
    seat = grid_rows(page)[1]
    assert (seat["License"], seat["Org"], seat["Now"]) == (license_["License"], license_["Org"], "Stale")
    _click_row(page, 1)
    evidence = page.locator(".st-key-card_evidence")
    expect(evidence).to_contain_text(seat["Person"])
    expect(evidence).to_contain_text("Service")
    seen = _deciding(table(evidence))

    settled(page)
    evidence.get_by_role("button", name="All about this person").click()
    expect(page.locator(".st-key-page_head p").first).to_have_text("Person")
    user = page.locator("[class*=st-key-card_user_]").filter(has_text=seat["Org"])
    expect(user).to_contain_text(seat["License"])
    assert _deciding(table(user)) == seen


def test_what_people_know_corrects_the_numbers_at_once(page: Page, demo: App, downloads: Path) -> None:
    visit(page, demo, "unrecognized_identifiers", "Unrecognized identifiers")
    identifier, product, seats = _map_the_first(page)
    visit(page, demo, f"software_models?q={product}", "Software models")
    [model] = grid_rows(page)
    assert (model["Model"], model["Assigned"], model["Price"]) == (product, seats, "None")
    visit(page, demo, f"subscriptions?model={product}", "Subscriptions")
    expect(lead(page)).to_contain_text(f"{seats} seats match")

    visit(page, demo, "entitlements", "Entitlements")
    _import_and_repair(page, downloads, identifier)
    visit(page, demo, f"utilization?model={product}", "Utilization")
    shown = grid_rows(page)
    assert {row["Price"] for row in shown} == {"List"}
    file = _exported(page, downloads)
    assert [row["model"] for row in file] == [product] * len(shown)  # the filter acts on the file
    assert {Decimal(str(row["unit_cost"])) for row in file} == {12 * PRICE}
    assert number(sum(int(row["assigned"]) for row in file)) == seats
    saved = {row["org"]: 12 * PRICE * int(row["reclaimable"]) for row in file}
    assert {row["org"]: Decimal(str(row["potential_savings"])) for row in file} == saved
    assert {row["Org"]: row["Savings a year"] for row in shown} == {
        org: money_exact(amount, "USD") for org, amount in saved.items()
    }
    stale, days = _what_if(page)
    visit(page, demo, f"subscriptions?model={product}&days={days}&part=Stale", "Subscriptions")
    expect(lead(page)).to_contain_text(f"{stale} seats match")


def _map_the_first(page: Page) -> tuple[str, str, str]:
    """Say that the first identifier is paid for; itself, its product and its seats. Whatever an earlier walk mapped
    is no longer first."""
    row = grid_rows(page)[0]
    identifier = row["Identifier"]
    product = f"Product{identifier}"
    before = lead(page).inner_text()
    form = page.locator(".st-key-card_mapping")
    expect(form).to_contain_text(identifier)
    fill(form, "Product", product)
    form.get_by_role("radio", name="Paid").click()
    form.get_by_role("button", name="Map identifier").click()
    expect(
        page.get_by_text(f"{product} from now on: {row['Seats']} seats follow in {row['Orgs']} orgs.")
    ).to_be_visible()
    expect(lead(page)).not_to_have_text(before)
    expect(page.locator(".st-key-card_mappings")).to_contain_text(f"{identifier} is {product}")
    return identifier, product, row["Seats"]


def _import_and_repair(page: Page, downloads: Path, identifier: str) -> None:
    """A file whose only row has a price in words, and the row's repair on the page."""
    file = downloads / "prices.csv"
    file.write_text(f"License,Price per month,Currency\n{identifier},twelve fifty,USD\n", encoding="utf-8")
    page.get_by_role("tab", name="Import").click()
    page.get_by_role("radio", name="List prices").click()
    settled(page)  # choosing what is imported draws the uploader anew
    page.locator(".st-key-import_upload input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Import list prices").click()
    waiting = page.locator(".st-key-card_failed_rows")
    expect(waiting).to_contain_text("1 row waits for repair")
    expect(waiting).to_contain_text("'twelve fifty' is no amount")
    waiting.get_by_label("Price per month").fill(str(PRICE))
    waiting.get_by_role("button", name="Try again").click()
    expect(waiting).to_have_count(0)


def _exported(page: Page, downloads: Path) -> list[dict[str, Any]]:
    """The page's list as XLSX, read by another library than the one that wrote it."""
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as download:
        page.get_by_test_id("stPopoverBody").get_by_role("button", name="XLSX").click()
    page.keyboard.press("Escape")
    download.value.save_as(downloads / "position.xlsx")
    book = python_calamine.CalamineWorkbook.from_path(downloads / "position.xlsx")
    head, *rows = book.get_sheet_by_index(0).to_python()
    return [dict(zip(map(str, head), row, strict=True)) for row in rows]


def _what_if(page: Page) -> tuple[str, int]:
    """Move the slider; the stale seats that it answers with, and its days."""
    card = page.locator(".st-key-card_what_if")
    stale = figure(card, "Stale seats").locator(VALUE)  # type: ignore[arg-type]
    before = stale.inner_text()
    slider = card.get_by_role("slider")
    days = STALE_AFTER_DAYS - DAYS_LESS
    slider.focus()
    for _ in range(DAYS_LESS):
        slider.press("ArrowLeft")
    expect(card.get_by_role("button", name=f"Judge the page by {days} days")).to_be_enabled()
    expect(stale).not_to_have_text(before)
    settled(page)
    return stale.inner_text(), days


def _click_row(page: Page, row: int) -> None:
    page.get_by_test_id("stDataFrame").first.click(position={"x": 60.0, "y": HEADER_ROW + ROW * (row + 0.5)})


def _deciding(rows: dict[str, list[str]]) -> tuple[str, list[str]]:
    """The signal that decides, with its day and age."""
    [found] = [(name, cells) for name, cells in rows.items() if "decides" in name]
    return found
