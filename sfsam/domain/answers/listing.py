"""The license position, files and the audit trail."""

from __future__ import annotations

from typing import Any, Literal

from sfsam.domain.answers.base import Amount, Answer, Moment
from sfsam.domain.subscriptions import Kind


class PositionRow(Answer):
    """One license in one org. assigned = active + stale + in_grace + machine + inactive_holder + unknown."""

    org: str
    org_id: str
    is_sandbox: bool
    kind: Kind
    identifier: str
    model: str
    owned: int | None
    assigned: int
    active: int
    stale: int
    in_grace: int
    machine: int
    inactive_holder: int
    unknown: int
    excluded: int
    available: int | None
    needed: int
    unit_cost: Amount | None
    price_source: Literal["contract", "list", "none"]
    currency: str | None
    over_licensed: Amount | None
    true_up: Amount | None
    potential_savings: Amount | None


class ExportAnswer(Answer):
    """`audit_head` is the hash of the newest audit entry, to be kept with the file: a missing tail shows by it."""

    rows: int
    path: str
    audit_head: str = ""


class AuditRow(Answer):
    number: int
    at: Moment
    actor: str
    action: str
    subject: str
    reason: str
    detail: dict[str, Any]
    hash: str


class AuditAnswer(Answer):
    """`unverifiable` entries were hashed with a key that is lost; of them only the links were looked at."""

    entries: list[AuditRow]
    head: str
    intact: bool | None = None
    first_broken: int | None = None
    unverifiable: int = 0
