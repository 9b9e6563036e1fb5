"""backup, restore-backup."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from sfsam.bootstrap import SystemClock, build
from sfsam.cli.asking import AsJson, actor, load_settings, open_door
from sfsam.cli.door import OwnersWay
from sfsam.cli.operating import EXIT_CHAIN_BROKEN
from sfsam.cli.output import print_json
from sfsam.config import Settings
from sfsam.domain.commands import AdoptBackup, BackUp, RestoreBackup
from sfsam.store.backup_restoring import Restored, restoring
from sfsam.web.control import read_control_file
from sfsam.web.wire import answer_document

NewFile = Annotated[Path, typer.Argument(help="File to write; an existing one is never replaced.")]
BackupFile = Annotated[Path, typer.Argument(help="File that the backup command wrote.")]


def backup(file: NewFile, as_json: AsJson = False) -> None:
    """Write a backup of everything but the key, also while the app runs."""
    with open_door() as door:
        answer = door.ask(BackUp(actor=actor(), output=str(file.absolute())))
    if as_json:
        print_json(answer)
        return
    typer.echo(f"{answer['rows']:,} rows in {answer['path']} ({answer['bytes']:,} bytes).")
    typer.echo(f"Its audit trail ends with {answer['audit_head']}.")
    typer.echo("The key is not in it. Keep a copy of the key elsewhere; without it connections must be made again.")


def restore_backup(file: BackupFile, as_json: AsJson = False) -> int:
    """Put a backup in the place of the database, which is kept beside it. Not while the app runs."""
    settings = load_settings()
    _ask_holder(settings, file)
    with restoring(file, settings.database_path, at=SystemClock().now()) as restored:
        answer = _adopted(settings, restored, file)
        restored.take_its_place()
    if as_json:
        print_json(answer)
    else:
        _tell(answer)
    return 0 if answer["audit_intact"] else EXIT_CHAIN_BROKEN


def _ask_holder(settings: Settings, file: Path) -> None:
    """Whoever holds the database says so, and what to do. Raises RefusedError then."""
    owner = read_control_file(settings.control_file)
    if owner is not None and OwnersWay(owner).is_open():
        OwnersWay(owner).ask(RestoreBackup(actor=actor(), file=str(file.absolute())))


def _adopted(settings: Settings, restored: Restored, file: Path) -> Any:
    """Open the new database where it was made, which brings its schema up to date, and have it taken over."""
    system = build(settings.model_copy(update={"data_dir": restored.folder}))
    try:
        order = AdoptBackup(
            actor=actor(),
            file=str(file.absolute()),
            made_at=restored.manifest.made_at,
            rows=restored.manifest.rows,
            kept_as=str(restored.kept_as) if restored.kept_as else None,
        )
        return answer_document(system.send_from_command_line(order))
    finally:
        system.close()


def _tell(answer: dict[str, Any]) -> None:
    typer.echo(f"{answer['restored_rows']:,} rows as of {answer['made_at']} are in use.")
    if answer["kept_as"]:
        typer.echo(f"The database before is {answer['kept_as']}.")
    if answer["jobs_canceled"]:
        typer.echo(f"{answer['jobs_canceled']} jobs that were waiting or running at that moment are canceled.")
    verdict = "intact" if answer["audit_intact"] else "broken; run: audit --verify"
    typer.echo(f"The chain of the audit trail is {verdict}.")
    if answer["unverifiable"]:
        typer.echo(f"Of {answer['unverifiable']} entries only the links could be checked: their key is not here.")
    if answer["reconnect_required"]:
        names = ", ".join(answer["reconnect_required"])
        typer.echo(f"Reconnect required, because the key in use does not open their secrets: {names}.")
