"""Notices, the links in them and the answers; fits ports.Notices."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

import duckdb

from sfsam.domain.notices import AnswerLink, Notice, NoticeAnswer, NoticeKind, NoticeState
from sfsam.store.records import RecordTable

Changed = Callable[[], None]


class StoredNotices:
    """A mail that is about to be sent is no changed data; its outcome and an answer are."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, changed: Changed) -> None:
        self._cursor = cursor
        self._changed = changed
        self._notices = RecordTable(cursor, Notice, "notice", "notice_id")
        self._links = RecordTable(cursor, AnswerLink, "answer_link", "link_id")
        self._answers = RecordTable(cursor, NoticeAnswer, "notice_answer", "answer_id")

    def add(self, notices: Sequence[Notice], links: Sequence[AnswerLink]) -> None:
        self._notices.add(notices)
        self._links.add(links)

    def save(self, notices: Sequence[Notice]) -> None:
        if notices:
            self._notices.save(notices)
            self._changed()

    def left_open(self) -> list[Notice]:
        return self._notices.select("state = ?", [NoticeState.INTENDED], tail="ORDER BY intended_at, notice_id")

    def of_message(self, message_id: str) -> list[Notice]:
        return self._notices.select("message_id = ?", [message_id], tail="ORDER BY number")

    def newest(self, number: str, kind: NoticeKind) -> Notice | None:
        return self._notices.first("number = ? AND kind = ?", [number, kind], tail="ORDER BY intended_at DESC")

    def mailed_since(self, numbers: Collection[str], kinds: Collection[NoticeKind], since: datetime) -> set[str]:
        found = self._notices.select(
            "list_contains($1::VARCHAR[], number) AND list_contains($2::VARCHAR[], kind)"
            " AND state <> $3 AND intended_at >= $4",
            [list(numbers), [str(kind) for kind in kinds], NoticeState.REFUSED, since],
        )
        return {notice.number for notice in found}

    def written_to_since(self, kind: NoticeKind, since: datetime) -> set[str]:
        found = self._notices.select("kind = ? AND state <> ? AND intended_at >= ?", [kind, NoticeState.REFUSED, since])
        return {notice.recipient for notice in found}

    def link(self, token_hash: str) -> AnswerLink | None:
        return self._links.first("token_hash = ?", [token_hash])

    def save_link(self, link: AnswerLink) -> None:
        self._links.save([link])

    def forget_links(self, before: datetime) -> None:
        self._cursor.execute("DELETE FROM answer_link WHERE expires_at < ?", [before])

    def add_answers(self, answers: Sequence[NoticeAnswer]) -> None:
        self._answers.add(answers)
        self._changed()

    def answers_of(self, number: str) -> list[NoticeAnswer]:
        return self._answers.select("number = ?", [number], tail="ORDER BY answered_at DESC, answer_id")
