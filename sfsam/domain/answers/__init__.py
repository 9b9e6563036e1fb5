"""What the commands answer: the JSON of contract.md as models. Fields are only ever added.

Money is a decimal string with its currency beside it; `unit_cost` is per seat and year. Moments are ISO 8601 with Z.
One module per capability; all are imported from here.
"""

from __future__ import annotations

from sfsam.domain.answers.base import Amount, Answer, Moment
from sfsam.domain.answers.entitling import EntitlementAnswer, PriceAnswer, SavingAnswer
from sfsam.domain.answers.excluding import (
    CaughtRow,
    ExcludedAmount,
    ExcludedAnswer,
    ExclusionPreview,
    ExclusionRow,
)
from sfsam.domain.answers.importing import FileAnswer, ImportAnswer, ImportRowAnswer
from sfsam.domain.answers.jobs import DownloadAnswer, IdentifyAnswer, JobAnswer
from sfsam.domain.answers.listing import AuditAnswer, AuditRow, ExportAnswer, PositionRow
from sfsam.domain.answers.operating import BackupAnswer, CheckRow, DiagnosisAnswer, RestoreAnswer
from sfsam.domain.answers.people import (
    ErasurePreview,
    HousekeepAnswer,
    MatchAnswer,
    PersonCost,
    PersonRow,
    ResolveAnswer,
    RulePreview,
    RuleRow,
    Suggestion,
    UnmatchedRow,
)
from sfsam.domain.answers.playbook import (
    ActivityRow,
    ConnectionAnswer,
    KeyPairAnswer,
    MetadataAnswer,
    PageRow,
    PlaybookAnswer,
    PublishAnswer,
    RegistrationAnswer,
    StepRow,
    ValidationAnswer,
)
from sfsam.domain.answers.profiles import (
    AuthorizationAnswer,
    AuthorizedAnswer,
    ConnectAnswer,
    DeletePreview,
    PracticeAnswer,
    ProfileAnswer,
    RotationAnswer,
)
from sfsam.domain.answers.reclaiming import (
    CandidateRow,
    LeftOut,
    OutcomeRow,
    PlanAnswer,
    PlannedCallRow,
    ReclaimAnswer,
    RestoreNeed,
    RestorePlanAnswer,
    SeatsRestoredAnswer,
    SettleAnswer,
    StopAnswer,
)
from sfsam.domain.answers.recognizing import MappingRow, ModelRow, UnrecognizedRow
from sfsam.domain.answers.reconciling import ReconcileAnswer, ReconciledTotal
from sfsam.domain.answers.reporting import (
    Definition,
    RenewalReport,
    ReportedLicense,
    ReportedMoney,
    ReportedOrg,
    ReportedRenewal,
)
from sfsam.domain.answers.ruling import (
    CaughtAmount,
    CaughtSeat,
    ChangedRule,
    ReclamationPreview,
    ReclamationRuleRow,
    ThresholdCount,
)
from sfsam.domain.answers.scheduling import ScheduleAnswer

__all__ = [
    "ActivityRow",
    "Amount",
    "Answer",
    "AuditAnswer",
    "AuditRow",
    "AuthorizationAnswer",
    "AuthorizedAnswer",
    "BackupAnswer",
    "CandidateRow",
    "CaughtAmount",
    "CaughtRow",
    "CaughtSeat",
    "ChangedRule",
    "CheckRow",
    "ConnectAnswer",
    "ConnectionAnswer",
    "Definition",
    "DeletePreview",
    "DiagnosisAnswer",
    "DownloadAnswer",
    "EntitlementAnswer",
    "ErasurePreview",
    "ExcludedAmount",
    "ExcludedAnswer",
    "ExclusionPreview",
    "ExclusionRow",
    "ExportAnswer",
    "FileAnswer",
    "HousekeepAnswer",
    "IdentifyAnswer",
    "ImportAnswer",
    "ImportRowAnswer",
    "JobAnswer",
    "KeyPairAnswer",
    "LeftOut",
    "MappingRow",
    "MatchAnswer",
    "MetadataAnswer",
    "ModelRow",
    "Moment",
    "OutcomeRow",
    "PageRow",
    "PersonCost",
    "PersonRow",
    "PlanAnswer",
    "PlannedCallRow",
    "PlaybookAnswer",
    "PositionRow",
    "PracticeAnswer",
    "PriceAnswer",
    "ProfileAnswer",
    "PublishAnswer",
    "ReclaimAnswer",
    "ReclamationPreview",
    "ReclamationRuleRow",
    "ReconcileAnswer",
    "ReconciledTotal",
    "RegistrationAnswer",
    "RenewalReport",
    "ReportedLicense",
    "ReportedMoney",
    "ReportedOrg",
    "ReportedRenewal",
    "ResolveAnswer",
    "RestoreAnswer",
    "RestoreNeed",
    "RestorePlanAnswer",
    "RotationAnswer",
    "RulePreview",
    "RuleRow",
    "SavingAnswer",
    "ScheduleAnswer",
    "SeatsRestoredAnswer",
    "SettleAnswer",
    "StepRow",
    "StopAnswer",
    "Suggestion",
    "ThresholdCount",
    "UnmatchedRow",
    "UnrecognizedRow",
    "ValidationAnswer",
]
