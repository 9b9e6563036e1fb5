"""What the commands answer: the JSON of contract.md as models. Fields are only ever added.

Money is a decimal string with its currency beside it; `unit_cost` is per seat and year. Moments are ISO 8601 with Z.
One module per capability; all are imported from here.
"""

from __future__ import annotations

from sfsam.domain.answers.base import Amount, Answer, Moment
from sfsam.domain.answers.jobs import DownloadAnswer, IdentifyAnswer, JobAnswer
from sfsam.domain.answers.listing import AuditAnswer, AuditRow, ExportAnswer, PositionRow
from sfsam.domain.answers.operating import BackupAnswer, CheckRow, DiagnosisAnswer, RestoreAnswer
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
    SettleAnswer,
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
    "CheckRow",
    "ConnectAnswer",
    "ConnectionAnswer",
    "DeletePreview",
    "DiagnosisAnswer",
    "DownloadAnswer",
    "ExportAnswer",
    "IdentifyAnswer",
    "JobAnswer",
    "KeyPairAnswer",
    "LeftOut",
    "MetadataAnswer",
    "Moment",
    "OutcomeRow",
    "PageRow",
    "PlanAnswer",
    "PlannedCallRow",
    "PlaybookAnswer",
    "PositionRow",
    "PracticeAnswer",
    "ProfileAnswer",
    "PublishAnswer",
    "ReclaimAnswer",
    "RegistrationAnswer",
    "RestoreAnswer",
    "RotationAnswer",
    "ScheduleAnswer",
    "SettleAnswer",
    "StepRow",
    "ValidationAnswer",
]
