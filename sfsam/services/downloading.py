"""Downloading an org: pages to disk, one load, one short transaction. Readers never see half of it."""

from __future__ import annotations

import resource
import shutil
from pathlib import Path
from time import monotonic

from sfsam.domain.answers import DownloadAnswer
from sfsam.domain.commands import Download
from sfsam.domain.jobs import Job, JobState
from sfsam.domain.profiles import Profile, ProfileStatus
from sfsam.domain.subscriptions import Thresholds
from sfsam.domain.validation import processes
from sfsam.errors import RefusedError, StorageFull
from sfsam.ports import StagedDownload
from sfsam.services.returning import book_returned
from sfsam.services.running import JobControl, Phases
from sfsam.services.shrinking import hold_when_shrunk
from sfsam.services.world import World, conversation, entry, profile_named

PHASES = (
    "Licenses and profiles",
    "Users",
    "Permission set licenses",
    "Package licenses",
    "Permission sets",
    "Frozen users",
    "Login history",
    "Load",
)


def download(world: World, command: Download, job: Job, control: JobControl) -> DownloadAnswer:
    """Read the org into the store. Whatever goes wrong, the snapshot before stays in use."""
    started = monotonic()
    with world.store.begin() as work:
        profile = profile_named(work, command.profile)
    _require_published(profile)
    phases = Phases(control, PHASES, title=profile.name)
    folder = _folder(world, profile, job)
    try:
        _make_fresh(folder)
        with conversation(world, profile) as (session, connection):
            is_known = connection.org is not None and not command.full
            staged = session.stage(
                folder,
                profile_id=profile.profile_id,
                before=world.store.known_org(connection.org.org_id) if is_known and connection.org else None,
                report=phases.report,
                should_stop=control.should_stop,
                processes=processes(profile),
            )
            calls, received, usage = session.api_calls, session.bytes_received, session.api_usage
        hold_when_shrunk(world, command, staged, profile.name)
        rows = _load(world, command, staged, job, phases)
    except OSError as trouble:
        raise StorageFull(
            f"The disk took no more while the pages of {profile.name} were saved ({trouble.strerror}).",
            f"Make room in {world.settings.data_dir}, or see that it may be written, and download again; the data "
            "before stays in use.",
        ) from trouble
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    _audit(world, command, profile, staged, rows)
    book_returned(world, staged, command.actor)
    return DownloadAnswer(
        job_id=job.job_id,
        state=JobState.SUCCEEDED,
        mode="incremental" if staged.is_incremental else "full",
        rows=rows,
        api_calls=calls,
        bytes=received,
        seconds=round(monotonic() - started, 2),
        peak_rss_mb=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        warnings=list(staged.warnings),
        org_api_calls=usage[0] if usage else None,
        org_api_allowance=usage[1] if usage else None,
    )


def _load(world: World, command: Download, staged: StagedDownload, job: Job, phases: Phases) -> dict[str, int]:
    began = monotonic()
    phases.begin("Load", expected=sum(part.rows for part in staged.objects))
    rows = world.store.load_snapshot(
        staged, job_id=job.job_id, thresholds=Thresholds(), is_confirmed=command.accepts_fewer
    )
    phases.end("Load", rows=sum(rows.values()), seconds=round(monotonic() - began, 1))
    return rows


def _require_published(profile: Profile) -> None:
    if profile.status is not ProfileStatus.PUBLISHED:
        raise RefusedError(
            f"The profile {profile.name!r} is a draft.",
            "Connect it and repair what its checks name; a published profile can be downloaded.",
        )
    if profile.is_paused:
        raise RefusedError(f"The profile {profile.name!r} is paused.", "Resume it to download again.")


def _folder(world: World, profile: Profile, job: Job) -> Path:
    return world.settings.staging_dir / profile.profile_id / job.job_id


def _make_fresh(folder: Path) -> None:
    """An empty folder; what a killed run of the same profile left beside it is thrown away."""
    shutil.rmtree(folder.parent, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)


def _audit(world: World, command: Download, profile: Profile, staged: StagedDownload, rows: dict[str, int]) -> None:
    with world.store.begin() as work:
        work.audit.append(
            [
                entry(
                    world,
                    command.actor,
                    "download.completed",
                    profile.profile_id,
                    profile_id=profile.profile_id,
                    detail={
                        "org_id": staged.org_id,
                        "rows": rows,
                        "warnings": list(staged.warnings),
                        "accepts_fewer": command.accepts_fewer,
                    },
                )
            ]
        )
        work.commit()
