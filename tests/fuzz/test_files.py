"""Files that people import: rows within the limits, or a refusal with a remedy, whatever is in them."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sfsam.domain.imports import Limits
from sfsam.errors import SfsamError
from sfsam.sheets import LazySheets
from tests.examples import examples

LIMITS = Limits(max_bytes=50_000, max_rows=20, max_columns=8, max_cell_characters=50, max_unpacked_bytes=200_000)
WORKBOOK = LazySheets().workbook({"Rows": [["License", "Seats"], ["Sales", "3"], ["=1+1", "4"]], "More": [["x"]]})
CELLS = st.text(st.characters(codec="utf-8"), max_size=60)


def _read(folder: Path, content: bytes) -> None:
    path = folder / "given"
    path.write_bytes(content)
    try:
        rows = list(LazySheets().read_rows(path, LIMITS))
    except SfsamError as error:
        assert error.what
        assert error.remedy
        return
    assert len(rows) <= LIMITS.max_rows + 1
    assert all(len(row.cells) <= LIMITS.max_columns for row in rows)
    assert all(len(cell) <= LIMITS.max_cell_characters for row in rows for cell in row.cells)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("files")


@settings(max_examples=examples(120))
@given(
    st.binary(max_size=400)
    | st.lists(st.lists(CELLS, max_size=10), max_size=25).map(
        lambda rows: "\r\n".join(";".join(row) for row in rows).encode("utf-8")
    )
    | st.text(st.sampled_from('";,\n\r\t\0aé='), max_size=200).map(lambda text: text.encode("utf-16"))
)
def test_text(folder: Path, content: bytes) -> None:
    _read(folder, content)


@settings(max_examples=examples(60))
@given(st.lists(st.tuples(st.integers(0, len(WORKBOOK) - 1), st.integers(0, 255)), min_size=1, max_size=8))
def test_a_workbook_with_wrong_bytes(folder: Path, changes: list[tuple[int, int]]) -> None:
    content = bytearray(WORKBOOK)
    for place, byte in changes:
        content[place] = byte
    _read(folder, bytes(content))


@settings(max_examples=examples(60))
@given(st.data())
def test_a_workbook_with_wrong_parts(folder: Path, data: st.DataObject) -> None:
    """The zip is sound and what is in it is not: this reaches the reader of spreadsheets behind the zip."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(WORKBOOK)) as sound, zipfile.ZipFile(made, "w") as wrong:
        names = sound.namelist()
        chosen = data.draw(st.sampled_from(names))
        for name in names:
            part = sound.read(name)
            if name == chosen:
                begin = data.draw(st.integers(0, len(part)))
                given_instead = data.draw(st.binary(max_size=30) | st.text("<>/&;=\"' abcrvts0123456789", max_size=30))
                text = given_instead if isinstance(given_instead, bytes) else given_instead.encode()
                part = part[:begin] + text + part[begin + data.draw(st.integers(0, 60)) :]
            wrong.writestr(name, part)
    _read(folder, made.getvalue())
