"""Files that people import: every kind of fault, taking a file twice, repair, and what a person entered before."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from sfsam.domain.answers import EntitlementAnswer, ImportAnswer
from sfsam.domain.commands import (
    DropRows,
    ImportFile,
    ImportTemplate,
    ListEntitlements,
    ListImports,
    RepairRow,
    SaveEntitlement,
    SavePrice,
)
from sfsam.domain.imports import ImportKind, ImportState, RowState
from sfsam.errors import RefusedError
from tests.services.conftest import Bench
from tests.store import tiny_org

HEAD = ["Org", "License", "Kind", "Quantity", "Unit price", "Period", "Currency", "Starts on", "Ends on", "Contract"]
GOOD = ["Production", "SFDC", "user", "12", "100.00", "month", "EUR", "2026-01-01", "2026-12-31", "C-1"]
MODEL = [tiny_org.ORG_ID[:15], "sales user", "", "5", "EUR;1.200,50", "Jahr", "", "01.01.2026", "46387", "C-2"]
NO_PRICE = ["", "CRM User", "", "", "", "", "", "", "", "=cmd|' /C calc'!A0"]
FAULTS: dict[str, tuple[dict[str, str], str]] = {
    "no license": ({"License": ""}, "License is empty."),
    "an unknown license": ({"License": "Excel 97"}, "There is no license 'Excel 97' in that org"),
    "an unknown org": ({"Org": "Mars"}, "No connected org is called 'Mars'; there are Production."),
    "a license of another kind": ({"Kind": "package"}, "There is no license 'SFDC' in that org"),
    "no such kind": ({"Kind": "chair"}, "Kind: 'chair' is no kind"),
    "half a seat": ({"Quantity": "1.5"}, "Quantity: '1.5' is no whole number."),
    "an amount read two ways": ({"Unit price": "1,234"}, "can be read as 1234 or 1.234"),
    "a formula": ({"Unit price": "=1+1"}, "Unit price: '=1+1' is a formula; enter its value."),
    "no currency": ({"Currency": ""}, "A unit price needs its currency."),
    "no such currency": ({"Currency": "EURO"}, "Currency: 'EURO' is no currency of ISO 4217"),
    "two currencies in a row": ({"Unit price": "USD 3"}, "The price says USD, the column Currency EUR."),
    "no period": ({"Period": ""}, "A unit price needs its period, month or year."),
    "a date read two ways": ({"Ends on": "01/02/2027"}, "Ends on: '01/02/2027' can be read as two dates"),
    "no day of the calendar": ({"Ends on": "2026-02-30"}, "is no day of the calendar"),
    "an end before the start": ({"Ends on": "2025-12-31"}, "It ends on 2025-12-31, before it starts on 2026-01-01."),
    "two currencies at a time": (
        {"Currency": "USD", "Contract": "C-9", "Starts on": "2026-12-31", "Ends on": "2027-12-31"},
        "prices the same seats in EUR for some of the same days",
    ),
    "the same twice in a file": ({"Quantity": "13"}, "Another row of this file says otherwise (ENT0000001)."),
}


@pytest.fixture
def company(bench: Bench, tmp_path: Path) -> Bench:
    """The tiny org, on the day of its snapshot."""
    tiny_org.connect(bench.store)
    tiny_org.load(bench.store, tiny_org.stage(tmp_path))
    bench.clock.moment = tiny_org.TAKEN_AT
    return bench


def as_csv(folder: Path, *rows: Sequence[str], name: str = "contracts.csv", **how: Any) -> Path:
    path = folder / name
    text = io.StringIO()
    csv.writer(text, delimiter=how.get("delimiter", ",")).writerows(rows)
    path.write_bytes(text.getvalue().encode(how.get("encoding", "utf-8")))
    return path


def as_xlsx(folder: Path, *rows: Sequence[Any]) -> Path:
    """As a person makes it: a hidden sheet in front, numbers as numbers, dates as dates, one formula as text."""
    book = Workbook()
    book.active.title = "Notes"
    book.active.append(["this", "is", "hidden"])
    sheet = book.create_sheet("Contracts")
    for row in rows:
        sheet.append(list(row))
        for cell in sheet[sheet.max_row]:
            if isinstance(cell.value, str) and cell.value.startswith("=cmd"):
                cell.data_type = "s"
    book["Notes"].sheet_state = "hidden"
    book.active = 1
    book.save(folder / "contracts.xlsx")
    return folder / "contracts.xlsx"


def imported(bench: Bench, path: Path, kind: ImportKind = ImportKind.ENTITLEMENTS) -> ImportAnswer:
    return bench.run(ImportFile(kind=kind, file=str(path), actor="mia"))


def counts(answer: ImportAnswer) -> tuple[int, int, int, int]:
    return answer.rows_total, answer.rows_taken, answer.rows_unchanged, answer.rows_failed


def contracts(bench: Bench) -> list[EntitlementAnswer]:
    return bench.handle(ListEntitlements())


def waiting(bench: Bench) -> list[dict[str, Any]]:
    return bench.store.reads.rows("import_rows")


def test_a_file_with_every_kind_of_fault_is_taken_where_it_is_sound_and_twice_changes_nothing(
    company: Bench, tmp_path: Path
) -> None:
    faulty = [[fault.get(head, cell) for head, cell in zip(HEAD, GOOD, strict=True)] for fault, _ in FAULTS.values()]
    path = as_csv(tmp_path, HEAD, GOOD, MODEL, NO_PRICE, *faulty)
    first = imported(company, path)
    assert counts(first) == (3 + len(FAULTS), 3, 0, len(FAULTS))
    assert first.state is ImportState.COMPLETED_WITH_ERRORS
    rows = {row["number"]: row["reason"] for row in waiting(company)}
    said = {name: rows[number] for number, name in enumerate(FAULTS, start=5)}
    assert [name for name, (_, reason) in FAULTS.items() if reason not in said[name]] == []

    entries = len(company.store.reads.rows("audit"))
    taken = contracts(company)
    second = imported(company, path)
    assert counts(second) == (3 + len(FAULTS), 0, 3, len(FAULTS))
    assert contracts(company) == taken and len(waiting(company)) == len(FAULTS)
    assert len(company.store.reads.rows("audit")) == entries + 1  # the import itself

    by_contract = {each.contract: each for each in taken}
    exact, european, bare = by_contract["C-1"], by_contract["C-2"], by_contract["=cmd|' /C calc'!A0"]
    assert (exact.identifier, exact.quantity, exact.unit_price, exact.price_period) == (
        "SFDC",
        12,
        Decimal(100),
        "month",
    )
    assert (european.identifier, european.unit_price, european.currency) == ("SalesUserPsl", Decimal("1200.50"), "EUR")
    assert (european.price_period, european.starts_on, european.ends_on) == (
        "year",
        date(2026, 1, 1),
        date(2026, 12, 31),
    )
    assert (bare.identifier, bare.quantity, bare.unit_price, bare.starts_on) == ("CRMUserPsl", None, None, None)


@pytest.mark.parametrize(
    ("encoding", "delimiter"), [("utf-8-sig", ";"), ("cp1252", ";"), ("utf-16", "\t"), ("utf-8", ",")]
)
def test_whatever_excel_writes_as_csv_is_read(company: Bench, tmp_path: Path, encoding: str, delimiter: str) -> None:
    note = "Zürich, 3 Plätze"
    path = as_csv(tmp_path, [*HEAD, "Comment"], [*GOOD, note], encoding=encoding, delimiter=delimiter)
    assert counts(imported(company, path)) == (1, 1, 0, 0)
    assert contracts(company)[0].note == note


def test_a_workbook_is_read_by_its_visible_sheet_with_its_own_dates_and_numbers(company: Bench, tmp_path: Path) -> None:
    rows = [
        ["Production", "SFDC", None, 12, 99.9, "month", "EUR", date(2026, 1, 1), date(2026, 12, 31), "C-1"],
        ["Production", "SFDC", None, 1, "=10*2", "month", "EUR", None, None, "C-2"],
        ["Production", "CRMUserPsl", None, 1, None, None, None, None, None, "=cmd|x"],
    ]
    assert counts(imported(company, as_xlsx(tmp_path, HEAD, *rows))) == (3, 2, 0, 1)
    first = next(each for each in contracts(company) if each.contract == "C-1")
    assert (first.unit_price, first.starts_on, first.quantity) == (Decimal("99.90"), date(2026, 1, 1), 12)
    assert {each.contract for each in contracts(company)} == {"C-1", "=cmd|x"}
    assert waiting(company)[0]["reason"] == "Unit price: '=10*2' is a formula; enter its value."


def test_a_failed_row_is_repaired_or_dropped_and_stays_so(company: Bench, tmp_path: Path) -> None:
    wrong, other = [*GOOD[:4], "1,234", *GOOD[5:]], [*GOOD[:1], "Nothing", *GOOD[2:]]
    path = as_csv(tmp_path, HEAD, wrong, other)
    imported(company, path)
    price, license_ = waiting(company)
    cells = {name: value for name, value in zip(_names(), wrong, strict=True) if value}
    still = company.handle(RepairRow(row_id=price["row_id"], cells=cells | {"unit_price": "12.3.4"}, actor="mia"))
    assert (still.state, still.reason) == (RowState.NEEDS_REVIEW, "Unit price: '12.3.4' is no amount.")
    assert waiting(company)[0]["reason"] == still.reason
    done = company.handle(RepairRow(row_id=price["row_id"], cells=cells | {"unit_price": "1234.00"}, actor="mia"))
    assert done.state is RowState.REPAIRED
    assert [each.unit_price for each in contracts(company)] == [Decimal(1234)]
    company.handle(DropRows(row_ids=(license_["row_id"],), actor="mia"))
    assert waiting(company) == []
    assert counts(imported(company, path)) == (2, 0, 2, 0)
    with pytest.raises(RefusedError):
        company.handle(DropRows(row_ids=(license_["row_id"],)))
    actions = [entry["action"] for entry in company.store.reads.rows("audit")]
    assert {"import.row_repaired", "import.row_dropped", "entitlement.entered", "import.made"} <= set(actions)


def test_what_a_person_entered_wins_until_somebody_chooses_to_replace_it(company: Bench, tmp_path: Path) -> None:
    entered = company.handle(
        SaveEntitlement(license="Salesforce", quantity=10, starts_on=date(2026, 1, 1), contract="c-1", actor="ada")
    )
    answer = imported(company, as_csv(tmp_path, HEAD, GOOD))
    assert counts(answer) == (1, 0, 0, 1)
    [row] = waiting(company)
    assert row["replaceable"]
    assert row["reason"] == "A person entered ENT0000001 and says quantity 10, this row 12."
    assert contracts(company)[0] == entered
    cells = dict(zip(_names(), GOOD, strict=True))
    assert company.handle(RepairRow(row_id=row["row_id"], cells=cells)).state is RowState.NEEDS_REVIEW
    assert company.handle(RepairRow(row_id=row["row_id"], cells=cells, replace=True)).state is RowState.REPAIRED
    [now] = contracts(company)
    assert (now.entitlement_id, now.number, now.quantity) == (entered.entitlement_id, "ENT0000001", 12)


def test_prices_are_imported_alike(company: Bench, tmp_path: Path) -> None:
    company.handle(SavePrice(license="CRM User", price_per_month=Decimal("9.90"), currency="EUR", actor="ada"))
    path = as_csv(
        tmp_path,
        ["License", "Org edition", "List price", "Currency"],
        ["SFDC", "Enterprise Edition", "EUR 150", ""],
        ["AUL", "", "20.5", "USD"],
        ["CRMUserPsl", "", "11.00", "EUR"],
        ["SFDC", "", "3", ""],
    )
    assert counts(imported(company, path, ImportKind.PRICES)) == (4, 2, 0, 2)
    assert counts(imported(company, path, ImportKind.PRICES)) == (4, 0, 2, 2)
    reasons = [row["reason"] for row in waiting(company)]
    assert reasons == ["A person entered another price, EUR 9.90 a month.", "A price needs its currency."]
    prices = {(row["identifier"], row["org_edition"]): row for row in company.store.reads.rows("prices")}
    sales = prices["SFDC", "Enterprise Edition"]
    assert (sales["price_per_month"], sales["currency"], sales["shipped_price"]) == (150, "EUR", 175)
    [seat] = [row for row in company.store.reads.rows("position") if row["identifier"] == "SFDC"]
    assert (seat["unit_cost"], seat["currency"], seat["is_price_entered"]) == (1800, "EUR", True)


@pytest.mark.parametrize("kind", [ImportKind.ENTITLEMENTS, ImportKind.PRICES])
@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_a_template_can_be_imported_and_its_example_is_not_taken(
    company: Bench, tmp_path: Path, kind: ImportKind, file_format: str
) -> None:
    template = company.handle(ImportTemplate(kind=kind, format=file_format))
    path = tmp_path / template.file_name
    path.write_bytes(template.data)
    assert counts(imported(company, path, kind)) == (0, 0, 0, 0)
    assert template.file_name == f"sfsam-{kind}-template.{file_format}"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is empty."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1old", "The file is an old XLS workbook, or is protected by a password."),
        (b"PK\x03\x04 not a zip at all", "The file is no XLSX workbook, or is damaged."),
        (b"a\0b", "The file is no text and no XLSX workbook."),
        (b"Org,Seats\nx,1\n", "The file has no column License"),
        (b"License,Model\nx,1\n", "More than one column is License."),
        (b'License\n"open', "Row 2 is no CSV"),
        (b"License," + b"x," * 200 + b"\n", "Row 1 has 201 cells; an import takes 100."),
        (b"License\n" + b"x" * 3000, "A cell of row 2 has 3,000 characters"),
        (b"License\n" + b"x" * 20_000_001, "The file has 20.0 MB; an import takes 20 MB."),
    ],
    ids=lambda value: value[:24] if isinstance(value, str) else "",
)
def test_a_file_that_cannot_be_read_says_why_and_takes_nothing(
    company: Bench, tmp_path: Path, content: bytes, said: str
) -> None:
    path = tmp_path / "file.bin"
    path.write_bytes(content)
    with pytest.raises(RefusedError, match=said.replace("(", r"\(")):
        imported(company, path)
    [failed] = company.handle(ListImports())
    assert (failed.state, failed.rows_taken) == (ImportState.FAILED, 0)
    assert failed.reason.startswith(said)


def test_a_workbook_that_unpacks_to_gigabytes_is_not_unpacked(company: Bench, tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/a.xml", "w") as part:
        for _ in range(201):
            part.write(b"\0" * 1_000_000)
    assert path.stat().st_size < 300_000
    with pytest.raises(RefusedError, match="unpacks to 201 MB"):
        imported(company, path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>')
    with pytest.raises(RefusedError, match="declares markup of its own"):
        imported(company, path)


def test_an_upload_is_removed_and_another_file_is_not(company: Bench, tmp_path: Path) -> None:
    path = as_csv(tmp_path, HEAD, GOOD)
    imported(company, path)
    assert path.exists()
    company.clock.advance(minutes=1)
    company.run(ImportFile(kind=ImportKind.ENTITLEMENTS, file=str(path), file_name="mine.csv", is_upload=True))
    assert not path.exists()
    assert company.handle(ListImports())[0].file_name == "mine.csv"
    with pytest.raises(RefusedError, match="could not be read"):
        imported(company, path)


def _names() -> list[str]:
    special = {"Starts on": "starts_on", "Ends on": "ends_on", "Unit price": "unit_price", "Period": "price_period"}
    return [special.get(head, head.lower()) for head in HEAD]
