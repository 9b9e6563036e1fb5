"""Notices: the mails that ask people about their seats, the links in them, and what people answer (product.md R5).

A seat whose rule notifies waits for its user. Silence until `answer_until` and "release" mean that it may go; "keep"
waits for whoever approves. Addresses are not kept: `recipient` is a keyed hash, which only tells whether two are one.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from sfsam.domain.profiles import Record

ANSWER_DAYS = 7
"""The time to answer of a seat whose rule is gone."""
APPROVAL_LINK_DAYS = 14
"""How long the links of a digest are good; whoever decides later gets new ones, or decides in the app."""
DIGEST_REPEATED_AFTER_DAYS = 3
"""A decision that is still open after so many days stands in another digest."""
ATTENTION_DAYS = 30
"""What needs attention for so long is closed as canceled (servicenow.md 3.9)."""
_A_DAY = timedelta(days=1)


class NoticeKind(StrEnum):
    ASK = "ask"  # do you still need it?
    REMINDER = "reminder"
    DIGEST = "digest"  # all decisions that one approver has to make


class NoticeState(StrEnum):
    """What became of a mail. INTENDED is saved before it is sent; whoever finds it later does not know."""

    INTENDED = "intended"
    SENT = "sent"
    REFUSED = "refused"  # it did not go out
    UNKNOWN = "unknown"  # it may have gone out


class Audience(StrEnum):
    """To whom a mail goes: the holder of the seat, or who decides when the holder wants to keep it."""

    USER = "user"
    MANAGER = "manager"  # of the holder, in Salesforce
    NAMED = "named"  # the address of the rule
    LICENSE_MANAGERS = "license_managers"  # the address of the settings


class LinkPurpose(StrEnum):
    KEEP = "keep"
    RELEASE = "release"
    APPROVE = "approve"
    REJECT = "reject"
    APPROVE_ALL = "approve_all"  # every decision of one digest


class Decision(StrEnum):
    """What somebody said about a seat."""

    KEEP = "keep"
    RELEASE = "release"
    APPROVE = "approve"
    REJECT = "reject"


DECISION_OF: dict[LinkPurpose, Decision] = {
    LinkPurpose.KEEP: Decision.KEEP,
    LinkPurpose.RELEASE: Decision.RELEASE,
    LinkPurpose.APPROVE: Decision.APPROVE,
    LinkPurpose.REJECT: Decision.REJECT,
    LinkPurpose.APPROVE_ALL: Decision.APPROVE,
}


class Notice(Record):
    """One candidate in one mail; a mail about several candidates is several notices with one `message_id`."""

    notice_id: str
    message_id: str
    number: str
    profile_id: str
    org_id: str
    user_id: str  # whose seat it is
    kind: NoticeKind
    audience: Audience
    recipient: str
    recipient_user_id: str = ""  # their Salesforce user, where they are one
    state: NoticeState = NoticeState.INTENDED
    said: str = ""  # the mail server's code, when it refused
    answer_until: datetime | None = None
    intended_at: datetime
    closed_at: datetime | None = None

    def ended(self, state: NoticeState, at: datetime, said: str = "") -> Notice:
        return self.model_copy(update={"state": state, "closed_at": at, "said": said})


class AnswerLink(Record):
    """One link of one mail. The token itself stands in the mail only; `number` is empty for a whole digest."""

    link_id: str
    token_hash: str
    message_id: str
    number: str
    profile_id: str
    purpose: LinkPurpose
    recipient: str
    expires_at: datetime
    used_at: datetime | None = None


class NoticeAnswer(Record):
    """What somebody answered, by link or in the app, and their reason in their own words."""

    answer_id: str
    number: str
    profile_id: str
    org_id: str
    user_id: str
    decision: Decision
    reason: str
    answered_by: str  # "user", "manager", "named", "license_managers", or who did it in the app
    message_id: str = ""  # of the mail whose link it was; empty in the app
    answered_at: datetime


def is_reminder_due(asked_at: datetime, until: datetime, reminders: int, now: datetime) -> bool:
    """Whether one more reminder is to go out: half-way and a day before the end, never on the day of the question."""
    if now >= until:
        return False
    moments = {asked_at + (until - asked_at) / 2, until - _A_DAY}
    due = [moment for moment in moments if asked_at + _A_DAY <= moment <= now]
    return len(due) > reminders


def words(decision: Decision) -> str:
    """What was decided, as part of a sentence: "wants to keep it"."""
    return {
        Decision.KEEP: "wants to keep it",
        Decision.RELEASE: "gives it back",
        Decision.APPROVE: "lets the person keep it",
        Decision.REJECT: "does not let the person keep it",
    }[decision]
