"""candidate ready, candidate keep: what a person decides about one candidate."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from sfsam.cli.asking import AsJson, actor, open_door
from sfsam.cli.output import print_answer
from sfsam.domain.candidates import State
from sfsam.domain.commands import MoveCandidate

Number = Annotated[str, typer.Argument(help="The candidate's number, such as RC0000042.")]
Reason = Annotated[str, typer.Option(help="Why; it goes into the audit trail.")]


def ready(number: Number, reason: Reason, as_json: AsJson = False) -> None:
    """Put a candidate that required attention back to Ready, after its trouble was repaired."""
    _move(number, State.READY, reason, as_json=as_json)


def keep(number: Number, reason: Reason, as_json: AsJson = False) -> None:
    """Keep the seat: the candidate is closed and the seat is not proposed again."""
    _move(number, State.CLOSED_SKIPPED, reason, as_json=as_json)


def _move(number: str, to: Literal[State.READY, State.CLOSED_SKIPPED], reason: str, *, as_json: bool) -> None:
    with open_door() as door:
        answer = door.ask(MoveCandidate(actor=actor(), number=number, to=to, reason=reason))
    print_answer(answer, f"{answer['number']} is {answer['state'].replace('_', ' ')}.", as_json=as_json)
