"""Where the keys come from: SFSAM_SECRET_KEY, else a file of mode 0600 that is made on first use."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from cryptography.fernet import Fernet

from sfsam.config import Settings
from sfsam.errors import SetupError

_MAKE_ONE = 'python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'


def load_keys(settings: Settings) -> list[bytes]:
    """The Fernet keys (url-safe base64, 32 bytes each): the first seals, all unseal.

    Raises SetupError when there is none, when one is malformed, or when others may read the file.
    """
    if settings.secret_key is not None:
        return _parsed(settings.secret_key.get_secret_value(), "SFSAM_SECRET_KEY")
    path = settings.key_file
    if not path.exists():
        _make(path)
    _require_private(path)
    return _parsed(path.read_text(), str(path))


def save_keys(path: Path, keys: Sequence[bytes]) -> None:
    """Replace the keys of the file, whole or not at all; mode 0600. Raises SetupError when it cannot be written."""
    with _written(path, keys) as draft:
        draft.replace(path)


def _parsed(text: str, source: str) -> list[bytes]:
    keys = [key.encode() for key in text.replace(",", " ").split()]
    if not keys:
        raise SetupError(f"{source} holds no key.", f"Put one there, made with: {_MAKE_ONE}")
    for key in keys:
        try:
            Fernet(key)
        except ValueError as trouble:
            raise SetupError(
                f"{source} holds something that is not a Fernet key.", f"A key is made with: {_MAKE_ONE}"
            ) from trouble
    return keys


def _require_private(path: Path) -> None:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise SetupError(
            f"The key file {path} can be read by others (mode {mode:04o}).",
            f"Make it yours alone: chmod 600 '{path}'. If someone may have read it, use a new key as well.",
            path=str(path),
        )


def _make(path: Path) -> None:
    """Write a new key whole, then link it into place, so that two processes starting at once use one key."""
    with _written(path, [Fernet.generate_key()]) as draft:
        _link_unless_there(draft, path)


@contextmanager
def _written(path: Path, keys: Sequence[bytes]) -> Iterator[Path]:
    """A file beside `path` that holds the keys and is on the disk; what is left of it is removed on leaving."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".key-")  # O_EXCL, mode 0600
        draft = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(b"\n".join(keys) + b"\n")
                file.flush()
                os.fsync(descriptor)
            yield draft
        finally:
            draft.unlink(missing_ok=True)
    except OSError as trouble:
        raise SetupError(
            f"The key file {path} cannot be written ({trouble.strerror}).",
            "Set SFSAM_KEY_FILE to a place that can, or give the key in SFSAM_SECRET_KEY.",
        ) from trouble


def _link_unless_there(draft: Path, path: Path) -> None:
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        return  # another process was first; its key counts
