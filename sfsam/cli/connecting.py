"""connect, profiles."""

from __future__ import annotations

import os
from typing import Annotated, Any

import typer
from pydantic import SecretStr

from sfsam.cli.asking import AsJson, actor, done, open_door
from sfsam.cli.output import print_checks, print_json, print_rows
from sfsam.domain.commands import Connect, DraftProfile, ListProfiles, ReplaceSecret
from sfsam.domain.profiles import GrantType
from sfsam.errors import SetupError, UsageError


def connect(
    name: Annotated[str, typer.Option(help="Display name, unique here.")],
    url: Annotated[str, typer.Option(help="My Domain URL of the org.")],
    client_id: Annotated[str, typer.Option(help="OAuth client id of the app in the org.")],
    client_secret_env: Annotated[str, typer.Option(help="Environment variable that holds the client secret.")],
    grant: Annotated[GrantType, typer.Option(help="OAuth grant type.")] = GrantType.CLIENT_CREDENTIALS,
    report_only: Annotated[bool, typer.Option("--report-only", help="Never send a change to this org.")] = False,
    publish: Annotated[bool, typer.Option("--publish", help="Publish it when its checks allow.")] = False,
    as_json: AsJson = False,
) -> int:
    """Connect an org: save the profile, get a token, look at the org, check every permission.

    A profile of that name that exists gets the new URL, client id and secret instead. Exit 78 when it was to be
    published and a permission that downloading needs is missing.
    """
    _require_no_browser(grant)
    secret = _secret_in(client_secret_env)
    with open_door() as door:
        if name in {profile["name"] for profile in door.ask(ListProfiles(actor=actor()))}:
            door.ask(ReplaceSecret(actor=actor(), profile=name, url=url, client_id=client_id, client_secret=secret))
        else:
            draft = DraftProfile(
                actor=actor(),
                name=name,
                url=url,
                grant=grant,
                client_id=client_id,
                client_secret=secret,
                reclaim_enabled=not report_only,
            )
            door.ask(draft)
        answer = done(door, Connect(actor=actor(), profile=name, publish=publish, download=False))
    _print_connected(name, answer, as_json=as_json)
    return SetupError.exit_code if publish and answer["status"] != "published" else 0


def profiles(as_json: AsJson = False) -> None:
    """List the integration profiles."""
    with open_door() as door:
        rows = door.ask(ListProfiles(actor=actor()))
    columns = (
        "name",
        "status",
        "org_name",
        "org_id",
        "is_sandbox",
        "username",
        "last_download_at",
        "reclaim_enabled",
        "is_paused",
    )
    print_rows(rows, columns, as_json=as_json, nothing="No org is connected. Connect one with: connect, or run: demo")


def _require_no_browser(grant: GrantType) -> None:
    if grant is GrantType.AUTHORIZATION_CODE:
        raise UsageError(
            "The authorization code grant needs a browser.",
            "Connect this org on the welcome page, or use --grant client-credentials.",
        )
    if grant is GrantType.JWT_BEARER:
        raise UsageError(
            "JWT bearer needs a certificate that is uploaded to Salesforce first.",
            "Use the set-up pages, which make one, or use --grant client-credentials.",
        )


def _secret_in(variable: str) -> SecretStr:
    secret = os.environ.get(variable, "")
    if not secret:
        raise UsageError(
            f"The environment variable {variable} is empty.",
            "Put the client secret in it; a secret on the command line would be seen by others.",
        )
    return SecretStr(secret)


def _print_connected(name: str, answer: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(answer)
        return
    typer.echo(f"{name} is connected to {answer['org_id']} and is {answer['status']}.")
    print_checks(answer["checks"])
