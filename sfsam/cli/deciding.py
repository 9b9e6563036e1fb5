"""candidate ready, candidate keep: what a person decides about candidates."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from sfsam.cli.asking import AsJson, actor, open_door
from sfsam.cli.output import print_rows
from sfsam.domain.candidates import State
from sfsam.domain.commands import MoveCandidate

Numbers = Annotated[list[str], typer.Argument(help="The candidates' numbers, such as RC0000042.")]
Reason = Annotated[str, typer.Option(help="Why; it goes into the audit trail.")]


def ready(number: Numbers, reason: Reason, as_json: AsJson = False) -> None:
    """Put candidates that required attention back to Ready, after their trouble was repaired."""
    _move(number, State.READY, reason, as_json=as_json)


def keep(number: Numbers, reason: Reason, as_json: AsJson = False) -> None:
    """Keep seats: their candidates are closed and the seats are not proposed again."""
    _move(number, State.CLOSED_SKIPPED, reason, as_json=as_json)


def _move(numbers: list[str], to: Literal[State.READY, State.CLOSED_SKIPPED], reason: str, *, as_json: bool) -> None:
    with open_door() as door:
        answers = [door.ask(MoveCandidate(actor=actor(), number=number, to=to, reason=reason)) for number in numbers]
    print_rows(answers, ("number", "state", "user_principal_name", "message"), as_json=as_json, nothing="No candidate.")
