"""To take away the rows behind a number or a figure, as they are on the page."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from sfsam.domain.commands.base import Command, FileFormat


class ExportRead(Command):
    """Write all rows of a read, asked with these parameters, to a file. Answer: ExportAnswer."""

    read: str
    format: FileFormat
    output: str
    parameters: dict[str, Any] = Field(default_factory=dict)
