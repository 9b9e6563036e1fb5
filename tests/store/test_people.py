"""Who is who: the rules in SQL against plain Python, over random users and directories, and who stands together."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sfsam.domain.people import (
    LookupField,
    Person,
    ResolutionRule,
    SourceField,
    Transform,
    UserMatch,
)
from sfsam.store.database import DuckDBStore
from tests.examples import examples
from tests.store import people_rows
from tests.store.conftest import AUDIT_KEY
from tests.store.tiny_org import ORG_ID

NOW = datetime(2026, 11, 24, 12)
ORGS = ("00D-1", "00D-2", "00D-3")

words = st.sampled_from(["ann", "Ann ", "bob", "BOB", "cleo", ""])
domains = st.sampled_from(["old.example", "new.example", "New.example.invalid"])
addresses = st.builds("{}@{}".format, st.sampled_from(["ann", "Ann", "bob", " cleo"]), domains)
values = st.none() | words | addresses
users = st.lists(
    st.fixed_dictionaries(
        {
            "org_id": st.sampled_from(ORGS),
            "name": st.sampled_from(["Ann A", "Bob B"]),
            "username": addresses,
            "email": values,
            "federation_identifier": values,
            "employee_number": values,
            "is_machine": st.booleans(),
            "decided": st.sampled_from([None, None, "p-0", "nobody"]),
        }
    ),
    max_size=12,
)
people = st.lists(
    st.fixed_dictionaries(
        {"email": addresses | st.just(""), "federation_id": words | addresses, "employee_number": words}
    ),
    min_size=1,
    max_size=6,
)
rules = st.lists(
    st.builds(
        ResolutionRule,
        rule_id=st.just(""),
        position=st.just(0),
        name=st.just("a rule"),
        source_field=st.sampled_from(SourceField),
        lookup_field=st.sampled_from(LookupField),
        transform=st.sampled_from(Transform),
        new_domain=st.sampled_from(["new.example", "@Old.example"]),
        is_active=st.booleans(),
    ),
    max_size=4,
)


TABLES = ("sf_user", "user_activity", "subscription", "person", "user_person", "resolution_rule")


@pytest.fixture(scope="module")
def shared() -> Iterator[DuckDBStore]:
    """One store for many examples, because opening one takes longer than an example."""
    opened = DuckDBStore.open(":memory:", audit_key=AUDIT_KEY)
    yield opened
    opened.close()


def enter(store: DuckDBStore, table: str, rows: list[dict[str, Any]]) -> None:
    """Insert rows by the names of their columns; columns that are not named stay empty."""
    with store._cursor() as cursor:
        for row in rows:
            columns = ", ".join(row)
            cursor.execute(f"INSERT INTO {table} ({columns}) VALUES ({', '.join('?' * len(row))})", list(row.values()))  # noqa: S608 - our own names


def enter_user(store: DuckDBStore, org_id: str, user_id: str, *, is_machine: bool = False, **fields: Any) -> None:
    """A user who is active and holds one seat."""
    enter(store, "sf_user", [{"org_id": org_id, "id": user_id, "is_active": True, **fields}])
    flags = dict.fromkeys(("last_login_is_machine", "is_administrator", "is_frozen"), False)
    activity = {"org_id": org_id, "user_id": user_id, "is_machine": is_machine, "is_known": True, **flags}
    enter(store, "user_activity", [activity])
    seat = {
        **{"org_id": org_id, "subscription_id": f"{org_id}:{user_id}", "kind": "user", "identifier": "SFDC"},
        **{"user_id": user_id, "holder_is_active": True},
    }
    enter(store, "subscription", [seat])


def person(number: int, **fields: Any) -> Person:
    return Person(
        **{"person_id": f"p-{number}", "name": f"Person {number}", "source": "s", "updated_at": NOW, **fields}
    )


def resolved(store: DuckDBStore, org_id: str | None = None) -> dict[tuple[str, str], tuple[str | None, str]]:
    with store.begin() as work:
        work.people.resolve(NOW, org_id)
        work.commit()
    with store._cursor() as cursor:
        found = cursor.execute("SELECT org_id, user_id, person_id, rule_id FROM user_person").fetchall()
    return {(org, user): (who, rule) for org, user, who, rule in found}


def holders(store: DuckDBStore) -> dict[str, tuple[str, int, int, int]]:
    with store._cursor() as cursor:
        found = cursor.execute("SELECT holder_id, basis, orgs, users, seats FROM holder").fetchall()
    return {holder: tuple(rest) for holder, *rest in found}


# ── The same in plain Python ──


def key_of(value: str | None, rule: ResolutionRule, *, is_users: bool) -> str:
    plain = (value or "").strip().lower()
    field: str = rule.source_field if is_users else rule.lookup_field
    plain = plain.removesuffix(".invalid") if field == "email" else plain
    local = plain.split("@")[0]
    if rule.transform is Transform.REMOVE_DOMAIN:
        return local
    if rule.transform is Transform.REPLACE_DOMAIN and is_users:
        return f"{local}@{rule.new_domain}" if "@" in plain and local else ""
    return plain


def decided_by(user: dict[str, Any], directory: list[Person], tried: list[ResolutionRule]) -> tuple[str, str] | None:
    field_of = {"federation_id": "federation_identifier"}
    for rule in tried:
        key = key_of(user[field_of.get(rule.source_field, rule.source_field)], rule, is_users=True)
        fits = [each for each in directory if key_of(getattr(each, rule.lookup_field), rule, is_users=False) == key]
        if rule.is_active and key and len(fits) == 1:
            return fits[0].person_id, rule.rule_id
    return None


@settings(max_examples=examples(15), deadline=None)
@given(population=users, entries=people, tried=rules)
def test_rules_match_as_plain_python_does(
    shared: DuckDBStore, population: list[dict[str, Any]], entries: list[dict[str, str]], tried: list[ResolutionRule]
) -> None:
    with shared._cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
    directory = [person(number, **fields) for number, fields in enumerate(entries)]
    tried = [rule.model_copy(update={"rule_id": f"r{n}", "position": n}) for n, rule in enumerate(tried)]
    with shared.begin() as work:
        work.people.save_persons(directory)
        work.people.save_rules(tried)
        work.commit()
    expected = {}
    for number, user in enumerate(population):
        user_id = f"005-{number}"
        fields = {name: value for name, value in user.items() if name not in ("decided", "org_id")}
        enter_user(shared, user["org_id"], user_id, **fields)
        if user["decided"]:
            who = None if user["decided"] == "nobody" else user["decided"]
            match = UserMatch(org_id=user["org_id"], user_id=user_id, person_id=who, matched_at=NOW, is_confirmed=True)
            enter(shared, "user_person", [match.model_dump()])
            expected[user["org_id"], user_id] = (who, "")
        elif not user["is_machine"] and (found := decided_by(user, directory, tried)):
            expected[user["org_id"], user_id] = found
    assert resolved(shared) == expected
    assert resolved(shared, ORGS[0]) == expected  # one org alone, and again, changes nothing
    groups = holders(shared)
    assert sum(count for _, _, count, _ in groups.values()) == len(population)
    assert sum(seats for *_, seats in groups.values()) == len(population)
    for who in {who for who, _ in expected.values() if who}:
        of_person = {org for (org, _), (matched, _) in expected.items() if matched == who}
        assert groups[who][:2] == ("person", len(of_person))


def test_users_of_two_orgs_are_one_person_and_others_with_one_e_mail_only_stand_together(store: DuckDBStore) -> None:
    with store.begin() as work:
        work.people.save_persons([person(1, name="Ann A", email="ann@acme.example")])
        work.commit()
    enter_user(store, "00D-1", "005-ann", name="Ann", username="ann@one.example", email="Ann@Acme.example")
    enter_user(store, "00D-2", "005-ann2", name="Ann", username="ann@two.example", email="ann@acme.example ")
    enter_user(store, "00D-1", "005-bob", name="Bob", username="bob@one.example", email="bob@acme.example")
    enter_user(store, "00D-2", "005-bob2", name="Bob", username="bob@two.example", email="BOB@acme.example")
    enter_user(store, "00D-1", "005-c1", name="C", username="c1@x.example", email="team@acme.example")
    enter_user(store, "00D-1", "005-c2", name="D", username="c2@x.example", email="team@acme.example")
    enter_user(store, "00D-1", "005-m", is_machine=True, name="M", username="m@x.example", email="ann@acme.example")
    assert resolved(store) == {("00D-1", "005-ann"): ("p-1", "email"), ("00D-2", "005-ann2"): ("p-1", "email")}
    assert holders(store) == {
        "p-1": ("person", 2, 2, 2),
        "00D-1:005-bob": ("same_email", 2, 2, 2),
        "00D-1:005-c1": ("user", 1, 1, 1),  # one e-mail in one org is a shared mailbox as likely as a person
        "00D-1:005-c2": ("user", 1, 1, 1),
        "00D-1:005-m": ("machine", 1, 1, 1),
    }


def test_what_a_person_decided_counts_at_once_and_is_never_overwritten(store: DuckDBStore) -> None:
    with store.begin() as work:
        work.people.save_persons([person(1, email="ann@acme.example"), person(2, email="bob@acme.example")])
        work.commit()
    for org_id in ("00D-1", "00D-2"):
        enter_user(store, org_id, "005-x", name="X", username="x@x.example", email="zoe@acme.example")
    enter_user(store, "00D-1", "005-ann", name="Ann", username="ann@x.example", email="ann@acme.example")
    resolved(store)
    assert holders(store)["00D-1:005-x"] == ("same_email", 2, 2, 2)

    def decide(org_id: str, user_id: str, who: str | None) -> None:
        match = UserMatch(org_id=org_id, user_id=user_id, person_id=who, matched_at=NOW, is_confirmed=True)
        with store.begin() as work:
            work.people.decide(match)
            work.commit()

    decide("00D-1", "005-x", "p-1")
    assert holders(store) == {"p-1": ("person", 1, 2, 2), "00D-2:005-x": ("user", 1, 1, 1)}
    decide("00D-1", "005-ann", "p-2")
    decide("00D-2", "005-x", None)
    expected = {
        ("00D-1", "005-x"): ("p-1", ""),
        ("00D-1", "005-ann"): ("p-2", ""),
        ("00D-2", "005-x"): (None, ""),
    }
    at_once = holders(store)
    assert resolved(store) == expected
    assert holders(store) == at_once
    assert at_once == {
        "p-1": ("person", 1, 1, 1),
        "p-2": ("person", 1, 1, 1),
        "00D-2:005-x": ("not_a_person", 1, 1, 1),
    }
    with store.begin() as work:
        work.people.forget("00D-1", "005-x")
        work.people.forget("00D-2", "005-x")
        work.people.resolve(NOW)
        work.commit()
    assert holders(store) == {"p-2": ("person", 1, 1, 1), "00D-1:005-x": ("same_email", 2, 2, 2)}


def test_whoever_several_people_may_be_is_a_suggestion_and_so_is_a_similar_name(store: DuckDBStore) -> None:
    with store.begin() as work:
        work.people.save_persons(
            [
                person(1, name="Ann Lee", email="desk@acme.example"),
                person(2, name="Bo Kim", email="desk@acme.example"),
                person(3, name="Lindqvist Anna", email="al@acme.example"),
                person(4, name="Somebody Else", email="se@acme.example"),
            ]
        )
        work.commit()
    enter_user(store, "00D-1", "005-desk", name="Front desk", username="d@x.example", email="desk@acme.example")
    enter_user(store, "00D-1", "005-anna", name="Anna Lindqvist", username="a@x.example", email="x@y.example")
    assert resolved(store) == {}

    def suggested(user_id: str) -> list[tuple[str, str]]:
        found = store.reads.rows("person_suggestions", org_id="00D-1", user_id=user_id)
        return sorted((row["person_id"], row["reason"]) for row in found)

    assert suggested("005-desk") == [("p-1", "Several people share it"), ("p-2", "Several people share it")]
    assert suggested("005-anna") == [("p-3", "Same name")]
    terms = {"source_field": "email", "lookup_field": "email", "transform": "none", "new_domain": ""}
    assert store.reads.rows("rule_preview", **terms)[0] == {
        **{"users": 0, "ambiguous": 1, "new": 0, "other_than_now": 0, "directory": 4}
    }


def test_users_whom_nobody_knows_need_attention_once_there_is_a_directory(seeded: DuckDBStore) -> None:
    assert seeded.reads.rows("attention")[0]["unmatched"] == 0  # without a directory everybody would be
    people_rows.enter(seeded)
    unknown = len(seeded.reads.rows("unmatched_users"))
    assert unknown > 0
    assert seeded.reads.rows("attention", org_ids=[ORG_ID])[0]["unmatched"] == unknown
    assert seeded.reads.rows("attention", org_ids=["another"])[0]["unmatched"] == 0
