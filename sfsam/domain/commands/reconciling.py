"""Reconcile: what is owned against what is assigned, and what the difference costs."""

from __future__ import annotations

from typing import Literal

from sfsam.domain.commands.base import Command
from sfsam.domain.jobs import JobKind


class Reconcile(Command):
    """Bring the position up to date with what people entered, and write down the day's result. Runs as a job, also
    as the end of every download. Answer: ReconcileAnswer."""

    task: Literal[JobKind.RECONCILE] = JobKind.RECONCILE
    profile: str | None = None
