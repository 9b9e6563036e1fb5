"""reclaim, settle."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from sfsam.cli.asking import AsJson, OneProfile, actor, done, open_door
from sfsam.cli.output import print_answer, print_json, table
from sfsam.domain.candidates import State
from sfsam.domain.commands import PlanReclaim, Reclaim, Settle
from sfsam.errors import NotConfirmed, OutcomeUnknown, UsageError

EXIT_BLOCKED_ROWS = 3


def reclaim(
    number: Annotated[list[str] | None, typer.Option(help="Candidate to take back; may be repeated.")] = None,
    all_ready: Annotated[bool, typer.Option("--all-ready", help="Every candidate that is ready.")] = False,
    profile: OneProfile = None,
    max_users: Annotated[int | None, typer.Option(min=1, help="Allow this many people in one run; audited.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the plan, send nothing, exit 0.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Send it. Without it the plan is shown and nothing sent.")] = False,
    as_json: AsJson = False,
) -> int:
    """Take seats back: shows the plan, and with --yes does it.

    Exit 1 without --yes, 3 when some candidates ended blocked, 4 when an outcome is not known (run settle).
    """
    if bool(number) == all_ready:
        raise UsageError("Which candidates?", "Name them with --number (it may be repeated), or say --all-ready.")
    scope: dict[str, Any] = {
        "actor": actor(),
        "numbers": tuple(number or ()),
        "all_ready": all_ready,
        "profile": profile,
        "max_users": max_users,
    }
    with open_door() as door:
        if dry_run or not yes:
            return _show_plan(door.ask(PlanReclaim(**scope)), dry_run=dry_run, as_json=as_json)
        order = Reclaim(**scope)
        # Another selection is another job; the same one, asked for twice, is done once.
        answer = done(door, order, key=f"reclaim:{order.model_dump_json(exclude={'actor'})}")
    sentence = f"{answer['seats_freed']} seats freed."
    return _show_outcomes(answer, sentence, as_json=as_json)


def settle(profile: OneProfile = None, as_json: AsJson = False) -> int:
    """Read the org back and close every outcome that is open. Exit 4 when some stay open."""
    with open_door() as door:
        answer = done(door, Settle(actor=actor(), profile=profile))
    sentence = f"{answer['open_before']} were open, {answer['open_after']} are still."
    code = _show_outcomes(answer, sentence, as_json=as_json)
    return OutcomeUnknown.exit_code if answer["open_after"] else code


def _show_plan(plan: dict[str, Any], *, dry_run: bool, as_json: bool) -> int:
    document = plan | {"outcomes": []}
    if not as_json:
        for line in _plan_lines(plan):
            typer.echo(line)
    elif dry_run:
        print_json(document)
    if not dry_run:
        raise NotConfirmed("This is the plan; nothing was sent.", "Add --yes to do it.", document=document)
    return 0


def _plan_lines(plan: dict[str, Any]) -> list[str]:
    lines = [f"{plan['users']} people, {plan['seats_freed']} seats, {plan['planned_calls']} calls to Salesforce."]
    if plan["calls"]:
        lines += table(plan["calls"], ("step", "method", "object", "records", "users"))
    if plan["left_out"]:
        lines += ["", "Left out:", *table(plan["left_out"], ("number", "user_principal_name", "reason", "remedy"))]
    return lines


def _show_outcomes(answer: dict[str, Any], sentence: str, *, as_json: bool) -> int:
    outcomes = answer["outcomes"]
    lines = [*(table(outcomes, ("number", "state", "message")) if outcomes else []), sentence]
    print_answer(answer, "\n".join(lines), as_json=as_json)
    states = {outcome["state"] for outcome in outcomes}
    if State.AWAITING_REVOCATION in states:
        return OutcomeUnknown.exit_code
    return EXIT_BLOCKED_ROWS if State.ATTENTION_REQUIRED in states else 0
