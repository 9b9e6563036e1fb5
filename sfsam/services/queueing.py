"""Jobs: saved by a button or a command, done by the worker."""

from __future__ import annotations

from sfsam.domain.answers import JobAnswer
from sfsam.domain.commands import (
    CancelJob,
    Command,
    Connect,
    CreateToken,
    Download,
    Enqueue,
    Housekeep,
    Identify,
    ImportFile,
    ListJobs,
    Reclaim,
    Reconcile,
    Remind,
    ResolvePeople,
    Restore,
    SendTrialMail,
    Settle,
    ShowJob,
    StartPracticeOrg,
    StopPracticeOrg,
    Validate,
)
from sfsam.domain.identifiers import new_id
from sfsam.domain.jobs import Job, JobKind, JobState
from sfsam.errors import NotFound, RefusedError
from sfsam.ports import UnitOfWork
from sfsam.services.world import World, profile_named

COMMAND_OF: dict[JobKind, type[Command]] = {
    JobKind.CONNECT: Connect,
    JobKind.CREATE_TOKEN: CreateToken,
    JobKind.VALIDATE: Validate,
    JobKind.PRACTICE: StartPracticeOrg,
    JobKind.PRACTICE_STOP: StopPracticeOrg,
    JobKind.DOWNLOAD: Download,
    JobKind.IDENTIFY: Identify,
    JobKind.RECLAIM: Reclaim,
    JobKind.RESTORE: Restore,
    JobKind.REMIND: Remind,
    JobKind.TRIAL_MAIL: SendTrialMail,
    JobKind.SETTLE: Settle,
    JobKind.RECONCILE: Reconcile,
    JobKind.IMPORT: ImportFile,
    JobKind.RESOLVE_PEOPLE: ResolvePeople,
    JobKind.HOUSEKEEP: Housekeep,
}


def enqueue(world: World, command: Enqueue) -> JobAnswer:
    """Save the job, or find the one that was asked for already and has not ended."""
    if isinstance(command.job, Reclaim) and command.job.after_notice and not world.caller.is_installation:
        raise RefusedError("Only sfsam itself says that a notice has been answered.", "Reclaim without after_notice.")
    with world.store.begin() as work:
        job = queued(world, work, command)
        work.commit()
    return job_answer(job)


def queued(world: World, work: UnitOfWork, command: Enqueue) -> Job:
    """The same inside a larger transaction."""
    order = command.job
    profile_id = _profile_id(work, order)
    key = command.key or ":".join((order.task, profile_id or "", *_part(order)))
    found = work.jobs.open_with_key(key)
    if found is not None:
        return found
    job = Job(
        job_id=new_id(),
        kind=order.task,
        profile_id=profile_id,
        key=key,
        arguments=order.model_dump(mode="json"),
        requested_by=order.actor if order.actor != "local" else command.actor,
        created_at=world.clock.now(),
    )
    work.jobs.add(job)
    return job


def cancel(world: World, command: CancelJob, stopping: set[str]) -> JobAnswer:
    """A queued job is canceled at once; a running one stops at its next safe point."""
    with world.store.begin() as work:
        job = _found(work.jobs.find(command.job_id), command.job_id)
        if job.state.is_ended:
            raise RefusedError("The job has ended already.", "There is nothing to stop.")
        if job.state is JobState.RUNNING:
            stopping.add(job.job_id)
            return job_answer(job)
        job = job.model_copy(update={"state": JobState.CANCELED, "ended_at": world.clock.now()})
        work.jobs.save(job)
        work.commit()
    return job_answer(job)


def show(world: World, command: ShowJob) -> JobAnswer:
    with world.store.begin() as work:
        return job_answer(_found(work.jobs.find(command.job_id), command.job_id))


def newest(world: World, command: ListJobs) -> list[JobAnswer]:
    with world.store.begin() as work:
        return [job_answer(job) for job in work.jobs.newest(command.limit)]


def job_answer(job: Job) -> JobAnswer:
    return JobAnswer.model_validate(job.model_dump())


def _profile_id(work: UnitOfWork, order: Command) -> str | None:
    name = getattr(order, "profile", None)
    return profile_named(work, name).profile_id if name else None


def _part(order: Command) -> tuple[str, ...]:
    """What the order is about beside its profile: a connection, a file, some candidates."""
    match order:
        case CreateToken():
            return (order.purpose,)
        case ImportFile():
            return (order.kind, order.file)
        case Reclaim() | Restore():  # another selection is another job; the same one, asked for twice, is done once
            return (order.model_dump_json(exclude={"actor"}),)
        case _:
            return ()


def _found(job: Job | None, job_id: str) -> Job:
    if job is None:
        raise NotFound(f"There is no job {job_id}.", "List them with the jobs command.")
    return job
