"""Close and remind: what time alone decides about candidates, once a day (product.md R5, O1)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sfsam.domain.answers import RemindAnswer
from sfsam.domain.candidates import Candidate, State
from sfsam.domain.commands import Remind
from sfsam.domain.notices import ATTENTION_DAYS, Decision, is_reminder_due
from sfsam.domain.profiles import ProfileStatus
from sfsam.domain.reclaim import allowed_users
from sfsam.errors import MailNotPossible, MailUnavailable
from sfsam.services.deciding import queue_reclaim
from sfsam.services.digesting import DigestRun, pending
from sfsam.services.mailing import close_left_open
from sfsam.services.notifying import Asking, grouped_by_person
from sfsam.services.recipients import require_mail
from sfsam.services.running import JobControl, Phases
from sfsam.services.world import World

_LINKS_KEPT = timedelta(days=30)  # after they are over, so that a late click is told what it was
CLOSE, QUEUE, MAIL, DIGEST = "What waited too long", "What may go", "Questions and reminders", "Decisions"


def remind(world: World, command: Remind, control: JobControl) -> RemindAnswer:
    """Close what needed attention too long, have reclaimed what may go, ask again, remind, write to approvers."""
    phases = Phases(control, [CLOSE, QUEUE, MAIL, DIGEST])
    run = _Run(world, command.actor)
    phases.begin(CLOSE)
    close_left_open(world, command.actor)
    closed = run.close_attention()
    phases.end(CLOSE, rows=closed)
    phases.begin(QUEUE)
    jobs = run.queue_reclaims()
    phases.end(QUEUE, rows=jobs)
    phases.begin(MAIL)
    reminded, asked_again = run.write_to_users()
    phases.end(MAIL, rows=reminded + asked_again)
    phases.begin(DIGEST)
    digests = DigestRun(world, command.actor)
    digests.send()
    phases.end(DIGEST, rows=digests.sent)
    return RemindAnswer(
        reminded=reminded,
        asked_again=asked_again,
        digests=digests.sent,
        awaiting_approval=len(pending(world)),
        undecided=digests.undecided,
        reclaims_queued=jobs,
        closed=closed,
        warnings=sorted({*run.warnings, *digests.warnings}),
    )


class _Run:
    def __init__(self, world: World, actor: str) -> None:
        self._world = world
        self._actor = actor
        self._now = world.clock.now()
        self._waiting = world.store.reads.rows("waiting_candidates")
        self.warnings: set[str] = set()

    def close_attention(self) -> int:
        """Close as canceled what nobody has repaired in thirty days."""
        before = self._now - timedelta(days=ATTENTION_DAYS)
        rows = self._world.store.reads.rows("old_attention", before=before)
        with self._world.store.begin() as work:
            for row in rows:
                candidate = work.candidates.find(row["number"])
                if candidate is None or candidate.state is not State.ATTENTION_REQUIRED:
                    continue
                reason = f"It needed attention for {ATTENTION_DAYS} days and nobody repaired it."
                moved, trace = candidate.move(State.CLOSED_CANCELED, reason=reason, actor=self._actor, at=self._now)
                work.candidates.save([moved])
                work.audit.append([trace])
            work.notices.forget_links(self._now - _LINKS_KEPT)
            work.commit()
        return len(rows)

    def queue_reclaims(self) -> int:
        """One job for each profile, of no more people than one run may touch; the others follow tomorrow."""
        jobs = 0
        for profile in self._world.store.reads.rows("profiles"):
            if not self._is_in_use(profile):
                continue
            due = [row for row in self._waiting if row["profile_id"] == profile["profile_id"] and self._may_go(row)]
            people = list(dict.fromkeys(row["user_id"] for row in due))
            taken = set(people[: allowed_users(int(profile["users"] or 0), None)])
            numbers = [row["number"] for row in due if row["user_id"] in taken]
            if not numbers:
                continue
            with self._world.store.begin() as work:
                queue_reclaim(self._world, work, numbers)
                work.commit()
            jobs += 1
            if left := len(people) - len(taken):
                self.warnings.add(f"{profile['name']}: {left} more people may go; they follow with the next run.")
        return jobs

    def write_to_users(self) -> tuple[int, int]:
        """Reminders and questions that have to be asked again: how many seats each."""
        reminders, again = self._due_mails()
        try:
            return self._write(reminders, again)
        except (MailNotPossible, MailUnavailable) as trouble:
            self.warnings.add(f"Not everybody was written to. {trouble}")
            return 0, 0

    def _write(self, reminders: list[Candidate], again: list[Candidate]) -> tuple[int, int]:
        if not reminders and not again:
            return 0, 0
        for profile_id in sorted({candidate.profile_id for candidate in [*reminders, *again]}):
            require_mail(self._world, profile_id)
        ends = {row["number"]: row["answer_until"] for row in self._waiting}
        with self._world.mail.open() as letterbox:
            asking = Asking(self._world, self._actor, letterbox, [*again, *reminders])
            for group in grouped_by_person(again):
                asking.ask(group)
            asked_again = asking.asked
            for group in grouped_by_person(reminders):
                asking.ask(group, until=min(ends[each.number] for each in group))
        return asking.asked - asked_again, asked_again

    def _due_mails(self) -> tuple[list[Candidate], list[Candidate]]:
        reminders: list[Candidate] = []
        again: list[Candidate] = []
        with self._world.store.begin() as work:
            for row in self._waiting:
                candidate = work.candidates.find(row["number"])
                if candidate is None or row["state"] != State.AWAITING_USER or row["decision"] is not None:
                    continue
                if row["asked_at"] is None:
                    again.append(candidate)
                elif is_reminder_due(row["asked_at"], row["answer_until"], row["reminders"], self._now):
                    reminders.append(candidate)
        return reminders, again

    def _may_go(self, row: dict[str, Any]) -> bool:
        """Whether the user gave it back, said nothing until the end, or the approver decided so."""
        if row["state"] == State.AWAITING_APPROVAL:
            return bool(row["decision"] == Decision.REJECT)
        if row["decision"] is not None:
            return bool(row["decision"] == Decision.RELEASE)
        return row["asked_at"] is not None and row["answer_until"] <= self._now

    def _is_in_use(self, profile: dict[str, Any]) -> bool:
        if profile["status"] != ProfileStatus.PUBLISHED or profile["is_paused"] or not profile["reclaim_enabled"]:
            return False
        return not profile["is_practice"] or bool(self._world.practice.running())
