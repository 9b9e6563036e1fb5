"""Identifiers: Salesforce's record ids, and our own."""

from __future__ import annotations

import string
import uuid

_CHECKSUM = string.ascii_uppercase + "012345"
_ALPHABET = frozenset(string.ascii_letters + string.digits)


def to_18(record_id: str) -> str:
    """Give the 18-character form of a Salesforce id.

    The three last characters are a checksum over the upper-case letters of each block of five
    (Salesforce fact sheet 0.1). Raises ValueError when it is no id.
    """
    if len(record_id) not in (15, 18) or not _ALPHABET.issuperset(record_id):
        raise ValueError(f"not a Salesforce id: {record_id!r}")
    body = record_id[:15]
    blocks = (body[start : start + 5] for start in (0, 5, 10))
    return body + "".join(
        _CHECKSUM[sum(1 << place for place, character in enumerate(block) if character.isupper())] for block in blocks
    )


def new_id() -> str:
    """A new identifier of ours: no sequence, so that several writers never meet on one number."""
    return uuid.uuid4().hex
