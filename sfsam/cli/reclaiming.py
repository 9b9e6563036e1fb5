"""reclaim, restore, settle, stop-reclaiming, allow-reclaiming."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from sfsam.cli.asking import AsJson, OneProfile, actor, done, open_door
from sfsam.cli.output import print_answer, print_json, table
from sfsam.domain.candidates import Action, State
from sfsam.domain.commands import (
    AllowReclaiming,
    PlanReclaim,
    PlanRestore,
    Reclaim,
    Restore,
    Settle,
    StopReclaiming,
)
from sfsam.errors import NotConfirmed, OutcomeUnknown, UsageError

EXIT_BLOCKED_ROWS = 3


def reclaim(
    number: Annotated[list[str] | None, typer.Option(help="Candidate to take back; may be repeated.")] = None,
    all_ready: Annotated[bool, typer.Option("--all-ready", help="Every candidate that is ready.")] = False,
    profile: OneProfile = None,
    action: Annotated[Action | None, typer.Option(help="Instead of what the rule proposed.")] = None,
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
        "action": action,
        "max_users": max_users,
    }
    with open_door() as door:
        if dry_run or not yes:
            plan = door.ask(PlanReclaim(**scope))
            return _show(plan, _plan_lines(plan), dry_run=dry_run, as_json=as_json)
        order = Reclaim(**scope)
        # Another selection is another job; the same one, asked for twice, is done once.
        answer = done(door, order, key=f"reclaim:{order.model_dump_json(exclude={'actor'})}")
    sentence = f"{answer['seats_freed']} seats freed."
    return _show_outcomes(answer, sentence, as_json=as_json)


def restore(
    number: Annotated[list[str], typer.Option(help="Candidate whose seats are given back; may be repeated.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the plan, send nothing, exit 0.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Send it. Without it the plan is shown and nothing sent.")] = False,
    as_json: AsJson = False,
) -> int:
    """Give back what was taken: shows the plan, and with --yes does it.

    Exit 1 without --yes, 3 when something was not given back, 4 when an outcome is not known (run settle).
    """
    scope: dict[str, Any] = {"actor": actor(), "numbers": tuple(number)}
    with open_door() as door:
        if dry_run or not yes:
            plan = door.ask(PlanRestore(**scope))
            return _show(plan, _restore_lines(plan), dry_run=dry_run, as_json=as_json)
        order = Restore(**scope)
        answer = done(door, order, key=f"restore:{order.model_dump_json(exclude={'actor'})}")
    print_answer(
        answer,
        _with_outcomes(answer, f"{answer['restored']} of {len(answer['outcomes'])} given back."),
        as_json=as_json,
    )
    if answer["unknown"]:
        return OutcomeUnknown.exit_code
    return EXIT_BLOCKED_ROWS if answer["restored"] < len(answer["outcomes"]) else 0


def stop_reclaiming(
    reason: Annotated[str, typer.Option(help="Why; everybody reads it.")], as_json: AsJson = False
) -> None:
    """Stop all taking back and freezing, in every org, until it is allowed again. Giving back goes on."""
    with open_door() as door:
        answer = door.ask(StopReclaiming(actor=actor(), reason=reason))
    print_answer(answer, f"Stopped by {answer['stopped_by']}: {answer['reason']}", as_json=as_json)


def allow_reclaiming(reason: Annotated[str, typer.Option(help="Why it may go on.")], as_json: AsJson = False) -> None:
    """Allow taking back and freezing again, after it was stopped."""
    with open_door() as door:
        answer = door.ask(AllowReclaiming(actor=actor(), reason=reason))
    print_answer(answer, "Reclaiming is allowed again.", as_json=as_json)


def settle(profile: OneProfile = None, as_json: AsJson = False) -> int:
    """Read the org back and close every outcome that is open. Exit 4 when some stay open."""
    with open_door() as door:
        answer = done(door, Settle(actor=actor(), profile=profile))
    sentence = f"{answer['open_before']} were open, {answer['open_after']} are still."
    code = _show_outcomes(answer, sentence, as_json=as_json)
    return OutcomeUnknown.exit_code if answer["open_after"] else code


def _show(plan: dict[str, Any], lines: list[str], *, dry_run: bool, as_json: bool) -> int:
    document = plan | {"outcomes": []}
    if not as_json:
        for line in lines:
            typer.echo(line)
    elif dry_run:
        print_json(document)
    if not dry_run:
        raise NotConfirmed("This is the plan; nothing was sent.", "Add --yes to do it.", document=document)
    return 0


def _plan_lines(plan: dict[str, Any]) -> list[str]:
    lines = [f"{plan['users']} people, {plan['seats_freed']} seats, {plan['planned_calls']} calls to Salesforce."]
    for limit in plan["limits"]:
        sandbox = " Sandbox: frees no paid seat." if limit["is_sandbox"] else ""
        lines.append(f"{limit['profile']}: {limit['selected']} of at most {limit['allowed']} people in a run.{sandbox}")
    if plan["needs_second_person"]:
        lines.append("A second person has to approve it, on the page Removal candidates.")
    return [*lines, *_what_is_sent(plan)]


def _restore_lines(plan: dict[str, Any]) -> list[str]:
    lines = [f"{plan['users']} people, {plan['planned_calls']} calls to Salesforce."]
    if plan["needs"]:
        lines += ["", "Seats:", *table(plan["needs"], ("license", "needed", "free"))]
    return [*lines, *_what_is_sent(plan)]


def _what_is_sent(plan: dict[str, Any]) -> list[str]:
    lines = table(plan["calls"], ("step", "method", "object", "records", "users")) if plan["calls"] else []
    if plan["left_out"]:
        lines += ["", "Left out:", *table(plan["left_out"], ("number", "user_principal_name", "reason", "remedy"))]
    if plan["not_the_same"]:
        lines += ["", "What will not be the same:", *plan["not_the_same"]]
    return lines


def _show_outcomes(answer: dict[str, Any], sentence: str, *, as_json: bool) -> int:
    print_answer(answer, _with_outcomes(answer, sentence), as_json=as_json)
    states = {outcome["state"] for outcome in answer["outcomes"]}
    if State.AWAITING_REVOCATION in states:
        return OutcomeUnknown.exit_code
    return EXIT_BLOCKED_ROWS if State.ATTENTION_REQUIRED in states else 0


def _with_outcomes(answer: dict[str, Any], sentence: str) -> str:
    outcomes = answer["outcomes"]
    return "\n".join([*(table(outcomes, ("number", "state", "message")) if outcomes else []), sentence])
