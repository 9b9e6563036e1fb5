"""report: the page for a renewal meeting."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sfsam.cli.asking import AsJson, OneProfile, actor, open_door
from sfsam.cli.output import print_answer
from sfsam.domain.answers import RenewalReport
from sfsam.domain.commands import ShowRenewalReport
from sfsam.errors import StorageFull


def report(
    output: Annotated[Path, typer.Option("--output", help="The HTML file to write.")],
    within_days: Annotated[int, typer.Option("--within-days", help="Show what ends in so many days.")] = 180,
    profile: OneProfile = None,
    as_json: AsJson = False,
) -> None:
    """Write the renewal report: one HTML page that prints on A4, with the figures and what they mean."""
    from sfsam.charts.report import renewal_report

    with open_door() as door:
        answer = door.ask(ShowRenewalReport(actor=actor(), within_days=within_days, profile=profile))
    page = renewal_report(RenewalReport.model_validate(answer))
    try:
        output.write_text(page, encoding="utf-8")
    except OSError as trouble:
        raise StorageFull(
            f"{output} could not be written ({trouble.strerror}).",
            "Choose a folder that exists, may be written to and has room.",
        ) from trouble
    counts = {name: len(answer[name]) for name in ("licenses", "renewals")}
    left_out = {name: answer[name] for name in ("licenses_left_out", "renewals_left_out")}
    said = {"path": str(output.resolve()), **counts, **left_out}
    print_answer(said, f"The report is in {said['path']}.", as_json=as_json)
