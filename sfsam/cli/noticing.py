"""notices list, notices test, remind, approve, reject: asking people, and what they want to keep."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from sfsam.cli.asking import AsJson, actor, done, open_door
from sfsam.cli.output import print_answer, print_rows
from sfsam.domain.commands import ApproveKeep, ListNotices, RejectKeep, Remind, SendTrialMail

Numbers = Annotated[list[str], typer.Option("--number", help="Candidate that awaits approval; may be repeated.")]
Reason = Annotated[str, typer.Option(help="Why; it stands with the candidate.")]
_COLUMNS = ("intended_at", "number", "name", "kind", "audience", "state", "answer_until")


def listing(
    number: Annotated[list[str] | None, typer.Option(help="Of this candidate only; may be repeated.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 100,
    as_json: AsJson = False,
) -> None:
    """List the mails that asked people or approvers, newest first, and what became of each."""
    with open_door() as door:
        rows = door.ask(ListNotices(actor=actor(), numbers=tuple(number or ()), limit=limit))
    print_rows(rows, _COLUMNS, as_json=as_json, nothing="Nobody was written to.")


def test(as_json: AsJson = False) -> None:
    """Send a test mail to the address of the license managers, else to the sender."""
    with open_door() as door:
        answer = done(door, SendTrialMail(actor=actor()))
    setting = f"SFSAM_{answer['recipient'].upper()}"
    print_answer(answer, f"A test mail is on its way to the address of {setting}.", as_json=as_json)


def remind(as_json: AsJson = False) -> None:
    """Do what "Close and remind" does daily: remind, write to approvers, reclaim what may go, close what is old."""
    with open_door() as door:
        answer = done(door, Remind(actor=actor()))
    counts = ("reminded", "asked_again", "digests", "reclaims_queued", "closed")
    lines = [", ".join(f"{name.replace('_', ' ')}: {answer[name]}" for name in counts) + "."]
    print_answer(answer, "\n".join([*lines, *answer["warnings"]]), as_json=as_json)


def approve(number: Numbers, reason: Reason = "", as_json: AsJson = False) -> None:
    """Let people keep the seats that they want to keep; they are proposed again after 180 days."""
    _decided(ApproveKeep(actor=actor(), numbers=tuple(number), reason=reason), as_json=as_json)


def reject(number: Numbers, reason: Reason = "", as_json: AsJson = False) -> None:
    """Have seats reclaimed all the same, although their users want to keep them."""
    _decided(RejectKeep(actor=actor(), numbers=tuple(number), reason=reason), as_json=as_json)


def _decided(command: ApproveKeep | RejectKeep, *, as_json: bool) -> None:
    with open_door() as door:
        rows: list[dict[str, Any]] = door.ask(command)
    print_rows(rows, ("number", "state", "user_principal_name", "message"), as_json=as_json, nothing="No candidate.")
