"""jobs, audit."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from sfsam.cli.asking import AsJson, actor, open_door
from sfsam.cli.output import print_json, print_rows
from sfsam.domain.commands import ListJobs, ShowAudit

EXIT_CHAIN_BROKEN = 3


def jobs(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List the newest jobs."""
    with open_door() as door:
        rows = door.ask(ListJobs(actor=actor(), limit=limit))
    shown = rows if as_json else [row | {"what": _what(row)} for row in rows]
    columns = ("job_id", "kind", "state", "requested_by", "created_at", "ended_at", "what")
    print_rows(shown, columns, as_json=as_json, nothing="No jobs yet.")


def audit(
    verify: Annotated[bool, typer.Option("--verify", help="Recompute the chain; exit 3 when it is broken.")] = False,
    head: Annotated[str | None, typer.Option(help="A head noted before, which must still be in the chain.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many entries.")] = 200,
    as_json: AsJson = False,
) -> int:
    """Show the audit trail, newest first, with the head of its chain."""
    with open_door() as door:
        answer = door.ask(ShowAudit(actor=actor(), verify=verify or head is not None, head=head, limit=limit))
    if as_json:
        print_json(answer)
    else:
        columns = ("number", "at", "actor", "action", "subject", "reason")
        print_rows(answer["entries"], columns, as_json=False, nothing="The trail is empty.")
        typer.echo(f"Head: {answer['head']}{_verdict(answer)}")
    return EXIT_CHAIN_BROKEN if answer["intact"] is False else 0


def _what(job: dict[str, Any]) -> str:
    return str(job["failure"]["what"] if job["failure"] else job["progress"]["sentence"])


def _verdict(answer: dict[str, Any]) -> str:
    if answer["intact"] is None:
        return ""
    return "\nThe chain is intact." if answer["intact"] else f"\nThe chain breaks at entry {answer['first_broken']}."
