"""The directory, who each user is, and who stands together; fits ports.People. Loading resolves by it as well."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import duckdb

from sfsam.domain.people import Erasure, Person, ResolutionRule, UserMatch
from sfsam.ports.people import Holder, HolderUser
from sfsam.store.erasing import erase
from sfsam.store.records import RecordTable

_WRITES = Path(__file__).parent / "sql" / "writes"
_AT_ONCE = 100_000  # what is counted of more people would not fit into the memory of a download

_SAME = """m.org_id = user_person.org_id AND m.user_id = user_person.user_id AND m.person_id = user_person.person_id
    AND m.rule_id = user_person.rule_id"""
_FORGET_CHANGED = f"""
    DELETE FROM user_person WHERE NOT is_confirmed AND ($org_id::VARCHAR IS NULL OR org_id = $org_id)
        AND NOT EXISTS (SELECT 1 FROM matched_user m WHERE {_SAME})
"""  # noqa: S608 - our own words
_KEEP_NEW = """
    INSERT INTO user_person BY NAME
    SELECT org_id, user_id, person_id, rule_id, $at::TIMESTAMP AS matched_at, false AS is_confirmed
    FROM matched_user ANTI JOIN user_person USING (org_id, user_id)
"""
_SEATS_NOW = """
    UPDATE holder_user SET seats = (
        SELECT count(*) FROM subscription s WHERE s.org_id = holder_user.org_id AND s.user_id = holder_user.user_id)
    WHERE org_id = $1 AND list_contains($2::VARCHAR[], user_id)
"""
_REACH = """
    WITH mine AS (SELECT $org_id AS org_id, unnest($user_ids::VARCHAR[]) AS user_id),
    email AS (
        SELECT DISTINCT plain_key(real_email(u.email)) AS email
        FROM sf_user u JOIN mine ON mine.org_id = u.org_id AND mine.user_id = u.id
    )
    SELECT org_id || ':' || user_id AS key, NULL AS holder_id FROM mine
    UNION
    SELECT org_id || ':' || user_id, holder_id FROM holder_user
    WHERE holder_id IN (SELECT h.holder_id FROM holder_user h JOIN mine USING (org_id, user_id))
    UNION
    SELECT u.org_id || ':' || u.id, h.holder_id
    FROM sf_user u JOIN holder_user h ON h.org_id = u.org_id AND h.user_id = u.id
    WHERE plain_key(real_email(u.email)) IN (SELECT email FROM email WHERE email IS NOT NULL)
"""
_USERS_OF = """
    SELECT h.basis, h.org_id, h.user_id, coalesce(u.name, '') AS name, coalesce(u.is_active, false) AS is_active,
        coalesce(o.connected_user_id = h.user_id, false) AS is_connected_user
    FROM holder_user h
    LEFT JOIN sf_user u ON u.org_id = h.org_id AND u.id = h.user_id
    LEFT JOIN org o ON o.org_id = h.org_id
    WHERE h.holder_id = ?
    ORDER BY h.org_id, h.user_id
"""
_OF_KEYS = """
    plain_key(employee_number) IN (SELECT unnest($1::VARCHAR[])) OR plain_key(email) IN (SELECT unnest($2::VARCHAR[]))
    OR plain_key(federation_id) IN (SELECT unnest($3::VARCHAR[]))
"""


def resolve(
    cursor: duckdb.DuckDBPyConnection, at: datetime, org_id: str | None = None, user_ids: Sequence[str] | None = None
) -> None:
    """Match the users of one org, or of all, by the rules in force; then group everybody anew.

    What a person decided stays, and a match that is found again keeps its moment. With `user_ids` nothing changed but
    about these users of the org: only they, and whom they stand with, are grouped anew.
    """
    cursor.execute("DROP TABLE IF EXISTS matched_user")
    cursor.execute((_WRITES / "match_people.sql").read_text(encoding="utf-8"), {"org_id": org_id})
    cursor.execute(_FORGET_CHANGED, {"org_id": org_id})
    cursor.execute(_KEEP_NEW, {"at": at})
    cursor.execute("DROP TABLE matched_user")
    if org_id is None or user_ids is None:
        regroup(cursor)
    else:
        _regroup_around(cursor, org_id, user_ids)


def regroup(cursor: duckdb.DuckDBPyConnection) -> None:
    """Work out anew who stands together, and what they hold: after users, matches or seats have changed."""
    cursor.execute("DELETE FROM holder_user")
    cursor.execute("INSERT INTO holder_user BY NAME SELECT * FROM grouped_users(NULL)")
    cursor.execute("DELETE FROM holder")
    [(users,)] = cursor.execute("SELECT count(*) FROM holder_user").fetchall()
    parts = 1 + users // _AT_ONCE
    for part in range(parts):
        sql = "SELECT DISTINCT holder_id FROM holder_user WHERE hash(holder_id) % $1 = $2"
        _count_holders(cursor, [holder for (holder,) in cursor.execute(sql, [parts, part]).fetchall()])


def recount(cursor: duckdb.DuckDBPyConnection, org_id: str, user_ids: Sequence[str]) -> None:
    """Count anew what these users, and those who stand with them, hold."""
    cursor.execute(_SEATS_NOW, [org_id, list(user_ids)])
    sql = "SELECT DISTINCT holder_id FROM holder_user WHERE org_id = $1 AND list_contains($2::VARCHAR[], user_id)"
    _recount(cursor, [holder for (holder,) in cursor.execute(sql, [org_id, list(user_ids)]).fetchall()])


class StoredPeople:
    """Fits ports.People."""

    def __init__(
        self, cursor: duckdb.DuckDBPyConnection, changed: Callable[[], None], renamed: Callable[[], None]
    ) -> None:
        self._cursor = cursor
        self._changed = changed
        self._renamed = renamed
        self._rules = RecordTable(cursor, ResolutionRule, "resolution_rule", "rule_id")
        self._persons = RecordTable(cursor, Person, "person", "person_id")
        self._matches = RecordTable(cursor, UserMatch, "user_person", "user_id")
        self._erasures = RecordTable(cursor, Erasure, "erased_person", "pseudonym")

    # ── Rules and matches ──

    def rules(self) -> list[ResolutionRule]:
        return self._rules.select(tail="ORDER BY position, rule_id")

    def save_rules(self, rules: Sequence[ResolutionRule]) -> None:
        self._rules.save(rules)
        self._changed()

    def remove_rule(self, rule_id: str) -> None:
        self._cursor.execute("DELETE FROM resolution_rule WHERE rule_id = ?", [rule_id])
        self._changed()

    def resolve(self, at: datetime, org_id: str | None = None) -> None:
        resolve(self._cursor, at, org_id)
        self._changed()

    def match_of(self, org_id: str, user_id: str) -> UserMatch | None:
        return self._matches.first("org_id = ? AND user_id = ?", [org_id, user_id])

    def decide(self, match: UserMatch) -> None:
        self.forget(match.org_id, match.user_id)
        self._matches.add([match])
        _regroup_around(self._cursor, match.org_id, [match.user_id])

    def forget(self, org_id: str, user_id: str) -> None:
        self._cursor.execute("DELETE FROM user_person WHERE org_id = ? AND user_id = ?", [org_id, user_id])
        self._changed()

    # ── The directory ──

    def person(self, person_id: str) -> Person | None:
        return self._persons.first("person_id = ?", [person_id])

    def alike(self, persons: Sequence[Person]) -> list[Person]:
        keys = [[key for key in column if key] for column in zip(*(person.keys for person in persons), strict=True)]
        return self._persons.select(_OF_KEYS, keys) if keys else []

    def save_persons(self, persons: Sequence[Person]) -> None:
        self._persons.save(persons)
        self._changed()

    # ── Who stands together ──

    def holder(self, holder_id: str) -> Holder | None:
        rows = self._cursor.execute(_USERS_OF, [holder_id]).fetchall()
        person = self.person(holder_id)
        if not rows and person is None:
            return None
        return Holder(
            holder_id=holder_id,
            basis=rows[0][0] if rows else "person",
            person_id=person.person_id if person else None,
            users=tuple(
                HolderUser(org_id=org_id, user_id=user_id, name=name, is_active=active, is_connected_user=connected)
                for _, org_id, user_id, name, active, connected in rows
            ),
        )

    def holder_of(self, org_id: str, user_id: str) -> Holder | None:
        sql = "SELECT holder_id FROM holder_user WHERE org_id = ? AND user_id = ?"
        rows = self._cursor.execute(sql, [org_id, user_id]).fetchall()
        return self.holder(rows[0][0]) if rows else None

    # ── Erasing ──

    def erasures(self) -> list[Erasure]:
        return self._erasures.select(tail="ORDER BY erased_at, pseudonym, org_id, user_id")

    def erase(self, holder: Holder, erasures: Sequence[Erasure]) -> Mapping[str, int]:
        self._erasures.add(erasures)
        changed = erase(self._cursor, holder, erasures[0])
        _recount(self._cursor, [holder.holder_id])
        self._renamed()  # a profile or a license may have been called after the person
        return changed


def _regroup_around(cursor: duckdb.DuckDBPyConnection, org_id: str, user_ids: Sequence[str]) -> None:
    """Group anew these users, whoever stood with them, and whoever has the same e-mail."""
    reach = cursor.execute(_REACH, {"org_id": org_id, "user_ids": list(user_ids)}).fetchall()
    keys, before = sorted({key for key, _ in reach}), {holder for _, holder in reach if holder is not None}
    condition = "list_contains($1::VARCHAR[], org_id || ':' || user_id)"
    cursor.execute(f"DELETE FROM holder_user WHERE {condition}", [keys])  # noqa: S608 - our own words
    cursor.execute("INSERT INTO holder_user BY NAME SELECT * FROM grouped_users($1::VARCHAR[])", [keys or [""]])
    sql = f"SELECT DISTINCT holder_id FROM holder_user WHERE {condition}"  # noqa: S608 - our own words
    after = {holder for (holder,) in cursor.execute(sql, [keys]).fetchall()}
    _recount(cursor, sorted(before | after))


def _recount(cursor: duckdb.DuckDBPyConnection, holder_ids: Sequence[str]) -> None:
    ids = list(holder_ids) or [""]
    cursor.execute("DELETE FROM holder WHERE list_contains($1::VARCHAR[], holder_id)", [ids])
    _count_holders(cursor, ids)


def _count_holders(cursor: duckdb.DuckDBPyConnection, holder_ids: Sequence[str]) -> None:
    cursor.execute("INSERT INTO holder BY NAME SELECT * FROM counted_holders($1::VARCHAR[])", [holder_ids])
