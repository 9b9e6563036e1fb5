"""Backups and what doctor finds."""

from __future__ import annotations

from sfsam.domain.answers.base import Answer, Moment


class BackupAnswer(Answer):
    """`audit_head` is the head of the trail inside the backup; `audit --head` finds it later."""

    path: str
    rows: int
    bytes: int
    audit_head: str
    made_at: Moment
    schema_version: int


class RestoreAnswer(Answer):
    """`kept_as` is the database before. `unverifiable` audit entries were hashed with a key that is not here."""

    restored_rows: int
    kept_as: str | None
    reconnect_required: list[str]
    audit_intact: bool
    unverifiable: int
    jobs_canceled: int
    made_at: Moment


class CheckRow(Answer):
    """One thing that was looked at. `remedy` may also stand beside a check that is fine, as advice."""

    check: str
    ok: bool
    said: str
    remedy: str = ""


class DiagnosisAnswer(Answer):
    ok: bool
    checks: list[CheckRow]
