"""Backup, restoring one, and looking for what is wrong with an installation."""

from __future__ import annotations

from datetime import datetime

from sfsam.domain.commands.base import Command


class BackUp(Command):
    """Write everything but the key to a new file. Answer: BackupAnswer."""

    output: str


class RestoreBackup(Command):
    """Exchange the database for a backup. Whoever holds the database refuses it: it must be let go of first."""

    file: str


class AdoptBackup(Command):
    """Make the rows of a backup, just loaded into a database of their own, this installation's. Answer: RestoreAnswer.

    Jobs that the backup caught waiting or running are canceled: what they asked for may have been done since.
    """

    file: str
    made_at: datetime
    rows: int
    kept_as: str | None = None


class Diagnose(Command):
    """Look for what is wrong with the installation, from inside its database. Answer: DiagnosisAnswer."""
