"""Asking the people: a seat whose rule notifies waits for its user before it is taken back (product.md R5)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from sfsam.domain.answers import OutcomeRow
from sfsam.domain.candidates import Candidate, State, words
from sfsam.domain.identifiers import new_id
from sfsam.domain.letters import AskedSeat, Question
from sfsam.domain.notices import (
    ANSWER_DAYS,
    Audience,
    LinkPurpose,
    Notice,
    NoticeKind,
    NoticeState,
)
from sfsam.errors import MailUnavailable
from sfsam.ports import Letterbox
from sfsam.services.links import MailLinks, link_maker
from sfsam.services.mailing import UNSEEN, Draft, close_left_open, hand_over, local_day, save, start_of_day
from sfsam.services.recipients import Holder, holders, require_mail
from sfsam.services.world import World

NO_ADDRESS = (
    "The user has no e-mail address in Salesforce that mail reaches. Enter one there and download again, or let the "
    "rule ask nobody."
)
QUESTIONS = (NoticeKind.ASK, NoticeKind.REMINDER)


def notify(world: World, actor: str, candidates: Sequence[Candidate]) -> list[OutcomeRow]:
    """Ask the holders of these Ready seats by mail, one mail a person; one row per candidate says what became of it.

    Asked: Awaiting User. Without an address, or with one that the mail server refuses: Attention Required, with the
    remedy. A mail server that does not answer leaves a candidate Ready. Whoever was asked today already is not asked
    again. Raises SetupError, before anything moves, when no mail can be sent from here at all.
    """
    if not candidates:
        return []
    close_left_open(world, actor)
    for profile_id in sorted({candidate.profile_id for candidate in candidates}):
        require_mail(world, profile_id)
    rows: list[OutcomeRow] = []
    with world.mail.open() as letterbox:
        asking = Asking(world, actor, letterbox, candidates)
        for group in grouped_by_person(candidates):
            rows += asking.ask(group)
    return rows


def grouped_by_person(candidates: Iterable[Candidate]) -> list[list[Candidate]]:
    """Candidates whose holders get one mail: the same person of the same org."""

    def person(candidate: Candidate) -> tuple[str, str]:
        return candidate.org_id, candidate.user_id

    return [list(group) for _, group in groupby(sorted(candidates, key=lambda c: (*person(c), c.number)), key=person)]


class Asking:
    """Questions about these candidates, over one conversation with the mail server."""

    def __init__(self, world: World, actor: str, letterbox: Letterbox, candidates: Sequence[Candidate]) -> None:
        self._world = world
        self._actor = actor
        self._letterbox = letterbox
        self._maker = link_maker(world)
        self.asked = 0  # seats about which a mail went out, or may have
        self._gone: MailUnavailable | None = None  # the server itself; whoever comes next need not wait for it too
        self._holders = holders(world, {(each.org_id, each.user_id) for each in candidates})
        rows = world.store.reads.rows("candidates", numbers=[each.number for each in candidates]) if candidates else []
        self._facts = {row["number"]: row for row in rows}

    def ask(self, group: Sequence[Candidate], *, until: datetime | None = None) -> list[OutcomeRow]:
        """One mail to the holder of these seats; what became of each. With `until` it is a reminder."""
        holder = self._holders[group[0].org_id, group[0].user_id]
        due, staying = self._due(group)
        rows = [OutcomeRow(number=each.number, state=each.state, message=why) for each, why in staying]
        if not due:
            return rows
        if not holder.email:
            return rows + self._moved(due, (), State.ATTENTION_REQUIRED, NO_ADDRESS)
        try:
            if self._gone is not None:
                raise self._gone
            notices = hand_over(self._world, self._letterbox, self._draft(due, holder, until))
        except MailUnavailable as trouble:
            self._gone = None if trouble.said else trouble
            return rows + [OutcomeRow(number=each.number, state=each.state, message=str(trouble)) for each in due]
        return rows + self._closed(due, notices)

    def _due(self, group: Sequence[Candidate]) -> tuple[list[Candidate], list[tuple[Candidate, str]]]:
        """Those that are to be asked about now, as they stand; and the others, with why not."""
        with self._world.store.begin() as work:
            known = [work.candidates.find(each.number) or each for each in group]
            numbers = [each.number for each in known]
            today = work.notices.mailed_since(numbers, QUESTIONS, start_of_day(self._world))
        due, staying = [], []
        for each in known:
            if each.state not in (State.READY, State.AWAITING_USER):
                staying.append((each, f"Not asked: it is {words(each.state)}."))
            elif each.number in today:
                staying.append((each, "Asked today already; nobody is written to twice a day."))
            else:
                due.append(each)
        return due, staying

    def _closed(self, due: Sequence[Candidate], notices: Sequence[Notice]) -> list[OutcomeRow]:
        self.asked += sum(notice.state is not NoticeState.REFUSED for notice in notices)
        match notices[0].state:
            case NoticeState.SENT:
                until = local_day(self._world, notices[0].answer_until or self._world.clock.now())
                said = f"Asked by mail; waits until {until.day} {until:%b %Y}."
                return self._moved(due, notices, State.AWAITING_USER, said)
            case NoticeState.UNKNOWN:
                return self._moved(due, notices, State.AWAITING_USER, UNSEEN)
            case _:
                reason = (
                    f"The mail server refused the mail to the user ({notices[0].said or 'the address is malformed'}). "
                    "Correct the address in Salesforce and download again, or let the rule ask nobody."
                )
                return self._moved(due, notices, State.ATTENTION_REQUIRED, reason)

    def _moved(self, due: Sequence[Candidate], notices: Sequence[Notice], to: State, reason: str) -> list[OutcomeRow]:
        """Save the outcome and move what is Ready; what waits already only says what happened."""
        now = self._world.clock.now()
        rows, saved, traces = [], [], []
        for candidate in due:
            if candidate.state is State.READY:
                moved, trace = candidate.move(to, reason=reason, actor=self._actor, at=now)
                traces.append(trace)
            else:
                moved = candidate.model_copy(update={"message": reason})
            saved.append(moved)
            rows.append(OutcomeRow(number=moved.number, state=moved.state, message=reason))
        with self._world.store.begin() as work:
            save(self._world, work, notices, self._actor)
            work.candidates.save(saved)
            work.audit.append(traces)
            work.commit()
        return rows

    def _draft(self, due: Sequence[Candidate], holder: Holder, until: datetime | None) -> Draft:
        now, message_id = self._world.clock.now(), new_id()
        recipient = self._maker.recipient(holder.email)
        links = MailLinks(self._world, self._maker, message_id, recipient)
        ends = {each.number: until or now + timedelta(days=self._answer_days(each)) for each in due}
        letter = Question(
            to=holder.email,
            name=holder.name,
            seats=tuple(self._seat(each, links, ends[each.number]) for each in due),
            answer_until=local_day(self._world, min(ends.values())),
            is_reminder=until is not None,
            asked_by=self._world.settings.mail_managers,
        )
        notices = tuple(
            Notice(
                notice_id=new_id(),
                message_id=message_id,
                number=each.number,
                profile_id=each.profile_id,
                org_id=each.org_id,
                user_id=each.user_id,
                kind=NoticeKind.REMINDER if until else NoticeKind.ASK,
                audience=Audience.USER,
                recipient=recipient,
                recipient_user_id=each.user_id,
                answer_until=ends[each.number],
                intended_at=now,
            )
            for each in due
        )
        return Draft(letter, notices, tuple(links.made))

    def _seat(self, candidate: Candidate, links: MailLinks, ends: datetime) -> AskedSeat:
        """The seat as the mail shows it, with its two links."""
        facts = self._facts.get(candidate.number, {})
        return AskedSeat(
            license=facts.get("model") or candidate.identifier,
            org=facts.get("org") or "Salesforce",
            inactive_days=candidate.inactive_days,
            keep_url=links.url(LinkPurpose.KEEP, candidate.number, candidate.profile_id, ends),
            release_url=links.url(LinkPurpose.RELEASE, candidate.number, candidate.profile_id, ends),
        )

    def _answer_days(self, candidate: Candidate) -> int:
        with self._world.store.begin() as work:
            rule = work.rules.find(candidate.rule_id) if candidate.rule_id else None
        return rule.days_before_reclaim if rule else ANSWER_DAYS
