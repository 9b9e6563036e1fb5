"""One mail, from the intent to its outcome: saved before it is sent, and never sent twice on one day unseen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from sfsam.domain.audit import AuditEntry
from sfsam.domain.candidates import State
from sfsam.domain.letters import Letter
from sfsam.domain.notices import AnswerLink, Notice, NoticeKind, NoticeState
from sfsam.errors import MailNotPossible, MailRefused, MailUnavailable, OutcomeUnknown
from sfsam.ports import Letterbox, UnitOfWork
from sfsam.services.world import World, entry

UNSEEN = "Whether the mail went out is not known; it is sent again tomorrow."


@dataclass(frozen=True)
class Draft:
    """A mail that is to be sent, with what is kept of it."""

    letter: Letter
    notices: tuple[Notice, ...]
    links: tuple[AnswerLink, ...]


def hand_over(world: World, letterbox: Letterbox, draft: Draft) -> tuple[Notice, ...]:
    """Save the intent and send: the notices with their outcome, which is still to be saved (`save`).

    Raises MailUnavailable and MailNotPossible, with the notices closed as refused.
    """
    with world.store.begin() as work:
        work.notices.add(draft.notices, draft.links)
        work.commit()
    try:
        letterbox.send(draft.letter, draft.notices[0].message_id)
    except MailRefused as trouble:
        return _ended(world, draft.notices, NoticeState.REFUSED, trouble.said)
    except OutcomeUnknown:
        return _ended(world, draft.notices, NoticeState.UNKNOWN)
    except (MailUnavailable, MailNotPossible) as trouble:
        with world.store.begin() as work:
            work.notices.save(_ended(world, draft.notices, NoticeState.REFUSED, trouble.said))
            work.commit()
        raise
    return _ended(world, draft.notices, NoticeState.SENT)


def save(world: World, work: UnitOfWork, notices: Sequence[Notice], actor: str) -> None:
    """Save the outcome of a mail, with an audit entry for each candidate."""
    work.notices.save(notices)
    work.audit.append(_entry(world, notice, actor) for notice in notices)


def close_left_open(world: World, actor: str) -> int:
    """Of mails whose outcome nobody saved (the process was killed), say that it is not known; how many there were.

    Jobs run one after the other, so no such mail is on its way at this moment. The seat waits for its user, since the
    mail may be there and its links have to work; the time to answer does not begin.
    """
    with world.store.begin() as work:
        notices = [notice.ended(NoticeState.UNKNOWN, world.clock.now()) for notice in work.notices.left_open()]
        save(world, work, notices, actor)
        for notice in notices:
            candidate = work.candidates.find(notice.number)
            if notice.kind is NoticeKind.ASK and candidate is not None and candidate.state is State.READY:
                moved, trace = candidate.move(State.AWAITING_USER, reason=UNSEEN, actor=actor, at=world.clock.now())
                work.candidates.save([moved])
                work.audit.append([trace])
        work.commit()
    return len(notices)


def start_of_day(world: World) -> datetime:
    """When today began in the installation's time zone, naive UTC."""
    midnight = datetime.combine(local_day(world, world.clock.now()), time(), tzinfo=ZoneInfo(world.settings.time_zone))
    return midnight.astimezone(UTC).replace(tzinfo=None)


def local_day(world: World, moment: datetime) -> date:
    """The day of this moment (naive UTC) in the installation's time zone, as people are told it."""
    return moment.replace(tzinfo=UTC).astimezone(ZoneInfo(world.settings.time_zone)).date()


def _ended(world: World, notices: Sequence[Notice], state: NoticeState, said: str = "") -> tuple[Notice, ...]:
    return tuple(notice.ended(state, world.clock.now(), said) for notice in notices)


def _entry(world: World, notice: Notice, actor: str) -> AuditEntry:
    until = notice.answer_until.isoformat() + "Z" if notice.answer_until else None
    return entry(
        world,
        actor,
        f"notice.{notice.state}",
        notice.number,
        profile_id=notice.profile_id,
        reason=notice.said,
        detail={
            "kind": notice.kind,
            "audience": notice.audience,
            "user_id": notice.user_id,
            "recipient_user_id": notice.recipient_user_id,
            "answer_until": until,
        },
    )
