"""rules list, preview, save, on, off, delete; propose."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from sfsam.cli.asking import AsJson, OneProfile, actor, open_door
from sfsam.cli.door import Door
from sfsam.cli.output import Row, print_answer, print_json, print_rows, table
from sfsam.domain.candidates import Action
from sfsam.domain.commands import (
    DeleteReclamationRule,
    ListReclamationRules,
    PreviewReclamationRule,
    ProposeCandidate,
    RuleDraft,
    SaveReclamationRule,
    TurnReclamationRule,
)
from sfsam.domain.rules import Approver, RuleScope, RuleType
from sfsam.domain.subscriptions import Kind
from sfsam.errors import NotFound, UsageError

_RULES = ("rule_id", "profile", "name", "rule_type", "scope_in_words", "stale_after_days", "is_on", "open_candidates")
_CAUGHT = ("name", "user_principal_name", "model", "justification", "inactive_days", "seats", "potential_savings")
_DRAFTED = tuple(RuleDraft.model_fields)
_SCOPED = tuple(RuleScope.model_fields)

RuleId = Annotated[str, typer.Argument(metavar="RULE", help="Its id, as rules list prints it.")]
KnownRule = Annotated[str | None, typer.Option("--rule", help="Begin with this rule; the other options change it.")]
OfType = Annotated[RuleType | None, typer.Option("--type", help="What it looks for.")]
Name = Annotated[str | None, typer.Option(help="What it is called.")]
Kinds = Annotated[list[Kind] | None, typer.Option("--kind", help="Seats of this kind only; may be repeated.")]
Identifiers = Annotated[list[str] | None, typer.Option("--identifier", help="This license only; may be repeated.")]
Models = Annotated[list[str] | None, typer.Option("--model", help="This software model only; may be repeated.")]
Profiles = Annotated[list[str] | None, typer.Option("--salesforce-profile", help="Its users only; may be repeated.")]
Departments = Annotated[list[str] | None, typer.Option("--department", help="Its people only; may be repeated.")]
Days = Annotated[int | None, typer.Option(min=1, max=730, help="Days without activity; 60 when not said.")]
Grace = Annotated[int | None, typer.Option("--grace-days", min=0, max=365, help="Days for new users; 30.")]
Doing = Annotated[Action | None, typer.Option("--action", help="Instead of what fits the kind of each seat.")]
Target = Annotated[str | None, typer.Option("--target-profile-id", help="Of a change of license: the new profile.")]
Including = Annotated[list[str] | None, typer.Option("--included-in", help="Of an overlap: the license that gives it.")]
Notify = Annotated[bool | None, typer.Option("--notify/--no-notify", help="Ask the user first.")]
Wait = Annotated[int | None, typer.Option("--days-before-reclaim", min=1, max=90, help="Silence that is a yes; 7.")]
Decides = Annotated[Approver | None, typer.Option("--approver", help="Who decides when somebody wants to keep a seat.")]
DecidesAt = Annotated[str | None, typer.Option("--approver-email", help="Of a named approver.")]


def rules(context: typer.Context, profile: OneProfile = None, as_json: AsJson = False) -> None:
    """Look after the rules that find removal candidates; without a word more they are listed."""
    if context.invoked_subcommand is None:
        listing(profile, as_json)


def listing(profile: OneProfile = None, as_json: AsJson = False) -> None:
    """List the rules with the open candidates that each holds."""
    with open_door() as door:
        rows = door.ask(ListReclamationRules(actor=actor(), profile=profile))
    print_rows(rows, _RULES, as_json=as_json, nothing="There are no rules yet. Publishing a profile makes the first.")


def preview(
    profile: OneProfile = None,
    rule: KnownRule = None,
    rule_type: OfType = None,
    kinds: Kinds = None,
    identifiers: Identifiers = None,
    models: Models = None,
    profiles: Profiles = None,
    departments: Departments = None,
    days: Days = None,
    grace_days: Grace = None,
    action: Doing = None,
    target_profile_id: Target = None,
    included_in: Including = None,
    by_threshold: Annotated[bool, typer.Option("--by-threshold", help="Count for other thresholds, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show whom a rule would catch now; nothing is saved."""
    said: dict[str, Any] = {
        "rule_type": rule_type,
        "stale_after_days": days,
        "grace_days": grace_days,
        "action": action,
    }
    said |= {"target_profile_id": target_profile_id, "included_in": included_in}
    scope = _scope(kinds, identifiers, models, profiles, departments)
    with open_door() as door:
        of_profile, draft = _draft(door, profile, rule, said | {"name": None}, scope)
        asked = PreviewReclamationRule(actor=actor(), profile=of_profile, draft=draft, by_threshold=by_threshold)
        answer = door.ask(asked)
    _print_preview(answer, as_json=as_json)


def save(
    profile: OneProfile = None,
    rule: KnownRule = None,
    name: Name = None,
    rule_type: OfType = None,
    kinds: Kinds = None,
    identifiers: Identifiers = None,
    models: Models = None,
    profiles: Profiles = None,
    departments: Departments = None,
    days: Days = None,
    grace_days: Grace = None,
    action: Doing = None,
    target_profile_id: Target = None,
    included_in: Including = None,
    notify: Notify = None,
    days_before_reclaim: Wait = None,
    approver: Decides = None,
    approver_email: DecidesAt = None,
    as_json: AsJson = False,
) -> None:
    """Make a rule, or change the one that --rule names; the next search goes by it."""
    said: dict[str, Any] = {"name": name, "rule_type": rule_type, "stale_after_days": days, "grace_days": grace_days}
    said |= {"action": action, "target_profile_id": target_profile_id, "included_in": included_in}
    said |= {"notify_user": notify, "days_before_reclaim": days_before_reclaim}
    said |= {"approver": approver, "approver_email": approver_email}
    scope = _scope(kinds, identifiers, models, profiles, departments)
    with open_door() as door:
        of_profile, draft = _draft(door, profile, rule, said, scope)
        answer = door.ask(SaveReclamationRule(actor=actor(), profile=of_profile, draft=draft, rule_id=rule))
    sentence = f"{answer['rule_id']}: {answer['name']}, {answer['scope_in_words']}. Run: identify"
    print_answer(answer, sentence, as_json=as_json)


def on(rule_id: RuleId, as_json: AsJson = False) -> None:
    """Turn a rule on; the next search goes by it."""
    _turn(rule_id, is_on=True, as_json=as_json)


def off(rule_id: RuleId, as_json: AsJson = False) -> None:
    """Turn a rule off, and close its open candidates."""
    _turn(rule_id, is_on=False, as_json=as_json)


def delete(rule_id: RuleId, as_json: AsJson = False) -> None:
    """Delete a rule for good, and close its open candidates."""
    with open_door() as door:
        answer = door.ask(DeleteReclamationRule(actor=actor(), rule_id=rule_id))
    print_answer(
        answer, f"{answer['name']} is deleted; {answer['candidates_closed']} candidates closed.", as_json=as_json
    )


def propose(
    user: Annotated[str, typer.Argument(help="User name or id.")],
    kind: Annotated[Kind, typer.Argument(help="Kind of the license.")],
    identifier: Annotated[str, typer.Argument(help="The license, as the subscriptions list shows it.")],
    profile: Annotated[str, typer.Option("--profile", help="The integration profile whose org is meant.")],
    reason: Annotated[str, typer.Option(help="Why; everybody sees it.")],
    action: Doing = None,
    target_profile_id: Target = None,
    as_json: AsJson = False,
) -> None:
    """Propose one seat to be taken back, which no rule found."""
    said = {"user": user, "kind": kind, "identifier": identifier, "reason": reason, "action": action}
    with open_door() as door:
        answer = door.ask(
            ProposeCandidate(actor=actor(), profile=profile, target_profile_id=target_profile_id or "", **said)
        )
    print_answer(answer, f"{answer['number']} is ready: {answer['model']} of {user}.", as_json=as_json)


def _turn(rule_id: str, *, is_on: bool, as_json: bool) -> None:
    with open_door() as door:
        answer = door.ask(TurnReclamationRule(actor=actor(), rule_id=rule_id, on=is_on))
    sentence = (
        f"{answer['name']} is on. Run: identify"
        if is_on
        else f"{answer['name']} is off; {answer['candidates_closed']} candidates closed."
    )
    print_answer(answer, sentence, as_json=as_json)


def _scope(*values: list[Any] | None) -> dict[str, Any]:
    """What was said of the scope, by its fields."""
    return {name: value for name, value in zip(_SCOPED, values, strict=True) if value}


def _draft(
    door: Door, profile: str | None, rule_id: str | None, said: dict[str, Any], scope: dict[str, Any]
) -> tuple[str, RuleDraft]:
    """The profile and the rule that the options describe, beginning with a known one. Raises UsageError, NotFound."""
    known: Row = {}
    if rule_id:
        rows = [row for row in door.ask(ListReclamationRules(actor=actor())) if row["rule_id"] == rule_id]
        if not rows:
            raise NotFound("There is no such rule, or it was deleted.", "List them with: rules list", rule_id=rule_id)
        known = rows[0]
    of_profile = profile or known.get("profile")
    if of_profile is None:
        raise UsageError("Of which integration profile?", "Name it with --profile, or a known rule with --rule.")
    given = {name: known[name] for name in _DRAFTED if name in known}
    given |= {name: value for name, value in said.items() if value is not None}
    if "rule_type" not in given:
        raise UsageError("What does the rule look for?", f"Say --type, one of: {', '.join(RuleType)}.")
    given |= {"scope": given.get("scope", {}) | scope}
    return of_profile, RuleDraft.model_validate({"name": str(given["rule_type"])} | given)


def _print_preview(answer: Row, *, as_json: bool) -> None:
    if as_json:
        print_json(answer)
        return
    typer.echo(
        f"Catches {answer['candidates']:,} seats of {answer['people']:,} people, {answer['new']:,} of them new; "
        f"{answer['kept']:,} are kept. {answer['seats']:,} seats would become free."
    )
    for amount in answer["amounts"]:
        typer.echo(f"Worth {amount['potential_savings']} {amount['currency']} a year.")
    for count in answer["by_threshold"]:
        typer.echo(f"After {count['stale_after_days']} days: {count['candidates']:,} seats.")
    for line in table(answer["rows"], _CAUGHT) if answer["rows"] else []:
        typer.echo(line)
