"""What people say of licenses acts at once, in every org, wins over the catalog, and is undone whole."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from sfsam.config import PROJECT_DIR
from sfsam.domain.answers import ExcludedAnswer
from sfsam.domain.candidates import State
from sfsam.domain.commands import (
    AddExclusion,
    Export,
    Identify,
    KeepMapping,
    ListExclusions,
    ListSoftwareModels,
    ListUnrecognized,
    MapIdentifier,
    PlanReclaim,
    PreviewExclusion,
    Reclaim,
    RemoveExclusion,
    UnmapIdentifier,
)
from sfsam.domain.exclusions import Subject
from sfsam.domain.software_models import CatalogProduct, suggestions
from sfsam.domain.subscriptions import Kind
from sfsam.errors import NotFound, RefusedError, UsageError
from sfsam.services.excluding import refresh_exclusions
from sfsam.store import reference_data
from tests.fakes.salesforce import Person
from tests.services.conftest import Bench
from tests.store import tiny_org

EMEA = "00Dxx0000001gPMEAY"
XYZ = {"kind": Kind.USER, "identifier": "XYZ_NEW"}
CPQ = {"kind": Kind.PACKAGE, "identifier": "SBQQ"}


@pytest.fixture
def two_orgs(bench: Bench, tmp_path: Path) -> Bench:
    """The tiny org twice: Production and EMEA, each downloaded once."""
    for org_id, profile_id, name in ((tiny_org.ORG_ID, "p1", "Production"), (EMEA, "p2", "EMEA")):
        tiny_org.connect(bench.store, profile_id=profile_id, org_id=org_id, name=name)
        folder = tmp_path / profile_id
        folder.mkdir()
        tiny_org.load(bench.store, tiny_org.stage(folder, org_id=org_id, profile_id=profile_id))
    return bench


def rows(bench: Bench, read: str, identifier: str = "", **parameters: Any) -> list[dict[str, Any]]:
    found = bench.store.reads.rows(read, **parameters)
    return [row for row in found if not identifier or row["identifier"] == identifier]


def audited(bench: Bench, action: str) -> list[dict[str, Any]]:
    with bench.store.begin() as work:
        return [each.detail for each in work.audit.all() if each.action == action]


def excluded(bench: Bench, **more: Any) -> ExcludedAnswer:
    answer: ExcludedAnswer = bench.handle(AddExclusion(reason="On leave.", **more))
    return answer


def test_a_mapping_is_said_once_and_every_row_of_every_org_follows(two_orgs: Bench) -> None:
    identified = two_orgs.run(Identify())
    assert identified.by_rule["unused_user_license"] == 4
    before = {row.identifier: row for row in two_orgs.handle(ListUnrecognized())}
    assert (before["SBQQ"].orgs, before["SBQQ"].seats, before["SBQQ"].label) == (2, 6, "SBQQ")
    answer = two_orgs.handle(MapIdentifier(actor="ada", product="Salesforce CPQ", edition="Plus", is_paid=True, **CPQ))
    assert (answer.model, answer.mapped_by, answer.orgs, answer.seats) == ("Salesforce CPQ Plus", "ada", 2, 6)
    assert {row["model"] for row in rows(two_orgs, "position", "SBQQ")} == {"Salesforce CPQ Plus"}
    seats = rows(two_orgs, "subscriptions", models=["Salesforce CPQ Plus"])
    assert len(seats) == 6 and {row["org"] for row in seats} == {"Production", "EMEA"}
    assert "Salesforce CPQ Plus" in {row["value"] for row in rows(two_orgs, "filter_values")}
    assert "SBQQ" not in {row.identifier for row in two_orgs.handle(ListUnrecognized())}
    model = next(row for row in two_orgs.handle(ListSoftwareModels()) if row.model == "Salesforce CPQ Plus")
    assert (model.orgs, model.owned, model.assigned, model.is_mapped, model.is_paid) == (2, 4, 6, True, True)
    two_orgs.handle(MapIdentifier(product="CRM", kind=Kind.USER, identifier="SFDC"))
    models = {row["model"] for row in rows(two_orgs, "candidates") if row["identifier"] == "SFDC"}
    assert models == {"CRM"}
    assert [each["after"]["product"] for each in audited(two_orgs, "identifier.mapped")] == ["Salesforce CPQ", "CRM"]


def test_nobody_maps_what_no_org_has_and_nobody_unmaps_what_nobody_mapped(two_orgs: Bench) -> None:
    with pytest.raises(NotFound, match="No org has a user license"):
        two_orgs.handle(MapIdentifier(kind=Kind.USER, identifier="xyz_new", product="X"))
    with pytest.raises(NotFound, match="Nobody has mapped"):
        two_orgs.handle(UnmapIdentifier(**XYZ))


def test_what_a_person_said_survives_a_start_and_the_catalogs_later_word_is_a_suggestion(
    two_orgs: Bench, tmp_path: Path
) -> None:
    two_orgs.handle(MapIdentifier(actor="ada", product="Portal", note="Contract 7", **XYZ))
    _learn(two_orgs, tmp_path, "user,XYZ_NEW,Salesforce,Experience Cloud,,true,false,Fact,2026-12-01")
    assert rows(two_orgs, "position", "XYZ_NEW")[0]["model"] == "Portal"
    [mapping] = rows(two_orgs, "mappings")
    assert (mapping["mapped_by"], mapping["note"], mapping["catalog_model"]) == (
        "ada",
        "Contract 7",
        "Experience Cloud",
    )
    assert mapping["is_suggested"]
    two_orgs.handle(KeepMapping(actor="ben", **XYZ))
    assert not rows(two_orgs, "mappings")[0]["is_suggested"]
    _learn(two_orgs, tmp_path, "user,XYZ_NEW,Salesforce,Experience Cloud,Plus,true,false,Fact,2027-01-01")
    assert rows(two_orgs, "mappings")[0]["is_suggested"]
    answer = two_orgs.handle(UnmapIdentifier(**XYZ))
    assert (answer.model, answer.is_recognized, answer.mapped_by) == ("Experience Cloud Plus", True, None)


def test_suggestions_come_from_names_alone_and_rather_not_at_all() -> None:
    products = [
        CatalogProduct(kind=Kind.USER, publisher="Salesforce", product="Identity", is_paid=True),
        CatalogProduct(kind=Kind.USER, publisher="Salesforce", product="Customer Community", edition="Login"),
        CatalogProduct(kind=Kind.USER, publisher="Salesforce", product="Salesforce"),
        CatalogProduct(kind=Kind.FEATURE, publisher="Salesforce", product="Service Cloud User"),
    ]

    def best(identifier: str, label: str) -> list[str]:
        return [each.model for each in suggestions(Kind.USER, identifier, label, products)]

    assert best("PID_Identity", "Identity")[0] == "Identity"
    assert best("PID_CustomerCommunityLogin2", "New") == ["Customer Community Login"]
    assert best("NWX_Feature03Psl", "Northwind Feature 3") == []


def test_the_preview_says_what_adding_then_does(two_orgs: Bench) -> None:
    two_orgs.run(Identify())
    order = {"subject": Subject.PATTERN, "value": "BEN@*"}
    preview = two_orgs.handle(PreviewExclusion(**order))
    assert (preview.users, preview.seats, preview.unused_seats, preview.candidates) == (2, 8, 8, 2)
    assert [(row.org, row.name) for row in preview.rows] == [("EMEA", "Ben"), ("Production", "Ben")]
    before = rows(two_orgs, "overview_money")[0]["potential_savings"]
    answer = excluded(two_orgs, actor="ada", **order)
    after = rows(two_orgs, "overview_money")[0]["potential_savings"]
    assert [(each.currency, each.potential_savings) for each in preview.amounts] == [("USD", before - after)]
    assert (answer.candidates_closed, answer.exclusion.catches, answer.exclusion.org) == (2, 2, None)
    closed = [row for row in rows(two_orgs, "candidates") if row["state"] == State.CLOSED_SKIPPED]
    assert {(row["name"], row["message"]) for row in closed} == {("Ben", "Excluded: On leave.")}
    assert two_orgs.run(Identify()).created == 0
    assert all("value" not in detail for detail in audited(two_orgs, "exclusion.added"))


def test_an_excluded_license_takes_its_spend_out_in_the_org_it_is_meant_for(two_orgs: Bench) -> None:
    two_orgs.run(Identify())
    order = {"subject": Subject.IDENTIFIER, "kind": Kind.USER, "value": "SFDC", "profile": "EMEA"}
    preview = two_orgs.handle(PreviewExclusion(**order))
    [amount] = preview.amounts
    assert (preview.licenses, preview.seats, preview.candidates) == (1, 7, 2)
    before = rows(two_orgs, "overview_money")[0]
    answer = excluded(two_orgs, **order)
    after = rows(two_orgs, "overview_money")[0]
    assert before["annual_spend"] - after["annual_spend"] == amount.annual_spend > 0
    assert before["potential_savings"] - after["potential_savings"] == amount.potential_savings > 0
    assert (answer.candidates_closed, answer.exclusion.org, answer.exclusion.model) == (2, "EMEA", "Salesforce")
    assert [row["is_excluded"] for row in rows(two_orgs, "position", "SFDC")] == [True, False]


def test_removing_brings_back_and_an_expired_one_ends_by_itself_the_day_after(two_orgs: Bench) -> None:
    two_orgs.run(Identify())
    today = two_orgs.clock.now().date()
    first = excluded(two_orgs, subject=Subject.USER, value="Cleo@acme.example", profile="EMEA")
    two_orgs.handle(RemoveExclusion(actor="ben", exclusion_id=first.exclusion.exclusion_id))
    assert two_orgs.run(Identify()).created == 1
    excluded(two_orgs, subject=Subject.PROFILE, value="Standard User", expires_on=today)
    world = two_orgs.services._world
    assert refresh_exclusions(world, today) == 0
    assert rows(two_orgs, "position", "SFDC")[0]["excluded"] == 6
    assert refresh_exclusions(world, today + timedelta(days=1)) == 1
    assert rows(two_orgs, "position", "SFDC")[0]["excluded"] == 0
    listed = two_orgs.handle(ListExclusions())
    assert {(each.is_past, each.ended_by, each.catches) for each in listed} == {(True, "", None), (True, "ben", None)}
    assert two_orgs.handle(ListExclusions(include_past=False)) == []


def test_an_exclusion_that_makes_no_sense_is_refused(two_orgs: Bench) -> None:
    with pytest.raises(UsageError, match="is over"):
        excluded(two_orgs, subject=Subject.USER, value="a@b", expires_on=date(2020, 1, 1))
    with pytest.raises(UsageError, match="a value and a reason"):
        two_orgs.handle(AddExclusion(subject=Subject.USER, value="a@b", reason="  "))
    with pytest.raises(ValueError, match="needs its kind"):
        AddExclusion(subject=Subject.IDENTIFIER, value="SFDC", reason="Free")
    excluded(two_orgs, subject=Subject.USER, value="a@b")
    with pytest.raises(RefusedError, match="excluded the same already: On leave"):
        excluded(two_orgs, subject=Subject.USER, value="A@B")


def test_whoever_was_excluded_meanwhile_is_left_out_just_before_sending(bench: Bench) -> None:
    bench.publish()
    people = [Person(user_id=f"00500000000000{number}AAA") for number in (1, 2)]
    numbers = tuple(bench.propose(*people))
    with bench.store.begin() as work:
        work._cursor.execute(
            "INSERT INTO user_exclusion VALUES (?, ?, 'x1', 'On leave', NULL)",
            [bench.org.org.org_id, people[0].user_id],
        )
        work.commit()
    plan = bench.handle(PlanReclaim(numbers=numbers))
    assert [(each.number, each.reason) for each in plan.left_out] == [(numbers[0], "Excluded: On leave.")]
    bench.run(Reclaim(numbers=numbers))
    assert {change.user_id for call in bench.org.sent for change in call.changes} == {people[1].user_id}
    assert bench.states() == {numbers[0]: State.CLOSED_SKIPPED, numbers[1]: State.CLOSED_COMPLETE}


def test_models_and_exclusions_are_exported(two_orgs: Bench, tmp_path: Path) -> None:
    excluded(two_orgs, subject=Subject.USER, value="=cmd@acme.example")
    for what, words in (("models", "Salesforce Integration"), ("exclusions", "'=cmd@acme.example")):
        path = tmp_path / f"{what}.csv"
        assert two_orgs.handle(Export(what=what, format="csv", output=str(path))).rows > 0
        assert words in path.read_text()


def _learn(bench: Bench, folder: Path, line: str) -> None:
    """What a start with a newer catalog does."""
    newer = folder / "newer"
    newer.mkdir(exist_ok=True)
    for file in reference_data.TABLES.values():
        (newer / file).write_text((PROJECT_DIR / "data" / file).read_text())
    with (newer / "license_catalog.csv").open("a") as catalog:
        catalog.write(line + "\n")
    with bench.store._cursor() as cursor:
        reference_data.load(cursor, newer)
