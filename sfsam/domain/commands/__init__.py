"""Everything that can be asked of the system. Buttons, schedules and the command line send the same commands.

A command is plain data, so it can be saved in a job and sent over the control route. `Enqueue` returns
at once with a job; the worker does the work. One module per capability; all are imported from here.
"""

from __future__ import annotations

from sfsam.domain.commands.base import Command, FileFormat, Narrowing
from sfsam.domain.commands.connecting import (
    BeginAuthorization,
    Connect,
    CreateToken,
    DraftProfile,
    FinishAuthorization,
    MakeKeyPair,
    ReplaceSecret,
)
from sfsam.domain.commands.downloading import Download, Identify
from sfsam.domain.commands.entitling import (
    EnterSaving,
    ListEntitlements,
    RemoveEntitlement,
    RemoveSaving,
    RevertPrice,
    SaveEntitlement,
    SavePrice,
)
from sfsam.domain.commands.excluding import AddExclusion, ListExclusions, PreviewExclusion, RemoveExclusion
from sfsam.domain.commands.exporting import ExportRead
from sfsam.domain.commands.importing import DropRows, ImportFile, ImportTemplate, ListImports, RepairRow
from sfsam.domain.commands.jobs import CancelJob, Enqueue, JobCommand, ListJobs, ShowJob
from sfsam.domain.commands.listing import Export, ListCandidates, ListName, ShowAudit, ShowPosition
from sfsam.domain.commands.operating import AdoptBackup, BackUp, Diagnose, RestoreBackup
from sfsam.domain.commands.people import (
    ConfirmMatch,
    ErasePerson,
    ForgetMatch,
    Housekeep,
    ListPeople,
    ListUnmatched,
    OrderRules,
    PreviewRule,
    RemoveRule,
    ResolvePeople,
    SaveRule,
)
from sfsam.domain.commands.playbook import (
    MarkComplete,
    MetadataProject,
    Publish,
    RemoveConnection,
    Reopen,
    SaveConnection,
    SaveDetails,
    SaveRegistration,
    SaveSteps,
    SetReclaim,
    ShowActivityLog,
    ShowPlaybook,
    StartPlaybook,
    Validate,
)
from sfsam.domain.commands.practice import PracticeScenario, StartPracticeOrg, StopPracticeOrg
from sfsam.domain.commands.profiles import DeleteProfile, ListProfiles, Pause, PreviewDelete, Resume, RotateKey
from sfsam.domain.commands.reclaiming import MoveCandidate, PlanReclaim, Reclaim, Settle
from sfsam.domain.commands.recognizing import (
    KeepMapping,
    ListSoftwareModels,
    ListUnrecognized,
    MapIdentifier,
    UnmapIdentifier,
)
from sfsam.domain.commands.reconciling import Reconcile
from sfsam.domain.commands.reporting import ShowRenewalReport
from sfsam.domain.commands.scheduling import (
    ChangeSchedule,
    ListSchedules,
    PauseSchedule,
    ResumeSchedule,
    RunScheduleNow,
)

__all__ = [
    "AddExclusion",
    "AdoptBackup",
    "BackUp",
    "BeginAuthorization",
    "CancelJob",
    "ChangeSchedule",
    "Command",
    "ConfirmMatch",
    "Connect",
    "CreateToken",
    "DeleteProfile",
    "Diagnose",
    "Download",
    "DraftProfile",
    "DropRows",
    "Enqueue",
    "EnterSaving",
    "ErasePerson",
    "Export",
    "ExportRead",
    "FileFormat",
    "FinishAuthorization",
    "ForgetMatch",
    "Housekeep",
    "Identify",
    "ImportFile",
    "ImportTemplate",
    "JobCommand",
    "KeepMapping",
    "ListCandidates",
    "ListEntitlements",
    "ListExclusions",
    "ListImports",
    "ListJobs",
    "ListName",
    "ListPeople",
    "ListProfiles",
    "ListSchedules",
    "ListSoftwareModels",
    "ListUnmatched",
    "ListUnrecognized",
    "MakeKeyPair",
    "MapIdentifier",
    "MarkComplete",
    "MetadataProject",
    "MoveCandidate",
    "Narrowing",
    "OrderRules",
    "Pause",
    "PauseSchedule",
    "PlanReclaim",
    "PracticeScenario",
    "PreviewDelete",
    "PreviewExclusion",
    "PreviewRule",
    "Publish",
    "Reclaim",
    "Reconcile",
    "RemoveConnection",
    "RemoveEntitlement",
    "RemoveExclusion",
    "RemoveRule",
    "RemoveSaving",
    "Reopen",
    "RepairRow",
    "ReplaceSecret",
    "ResolvePeople",
    "RestoreBackup",
    "Resume",
    "ResumeSchedule",
    "RevertPrice",
    "RotateKey",
    "RunScheduleNow",
    "SaveConnection",
    "SaveDetails",
    "SaveEntitlement",
    "SavePrice",
    "SaveRegistration",
    "SaveRule",
    "SaveSteps",
    "SetReclaim",
    "Settle",
    "ShowActivityLog",
    "ShowAudit",
    "ShowJob",
    "ShowPlaybook",
    "ShowPosition",
    "ShowRenewalReport",
    "StartPlaybook",
    "StartPracticeOrg",
    "StopPracticeOrg",
    "UnmapIdentifier",
    "Validate",
]
