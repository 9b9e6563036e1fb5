"""entitlements, import."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sfsam.cli.asking import AsJson, OneProfile, actor, done, open_door
from sfsam.cli.output import print_answer, print_rows
from sfsam.domain.commands import ImportFile, ListEntitlements
from sfsam.domain.imports import ImportKind

EXIT_ROWS_FAILED = 3

_ENTITLEMENTS = (
    *("number", "org", "model", "state", "quantity", "unit_price", "price_period", "currency", "starts_on", "ends_on"),
    "contract",
)


def entitlements(profile: OneProfile = None, as_json: AsJson = False) -> None:
    """List what contracts give: seats, prices, days."""
    with open_door() as door:
        rows = door.ask(ListEntitlements(actor=actor(), profile=profile))
    print_rows(rows, _ENTITLEMENTS, as_json=as_json, nothing="No entitlements. Run: import entitlements FILE")


def import_file(
    kind: Annotated[ImportKind, typer.Argument(help="What the rows are.")],
    file: Annotated[Path, typer.Argument(help="A CSV or XLSX file, with the columns of its template.")],
    as_json: AsJson = False,
) -> None:
    """Take the rows of a file; those that fail wait on the page for repair."""
    order = ImportFile(actor=actor(), kind=kind, file=str(file.absolute()), file_name=file.name)
    with open_door() as door:
        answer = done(door, order)
    sentence = (
        f"{answer['rows_taken']:,} of {answer['rows_total']:,} rows taken, {answer['rows_unchanged']:,} known already, "
        f"{answer['rows_failed']:,} wait for repair."
    )
    print_answer(answer, sentence, as_json=as_json)
    if answer["rows_failed"]:
        raise typer.Exit(EXIT_ROWS_FAILED)
