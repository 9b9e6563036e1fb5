"""Record ids: checksum, prefixes, and numbers to ids and back in Python and in SQL."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sfsam.emulator.identifiers import MACROS, IdSpace, checksum, to_18

VECTORS = [
    ("001xx000003DGb2", "001xx000003DGb2AAG"),
    ("00Dxx0000001gPL", "00Dxx0000001gPLEAY"),
    ("005xx000001Svog", "005xx000001SvogAAC"),
]


@pytest.mark.parametrize(("short", "long"), VECTORS)
def test_known_ids_get_their_checksum(short: str, long: str) -> None:
    assert to_18(short) == long
    assert to_18(long) == long


@pytest.mark.parametrize(("short", "long"), VECTORS)
def test_the_checksum_restores_lost_case(short: str, long: str) -> None:
    assert to_18(long.lower()) == long
    assert to_18(long.upper()) == long


@pytest.mark.parametrize("text", ["", "005", "005xx000001Svo!", "005xx000001SvogAAA", "005xx000001Svog99Z", "x" * 16])
def test_other_text_is_no_id(text: str) -> None:
    assert to_18(text) is None


@settings(deadline=None)  # a busy machine is no mistake
@given(st.integers(1, 60_000_000), st.sampled_from(["005", "0PS", "2LA", "00D"]), st.integers(0, 12))
def test_an_id_leads_back_to_its_number_in_its_own_org_only(number: int, prefix: str, org: int) -> None:
    space = IdSpace(org)
    record_id = space.id(prefix, number)
    assert len(record_id) == 18
    assert record_id[15:] == checksum(record_id[:15])
    assert space.number(prefix, record_id) == number
    assert space.number(prefix, record_id[:15]) == number
    assert IdSpace(org + 1).number(prefix, record_id) is None
    assert space.number("0PL", record_id) is None


def test_sql_writes_the_same_ids() -> None:
    space = IdSpace(2)
    connection = duckdb.connect()
    connection.execute(MACROS)
    connection.execute(space.macro("005"))
    numbers = [1, 2, 61, 62, 3843, 238_328, 1_000_000, 17_292_725]
    rows = connection.execute("SELECT id_005(n) FROM (SELECT unnest($numbers) AS n)", {"numbers": numbers}).fetchall()
    assert [record_id for (record_id,) in rows] == [space.id("005", number) for number in numbers]
