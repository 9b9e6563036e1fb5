"""Reading files of people within limits: as many rows as they may have and no more."""

from __future__ import annotations

from pathlib import Path

import pytest

from sfsam.domain.imports import Limits
from sfsam.errors import RefusedError
from sfsam.sheets import LazySheets

LIMITS = Limits(max_rows=3)


def test_rows_are_counted_as_a_spreadsheet_does_and_empty_ones_left_out(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(b'sep=;\nA;B\n1;"two\nlines"\n;;\n\n3;x;;\n')
    rows = list(LazySheets().read_rows(path, LIMITS))
    assert [(row.number, row.cells) for row in rows] == [(2, ("A", "B")), (3, ("1", "two\nlines")), (6, ("3", "x"))]


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_a_row_too_many_is_refused(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"file.{suffix}"
    for rows, is_read in ((3, True), (4, False)):
        text = [["License"], *([f"={place}"] for place in range(rows))]
        content = LazySheets().workbook({"Rows": text, "More": [["not read"]]})
        path.write_bytes(content if suffix == "xlsx" else "\n".join(line[0] for line in text).encode())
        if is_read:
            assert [row.cells[0] for row in LazySheets().read_rows(path, LIMITS)] == [line[0] for line in text]
        else:
            with pytest.raises(RefusedError, match="more than 3 rows"):
                list(LazySheets().read_rows(path, LIMITS))
