"""Where keys come from, and which files are refused."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from sfsam.config import Settings
from sfsam.errors import SetupError
from sfsam.vault.keys import load_keys


def test_the_key_file_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    settings = Settings(key_file=tmp_path / "new" / "secret.key")
    keys = load_keys(settings)
    assert stat.S_IMODE(settings.key_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(settings.key_file.parent.stat().st_mode) == 0o700
    assert load_keys(settings) == keys
    assert [path.name for path in settings.key_file.parent.iterdir()] == ["secret.key"]


def test_processes_that_start_at_once_use_one_key(tmp_path: Path) -> None:
    settings = Settings(key_file=tmp_path / "secret.key")
    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(lambda _: load_keys(settings)[0], range(8)))
    assert len(set(keys)) == 1


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    first, second = Fernet.generate_key(), Fernet.generate_key()
    secret_key = SecretStr(f"{first.decode()}, {second.decode()}")
    settings = Settings(secret_key=secret_key, key_file=tmp_path / "secret.key")
    assert load_keys(settings) == [first, second]
    assert not settings.key_file.exists()


def test_a_file_that_others_can_read_is_refused_with_the_remedy(tmp_path: Path) -> None:
    settings = Settings(key_file=tmp_path / "secret.key")
    load_keys(settings)
    settings.key_file.chmod(0o640)
    with pytest.raises(SetupError) as caught:
        load_keys(settings)
    assert "0640" in caught.value.what
    assert "chmod 600" in caught.value.remedy


@pytest.mark.parametrize(("text", "trouble"), [("", "holds no key"), ("not-a-key", "not a Fernet key")])
def test_a_malformed_key_is_a_setup_error_that_does_not_repeat_it(text: str, trouble: str, tmp_path: Path) -> None:
    settings = Settings(key_file=tmp_path / "secret.key")
    settings.key_file.write_text(text)
    settings.key_file.chmod(0o600)
    with pytest.raises(SetupError, match=trouble) as caught:
        load_keys(settings)
    assert "not-a-key" not in str(caught.value)


def test_a_folder_that_cannot_be_written_is_a_setup_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SetupError, match="cannot be written"):
        load_keys(Settings(key_file=tmp_path / "file" / "secret.key"))
