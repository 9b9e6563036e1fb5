"""Every page: with data, empty, and with a failed job."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from sfsam.domain.commands import (
    Connect,
    Download,
    DraftProfile,
    Enqueue,
    MoveCandidate,
    PlanReclaim,
    Reclaim,
    ReplaceSecret,
    RunScheduleNow,
    StartPracticeOrg,
)
from sfsam.domain.jobs import JobKind, JobState
from sfsam.errors import GuardExceeded, RefusedError
from sfsam.ui import messages
from sfsam.ui.components.tables import grid_key
from tests.fakes.frames import CANDIDATES, FAILURE
from tests.fakes.system import FakeSystem
from tests.ui.conftest import Open, said

PAGES = [
    "pages/home/overview.py",
    "pages/home/welcome.py",
    "pages/licenses/utilization.py",
    "pages/licenses/subscriptions.py",
    "pages/reclaim/candidates.py",
    "pages/operations/jobs.py",
    "pages/operations/audit.py",
]
NEEDS_DATA = [path for path in PAGES if "welcome" not in path and "operations" not in path]
BEST = [row["number"] for row in sorted(CANDIDATES[:12], key=lambda row: -row["potential_savings"])]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_opens_on_data(full: FakeSystem, visit: Open, path: str) -> None:
    app = visit(path)
    assert not app.exception
    assert said(app)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_opens_on_nothing(empty: FakeSystem, visit: Open, path: str) -> None:
    assert not visit(path).exception


@pytest.mark.parametrize("path", NEEDS_DATA)
def test_without_data_a_page_says_so_and_shows_no_number(empty: FakeSystem, visit: Open, path: str) -> None:
    app = visit(path)
    assert "No data yet" in said(app)
    assert not app.metric and not app.dataframe


def test_the_overview_leads_with_what_is_paid_and_what_comes_back(full: FakeSystem, visit: Open) -> None:
    text = said(visit("pages/home/overview.py"))
    assert "You pay **€2.77\u00a0M** a year for **3,300 seats** of Salesforce." in text
    assert "reclaiming them frees :primary[**€397,356**] a year." in text


def test_the_overview_draws_its_seven_charts(full: FakeSystem, visit: Open) -> None:
    assert len(visit("pages/home/overview.py").get("plotly_chart")) == 7


def test_key_figures_say_not_known_where_nothing_is_known(full: FakeSystem, visit: Open) -> None:
    full.reads._frames["overview_money"] = full.reads._frames["overview_money"].head(0)
    figures = {metric.label: metric.value for metric in visit("pages/home/overview.py").metric}
    assert figures["Annual spend"] == "Not known"
    assert figures["True-up cost"] == "Not known"


def test_the_org_in_the_address_acts_and_a_wrong_one_does_not(full: FakeSystem, visit: Open) -> None:
    assert "**12 seats** match" in said(visit("pages/licenses/subscriptions.py", org="EMEA"))
    assert "**47 seats** are held" in said(visit("pages/licenses/subscriptions.py", org="Nowhere"))


def test_the_search_narrows_the_list_and_its_lead(full: FakeSystem, visit: Open) -> None:
    app = visit("pages/licenses/subscriptions.py")
    app.text_input(key="q").input("anna").run()
    assert "**7 seats** match" in said(app)


def test_utilization_shows_parts_that_add_up(full: FakeSystem, visit: Open) -> None:
    app = visit("pages/licenses/utilization.py")
    row = app.dataframe[0].value.iloc[0]
    parts = sum(int(row[name].replace(",", "")) for name in ("Active", "Stale", "Other"))
    assert parts == int(row["Assigned"].replace(",", ""))


def tick(app, places: list[int]):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    key = grid_key("candidates", BEST[:10])
    app.session_state[key] = {"selection": {"rows": places, "columns": [], "cells": []}}
    return app.run()


def test_a_tick_shows_the_plan_with_every_call_and_who_stays_out(full: FakeSystem, visit: Open) -> None:
    app = tick(visit("pages/reclaim/candidates.py"), [0, 1, 2])
    assert not app.exception
    assert full.orders(PlanReclaim)[0].numbers == tuple(sorted(BEST[:3]))
    text = said(app)
    assert "Plan for 2 users: 3 calls, 4 seats freed" in text.replace("\\", "")
    assert "stays out" in text
    assert app.button(key="reclaim").label == "Reclaim 4 seats…"


def test_the_plan_is_asked_for_once_while_the_choice_stays(full: FakeSystem, visit: Open) -> None:
    app = tick(visit("pages/reclaim/candidates.py"), [0, 1])
    app.run()
    assert len(full.orders(PlanReclaim)) == 1


def test_nothing_is_sent_before_the_box_is_ticked_and_then_once_with_a_key(full: FakeSystem, visit: Open) -> None:
    app = tick(visit("pages/reclaim/candidates.py"), [0])
    app.button(key="reclaim").click().run()
    assert app.button(key="confirm_reclaim").disabled
    assert not full.orders(Reclaim)
    app.checkbox(key="has_read_plan").check().run()
    app.button(key="confirm_reclaim").click().run()
    assert [order.numbers for order in full.orders(Reclaim)] == [(BEST[0],)]
    assert all(command.key for command in full.sent if isinstance(command, Enqueue))
    assert "63% done" in said(app)


def test_a_plan_that_is_refused_says_why(full: FakeSystem, visit: Open) -> None:
    full.raises[PlanReclaim] = GuardExceeded("80 users are selected.", "Select fewer.")
    text = said(tick(visit("pages/reclaim/candidates.py"), [0])).replace("\\", "")
    assert "80 users are selected." in text and "Select fewer." in text


def test_keeping_needs_a_reason_and_sends_the_move(full: FakeSystem, visit: Open) -> None:
    app = visit("pages/reclaim/candidates.py")
    assert app.button(key="keep_confirm").disabled
    app.text_input(key="keep_reason").input("On leave until May").run()
    app.button(key="keep_confirm").click().run()
    move = full.orders(MoveCandidate)[0]
    assert (move.number, move.to, move.reason) == (BEST[0], "closed_skipped", "On leave until May")


def test_a_candidate_that_needs_attention_can_go_back_to_ready(full: FakeSystem, visit: Open) -> None:
    app = visit("pages/reclaim/candidates.py")
    _states(app).set_value("Attention").run()
    app.button(key="back_to_ready").click().run()
    assert full.orders(MoveCandidate)[0].to == "ready"


def test_the_chosen_state_stays_when_the_counts_change(full: FakeSystem, visit: Open) -> None:
    app = visit("pages/reclaim/candidates.py")
    _states(app).set_value("Complete").run()
    counts = full.reads.fetch("candidate_states")
    full.reads.replace("candidate_states", counts.assign(candidates=counts["candidates"] + 1))
    app.run()
    assert _states(app).value == "Complete"


def test_connecting_with_client_credentials_saves_a_draft_and_asks_for_the_job(empty: FakeSystem, visit: Open) -> None:
    app = visit("pages/home/welcome.py")
    app.text_input(key="new_name").input("Production")
    app.text_input(key="new_url").input("https://northwind.my.salesforce.com")
    app.text_input(key="new_client_id").input("3MVG9")
    app.text_input(key="new_client_secret_0").input("not for show")
    next(button for button in app.button if button.label == "Connect").click().run()
    assert not app.exception
    draft = empty.orders(DraftProfile)[0]
    assert draft.client_secret.get_secret_value() == "not for show"
    assert empty.orders(Connect)[0].profile == "p1"
    assert app.text_input(key="new_client_secret_1").value == ""
    assert "63% done" in said(app)


def test_authorization_code_shows_the_callback_and_leads_to_the_login_in_this_tab(
    empty: FakeSystem, visit: Open
) -> None:
    app = visit("pages/home/welcome.py")
    app.button_group(key="new_grant").set_value("authorization-code").run()
    assert app.code[0].value == "http://127.0.0.1:8501/oauth/callback"
    app.text_input(key="new_name").input("Production")
    app.text_input(key="new_url").input("https://northwind.my.salesforce.com")
    app.text_input(key="new_client_id").input("3MVG9")
    next(button for button in app.button if button.label.startswith("Save and go")).click().run()
    assert not empty.orders(Connect)
    links = [element.proto.body for element in app.get("html")]
    assert any('href="/oauth/start?profile=p1"' in body for body in links)


def test_a_form_with_a_gap_says_what_is_missing_and_sends_nothing(empty: FakeSystem, visit: Open) -> None:
    app = visit("pages/home/welcome.py")
    next(button for button in app.button if button.label == "Connect").click().run()
    assert "are needed" in said(app)
    assert not empty.orders(DraftProfile)


def test_a_refused_draft_says_why(empty: FakeSystem, visit: Open) -> None:
    empty.raises[DraftProfile] = RefusedError("A profile named 'A' exists already.", "Choose another name.")
    app = visit("pages/home/welcome.py")
    for key, value in {"new_name": "A", "new_url": "https://a.my.salesforce.com", "new_client_id": "3"}.items():
        app.text_input(key=key).input(value)
    next(button for button in app.button if button.label == "Connect").click().run()
    assert "exists already" in said(app)


def test_the_practice_org_is_one_click(empty: FakeSystem, visit: Open) -> None:
    app = visit("pages/home/welcome.py")
    app.button(key="start_practice").click().run()
    assert len(empty.orders(StartPracticeOrg)) == 1
    assert "You can close this page" in said(app)


def test_the_practice_org_can_be_started_in_another_situation(empty: FakeSystem, visit: Open) -> None:
    app = visit("pages/home/welcome.py")
    app.selectbox(key="practice_scenario").set_value("merger").run()
    app.button(key="start_practice").click().run()
    assert [order.scenario for order in empty.orders(StartPracticeOrg)] == ["merger"]


@pytest.mark.parametrize(("error", "words"), [("access_denied", "denied at the log-in"), ("Strange", "did not finish")])
def test_the_return_from_the_login_is_put_into_words(empty: FakeSystem, visit: Open, error: str, words: str) -> None:
    assert words in said(visit("pages/home/welcome.py", error=error)).replace("\\", "")


def test_a_failed_job_shows_what_remedy_and_salesforces_words(full: FakeSystem, visit: Open) -> None:
    app = visit("pages/operations/jobs.py")
    text = said(app).replace("\\", "")
    assert FAILURE.what in text and FAILURE.remedy in text
    assert FAILURE.said in [code.value for code in app.code]


def test_a_held_download_shows_its_numbers_and_can_be_confirmed(full: FakeSystem, visit: Open) -> None:
    held = FAILURE.model_copy(update={"error": "DownloadHeld", "what": "User: 9 rows, and 49 before.", "said": ""})
    job = full.add_job(JobKind.DOWNLOAD, JobState.FAILED, failure=held, job_id="job-3")
    app = visit("pages/operations/jobs.py")
    assert "9 rows, and 49 before" in said(app)
    app.button(key=f"accept_{job.job_id}").click().run()
    assert [(order.profile, order.accepts_fewer) for order in full.orders(Download)] == [("p1", True)]


def test_run_now_asks_for_one_job_and_shows_it(full: FakeSystem, visit: Open) -> None:
    app = visit("pages/operations/jobs.py")
    app.button(key="run_s1").click().run()
    assert [command.schedule for command in full.orders(RunScheduleNow)] == ["s1"]
    assert "Login history, 61,200 of about 97,000 rows" in said(app)


@pytest.mark.parametrize(("intact", "words"), [(True, "Nothing was changed"), (False, "breaks at entry 2")])
def test_verifying_the_chain_says_what_came_out(full: FakeSystem, visit: Open, intact: bool, words: str) -> None:
    full.intact = intact
    app = visit("pages/operations/audit.py")
    app.button(key="verify").click().run()
    assert words in said(app)


def test_a_practice_org_is_announced_on_every_page(full: FakeSystem, visit: Open) -> None:
    full.reads._frames["freshness"]["has_practice"] = True
    for path in PAGES:
        assert "Practice org" in said(visit(path))


def test_after_the_login_the_way_leads_to_the_overview(full: FakeSystem, visit: Open) -> None:
    app = visit("pages/home/welcome.py", connected="p1")
    assert "Salesforce accepted the log-in for **Production**" in said(app)
    assert [link.proto.label for link in app.get("page_link")] == ["Open the overview"]


def test_a_new_secret_is_sent_and_the_connection_tried_at_once(full: FakeSystem, visit: Open) -> None:
    app = visit("pages/home/welcome.py")
    app.text_input(key="secret_p1").input("rotated")
    next(button for button in app.button if button.label == "Save and connect").click().run()
    assert full.orders(ReplaceSecret)[0].client_secret.get_secret_value() == "rotated"
    assert full.orders(Connect)[0].profile == "p1"
    assert "rotated" not in said(app)


@pytest.mark.parametrize(
    ("fresh", "days", "words"),
    [
        ({"orgs": 2, "orgs_with_data": 2}, 0, "Both orgs are up to date"),
        ({"orgs": 1, "orgs_with_data": 1}, 0, "The org is up to date"),
        ({"orgs": 2, "orgs_with_data": 1}, 0, "1 of 2 orgs has no data yet"),
        ({"orgs": 2, "orgs_with_data": 2}, 5, "The oldest data is 5 days old"),
        ({"orgs": 2, "orgs_with_data": 2, "failed_since": 1}, 0, "A download failed"),
        ({"orgs": 2, "orgs_with_data": 2, "running_jobs": 3}, 5, "3 jobs are running"),
    ],
)
def test_the_sidebar_says_how_fresh_the_data_is(fresh: dict[str, int], days: int, words: str) -> None:
    assert words in messages.freshness(fresh, "today, 06:10", days)[0]


def test_amounts_of_several_currencies_stand_side_by_side() -> None:
    rows = [
        {"annual_spend": 100.0, "potential_savings": 10.0, "currency": "EUR"},
        {"annual_spend": 50.0, "potential_savings": 0.0, "currency": "USD"},
    ]
    assert "You pay **€100 and $50** a year" in messages.overview_lead({"owned": 3, "stale": 1}, rows, 60)


def _states(app: AppTest) -> Any:
    """The segments with the states; their key carries the counts."""
    return next(each for each in app.button_group if str(each.key).startswith("segment_"))
