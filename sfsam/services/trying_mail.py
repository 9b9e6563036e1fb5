"""How mail is set, a test of it, and what was sent."""

from __future__ import annotations

from sfsam.domain.answers import MailAnswer, NoticeRow, TrialMailAnswer
from sfsam.domain.commands import ListNotices, ShowMail
from sfsam.domain.identifiers import new_id
from sfsam.domain.letters import Trial
from sfsam.services.recipients import problems
from sfsam.services.world import World


def show(world: World, command: ShowMail) -> MailAnswer:
    """The settings of mail and webhook as far as they are no secret, and what stands against asking people."""
    settings = world.settings
    with world.store.begin() as work:
        profiles = work.profiles.all()
    is_practice = bool(profiles) and all(profile.is_practice for profile in profiles)
    return MailAnswer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        tls=settings.smtp_tls,
        has_log_in=bool(settings.smtp_user and settings.smtp_password),
        sender=settings.mail_sender,
        managers=settings.mail_managers,
        base_url=settings.base_url,
        webhook_is_set=world.webhook.is_set,
        webhook_is_signed=settings.webhook_secret is not None,
        problems=[f"{what} {remedy}" for what, remedy in problems(world, is_practice=is_practice)],
    )


def send(world: World) -> TrialMailAnswer:
    """A mail to the license managers' address, else to the sender's. Raises MailNotPossible, MailUnavailable,
    MailRefused, OutcomeUnknown."""
    settings = world.settings
    to = settings.mail_managers or settings.mail_sender
    with world.mail.open() as letterbox:
        letterbox.send(Trial(to=to, base_url=settings.base_url), new_id())
    return TrialMailAnswer(recipient="mail_managers" if settings.mail_managers else "mail_sender")


def notices(world: World, command: ListNotices) -> list[NoticeRow]:
    """The newest mails about candidates first."""
    rows = world.store.reads.rows("notices", numbers=list(command.numbers))
    return [NoticeRow.model_validate(row) for row in rows[: command.limit]]
