"""The keys of the audit chain: a key of its own, sealed in the store, so that changing the vault's key breaks nothing.

A key that can no longer be opened (a backup without its key) leaves its entries unverifiable, and a new one goes on.
"""

from __future__ import annotations

import base64

import duckdb

from sfsam.errors import SecretUnreadable
from sfsam.ports import Vault

_RECORD = "audit chain"  # what the sealed key is sealed for


class AuditKeys:
    """Which key the entries from a number on are hashed with; None for a key that cannot be opened."""

    def __init__(self, keys: list[tuple[int, bytes | None]]) -> None:
        self._keys = keys

    @classmethod
    def single(cls, key: bytes) -> AuditKeys:
        return cls([(1, key)])

    @classmethod
    def stored(cls, cursor: duckdb.DuckDBPyConnection, vault: Vault) -> AuditKeys:
        """The keys of this database. At first it is the one derived from the vault's key, as it always was."""
        rows = cursor.execute("SELECT from_number, sealed FROM audit_key ORDER BY from_number").fetchall()
        keys = [(number, _opened(vault, sealed)) for number, sealed in rows]
        if not keys or keys[-1][1] is None:
            [(next_number,)] = cursor.execute("SELECT coalesce(max(number), 0) + 1 FROM audit_entry").fetchall()
            fresh = (next_number if keys else 1, vault.audit_key())
            cursor.execute("DELETE FROM audit_key WHERE from_number = ?", [fresh[0]])
            cursor.execute("INSERT INTO audit_key VALUES (?, ?)", [fresh[0], _sealed(vault, fresh[1])])
            keys = [*(key for key in keys if key[0] != fresh[0]), fresh]
        return cls(keys)

    @property
    def newest(self) -> bytes:
        key = self._keys[-1][1]
        if key is None:
            raise SecretUnreadable("The key of the audit chain cannot be opened.", "Put the key used before back.")
        return key

    def key_of(self, number: int) -> bytes | None:
        """The key that entry `number` was hashed with."""
        return next((key for first, key in reversed(self._keys) if first <= number), None)


def _opened(vault: Vault, sealed: str) -> bytes | None:
    try:
        return base64.b64decode(vault.unseal(_RECORD, sealed))
    except SecretUnreadable:
        return None


def _sealed(vault: Vault, key: bytes) -> str:
    return vault.seal(_RECORD, base64.b64encode(key).decode())
