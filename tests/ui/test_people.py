"""The pages about people, over the real store: what they say, what a click sends, and who stands where."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from sfsam import bootstrap
from sfsam.domain.commands import ConfirmMatch
from sfsam.domain.jobs import JobKind
from sfsam.domain.people import Person
from sfsam.services import Services
from sfsam.sheets import LazySheets
from sfsam.store.database import DuckDBStore
from sfsam.vault.fernet_vault import FernetVault
from tests.fakes.clock import FakeClock
from tests.fakes.salesforce import FakeOrg, FakeSalesforce
from tests.services.conftest import KEY, NoPractice, Settings
from tests.store import people_rows, tiny_org
from tests.store.tiny_org import OBJECTS, ORG_ID, TAKEN_AT
from tests.ui.conftest import Open, said

PEOPLE, PERSON = "pages/licenses/people.py", "pages/licenses/person.py"
SANDBOX = "00Dxx0000002sBoxEA"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDBStore]:
    """Two orgs; Ada is known in both, the others have one e-mail in both, Hal may be a person of the directory."""
    vault = FernetVault([KEY.encode()])
    opened = DuckDBStore.open(":memory:", audit_key=vault.audit_key())
    for org_id, profile_id, name in ((ORG_ID, "p1", "Production"), (SANDBOX, "p2", "Sandbox")):
        tiny_org.connect(opened, profile_id=profile_id, org_id=org_id, name=name, is_sandbox=org_id == SANDBOX)
        folder = tmp_path_factory.mktemp(profile_id)
        tiny_org.load(opened, tiny_org.stage(folder, OBJECTS, org_id=org_id, profile_id=profile_id))
    people_rows.enter(opened)
    hal = Person(person_id="p-hal", name="Hal", email="h@acme.example", department="", source="s", updated_at=TAKEN_AT)
    with opened.begin() as work:
        work.people.save_persons([hal])
        work.commit()
    yield opened
    opened.close()


@pytest.fixture
def services(store: DuckDBStore, tmp_path: Path) -> Iterator[Services]:
    settings = Settings(data_dir=tmp_path, secret_key=KEY, key_file=tmp_path / "key")
    vault = FernetVault([KEY.encode()])
    services = Services(store, FakeSalesforce(FakeOrg()), vault, NoPractice(), LazySheets(), FakeClock(), settings)
    bootstrap.set_current(  # type: ignore[arg-type]
        SimpleNamespace(reads=store.reads, settings=settings, sheets=LazySheets(), send=services.handle)
    )
    yield services
    bootstrap.set_current(None)


def grid(app: AppTest) -> list[list[str]]:
    return [[str(cell) for cell in row] for row in app.dataframe[0].value.to_numpy()]


def test_people_stand_once_with_their_orgs_and_seats(services: Services, visit: Open) -> None:
    app = visit(PEOPLE)
    assert not app.exception
    assert "in several orgs" in said(app) and "matched to 2 people" in said(app)
    ada = next(row for row in grid(app) if row[0] == "Ada")
    assert (ada[1], ada[4:8]) == ("['Person']", ["2", "2", "8", "$4,200"])
    assert "Ivy" not in [row[0] for row in grid(app)]  # a machine
    assert [row[0] for row in grid(visit(PEOPLE, q="hal"))] == ["Hal"]
    assert [row[0] for row in grid(visit(PEOPLE, who="In several orgs"))] == ["Ada"]


def test_a_suggestion_is_confirmed_with_one_click_and_taken_back_on_the_persons_page(
    services: Services, visit: Open
) -> None:
    app = visit(PEOPLE, show="Not known", q="hal")
    assert "Same name" in said(app)
    app.button(key=f"confirm_{ORG_ID}_005-hal_p-hal").click().run()
    assert not app.exception
    page = visit(PERSON, org=ORG_ID, user="005-hal")
    assert "somebody confirmed the match" in said(page)
    page.button(key=f"forget_{ORG_ID}_005-hal").click().run()
    assert "somebody confirmed the match" not in said(page)


def test_one_persons_page_tells_every_org_signal_seat_and_entry(services: Services, visit: Open) -> None:
    for address in ({"person": "p-ada"}, {"org": SANDBOX, "user": "005-ada"}):
        page = visit(PERSON, **address)
        assert not page.exception
        words = said(page)
        assert "**Ada** holds **8 seats** in 2 orgs" in words and "last used Salesforce 4 days ago" in words
        tables = "\n".join(table.value.to_string() for table in page.table)
        assert "**Interactive login** :primary[:material/gavel: decides]" in tables
        assert "RC0000009" in tables and "People match confirmed" in tables
        assert "on leave" in words and "matched by the rule E\\-mail" in words
    machine = visit(PERSON, org=ORG_ID, user="005-ivy")
    assert "Machine logins are shown and do not count as use." in said(machine)
    assert "never proposed for reclaim" in said(machine)
    assert "In grace until" in said(visit(PERSON, org=ORG_ID, user="005-dan"))
    assert "Nobody here" in said(visit(PERSON, person="p-none"))
    assert "Which person?" in said(visit(PERSON))


def test_a_rule_is_previewed_then_saved_and_the_users_are_matched_anew(services: Services, visit: Open) -> None:
    app = visit(PEOPLE, show="Rules")
    assert "**1. E\\-mail**" in said(app)
    app.selectbox(key="transform").select("remove_domain").run()
    app.button(key="preview_rule").click().run()
    assert "By itself the rule finds" in said(app)
    app.text_input(key="rule_name").input("By user name").run()
    app.button(key="save_rule").click().run()
    assert not app.exception
    assert "By user name" in said(app)
    with services._world.store.begin() as work:
        assert work.jobs.newest(1)[0].kind is JobKind.RESOLVE_PEOPLE
        assert [rule.name for rule in work.people.rules()][-1] == "By user name"


def test_erasing_shows_first_what_changes(services: Services, visit: Open) -> None:
    page = visit(PERSON, org=ORG_ID, user="005-gus")
    page.button(key="erase").click().run()
    assert "A pseudonym takes the place of the name" in said(page)
    assert page.button(key="confirm_erase").disabled
    page.checkbox(key="has_read_erase").check().run()
    page.button(key="confirm_erase").click().run()
    assert "Erased person" in said(visit(PERSON, org=ORG_ID, user="005-gus"))


def test_a_past_day_and_the_directory_open(services: Services, visit: Open) -> None:
    assert "on 24 Nov 2026" in said(visit(PEOPLE, show="A past day"))
    assert "One row per person" in said(visit(PEOPLE, show="Directory"))


def test_a_user_said_to_be_nobody_stands_apart(services: Services, visit: Open) -> None:
    services.handle(ConfirmMatch(org_id=ORG_ID, user_id="005-cleo", person_id=None))
    assert "no person" in said(visit(PERSON, org=ORG_ID, user="005-cleo"))
    assert "Cleo" in [row[0] for row in grid(visit(PEOPLE, who="Machines and no persons"))]
