"""profile validate, publish, pause, resume, delete; key rotate."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from sfsam.cli.asking import AsJson, ProfileName, actor, done, open_door
from sfsam.cli.door import Door
from sfsam.cli.output import print_answer, print_checks, print_json, table
from sfsam.domain.commands import (
    DeleteProfile,
    Download,
    ListProfiles,
    Pause,
    PreviewDelete,
    Publish,
    Resume,
    RotateKey,
    Validate,
)
from sfsam.errors import NotConfirmed, NotFound, SetupError

Yes = Annotated[bool, typer.Option("--yes", help="Do it. Without, it is only shown.")]


def validate(name: ProfileName, as_json: AsJson = False) -> int:
    """Read every object and probe every right; nothing is changed. Exit 78 when download or reclaim would miss one."""
    with open_door() as door:
        answer = _validated(door, name)
    _print_validation(name, answer, as_json=as_json)
    return 0 if answer["passed"] else SetupError.exit_code


def publish(
    name: ProfileName,
    yes: Yes = False,
    as_json: AsJson = False,
) -> int:
    """Validate the profile, publish exactly what was validated, and do its first download.

    Exit 78 when a permission is missing, 1 without --yes.
    """
    with open_door() as door:
        validation = _validated(door, name)
        if not validation["passed"]:
            _print_validation(name, validation, as_json=as_json)
            return SetupError.exit_code
        if not yes:
            raise NotConfirmed(f"{name} can be published; nothing was done.", "Add --yes.", document=validation)
        order = Publish(actor=actor(), profile=name, fingerprint=validation["fingerprint"], confirmed=True)
        answer = door.ask(order)
        answer |= {"download": done(door, Download(actor=actor(), profile=answer["profile_id"]))}
    rows = sum(answer["download"]["rows"].values())
    print_answer(answer, f"{name} is published; its first download read {rows:,} rows.", as_json=as_json)
    return 0


def pause(name: ProfileName, as_json: AsJson = False) -> None:
    """Leave a profile out of downloads and of the search for candidates."""
    with open_door() as door:
        answer = door.ask(Pause(actor=actor(), profile=name))
    print_answer(answer, f"{name} is paused; its data stays.", as_json=as_json)


def resume(name: ProfileName, as_json: AsJson = False) -> None:
    """Take a paused profile up again."""
    with open_door() as door:
        answer = door.ask(Resume(actor=actor(), profile=name))
    print_answer(answer, f"{name} is no longer paused.", as_json=as_json)


def delete(name: ProfileName, yes: Yes = False, as_json: AsJson = False) -> int:
    """Delete a profile with its data: shows what goes; with --yes deletes it."""
    with open_door() as door:
        if yes:
            answer = door.ask(DeleteProfile(actor=actor(), profile=name, confirmed=True))
        else:
            answer = door.ask(PreviewDelete(actor=actor(), profile=name))
    if as_json:
        print_json(answer)
    else:
        _print_deletion(answer)
    return 0 if yes else NotConfirmed.exit_code


def rotate(as_json: AsJson = False) -> None:
    """Seal every stored secret with a new key (key file), or with the first key of SFSAM_SECRET_KEY."""
    with open_door() as door:
        answer = door.ask(RotateKey(actor=actor()))
    how = (
        "a new key, which is in the key file alone now"
        if answer["key_is_new"]
        else "the first key of SFSAM_SECRET_KEY; the others can be taken out"
    )
    left = f" {answer['unreadable']} could not be opened and must be entered again." if answer["unreadable"] else ""
    print_answer(answer, f"{answer['sealed']} secrets are sealed with {how}.{left}", as_json=as_json)


def _validated(door: Door, name: str) -> dict[str, Any]:
    """The validation with the profile's org and status."""
    answer = done(door, Validate(actor=actor(), profile=name))
    profiles = door.ask(ListProfiles(actor=actor()))
    profile = next((each for each in profiles if each["profile_id"] == answer["profile_id"]), None)
    if profile is None:
        raise NotFound(f"The profile {name!r} was deleted meanwhile.", "List them with: profiles")
    return answer | {"org_id": profile["org_id"], "status": profile["status"]}


def _print_validation(name: str, answer: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(answer)
        return
    verdict = "passed" if answer["passed"] else "did not pass"
    typer.echo(f"{name} ({answer['org_id']}, {answer['status']}): the validation {verdict}.")
    print_checks(answer["checks"])


def _print_deletion(answer: dict[str, Any]) -> None:
    verb = "went" if answer["deleted"] else "would go"
    typer.echo(f"{answer['name']}: {sum(answer['goes'].values()):,} rows {verb}.")
    for line in table([{"what": name, "rows": rows} for name, rows in answer["goes"].items()], ("what", "rows")):
        typer.echo(line)
    typer.echo(f"Open candidates closed: {answer['candidates_closed']}. Kept: {', '.join(answer['stays'])}.")
    if not answer["deleted"]:
        typer.echo("Nothing was deleted. Add --yes to delete it.")
