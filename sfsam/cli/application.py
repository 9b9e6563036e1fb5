"""The list of commands, and the door of the command line: errors become a sentence and an exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer
from pydantic import ValidationError
from typer.exceptions import Abort, TyperException
from typer.main import get_command

from sfsam.cli import (
    backing_up,
    connecting,
    deciding,
    diagnosing,
    entitling,
    licenses,
    noticing,
    operating,
    ordering,
    people,
    profiles,
    reclaiming,
    recognizing,
    reporting,
    ruling,
    scheduling,
    serving,
)
from sfsam.cli.output import tell
from sfsam.cli.permitted import permitted
from sfsam.errors import SfsamError, UsageError
from sfsam.jobs.failures import failure_of, trace_of
from sfsam.web.wire import error_from, malformed

EXIT_INTERRUPTED = 130

app = typer.Typer(
    name="sfsam",
    help="License management for Salesforce. Every command takes --json; docs/commands.md has the exit codes.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
profile = typer.Typer(help="Work on one integration profile.", no_args_is_help=True)
key = typer.Typer(help="Look after the key that seals the secrets.", no_args_is_help=True)
job = typer.Typer(help="Look at the scheduled jobs, run and change them.", no_args_is_help=True)
exclusions = typer.Typer()
reclamation = typer.Typer()
persons = typer.Typer()
notices = typer.Typer(help="Look at the mails that ask people, and test them.", no_args_is_help=True)
orders = typer.Typer(help="Decide about what waits for a second person.", no_args_is_help=True)
candidate = typer.Typer(help="Decide about one removal candidate.", no_args_is_help=True)

app.command()(serving.demo)
app.command()(serving.serve)
app.command()(serving.emulator)
app.command()(connecting.connect)
app.command()(connecting.profiles)
app.add_typer(profile, name="profile")
for each in (profiles.validate, profiles.publish, profiles.pause, profiles.resume, profiles.delete):
    profile.command()(each)
app.command()(licenses.download)
app.command()(licenses.position)
app.command()(licenses.reconcile)
app.command()(reporting.report)
app.command()(licenses.identify)
app.command()(licenses.candidates)
app.command()(licenses.export)
app.command()(entitling.entitlements)
app.command("import")(entitling.import_file)
app.command()(recognizing.models)
app.command()(recognizing.unrecognized)
app.command("map")(recognizing.map_identifier)
app.command()(recognizing.unmap)
app.add_typer(exclusions, name="exclusions")
exclusions.callback(invoke_without_command=True)(recognizing.exclusions)
exclusions.command("list")(recognizing.listing)
exclusions.command()(recognizing.add)
exclusions.command()(recognizing.remove)
app.add_typer(reclamation, name="rules")
reclamation.callback(invoke_without_command=True)(ruling.rules)
reclamation.command("list")(ruling.listing)
for ruled in (ruling.preview, ruling.save, ruling.on, ruling.off, ruling.delete):
    reclamation.command()(ruled)
app.command()(ruling.propose)
app.add_typer(persons, name="people")
persons.callback(invoke_without_command=True)(people.people)
persons.command("list")(people.listed)
for command in (people.unmatched, people.resolve, people.match, people.erase):
    persons.command()(command)
app.command()(people.housekeep)
app.command()(reclaiming.reclaim)
app.command()(reclaiming.restore)
app.command()(reclaiming.settle)
app.command()(reclaiming.stop_reclaiming)
app.command()(reclaiming.allow_reclaiming)
app.add_typer(orders, name="orders")
orders.command("list")(ordering.listing)
orders.command()(ordering.approve)
orders.command()(ordering.refuse)
app.add_typer(notices, name="notices")
notices.command("list")(noticing.listing)
notices.command()(noticing.test)
for answering in (noticing.remind, noticing.approve, noticing.reject):
    app.command()(answering)
app.add_typer(candidate, name="candidate")
candidate.command()(deciding.ready)
candidate.command()(deciding.keep)
app.add_typer(key, name="key")
key.command()(profiles.rotate)
app.command()(operating.jobs)
app.add_typer(job, name="job")
job.command("list")(scheduling.listing)
for action in (scheduling.run, scheduling.pause, scheduling.resume, scheduling.change):
    job.command()(action)
app.command()(operating.audit)
app.command()(backing_up.backup)
app.command()(backing_up.restore_backup)
app.command()(diagnosing.doctor)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line; the exit code of contract.md."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = permitted(get_command(app))(given, prog_name="sfsam", standalone_mode=False)
    except (KeyboardInterrupt, Abort):
        return EXIT_INTERRUPTED
    except Exception as error:  # noqa: BLE001  the outermost door of the command line
        return _told(error, as_json="--json" in given)
    return code if isinstance(code, int) else 0


def _told(error: Exception, *, as_json: bool) -> int:
    known = _as_ours(error)
    tell(known, as_json=as_json)
    return known.exit_code


def _as_ours(error: Exception) -> SfsamError:
    if isinstance(error, SfsamError):
        return error
    if isinstance(error, TyperException):
        return UsageError(getattr(error, "format_message", lambda: str(error))(), "python -m sfsam COMMAND --help")
    if isinstance(error, ValidationError):
        return malformed(error)
    typer.echo(trace_of(error), err=True)
    failure = failure_of(error)
    return error_from(failure.error, failure.what, failure.remedy)
