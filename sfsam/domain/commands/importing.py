"""Importing files, and repairing what could not be taken."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from sfsam.domain.commands.base import Command
from sfsam.domain.imports import ImportKind
from sfsam.domain.jobs import JobKind


class ImportFile(Command):
    """Take the rows of a CSV or XLSX file. Answer: ImportAnswer.

    `file` is an absolute path that the process holding the database can read. With `is_upload` it is a copy that a
    page made, which is removed afterwards.
    """

    task: Literal[JobKind.IMPORT] = JobKind.IMPORT
    kind: ImportKind
    file: str
    file_name: str = ""
    is_upload: bool = False


class ListImports(Command):
    """The newest imports first. Answer: list of ImportAnswer."""

    kind: ImportKind | None = None
    limit: int = Field(default=20, ge=1, le=1000)


class RepairRow(Command):
    """Try a failed row again with these cells; `replace` overrules what a person entered. Answer: ImportRowAnswer."""

    row_id: str
    cells: dict[str, str]
    replace: bool = False


class DropRows(Command):
    """Leave failed rows out for good. Answer: list of ImportRowAnswer."""

    row_ids: tuple[str, ...] = Field(min_length=1)


class ImportTemplate(Command):
    """An empty file of this kind with an example and what each column means. Answer: FileAnswer."""

    kind: ImportKind
    format: Literal["csv", "xlsx"] = "xlsx"
