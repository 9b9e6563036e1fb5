"""people, housekeep."""

from __future__ import annotations

from typing import Annotated

import typer

from sfsam.cli.asking import AsJson, actor, done, open_door
from sfsam.cli.output import print_answer, print_rows
from sfsam.domain.commands import (
    ConfirmMatch,
    ErasePerson,
    ForgetMatch,
    Housekeep,
    ListPeople,
    ListUnmatched,
    ResolvePeople,
)
from sfsam.errors import UsageError

_PEOPLE = ("name", "basis", "status", "department", "orgs", "users", "seats", "cost", "last_activity_at", "holder_id")
_UNMATCHED = ("org", "name", "user_principal_name", "seats", "suggestion", "org_id", "user_id")

Search = Annotated[str, typer.Option(help="Those whose name, e-mail or user name holds this text.")]
Limit = Annotated[int, typer.Option(min=1, max=1000, help="How many.")]
OrgId = Annotated[str, typer.Argument(help="Id of the org.", show_default=False)]
UserId = Annotated[str, typer.Argument(help="Id of the user.", show_default=False)]


def people(context: typer.Context, search: Search = "", limit: Limit = 100, as_json: AsJson = False) -> None:
    """Work on people: who holds seats, who is not known, who is to be erased."""
    if context.invoked_subcommand is None:
        listed(search=search, limit=limit, as_json=as_json)


def listed(search: Search = "", limit: Limit = 100, as_json: AsJson = False) -> None:
    """List who holds seats, over all orgs, with what they cost a year."""
    with open_door() as door:
        rows = door.ask(ListPeople(actor=actor(), search=search, limit=limit))
    shown = rows if as_json else [row | {"cost": _cost(row["costs"])} for row in rows]
    print_rows(shown, _PEOPLE, as_json=as_json, nothing="Nobody holds a seat, or nobody fits.")


def unmatched(search: Search = "", limit: Limit = 100, as_json: AsJson = False) -> None:
    """List users with seats who are nobody of the directory, with suggestions."""
    with open_door() as door:
        rows = door.ask(ListUnmatched(actor=actor(), search=search, limit=limit))
    shown = rows if as_json else [row | {"suggestion": _suggested(row["suggestions"])} for row in rows]
    print_rows(shown, _UNMATCHED, as_json=as_json, nothing="Everybody with a seat is known.")


def resolve(as_json: AsJson = False) -> None:
    """Match all users to the directory by the rules in force."""
    with open_door() as door:
        answer = done(door, ResolvePeople(actor=actor()))
    sentence = f"{answer['matched']:,} users are one of {answer['persons']:,} people; {answer['unmatched']:,} are not."
    print_answer(answer, sentence, as_json=as_json)


def match(
    org_id: OrgId,
    user_id: UserId,
    person: Annotated[str | None, typer.Option(help="Id of the person of the directory.")] = None,
    nobody: Annotated[bool, typer.Option("--nobody", help="This user is no person.")] = False,
    by_rules: Annotated[bool, typer.Option("--by-rules", help="Let the rules decide again.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say who a user is. No rule overwrites it."""
    if [person is not None, nobody, by_rules].count(True) != 1:
        raise UsageError("Say who the user is.", "Give one of --person ID, --nobody and --by-rules.")
    order = (
        ForgetMatch(actor=actor(), org_id=org_id, user_id=user_id)
        if by_rules
        else ConfirmMatch(actor=actor(), org_id=org_id, user_id=user_id, person_id=person)
    )
    with open_door() as door:
        answer = door.ask(order)
    print_answer(answer, f"{user_id} is {answer['person_id'] or 'nobody of the directory'}.", as_json=as_json)


def erase(
    holder: Annotated[str | None, typer.Option("--id", help="The id that `people list` shows.")] = None,
    org: Annotated[str | None, typer.Option(help="Id of the org of one of their users.")] = None,
    user: Annotated[str | None, typer.Option(help="Id of that user.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Erase; without it what would change is shown.")] = False,
    as_json: AsJson = False,
) -> None:
    """Put a pseudonym in the place of every name of a person."""
    if (holder is None) == (org is None or user is None):
        raise UsageError("Say who is meant.", "Give --id, or both --org and --user.")
    order = ErasePerson(actor=actor(), holder_id=holder, org_id=org, user_id=user, confirmed=yes)
    with open_door() as door:
        answer = door.ask(order)
    rows = sum(answer["changes"].values())
    print_answer(answer, f"{answer['pseudonym']} stands where the names stood; {rows:,} rows changed.", as_json=as_json)


def housekeep(as_json: AsJson = False) -> None:
    """Forget history that is older than SFSAM_HISTORY_MONTHS."""
    with open_door() as door:
        answer = done(door, Housekeep(actor=actor()))
    rows = sum(answer["gone"].values())
    print_answer(answer, f"{rows:,} rows from before {answer['before']} are gone.", as_json=as_json)


def _cost(costs: list[dict[str, str]]) -> str:
    return ", ".join(f"{cost['annual_cost']} {cost['currency']}" for cost in costs)


def _suggested(suggestions: list[dict[str, str]]) -> str:
    return f"{suggestions[0]['name']} ({suggestions[0]['person_id']})" if suggestions else ""
