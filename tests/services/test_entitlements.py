"""Contracts, prices and savings: what a person enters changes every amount at once, exactly, and is written down."""

from __future__ import annotations

import csv
import zipfile
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sfsam.domain.candidates import State
from sfsam.domain.commands import (
    EnterSaving,
    Export,
    ListEntitlements,
    RemoveEntitlement,
    RemoveSaving,
    RevertPrice,
    SaveEntitlement,
    SavePrice,
)
from sfsam.domain.entitlements import Entitlement, Period
from sfsam.domain.savings import Cause
from sfsam.domain.subscriptions import Kind
from sfsam.errors import NotFound, RefusedError
from tests.examples import examples
from tests.services.conftest import Bench
from tests.store import tiny_org
from tests.store.test_reads import candidate

TODAY = tiny_org.TAKEN_AT.date()
_SPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
SANDBOX = "00Dxx0000001gPMEAY"


@pytest.fixture
def company(bench: Bench, tmp_path: Path) -> Bench:
    """The tiny org with a candidate, ben, who holds a Salesforce seat; on the day of its snapshot."""
    tiny_org.connect(bench.store)
    tiny_org.load(bench.store, tiny_org.stage(tmp_path))
    with bench.store.begin() as work:
        work.candidates.save([candidate("RC0000001", "ben")])
        work.commit()
    return bench


def sales_seat(bench: Bench, org_id: str = tiny_org.ORG_ID) -> dict[str, Any]:
    rows = bench.store.reads.rows("position", org_ids=[org_id])
    return next(row for row in rows if row["identifier"] == "SFDC")


def spend(bench: Bench) -> dict[str, Decimal]:
    return {row["currency"]: row["annual_spend"] for row in bench.store.reads.rows("overview_money")}


def worth(bench: Bench) -> tuple[Decimal, str]:
    [row] = bench.store.reads.rows("candidates")
    return row["potential_savings"], row["currency"]


def renewals(bench: Bench, within_days: int = 180) -> dict[str, dict[str, Any]]:
    rows = bench.store.reads.rows("renewals", today=TODAY, within_days=within_days)
    return {row["identifier"]: row for row in rows}


def test_a_contract_price_changes_position_overview_and_candidates_at_once(company: Bench) -> None:
    before = company.store.reads.version()
    assert (sales_seat(company)["unit_cost"], worth(company)) == (2100, (Decimal(2100), "USD"))
    contract = SaveEntitlement(
        license="Salesforce",
        quantity=12,
        unit_price=Decimal("99.99"),
        currency="eur",
        ends_on=date(2026, 12, 31),
        contract="C-1",
        actor="ada",
    )
    entered = company.handle(contract)
    seat = sales_seat(company)
    assert (seat["unit_cost"], seat["currency"], seat["price_source"]) == (Decimal("1199.88"), "EUR", "contract")
    assert (seat["owned"], seat["contract_quantity"]) == (10, 12)
    assert seat["potential_savings"] == 3 * Decimal("1199.88")
    assert spend(company)["EUR"] == 12 * Decimal("1199.88")
    assert worth(company) == (Decimal("1199.88"), "EUR")
    assert company.store.reads.version() != before
    [drift] = company.store.reads.rows("entitlement_drift")
    assert (drift["contract_quantity"], drift["owned"], drift["drift"]) == (12, 10, 2)
    yearly = contract.model_copy(update={"entitlement_id": entered.entitlement_id, "price_period": Period.YEAR})
    company.handle(yearly)
    assert sales_seat(company)["unit_cost"] == Decimal("99.99")
    company.handle(RemoveEntitlement(entitlement_id=entered.entitlement_id))
    assert (sales_seat(company)["unit_cost"], worth(company)) == (2100, (Decimal(2100), "USD"))
    actions = [entry["action"] for entry in company.store.reads.rows("audit")]
    assert actions == ["entitlement.removed", "entitlement.changed", "entitlement.entered"]
    with pytest.raises(NotFound):
        company.handle(RemoveEntitlement(entitlement_id=entered.entitlement_id))


def test_a_sandbox_has_no_price_whatever_its_contract_says(company: Bench, tmp_path: Path) -> None:
    tiny_org.connect(company.store, profile_id="p2", org_id=SANDBOX, name="Sandbox", is_sandbox=True)
    folder = tmp_path / "sandbox"
    folder.mkdir()
    objects = dict(tiny_org.OBJECTS)
    head, [row] = objects["Organization"]
    objects["Organization"] = (head, [[SANDBOX, *row[1:3], "true"]])
    tiny_org.load(company.store, tiny_org.stage(folder, objects, org_id=SANDBOX, profile_id="p2"))
    spent = spend(company)
    company.handle(SaveEntitlement(org="sandbox", license="SFDC", quantity=5, unit_price=Decimal(1000), currency="USD"))
    seat = sales_seat(company, SANDBOX)
    assert (seat["unit_cost"], seat["price_source"], seat["contract_quantity"]) == (None, "none", 5)
    assert spend(company) == spent
    with pytest.raises(RefusedError, match="Say which org; it can be one of Production, Sandbox"):
        company.handle(SaveEntitlement(license="SFDC", quantity=5))


def test_a_license_has_one_currency_at_a_time(company: Bench) -> None:
    first = SaveEntitlement(
        license="SFDC", quantity=6, unit_price=Decimal(100), currency="EUR", ends_on=date(2026, 12, 31), contract="A"
    )
    company.handle(first)
    other = first.model_copy(update={"currency": "USD", "contract": "B"})
    with pytest.raises(RefusedError, match="ENT0000001 prices the same seats in EUR for some of the same days"):
        company.handle(other)
    with pytest.raises(RefusedError, match="ENT0000001 has the same license, contract and first day"):
        company.handle(first)
    after = company.handle(other.model_copy(update={"starts_on": date(2027, 1, 1), "ends_on": None}))
    company.handle(other.model_copy(update={"currency": "EUR", "quantity": 4, "unit_price": Decimal(90)}))
    assert (after.number, after.state) == ("ENT0000002", "upcoming")
    assert sales_seat(company)["unit_cost"] == Decimal("1152.00")  # (6 x 1200 + 4 x 1080) / 10
    assert [row["state"] for row in company.store.reads.rows("entitlements", today=date(2027, 1, 1))] == [
        "ended",
        "ended",
        "active",
    ]
    for wrong, said in (
        ({"currency": ""}, "A unit price needs its currency"),
        ({"currency": "XXX"}, "no currency of ISO 4217"),
        ({"unit_price": Decimal("1.005")}, "at most two decimals"),
        ({"license": "Nothing"}, "There is no license 'Nothing'"),
        ({"starts_on": date(2028, 1, 1), "ends_on": date(2027, 1, 1)}, "before it starts"),
        ({"quantity": -1}, "Quantity"),
        ({"quantity": 99_999_999, "unit_price": Decimal(999_999)}, "more than a contract can be"),
    ):
        with pytest.raises(RefusedError, match=said):
            company.handle(first.model_copy(update=wrong))


seats = st.one_of(st.none(), st.integers(min_value=0, max_value=50_000))
prices = st.one_of(st.none(), st.integers(min_value=0, max_value=10_000_000).map(lambda cents: Decimal(cents) / 100))
contracts = st.lists(st.tuples(seats, prices, st.sampled_from(Period)), min_size=1, max_size=4)


@settings(max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entered=contracts)
def test_the_unit_cost_is_the_weighted_average_to_the_cent(
    company: Bench, entered: list[tuple[int | None, Decimal | None, Period]]
) -> None:
    records = [
        Entitlement(
            entitlement_id=f"e{place}",
            number=f"ENT{place}",
            org_id=tiny_org.ORG_ID,
            kind=Kind.USER,
            identifier="SFDC",
            quantity=quantity,
            unit_price=price,
            price_period=period,
            currency="EUR" if price is not None else "",
            entered_by="ada",
            entered_at=tiny_org.TAKEN_AT,
            updated_at=tiny_org.TAKEN_AT,
        )
        for place, (quantity, price, period) in enumerate(entered)
    ]
    with company.store.begin() as work:
        for known in work.entitlements.of_orgs([tiny_org.ORG_ID]):
            work.entitlements.remove(known.entitlement_id)
        work.entitlements.save(records)
        work.commit()
    with company.store._cursor() as cursor:
        [row] = cursor.execute("SELECT quantity, unit_cost, annual_spend, currency FROM contract").fetchall()
    yearly = [
        (1 if seats is None else seats, price * (12 if period is Period.MONTH else 1))
        for seats, price, period in entered
        if price is not None
    ]
    weight = sum(seats for seats, _ in yearly)
    whole = sum((seats * price for seats, price in yearly), Decimal(0))
    expected = (whole / weight).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP) if weight else None
    counted = [seats for seats, _, _ in entered if seats is not None]
    is_complete = all(seats is not None and price is not None for seats, price, _ in entered)
    assert row == (
        sum(counted) if counted else None,
        expected,
        whole if is_complete else None,
        "EUR" if yearly else None,
    )


def test_renewals_tell_how_many_seats_are_worth_it_and_show_both_ends(company: Bench) -> None:
    base = SaveEntitlement(
        license="SFDC",
        quantity=8,
        unit_price=Decimal(100),
        currency="EUR",
        ends_on=TODAY + timedelta(days=30),
        contract="A",
    )
    company.handle(base)
    company.handle(base.model_copy(update={"contract": "B", "quantity": 1, "ends_on": None}))
    company.handle(SaveEntitlement(license="SalesUserPsl", ends_on=TODAY + timedelta(days=180), contract="C"))
    company.handle(base.model_copy(update={"contract": "over", "ends_on": TODAY - timedelta(days=1)}))
    found = renewals(company)
    sales = found["SFDC"]
    # 7 are assigned, 3 of them stale; contract B goes on and covers 1 of the 4 that are needed
    assert (sales["quantity"], sales["assigned"], sales["seats_needed"], sales["seats_to_renew"]) == (8, 7, 4, 3)
    assert (sales["annual_cost"], sales["at_stake"], sales["currency"]) == (9600, 6000, "EUR")
    assert (sales["days_left"], sales["source"], sales["is_renewed"]) == (30, "contract", False)
    psl = found["SalesUserPsl"]
    assert (psl["contract_ends_on"], psl["expires_on"]) == (TODAY + timedelta(days=180), date(2027, 1, 31))
    assert (psl["quantity"], psl["annual_cost"]) == (5, None)
    assert set(renewals(company, 30)) == {"SFDC"} and renewals(company, 29) == {}
    company.handle(base.model_copy(update={"contract": "D", "starts_on": TODAY + timedelta(days=31), "ends_on": None}))
    assert renewals(company)["SFDC"]["is_renewed"]


def test_what_the_org_lets_expire_is_a_renewal_without_a_contract(company: Bench) -> None:
    found = company.store.reads.rows("renewals", today=TODAY, within_days=250)
    ends = {row["identifier"]: (row["source"], row["ends_on"], row["expires_on"]) for row in found}
    assert ends["SalesUserPsl"] == ("org", date(2027, 1, 31), date(2027, 1, 31))
    assert ends["SBQQ"] == ("org", date(2027, 6, 30), date(2027, 6, 30))


def test_an_entered_price_goes_before_the_shipped_one_until_it_is_reverted(company: Bench) -> None:
    price = SavePrice(
        license="Salesforce",
        org_edition="Enterprise Edition",
        price_per_month=Decimal("150.50"),
        currency="EUR",
        actor="ada",
    )
    company.handle(price)
    assert (sales_seat(company)["unit_cost"], sales_seat(company)["price_source"]) == (Decimal("1806.00"), "list")
    [row] = [row for row in company.store.reads.rows("prices") if row["is_entered"]]
    assert (row["price_per_month"], row["shipped_price"], row["shipped_currency"]) == (Decimal("150.50"), 175, "USD")
    revert = RevertPrice(kind=Kind.USER, identifier="SFDC", org_edition="Enterprise Edition")
    company.handle(revert)
    assert sales_seat(company)["unit_cost"] == 2100
    with pytest.raises(NotFound):
        company.handle(revert)
    with pytest.raises(RefusedError, match="no currency of ISO 4217"):
        company.handle(price.model_copy(update={"currency": "EURO"}))
    assert [entry["action"] for entry in company.store.reads.rows("audit")] == ["price.reverted", "price.entered"]


def test_three_kinds_of_savings_stand_apart_and_a_returned_seat_takes_back_what_it_freed(company: Bench) -> None:
    closed = candidate(
        "RC0000002", "eve", State.CLOSED_COMPLETE, seats=2, potential_savings="2340.50", currency="EUR"
    ).model_copy(update={"closed_at": tiny_org.TAKEN_AT})
    unproved = closed.model_copy(update={"number": "RC0000003", "user_id": "005-hal"})
    with company.store.begin() as work:
        work.candidates.save([closed, unproved])
        work.commit()
    with company.store._cursor() as cursor:
        cursor.execute(
            "INSERT INTO attempt BY NAME SELECT 'a' AS attempt_id, 'r' AS request_id, 'p1' AS profile_id,"
            " 'RC0000002' AS number, '005-eve' AS user_id, 'deactivate' AS step, 'r' AS record_id, 'done' AS outcome,"
            " '' AS code, '' AS said, now()::TIMESTAMP AS intended_at, now()::TIMESTAMP AS closed_at"
        )
    avoided = EnterSaving(
        cause=Cause.PURCHASE_AVOIDED,
        license="SFDC",
        seats=1,
        amount=Decimal("1800"),
        currency="EUR",
        saved_on=TODAY,
        proof="Ticket 7",
        actor="mia",
    )
    entered = company.handle(avoided)
    assert (entered.amount, entered.kind) == (Decimal(1800), Kind.USER)

    def kinds() -> dict[str, list[Decimal]]:
        found: dict[str, list[Decimal]] = {}
        for row in company.store.reads.rows("savings"):
            found.setdefault(row["sort"], []).append(row["amount"])
        return found

    assert kinds() == {"potential": [Decimal(6300)], "freed": [Decimal("2340.50")], "realized": [Decimal(1800)]}
    returned = EnterSaving(cause=Cause.SEAT_RETURNED, candidate_number="RC0000002", saved_on=TODAY, proof="HR mail")
    answer = company.handle(returned)
    assert (answer.amount, answer.seats) == (Decimal("2340.50"), 2)
    assert sorted(kinds()["freed"]) == [Decimal("-2340.50"), Decimal("2340.50")]
    [month] = company.store.reads.rows("savings_freed")
    assert (month["month"], month["amount"], month["seats"], month["candidates"], month["returned"]) == (
        date(2026, 11, 1),
        0,
        0,
        1,
        1,
    )
    for wrong, said in (
        (returned, "was taken back already"),
        (returned.model_copy(update={"candidate_number": "RC0000003"}), "freed nothing"),
        (avoided.model_copy(update={"amount": None}), "needs its amount"),
        (avoided.model_copy(update={"license": "Nothing"}), "There is no license"),
    ):
        with pytest.raises(RefusedError, match=said):
            company.handle(wrong)
    company.handle(RemoveSaving(saving_id=answer.saving_id))
    assert kinds()["freed"] == [Decimal("2340.50")]


def test_what_looks_like_a_formula_is_stored_as_text_and_leaves_harmless(company: Bench, tmp_path: Path) -> None:
    nasty = ("=cmd|' /C calc'!A0", "+1", "@x", "-2+3")
    for place, text in enumerate(nasty):
        company.handle(
            SaveEntitlement(license="SFDC", contract=text, note=text, starts_on=TODAY - timedelta(days=place))
        )
    assert {each.note for each in company.handle(ListEntitlements())} == set(nasty)
    csv_path, xlsx_path = tmp_path / "out.csv", tmp_path / "out.xlsx"
    company.handle(Export(what="entitlements", format="csv", output=str(csv_path)))
    company.handle(Export(what="entitlements", format="xlsx", output=str(xlsx_path)))
    with csv_path.open(encoding="utf-8", newline="") as file:
        assert {row["contract"] for row in csv.DictReader(file)} == {f"'{text}" for text in nasty}
    cells = sheet_cells(xlsx_path)
    assert {f"'{text}" for text in nasty} <= {text for _, text in cells}
    assert "f" not in {tag for tag, _ in cells}


def sheet_cells(path: Path) -> list[tuple[str, str]]:
    """Every value and formula of the first sheet, read from the markup itself, without the library that wrote it."""
    with zipfile.ZipFile(path) as archive:
        markup = ElementTree.fromstring(archive.read("xl/worksheets/sheet1.xml"))  # noqa: S314  a file of ours
        shared = archive.read("xl/sharedStrings.xml") if "xl/sharedStrings.xml" in archive.namelist() else b"<x/>"
    texts = ["".join(item.itertext()) for item in ElementTree.fromstring(shared)]  # noqa: S314
    cells = []
    for cell in markup.iter(f"{_SPACE}c"):
        for part in cell:
            text = "".join(part.itertext())
            is_shared = cell.get("t") == "s" and part.tag == f"{_SPACE}v"
            cells.append((part.tag.removeprefix(_SPACE), texts[int(text)] if is_shared else text))
    return cells
