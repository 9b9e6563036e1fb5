"""The links in mails: what one is about, and the answer that it gives. Whoever has the link has the right."""

from __future__ import annotations

from sfsam.domain.answer_links import LONGEST_TOKEN, hash_of
from sfsam.domain.answers import AnswerPage, AnswerSeat, LinkStatus
from sfsam.domain.candidates import Candidate, State
from sfsam.domain.commands import GiveAnswer, OpenAnswerLink
from sfsam.domain.notices import DECISION_OF, AnswerLink, Audience, Decision, LinkPurpose, NoticeKind
from sfsam.ports import UnitOfWork
from sfsam.services.deciding import say
from sfsam.services.links import link_maker
from sfsam.services.mailing import local_day
from sfsam.services.world import World

_OF_USERS = (LinkPurpose.KEEP, LinkPurpose.RELEASE)


def open_link(world: World, command: OpenAnswerLink) -> AnswerPage:
    """What the link is about and whether it still counts. Nothing changes: mail scanners open links."""
    with world.store.begin() as work:
        link = _found(world, work, command.token.get_secret_value())
        if link is None:
            return AnswerPage(status=LinkStatus.UNKNOWN, contact=world.settings.mail_managers)
        return _page(world, work, link, _status(world, work, link))


def answer(world: World, command: GiveAnswer) -> AnswerPage:
    """Say what the link stands for, once. A link that does not count any more changes nothing and says why."""
    with world.store.begin() as work:
        link = _found(world, work, command.token.get_secret_value())
        if link is None:
            return AnswerPage(status=LinkStatus.UNKNOWN, contact=world.settings.mail_managers)
        status = _status(world, work, link)
        if status is not LinkStatus.OPEN:
            return _page(world, work, link, status)
        page = _page(world, work, link, LinkStatus.ANSWERED)
        work.notices.save_link(link.model_copy(update={"used_at": world.clock.now()}))
        reason = " ".join(command.reason.split())
        for candidate in _open_candidates(work, link):
            say(
                world,
                work,
                candidate,
                DECISION_OF[link.purpose],
                by=_audience(work, link),
                reason=reason,
                message_id=link.message_id,
            )
        work.commit()
    return page


def _found(world: World, work: UnitOfWork, token: str) -> AnswerLink | None:
    """The link of this token, if it was made here and for exactly this."""
    if len(token) > LONGEST_TOKEN:
        return None
    link = work.notices.link(hash_of(token))
    return link if link is not None and link_maker(world).holds(token, link) else None


def _status(world: World, work: UnitOfWork, link: AnswerLink) -> LinkStatus:
    if link.used_at is not None:
        return LinkStatus.USED
    if link.expires_at <= world.clock.now():
        return LinkStatus.EXPIRED
    return LinkStatus.OPEN if _open_candidates(work, link) else LinkStatus.CLOSED


def _candidates(work: UnitOfWork, link: AnswerLink) -> list[Candidate]:
    numbers = [link.number] if link.number else [each.number for each in work.notices.of_message(link.message_id)]
    found = [work.candidates.find(number) for number in numbers]
    return [each for each in found if each is not None]


def _open_candidates(work: UnitOfWork, link: AnswerLink) -> list[Candidate]:
    """Those that still wait for what this link can say."""
    return [each for each in _candidates(work, link) if _is_waiting(work, each, link.purpose)]


def _is_waiting(work: UnitOfWork, candidate: Candidate, purpose: LinkPurpose) -> bool:
    answers = work.notices.answers_of(candidate.number)
    if purpose in _OF_USERS:
        question = work.notices.newest(candidate.number, NoticeKind.ASK)
        is_answered = bool(answers) and (question is None or answers[0].answered_at >= question.intended_at)
        return candidate.state is State.AWAITING_USER and not is_answered
    is_rejected = bool(answers) and answers[0].decision is Decision.REJECT
    return candidate.state is State.AWAITING_APPROVAL and not is_rejected


def _audience(work: UnitOfWork, link: AnswerLink) -> Audience:
    """In which capacity the recipient of the mail answers."""
    notices = work.notices.of_message(link.message_id)
    return notices[0].audience if notices else Audience.USER


def _page(world: World, work: UnitOfWork, link: AnswerLink, status: LinkStatus) -> AnswerPage:
    chosen = _candidates(work, link) if link.number else _open_candidates(work, link) or _candidates(work, link)
    numbers = [each.number for each in chosen]
    rows = world.store.reads.rows("candidates", numbers=numbers) if numbers else []
    reasons = {number: next((a.reason for a in work.notices.answers_of(number)), "") for number in numbers}
    return AnswerPage(
        status=status,
        purpose=link.purpose,
        seats=[
            AnswerSeat(
                number=row["number"],
                person=row["name"] or "",
                license=row["model"],
                org=row["org"],
                inactive_days=row["inactive_days"],
                reason=reasons[row["number"]],
            )
            for row in rows
        ],
        answer_until=local_day(world, link.expires_at),
        contact=world.settings.mail_managers,
    )
