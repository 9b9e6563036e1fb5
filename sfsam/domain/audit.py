"""The audit trail: who did what, when, why, with which evidence and which answer.

Entries are chained: each carries a keyed hash over itself and the hash before it, so that neither a changed
entry nor a missing one goes unseen (product.md R9).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from pydantic import Field

from sfsam.domain.profiles import Record

FIRST_HASH = "0" * 64


class AuditEntry(Record):
    """One entry. Ids only, no names: a person can be erased without rewriting the trail."""

    entry_id: str
    number: int = 0
    at: datetime
    actor: str
    action: str
    subject: str
    profile_id: str | None = None
    reason: str = ""
    detail: dict[str, Any] = Field(default_factory=dict)
    previous_hash: str = ""
    hash: str = ""


def chained(entry: AuditEntry, *, number: int, previous_hash: str, key: bytes) -> AuditEntry:
    """The entry as number `number` of the chain, hashed with `key` (HMAC-SHA256)."""
    linked = entry.model_copy(update={"number": number, "previous_hash": previous_hash, "hash": ""})
    return linked.model_copy(update={"hash": _keyed_hash(linked, key)})


def first_broken(entries: list[AuditEntry], key: bytes | Callable[[int], bytes | None]) -> int | None:
    """The number of the first entry that does not follow from the one before it; None when all do.

    `key` is one for all, or tells the key of an entry by its number. Where it tells None, that key is lost, and only
    the links between entries are looked at.
    """
    key_of = key if callable(key) else lambda _: key
    previous = FIRST_HASH
    for expected_number, entry in enumerate(entries, start=1):
        known = key_of(expected_number)
        unhashed = entry.model_copy(update={"hash": ""})
        intact = known is None or hmac.compare_digest(_keyed_hash(unhashed, known), entry.hash)
        if not intact or entry.previous_hash != previous or entry.number != expected_number:
            return expected_number
        previous = entry.hash
    return None


def _keyed_hash(entry: AuditEntry, key: bytes) -> str:
    document = json.dumps(entry.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
    return hmac.new(key, document.encode(), hashlib.sha256).hexdigest()
