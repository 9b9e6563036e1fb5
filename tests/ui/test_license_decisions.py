"""Software models, unrecognized identifiers and exclusions: the pages over the real services and a real store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from sfsam import bootstrap
from sfsam.config import Settings
from sfsam.domain.commands import ListExclusions
from sfsam.services import Services
from sfsam.sheets.xlsx import ExcelSheets
from sfsam.store.counting import price_licenses
from sfsam.store.database import DuckDBStore
from sfsam.ui import viewer
from sfsam.vault.fernet_vault import FernetVault
from tests.fakes.clock import FakeClock
from tests.fakes.salesforce import FakeOrg, FakeSalesforce
from tests.services.conftest import KEY, NoPractice
from tests.store import tiny_org
from tests.ui.conftest import Open, said

UNRECOGNIZED = "pages/licenses/unrecognized_identifiers.py"
MODELS = "pages/licenses/software_models.py"
EXCLUSIONS = "pages/licenses/exclusions.py"
SBQQ = "package_SBQQ"


@pytest.fixture
def system(tmp_path: Path) -> Iterator[SimpleNamespace]:
    """The tiny org in a store of its own, with the services that the app has."""
    settings = Settings(data_dir=tmp_path, secret_key=KEY, key_file=tmp_path / "key")
    vault = FernetVault([KEY.encode()])
    store = DuckDBStore.open(":memory:", audit_key=vault.audit_key())
    tiny_org.connect(store)
    tiny_org.load(store, tiny_org.stage(tmp_path))
    services = Services(store, FakeSalesforce(FakeOrg()), vault, NoPractice(), ExcelSheets(), FakeClock(), settings)
    held = SimpleNamespace(reads=store.reads, send=services.handle, settings=settings, store=store)
    bootstrap.set_current(held)  # type: ignore[arg-type]
    yield held
    bootstrap.set_current(None)
    store.close()


def plain(text: str) -> str:
    return text.replace("\\", "")


def test_an_identifier_is_mapped_and_taken_back(system: SimpleNamespace, visit: Open) -> None:
    app = visit(UNRECOGNIZED)
    assert not app.exception
    assert "**3 identifiers**" in said(app) and "What is SBQQ?" in said(app)
    app.button(key="map_identifier").click().run()
    assert "Product is missing." in plain(said(app))
    app.text_input(key=f"product_{SBQQ}").input("Salesforce CPQ").run()
    app.segmented_control(key=f"paid_{SBQQ}").set_value("Paid").run()
    app.button(key="map_identifier").click().run()
    text = plain(said(app))
    assert "**Salesforce CPQ** from now on: 3 seats follow in 1 org." in text
    assert "Said by **local**" in text and "**2 identifiers**" in text
    models = visit(MODELS)
    assert "Salesforce CPQ" in set(models.dataframe[0].value["Model"])
    [mapping] = system.reads.rows("mappings")
    app.button(key=f"unmap_{mapping['mapping_id']}").click().run()
    assert "**not recognized again**" in said(app) and system.reads.rows("mappings") == []


def test_a_suggestion_fills_the_form_and_the_catalogs_later_word_can_be_kept_or_accepted(
    system: SimpleNamespace, visit: Open, tmp_path: Path
) -> None:
    with system.store._cursor() as cursor:
        cursor.execute("UPDATE license SET label = 'Customer Community Log-in' WHERE identifier = 'XYZ_NEW'")
        price_licenses(cursor)
    system.store.reads.data_changed()
    app = visit(UNRECOGNIZED, q="XYZ")
    suggestion = next(button for button in app.button if str(button.key).startswith("suggest_user_XYZ_NEW"))
    suggestion.click().run()
    assert app.text_input(key="product_user_XYZ_NEW").value == "Customer Community"
    app.button(key="map_identifier").click().run()
    with system.store._cursor() as cursor:
        cursor.execute(
            "INSERT INTO license_catalog SELECT * REPLACE ('XYZ_NEW' AS identifier, 'Portal' AS product)"
            " FROM license_catalog WHERE identifier = 'SFDC'"
        )
    system.store.reads.data_changed()
    app = visit(UNRECOGNIZED)
    assert "The catalog now calls `XYZ_NEW` **Portal**, paid." in plain(said(app))
    [mapping] = system.reads.rows("mappings")
    app.button(key=f"keep_{mapping['mapping_id']}").click().run()
    assert "The catalog says Portal." in plain(said(app))
    app.button(key=f"unmap_{mapping['mapping_id']}").click().run()
    assert "`XYZ_NEW` is **Portal**." in plain(said(app))


def test_a_model_shows_its_licenses_and_what_would_cost_less(system: SimpleNamespace, visit: Open) -> None:
    app = visit(MODELS)
    assert not app.exception
    text = plain(said(app))
    assert "are not recognized" in text
    assert "**Salesforce Platform**, **$1,800** less a seat and year" in text and "Loses: Leads" in text
    assert "Nothing matches" in said(visit(MODELS, q="no such model"))


def test_an_exclusion_is_looked_at_saved_and_removed(system: SimpleNamespace, visit: Open) -> None:
    app = visit(EXCLUSIONS)
    assert not app.exception
    assert "Nothing is excluded" in said(app)
    app.selectbox(key="exclude_what").set_value("pattern").run()
    app.text_input(key="exclude_pattern").input("?e?@acme.example").run()
    app.button(key="preview").click().run()
    text = plain(said(app))
    assert "Catches **1 user** with **4 seats**" in text and "of potential savings" in text
    app.button(key="exclude").click().run()
    assert "Reason is missing." in plain(said(app)) and system.send(ListExclusions()) == []
    app.text_input(key="exclude_reason").input("On leave").run()
    app.button(key="exclude").click().run()
    assert "is excluded; 0 open candidates were closed." in plain(said(app))
    [exclusion] = system.send(ListExclusions())
    assert (exclusion.value, exclusion.reason, exclusion.created_by, exclusion.catches) == (
        *("?e?@acme.example", "On leave", "local", 1),
    )
    app.button(key=f"remove_{exclusion.exclusion_id}").click().run()
    assert "is no longer excluded" in said(app) and "Expired and removed" in said(app)


def test_another_value_needs_another_look_before_it_is_saved(system: SimpleNamespace, visit: Open) -> None:
    app = visit(EXCLUSIONS)
    app.selectbox(key="exclude_what").set_value("identifier").run()
    app.selectbox(key="exclude_license").set_value(("user", "SFDC")).run()
    app.button(key="preview").click().run()
    assert "**$21,000 of spend" in plain(said(app))
    assert [button.label for button in app.button if button.key == "exclude"] == ["Exclude 1 license"]
    app.selectbox(key="exclude_license").set_value(("package", "SBQQ")).run()
    assert not [button for button in app.button if button.key == "exclude"]


def test_an_analyst_may_look_and_not_decide(
    system: SimpleNamespace, visit: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(viewer, "person", lambda: viewer.Person("ana", frozenset({viewer.Role.ANALYST})))
    for path in (UNRECOGNIZED, EXCLUSIONS):
        app = visit(path)
        assert "A license manager decides this" in said(app)
        assert not [button for button in app.button if button.key in ("map_identifier", "preview", "exclude")]
