"""Rows as a file: whole or not at all, and harmless in a spreadsheet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sfsam.domain.answers import ExportAnswer
from sfsam.domain.commands import ExportRead
from sfsam.errors import StorageFull, UsageError
from sfsam.services.world import World


def export_read(world: World, command: ExportRead) -> ExportAnswer:
    """The rows behind a number or a figure."""
    return write(world, command.read, command.format, command.output, command.parameters)


def write(world: World, read: str, file_format: str, output: str, parameters: dict[str, Any]) -> ExportAnswer:
    """Write the rows of a read. Raises UsageError for a path that is not whole, StorageFull when it cannot be."""
    path = Path(output).expanduser()
    if not path.is_absolute():
        raise UsageError(f"{output!r} is not an absolute path.", "Give the whole path of the file.")
    partial = path.with_name(f".{path.name}.part")
    reads = world.store.reads
    try:
        if file_format == "xlsx":
            rows = world.sheets.write_xlsx(partial, reads.header(read).title, reads.batches(read, **parameters))
        else:
            rows = reads.write(read, partial, file_format, **parameters)
        partial.replace(path)
    except OSError as trouble:
        raise StorageFull(
            f"{path} could not be written ({trouble.strerror}).",
            "Choose a folder that exists, may be written to and has room.",
        ) from trouble
    finally:
        partial.unlink(missing_ok=True)
    with world.store.begin() as work:
        head = work.audit.head()
    return ExportAnswer(rows=rows, path=str(path), audit_head=head)
