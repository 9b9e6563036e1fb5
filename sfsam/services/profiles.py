"""Integration profiles as they stand: list, pause, resume, delete."""

from __future__ import annotations

import shutil
from collections.abc import Sequence

from sfsam.domain.answers import DeletePreview, ProfileAnswer
from sfsam.domain.candidates import Candidate, State
from sfsam.domain.commands import DeleteProfile, ListProfiles, Pause, PreviewDelete, Resume
from sfsam.domain.jobs import JobState
from sfsam.domain.profiles import Connection, Profile, ProfileStatus
from sfsam.errors import NotConfirmed, NotFound, ReconnectRequired, RefusedError, SecretUnreadable
from sfsam.ports import UnitOfWork
from sfsam.services.scheduling import keep
from sfsam.services.world import World, entry, profile_named

_STAYS = ("removal candidates", "reclaim requests", "jobs", "audit trail", "reclamation rules")
_GONE = "The integration profile was deleted."


def profiles(world: World, _: ListProfiles) -> list[ProfileAnswer]:
    """All profiles, by name."""
    return [ProfileAnswer.model_validate(row) for row in _rows(world)]


def profile_answer(world: World, profile_id: str) -> ProfileAnswer:
    """One profile. Raises NotFound."""
    row = next((row for row in _rows(world) if row["profile_id"] == profile_id), None)
    if row is None:
        raise NotFound("The profile is gone.", "Open the profiles again.", profile_id=profile_id)
    return ProfileAnswer.model_validate(row)


def needs_reconnect(world: World, connection: Connection | None) -> bool:
    """Whether a person has to connect it again: the grant was revoked, or the key of its secrets is lost."""
    if connection is None:
        return False
    if connection.trouble is not None and connection.trouble.error == ReconnectRequired.__name__:
        return True
    sealed = (connection.client_secret, connection.token, connection.private_key)
    return not all(_opens(world, connection.connection_id, value) for value in sealed if value)


def pause(world: World, command: Pause) -> ProfileAnswer:
    """Leave a published profile out of downloads and of the search for candidates; its data stays."""
    return _set_paused(world, command, True)


def resume(world: World, command: Resume) -> ProfileAnswer:
    """Take it up again."""
    return _set_paused(world, command, False)


def preview_delete(world: World, command: PreviewDelete) -> DeletePreview:
    """What deleting the profile would take with it; nothing is changed."""
    with world.store.begin() as work:
        return _preview(work, profile_named(work, command.profile))


def delete(world: World, command: DeleteProfile) -> DeletePreview:
    """Delete the profile, its connections, its playbook and every row of its org (servicenow.md 1.8).

    Open candidates are closed as skipped, queued jobs canceled. Refused while something of it is under way, because
    the outcome of a change that was sent must be read back first.
    """
    with world.store.begin() as work:
        profile = profile_named(work, command.profile)
        preview = _preview(work, profile)
        if not command.confirmed:
            raise NotConfirmed(
                f"Deleting {profile.name!r} takes {sum(preview.goes.values())} rows with it; nothing was deleted.",
                "Look at what goes, then confirm.",
                document=preview.model_dump(mode="json"),
            )
        _refuse_under_way(work, profile)
        _cancel_jobs(world, work, profile)
        close_candidates(world, work, profile, command.actor, _GONE)
        work.profiles.remove(profile.profile_id, keep_history=True)
        detail = {"rows": preview.goes, "candidates_closed": preview.candidates_closed}
        work.audit.append([entry(world, command.actor, "profile.deleted", profile.profile_id, detail=detail)])
        work.commit()
    shutil.rmtree(world.settings.staging_dir / profile.profile_id, ignore_errors=True)
    return preview.model_copy(update={"deleted": True})


def close_candidates(world: World, work: UnitOfWork, profile: Profile, actor: str, reason: str) -> None:
    """Close what is open, and note on every candidate which profile it belonged to."""
    moved: list[Candidate] = []
    for candidate in work.candidates.select(profile_id=profile.profile_id):
        kept = candidate
        if not candidate.state.is_closed:
            kept, trace = candidate.move(State.CLOSED_SKIPPED, reason=reason, actor=actor, at=world.clock.now())
            work.audit.append([trace])
        moved.append(kept.model_copy(update={"evidence": {**kept.evidence, "deleted_profile": profile.name}}))
    work.candidates.save(moved)


def _preview(work: UnitOfWork, profile: Profile) -> DeletePreview:
    return DeletePreview(
        profile_id=profile.profile_id,
        name=profile.name,
        goes=work.profiles.footprint(profile.profile_id),
        candidates_closed=work.candidates.open_count(profile.profile_id),
        jobs_canceled=sum(job.state is JobState.QUEUED for job in work.jobs.open_for(profile.profile_id)),
        stays=list(_STAYS),
    )


def _refuse_under_way(work: UnitOfWork, profile: Profile) -> None:
    if any(job.state is JobState.RUNNING for job in work.jobs.open_for(profile.profile_id)):
        raise RefusedError(f"A job of {profile.name!r} is running.", "Wait for its end, or cancel it first.")
    if work.requests.open_attempts(profile.profile_id):
        raise RefusedError(
            f"The outcome of a change that was sent to {profile.name!r} is not known yet.",
            "Run settle first; it reads the org back.",
        )


def _cancel_jobs(world: World, work: UnitOfWork, profile: Profile) -> None:
    for job in work.jobs.open_for(profile.profile_id):
        work.jobs.save(job.model_copy(update={"state": JobState.CANCELED, "ended_at": world.clock.now()}))


def _set_paused(world: World, command: Pause | Resume, is_paused: bool) -> ProfileAnswer:
    with world.store.begin() as work:
        profile = profile_named(work, command.profile)
        if profile.status is not ProfileStatus.PUBLISHED:
            raise RefusedError(f"The profile {profile.name!r} is a draft.", "Only a published profile can be paused.")
        if profile.is_paused is not is_paused:
            work.profiles.save(profile.model_copy(update={"is_paused": is_paused}))
            keep(world, work)
            action = "profile.paused" if is_paused else "profile.resumed"
            work.audit.append([entry(world, command.actor, action, profile.profile_id, profile_id=profile.profile_id)])
            work.commit()
    return profile_answer(world, profile.profile_id)


def _rows(world: World) -> Sequence[dict[str, object]]:
    with world.store.begin() as work:
        checks = {profile.profile_id: profile.checks for profile in work.profiles.all()}
        lost = {each.profile_id for each in work.profiles.connections() if needs_reconnect(world, each)}
    return [
        row
        | {
            "grant": row["grant_type"],
            "checks": checks.get(str(row["profile_id"]), ()),
            "reconnect_required": row["profile_id"] in lost,
        }
        for row in world.store.reads.rows("profiles")
    ]


def _opens(world: World, record_id: str, sealed: str) -> bool:
    try:
        world.vault.unseal(record_id, sealed)
    except SecretUnreadable:
        return False
    return True
