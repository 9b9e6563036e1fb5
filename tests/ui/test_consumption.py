"""The consumption page: with entitlements at every pace, with none, and before anything was downloaded."""

from __future__ import annotations

from typing import Any

import pandas as pd

from sfsam.domain.commands import Export
from sfsam.ui import consumption_messages as messages
from tests.fakes.consumption import CONSUMPTION, CONSUMPTION_HISTORY
from tests.fakes.system import FakeSystem
from tests.ui.conftest import Open, said

PAGE = "pages/licenses/consumption.py"


def given(system: FakeSystem, rows: list[dict[str, Any]]) -> None:
    system.reads.replace("consumption", pd.DataFrame(rows, columns=list(CONSUMPTION[0])))
    system.reads.replace("consumption_history", pd.DataFrame(CONSUMPTION_HISTORY))


def test_the_page_leads_with_what_is_used_too_fast(full: FakeSystem, visit: Open) -> None:
    given(full, CONSUMPTION)
    app = visit(PAGE)
    assert not app.exception
    text = said(app).replace("\\", "")
    assert "**6 entitlements** by use. :primary[**2**] are used too fast." in text
    assert "First Conversations in Production: **120** of 100 are used." in text
    assert {metric.label: metric.value for metric in app.metric} == {
        "Too fast": "2",
        "On course": "1",
        "Far below": "1",
        "Others": "2",
    }
    table = app.dataframe[0].value.set_index("Entitlement")
    assert list(table.loc["Requests", ["Allowed", "Used", "Expected", "Remaining"]]) == ["100", "90", "60", "10"]
    assert list(table.loc["Flows", ["Allowed", "Expected", "Remaining"]]) == ["Unlimited", "—", "—"]
    assert list(table.loc["Storage", ["Used", "Remaining", "Counted"]]) == ["Not known", "Not known", "—"]
    assert table.loc["Logins", "Period"] == "Held"
    assert "More is used than is allowed." in text
    assert len(app.get("plotly_chart")) == 2  # the bars, and the course of the first entitlement


def test_without_entitlements_the_page_says_what_they_depend_on(full: FakeSystem, visit: Open) -> None:
    given(full, [])
    app = visit(PAGE)
    assert messages.NONE[0] in said(app)
    assert not app.metric and not app.dataframe
    assert "Look at the profiles" in [link.proto.label for link in app.get("page_link")]


def test_without_data_it_says_that(empty: FakeSystem, visit: Open) -> None:
    given(empty, [])
    assert "No data yet" in said(visit(PAGE))


def test_what_is_said_of_one_entitlement() -> None:
    rows = {row["label"]: row for row in CONSUMPTION}
    assert messages.pace(rows["Requests"]).endswith("At this pace it is used up on 3 Dec 2026.")
    assert messages.pace(rows["Logins"]) == "What is held stays held; nothing of it is expected by a day."
    calm = [row for row in CONSUMPTION if row["pace"] == "even"]
    assert messages.lead(calm) == "**1 entitlement** by use. None of them is used faster than its period runs."
    assert ":primary[**One**] is used too fast." in messages.lead([rows["Requests"], *calm])


def test_it_can_be_exported_by_its_name() -> None:
    assert Export(what="consumption", format="csv", output="/tmp/x.csv").what == "consumption"  # noqa: S108
