"""models, unrecognized, map, unmap; exclusions list, add, remove."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from sfsam.cli.asking import AsJson, OneProfile, actor, open_door
from sfsam.cli.output import Row, print_answer, print_json, print_rows, table
from sfsam.domain.commands import (
    AddExclusion,
    ListExclusions,
    ListSoftwareModels,
    ListUnrecognized,
    MapIdentifier,
    PreviewExclusion,
    RemoveExclusion,
    UnmapIdentifier,
)
from sfsam.domain.exclusions import Subject
from sfsam.domain.subscriptions import Kind

_MODELS = ("model", "publisher", "identifiers", "orgs", "owned", "assigned", "stale", "price_source", "is_excluded")
_UNRECOGNIZED = ("kind", "identifier", "label", "org_names", "owned", "seats", "may_be")
_EXCLUSIONS = ("exclusion_id", "subject", "value", "org", "reason", "expires_on", "catches", "created_by", "is_past")
_CAUGHT = ("org", "name", "detail", "excluded_already")

OneKind = Annotated[Kind, typer.Argument(help="Kind of the license.")]
Past = Annotated[bool, typer.Option("--past", help="Those that expired or were removed, too.")]
Identifier = Annotated[str, typer.Argument(help="The subscription identifier, as the unrecognized command prints it.")]


def models(profile: OneProfile = None, as_json: AsJson = False) -> None:
    """List the software models: what every recognized identifier stands for, with its seats."""
    with open_door() as door:
        rows = door.ask(ListSoftwareModels(actor=actor(), profile=profile))
    print_rows(rows, _MODELS, as_json=as_json, nothing="Nothing was downloaded yet. Run: download NAME")


def unrecognized(profile: OneProfile = None, as_json: AsJson = False) -> None:
    """List the identifiers that nobody knows, with what each may be by its name."""
    with open_door() as door:
        rows = door.ask(ListUnrecognized(actor=actor(), profile=profile))
    shown = rows if as_json else [row | {"may_be": _may_be(row)} for row in rows]
    print_rows(shown, _UNRECOGNIZED, as_json=as_json, nothing="Every identifier is recognized.")


def map_identifier(
    kind: OneKind,
    identifier: Identifier,
    product: Annotated[str, typer.Option(help="What it stands for.")],
    publisher: Annotated[str, typer.Option()] = "Salesforce",
    edition: Annotated[str, typer.Option()] = "",
    is_paid: Annotated[bool | None, typer.Option("--paid/--free", help="Neither: not known.")] = None,
    note: Annotated[str, typer.Option(help="Why, or where it stands; it goes into the audit trail.")] = "",
    as_json: AsJson = False,
) -> None:
    """Say what an identifier stands for; every seat of every org follows at once."""
    said = {"publisher": publisher, "product": product, "edition": edition, "is_paid": is_paid, "note": note}
    with open_door() as door:
        answer = door.ask(MapIdentifier(actor=actor(), kind=kind, identifier=identifier, **said))
    sentence = f"{identifier} is {answer['model']} from now on: {answer['seats']:,} seats in {answer['orgs']} orgs."
    print_answer(answer, sentence, as_json=as_json)


def unmap(kind: OneKind, identifier: Identifier, as_json: AsJson = False) -> None:
    """Take back what was said; the catalog's word counts again, or the identifier is unknown."""
    with open_door() as door:
        answer = door.ask(UnmapIdentifier(actor=actor(), kind=kind, identifier=identifier))
    now = f"{answer['model']} again" if answer["is_recognized"] else "not recognized again"
    print_answer(answer, f"{identifier} is {now}.", as_json=as_json)


def exclusions(context: typer.Context, profile: OneProfile = None, past: Past = False, as_json: AsJson = False) -> None:
    """Look after what stands outside the totals or is never proposed; without a word more it is listed."""
    if context.invoked_subcommand is None:
        listing(profile, past, as_json)


def listing(profile: OneProfile = None, past: Past = False, as_json: AsJson = False) -> None:
    """List the exclusions with whom or what each catches today."""
    with open_door() as door:
        rows = door.ask(ListExclusions(actor=actor(), profile=profile, include_past=past))
    print_rows(rows, _EXCLUSIONS, as_json=as_json, nothing="Nothing is excluded.")


def add(
    subject: Annotated[Subject, typer.Argument(help="What the value is.")],
    value: Annotated[str, typer.Argument(help="In a pattern of user names * is anything and ? one character.")],
    reason: Annotated[str, typer.Option(help="Why; everybody sees it.")],
    kind: Annotated[Kind | None, typer.Option(help="Of an identifier.")] = None,
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The last day on which it acts.")] = None,
    profile: OneProfile = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show whom and what it would catch, and exit 0.")] = False,
    as_json: AsJson = False,
) -> None:
    """Exclude a license, or users by name, pattern, profile or department; at once."""
    named = {"actor": actor(), "subject": subject, "kind": kind, "value": value, "profile": profile}
    with open_door() as door:
        if dry_run:
            _print_preview(door.ask(PreviewExclusion(**named)), as_json=as_json)
            return
        answer = door.ask(AddExclusion(reason=reason, expires_on=until.date() if until else None, **named))
    added = answer["exclusion"]
    sentence = f"{added['exclusion_id']} catches {added['catches']}; {answer['candidates_closed']} candidates closed."
    print_answer(answer, sentence, as_json=as_json)


def remove(
    exclusion_id: Annotated[str, typer.Argument(help="As the exclusions command prints it.")], as_json: AsJson = False
) -> None:
    """End an exclusion at once."""
    with open_door() as door:
        answer = door.ask(RemoveExclusion(actor=actor(), exclusion_id=exclusion_id))
    print_answer(answer, f"{answer['exclusion']['value']} is no longer excluded.", as_json=as_json)


def _print_preview(preview: Row, *, as_json: bool) -> None:
    if as_json:
        print_json(preview)
        return
    what = f"{preview['licenses']} licenses" if preview["licenses"] else f"{preview['users']:,} users"
    typer.echo(f"Would catch {what} with {preview['seats']:,} seats, {preview['unused_seats']:,} of them unused.")
    for amount in preview["amounts"]:
        spend = f"{amount['annual_spend']} of spend and " if amount["annual_spend"] is not None else ""
        savings = f"{amount['potential_savings']} {amount['currency']} of potential savings a year"
        typer.echo(f"Out of the totals: {spend}{savings}.")
    typer.echo(f"Open candidates that would close: {preview['candidates']}.")
    for line in table(preview["rows"], _CAUGHT) if preview["rows"] else []:
        typer.echo(line)


def _may_be(row: Row) -> str:
    best = row["suggestions"][:1]
    return f"{best[0]['product']} {best[0]['edition']}".strip() + f" ({best[0]['score']} %)" if best else ""
