"""What the services need to keep of mails that ask people, of their links, and of the answers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from sfsam.domain.notices import AnswerLink, Notice, NoticeAnswer, NoticeKind


class Notices(Protocol):
    def add(self, notices: Sequence[Notice], links: Sequence[AnswerLink]) -> None: ...
    def save(self, notices: Sequence[Notice]) -> None:
        """Insert or replace by notice_id."""
        ...

    def left_open(self) -> list[Notice]:
        """Those that were about to be sent and whose outcome nobody saved."""
        ...

    def of_message(self, message_id: str) -> list[Notice]: ...
    def newest(self, number: str, kind: NoticeKind) -> Notice | None: ...
    def mailed_since(self, numbers: Collection[str], kinds: Collection[NoticeKind], since: datetime) -> set[str]:
        """Of these candidates, those about which a mail went out since then, or may have."""
        ...

    def written_to_since(self, kind: NoticeKind, since: datetime) -> set[str]:
        """The recipients (hashes) to whom a mail of this kind went out since then, or may have."""
        ...

    def link(self, token_hash: str) -> AnswerLink | None: ...
    def save_link(self, link: AnswerLink) -> None: ...
    def forget_links(self, before: datetime) -> None:
        """Remove the links that expired before this moment."""
        ...

    def add_answers(self, answers: Sequence[NoticeAnswer]) -> None: ...
    def answers_of(self, number: str) -> list[NoticeAnswer]:
        """Newest first."""
        ...
