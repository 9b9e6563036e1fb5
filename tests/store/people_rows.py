"""Ada as a person of a directory, with what reads about a person tell: a candidate, an exclusion, a trail."""

from __future__ import annotations

from sfsam.domain.audit import AuditEntry
from sfsam.domain.candidates import Candidate, Justification
from sfsam.domain.people import Person
from sfsam.domain.subscriptions import Kind
from sfsam.store import counting
from sfsam.store.database import DuckDBStore
from tests.store.tiny_org import ORG_ID, TAKEN_AT

ONE = {
    "holder_id": "p-ada",
    "day": TAKEN_AT.date(),
    "source_field": "email",
    "lookup_field": "email",
    "transform": "none",
    "new_domain": "",
}


def enter(store: DuckDBStore) -> None:
    """Into the tiny org, after it was loaded."""
    person = Person(person_id="p-ada", name="Ada", email="ada@acme.example", source="s", updated_at=TAKEN_AT)
    candidate = Candidate(
        number="RC0000009",
        profile_id="p1",
        org_id=ORG_ID,
        user_id="005-ada",
        user_principal_name="ada@acme.example",
        kind=Kind.USER,
        identifier="SFDC",
        rule="unused_user_license",
        justification=Justification.LOW_USAGE,
        opened_at=TAKEN_AT,
        updated_at=TAKEN_AT,
    )
    trace = AuditEntry(entry_id="e1", at=TAKEN_AT, actor="ann", action="people.match_confirmed", subject="005-ada")
    with store.begin() as work:
        work.people.save_persons([person])
        work.people.resolve(TAKEN_AT)
        work.candidates.save([candidate])
        work.audit.append([trace])
        work.commit()
    with store._cursor() as cursor:
        cursor.execute(
            "INSERT INTO exclusion BY NAME SELECT 'x-ada' AS exclusion_id, 'user' AS subject, '' AS kind,"
            " 'ada@acme.example' AS value, '' AS org_id, 'on leave' AS reason, 'ann' AS created_by,"
            " TIMESTAMP '2026-11-01' AS created_at"
        )
        counting.exclude_users(cursor, ORG_ID, TAKEN_AT.date())
