"""A System for the pages: in-memory frames with exactly the columns of the reads, and a list of what was sent."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd

from sfsam.config import Settings
from sfsam.domain import rights
from sfsam.domain.answers import (
    AuditAnswer,
    DeletePreview,
    ExportAnswer,
    JobAnswer,
    MailAnswer,
    OrderRow,
    ProfileAnswer,
    StopAnswer,
)
from sfsam.domain.commands import (
    AllowReclaiming,
    ApproveOrder,
    ChangeSchedule,
    Command,
    DeleteProfile,
    DraftProfile,
    Enqueue,
    Export,
    ExportRead,
    ListOrders,
    ListProfiles,
    MoveCandidate,
    Pause,
    PauseSchedule,
    PlanReclaim,
    PlanRestore,
    PreviewDelete,
    RefuseOrder,
    ReplaceSecret,
    RequestReclaim,
    Resume,
    ResumeSchedule,
    RunScheduleNow,
    ShowAudit,
    ShowJob,
    ShowMail,
    ShowStop,
    StopReclaiming,
)
from sfsam.domain.jobs import JobKind, JobState, Phase, Progress
from sfsam.domain.profiles import Check, GrantType, Process, ProfileStatus
from sfsam.domain.roles import LOCAL_ADMIN, Caller
from sfsam.errors import RoleMissing
from sfsam.ports import ReadHeader
from tests.fakes.frames import EMPTY, NOW, PRODUCTION
from tests.fakes.plans import RESTORE_PLAN, plan_for
from tests.fakes.playbook import FakePlaybooks

_versions = itertools.count()

COLUMNS: dict[str, str] = {
    "profiles": "profile_id name status org_id org_name edition is_sandbox is_practice reclaim_enabled url grant_type "
    "username connected_at last_download_at users",
    "position": "org org_id is_sandbox kind identifier model owned is_unlimited assigned active stale in_grace machine "
    "inactive_holder unknown excluded available needed unit_cost price_source currency over_licensed true_up "
    "potential_savings used_by_org status expires_on inactive_costs_seat contract_ends_on is_counted reclaimable",
    "overview_seats": "owned assigned active stale in_grace machine inactive_holder unknown available over people "
    "people_stale percent_stale",
    "overview_money": "currency annual_spend potential_savings over_licensed true_up stale_seats reclaimable_seats "
    "free_seats missing_seats contract_licenses list_licenses",
    "last_activity_buckets": "ordinal bucket people part",
    "license_trend": "day owned assigned active stale",
    "savings_by_org": "org_id org assigned stale percent_stale potential_savings currency",
    "spend_by_cost_center": "cost_center licenses annual_spend currency",
    "freed_this_year": "currency candidates seats freed",
    "attention": "ready attention_required unrecognized ending unmatched failed_jobs",
    "what_if": "threshold_days currency stale candidates potential_savings",
    "seat_totals": "assigned unused counted counted_unused free excluded in_sandboxes",
    "spend_by_department": "department assigned stale annual_cost stale_cost currency",
    "subscriptions": "subscription_id org org_id kind identifier model user_id name user_principal_name department "
    "title user_type part last_activity_at inactive_days deciding_signal last_machine_at assigned_at annual_cost "
    "currency price_source is_frozen is_administrator is_machine candidate_number candidate_state",
    "unused_licenses": "subscription_id org org_id kind identifier model user_id name user_principal_name department "
    "title user_type part last_activity_at inactive_days deciding_signal last_machine_at assigned_at annual_cost "
    "currency price_source is_frozen is_administrator is_machine candidate_number candidate_state note",
    "candidates": "number state user_principal_name user_id name department org org_id profile_id kind identifier "
    "model rule justification last_activity_at inactive_days action potential_savings seats currency message evidence "
    "opened_at updated_at",
    "candidate_states": "state candidates potential_savings currency",
    "person": "org org_id user_id name user_principal_name email title department division manager profile role_id "
    "user_type is_active is_frozen is_administrator is_machine machine_reason created_at last_activity_at "
    "inactive_days deciding_signal",
    "person_signals": "signal last_seen_at age_days is_human decides",
    "person_seats": "kind model identifier part annual_cost currency price_source assigned_at",
    "license_history": "day owned assigned active stale in_grace machine inactive_holder unknown",
    "scheduled_jobs": "schedule_id task profile_id profile cadence time_zone state next_run_at last_run_at last_job_id "
    "last_kind last_state last_result last_failure",
    "jobs": "job_id kind profile profile_id state requested_by created_at started_at ended_at seconds progress_share "
    "progress_sentence result failure",
    "audit": "number at actor action subject reason detail hash profile profile_id",
    "freshness": "orgs orgs_with_data oldest_download_at newest_download_at has_practice running_jobs failed_since",
    "software_models": "org org_id kind identifier model publisher is_recognized owned is_unlimited assigned",
    "filter_values": "facet value label seats",
    "exclusions": "exclusion_id subject kind value model org org_id reason expires_on created_by created_at catches "
    "is_past ended_at ended_by",
    "consumption": "entitlement_id org org_id is_sandbox kind identifier label frequency is_persistent is_unlimited "
    "allowed used expected remaining pace projected used_up_on allowed_per_month used_per_month period_start "
    "period_end contract_start contract_end is_ended counted_at overage_grace",
    "consumption_history": "day allowed used",
    "notices": "notice_id number name org org_id model kind audience state said answer_until intended_at closed_at "
    "candidate_state",
    "waiting_candidates": "number state profile_id org_id org user_id name kind identifier model rule_id inactive_days "
    "potential_savings currency tried_at asked_at answer_until reminders reminded_at decision reason answered_by "
    "answered_at digest_at asked_audience",
    "reconciliations": "day org org_id currency licenses owned assigned stale annual_spend potential_savings "
    "over_licensed true_up taken_at reconciled_at",
    "position_change": "org org_id kind identifier model owned_before owned_after assigned_before assigned_after "
    "stale_before stale_after unit_cost_before unit_cost_after savings_before savings_after currency",
}
PARAMETERS = (
    "org_ids",
    "kinds",
    "models",
    "departments",
    "parts",
    "only_counted",
    "search",
    "stale_after_days",
    "grace_days",
    "include_sandboxes",
    "states",
    "numbers",
    "profile_id",
    "org_id",
    "user_id",
    "kind",
    "identifier",
    "include_past",
    "from_day",
    "to_day",
)


class FakeReads:
    """Answers from frames; filters by org, state, number and search, which is what the pages' tests need."""

    def __init__(self, frames: dict[str, list[dict[str, Any]]]) -> None:
        self._frames = {
            name: pd.DataFrame(frames.get(name, []), columns=columns.split()) for name, columns in COLUMNS.items()
        }
        self._version = f"fake-{next(_versions)}"

    def replace(self, name: str, frame: pd.DataFrame) -> None:
        """From now on this read answers so, as after a download."""
        self._frames[name] = frame
        self._version = f"fake-{next(_versions)}"

    def header(self, name: str) -> ReadHeader:
        return ReadHeader(
            name=name,
            title=name.replace("_", " ").capitalize(),
            description=f"What {name} means.",
            parameters=PARAMETERS,
            columns=tuple(self._frames[name].columns),
            sql="SELECT 1 AS one",
        )

    def fetch(self, name: str, **parameters: Any) -> pd.DataFrame:
        if name == "seat_totals" and len(self._frames[name]):
            return self._totals(parameters)
        frame = self._frames[name]
        for parameter, column in (("org_ids", "org_id"), ("states", "state"), ("numbers", "number")):
            if parameters.get(parameter) and column in frame.columns:
                frame = frame[frame[column].isin(parameters[parameter])]
        if parameters.get("search") and "name" in frame.columns:
            frame = frame[frame["name"].str.contains(parameters["search"], case=False, regex=False)]
        return frame.reset_index(drop=True)

    def _totals(self, parameters: dict[str, Any]) -> pd.DataFrame:
        """The seats of the list, counted: all of them are paid."""
        seats = self.fetch("subscriptions", **parameters)
        unused = int((seats["part"] == "stale").sum())
        row = dict.fromkeys(self._frames["seat_totals"].columns, 0)
        counts = {"assigned": len(seats), "counted": len(seats), "unused": unused, "counted_unused": unused}
        return pd.DataFrame([row | counts])

    def page(
        self, name: str, *, order_by: str, descending: bool = False, limit: int, offset: int = 0, **parameters: Any
    ) -> pd.DataFrame:
        assert order_by in self.header(name).columns
        rows = self.fetch(name, **parameters).sort_values(order_by, ascending=not descending, kind="stable")
        return rows.iloc[offset : offset + limit].reset_index(drop=True)

    def count(self, name: str, **parameters: Any) -> int:
        return len(self.fetch(name, **parameters))

    def write(self, name: str, path: Path, file_format: str, **parameters: Any) -> int:
        raise NotImplementedError

    def batches(self, name: str, **parameters: Any) -> Iterable[tuple[list[str], list[tuple[Any, ...]]]]:
        raise NotImplementedError

    def version(self) -> str:
        return self._version


class FakeSystem:
    """What sfsam.bootstrap.System offers to the pages. `raises` makes the next command of a class fail."""

    def __init__(self, frames: dict[str, list[dict[str, Any]]] | None = None) -> None:
        self.reads = FakeReads(frames or EMPTY)
        self.settings = Settings(base_url="http://127.0.0.1:8501")
        self.sheets = SimpleNamespace()
        self.sent: list[Command] = []
        self.callers: list[Caller] = []
        self.refused: list[Command] = []
        self.jobs: dict[str, JobAnswer] = {}
        self.profiles: list[ProfileAnswer] = []
        self.playbooks = FakePlaybooks()
        self.mail = MAIL
        self.intact = True
        self.plan: dict[str, Any] = {}  # what a plan says otherwise
        self.stop = StopAnswer(is_stopped=False)
        self.waiting: list[OrderRow] = []
        self.raises: dict[type[Command], Exception] = {}

    def send(self, command: Command, caller: Caller = LOCAL_ADMIN) -> Any:
        self.sent.append(command)
        self.callers.append(caller)
        try:
            rights.require(caller, command)
        except RoleMissing:
            self.refused.append(command)
            raise
        if type(command) in self.raises:
            raise self.raises[type(command)]
        match command:
            case Enqueue(job=job):
                return self.add_job(job.task)
            case RunScheduleNow():
                return self.add_job(JobKind.DOWNLOAD)
            case ShowJob(job_id=job_id):
                return self.jobs[job_id]
            case ShowMail():
                return self.mail
            case ListProfiles():
                return self.profiles
            case DraftProfile():
                self.profiles = [*self.profiles, profile(name=command.name, grant=command.grant, connected=False)]
                return self.profiles[-1]
            case PlanReclaim(numbers=numbers):
                return plan_for(numbers).model_copy(update=self.plan)
            case PlanRestore():
                return RESTORE_PLAN
            case StopReclaiming(reason=reason):
                self.stop = StopAnswer(is_stopped=True, reason=reason, stopped_by="mia", stopped_at=NOW)
            case AllowReclaiming():
                self.stop = StopAnswer(is_stopped=False)
            case ShowStop():
                return self.stop
            case ListOrders():
                return self.waiting
            case RequestReclaim() | RefuseOrder():
                return None
            case ApproveOrder(order_id=order_id):
                job = self.add_job(JobKind.RECLAIM)
                [found] = [each for each in self.waiting if each.order_id == order_id]
                return found.model_copy(update={"job_id": job.job_id})
            case ShowAudit():
                return AuditAnswer(entries=[], head="0", intact=self.intact, first_broken=None if self.intact else 2)
            case Export(output=output) | ExportRead(output=output):
                Path(output).write_bytes(b"name\nAnna\n")
                return ExportAnswer(rows=1, path=output)
            case PreviewDelete(profile=profile_id):
                return preview(profile_id)
            case DeleteProfile(profile=profile_id):
                self.profiles = [each for each in self.profiles if each.profile_id != profile_id]
            case PauseSchedule() | ResumeSchedule() | ChangeSchedule():
                return None
            case Pause() | Resume() | MoveCandidate() | ReplaceSecret():
                return None
            case _:
                return self.playbooks.answer(command)
        return None

    def orders(self, kind: type[Command]) -> list[Any]:
        """The commands of one class that were sent; of a job, what was enqueued."""
        enqueued = [command.job for command in self.sent if isinstance(command, Enqueue)]
        return [command for command in [*self.sent, *enqueued] if isinstance(command, kind)]

    def add_job(self, kind: JobKind, state: JobState = JobState.RUNNING, **more: Any) -> JobAnswer:
        job = JobAnswer(
            **{
                "job_id": f"job-{len(self.jobs) + 1}",
                "kind": kind,
                "profile_id": "p1",
                "state": state,
                "requested_by": "local",
                "created_at": NOW,
                "started_at": NOW,
                "ended_at": NOW if state.is_ended else None,
                "progress": PROGRESS,
                "result": None,
                "failure": None,
                **more,
            }
        )
        self.jobs[job.job_id] = job
        return job


MAIL = MailAnswer(
    host="mail.northwind.example",
    port=587,
    tls="starttls",
    has_log_in=True,
    sender="licenses@northwind.example",
    managers="",
    base_url="https://licenses.northwind.example",
    webhook_is_set=True,
    webhook_is_signed=False,
    problems=[],
)
PROGRESS = Progress(
    share=0.63,
    sentence="About 2 minutes are left.",
    phases=(
        Phase(name="Licenses and profiles", rows=214, seconds=3, state=JobState.SUCCEEDED),
        Phase(name="Users", rows=2412, seconds=11, state=JobState.SUCCEEDED),
        Phase(name="Login history", rows=61200, expected=97000, state=JobState.RUNNING),
        Phase(name="Permission set licenses"),
    ),
    api_calls=41,
)


def profile(
    *,
    profile_id: str = "p1",
    name: str = "Production",
    grant: GrantType = GrantType.CLIENT_CREDENTIALS,
    connected: bool = True,
) -> ProfileAnswer:
    checks = [
        Check(process=Process.DOWNLOAD, permission="View Setup and Configuration", ok=True),
        Check(process=Process.RECLAIM, permission="Manage Users", ok=False, remedy="Assign the permission set."),
        Check(process=Process.RECLAIM, permission="Manage Package Licenses", ok=None),
    ]
    return ProfileAnswer(
        profile_id=profile_id,
        name=name,
        status=ProfileStatus.PUBLISHED if connected else ProfileStatus.DRAFT,
        org_id=PRODUCTION if connected else None,
        org_name="Northwind" if connected else None,
        edition="Enterprise Edition" if connected else None,
        is_sandbox=False if connected else None,
        is_practice=False,
        reclaim_enabled=True,
        url="https://northwind.my.salesforce.com",
        grant=grant,
        username="sfsam@northwind.example" if connected else None,
        connected_at=NOW if connected else None,
        last_download_at=NOW if connected else None,
        checks=checks if connected else [],
    )


def preview(profile_id: str) -> DeletePreview:
    """What deleting Production would take."""
    return DeletePreview(
        profile_id=profile_id,
        name="Production",
        goes={"subscription": 2120, "sf_user": 1240},
        candidates_closed=12,
        jobs_canceled=1,
        stays=["reclamation rules", "the audit trail"],
    )
