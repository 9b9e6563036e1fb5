"""Seals secrets with Fernet (AES-128-CBC and HMAC-SHA256). The record id is inside, so that a sealed value
copied to another record does not open there."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from datetime import datetime

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sfsam.errors import SecretUnreadable
from sfsam.ports import KeyPair
from sfsam.vault import key_pairs


class FernetVault:
    """The vault of one process. `keys` as `load_keys` gives them; `save_keys` puts changed ones where they are kept."""

    def __init__(self, keys: Sequence[bytes], save_keys: Callable[[Sequence[bytes]], None] | None = None) -> None:
        self._save_keys = save_keys
        self._use(keys)

    def seal(self, record_id: str, text: str) -> str:
        """`text`, sealed for the record with this id only."""
        payload = json.dumps({"record": record_id, "text": text})
        return self._fernet.encrypt(payload.encode()).decode()

    def unseal(self, record_id: str, sealed: str) -> str:
        """The text; SecretUnreadable when another key or another record sealed it."""
        try:
            payload = json.loads(self._fernet.decrypt(sealed.encode()))
        except InvalidToken as trouble:
            raise _unreadable(record_id) from trouble
        if payload["record"] != record_id:
            raise SecretUnreadable(
                "A stored secret belongs to another record than the one it stands in.",
                "Enter the secret again. The database was changed by something other than sfsam.",
                record_id=record_id,
            )
        return str(payload["text"])

    def reseal(self, sealed: str) -> str:
        """The same value sealed with the first key. Raises SecretUnreadable."""
        try:
            return self._fernet.rotate(sealed.encode()).decode()
        except InvalidToken as trouble:
            raise _unreadable() from trouble

    def add_key(self) -> bool:
        """Put a new key first; saved before it is used. False when the keys are not ours to make."""
        if self._save_keys is None:
            return False
        self._replace(self._save_keys, (Fernet.generate_key(), *self._keys))
        return True

    def drop_old_keys(self) -> None:
        """Keep the first key only, where the keys are ours to make."""
        if self._save_keys is not None:
            self._replace(self._save_keys, self._keys[:1])

    def make_key_pair(self, name: str, now: datetime) -> KeyPair:
        return key_pairs.make_key_pair(name, now)

    def audit_key(self) -> bytes:
        """A key for the audit chain (32 bytes), derived from the first key."""
        return self.derived_key("audit chain")

    def derived_key(self, purpose: str) -> bytes:
        """A key of its own for each purpose (HKDF-SHA256, 32 bytes), so that none of them gives away another."""
        derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"sfsam {purpose}".encode())
        return derivation.derive(base64.urlsafe_b64decode(self._keys[0]))

    def _replace(self, save_keys: Callable[[Sequence[bytes]], None], keys: Sequence[bytes]) -> None:
        save_keys(keys)
        self._use(keys)

    def _use(self, keys: Sequence[bytes]) -> None:
        self._keys = tuple(keys)
        self._fernet = MultiFernet([Fernet(key) for key in keys])


def _unreadable(record_id: str = "") -> SecretUnreadable:
    return SecretUnreadable(
        "A stored secret cannot be opened with the key in use.",
        "Put the key that was used before back (SFSAM_SECRET_KEY or the key file), or enter the secret again.",
        record_id=record_id,
    )
