"""Seals secrets with Fernet (AES-128-CBC and HMAC-SHA256). The record id is inside, so that a sealed value
copied to another record does not open there."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sfsam.errors import SecretUnreadable


class FernetVault:
    """The vault of one process. `keys` as `load_keys` gives them."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._first = base64.urlsafe_b64decode(keys[0])
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    def seal(self, record_id: str, text: str) -> str:
        """`text`, sealed for the record with this id only."""
        payload = json.dumps({"record": record_id, "text": text})
        return self._fernet.encrypt(payload.encode()).decode()

    def unseal(self, record_id: str, sealed: str) -> str:
        """The text; SecretUnreadable when another key or another record sealed it."""
        try:
            payload = json.loads(self._fernet.decrypt(sealed.encode()))
        except InvalidToken as trouble:
            raise SecretUnreadable(
                "A stored secret cannot be opened with the key in use.",
                "Put the key that was used before back (SFSAM_SECRET_KEY or the key file), or enter the secret again.",
                record_id=record_id,
            ) from trouble
        if payload["record"] != record_id:
            raise SecretUnreadable(
                "A stored secret belongs to another record than the one it stands in.",
                "Enter the secret again. The database was changed by something other than sfsam.",
                record_id=record_id,
            )
        return str(payload["text"])

    def audit_key(self) -> bytes:
        """The key of the audit chain (32 bytes), derived from the first key."""
        return self.derived_key("audit chain")

    def derived_key(self, purpose: str) -> bytes:
        """A key of its own for each purpose (HKDF-SHA256, 32 bytes), so that none of them gives away another."""
        derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"sfsam {purpose}".encode())
        return derivation.derive(self._first)
