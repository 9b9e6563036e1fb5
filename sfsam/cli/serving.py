"""emulator, serve, demo."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Annotated

import typer

from sfsam.cli.app_process import LOOPBACK, AppProcess
from sfsam.cli.asking import AsJson, actor, done, load_settings
from sfsam.cli.door import Door
from sfsam.cli.output import print_answer
from sfsam.domain.commands import PracticeScenario, StartPracticeOrg
from sfsam.errors import UsageError
from sfsam.web import lifeline

AppPort = Annotated[int, typer.Option(min=1, max=65535, help="Port of the app.")]
AppHost = Annotated[str, typer.Option(help="Address to listen on; another than this machine's needs a sign-in.")]
Users = Annotated[int, typer.Option(min=50, max=1_000_000, help="People in each practice org.")]
Orgs = Annotated[int, typer.Option(min=1, max=5, help="Number of practice orgs.")]
Seed = Annotated[int, typer.Option(help="The same seed makes the same people.")]
Scenario = Annotated[PracticeScenario, typer.Option(help="The situation that the practice orgs are in.")]


def emulator(
    port: Annotated[int, typer.Option(min=0, max=65535, help="First http port; 0 finds free ones.")],
    tls_port: Annotated[int | None, typer.Option(min=0, max=65535, help="First https port; else port + 1000.")] = None,
    users: Users = 2000,
    seed: Seed = 1,
    orgs: Annotated[int, typer.Option(min=1, help="Number of orgs.")] = 1,
    now: Annotated[str | None, typer.Option(help="Moment to live in, ISO 8601; else today.")] = None,
    scenario: Annotated[str | None, typer.Option(help="Name of a prepared situation.")] = None,
    end_with_stdin: Annotated[bool, typer.Option("--end-with-stdin", hidden=True)] = False,
    as_json: AsJson = False,
) -> int:
    """Serve practice orgs on this machine; prints one JSON line when they are ready."""
    from sfsam.emulator.run import serve as serve_orgs  # the only door to it, and no other command needs it

    if end_with_stdin:
        lifeline.end_with_stdin()
    return serve_orgs(port, tls_port, users, seed, orgs, None if now is None else _moment(now), scenario)


def serve(port: AppPort = 8501, host: AppHost = LOOPBACK, as_json: AsJson = False) -> int:
    """Run the app on your own data until Ctrl-C."""
    with AppProcess(load_settings(), port, host) as app:
        print_answer({"url": app.url}, f"sfsam is ready: {app.url}", as_json=as_json)
        return _until_interrupted(app)


def demo(
    port: AppPort = 8501,
    users: Users = 2000,
    orgs: Orgs = 2,
    seed: Seed = 1,
    scenario: Scenario = "company",
    as_json: AsJson = False,
) -> int:
    """Run the app with a practice org: started, connected, downloaded, candidates identified."""
    settings = load_settings()
    try:
        with AppProcess(settings, port) as app, Door(settings) as door:
            typer.echo("Filling the practice org; this takes about a minute.", err=True)
            started = done(door, StartPracticeOrg(actor=actor(), users=users, orgs=orgs, seed=seed, scenario=scenario))
            print_answer(started | {"url": app.url}, f"sfsam is ready: {app.url}", as_json=as_json)
            sys.stdout.flush()
            return _until_interrupted(app)
    except KeyboardInterrupt:
        return 0


def _until_interrupted(app: AppProcess) -> int:
    try:
        return app.wait()
    except KeyboardInterrupt:
        return 0


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is not a moment.", "Write it like 2026-11-24T08:00:00Z.") from None
