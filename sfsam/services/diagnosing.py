"""What may be wrong with an installation, looked at from inside its database. Nothing is changed.

Each check gives what it found and, where something is to be done, the remedy. A check that cannot be made fails, and
the others go on: a damaged table must not hide what the rest can tell.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sfsam.config import LOOPBACK_NAMES
from sfsam.domain.answers import CheckRow, DiagnosisAnswer, ProfileAnswer
from sfsam.domain.commands import Diagnose, ListProfiles
from sfsam.domain.jobs import Job, JobState
from sfsam.domain.profiles import ProfileStatus
from sfsam.errors import SfsamError
from sfsam.services.backing_up import MADE, RESTORED
from sfsam.services.profiles import profiles
from sfsam.services.world import World

STALE_DATA_DAYS = 7
BACKUP_DUE_DAYS = 7
JOBS_LOOKED_AT = 200


def diagnose(world: World, _: Diagnose) -> DiagnosisAnswer:
    """Every check of the installation's inside."""
    checks = [
        _examined("rows", world, _rows),
        _examined("secrets", world, _secrets),
        _examined("downloads", world, _downloads),
        _examined("jobs", world, _jobs),
        _examined("outcomes", world, _outcomes),
        _examined("audit trail", world, _audit_trail),
        _examined("backup", world, _backup),
        _examined("sign-in", world, _sign_in),
    ]
    return DiagnosisAnswer(ok=all(check.ok for check in checks), checks=checks)


Finding = tuple[bool, str, str]  # fine, what was found, remedy


def _examined(name: str, world: World, look: Callable[[World], Finding]) -> CheckRow:
    try:
        fine, said, remedy = look(world)
    except SfsamError as error:
        fine, said, remedy = False, error.what, error.remedy
    return CheckRow(check=name, ok=fine, said=said, remedy=remedy)


def _rows(world: World) -> Finding:
    found = world.store.examine()
    return True, f"All {found.rows:,} rows can be read; schema version {found.schema_version}.", ""


def _secrets(world: World) -> Finding:
    with world.store.begin() as work:
        opened, unreadable = work.secrets.tried(world.vault.reseal)
    closed = sum(unreadable.values())
    connections = unreadable.get("connection", 0)
    names = [row.name for row in profiles(world, ListProfiles()) if row.reconnect_required]
    if connections:
        said = f"{connections} of {opened + closed} stored secrets cannot be opened with the key in use."
        remedy = "Put the key used before back (SFSAM_SECRET_KEY or the key file), or connect again: "
        return False, said, f"{remedy}{', '.join(names)}."
    if names:
        return False, f"Salesforce takes the connection no more: {', '.join(names)}.", "Connect again in the app."
    left = f" {closed} more, of keys that are lost, are not needed." if closed else ""
    return True, f"The key opens all {opened} stored secrets that are in use.{left}", ""


def _downloads(world: World) -> Finding:
    due = world.clock.now() - timedelta(days=STALE_DATA_DAYS)
    watched = [
        row for row in profiles(world, ListProfiles()) if row.status is ProfileStatus.PUBLISHED and not row.is_paused
    ]
    with world.store.begin() as work:
        under_way = {row.profile_id for row in watched if work.jobs.open_for(row.profile_id)}
    old = [row for row in watched if _is_old(row, due) and row.profile_id not in under_way]
    if old:
        what = "; ".join(f"{row.name}: {_age(world, row)}" for row in old)
        return False, f"Data is older than {STALE_DATA_DAYS} days. {what}.", f"Run: download {old[0].name!r}"
    return True, f"{len(watched)} published profiles, all downloaded within {STALE_DATA_DAYS} days.", ""


def _is_old(row: ProfileAnswer, due: datetime) -> bool:
    return row.last_download_at is None or row.last_download_at < due


def _age(world: World, row: ProfileAnswer) -> str:
    if row.last_download_at is None:
        return "never downloaded"
    return f"{(world.clock.now() - row.last_download_at).days} days"


def _jobs(world: World) -> Finding:
    """The newest ended job of each kind and profile: did it fail?"""
    with world.store.begin() as work:
        newest = work.jobs.newest(JOBS_LOOKED_AT)
    last: dict[tuple[str, str | None], Job] = {}
    for job in newest:
        if job.state in (JobState.SUCCEEDED, JobState.FAILED):
            last.setdefault((job.kind, job.profile_id), job)
    failed = [job for job in last.values() if job.state is JobState.FAILED]
    if failed:
        said = "; ".join(f"{job.kind}: {job.failure.what if job.failure else 'no reason kept'}" for job in failed)
        remedy = failed[0].failure.remedy if failed[0].failure else "Start it again."
        return False, f"The last run of {len(failed)} jobs failed. {said}", remedy
    waiting = sum(not job.state.is_ended for job in newest)
    return True, f"No job's last run failed; {waiting} are waiting or running.", ""


def _outcomes(world: World) -> Finding:
    with world.store.begin() as work:
        count = len(work.requests.open_attempts())
    if count:
        said = f"{count} changes were sent to Salesforce, and their outcome is not known."
        return False, said, "Run: settle. It reads the org back; nothing is sent twice."
    return True, "The outcome of every change is known.", ""


def _audit_trail(world: World) -> Finding:
    with world.store.begin() as work:
        broken, unverifiable, head = work.audit.first_broken(), work.audit.unverifiable_count(), work.audit.head()
    if broken is not None:
        said = f"The chain of the audit trail breaks at entry {broken}."
        return False, said, "Somebody changed the database by other means. Compare it with a backup."
    left = f" Of {unverifiable} entries only the links could be checked: their key is lost." if unverifiable else ""
    return True, f"The chain is intact; its head is {head[:12]}….{left}", ""


def _backup(world: World) -> Finding:
    """Never a failure: a backup that another tool made of the machine is as good, and not known here."""
    with world.store.begin() as work:
        made, restored = work.audit.last_of(MADE), work.audit.last_of(RESTORED)
    moments = [made.at] if made else []
    if restored:
        moments.append(datetime.fromisoformat(restored.detail["made_at"]))
    advice = "Run: backup FILE"
    if not moments:
        return True, "No backup was made by sfsam yet.", advice
    days = (world.clock.now() - max(moments)).days
    return True, f"The last backup is {days} days old.", advice if days > BACKUP_DUE_DAYS else ""


def _sign_in(world: World) -> Finding:
    settings = world.settings
    here = urlsplit(settings.base_url).hostname in LOOPBACK_NAMES
    if settings.is_sign_in_on:
        service = urlsplit(settings.oidc_metadata_url).hostname
        role = settings.cli_role or "analyst, because SFSAM_CLI_ROLE says no other"
        return True, f"People sign in by {service}; the command line has the role {role}.", ""
    if not here:
        said = f"The public address is {settings.base_url}, but nobody signs in, so only this machine is answered."
        return False, said, "Set up the sign-in: docs/sign-in.md."
    return True, "Nobody signs in, and only this machine is answered.", ""
