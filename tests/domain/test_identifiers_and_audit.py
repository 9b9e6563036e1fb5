"""Salesforce's ids by the vectors of the fact sheet; the audit chain by breaking it."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfsam.domain.audit import FIRST_HASH, AuditEntry, chained, first_broken
from sfsam.domain.identifiers import to_18

KEY = b"k" * 32


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("001xx000003DGb2", "001xx000003DGb2AAG"),
        ("00Dxx0000001gPL", "00Dxx0000001gPLEAY"),
        ("005xx000001Svog", "005xx000001SvogAAC"),
    ],
)
def test_to_18_follows_the_vectors(short: str, long: str) -> None:
    assert to_18(short) == long
    assert to_18(long) == long


@pytest.mark.parametrize("nonsense", ["", "005", "005xx000001Svo'", "x" * 16, "005xx000001SvogAACC"])
def test_to_18_refuses_what_is_no_id(nonsense: str) -> None:
    with pytest.raises(ValueError, match="not a Salesforce id"):
        to_18(nonsense)


def trail(length: int) -> list[AuditEntry]:
    entries: list[AuditEntry] = []
    previous = FIRST_HASH
    for number in range(1, length + 1):
        entry = AuditEntry(
            entry_id=str(number), at=datetime(2026, 11, 24), actor="ada", action="did", subject=str(number)
        )
        entries.append(chained(entry, number=number, previous_hash=previous, key=KEY))
        previous = entries[-1].hash
    return entries


@given(st.integers(1, 8), st.data())
def test_a_changed_removed_or_moved_entry_breaks_the_chain(length: int, data: st.DataObject) -> None:
    entries = trail(length)
    assert first_broken(entries, KEY) is None
    place = data.draw(st.integers(0, length - 1))
    changed = [*entries]
    changed[place] = entries[place].model_copy(update={"actor": "mallory"})
    assert first_broken(changed, KEY) == place + 1
    if place < length - 1:
        assert first_broken(entries[:place] + entries[place + 1 :], KEY) == place + 1
    assert first_broken(entries, b"another key" * 3) == 1
