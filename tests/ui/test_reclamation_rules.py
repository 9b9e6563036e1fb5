"""The reclamation rules, and proposing a seat by hand: the pages over the real services and a real store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sfsam import bootstrap
from sfsam.config import Settings
from sfsam.domain.candidates import Action
from sfsam.domain.commands import Identify, ListReclamationRules
from sfsam.domain.jobs import Job, JobKind
from sfsam.domain.rules import RuleType
from sfsam.services import Services
from sfsam.services.running import SilentControl
from sfsam.sheets import LazySheets
from sfsam.store.database import DuckDBStore
from sfsam.ui import candidate_messages
from sfsam.vault.fernet_vault import FernetVault
from tests.fakes.clock import FakeClock
from tests.fakes.salesforce import FakeOrg, FakeSalesforce
from tests.services.conftest import KEY, NoPractice
from tests.store import tiny_org
from tests.ui.conftest import Open, said

RULES = "pages/reclaim/rules.py"
PERSON = "pages/licenses/person.py"


@pytest.fixture
def system(tmp_path: Path) -> Iterator[SimpleNamespace]:
    """The tiny org in a store of its own, with the services that the app has."""
    settings = Settings(data_dir=tmp_path, secret_key=KEY, key_file=tmp_path / "key")
    vault = FernetVault([KEY.encode()])
    store = DuckDBStore.open(":memory:", audit_key=vault.audit_key())
    tiny_org.connect(store)
    tiny_org.load(store, tiny_org.stage(tmp_path))
    services = Services(store, FakeSalesforce(FakeOrg()), vault, NoPractice(), LazySheets(), FakeClock(), settings)

    def send(command: Any, *caller: Any) -> Any:
        return services.handle(command, *caller)

    def identify() -> None:
        job = Job(
            job_id="j9",
            kind=JobKind.IDENTIFY,
            profile_id=None,
            key="k",
            arguments=Identify().model_dump(mode="json"),
            requested_by="ada",
            created_at=tiny_org.TAKEN_AT,
        )
        services.run(job, SilentControl())

    held = SimpleNamespace(reads=store.reads, send=send, settings=settings, store=store, identify=identify)
    bootstrap.set_current(held)  # type: ignore[arg-type]
    yield held
    bootstrap.set_current(None)
    store.close()


def rules(system: SimpleNamespace) -> dict[str, Any]:
    return {row.name: row for row in system.send(ListReclamationRules())}


def test_a_rule_is_looked_at_before_it_is_saved_then_changed_turned_off_and_deleted(
    system: SimpleNamespace, visit: Open
) -> None:
    app = visit(RULES)
    assert not app.exception
    assert "No rules yet" in said(app)
    system.identify()
    app = visit(RULES)
    assert "**3 rules** look for seats to take back, 1 is off. They hold **5 open candidates**." in said(app)
    assert list(app.dataframe[0].value["Open"]) == ["2", "1", "2", "0"]
    app.button(key="preview_rule").click().run()
    assert "Name is missing or too long." in said(app).replace("\\", "")
    app.text_input(key="rule_name").input("Sales, sooner").run()
    app.number_input(key="rule_days").set_value(50).run()
    app.multiselect(key="rule_departments").set_value(["Sales"]).run()
    app.radio(key="rule_action").set_value(Action.FREEZE).run()
    app.button(key="preview_rule").click().run()
    text = said(app)
    assert "Catches **1 seat** of **1 person**" in text and "none new, 1 candidates already" in text
    assert [button.label for button in app.button if button.key == "save_rule"] == ["Save the rule"]
    app.text_input(key="rule_name").input("Sales, much sooner").run()
    assert not [button for button in app.button if button.key == "save_rule"]  # not what was looked at
    app.button(key="preview_rule").click().run()
    app.button(key="save_rule").click().run()
    assert "**Sales, much sooner** is saved." in said(app)
    saved = rules(system)["Sales, much sooner"]
    assert (saved.stale_after_days, saved.scope.departments, saved.action) == (50, ("Sales",), Action.FREEZE)
    assert [row["kind"] for row in system.reads.rows("jobs")] == ["identify"]  # asked for by the page
    system.identify()

    app = visit(RULES, rule=saved.rule_id)
    assert "#### Sales, much sooner" in said(app)
    app.button(key="edit_rule").click().run()
    assert app.number_input(key="rule_days").value == 50
    app.number_input(key="rule_days").set_value(70).run()
    app.button(key="preview_rule").click().run()
    assert "It catches nobody now." in said(app)
    app.button(key="save_rule").click().run()
    assert rules(system)["Sales, much sooner"].stale_after_days == 70
    app.button(key="turn_rule").click().run()
    assert "is off; 1 open candidate was closed." in said(app)
    app.button(key="delete_rule_confirm").click().run()
    assert "Sales, much sooner" not in rules(system)


def test_a_rule_that_lacks_something_is_refused_in_words(system: SimpleNamespace, visit: Open) -> None:
    system.identify()
    app = visit(RULES)
    app.selectbox(key="rule_type").set_value(RuleType.CHEAPER_LICENSE).run()
    app.text_input(key="rule_name").input("Downgrade").run()
    app.button(key="preview_rule").click().run()
    assert not app.exception
    assert "A change of license needs the Salesforce profile that people get." in said(app).replace("\\", "")
    app.selectbox(key="rule_type").set_value(RuleType.OVERLAPPING_LICENSE).run()
    app.multiselect(key="rule_identifiers").set_value(["CRMUserPsl"]).run()
    app.multiselect(key="rule_included").set_value(["SalesUserPsl"]).run()
    app.button(key="preview_rule").click().run()
    assert "Catches **1 seat** of **1 person**" in said(app)


def test_a_seat_is_proposed_from_the_page_of_its_person(system: SimpleNamespace, visit: Open) -> None:
    where = f"{tiny_org.ORG_ID}_005-ada"
    app = visit(PERSON, org=tiny_org.ORG_ID, user="005-ada")
    assert not app.exception
    app.selectbox(key=f"propose_seat_{where}").set_value("permission_set:SalesUserPsl").run()
    assert "Take back the permission set license, once somebody reclaims it." in said(app)
    app.text_input(key=f"propose_reason_{where}").input("Left sales.").run()
    app.button(key=f"propose_confirm_{where}").click().run()
    assert "**Sales User** is a candidate now: RC0000001." in said(app).replace("\\", "")
    [row] = system.reads.rows("candidates")
    sentence = candidate_messages.candidate_sentence(row, 60).replace("\\", "")
    assert "was proposed by local: Left sales." in sentence
    assert candidate_messages.why_in_short(row) == "Proposed"
