"""doctor: what is wrong with this installation, and what to do about it.

What can be seen from outside is looked at here; what only the owner of the database can see is asked there.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any
from urllib.parse import urlsplit

import typer

from sfsam.cli.asking import AsJson, actor, load_settings
from sfsam.cli.door import Door, OwnersWay
from sfsam.cli.output import print_json
from sfsam.config import Settings
from sfsam.domain.commands import Diagnose
from sfsam.errors import SetupError, SfsamError
from sfsam.practice.process import ProcessPracticeOrgs
from sfsam.vault.keys import load_keys
from sfsam.web.control import read_control_file

_OLDEST_PYTHON = (3, 11)
_LEAST_FREE_MB = 500
_LOOPBACK = ("127.0.0.1", "localhost", "::1")

Check = dict[str, Any]  # check, ok, said, remedy


def doctor(as_json: AsJson = False) -> int:
    """Look for what is wrong with this installation. Exit 78 when something must be changed."""
    settings = load_settings()
    key = _examined("key", lambda: _key(settings))
    checks = [
        _examined("python", _python),
        _examined("data folder", lambda: _data_folder(settings)),
        _examined("free space", lambda: _free_space(settings)),
        key,
        _examined("base url", lambda: _base_url(settings)),
        _examined("allowed hosts", lambda: _allowed_hosts(settings)),
        *_database(settings, key_fits=key["ok"]),
        _examined("practice org", lambda: _practice_org(settings)),
    ]
    well = all(check["ok"] for check in checks)
    if as_json:
        print_json({"ok": well, "checks": checks})
    else:
        _tell(checks)
    return 0 if well else SetupError.exit_code


def _tell(checks: list[Check]) -> None:
    for check in checks:
        typer.echo(f"{'ok   ' if check['ok'] else 'WRONG'}  {check['check']}: {check['said']}")
        if check["remedy"]:
            typer.echo(f"       {check['remedy']}")


def _examined(name: str, look: Callable[[], str]) -> Check:
    try:
        return {"check": name, "ok": True, "said": look(), "remedy": ""}
    except SfsamError as error:
        return {"check": name, "ok": False, "said": error.what, "remedy": error.remedy}


def _python() -> str:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < _OLDEST_PYTHON:
        raise SetupError(f"This is Python {version}.", "sfsam needs 3.11 or newer.")
    return version


def _data_folder(settings: Settings) -> str:
    folder: Path = settings.data_dir
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with TemporaryFile(dir=folder):
            return f"{folder} can be written."
    except OSError as trouble:
        raise SetupError(
            f"{folder} cannot be written ({trouble.strerror}).", "Set SFSAM_DATA_DIR to a folder that can."
        ) from trouble


def _free_space(settings: Settings) -> str:
    """As much as the database again, for a download beside it or a restore; at least 500 MB."""
    if not settings.data_dir.is_dir():
        raise SetupError("There is no data folder to look at.", "See the check of the data folder.")
    path = settings.database_path
    needed_mb = max(_LEAST_FREE_MB, path.stat().st_size >> 20 if path.exists() else 0)
    free_mb = shutil.disk_usage(settings.data_dir).free >> 20
    if free_mb < needed_mb:
        raise SetupError(
            f"{free_mb:,} MB are free; a download may need {needed_mb:,} MB.", f"Make room in {settings.data_dir}."
        )
    return f"{free_mb:,} MB are free."


def _key(settings: Settings) -> str:
    if settings.secret_key is None and not settings.key_file.exists():
        return _key_to_be_made(settings)
    count = len(load_keys(settings))
    source = "SFSAM_SECRET_KEY" if settings.secret_key else f"{settings.key_file}, which only you can read"
    return f"{count} key{'s' if count > 1 else ''} in {source}."


def _key_to_be_made(settings: Settings) -> str:
    if settings.database_path.exists():
        raise SetupError(
            f"The key file {settings.key_file} is gone, and the database has secrets that it sealed.",
            "Put the file back. Without it sfsam makes a new key when it starts, and connections must be made again.",
        )
    return f"There is none yet; the first start makes {settings.key_file}."


def _base_url(settings: Settings) -> str:
    parts = urlsplit(settings.base_url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SetupError(
            f"SFSAM_BASE_URL is {settings.base_url!r}, which no browser can open.",
            "Set it to the address that people open, such as https://sfsam.example.com",
        )
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise SetupError(
            f"{settings.base_url} is reached without encryption; log-ins would come back in the clear.",
            "Put a proxy with TLS before the app, and set SFSAM_BASE_URL to its https address.",
        )
    return f"{settings.base_url}; Salesforce sends browsers to {settings.base_url}/oauth/callback."


def _allowed_hosts(settings: Settings) -> str:
    wrong = [host for host in settings.allowed_hosts if not _is_host(host)]
    if wrong:
        raise SetupError(
            f"SFSAM_ALLOWED_HOSTS has {', '.join(map(repr, wrong))}, which no connection can match.",
            "Write host or host:port, without https:// and without *.",
        )
    if settings.ca_file is not None and not settings.ca_file.is_file():
        raise SetupError(f"SFSAM_CA_FILE is {settings.ca_file}, which is no file.", "Correct it, or take it out.")
    return ", ".join(("My Domain hosts of Salesforce", *settings.allowed_hosts))


def _is_host(entry: str) -> bool:
    try:
        parts = urlsplit(f"//{entry}")
        return parts.netloc == entry and bool(parts.hostname) and "*" not in entry and (parts.port or 1) > 0
    except ValueError:
        return False


def _database(settings: Settings, *, key_fits: bool) -> list[Check]:
    """The database as seen from outside and, where it can be opened, from inside."""
    path = settings.database_path
    if not path.exists():
        return [_examined("database", lambda: f"There is none yet; the first start makes {path}.")]
    if not key_fits and not _is_held(settings):
        return [_examined("database", _not_opened)]
    try:
        with Door(settings) as door:
            inside: list[Check] = door.ask(Diagnose(actor=actor()))["checks"]
            held = _holder(settings, owned=door.owned)
    except SfsamError as error:
        return [{"check": "database", "ok": False, "said": error.what, "remedy": error.remedy}]
    return [_examined("database", lambda: f"{path}, {held}."), *inside]


def _not_opened() -> str:
    raise SetupError("The database was not opened, because the key is not right.", "Put the key right first.")


def _is_held(settings: Settings) -> bool:
    owner = read_control_file(settings.control_file)
    return owner is not None and OwnersWay(owner).is_open()


def _holder(settings: Settings, *, owned: bool) -> str:
    if owned:
        return "free"
    owner = read_control_file(settings.control_file)
    return f"held by process {owner.pid}, which answers" if owner else "held by another process, which answers"


def _practice_org(settings: Settings) -> str:
    orgs = ProcessPracticeOrgs(settings).running()
    return ", ".join(f"{org.name} on {org.base_url}" for org in orgs) or "Not running."
