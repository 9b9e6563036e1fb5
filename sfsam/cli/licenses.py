"""download, position, identify, candidates, export."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from sfsam.cli.asking import AsJson, OneProfile, ProfileName, actor, done, open_door
from sfsam.cli.output import print_answer, print_rows
from sfsam.domain.candidates import State
from sfsam.domain.commands import (
    Download,
    Export,
    FileFormat,
    Identify,
    ListCandidates,
    ListName,
    Reconcile,
    ShowPosition,
)

_POSITION = (
    *("org", "kind", "identifier", "owned", "assigned", "active", "stale", "in_grace", "machine", "inactive_holder"),
    *("unknown", "available", "needed", "potential_savings", "currency"),
)
_CANDIDATES = (
    *("number", "state", "user_principal_name", "org", "model", "last_activity_at", "inactive_days"),
    *("potential_savings", "currency"),
)


def download(
    name: ProfileName,
    full: Annotated[bool, typer.Option("--full", help="Read everything anew, login history included.")] = False,
    accept_fewer: Annotated[
        bool, typer.Option("--accept-fewer", help="Take the org as it is, also when it shows far fewer rows.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Read what changed in an org into the store; the first time everything."""
    with open_door() as door:
        order = Download(actor=actor(), profile=name, full=full, accepts_fewer=accept_fewer, identify=False)
        answer = done(
            door, order, key=f"download-full:{name}" if full else f"download-fewer:{name}" if accept_fewer else ""
        )
    lines = [f"{sum(answer['rows'].values()):,} rows in {answer['seconds']} s, {answer['api_calls']} API calls."]
    print_answer(answer, "\n".join(lines + [f"Warning: {warning}" for warning in answer["warnings"]]), as_json=as_json)


def position(
    profile: OneProfile = None,
    on: Annotated[
        datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="As it was written down on this day.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show the license position: owned, assigned, active, stale, available, needed, money."""
    with open_door() as door:
        rows = door.ask(ShowPosition(actor=actor(), profile=profile, on=on.date() if on else None))
    nothing = f"Nothing is known of {on:%Y-%m-%d}." if on else "Nothing was downloaded yet. Run: download NAME"
    print_rows(rows, _POSITION, as_json=as_json, nothing=nothing)


def reconcile(profile: OneProfile = None, as_json: AsJson = False) -> None:
    """Bring the position up to date with what was entered since the download, and write the day's result down."""
    with open_door() as door:
        answer = done(door, Reconcile(actor=actor(), profile=profile))
    lines = [f"{answer['licenses']} licenses of {answer['orgs']} orgs."]
    for total in answer["totals"]:
        named = ("annual_spend", "potential_savings", "over_licensed", "true_up")
        lines.append(f"{total['currency']}: " + ", ".join(f"{name} {total[name]}" for name in named))
    print_answer(answer, "\n".join(lines), as_json=as_json)


def identify(profile: OneProfile = None, as_json: AsJson = False) -> None:
    """Find removal candidates by the rules, and close those that no longer hold."""
    with open_door() as door:
        answer = done(door, Identify(actor=actor(), profile=profile))
    sentence = f"{answer['created']} new, {answer['updated']} still standing, {answer['closed']} closed."
    print_answer(answer, sentence, as_json=as_json)


def candidates(
    state: Annotated[State | None, typer.Option(help="Those in this state only.")] = None,
    profile: OneProfile = None,
    as_json: AsJson = False,
) -> None:
    """List removal candidates with their evidence."""
    with open_door() as door:
        rows = door.ask(ListCandidates(actor=actor(), state=state, profile=profile))
    print_rows(rows, _CANDIDATES, as_json=as_json, nothing="No removal candidates. Run: identify")


def export(
    what: Annotated[ListName, typer.Argument()],
    output: Annotated[Path, typer.Option(help="File to write; an existing one is replaced.")],
    file_format: Annotated[FileFormat, typer.Option("--format")] = "csv",
    profile: OneProfile = None,
    as_json: AsJson = False,
) -> None:
    """Write a list to a file."""
    order = Export(actor=actor(), what=what, format=file_format, output=str(output.absolute()), profile=profile)
    with open_door() as door:
        answer = door.ask(order)
    print_answer(answer, f"{answer['rows']:,} rows in {answer['path']}.", as_json=as_json)
