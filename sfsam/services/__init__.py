"""What can be asked of the system. One table says who answers which command."""

from __future__ import annotations

import logging
from dataclasses import replace

from pydantic import BaseModel

from sfsam.config import Settings
from sfsam.domain import commands as order
from sfsam.domain import rights
from sfsam.domain.answers import JobAnswer, PublishAnswer
from sfsam.domain.jobs import Job
from sfsam.domain.roles import INSTALLATION, Caller, doing_for
from sfsam.errors import RoleMissing, UsageError
from sfsam.ports import Clock, Mail, PracticeOrgs, Salesforce, Sheets, Store, Vault, Webhook
from sfsam.services import (
    announcing,
    connecting,
    downloading,
    history,
    identifying,
    importing,
    logging_in,
    practicing,
    queueing,
    reclaiming,
    reconciling,
    reminding,
    resolving,
    restoring,
    scheduling,
    settling,
    trying_mail,
    validating,
)
from sfsam.services.handlers import HANDLERS, Handler, Result
from sfsam.services.running import JobControl
from sfsam.services.world import NO_MAIL, NO_WEBHOOK, World

log = logging.getLogger(__name__)


class Services:
    """Answers commands at once (`handle`) and does the work of jobs (`run`)."""

    def __init__(
        self,
        store: Store,
        salesforce: Salesforce,
        vault: Vault,
        practice: PracticeOrgs,
        sheets: Sheets,
        clock: Clock,
        settings: Settings,
        mail: Mail = NO_MAIL,
        webhook: Webhook = NO_WEBHOOK,
    ) -> None:
        self._world = World(store, salesforce, vault, practice, sheets, clock, settings, mail=mail, webhook=webhook)
        self.stopping: set[str] = set()  # jobs that were asked to stop; the worker shares this process
        self._handlers: dict[type[order.Command], Handler] = {
            **HANDLERS,
            order.Publish: _publish,
            order.CancelJob: lambda world, command: queueing.cancel(world, command, self.stopping),
        }

    def handle(self, command: order.Command, caller: Caller = INSTALLATION) -> Result:
        """The answer to a command that is answered at once, which is signed by whoever gives it.

        Raises RoleMissing when `caller` may not give it. Without a caller it is sfsam itself that asks.
        """
        self._require_right(caller, command)
        handler = self._handlers.get(type(command))
        if handler is None:
            raise UsageError(f"{type(command).__name__} is done as a job.", "Send it inside Enqueue.")
        return handler(replace(self._world, caller=caller), _signed(command, caller))

    @staticmethod
    def _require_right(caller: Caller, command: order.Command) -> None:
        try:
            rights.require(caller, command)
        except RoleMissing as refusal:
            log.warning("%s was refused to %s: %s", type(command).__name__, caller.actor, refusal.what)
            raise

    def run_due_schedules(self) -> list[JobAnswer]:
        """Queue the scheduled jobs whose time has come, each once, however often it was missed."""
        return scheduling.run_due(self._world)

    def run(self, job: Job, control: JobControl) -> BaseModel:
        """Do the work of a job, which was allowed when it was asked for. What follows from it is queued."""
        command = queueing.COMMAND_OF[job.kind].model_validate(job.arguments)
        world = replace(self._world, caller=doing_for(job.requested_by))
        match command:
            case order.Connect():
                answer: BaseModel = self._connect(command, control)
            case order.CreateToken():
                answer = logging_in.create_token(world, command, control)
            case order.Validate():
                answer = validating.validate(world, command, control)
            case order.StartPracticeOrg():
                answer = practicing.start(world, command, job, control)
            case order.StopPracticeOrg():
                answer = practicing.stop(world, command, control)
            case order.Download():
                answer = downloading.download(world, command, job, control)
                if command.identify:
                    scheduling.follow_download(world, command)
            case order.Identify():
                answer = identifying.identify(world, command, control)
            case order.Reclaim():
                answer = reclaiming.reclaim(world, command, job, control)
            case order.Restore():
                answer = restoring.restore(world, command, job, control)
            case order.ImportFile():
                answer = importing.import_file(world, command, job, control)
            case order.Reconcile():
                answer = reconciling.reconcile(world, command, control)
            case order.ResolvePeople():
                answer = resolving.resolve(world, command, control)
            case order.Housekeep():
                answer = history.housekeep(world, command)
            case order.Remind():
                answer = reminding.remind(world, command, control)
            case order.SendTrialMail():
                answer = trying_mail.send(world)
            case order.Settle():
                answer = settling.settle(world, command, control)
            case _:
                raise UsageError(f"No job does {type(command).__name__}.", "Send it as a command.")
        return answer

    def announce(self, ended: Job) -> None:
        """Tell the chat, where one is set, what came of this job."""
        announcing.announce(self._world, ended)

    def _connect(self, command: order.Connect, control: JobControl) -> BaseModel:
        answer = connecting.connect(self._world, command, control)
        wanted = command.download and answer.status == "published"
        if wanted:
            first = order.Download(actor=command.actor, profile=command.profile)
            self.handle(order.Enqueue(actor=command.actor, job=first))
        return answer


def _publish(world: World, command: order.Publish) -> PublishAnswer:
    """Publish, and queue the first download."""
    profile = validating.publish(world, command)
    first = order.Download(actor=command.actor, profile=profile.profile_id)
    job = queueing.enqueue(world, order.Enqueue(actor=command.actor, job=first))
    scheduled = scheduling.schedules(world, order.ListSchedules())
    return PublishAnswer(
        profile_id=profile.profile_id,
        status=profile.status,
        job_id=job.job_id,
        scheduled=tuple(each.name for each in scheduled if each.profile_id == profile.profile_id),
    )


def _signed(command: order.Command, caller: Caller) -> order.Command:
    """The command with its giver's name on it, whatever it said; sfsam itself says for whom it asks."""
    if caller.is_installation:
        return command
    signature = {"actor": caller.actor}
    if isinstance(command, order.Enqueue):
        return command.model_copy(update=signature | {"job": command.job.model_copy(update=signature)})
    return command.model_copy(update=signature)
