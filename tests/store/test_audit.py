"""The chain: changed entries, removed ones and a missing tail are found."""

from __future__ import annotations

from datetime import datetime

import pytest

from sfsam.domain.audit import FIRST_HASH, AuditEntry, first_broken
from sfsam.store.database import DuckDBStore
from tests.store.conftest import AUDIT_KEY


def entry(entry_id: str) -> AuditEntry:
    return AuditEntry(
        entry_id=entry_id,
        at=datetime(2026, 11, 24, 9, 30, 0, 123456),
        actor="ada",
        action="candidate.moved",
        subject="RC0000001",
        reason='It\'s "quoted", and has an umlaut: ü.',
        detail={"to": "ready", "days": 61, "share": 0.25, "nothing": None, "nested": {"b": [1, 2], "a": True}},
    )


@pytest.fixture
def written(store: DuckDBStore) -> DuckDBStore:
    with store.begin() as work:
        work.audit.append([entry("e1"), entry("e2")])
        work.commit()
    with store.begin() as work:
        work.audit.append([entry("e3")])
        work.commit()
    return store


def stored(store: DuckDBStore) -> list[AuditEntry]:
    with store.begin() as work:
        return work.audit.all()


def test_entries_are_numbered_and_chained_over_transactions(written: DuckDBStore) -> None:
    entries = stored(written)
    assert [(saved.number, saved.entry_id) for saved in entries] == [(1, "e1"), (2, "e2"), (3, "e3")]
    assert first_broken(entries, AUDIT_KEY) is None
    assert first_broken(entries, b"another key") == 1


def test_an_empty_trail_has_the_first_hash_as_its_head(store: DuckDBStore) -> None:
    with store.begin() as work:
        assert work.audit.head() == FIRST_HASH
        assert work.audit.newest(10) == []


def test_an_append_that_is_not_committed_leaves_no_gap(written: DuckDBStore) -> None:
    with written.begin() as work:
        work.audit.append([entry("lost")])
    with written.begin() as work:
        work.audit.append([entry("e4")])
        work.commit()
    assert [saved.entry_id for saved in stored(written)] == ["e1", "e2", "e3", "e4"]
    assert first_broken(stored(written), AUDIT_KEY) is None


@pytest.mark.parametrize(
    ("tampering", "broken"),
    [
        ("UPDATE audit_entry SET reason = 'another' WHERE number = 2", 2),
        ("DELETE FROM audit_entry WHERE number = 1", 1),
        ("UPDATE audit_entry SET number = 5 - number WHERE number IN (2, 3)", 2),
    ],
)
def test_tampering_is_found_at_the_entry_where_it_begins(written: DuckDBStore, tampering: str, broken: int) -> None:
    with written._cursor() as cursor:
        cursor.execute(tampering)
    assert first_broken(stored(written), AUDIT_KEY) == broken


def test_a_missing_tail_shows_in_the_head(written: DuckDBStore) -> None:
    with written.begin() as work:
        head = work.audit.head()
        assert [newest.hash for newest in work.audit.newest(1)] == [head]
    with written._cursor() as cursor:
        cursor.execute("DELETE FROM audit_entry WHERE number = 3")
    with written.begin() as work:
        assert first_broken(work.audit.all(), AUDIT_KEY) is None
        assert work.audit.head() != head
