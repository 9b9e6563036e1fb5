"""Backups: made while everything goes on, and taken over when one was restored (product.md O4, R9).

The exchange of the database itself is the store's (sfsam/store/backup_restoring.py): it happens while nobody has the
database, so no service can do it.
"""

from __future__ import annotations

import os
from pathlib import Path

from sfsam.domain.answers import BackupAnswer, RestoreAnswer
from sfsam.domain.commands import AdoptBackup, BackUp, ListProfiles, RestoreBackup
from sfsam.domain.jobs import JobState
from sfsam.errors import RefusedError, SfsamError, UsageError
from sfsam.ports import UnitOfWork
from sfsam.services.profiles import profiles
from sfsam.services.world import World, entry

MADE = "backup.made"
RESTORED = "backup.restored"


def back_up(world: World, command: BackUp) -> BackupAnswer:
    """Write the backup, and note in the trail that it was made; its own trail ends before that entry."""
    path = Path(command.output).expanduser()
    if not path.is_absolute():
        raise UsageError(f"{command.output!r} is not an absolute path.", "Give the whole path of the file.")
    manifest = world.store.write_backup(path, world.clock.now())
    answer = BackupAnswer(
        path=str(path),
        rows=manifest.rows,
        bytes=path.stat().st_size,
        audit_head=manifest.audit_head,
        made_at=manifest.made_at,
        schema_version=manifest.schema_version,
    )
    try:
        _note(world, command.actor, answer)
    except SfsamError:
        path.unlink(missing_ok=True)  # whole or not at all, the trail included
        raise
    return answer


def refuse_restore(_: World, command: RestoreBackup) -> RestoreAnswer:
    """Whoever gets this command holds the database. Always raises RefusedError."""
    raise RefusedError(
        f"sfsam is running (process {os.getpid()}) and holds the database; nothing was restored.",
        "End it (Ctrl-C where it was started), restore the backup, and start it again.",
        file=command.file,
    )


def adopt(world: World, command: AdoptBackup) -> RestoreAnswer:
    """Cancel what the backup caught under way, verify the trail, and note where this database comes from."""
    with world.store.begin() as work:
        broken, unverifiable = work.audit.first_broken(), work.audit.unverifiable_count()
        canceled = _cancel_open_jobs(world, work)
        detail = {"made_at": command.made_at.isoformat(), "rows": command.rows, "kept_as": command.kept_as}
        work.audit.append([entry(world, command.actor, RESTORED, "backup", detail=detail)])
        work.commit()
    return RestoreAnswer(
        restored_rows=command.rows,
        kept_as=command.kept_as,
        reconnect_required=[row.name for row in profiles(world, ListProfiles()) if row.reconnect_required],
        audit_intact=broken is None,
        unverifiable=unverifiable,
        jobs_canceled=canceled,
        made_at=command.made_at,
    )


def _note(world: World, actor: str, answer: BackupAnswer) -> None:
    detail = answer.model_dump(mode="json", include={"rows", "bytes", "audit_head", "schema_version"})
    with world.store.begin() as work:
        work.audit.append([entry(world, actor, MADE, "backup", detail=detail)])
        work.commit()


def _cancel_open_jobs(world: World, work: UnitOfWork) -> int:
    ended = {"state": JobState.CANCELED, "ended_at": world.clock.now()}
    running = work.jobs.running()
    for job in running:
        work.jobs.save(job.model_copy(update=ended))
    count = len(running)
    while (queued := work.jobs.next_queued()) is not None:
        work.jobs.save(queued.model_copy(update=ended))
        count += 1
    return count
