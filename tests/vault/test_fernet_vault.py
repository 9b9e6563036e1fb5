"""Sealing: what comes back, and what must not."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from sfsam.errors import SecretUnreadable
from sfsam.vault.fernet_vault import FernetVault

KEY = Fernet.generate_key()
VAULT = FernetVault([KEY])


@given(st.text(), st.text())
def test_what_was_sealed_comes_back(record_id: str, text: str) -> None:
    assert VAULT.unseal(record_id, VAULT.seal(record_id, text)) == text


def test_the_sealed_form_shows_nothing() -> None:
    assert "hunter2" not in VAULT.seal("connection-1", "hunter2")


def test_a_value_moved_to_another_record_does_not_open() -> None:
    sealed = VAULT.seal("connection-1", "hunter2")
    with pytest.raises(SecretUnreadable, match="another record"):
        VAULT.unseal("connection-2", sealed)


@pytest.mark.parametrize("sealed", ["", "garbage", FernetVault([Fernet.generate_key()]).seal("r", "x")])
def test_another_key_or_garbage_does_not_open(sealed: str) -> None:
    with pytest.raises(SecretUnreadable, match="key in use"):
        VAULT.unseal("r", sealed)


def test_an_older_key_still_opens_after_a_new_one_was_put_before_it() -> None:
    sealed = VAULT.seal("r", "hunter2")
    assert FernetVault([Fernet.generate_key(), KEY]).unseal("r", sealed) == "hunter2"


def test_derived_keys_differ_by_purpose_and_key_and_are_stable() -> None:
    assert VAULT.audit_key() == FernetVault([KEY]).audit_key()
    assert len(VAULT.audit_key()) == 32
    assert VAULT.derived_key("browser cookie") != VAULT.audit_key()
    assert FernetVault([Fernet.generate_key()]).audit_key() != VAULT.audit_key()
