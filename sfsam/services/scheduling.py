"""Scheduled jobs: which there have to be, which are due, and what people may change about them.

The table decides. Whoever has a clock calls `run_due` every few seconds; calling it twice, or not for days, changes
nothing: a run is queued together with the moment of the next one, so it is queued once, however often it was missed.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sfsam.config import is_time_zone
from sfsam.domain.answers import JobAnswer, ScheduleAnswer
from sfsam.domain.commands import (
    ChangeSchedule,
    Download,
    Enqueue,
    Housekeep,
    Identify,
    ListSchedules,
    PauseSchedule,
    Remind,
    ResumeSchedule,
    RunScheduleNow,
    Settle,
)
from sfsam.domain.identifiers import new_id
from sfsam.domain.jobs import Job
from sfsam.domain.profiles import Profile, ProfileStatus
from sfsam.domain.schedules import (
    FIRST_CADENCES,
    AfterDownload,
    Schedule,
    ScheduledTask,
    ScheduleState,
    cadence_of,
    in_words,
    name_of,
)
from sfsam.errors import NotFound, RefusedError, UsageError
from sfsam.ports import UnitOfWork
from sfsam.services.queueing import job_answer, queued
from sfsam.services.world import World, entry, profile_named

ACTOR = "schedule"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Scheduled:
    """A schedule with the profile it is for (None: the whole installation) and the time zone it counts in."""

    schedule: Schedule
    profile: Profile | None
    zone: ZoneInfo

    @property
    def name(self) -> str:
        return name_of(self.schedule.task, self.profile.name if self.profile else None)

    @property
    def state(self) -> ScheduleState:
        return self.schedule.state(self.profile)

    def order(self, actor: str) -> Enqueue:
        """The job, with the key that finds the same one while it has not ended."""
        profile_id = self.profile.profile_id if self.profile else ""
        match self.schedule.task:
            case ScheduledTask.REFRESH:
                return Enqueue(actor=actor, job=Download(actor=actor, profile=profile_id))
            case ScheduledTask.FULL_REFRESH:
                # A key of its own: a daily download that waits at that moment reads less and may not stand for it.
                job = Download(actor=actor, profile=profile_id, full=True)
                return Enqueue(actor=actor, job=job, key=f"download_full:{profile_id}")
            case ScheduledTask.IDENTIFY:
                return Enqueue(actor=actor, job=Identify(actor=actor, profile=profile_id))
            case ScheduledTask.SETTLE:
                return Enqueue(actor=actor, job=Settle(actor=actor))
            case ScheduledTask.REMIND:
                return Enqueue(actor=actor, job=Remind(actor=actor))
            case ScheduledTask.HOUSEKEEP:
                return Enqueue(actor=actor, job=Housekeep(actor=actor))


def schedules(world: World, _: ListSchedules) -> list[ScheduleAnswer]:
    """All scheduled jobs; those that have to be there and are not yet are added."""
    with world.store.begin() as work:
        keep(world, work)
        work.commit()
    return [_answer(world, row) for row in world.store.reads.rows("scheduled_jobs")]


def keep(world: World, work: UnitOfWork, *, begin_anew: str | None = None) -> list[Scheduled]:
    """Every schedule that has to be there, each with the right next run; what is missing or outdated is saved.

    A published profile has one for each of its tasks, the installation one for each of the others. The runs of the
    profile `begin_anew` are counted from now, whatever was missed.
    """
    now = world.clock.now()
    profiles = {profile.profile_id: profile for profile in work.profiles.all()}
    known = work.schedules.all()
    found: list[Scheduled] = []
    changed: list[Schedule] = []
    for before in [*known, *_missing(world, known, profiles)]:
        profile = profiles.get(before.profile_id) if before.profile_id else None
        zone = _zone(world, before)
        is_anew = begin_anew is not None and before.profile_id == begin_anew
        plan = before.counted_anew if is_anew else before.planned
        after = plan(before.state(profile), zone, now)
        found.append(Scheduled(after, profile, zone))
        if after not in known:
            changed.append(after)
    work.schedules.save(changed)
    return found


def run_due(world: World) -> list[JobAnswer]:
    """Queue every scheduled job whose time has come."""
    now = world.clock.now()
    jobs: list[Job] = []
    with world.store.begin() as work:
        for each in keep(world, work):
            if each.state is not ScheduleState.ACTIVE or not each.schedule.is_due(now):
                continue
            if _is_practice_at_rest(world, each):
                log.info("%s is left out: the practice org does not run", each.name)
                work.schedules.save([each.schedule.counted_anew(each.state, each.zone, now)])
                continue
            jobs.append(_run(world, work, each, ACTOR))
        work.commit()
    return [job_answer(job) for job in jobs]


def follow_download(world: World, command: Download) -> None:
    """Queue what runs after each download of this profile."""
    with world.store.begin() as work:
        profile = profile_named(work, command.profile)
        for each in keep(world, work):
            is_after = isinstance(each.schedule.cadence, AfterDownload) and each.state is ScheduleState.ACTIVE
            if each.profile == profile and is_after:
                _run(world, work, each, command.actor)
        work.commit()


def run_now(world: World, command: RunScheduleNow) -> JobAnswer:
    """Queue it for whoever asks, also when it is paused. Raises RefusedError for a profile that is not in use."""
    with world.store.begin() as work:
        each = _named(keep(world, work), command.schedule)
        if each.state in (ScheduleState.PROFILE_DRAFT, ScheduleState.PROFILE_PAUSED):
            is_draft = each.state is ScheduleState.PROFILE_DRAFT
            raise RefusedError(
                f"Nothing runs for this profile while it is {'a draft' if is_draft else 'paused'}.",
                "Publish it first." if is_draft else "Resume the profile first.",
            )
        job = _run(world, work, each, command.actor)
        work.commit()
    return job_answer(job)


def pause(world: World, command: PauseSchedule) -> ScheduleAnswer:
    return _altered(world, command, "schedule.paused", is_paused=True)


def resume(world: World, command: ResumeSchedule) -> ScheduleAnswer:
    return _altered(world, command, "schedule.resumed", is_paused=False)


def change(world: World, command: ChangeSchedule) -> ScheduleAnswer:
    """Another cadence from now on. Raises UsageError for a time zone that does not exist, or a cadence of others."""
    if command.time_zone and not is_time_zone(command.time_zone):
        raise UsageError(f"There is no time zone {command.time_zone!r}.", "It looks like Europe/Berlin.")
    return _altered(world, command, "schedule.changed", cadence=command.cadence, time_zone=command.time_zone)


def _altered(
    world: World, command: PauseSchedule | ResumeSchedule | ChangeSchedule, action: str, **update: Any
) -> ScheduleAnswer:
    """Save the change, count the next run from now, and write down who did it; nothing where nothing changes."""
    with world.store.begin() as work:
        each = _named(keep(world, work), command.schedule)
        before = each.schedule
        if isinstance(update.get("cadence"), AfterDownload) and before.task is not ScheduledTask.IDENTIFY:
            raise UsageError(f"{each.name} cannot follow a download.", "Give it a time of day.")
        after = before.model_copy(update=update)
        if after != before:
            after = after.counted_anew(after.state(each.profile), _zone(world, after), world.clock.now())
            work.schedules.save([after])
            detail = {"runs": in_words(after.cadence), "time_zone": _zone(world, after).key}
            work.audit.append(
                [entry(world, command.actor, action, each.name, profile_id=before.profile_id, detail=detail)]
            )
            work.commit()
    return next(
        _answer(world, row)
        for row in world.store.reads.rows("scheduled_jobs")
        if row["schedule_id"] == before.schedule_id
    )


def _run(world: World, work: UnitOfWork, each: Scheduled, actor: str) -> Job:
    job = queued(world, work, each.order(actor))
    work.schedules.save([each.schedule.ran(job.job_id, each.state, each.zone, world.clock.now())])
    return job


def _missing(world: World, known: list[Schedule], profiles: dict[str, Profile]) -> list[Schedule]:
    there = {(schedule.task, schedule.profile_id) for schedule in known}
    published = [each.profile_id for each in profiles.values() if each.status is ProfileStatus.PUBLISHED]
    wanted = [(task, of) for task in ScheduledTask for of in (published if task.is_of_profile else [None])]
    return [
        Schedule(
            schedule_id=new_id(),
            task=task,
            profile_id=profile_id,
            cadence=FIRST_CADENCES[task],
            created_at=world.clock.now(),
        )
        for task, profile_id in wanted
        if (task, profile_id) not in there
    ]


def _named(scheduled: list[Scheduled], name_or_id: str) -> Scheduled:
    wanted = name_or_id.strip().casefold()
    for each in scheduled:
        if wanted in (each.schedule.schedule_id, each.name.casefold()):
            return each
    names = ", ".join(sorted(each.name for each in scheduled))
    raise NotFound(f"There is no scheduled job named {name_or_id!r}.", f"Scheduled jobs here: {names}.")


def _zone(world: World, schedule: Schedule) -> ZoneInfo:
    return ZoneInfo(schedule.time_zone or world.settings.time_zone)


def _is_practice_at_rest(world: World, each: Scheduled) -> bool:
    return each.profile is not None and each.profile.is_practice and not world.practice.running()


def _answer(world: World, row: dict[str, Any]) -> ScheduleAnswer:
    cadence = cadence_of(json.loads(row["cadence"]))
    return ScheduleAnswer.model_validate(
        row
        | {
            "name": name_of(row["task"], row["profile"]),
            "cadence": cadence,
            "runs": in_words(cadence),
            "time_zone": row["time_zone"] or world.settings.time_zone,
        }
    )
