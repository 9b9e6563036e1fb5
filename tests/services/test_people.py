"""A directory is imported, users become people, and somebody who is erased is named nowhere any more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from sfsam.domain.attempts import Attempt, Request
from sfsam.domain.commands import (
    ConfirmMatch,
    Download,
    Enqueue,
    ErasePerson,
    Export,
    ForgetMatch,
    Housekeep,
    ImportFile,
    ListPeople,
    ListUnmatched,
    OrderRules,
    PreviewRule,
    RemoveRule,
    ResolvePeople,
    SaveRule,
    ShowAudit,
)
from sfsam.domain.holdings import Holding
from sfsam.domain.imports import ImportKind
from sfsam.domain.jobs import JobKind
from sfsam.domain.people import LookupField, RuleTerms, SourceField, Transform
from sfsam.domain.steps import Step
from sfsam.errors import NotConfirmed, NotFound, RefusedError, UsageError
from sfsam.services.history import months_before
from sfsam.store.database import DuckDBStore
from tests.services.conftest import Bench
from tests.store import tiny_org
from tests.store.test_people import enter
from tests.store.test_reads import candidate
from tests.store.tiny_org import OBJECTS, ORG_ID, TAKEN_AT, USER_HEAD, USERS

SANDBOX = "00Dxx0000002sBoxEA"
DIRECTORY = """\
Employee number,Name,E-mail,Cost center,Status
1,Ada Lovelace,ADA@acme.example,CC-1,active
2,Ben "Big" Börg,ben@acme.example,CC-2,left
3,Hal Incandenza,hal.i@acme.example,CC-2,active
"""


@pytest.fixture
def orgs(bench: Bench, tmp_path: Path) -> Bench:
    """The tiny org and a sandbox of it: everybody has a user in both."""
    tiny_org.connect(bench.store)
    tiny_org.connect(bench.store, profile_id="p2", org_id=SANDBOX, name="Sandbox", is_sandbox=True)
    download(bench, tmp_path)
    return bench


def download(bench: Bench, folder: Path, **objects: Any) -> None:
    for org_id, profile_id in ((ORG_ID, "p1"), (SANDBOX, "p2")):
        (folder / org_id).mkdir(exist_ok=True)
        staged = tiny_org.stage(folder / org_id, {**OBJECTS, **objects}, org_id=org_id, profile_id=profile_id)
        tiny_org.load(bench.store, staged)


def import_directory(bench: Bench, folder: Path, text: str = DIRECTORY) -> Any:
    file = folder / "directory.csv"
    file.write_text(text, encoding="utf-8")
    return bench.run(ImportFile(kind=ImportKind.DIRECTORY, file=str(file)))


def listed(bench: Bench) -> dict[str, Any]:
    return {row.name: row for row in bench.handle(ListPeople())}


def test_an_imported_directory_makes_people_of_users_and_again_changes_nothing(orgs: Bench, tmp_path: Path) -> None:
    before = listed(orgs)
    assert (before["Ada"].basis, before["Ada"].orgs, before["Ada"].users) == ("same_email", 2, 2)
    first = import_directory(orgs, tmp_path)
    assert (first.rows_taken, first.rows_failed) == (3, 0)
    with orgs.store.begin() as work:
        assert [job.kind for job in work.jobs.newest(5)] == [JobKind.RESOLVE_PEOPLE]
    found = orgs.run(ResolvePeople())
    assert (found.persons, found.matched, found.by_rule["E-mail"]) == (3, 4, 4)
    rows = listed(orgs)
    ada, ben = rows["Ada Lovelace"], rows['Ben "Big" Börg']
    assert (ada.basis, ada.orgs, ada.seats, ada.cost_center) == ("person", 2, 8, "CC-1")
    assert [(cost.currency, cost.annual_cost) for cost in ada.costs] == [("USD", ada.costs[0].annual_cost)]
    assert ben.status == "left"
    again = import_directory(orgs, tmp_path)
    assert (again.rows_taken, again.rows_unchanged) == (0, 3)
    import_directory(orgs, tmp_path, DIRECTORY.replace("CC-1", "CC-9").replace("ADA@", "ada.l@"))
    orgs.run(ResolvePeople())
    rows = listed(orgs)
    assert (rows["Ada Lovelace"].cost_center if "Ada Lovelace" in rows else None) is None  # she moved; nobody else did
    assert rows["Ada"].basis == "same_email"
    with orgs.store.begin() as work:
        assert work.people.person(ada.person_id).cost_center == "CC-9"  # the same entry, by her employee number


def test_rows_that_cannot_be_told_apart_or_contradict_each_other_are_refused(orgs: Bench, tmp_path: Path) -> None:
    wrong = """\
Employee number,Name,E-mail,Status
,Nobody,,active
7,Two Faces,t@acme.example,active
7,Other Face,o@acme.example,active
8,Somewhere,not an address,active
9,Sometime,s@acme.example,maybe
"""
    answer = import_directory(orgs, tmp_path, wrong)
    assert (answer.rows_taken, answer.rows_failed) == (1, 4)
    with orgs.store._cursor() as cursor:
        reasons = [reason for (reason,) in cursor.execute("SELECT reason FROM import_row ORDER BY number").fetchall()]
    for reason, words in zip(reasons, ("employee number", "same person", "address", "active nor left"), strict=True):
        assert words in reason


def test_rules_are_tried_before_they_are_saved_and_in_their_order(orgs: Bench, tmp_path: Path) -> None:
    import_directory(orgs, tmp_path)
    orgs.run(ResolvePeople())
    terms = RuleTerms(
        source_field=SourceField.EMAIL,
        lookup_field=LookupField.EMAIL,
        transform=Transform.REPLACE_DOMAIN,
        new_domain="@Acme.example",
    )
    by_local_part = RuleTerms(source_field="username", lookup_field="email", transform="remove_domain")
    preview = orgs.handle(PreviewRule(terms=terms))
    assert (preview.users, preview.new, preview.ambiguous, preview.directory) == (4, 0, 0, 3)
    assert orgs.handle(PreviewRule(terms=by_local_part)).users == 4
    with pytest.raises(ValueError, match="needs the new one"):
        RuleTerms(source_field="email", lookup_field="email", transform="replace_domain")
    saved = orgs.handle(SaveRule(name="By user name", terms=by_local_part))
    assert saved.position == 5
    order = ["username", saved.rule_id, "email", "federation_id", "employee_number"]
    assert [rule.rule_id for rule in orgs.handle(OrderRules(rule_ids=tuple(order)))] == order
    with pytest.raises(UsageError):
        orgs.handle(OrderRules(rule_ids=("email",)))
    orgs.handle(RemoveRule(rule_id="username"))
    assert orgs.run(ResolvePeople()).by_rule["By user name"] == 4
    with pytest.raises(NotFound):
        orgs.handle(RemoveRule(rule_id="username"))


def test_what_a_person_says_about_a_user_counts_and_can_be_taken_back(orgs: Bench, tmp_path: Path) -> None:
    import_directory(orgs, tmp_path)
    orgs.run(ResolvePeople())
    unmatched = {(row.org, row.name): row for row in orgs.handle(ListUnmatched())}
    hal = unmatched["Production", "Hal"]
    assert ("Production", "Ada") not in unmatched
    [suggestion] = [each for each in hal.suggestions if each.name == "Hal Incandenza"]
    orgs.handle(ConfirmMatch(org_id=ORG_ID, user_id=hal.user_id, person_id=suggestion.person_id))
    orgs.handle(ConfirmMatch(org_id=ORG_ID, user_id="005-ada", person_id=None))
    assert listed(orgs)["Hal Incandenza"].orgs == 1
    assert listed(orgs)["Ada Lovelace"].orgs == 1
    orgs.run(ResolvePeople())
    assert listed(orgs)["Hal Incandenza"].orgs == 1
    orgs.handle(ForgetMatch(org_id=ORG_ID, user_id="005-ada"))
    assert listed(orgs)["Ada Lovelace"].orgs == 2
    with pytest.raises(NotFound):
        orgs.handle(ConfirmMatch(org_id=ORG_ID, user_id="005-ada", person_id="nobody"))
    with pytest.raises(NotFound):
        orgs.handle(ConfirmMatch(org_id=ORG_ID, user_id="005-none", person_id=None))


# ── Erasing ──


def written(store: DuckDBStore) -> Iterator[tuple[str, str]]:
    """Every text of every table but the trail, whose entries name nobody, which is looked at as well."""
    with store._cursor() as cursor:
        columns = cursor.execute(
            "SELECT c.table_name, c.column_name FROM duckdb_columns() c JOIN duckdb_tables() USING (table_name)"
            " WHERE c.data_type IN ('VARCHAR', 'JSON', 'VARCHAR[]') AND NOT c.internal"
        ).fetchall()
        assert len(columns) > 200
        for table, column in columns:
            for (text,) in cursor.execute(f'SELECT DISTINCT "{column}"::VARCHAR FROM {table}').fetchall():  # noqa: S608 - our own names
                if text:
                    yield f"{table}.{column}", text


def naming(texts: Iterator[tuple[str, str]], *words: str) -> list[tuple[str, str]]:
    return [(where, text) for where, text in texts if any(word.lower() in text.lower() for word in words)]


def request_about_ben() -> Request:
    holding = Holding(
        user_id="005-ben",
        username="ben@acme.example",
        is_active=True,
        is_frozen=False,
        user_login_id=None,
        profile_id="00e",
        last_login_at=None,
        system_modstamp="",
    )
    return Request(
        request_id="r1", profile_id="p1", job_id="j", requested_by="x", requested_at=TAKEN_AT, holdings=(holding,)
    )


def mention(bench: Bench) -> None:
    """Have Ben named wherever sfsam may write a name: documents, sentences, an exclusion, a refused row."""
    ben = {"name": "Ben", "email": "Ben@acme.example", "title": "Trainee", "department": "Sales"}
    attempt = Attempt(
        attempt_id="a1",
        request_id="r1",
        profile_id="p1",
        number="RC0000001",
        user_id="005-ben",
        step=Step.DEACTIVATE,
        record_id="005-ben",
        said="Ben is the default lead owner.",
        intended_at=TAKEN_AT,
    )
    with bench.store.begin() as work:
        kept = candidate("RC0000001", "ben", **ben)
        work.candidates.save([kept.model_copy(update={"message": "Ben (ben@acme.example) said no."})])
        work.requests.add(request_about_ben())
        work.requests.save_attempts([attempt])
        work.commit()
    bench.handle(Enqueue(job=Download(profile="Production")))
    result = json.dumps({"warnings": ['ben@acme.example, called Ben "Big" B\u00f6rg, was skipped.']})
    with bench.store._cursor() as cursor:
        cursor.execute("UPDATE job SET result = ?", [result])
    cells = json.dumps({"name": 'Ben "Big" Börg', "email": "ben@acme.example", "employee_number": "2"})
    row = {"row_id": "i1", "import_id": "i", "kind": "directory", "number": 2, "fingerprint": "f", "cells": cells}
    enter(bench.store, "import_row", [row | {"reason": "r", "replaceable": False, "state": "needs_review"}])
    exclusion = {"exclusion_id": "x1", "subject": "user", "kind": "", "value": "BEN@acme.example", "org_id": ""}
    enter(bench.store, "exclusion", [exclusion | {"reason": "on leave", "created_by": "ada", "created_at": TAKEN_AT}])


def exported(bench: Bench, folder: Path) -> Iterator[tuple[str, str]]:
    for what in ("people", "subscriptions", "candidates", "unused", "audit"):
        for file_format in ("csv", "xlsx"):
            file = folder / f"{what}.{file_format}"
            bench.handle(Export(what=what, format=file_format, output=str(file)))
            if file_format == "csv":
                yield file.name, file.read_text(encoding="utf-8")
            else:
                cells = openpyxl.load_workbook(file).active
                yield file.name, "\n".join(str(cell) for row in cells.values for cell in row)


def test_an_erased_person_is_named_nowhere_and_no_download_or_import_brings_the_name_back(
    orgs: Bench, tmp_path: Path
) -> None:
    import_directory(orgs, tmp_path)
    orgs.run(ResolvePeople())
    mention(orgs)
    namesake = ["Ben" if cell == "Cleo" else cell for cell in next(row for row in USERS if row[0] == "005-cleo")]
    users = [[*(namesake if row[0] == "005-cleo" else row), "Chief of Things"] for row in USERS]
    users = [row if row[0] == "005-ben" else [*row[:-1], "Clerk"] for row in users]
    people = ([*USER_HEAD, "Title"], users)
    download(orgs, tmp_path, User=people)
    words = ("ben@acme.example", "Börg", "B\\u00f6rg", "Chief of Things", "Trainee")
    places = {where for where, _ in naming(written(orgs.store), *words)}
    assert {"sf_user.email", "subscription.email", "person.name", "job.result", "import_row.cells"} <= places
    assert {"exclusion.value", "removal_candidate.message", "reclaim_request.holdings"} <= places
    before = sorted(written(orgs.store))

    with pytest.raises(NotConfirmed) as shown:
        orgs.handle(ErasePerson(org_id=ORG_ID, user_id="005-ben"))
    preview = shown.value.values["document"]
    assert preview["changes"]["subscription"] == 8
    assert preview["users"] == ["005-ben", "005-ben"] and not preview["erased"]
    assert sorted(written(orgs.store)) == before

    answer = orgs.handle(ErasePerson(actor="ada", org_id=ORG_ID, user_id="005-ben", confirmed=True))
    assert answer.erased and answer.active_users == 2
    assert naming(written(orgs.store), *words) == []
    assert naming(exported(orgs, tmp_path), *words) == []
    namesakes = {(where, text) for where, text in written(orgs.store) if text == "Ben"}
    assert {where for where, _ in namesakes} == {"sf_user.name", "subscription.name", "holder.name"}  # it is Cleo's
    with orgs.store._cursor() as cursor:
        assert cursor.execute("SELECT DISTINCT id FROM sf_user WHERE name = 'Ben'").fetchall() == [("005-cleo",)]
        assert cursor.execute("SELECT count(*) FROM sign_in_day WHERE user_id = '005-ben'").fetchall() == [(0,)]
        assert cursor.execute("SELECT DISTINCT user_id FROM user_exclusion").fetchall() == [("005-ben",)]
        [(said,)] = cursor.execute("SELECT said FROM attempt").fetchall()
    assert said == f"{answer.pseudonym} is the default lead owner."
    row = listed(orgs)[answer.pseudonym]
    assert (row.basis, row.orgs, row.seats) == ("person", 2, 8)

    with orgs.store.begin() as work:  # what is read from the org before a reclaim has the name again
        work.requests.add(Request.model_validate(request_about_ben().model_dump() | {"request_id": "r2"}))
        work.commit()
    logins = [["005-ben", "2026-11-23T07:00:00.000Z", "Application", None, "Success", "Browser"]]
    download(orgs, tmp_path, LoginHistory=(tiny_org.LOGIN_HEAD, logins), User=people)
    again = import_directory(orgs, tmp_path)
    orgs.run(ResolvePeople())
    assert (again.rows_taken, again.rows_failed) == (0, 0)
    assert naming(written(orgs.store), *words) == []
    print(answer, listed(orgs))
    row = listed(orgs)[answer.pseudonym]
    assert (row.orgs, row.seats, row.last_activity_at.day) == (2, 8, 23)  # still counted, without days of use
    with orgs.store._cursor() as cursor:
        assert cursor.execute("SELECT count(*) FROM sign_in_day WHERE user_id = '005-ben'").fetchall() == [(0,)]
        # The exclusion speaks of the pseudonym now, and so it holds.
        assert cursor.execute("SELECT DISTINCT user_id FROM user_exclusion").fetchall() == [("005-ben",)]
    trail = orgs.handle(ShowAudit(verify=True))
    assert trail.intact and "person.erased" in [entry.action for entry in trail.entries]


def test_the_user_that_sfsam_works_as_is_not_erased(orgs: Bench) -> None:
    with pytest.raises(RefusedError, match="works as this user"):
        orgs.handle(ErasePerson(org_id=ORG_ID, user_id="005-ivy", confirmed=True))
    with pytest.raises(NotFound):
        orgs.handle(ErasePerson(holder_id="nobody", confirmed=True))


def test_housekeeping_forgets_what_is_older_than_the_setting_and_says_so_once(orgs: Bench) -> None:
    today = orgs.clock.now().date()
    old = months_before(today, 24) - timedelta(days=1)
    enter(
        orgs.store,
        "consumption_day",
        [{"org_id": ORG_ID, "entitlement_id": "e", "kind": "k", "identifier": "i", "day": old}],
    )
    assert orgs.run(Housekeep()).gone == {"consumption_day": 1}
    assert orgs.run(Housekeep()).gone == {}
    actions = [entry.action for entry in orgs.handle(ShowAudit()).entries]
    assert actions.count("history.pruned") == 1
    assert months_before(date(2026, 3, 31), 1) == date(2026, 2, 28)
    assert months_before(date(2026, 1, 5), 24) == date(2024, 1, 5)
