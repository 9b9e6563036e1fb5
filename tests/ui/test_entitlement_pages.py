"""Entitlements, list prices, imports, renewals and savings: pages on the real store in memory, with the tiny org."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from sfsam import bootstrap
from sfsam.charts.renewals import renewal_bars, renewal_months
from sfsam.config import Settings
from sfsam.domain.commands import EnterSaving, ListEntitlements, Narrowing, SaveEntitlement
from sfsam.domain.jobs import JobState
from sfsam.domain.savings import Cause
from sfsam.services import Services
from sfsam.services.running import SilentControl
from sfsam.sheets import LazySheets
from sfsam.store.database import DuckDBStore
from sfsam.ui import frames
from sfsam.ui.components import export
from sfsam.ui.components.tables import grid_key
from sfsam.vault.fernet_vault import FernetVault
from tests.fakes.clock import FakeClock
from tests.fakes.salesforce import FakeOrg, FakeSalesforce
from tests.services.conftest import KEY, NoPractice
from tests.store import tiny_org
from tests.ui.conftest import Open, said

ENTITLEMENTS = "pages/licenses/entitlements.py"
RENEWALS = "pages/licenses/renewals.py"
SAVINGS = "pages/reclaim/savings.py"
TODAY = tiny_org.TAKEN_AT.date()
SALES = (tiny_org.ORG_ID, "user", "SFDC")
CONTRACT = SaveEntitlement(
    license="SFDC",
    quantity=12,
    unit_price=Decimal(100),
    currency="EUR",
    ends_on=TODAY + timedelta(days=40),
    contract="C-1",
)


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[bootstrap.System]:
    settings = Settings(data_dir=tmp_path, secret_key=KEY, key_file=tmp_path / "key")
    vault, clock, sheets, practice = FernetVault([KEY.encode()]), FakeClock(), LazySheets(), NoPractice()
    store = DuckDBStore.open(":memory:", audit_key=vault.audit_key())
    tiny_org.connect(store)
    tiny_org.load(store, tiny_org.stage(tmp_path))
    services = Services(store, FakeSalesforce(FakeOrg()), vault, practice, sheets, clock, settings)
    system = bootstrap.System(settings, store, services, practice, sheets, clock, b"cookie")
    bootstrap.set_current(system)
    monkeypatch.setattr(frames, "now", clock.now)
    yield system
    bootstrap.set_current(None)
    store.close()


def plain(app: AppTest) -> str:
    assert not app.exception
    return said(app).replace("\\", "")


def do_queued(system: bootstrap.System) -> None:
    """What the worker does, without its thread."""
    with system.store.begin() as work:
        job = work.jobs.next_queued()
        assert job is not None
    system.services.run(job, SilentControl())
    with system.store.begin() as work:
        work.jobs.save(job.model_copy(update={"state": JobState.SUCCEEDED, "result": {}}))
        work.commit()


def test_a_contract_is_entered_by_the_form_and_refused_in_words(system: bootstrap.System, visit: Open) -> None:
    app = visit(ENTITLEMENTS)
    assert "No contract is entered yet" in plain(app) and "No entitlements yet" in plain(app)
    app.button(key="new_entitlement").click().run()
    app.selectbox(key="form_license").set_value(SALES)
    app.text_input(key="form_quantity").input("12")
    app.text_input(key="form_price").input("1,234")
    app.text_input(key="form_contract").input("C-1")
    _submit(app, "Save entitlement")
    assert "can be read as 1234 or 1.234" in plain(app)
    app.text_input(key="form_price").input("EUR 99.90")
    _submit(app, "Save entitlement")
    text = plain(app)
    assert "**1 entitlement is** active for 1 license; they cost **€14" in text
    assert "the contract gives 12 seats, the org owns 10; that is 2 more on paper" in text
    [entered] = system.send(ListEntitlements())
    assert (entered.unit_price, entered.currency, entered.price_period) == (Decimal("99.90"), "EUR", "month")


def test_a_faulty_file_is_imported_and_repaired_on_the_page(system: bootstrap.System, visit: Open) -> None:
    app = visit(ENTITLEMENTS)
    content = b"License;Quantity;Unit price;Period;Currency\nSFDC;12;1,234;year;EUR\nNothing;1;;;\n"
    app.file_uploader(key="import_upload").upload("contracts.csv", content, "text/csv").run()
    app.button(key="import_start").click().run()
    do_queued(system)
    assert not list((system.settings.data_dir / "uploads").iterdir())
    app.run()
    assert "2 rows wait for repair" in plain(app)
    first, second = (row["row_id"] for row in system.reads.rows("import_rows"))
    app.text_input(key=f"cell_{first}_unit_price").input("1234.00")
    _submit(app, "Try again")
    assert "1 row waits for repair" in plain(app)
    assert [each.unit_price for each in system.send(ListEntitlements())] == [Decimal(1234)]
    assert app.text_input(key=f"cell_{second}_license").value == "Nothing"
    _submit(app, "Leave it out")
    assert "#### 1 row waits" not in plain(app) and not system.reads.rows("import_rows")
    assert list(app.table[0].value["File"]) == ["contracts\\.csv"]


def test_an_own_price_is_entered_and_reverted(system: bootstrap.System, visit: Open) -> None:
    app = visit(ENTITLEMENTS)
    keys = list(frames.page("prices", order_by="licenses", descending=True, limit=12, offset=0)["price_key"])
    place = keys.index("user SFDC Enterprise Edition")
    app.session_state[grid_key("prices", keys)] = {
        "selection": {"rows": [], "columns": [], "cells": [(place, "License")]}
    }
    app.run()
    assert "Salesforce fact sheet 6.3" in plain(app)
    app.text_input(key=f"price_price_{keys[place]}").input("150.00")
    _submit(app, "Save price")
    assert not app.exception
    [entered] = [row for row in system.reads.rows("prices") if row["is_entered"]]
    assert (entered["price_per_month"], entered["shipped_price"]) == (150, 175)


def test_renewals_lead_with_what_is_at_stake_and_advise(system: bootstrap.System, visit: Open) -> None:
    assert "Nothing ends within **90 days**." not in plain(visit(RENEWALS))  # the Sales User license expires in January
    system.send(CONTRACT)
    text = plain(visit(RENEWALS))
    assert "**2 renewals come** up within 90 days, the first on 3 Jan 2027." in text
    assert "Renewing only the seats that are needed saves :primary[**€9,600**] a year." in text  # 12 end, 4 are needed
    assert "12 seats end and 4 are needed: renew 4, leave 8." in text
    assert "Nothing ends within **30 days**." in plain(visit(RENEWALS, within="30 days"))


def test_savings_stand_side_by_side_and_need_their_proof(system: bootstrap.System, visit: Open) -> None:
    system.send(CONTRACT)
    app = visit(SAVINGS)
    assert "**€3.6\u00a0k** a year could be freed now, **nothing** was freed, **nothing** is realized." in plain(app)
    app.selectbox(key="saving_license").set_value(SALES)
    app.text_input(key="saving_amount").input("EUR 2400")
    _submit(app, "Enter")
    assert "A saving needs its proof." in plain(app)
    app.text_input(key="saving_proof").input("Order form 9")
    _submit(app, "Enter")
    assert "**€2.4\u00a0k** is realized" in plain(app)
    returned = EnterSaving(
        cause=Cause.PURCHASE_AVOIDED, license="SFDC", amount=Decimal(1), currency="USD", saved_on=TODAY, proof="x"
    )
    system.send(returned)
    assert "**€2.4\u00a0k and $1** is realized" in plain(visit(SAVINGS))


def test_the_address_narrows_contracts_and_renewals_by_kind_and_license(system: bootstrap.System, visit: Open) -> None:
    system.send(CONTRACT)
    assert "**1 entitlement is** active" in plain(visit(ENTITLEMENTS, kind="User license"))
    app = visit(ENTITLEMENTS, kind="Package license")
    assert "No entitlement fits these filters." in plain(app)
    assert [box.label for box in app.multiselect] == ["Kind", "License"]  # a contract belongs to no department
    assert "**1 renewal comes** up within 90 days, the first on 3 Jan 2027." in plain(
        visit(RENEWALS, model="Salesforce")
    )
    text = plain(visit(RENEWALS, kind="Permission set license"))
    assert "**1 renewal comes** up within 90 days, the first on 31 Jan 2027." in text
    assert "No forecast: 1 day of history, 14 are needed." in text
    assert "Nothing ends within **90 days**." in plain(visit(RENEWALS, model="SBQQ"))


def test_exports_are_narrowed_as_the_page_is(
    system: bootstrap.System, visit: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Narrowing] = []
    monkeypatch.setattr(export, "_file", lambda what, form, narrowing: asked.append(narrowing) or b"")
    monkeypatch.setattr(export.st, "download_button", lambda *_, data, **__: callable(data) and data())
    visit(RENEWALS, within="30 days", kind="User license")
    assert {(each.within_days, each.kinds) for each in asked} == {(30, ("user",))}
    asked.clear()
    visit(ENTITLEMENTS, q="C-1", model="Salesforce")
    assert {(each.search, each.models) for each in asked} == {("C-1", ("Salesforce",))}


def test_the_address_narrows_savings_by_department_as_far_as_one_is_known(
    system: bootstrap.System, visit: Open
) -> None:
    entered = EnterSaving(
        cause=Cause.PURCHASE_AVOIDED, license="SFDC", amount=Decimal(5), currency="USD", saved_on=TODAY, proof="x"
    )
    system.send(entered)
    assert "**$6.3\u00a0k** a year could be freed now, **nothing** was freed, **$5** is realized." in plain(
        visit(SAVINGS)
    )
    text = plain(visit(SAVINGS, department="Sales"))  # one of the three stale seats
    assert "**$2.1\u00a0k** a year could be freed now, **nothing** was freed, **nothing** is realized." in text
    assert "Of seats that are gone no department is known" in text
    assert "**nothing** a year could be freed now" in plain(visit(SAVINGS, kind="Package license"))


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_months_of_renewals_add_up_in_their_currency_alone(mode: Any) -> None:
    ends = [date(2026, 12, 31), date(2026, 12, 1), date(2027, 2, 1), date(2027, 2, 1)]
    rows = pd.DataFrame(
        {
            "ends_on": ends,
            "currency": ["EUR", "EUR", "EUR", "USD"],
            "annual_cost": [10.0, 5, 7, 99],
            "at_stake": [4.0, 0, 7, 9],
        }
    )
    months = renewal_months(rows, "EUR", pd.Timestamp(2026, 11, 24), pd.Timestamp(2027, 2, 20))
    assert list(zip(months["needed"], months["at_stake"], strict=True)) == [(0, 0), (11, 4), (0, 0), (0, 7)]
    needed, at_stake = renewal_bars(months, mode).data
    assert (list(needed.y), list(at_stake.y)) == ([0, 11, 0, 0], [0, 4, 0, 7])


def _submit(app: AppTest, label: str) -> None:
    next(button for button in app.button if button.label == label).click().run()
