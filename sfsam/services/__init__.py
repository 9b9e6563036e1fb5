"""What can be asked of the system. One table says who answers which command."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel

from sfsam.config import Settings
from sfsam.domain import commands as order
from sfsam.domain.answers import JobAnswer, PublishAnswer
from sfsam.domain.jobs import Job
from sfsam.errors import UsageError
from sfsam.ports import Clock, PracticeOrgs, Salesforce, Sheets, Store, Vault
from sfsam.services import (
    backing_up,
    connecting,
    connections,
    diagnosing,
    downloading,
    entitling,
    erasing,
    excluding,
    exporting,
    history,
    identifying,
    importing,
    key_rotation,
    listing,
    logging_in,
    planning,
    playbook,
    practicing,
    pricing,
    profiles,
    queueing,
    reclaiming,
    recognizing,
    reconciling,
    reporting,
    resolving,
    saving,
    scheduling,
    settling,
    validating,
)
from sfsam.services.running import JobControl
from sfsam.services.world import World

Result = BaseModel | list[Any]


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
    ) -> None:
        self._world = World(store, salesforce, vault, practice, sheets, clock, settings)
        self.stopping: set[str] = set()  # jobs that were asked to stop; the worker shares this process
        self._handlers: dict[type[order.Command], Callable[[World, Any], Result]] = {
            order.DraftProfile: connecting.draft,
            order.ReplaceSecret: connecting.replace_secret,
            order.BeginAuthorization: logging_in.begin_authorization,
            order.FinishAuthorization: logging_in.finish_authorization,
            order.SaveConnection: connections.save_connection,
            order.RemoveConnection: connections.remove_connection,
            order.MakeKeyPair: connections.make_key_pair,
            order.StartPlaybook: playbook.start,
            order.ShowPlaybook: playbook.show,
            order.SaveSteps: playbook.save_steps,
            order.SaveRegistration: playbook.save_registration,
            order.SaveDetails: playbook.save_details,
            order.MarkComplete: playbook.mark_complete,
            order.Reopen: playbook.reopen,
            order.MetadataProject: playbook.metadata_project,
            order.ShowActivityLog: playbook.activity_log,
            order.SetReclaim: validating.set_reclaim,
            order.Publish: lambda world, command: self._publish(command),
            order.ListProfiles: profiles.profiles,
            order.Pause: profiles.pause,
            order.Resume: profiles.resume,
            order.PreviewDelete: profiles.preview_delete,
            order.DeleteProfile: profiles.delete,
            order.RotateKey: key_rotation.rotate,
            order.ListSchedules: scheduling.schedules,
            order.RunScheduleNow: scheduling.run_now,
            order.PauseSchedule: scheduling.pause,
            order.ResumeSchedule: scheduling.resume,
            order.ChangeSchedule: scheduling.change,
            order.ListSoftwareModels: recognizing.models,
            order.ListUnrecognized: recognizing.unrecognized,
            order.MapIdentifier: recognizing.map_identifier,
            order.UnmapIdentifier: recognizing.unmap_identifier,
            order.KeepMapping: recognizing.keep_mapping,
            order.ListExclusions: excluding.exclusions,
            order.PreviewExclusion: excluding.preview,
            order.AddExclusion: excluding.add,
            order.RemoveExclusion: excluding.remove,
            order.ListPeople: resolving.people,
            order.ListUnmatched: resolving.unmatched,
            order.PreviewRule: resolving.preview_rule,
            order.SaveRule: resolving.save_rule,
            order.OrderRules: resolving.order_rules,
            order.RemoveRule: resolving.remove_rule,
            order.ConfirmMatch: resolving.confirm,
            order.ForgetMatch: resolving.forget,
            order.ErasePerson: erasing.erase,
            order.PlanReclaim: planning.plan,
            order.MoveCandidate: listing.move_candidate,
            order.ShowPosition: listing.position,
            order.ShowRenewalReport: reporting.renewal_report,
            order.ListCandidates: listing.candidates,
            order.Export: listing.export,
            order.ExportRead: exporting.export_read,
            order.ShowAudit: listing.audit,
            order.BackUp: backing_up.back_up,
            order.RestoreBackup: backing_up.refuse_restore,
            order.AdoptBackup: backing_up.adopt,
            order.Diagnose: diagnosing.diagnose,
            order.ListEntitlements: entitling.entitlements,
            order.SaveEntitlement: entitling.save,
            order.RemoveEntitlement: entitling.remove,
            order.SavePrice: pricing.save,
            order.RevertPrice: pricing.revert,
            order.EnterSaving: saving.enter,
            order.RemoveSaving: saving.remove,
            order.ListImports: importing.imports,
            order.RepairRow: importing.repair,
            order.DropRows: importing.drop,
            order.ImportTemplate: importing.template,
            order.Enqueue: queueing.enqueue,
            order.CancelJob: lambda world, command: queueing.cancel(world, command, self.stopping),
            order.ShowJob: queueing.show,
            order.ListJobs: queueing.newest,
        }

    def handle(self, command: order.Command) -> Result:
        """The answer to a command that is answered at once."""
        handler = self._handlers.get(type(command))
        if handler is None:
            raise UsageError(f"{type(command).__name__} is done as a job.", "Send it inside Enqueue.")
        return handler(self._world, command)

    def run_due_schedules(self) -> list[JobAnswer]:
        """Queue the scheduled jobs whose time has come, each once, however often it was missed."""
        return scheduling.run_due(self._world)

    def run(self, job: Job, control: JobControl) -> BaseModel:
        """Do the work of a job. Whatever follows from it (a first download, candidates) is queued."""
        command = queueing.COMMAND_OF[job.kind].model_validate(job.arguments)
        world = self._world
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
            case order.ImportFile():
                answer = importing.import_file(world, command, job, control)
            case order.Reconcile():
                answer = reconciling.reconcile(world, command, control)
            case order.ResolvePeople():
                answer = resolving.resolve(world, command, control)
            case order.Housekeep():
                answer = history.housekeep(world, command)
            case order.Settle():
                answer = settling.settle(world, command, control)
            case _:
                raise UsageError(f"No job does {type(command).__name__}.", "Send it as a command.")
        return answer

    def _connect(self, command: order.Connect, control: JobControl) -> BaseModel:
        answer = connecting.connect(self._world, command, control)
        wanted = command.download and answer.status == "published"
        if wanted:
            first = order.Download(actor=command.actor, profile=command.profile)
            self.handle(order.Enqueue(actor=command.actor, job=first))
        return answer

    def _publish(self, command: order.Publish) -> PublishAnswer:
        """Publish, and queue the first download."""
        profile = validating.publish(self._world, command)
        first = order.Download(actor=command.actor, profile=profile.profile_id)
        job = queueing.enqueue(self._world, order.Enqueue(actor=command.actor, job=first))
        scheduled = scheduling.schedules(self._world, order.ListSchedules())
        return PublishAnswer(
            profile_id=profile.profile_id,
            status=profile.status,
            job_id=job.job_id,
            scheduled=tuple(each.name for each in scheduled if each.profile_id == profile.profile_id),
        )
