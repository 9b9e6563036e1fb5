"""One mail a day for each approver, with everything that they have to decide."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sfsam.domain.candidates import KEPT_DAYS, State
from sfsam.domain.identifiers import new_id
from sfsam.domain.letters import Digest, PendingKeep
from sfsam.domain.notices import (
    APPROVAL_LINK_DAYS,
    DIGEST_REPEATED_AFTER_DAYS,
    Decision,
    LinkPurpose,
    Notice,
    NoticeKind,
)
from sfsam.errors import MailNotPossible, MailUnavailable
from sfsam.ports import Letterbox
from sfsam.services.links import MailLinks, link_maker
from sfsam.services.mailing import Draft, hand_over, save, start_of_day
from sfsam.services.recipients import Recipient, approver_of, holders, require_mail
from sfsam.services.world import World

Row = dict[str, Any]


def pending(world: World) -> list[Row]:
    """The candidates whose holder wants to keep them and of which nobody has decided (read waiting_candidates)."""
    rows = world.store.reads.rows("waiting_candidates")
    return [row for row in rows if row["state"] == State.AWAITING_APPROVAL and row["decision"] != Decision.REJECT]


class DigestRun:
    """The digests of one day."""

    def __init__(self, world: World, actor: str) -> None:
        self._world = world
        self._actor = actor
        self._now = world.clock.now()
        self._maker = link_maker(world)
        rows = pending(world)
        self._holders = holders(world, {(row["org_id"], row["user_id"]) for row in rows})
        self._rows: dict[Recipient, list[Row]] = defaultdict(list)
        self.undecided = self.sent = 0
        self.warnings: set[str] = set()
        for row in rows:
            self._assign(row)

    def send(self) -> None:
        """Write to each approver for whom something is new, or open for three days, if nothing went to them today."""
        with self._world.store.begin() as work:
            today = work.notices.written_to_since(NoticeKind.DIGEST, start_of_day(self._world))
        due = {
            recipient: rows
            for recipient, rows in self._rows.items()
            if self._maker.recipient(recipient.address) not in today and any(map(self._is_due, rows))
        }
        if not due:
            return
        try:
            with self._world.mail.open() as letterbox:
                for recipient, rows in due.items():
                    self._write(letterbox, recipient, rows)
        except (MailNotPossible, MailUnavailable) as trouble:
            self.warnings.add(f"Not every approver was written to. {trouble}")

    def _assign(self, row: Row) -> None:
        """To whoever decides about it, if mail can reach them."""
        with self._world.store.begin() as work:
            rule = work.rules.find(row["rule_id"]) if row["rule_id"] else None
        recipient = approver_of(self._world, rule, self._holders[row["org_id"], row["user_id"]])
        try:
            require_mail(self._world, row["profile_id"])
        except MailNotPossible as trouble:
            self.warnings.add(str(trouble))
            recipient = None
        if recipient is None:
            self.undecided += 1
        else:
            self._rows[recipient].append(row)

    def _is_due(self, row: Row) -> bool:
        last: datetime | None = row["digest_at"]
        return last is None or last + timedelta(days=DIGEST_REPEATED_AFTER_DAYS) <= self._now

    def _write(self, letterbox: Letterbox, recipient: Recipient, rows: Sequence[Row]) -> None:
        notices = hand_over(self._world, letterbox, self._draft(recipient, rows))
        with self._world.store.begin() as work:
            save(self._world, work, notices, self._actor)
            work.commit()
        self.sent += 1

    def _draft(self, recipient: Recipient, rows: Sequence[Row]) -> Draft:
        message_id, digest = new_id(), self._maker.recipient(recipient.address)
        links = MailLinks(self._world, self._maker, message_id, digest)
        ends = self._now + timedelta(days=APPROVAL_LINK_DAYS)
        letter = Digest(
            to=recipient.address,
            pending=tuple(self._pending(row, links, ends) for row in rows),
            all_url=links.url(LinkPurpose.APPROVE_ALL, "", rows[0]["profile_id"], ends) if len(rows) > 1 else "",
            kept_days=KEPT_DAYS,
        )
        return Draft(letter, tuple(self._notice(row, recipient, message_id, digest) for row in rows), tuple(links.made))

    def _notice(self, row: Row, recipient: Recipient, message_id: str, digest: str) -> Notice:
        return Notice(
            notice_id=new_id(),
            message_id=message_id,
            number=row["number"],
            profile_id=row["profile_id"],
            org_id=row["org_id"],
            user_id=row["user_id"],
            kind=NoticeKind.DIGEST,
            audience=recipient.audience,
            recipient=digest,
            recipient_user_id=recipient.user_id,
            intended_at=self._now,
        )

    def _pending(self, row: Row, links: MailLinks, ends: datetime) -> PendingKeep:
        """The seat as the mail shows it, with its two links."""
        worth = row["potential_savings"]
        return PendingKeep(
            person=self._holders[row["org_id"], row["user_id"]].name or row["name"] or "Somebody",
            license=row["model"],
            org=row["org"],
            inactive_days=row["inactive_days"],
            reason=row["reason"] or "",
            worth="" if worth is None else f"{row['currency']} {worth:,.0f}",
            approve_url=links.url(LinkPurpose.APPROVE, row["number"], row["profile_id"], ends),
            reject_url=links.url(LinkPurpose.REJECT, row["number"], row["profile_id"], ends),
        )
