"""What the services need from the world, as Protocols. The givers (store, salesforce, vault, …) fit them.

Moments are naive UTC throughout, as the store keeps them.
"""

from sfsam.ports.entitlements import Entitlements, Imports, Prices, Savings
from sfsam.ports.licenses import Exclusions, Mappings
from sfsam.ports.mail import Letterbox, Mail, Webhook
from sfsam.ports.notices import Notices
from sfsam.ports.salesforce import (
    AuthorizationStart,
    OrgSession,
    Registration,
    Report,
    RowOutcome,
    Salesforce,
    ShouldStop,
    StagedDownload,
    StagedObject,
    Token,
    TokenKeeper,
)
from sfsam.ports.store import (
    Audit,
    AuthorizationRequest,
    Candidates,
    Examination,
    Jobs,
    Position,
    Profiles,
    ReadHeader,
    Reads,
    Requests,
    Schedules,
    Seats,
    Secrets,
    Store,
    UnitOfWork,
)
from sfsam.ports.surroundings import Clock, KeyPair, PracticeOrg, PracticeOrgs, Sheets, Vault

__all__ = [
    "Audit",
    "AuthorizationRequest",
    "AuthorizationStart",
    "Candidates",
    "Clock",
    "Entitlements",
    "Examination",
    "Exclusions",
    "Imports",
    "Jobs",
    "KeyPair",
    "Letterbox",
    "Mail",
    "Mappings",
    "Notices",
    "OrgSession",
    "Position",
    "PracticeOrg",
    "PracticeOrgs",
    "Prices",
    "Profiles",
    "ReadHeader",
    "Reads",
    "Registration",
    "Report",
    "Requests",
    "RowOutcome",
    "Salesforce",
    "Savings",
    "Schedules",
    "Seats",
    "Secrets",
    "Sheets",
    "ShouldStop",
    "StagedDownload",
    "StagedObject",
    "Store",
    "Token",
    "TokenKeeper",
    "UnitOfWork",
    "Vault",
    "Webhook",
]
