"""Ask people about their seats, take their answers, and decide about what they want to keep."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr

from sfsam.domain.commands.base import Command
from sfsam.domain.jobs import JobKind


class Remind(Command):
    """Send what is due, have reclaimed whose time is over, close what has waited too long. Runs as a job.
    Answer: RemindAnswer."""

    task: Literal[JobKind.REMIND] = JobKind.REMIND


class SendTrialMail(Command):
    """Send a mail to the license managers' address, or else to the sender's. Runs as a job. Answer: TrialMailAnswer."""

    task: Literal[JobKind.TRIAL_MAIL] = JobKind.TRIAL_MAIL


class ShowMail(Command):
    """How mail and the webhook are set. Answer: MailAnswer."""


class ListNotices(Command):
    """The newest mails about candidates first. Answer: list of NoticeRow."""

    numbers: tuple[str, ...] = ()
    limit: int = Field(default=100, ge=1, le=10_000)


class OpenAnswerLink(Command):
    """What a link in a mail is about; nothing changes. Answer: AnswerPage."""

    token: SecretStr


class GiveAnswer(Command):
    """What the link stands for, said by whoever has it. Answer: AnswerPage."""

    token: SecretStr
    reason: str = Field(default="", max_length=500)


class ApproveKeep(Command):
    """Let people keep the seats that they want to keep. Answer: list of CandidateRow."""

    numbers: tuple[str, ...] = Field(min_length=1)
    reason: str = Field(default="", max_length=500)


class RejectKeep(Command):
    """Have seats reclaimed all the same. Answer: list of CandidateRow; the reclaim is a job."""

    numbers: tuple[str, ...] = Field(min_length=1)
    reason: str = Field(default="", max_length=500)
