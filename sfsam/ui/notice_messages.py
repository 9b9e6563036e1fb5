"""The sentences about mails that ask people, about their answers, and about how mail is set."""

from __future__ import annotations

from typing import Any

from sfsam.charts.formats import counted, is_missing
from sfsam.domain.notices import Decision
from sfsam.ui import formats

AUDIENCES = {
    "user": "the user",
    "manager": "the manager",
    "named": "the rule's approver",
    "license_managers": "the license managers",
}
KINDS = {"ask": "Question to", "reminder": "Reminder to", "digest": "Decision, to"}
STATES = {"intended": "On its way", "sent": "Sent", "refused": "Refused", "unknown": "Not known"}
ENCRYPTION = {"starttls": "STARTTLS", "implicit": "TLS from the beginning", "none": "None; on this machine"}
NO_NOTICES = (
    "Nobody was written to yet",
    "A rule that notifies asks people by mail when one of their seats is reclaimed. What was sent stands here.",
)
NO_MANAGERS = (
    "With SFSAM_MAIL_MANAGERS, questions and the decisions that nobody else can make go to the license managers."
)
NO_WEBHOOK = (
    "With SFSAM_WEBHOOK_URL a chat is told when a reclaim ends, when decisions wait and when a job fails. It names no "
    "people."
)
WEBHOOK = "Told when a reclaim ends, when decisions wait and when a job fails. It names no people."
MAIL_IS_READY = "People can be asked by mail before a seat is taken back."
MAIL_IS_NOT_READY = "People **cannot** be asked by mail yet."
ASKING = "Whether they are is up to each reclamation rule: tick Notify user."
WEBHOOK_UNSIGNED = "It is not signed; set SFSAM_WEBHOOK_SECRET, so that the chat can tell our messages from others."


def badge(*, is_set: bool) -> tuple[str, str, str]:
    """Icon, color and word: whether something is set."""
    if is_set:
        return ":material/check_circle:", "green", "Set"
    return ":material/radio_button_unchecked:", "gray", "Not set"


def reminded(result: dict[str, Any]) -> str:
    """What "Close and remind" did, in one sentence."""
    parts = [
        (result.get("reminded", 0), "seat reminded of", "seats reminded of"),
        (result.get("asked_again", 0), "asked again about", "asked again about"),
        (result.get("digests", 0), "approver written to", "approvers written to"),
        (result.get("reclaims_queued", 0), "reclaim begun", "reclaims begun"),
        (result.get("closed", 0), "candidate closed", "candidates closed"),
    ]
    said = [counted(count, one, many) for count, one, many in parts if count]
    waiting = result.get("undecided", 0)
    nobody = f" {counted(waiting, 'decision waits', 'decisions wait')} for a license manager here." if waiting else ""
    return (f"{', '.join(said)}." if said else "Nothing was due.") + nobody


def trial_sent(result: dict[str, Any]) -> str:
    """Where the test mail went."""
    is_managers = result.get("recipient") == "mail_managers"
    return f"A test mail is on its way to the {'license managers' if is_managers else 'sender'}."


def waiting_lines(row: dict[str, Any]) -> list[str]:
    """How a candidate waits: when it was asked about, until when there is time, what was answered, who decides."""
    lines = [_asked(row)]
    if not is_missing(row["reminded_at"]):
        lines.append(f"Reminded on {formats.day(row['reminded_at'])}.")
    decision = None if is_missing(row["decision"]) else row["decision"]
    if decision is None:
        if not is_missing(row["answer_until"]) and not is_missing(row["asked_at"]):
            lines.append(f"Time to answer until **{formats.day(row['answer_until'])}**; then it is reclaimed.")
        return lines
    lines.append(_answered(row, decision))
    if decision == Decision.KEEP:
        lines.append(_decider(row))
    else:
        lines.append("It is reclaimed by the next run.")
    return lines


def mail_lead(problems: list[str]) -> str:
    """Whether people can be asked."""
    return MAIL_IS_NOT_READY if problems else MAIL_IS_READY


def mail_caption(problems: list[str]) -> str:
    """What stands against it, and what to do."""
    return formats.plain(problems[0]) if problems else ASKING


def mail(row: dict[str, Any]) -> str:
    """Which mail it is, and to whom: "Reminder to the user"."""
    return f"{KINDS[row['kind']]} {AUDIENCES[row['audience']]}"


def _asked(row: dict[str, Any]) -> str:
    if not is_missing(row["asked_at"]):
        return f"Asked by mail on {formats.day(row['asked_at'])}."
    if not is_missing(row["tried_at"]):
        return "Whether the mail went out is not known; it is sent again by the next *Close and remind*."
    return "Waits without a mail of ours."


def _answered(row: dict[str, Any], decision: str) -> str:
    said = {
        Decision.KEEP: "**wants to keep it**",
        Decision.RELEASE: "**gave it back**",
        Decision.REJECT: "decided that it is **taken back**",
        Decision.APPROVE: "decided that it is **kept**",
    }[Decision(decision)]
    by = AUDIENCES.get(row["answered_by"], formats.plain(row["answered_by"]))
    reason = f" “{formats.plain(row['reason'])}”" if row["reason"] else ""
    return f"{by[:1].upper()}{by[1:]} {said} ({formats.day(row['answered_at'])}).{reason}"


def _decider(row: dict[str, Any]) -> str:
    if is_missing(row["digest_at"]):
        return "**Nobody was written to yet.** A license manager can decide here."
    audience = AUDIENCES.get(row["asked_audience"], "somebody")
    return f"{audience[:1].upper()}{audience[1:]} was asked to decide on {formats.day(row['digest_at'])}."
