"""What commands print: one JSON document, or tables and sentences; errors with their remedy on standard error."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import typer

from sfsam.errors import SfsamError
from sfsam.web.wire import error_document

Row = dict[str, Any]
_LONGEST_CELL = 48


def print_json(document: Any) -> None:
    typer.echo(json.dumps(document, indent=2, ensure_ascii=False))


def print_rows(
    rows: Sequence[Row], columns: Sequence[str], *, as_json: bool, nothing: str, longest: int = _LONGEST_CELL
) -> None:
    """The rows as JSON, or as a table of these columns; `nothing` is said when there are none."""
    if as_json:
        print_json(list(rows))
    elif not rows:
        typer.echo(nothing)
    else:
        for line in table(rows, columns, longest):
            typer.echo(line)


def print_answer(answer: Row, sentence: str, *, as_json: bool) -> None:
    if as_json:
        print_json(answer)
    else:
        typer.echo(sentence)


def print_checks(checks: Sequence[Row]) -> None:
    """One line per permission with its remedy."""
    rows = [check | {"ok": "not known" if check["ok"] is None else check["ok"]} for check in checks]
    for line in table(rows, ("process", "permission", "ok", "remedy")):
        typer.echo(line)


def table(rows: Sequence[Row], columns: Sequence[str], longest: int = _LONGEST_CELL) -> list[str]:
    """Aligned lines under a header; numbers to the right; unknown values are a dash; cells are cut at `longest`."""
    cells = [[column.replace("_", " ") for column in columns]]
    cells += [[_text(row.get(column), longest) for column in columns] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    to_the_right = [all(_is_number(row.get(column)) for row in rows) for column in columns]
    return [
        "  ".join(
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(line, widths, to_the_right, strict=True)
        ).rstrip()
        for line in cells
    ]


def tell(error: SfsamError, *, as_json: bool) -> None:
    """The sentence and the remedy on standard error; with --json also the error as the one document.

    A command that refused after computing something (a plan) hands that over as `document`.
    """
    typer.echo(f"{error.what}\n{error.remedy}".strip(), err=True)
    if error.said:
        typer.echo(f"It said: {error.said}", err=True)
    if as_json:
        computed = error.values.get("document")
        print_json((computed if isinstance(computed, dict) else {}) | {"error": error_document(error)})


def _text(value: Any, longest: int) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    text = " ".join(str(value).split())
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _is_number(value: Any) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))
