"""Importing a file: its rows are checked one by one, taken together, and kept with their reason where they fail.

A file is taken in one transaction. Importing it again changes nothing: rows that say what is known already count as
unchanged, and a row that failed before is not queued a second time.
"""

from __future__ import annotations

import base64
import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from sfsam.domain.answers import FileAnswer, ImportAnswer, ImportRowAnswer
from sfsam.domain.commands import DropRows, ImportFile, ImportTemplate, ListImports, RepairRow
from sfsam.domain.identifiers import new_id
from sfsam.domain.imports import (
    Import,
    ImportKind,
    ImportRow,
    ImportState,
    Limits,
    RowState,
    SheetRow,
    fingerprint_of,
)
from sfsam.domain.jobs import Job
from sfsam.errors import NotFound, RefusedError, SfsamError, UsageError
from sfsam.ports import UnitOfWork
from sfsam.services import entitlement_rows, pricing
from sfsam.services.directory import DIRECTORY
from sfsam.services.row_kinds import ImportContext, RowKind, Taken, Verdict, refused
from sfsam.services.running import JobControl, Phases
from sfsam.services.world import World, entry

KINDS: dict[ImportKind, RowKind[Any]] = {
    ImportKind.ENTITLEMENTS: entitlement_rows.ROWS,
    ImportKind.PRICES: pricing.ROWS,
    ImportKind.DIRECTORY: DIRECTORY,
}

EXAMPLE = "Example, not imported"  # a row with this cell is the template's own
LIMITS = Limits()
_BATCH = 5_000
_READ, _TAKE = "Read the file", "Take the rows"


class _Sound(BaseModel):
    """A row whose cells could be read, on its way to be taken."""

    row: SheetRow
    cells: dict[str, str]
    values: Any


def kind_of(kind: ImportKind) -> RowKind[Any]:
    """Raises UsageError for a kind that cannot be imported."""
    if kind not in KINDS:
        raise UsageError(f"{kind} cannot be imported.", f"Use one of: {', '.join(KINDS)}.")
    return KINDS[kind]


def import_file(world: World, command: ImportFile, job: Job, control: JobControl) -> ImportAnswer:
    """Take what can be taken, keep the rest. Raises RefusedError, and records it, for a file that cannot be read."""
    path = Path(command.file)
    phases = Phases(control, (_READ, _TAKE), title=f"Importing {kind_of(command.kind).title.lower()}")
    record = Import(
        import_id=new_id(),
        kind=command.kind,
        file_name=command.file_name or path.name,
        state=ImportState.COMPLETED,
        imported_by=command.actor if command.actor != "local" else job.requested_by,
        imported_at=world.clock.now(),
    )
    try:
        done = _import(world, record, path, phases)
    except SfsamError as trouble:
        _save(world, record.model_copy(update={"state": ImportState.FAILED, "reason": trouble.what}))
        raise
    finally:
        if command.is_upload:
            path.unlink(missing_ok=True)
    return import_answer(done)


def imports(world: World, command: ListImports) -> list[ImportAnswer]:
    with world.store.begin() as work:
        return [import_answer(record) for record in work.imports.newest(command.kind, command.limit)]


def repair(world: World, command: RepairRow) -> ImportRowAnswer:
    """Try the row again. What still fails stays, with its new reason; the cells of the file are never lost."""
    with world.store.begin() as work:
        row = _open_row(work, command.row_id)
        context = ImportContext(
            import_id=row.import_id, by=command.actor, at=world.clock.now(), replace=command.replace
        )
        kind = kind_of(row.kind)
        values = _values(kind, command.cells)
        [verdict] = [values] if isinstance(values, Verdict) else kind.take(world, work, [values], context)
        repaired = {"repaired": command.cells}
        if verdict.taken is Taken.REFUSED:
            row = row.model_copy(update=repaired | {"reason": verdict.reason, "replaceable": verdict.replaceable})
        else:
            settled = {"state": RowState.REPAIRED, "settled_by": command.actor, "settled_at": context.at}
            row = row.model_copy(update=repaired | settled)
            detail = {"import": row.import_id, "row": row.number, "replaced": command.replace}
            work.audit.append([entry(world, command.actor, "import.row_repaired", row.row_id, detail=detail)])
        work.imports.save_rows([row])
        work.commit()
    return row_answer(row)


def drop(world: World, command: DropRows) -> list[ImportRowAnswer]:
    """Leave these rows out for good, also when the same file is imported again."""
    with world.store.begin() as work:
        rows = [_open_row(work, row_id) for row_id in command.row_ids]
        settled = {"state": RowState.DROPPED, "settled_by": command.actor, "settled_at": world.clock.now()}
        dropped = [row.model_copy(update=settled) for row in rows]
        work.imports.save_rows(dropped)
        for row in dropped:
            detail = {"import": row.import_id, "row": row.number}
            work.audit.append([entry(world, command.actor, "import.row_dropped", row.row_id, detail=detail)])
        work.commit()
    return [row_answer(row) for row in dropped]


def template(world: World, command: ImportTemplate) -> FileAnswer:
    """A header, an example that is marked and not imported, and in XLSX a second sheet about each column."""
    kind = kind_of(command.kind)
    rows = [[column.label for column in kind.columns] + ["Remark"], [c.example for c in kind.columns] + [EXAMPLE]]
    if command.format == "csv":
        text = io.StringIO()
        csv.writer(text).writerows(rows)
        content = text.getvalue().encode("utf-8-sig")  # so that Excel reads it as UTF-8
    else:
        meanings = [["Column", "Required", "What it is", "Example"]] + [
            [column.label, "yes" if column.is_required else "no", column.meaning, column.example]
            for column in kind.columns
        ]
        content = world.sheets.workbook({kind.title: rows, "Columns": meanings})
    name = f"sfsam-{command.kind}-template.{command.format}"
    return FileAnswer(file_name=name, content=base64.b64encode(content).decode())


def import_answer(record: Import) -> ImportAnswer:
    return ImportAnswer.model_validate(record.model_dump())


def row_answer(row: ImportRow) -> ImportRowAnswer:
    return ImportRowAnswer.model_validate(row.model_dump() | {"cells": row.repaired or row.cells})


# ── One file ─────────────────────────────────────────────────────────────────────────────────────


def _import(world: World, record: Import, path: Path, phases: Phases) -> Import:
    kind = kind_of(record.kind)
    phases.begin(_READ)
    sound, failed = _checked(world, kind, path, phases)
    total = len(sound) + len(failed)
    phases.end(_READ, rows=total)
    phases.begin(_TAKE, expected=len(sound))
    with world.store.begin() as work:
        context = ImportContext(import_id=record.import_id, by=record.imported_by, at=record.imported_at)
        taken, more = _take(world, work, kind, sound, context, phases)
        queued = _queue(work, record, failed + more)
        done = record.model_copy(
            update={
                "state": ImportState.COMPLETED_WITH_ERRORS if queued else ImportState.COMPLETED,
                "rows_total": total,
                "rows_taken": taken,
                "rows_unchanged": total - taken - queued,
                "rows_failed": queued,
            }
        )
        _note(world, work, done)
        work.commit()
    phases.end(_TAKE, rows=taken)
    return done


def _checked(
    world: World, kind: RowKind[Any], path: Path, phases: Phases
) -> tuple[list[_Sound], list[tuple[SheetRow, dict[str, str], Verdict]]]:
    """The rows whose cells could be read, and the others with their reason."""
    try:
        rows = iter(world.sheets.read_rows(path, LIMITS))
        header = next(rows, None)
    except OSError as trouble:
        raise RefusedError(
            f"{path} could not be read ({trouble.strerror}).", "Look for the file and its rights."
        ) from None
    names = _columns(kind, header)
    sound: list[_Sound] = []
    failed: list[tuple[SheetRow, dict[str, str], Verdict]] = []
    for row in rows:
        if EXAMPLE in row.cells:
            continue
        cells = {name: cell for name, cell in zip(names, row.cells, strict=False) if name and cell}
        values = _values(kind, cells)
        if isinstance(values, Verdict):
            failed.append((row, cells, values))
        else:
            sound.append(_Sound(row=row, cells=cells, values=values))
        if (len(sound) + len(failed)) % _BATCH == 0:
            phases.advance(_READ, len(sound) + len(failed))
            _stop_if_asked(phases)
    return sound, failed


def _columns(kind: RowKind[Any], header: SheetRow | None) -> list[str | None]:
    """The name of the column under each head; None for one that is not ours. Raises RefusedError."""
    if header is None:
        raise RefusedError("The file is empty.", "Download the template, fill it in and import it.")
    known = {
        _plain(head): column.name for column in kind.columns for head in (column.label, column.name, *column.aliases)
    }
    names = [known.get(_plain(head)) for head in header.cells]
    twice = {name for name in names if name and names.count(name) > 1}
    missing = [column.label for column in kind.columns if column.is_required and column.name not in names]
    if twice:
        labels = ", ".join(column.label for column in kind.columns if column.name in twice)
        raise RefusedError(f"More than one column is {labels}.", "Take one of them out and import the file again.")
    if missing:
        raise RefusedError(
            f"The file has no column {', '.join(missing)}; its first row says: {', '.join(header.cells)[:200]}.",
            "Name the columns as in the template.",
        )
    return names


def _values(kind: RowKind[Any], cells: dict[str, str]) -> Any:
    """The row's model, or the verdict of a row whose cells cannot be read."""
    known = {column.name for column in kind.columns}
    given = {name: cell for name, cell in cells.items() if name in known and cell.strip()}
    missing = [column.label for column in kind.columns if column.is_required and column.name not in given]
    if missing:
        return refused(f"{', '.join(missing)} is empty." if len(missing) == 1 else f"{', '.join(missing)} are empty.")
    try:
        return kind.row_model.model_validate(given)
    except ValidationError as trouble:
        return refused(" ".join(_sentence(kind, error) for error in trouble.errors()))


def _sentence(kind: RowKind[Any], error: Any) -> str:
    labels = {column.name: column.label for column in kind.columns}
    said = str(error.get("ctx", {}).get("error", error["msg"])).rstrip(".")
    return f"{labels[error['loc'][0]]}: {said}." if error["loc"] else f"{said}."


def _take(
    world: World,
    work: UnitOfWork,
    kind: RowKind[Any],
    sound: Sequence[_Sound],
    context: ImportContext,
    phases: Phases,
) -> tuple[int, list[tuple[SheetRow, dict[str, str], Verdict]]]:
    """How many rows were taken, and those that were refused after all."""
    taken = 0
    failed: list[tuple[SheetRow, dict[str, str], Verdict]] = []
    for start in range(0, len(sound), _BATCH):
        _stop_if_asked(phases)
        batch = sound[start : start + _BATCH]
        verdicts = kind.take(world, work, [row.values for row in batch], context)
        for row, verdict in zip(batch, verdicts, strict=True):
            taken += verdict.taken is Taken.TAKEN
            if verdict.taken is Taken.REFUSED:
                failed.append((row.row, row.cells, verdict))
        phases.advance(_TAKE, start + len(batch))
    return taken, failed


def _queue(work: UnitOfWork, record: Import, failed: Sequence[tuple[SheetRow, dict[str, str], Verdict]]) -> int:
    """Keep the failed rows for repair, each once however often its file is imported; how many wait."""
    rows = {
        fingerprint_of(record.kind, cells): ImportRow(
            row_id=new_id(),
            import_id=record.import_id,
            kind=record.kind,
            number=row.number,
            fingerprint=fingerprint_of(record.kind, cells),
            cells=cells,
            reason=verdict.reason,
            replaceable=verdict.replaceable,
        )
        for row, cells, verdict in failed
    }
    known = {row.fingerprint: row for row in work.imports.rows_like(list(rows))}
    waiting = 0
    for fingerprint, row in rows.items():
        before = known.get(fingerprint)
        if before is None:
            work.imports.save_rows([row])
        waiting += before is None or before.state is RowState.NEEDS_REVIEW
    return waiting


def _note(world: World, work: UnitOfWork, record: Import) -> None:
    work.imports.add(record)
    counts = record.model_dump(include={"rows_total", "rows_taken", "rows_unchanged", "rows_failed"})
    detail = {"kind": record.kind, "state": record.state, **counts}
    noted = entry(world, record.imported_by, "import.made", record.import_id, reason=record.reason, detail=detail)
    work.audit.append([noted])


def _save(world: World, record: Import) -> None:
    with world.store.begin() as work:
        _note(world, work, record)
        work.commit()


def _open_row(work: UnitOfWork, row_id: str) -> ImportRow:
    row = work.imports.find_row(row_id)
    if row is None:
        raise NotFound("That row is not there.", "Open the page again.", row_id=row_id)
    if row.state is not RowState.NEEDS_REVIEW:
        raise RefusedError(f"Row {row.number} was {row.state} already.", "Open the page again.")
    return row


def _stop_if_asked(phases: Phases) -> None:
    if phases.should_stop():
        raise RefusedError("The import was stopped; nothing of the file was taken.", "Import it again.")


def _plain(head: str) -> str:
    return re.sub(r"[\W_]+", "", head).casefold()
