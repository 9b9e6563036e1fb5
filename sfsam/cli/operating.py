"""jobs, audit, doctor."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryFile
from typing import Annotated, Any

import typer

from sfsam.cli.asking import AsJson, actor, load_settings, open_door
from sfsam.cli.door import Door
from sfsam.cli.output import print_json, print_rows, table
from sfsam.config import Settings
from sfsam.domain.commands import ListJobs, ListProfiles, ShowAudit
from sfsam.errors import SetupError, SfsamError
from sfsam.practice.process import ProcessPracticeOrgs
from sfsam.vault.keys import load_keys

EXIT_CHAIN_BROKEN = 3
_OLDEST_PYTHON = (3, 11)


def jobs(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List the newest jobs."""
    with open_door() as door:
        rows = door.ask(ListJobs(actor=actor(), limit=limit))
    shown = rows if as_json else [row | {"what": _what(row)} for row in rows]
    columns = ("job_id", "kind", "state", "requested_by", "created_at", "ended_at", "what")
    print_rows(shown, columns, as_json=as_json, nothing="No jobs yet.")


def audit(
    verify: Annotated[bool, typer.Option("--verify", help="Recompute the chain; exit 3 when it is broken.")] = False,
    head: Annotated[str | None, typer.Option(help="A head noted before, which must still be in the chain.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many entries.")] = 200,
    as_json: AsJson = False,
) -> int:
    """Show the audit trail, newest first, with the head of its chain."""
    with open_door() as door:
        answer = door.ask(ShowAudit(actor=actor(), verify=verify or head is not None, head=head, limit=limit))
    if as_json:
        print_json(answer)
    else:
        columns = ("number", "at", "actor", "action", "subject", "reason")
        print_rows(answer["entries"], columns, as_json=False, nothing="The trail is empty.")
        typer.echo(f"Head: {answer['head']}{_verdict(answer)}")
    return EXIT_CHAIN_BROKEN if answer["intact"] is False else 0


def doctor(as_json: AsJson = False) -> int:
    """Check what sfsam needs on this machine. Exit 78 when something must be changed."""
    settings = load_settings()
    checks = [
        _examined("python", _python),
        _examined("data folder", lambda: _data_folder(settings)),
        _examined("key", lambda: _key(settings)),
        _examined("database", lambda: _database(settings)),
        _examined("practice org", lambda: _practice_org(settings)),
    ]
    failed = [check for check in checks if not check["ok"]]
    if as_json:
        print_json({"ok": not failed, "checks": checks})
    else:
        for line in table(checks, ("check", "ok")):
            typer.echo(line)
        for check in checks:
            typer.echo(f"{check['check']}: {check['detail']}")
    return max((check["exit_code"] for check in failed), default=0)


def _what(job: dict[str, Any]) -> str:
    return str(job["failure"]["what"] if job["failure"] else job["progress"]["sentence"])


def _verdict(answer: dict[str, Any]) -> str:
    if answer["intact"] is None:
        return ""
    return "\nThe chain is intact." if answer["intact"] else f"\nThe chain breaks at entry {answer['first_broken']}."


def _examined(name: str, check: Callable[[], str]) -> dict[str, Any]:
    try:
        return {"check": name, "ok": True, "detail": check(), "exit_code": 0}
    except SfsamError as error:
        return {"check": name, "ok": False, "detail": str(error), "exit_code": error.exit_code}


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
            return str(folder)
    except OSError as trouble:
        raise SetupError(
            f"{folder} cannot be written ({trouble.strerror}).", "Set SFSAM_DATA_DIR to a folder that can."
        ) from trouble


def _key(settings: Settings) -> str:
    count = len(load_keys(settings))
    source = "SFSAM_SECRET_KEY" if settings.secret_key else str(settings.key_file)
    return f"{count} key{'s' if count > 1 else ''} in {source}"


def _database(settings: Settings) -> str:
    with Door(settings) as door:
        count = len(door.ask(ListProfiles(actor=actor())))
        how = "free" if door.owned else "held by another sfsam process, which answers"
    return f"{settings.database_path}, {how}; {count} profile{'' if count == 1 else 's'}"


def _practice_org(settings: Settings) -> str:
    orgs = ProcessPracticeOrgs(settings).running()
    return ", ".join(f"{org.name} on {org.base_url}" for org in orgs) or "not running"
