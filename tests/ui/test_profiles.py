"""The list of integration profiles and the record of one: published, draft, paused, troubled, none."""

from __future__ import annotations

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from sfsam.domain.commands import DeleteProfile, Pause, Resume, RunScheduleNow
from sfsam.domain.jobs import JobKind
from sfsam.domain.profiles import ProfileStatus
from sfsam.errors import RefusedError
from sfsam.ui import playbook_messages as messages
from sfsam.ui.messages import KIND_WORDS
from tests.fakes.frames import POSITION, PRODUCTION
from tests.fakes.system import FakeSystem, profile
from tests.ui.conftest import Open, said

LIST, RECORD = "pages/operations/profiles.py", "pages/operations/integration_profile.py"


def record(system: FakeSystem, visit: Open, **changed: object) -> AppTest:
    system.profiles = [system.profiles[0].model_copy(update=changed)]
    app = visit(RECORD, profile="p1")
    assert not app.exception
    return app


def figures(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def test_without_a_profile_the_list_says_so_and_leads_on(empty: FakeSystem, visit: Open) -> None:
    app = visit(LIST)
    assert messages.NO_INTEGRATION_PROFILES[0] in said(app)
    assert [link.proto.label for link in app.get("page_link")] == ["Create direct integration"]


def test_all_orgs_stand_in_one_list_with_their_alias(full: FakeSystem, visit: Open) -> None:
    draft = profile(profile_id="p2", name="EMEA", connected=False)
    full.profiles = [
        profile().model_copy(update={"alias": "Salesforce"}),
        draft,
        profile(profile_id="p3", name="Sandbox").model_copy(update={"is_sandbox": True, "alias": "sandbox"}),
    ]
    app = visit(LIST)
    text = said(app)
    assert "**2 profiles** are published; 1 draft waits to be published." in text
    assert "Enterprise Edition, sandbox" in text and "sandbox" in text
    assert "Go on with EMEA" in [link.proto.label for link in app.get("page_link")]


def test_a_record_shows_models_unrecognized_identifiers_and_seats(full: FakeSystem, visit: Open) -> None:
    app = record(full, visit)
    assert figures(app) == {"Subscriptions": "2,770", "Software models": "3", "Unrecognized": "1"}
    assert "**Production** is published." in said(app)


def test_every_part_of_a_record_has_an_empty_state(empty: FakeSystem, visit: Open) -> None:
    empty.profiles = [profile(connected=False)]
    text = said(visit(RECORD, profile="p1"))
    for title, _ in (
        messages.NO_MODELS,
        messages.NO_SUBSCRIPTIONS,
        messages.NO_CONSUMPTION,
        messages.NO_RESULTS,
        messages.NO_EXCLUSIONS,
        messages.NO_SCHEDULE,
    ):
        assert title in text
    assert messages.DRAFT in text


def test_the_record_lists_subscriptions_by_kind_and_consumption(full: FakeSystem, visit: Open) -> None:
    tables = [table.value for table in record(full, visit).table]
    kinds = next(table for table in tables if "Licenses" in table)
    held = [row for row in POSITION if row["org_id"] == PRODUCTION]
    assert set(kinds["Kind"]) == {KIND_WORDS[row["kind"]] for row in held}
    assert kinds["Subscriptions"].str.replace(",", "").astype(int).sum() == sum(row["assigned"] for row in held)
    used = next(table for table in tables if "Entitlement" in table).set_index("Entitlement")
    assert list(used.loc["Conversations"]) == ["120", "100", "Over"]


@pytest.mark.parametrize("name", ["", "no-such"])
def test_a_record_of_nobody_leads_to_the_list(full: FakeSystem, visit: Open, name: str) -> None:
    app = visit(RECORD, **({"profile": name} if name else {}))
    assert "Which profile?" in said(app)
    assert not app.metric


def test_the_refresh_can_be_run_now_and_shows_its_progress_on_the_record(full: FakeSystem, visit: Open) -> None:
    app = record(full, visit)
    app.button(key="run_s1").click().run()
    assert full.orders(RunScheduleNow)[0].schedule == "s1"
    assert "63% done" in said(app)


def test_pause_and_resume(full: FakeSystem, visit: Open) -> None:
    record(full, visit).button(key="pause").click().run()
    assert full.orders(Pause)[0].profile == "p1"
    app = record(full, visit, is_paused=True)
    assert "is paused" in said(app) and messages.PAUSED in said(app)
    app.button(key="pause").click().run()
    assert full.orders(Resume)[0].profile == "p1"


def test_a_draft_cannot_be_paused(full: FakeSystem, visit: Open) -> None:
    app = record(full, visit, status=ProfileStatus.DRAFT)
    assert "Pause" not in [button.label for button in app.button]


def test_deleting_shows_first_what_goes_and_what_stays(full: FakeSystem, visit: Open) -> None:
    app = record(full, visit)
    app.button(key="delete").click().run()
    text = said(app)
    assert "2,120" in text and "12 open candidates are closed as skipped." in text
    assert "reclamation rules" in text
    assert app.button(key="confirm_delete").disabled and not full.orders(DeleteProfile)
    app.checkbox(key="has_read_delete").check().run()
    app.button(key="confirm_delete").click().run()
    assert full.orders(DeleteProfile)[0].confirmed
    assert messages.NO_INTEGRATION_PROFILES[0] in said(app) and not app.metric  # the list


def test_a_refused_deletion_says_why_and_stays(full: FakeSystem, visit: Open) -> None:
    full.raises[DeleteProfile] = RefusedError("A reclaim is running.", "Wait for its end.")
    app = record(full, visit)
    app.button(key="delete").click().run()
    app.checkbox(key="has_read_delete").check().run()
    app.button(key="confirm_delete").click().run()
    assert "Wait for its end." in said(app).replace("\\", "")
    assert app.metric


def test_a_profile_that_lost_its_secret_asks_to_be_reconnected(full: FakeSystem, visit: Open) -> None:
    text = said(record(full, visit, reconnect_required=True))
    assert messages.RECONNECT in text


@pytest.mark.parametrize(("whose", "is_shown"), [("p1", True), ("p9", False)])
def test_a_job_that_runs_for_this_profile_is_shown_and_no_other(
    full: FakeSystem, visit: Open, whose: str, is_shown: bool
) -> None:
    job = full.add_job(JobKind.DOWNLOAD)
    running = {"job_id": job.job_id, "kind": "download", "profile_id": whose, "state": "running"}
    full.reads._frames["jobs"] = pd.DataFrame([running], columns=full.reads._frames["jobs"].columns)
    assert ("63% done" in said(record(full, visit))) is is_shown
