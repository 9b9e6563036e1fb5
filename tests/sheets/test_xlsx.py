"""XLSX files as a person opens them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from openpyxl import load_workbook

from sfsam.sheets.xlsx import ExcelSheets


def test_rows_arrive_under_a_bold_frozen_header(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    batches = [(["name", "seats"], [("Ada", 1), ("Bob", 2)]), (["name", "seats"], [("Cid", 3)])]
    assert ExcelSheets().write_xlsx(path, "Unused: licenses", batches) == 3
    sheet = load_workbook(path).active
    assert sheet.title == "Unused  licenses"
    assert list(sheet.values) == [("name", "seats"), ("Ada", 1), ("Bob", 2), ("Cid", 3)]
    assert sheet["A1"].font.bold
    assert sheet.freeze_panes == "A2"
    assert [file.name for file in tmp_path.iterdir()] == ["list.xlsx"]


@pytest.mark.parametrize("text", ["=1+1", "=cmd|' /C calc'!A0", "+1", "@SUM(A1)"])
def test_text_is_never_a_formula(text: str, tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    ExcelSheets().write_xlsx(path, "Text", [([text], [(text,)])])
    sheet = load_workbook(path).active
    assert [(cell.data_type, cell.value) for cell in (sheet["A1"], sheet["A2"])] == [("s", text), ("s", text)]


def test_values_that_a_sheet_cannot_hold_are_made_plain(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    row: tuple[Any, ...] = (
        None,
        float("nan"),
        pd.NaT,
        Decimal("12.50"),
        datetime(2026, 11, 24, 8, tzinfo=UTC),
        {"a": 1},
        "bell\x07",
        True,
    )
    ExcelSheets().write_xlsx(path, "Values", [(list("abcdefgh"), [row])])
    values = list(load_workbook(path).active.values)[1]
    in_utc = row[4].replace(tzinfo=None)
    assert values == (None, None, None, 12.5, in_utc, '{"a": 1}', "bell ", True)


def test_a_list_longer_than_a_sheet_goes_on_in_the_next(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    rows = [(number,) for number in range(5)]
    assert ExcelSheets(max_data_rows=2).write_xlsx(path, "Long", [(["n"], rows)]) == 5
    book = load_workbook(path)
    assert book.sheetnames == ["Long", "Long (2)", "Long (3)"]
    assert [value for sheet in book for (value,) in list(sheet.values)[1:]] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(("batches", "rows"), [([], [()]), ([(["a", "b"], [])], [("a", "b")])])
def test_an_empty_list_is_a_file_too(batches: list[object], rows: list[object], tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    assert ExcelSheets().write_xlsx(path, "Empty", batches) == 0
    assert list(load_workbook(path).active.values) == (rows if rows != [()] else [])
