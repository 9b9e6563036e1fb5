"""Mails that ask people, and what they answer."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from pydantic import Field

from sfsam.domain.answers.base import Answer, Moment
from sfsam.domain.candidates import State
from sfsam.domain.notices import Audience, LinkPurpose, NoticeKind, NoticeState


class NoticeRow(Answer):
    number: str
    name: str | None
    org: str | None
    model: str | None
    kind: NoticeKind
    audience: Audience
    state: NoticeState
    said: str
    answer_until: Moment | None
    intended_at: Moment
    closed_at: Moment | None
    candidate_state: State | None


class RemindAnswer(Answer):
    """What "Close and remind" did. `undecided` are candidates for which nobody could be written to."""

    reminded: int
    asked_again: int
    digests: int
    awaiting_approval: int
    undecided: int
    reclaims_queued: int
    closed: int
    warnings: list[str]


class TrialMailAnswer(Answer):
    recipient: str  # which of the settings: mail_managers or mail_sender


class MailAnswer(Answer):
    """`problems` say, each with its remedy, what stands against asking people, of real orgs where there are any."""

    host: str
    port: int
    tls: str
    has_log_in: bool
    sender: str
    managers: str
    base_url: str
    webhook_is_set: bool
    webhook_is_signed: bool
    problems: list[str]


class LinkStatus(StrEnum):
    """How a link stands. UNKNOWN: it was not made here, or was changed on its way."""

    OPEN = "open"
    ANSWERED = "answered"  # just now
    USED = "used"
    EXPIRED = "expired"
    CLOSED = "closed"  # the seat has gone another way
    UNKNOWN = "unknown"


class AnswerSeat(Answer):
    number: str
    person: str
    license: str
    org: str
    inactive_days: int | None
    reason: str


class AnswerPage(Answer):
    status: LinkStatus
    purpose: LinkPurpose | None = None
    seats: list[AnswerSeat] = Field(default_factory=list)
    answer_until: date | None = None
    contact: str = ""
