"""Everything that can be asked of the system. Buttons, schedules and the command line send the same commands.

A command is plain data, so it can be saved in a job and sent over the control route. `Enqueue` returns
at once with a job; the worker does the work. One module per capability; all are imported from here.
"""

from __future__ import annotations

from sfsam.domain.commands.base import Command, Narrowing
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
from sfsam.domain.commands.exporting import ExportRead
from sfsam.domain.commands.jobs import CancelJob, Enqueue, JobCommand, ListJobs, ShowJob
from sfsam.domain.commands.listing import Export, ListCandidates, ShowAudit, ShowPosition
from sfsam.domain.commands.operating import AdoptBackup, BackUp, Diagnose, RestoreBackup
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
from sfsam.domain.commands.scheduling import (
    ChangeSchedule,
    ListSchedules,
    PauseSchedule,
    ResumeSchedule,
    RunScheduleNow,
)

__all__ = [
    "AdoptBackup",
    "BackUp",
    "BeginAuthorization",
    "CancelJob",
    "ChangeSchedule",
    "Command",
    "Connect",
    "CreateToken",
    "DeleteProfile",
    "Diagnose",
    "Download",
    "DraftProfile",
    "Enqueue",
    "Export",
    "ExportRead",
    "FinishAuthorization",
    "Identify",
    "JobCommand",
    "ListCandidates",
    "ListJobs",
    "ListProfiles",
    "ListSchedules",
    "MakeKeyPair",
    "MarkComplete",
    "MetadataProject",
    "MoveCandidate",
    "Narrowing",
    "Pause",
    "PauseSchedule",
    "PlanReclaim",
    "PracticeScenario",
    "PreviewDelete",
    "Publish",
    "Reclaim",
    "RemoveConnection",
    "Reopen",
    "ReplaceSecret",
    "RestoreBackup",
    "Resume",
    "ResumeSchedule",
    "RotateKey",
    "RunScheduleNow",
    "SaveConnection",
    "SaveDetails",
    "SaveRegistration",
    "SaveSteps",
    "SetReclaim",
    "Settle",
    "ShowActivityLog",
    "ShowAudit",
    "ShowJob",
    "ShowPlaybook",
    "ShowPosition",
    "StartPlaybook",
    "StartPracticeOrg",
    "StopPracticeOrg",
    "Validate",
]
