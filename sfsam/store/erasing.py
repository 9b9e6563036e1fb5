"""Erasing a person: a pseudonym takes the place of every name, wherever it stands in the database.

Names stand in columns of their own (users, seats, the directory), and inside texts and documents (what a rule saw,
what a job said, what an import refused). The first are set. In the second, user names and e-mails are replaced
wherever they occur, because they belong to one person; a name is replaced only in rows that are about this user, or
in texts that also say which user is meant, because another person may be called the same.

The audit trail is left as it is: it holds ids only, and changing it would break its chain.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from sfsam.domain.attempts import Request
from sfsam.domain.people import Erasure
from sfsam.ports.people import Holder
from sfsam.store.records import RecordTable

# Derived tables are made anew afterwards; the trail and what knows erased people again stay as they are.
_LEFT_ALONE = frozenset(
    {
        *("audit_entry", "erased_person", "schema_migration"),
        *("holder", "holder_user", "org", "priced_license", "person_value"),
    }
)
_LINKS = ("user_id", "assignee_id")
_CODES = frozenset({"id", "kind", "identifier", "state", "rule", "action", "step", "outcome", "key"})  # never a name

_ADDRESSES = {"sf_user": ("username", "email"), "subscription": ("user_principal_name", "email")}

_NAMES_OF_USER = """
    SELECT name, username, email, title, employee_number, federation_identifier FROM sf_user
    WHERE org_id = $org_id AND id = $user_id
"""
_NAMES_OF_PERSON = "SELECT name, '', email, '', employee_number, federation_id FROM person WHERE person_id = ?"
_NAMES_OF_CANDIDATES = """
    SELECT user_principal_name, number FROM removal_candidate WHERE org_id = $org_id AND user_id = $user_id
"""
_SET_PERSON = """
    UPDATE person SET name = $name, email = $address, employee_number = '', federation_id = '', manager_email = ''
    WHERE person_id = $person_id
"""
_SET_SEATS = """
    UPDATE subscription SET name = $name, user_principal_name = $address, email = $address, title = NULL,
        search_text = lower($name || ' ' || $address)
    WHERE org_id = $org_id AND user_id = $user_id
"""
_SET_USERS = """
    UPDATE {table} SET name = e.name, username = e.address, email = e.address, title = NULL, employee_number = NULL,
        federation_identifier = NULL
    FROM (
        SELECT org_id, user_id, 'Erased person ' || pseudonym AS name,
            'erased-' || pseudonym || '@erased.invalid' AS address
        FROM erased_person WHERE user_id <> ''
    ) e
    WHERE {table}.org_id = e.org_id AND {table}.id = e.user_id
"""
_IS_ERASED = "(org_id, user_id) IN (SELECT (org_id, user_id) FROM erased_person)"


@dataclass(frozen=True)
class _Names:
    """What is to be found: names anybody may have, addresses that are one person's, and what says who is meant.

    `details` (title, numbers) are words that mean something else elsewhere; they count in documents, as whole values.
    """

    names: frozenset[str]
    details: frozenset[str]
    addresses: frozenset[str]
    hints: frozenset[str]
    users: frozenset[tuple[str, str]]


def hide_erased(cursor: duckdb.DuckDBPyConnection, table: str) -> None:
    """Set the names of erased users in this table of users: after each download, before anything is made of it."""
    cursor.execute(_SET_USERS.format(table=table))


def hide_in(cursor: duckdb.DuckDBPyConnection, request: Request) -> Request:
    """The request without the user names of erased users, which were just read from the org."""
    erasures = RecordTable(cursor, Erasure, "erased_person", "pseudonym").select(
        "user_id IN (SELECT unnest($1::VARCHAR[]))", [[holding.user_id for holding in request.holdings]]
    )
    addresses = {erasure.user_id: erasure.address for erasure in erasures}
    holdings = tuple(
        holding.model_copy(update={"username": addresses.get(holding.user_id, holding.username)})
        for holding in request.holdings
    )
    return request.model_copy(update={"holdings": holdings})


def forget_sign_ins(cursor: duckdb.DuckDBPyConnection, org_id: str) -> None:
    """No days of use are kept of an erased user; their last activity is worked out before and stays."""
    cursor.execute(f"DELETE FROM sign_in_day WHERE org_id = ? AND {_IS_ERASED}", [org_id])  # noqa: S608


def erase(cursor: duckdb.DuckDBPyConnection, holder: Holder, erasure: Erasure) -> Mapping[str, int]:
    """Replace every name of the holder; how many rows of which table changed or went."""
    names = _names(cursor, holder)
    changed: Counter[str] = Counter()
    for user in holder.users:
        ids = {"org_id": user.org_id, "user_id": user.user_id}
        changed["sign_in_day"] += _execute(
            cursor, "DELETE FROM sign_in_day WHERE org_id = $org_id AND user_id = $user_id", ids
        )
        changed["subscription"] += _execute(
            cursor, _SET_SEATS, ids | {"name": erasure.name, "address": erasure.address}
        )
    hide_erased(cursor, "sf_user")
    changed["sf_user"] += len(holder.users)
    if holder.person_id is not None:
        values = {"name": erasure.name, "address": erasure.address, "person_id": holder.person_id}
        changed["person"] += _execute(cursor, _SET_PERSON, values)
    for table, columns in _text_columns(cursor):
        changed[table] += _Rewriting(cursor, table, columns, names, erasure).run()
    return {table: rows for table, rows in sorted(changed.items()) if rows}


class _Rewriting:
    """One table, whose texts and documents may name the person."""

    def __init__(
        self,
        cursor: duckdb.DuckDBPyConnection,
        table: str,
        columns: Mapping[str, str],
        names: _Names,
        erasure: Erasure,
    ) -> None:
        self._cursor = cursor
        self._table = table
        texts = [name for name, kind in columns.items() if kind in ("VARCHAR", "JSON") and not _is_code(name)]
        # What else these two large tables say of a user is set by column already.
        self._texts = [name for name in texts if table not in _ADDRESSES or name in _ADDRESSES[table]]
        self._documents = {name for name, kind in columns.items() if kind == "JSON"}
        link = next((name for name in _LINKS if name in columns), "id" if table == "sf_user" else "NULL")
        self._has_link = link != "NULL"
        self._about = f"{'org_id' if 'org_id' in columns else 'NULL'}, {link}"
        self._names = names
        self._addresses = _pattern(names.addresses, before=r"(?<![\w.+-])", after=r"(?![\w-]|\.\w)")
        self._plain_names = _pattern(names.names, before=r"(?<![\w-])", after=r"(?![\w-])")
        self._erasure = erasure

    def run(self) -> int:
        rows = 0
        for row_id, org_id, user_id, *values in self._found():
            before = dict(zip(self._texts, values, strict=True))
            after = self._rewritten(before, org_id, user_id)
            changed = {name: text for name, text in after.items() if text != before[name]}
            if changed:
                rows += 1
                sets = ", ".join(f'"{name}" = ?' for name in changed)
                self._cursor.execute(
                    f"UPDATE {self._table} SET {sets} WHERE rowid = ?",  # noqa: S608 - our own names
                    [*changed.values(), row_id],
                )
        return rows

    def _found(self) -> list[tuple[Any, ...]]:
        """The rows in which something of this person may stand."""
        wanted = sorted({form for word in self._names.names | self._names.addresses for form in _forms(word)})
        if not wanted or not self._texts:
            return []
        hit = " OR ".join(
            f'contains(lower("{column}"::VARCHAR), ${number})'
            for column in self._texts
            for number in range(1, len(wanted) + 1)
        )
        columns = ", ".join(f'"{column}"' for column in self._texts)
        sql = f"SELECT rowid, {self._about}, {columns} FROM {self._table} WHERE {hit}"  # noqa: S608 - our own names
        return self._cursor.execute(sql, wanted).fetchall()

    def _rewritten(
        self, row: Mapping[str, str | None], org_id: str | None, user_id: str | None
    ) -> dict[str, str | None]:
        is_about = self._is_about(row, org_id, user_id)
        after: dict[str, str | None] = {}
        for name, text in row.items():
            if text is None:
                after[name] = None
            elif name in self._documents:
                after[name] = self._document(text, is_about)
            else:
                after[name] = self._text(text, is_about or self._hints_at(text))
        return after

    def _is_about(self, row: Mapping[str, str | None], org_id: str | None, user_id: str | None) -> bool:
        """Whether the row belongs to the user; a row that belongs to nobody is about whom its texts name."""
        if not self._has_link:
            return any(self._hints_at(text) for text in row.values() if text)
        return any(user == user_id and org_id in (None, org) for org, user in self._names.users)

    def _hints_at(self, text: str) -> bool:
        return any(hint in text.lower() for hint in self._names.hints)

    def _document(self, text: str, is_about: bool) -> str:
        value = json.loads(text)
        after = self._walked(value, is_about or self._hints_at(text))
        return text if after == value else json.dumps(after)

    def _walked(self, value: Any, is_about: bool) -> Any:
        if isinstance(value, str):
            return self._erasure.name if is_about and value in self._names.details else self._text(value, is_about)
        if isinstance(value, list):
            return [self._walked(each, is_about) for each in value]
        if isinstance(value, dict):
            return {self._text(name, is_about): self._entry(name, each, is_about) for name, each in value.items()}
        return value

    def _entry(self, name: str, value: Any, is_about: bool) -> Any:
        """What a rule saw may be older than the title of today, so in evidence it goes by its key."""
        if name == "title" and is_about and isinstance(value, str):
            return self._erasure.name
        return self._walked(value, is_about)

    def _text(self, text: str, is_about: bool) -> str:
        if self._addresses:
            text = self._addresses.sub(self._erasure.address, text)
        if self._plain_names and is_about:
            text = self._plain_names.sub(self._erasure.name, text)
        return text


def _names(cursor: duckdb.DuckDBPyConnection, holder: Holder) -> _Names:
    names: set[str] = set()
    details: set[str] = set()
    addresses: set[str] = set()
    hints: set[str] = set()
    for name, *fields in _rows_that_name(cursor, holder):
        names.add(name)
        details |= {field for field in fields if "@" not in (field or "")}
        addresses |= {field for field in fields if "@" in (field or "")}
    for user in holder.users:
        hints.add(user.user_id.lower())
        ids = {"org_id": user.org_id, "user_id": user.user_id}
        for address, number in cursor.execute(_NAMES_OF_CANDIDATES, ids).fetchall():
            addresses.add(address)
            hints.add(number.lower())
    known = frozenset(address.strip() for address in addresses if address and address.strip())
    return _Names(
        names=frozenset(name.strip() for name in names if name and len(name.strip()) > 1),
        details=frozenset(filter(None, details)),
        addresses=known,
        hints=frozenset(hints | {address.lower() for address in known}),
        users=frozenset((user.org_id, user.user_id) for user in holder.users),
    )


def _rows_that_name(cursor: duckdb.DuckDBPyConnection, holder: Holder) -> Iterator[tuple[str, ...]]:
    for user in holder.users:
        yield from cursor.execute(_NAMES_OF_USER, {"org_id": user.org_id, "user_id": user.user_id}).fetchall()
    if holder.person_id is not None:
        yield from cursor.execute(_NAMES_OF_PERSON, [holder.person_id]).fetchall()


def _text_columns(cursor: duckdb.DuckDBPyConnection) -> list[tuple[str, dict[str, str]]]:
    """Every table with its columns and their types."""
    rows = cursor.execute(
        "SELECT c.table_name, c.column_name, c.data_type FROM duckdb_columns() c"
        " JOIN duckdb_tables() t USING (database_name, table_name)"
        " WHERE NOT t.temporary AND c.database_name = current_database() ORDER BY 1, c.column_index"
    ).fetchall()
    tables: dict[str, dict[str, str]] = {}
    for table, column, kind in rows:
        if table not in _LEFT_ALONE:
            tables.setdefault(table, {})[column] = kind
    return list(tables.items())


def _is_code(column: str) -> bool:
    return column.endswith("_id") or column in _CODES


def _forms(word: str) -> set[str]:
    """A word in lower case, as text and as the two ways in which JSON writes it."""
    return {
        word.lower(),
        json.dumps(word)[1:-1].lower(),
        json.dumps(word, ensure_ascii=False)[1:-1].lower(),
    }


def _pattern(words: frozenset[str], *, before: str, after: str) -> re.Pattern[str] | None:
    if not words:
        return None
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    return re.compile(before + "(?:" + "|".join(map(re.escape, longest_first)) + ")" + after, re.IGNORECASE)


def _execute(cursor: duckdb.DuckDBPyConnection, sql: str, parameters: Mapping[str, Any] | Sequence[Any]) -> int:
    [(rows,)] = cursor.execute(sql, parameters).fetchall()
    return int(rows)
