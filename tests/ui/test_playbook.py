"""The set-up pages: fresh, half done, complete, locked, failed, and for a person without the role."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from sfsam.domain.commands import (
    CreateToken,
    MarkComplete,
    Publish,
    SaveConnection,
    SaveDetails,
    SaveRegistration,
    SaveSteps,
    SetReclaim,
    StartPlaybook,
    Validate,
)
from sfsam.domain.playbook import Page, RegistrationPath
from sfsam.domain.profiles import GrantType, Purpose, Trouble
from sfsam.errors import AddressRefused, RefusedError
from sfsam.ui import messages as common
from sfsam.ui import playbook_messages as messages
from sfsam.ui import viewer
from tests.fakes.playbook import CALLBACK, CHECKS, MISSING, ORG, connection
from tests.fakes.system import FakeSystem
from tests.ui.conftest import Open, said

PATHS = {page: f"pages/setup/{page.value}.py" for page in Page}
STEPS = ["create_app", "enable_oauth", "require_pkce", "set_policies", "copy_consumer_key"]


def opened(system: FakeSystem, visit: Open, page: Page, *, at: Page | None = None) -> AppTest:
    """The page of the playbook p1, which stands at `at`."""
    if system.playbooks.book is None:
        system.playbooks.stand_at(at or page)
    app = visit(PATHS[page], profile="p1")
    assert not app.exception
    return app


def links(app: AppTest) -> list[str]:
    return [link.proto.label for link in app.get("page_link")]


def html(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


# ── The way in, the order, the header ──


def test_the_list_of_integrations_leads_into_the_playbook_of_a_new_profile(empty: FakeSystem, visit: Open) -> None:
    app = visit("pages/setup/integrations.py")
    app.button(key="start_playbook").click().run()
    assert len(empty.orders(StartPlaybook)) == 1
    assert app.query_params["profile"] == "p1"
    assert messages.PAGE_LEADS[Page.REGISTER_APPLICATION] in said(app)


@pytest.mark.parametrize("page", Page)
def test_without_a_profile_a_page_asks_whose_playbook(empty: FakeSystem, visit: Open, page: Page) -> None:
    app = visit(PATHS[page])
    assert messages.NO_PROFILE[0] in said(app)
    assert "Create direct integration" in links(app)


def test_a_profile_that_is_gone_is_said_to_be_gone(empty: FakeSystem, visit: Open) -> None:
    assert messages.PROFILE_GONE in said(visit(PATHS[Page.PROFILE_DETAILS], profile="no-such"))


@pytest.mark.parametrize("page", [page for page in Page if page is not Page.REGISTER_APPLICATION])
def test_a_page_whose_turn_has_not_come_is_locked(empty: FakeSystem, visit: Open, page: Page) -> None:
    app = opened(empty, visit, page, at=Page.REGISTER_APPLICATION)
    assert "Complete *Register application* first" in said(app)
    assert not app.text_input and not [button for button in app.button if button.key == "mark_complete"]
    assert "Go to Register application" in links(app)


def test_the_header_says_what_is_done_and_what_is_locked(empty: FakeSystem, visit: Open) -> None:
    app = opened(empty, visit, Page.CONNECTION_AND_CREDENTIAL)
    bars = {link.proto.label.strip("*"): link.proto for link in app.get("page_link")}
    assert not bars["Register application"].disabled and not bars["Connection and credential"].disabled
    assert bars["Review and publish"].disabled
    assert "Step 3 of 5, in progress" in said(app)
    assert "Opens after step 3" in said(app)


def test_a_person_without_the_role_sees_no_page(
    empty: FakeSystem, visit: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(viewer, "person", lambda: viewer.Person("ana", frozenset({viewer.Role.ANALYST})))
    for page in Page:
        empty.playbooks.stand_at(page)
        app = visit(PATHS[page], profile="p1")
        assert "for other roles" in said(app) and not app.button


# ── Register ──


def test_a_tick_is_saved_at_once_and_values_stand_ready_to_copy(empty: FakeSystem, visit: Open) -> None:
    app = opened(empty, visit, Page.REGISTER_APPLICATION)
    assert CALLBACK in [code.value for code in app.code]
    app.checkbox(key="step_create_app_p1").check().run()
    assert [order.done for order in empty.orders(SaveSteps)] == [{"create_app": True}]
    assert "1 of 5 done" in said(app)


def test_marking_complete_too_early_says_what_is_missing_and_stays(empty: FakeSystem, visit: Open) -> None:
    app = opened(empty, visit, Page.REGISTER_APPLICATION)
    app.button(key="mark_complete").click().run()
    assert "steps of this page are not ticked" in said(app).replace("\\", "")
    assert messages.PAGE_LEADS[Page.REGISTER_APPLICATION] in said(app)


def test_marking_complete_goes_on_to_the_next_page(empty: FakeSystem, visit: Open) -> None:
    app = opened(empty, visit, Page.REGISTER_APPLICATION)
    for step in STEPS:
        app.checkbox(key=f"step_{step}_p1").check().run()
    app.button(key="mark_complete").click().run()
    assert empty.orders(MarkComplete)[0].page is Page.REGISTER_APPLICATION
    assert messages.PAGE_LEADS[Page.PROFILE_DETAILS] in said(app)
    assert app.query_params["profile"] == "p1"


def test_another_grant_shows_its_own_steps(empty: FakeSystem, visit: Open) -> None:
    app = opened(empty, visit, Page.REGISTER_APPLICATION)
    app.button_group(key="grant_p1").set_value(GrantType.JWT_BEARER).run()
    assert empty.orders(SaveRegistration)[0].grant is GrantType.JWT_BEARER
    assert [box.key for box in app.checkbox if "certificate" in box.key] == ["step_upload_certificate_p1"]
    assert "Make the key pair" in [button.label for button in app.button]


def test_who_has_a_connected_app_is_offered_the_permission_sets_alone(empty: FakeSystem, visit: Open) -> None:
    app = opened(empty, visit, Page.REGISTER_APPLICATION)
    assert messages.METADATA in said(app)
    app.button_group(key="path_p1").set_value(RegistrationPath.CONNECTED_APP).run()
    assert messages.METADATA_OF_SETS in said(app)
    assert messages.METADATA not in said(app)


def test_steps_link_into_setup_once_the_my_domain_is_known(empty: FakeSystem, visit: Open) -> None:
    empty.playbooks.links = True
    assert "salesforce-setup.com" in said(opened(empty, visit, Page.REGISTER_APPLICATION))


def test_saving_stays_and_says_when(empty: FakeSystem, visit: Open) -> None:
    app = opened(empty, visit, Page.REGISTER_APPLICATION)
    app.text_input(key="app_name_p1").input("Licenses")
    app.button(key="save").click().run()
    assert empty.orders(SaveRegistration)[-1].app_name == "Licenses"
    assert "Saved today" in said(app)


# ── Details ──


def test_details_save_the_name_and_show_what_is_fixed(empty: FakeSystem, visit: Open) -> None:
    app = opened(empty, visit, Page.PROFILE_DETAILS)
    assert [field.label for field in app.text_input] == ["Display name"]
    assert {"Draft", "Salesforce CRM Reclaim Subscription"} <= {text.value for text in app.text}
    app.text_input(key="name_p1").input("EMEA")
    app.button(key="mark_complete").click().run()
    assert empty.orders(SaveDetails)[0].name == "EMEA"
    assert messages.PAGE_LEADS[Page.CONNECTION_AND_CREDENTIAL] in said(app)


def test_a_name_that_is_taken_is_refused_in_words(empty: FakeSystem, visit: Open) -> None:
    empty.raises[SaveDetails] = RefusedError("A profile named 'EMEA' exists already.", "Choose another name.")
    app = opened(empty, visit, Page.PROFILE_DETAILS)
    app.button(key="mark_complete").click().run()
    assert "Choose another name." in said(app).replace("\\", "")


def test_an_empty_name_is_missed(empty: FakeSystem, visit: Open) -> None:
    app = opened(empty, visit, Page.PROFILE_DETAILS)
    app.text_input(key="name_p1").input(" ")
    app.button(key="save").click().run()
    assert "Display name is missing" in said(app)


# ── Connection ──


def entered(app: AppTest) -> AppTest:
    app.text_input(key="read_url_p1").input("https://northwind.my.salesforce.com")
    app.text_input(key="read_client_id_p1").input("3MVG9")
    app.text_input(key="read_secret_p1").input("not for show")
    return app


def test_the_log_in_opens_in_this_tab_once_the_connection_is_saved(empty: FakeSystem, visit: Open) -> None:
    app = entered(opened(empty, visit, Page.CONNECTION_AND_CREDENTIAL))
    assert "/oauth/start" not in html(app)
    assert CALLBACK in [code.value for code in app.code]
    app.button(key="save_first").click().run()
    assert empty.orders(SaveConnection)[0].client_secret.get_secret_value() == "not for show"
    assert 'href="/oauth/start?profile=p1&amp;purpose=read&amp;back=playbook&amp;other_org=0"' in html(app)
    assert app.session_state["read_secret_p1"] == ""
    assert "not for show" not in said(app)


@pytest.mark.parametrize("grant", [GrantType.CLIENT_CREDENTIALS, GrantType.JWT_BEARER])
def test_without_a_log_in_one_click_saves_and_asks_for_the_token(
    empty: FakeSystem, visit: Open, grant: GrantType
) -> None:
    app = entered(opened(empty, visit, Page.CONNECTION_AND_CREDENTIAL))
    app.button_group(key="read_grant_p1").set_value(grant).run()
    app.button(key="token_read").click().run()
    assert empty.orders(SaveConnection)[0].grant is grant
    assert empty.orders(CreateToken)[0].purpose is Purpose.READ
    assert "You can close this page" in said(app)


def test_an_address_that_is_refused_says_why_and_keeps_what_was_entered(empty: FakeSystem, visit: Open) -> None:
    empty.raises[SaveConnection] = AddressRefused("It is the common log-in host.", "Enter your My Domain.")
    app = entered(opened(empty, visit, Page.CONNECTION_AND_CREDENTIAL))
    app.button(key="save").click().run()
    assert "Enter your My Domain." in said(app).replace("\\", "")
    assert app.text_input(key="read_url_p1").value == "https://northwind.my.salesforce.com"


def test_what_was_connected_is_shown(empty: FakeSystem, visit: Open) -> None:
    empty.playbooks.connect()
    app = opened(empty, visit, Page.CONNECTION_AND_CREDENTIAL)
    text = said(app)
    assert "Northwind answered." in text
    assert "Enterprise Edition, production" in text and ORG.org_id in text
    assert [badge.value for badge in app.get("badge")] or "Connected" in text


def test_the_trouble_of_the_last_attempt_is_shown_with_its_remedy(empty: FakeSystem, visit: Open) -> None:
    empty.playbooks.read = connection(
        trouble=Trouble(error="ClientRejected", what="The secret is wrong.", remedy="Enter it again.", said="x")
    )
    text = said(opened(empty, visit, Page.CONNECTION_AND_CREDENTIAL)).replace("\\", "")
    assert "The secret is wrong." in text and "Enter it again." in text


def test_the_second_connection_is_saved_on_its_own(empty: FakeSystem, visit: Open) -> None:
    empty.playbooks.connect()
    app = opened(empty, visit, Page.CONNECTION_AND_CREDENTIAL)
    app.text_input(key="act_client_id_p1").input("3MVG9-act")
    app.text_input(key="act_secret_p1").input("another")
    app.button(key="save_act").click().run()
    order = empty.orders(SaveConnection)[0]
    assert (order.purpose, order.client_id, order.url) == (
        Purpose.ACT,
        "3MVG9-act",
        "https://northwind.my.salesforce.com",
    )
    assert "purpose=act" in html(app)


@pytest.mark.parametrize("code", ["access_denied", "expired", "replayed", "forged", "state", "other_org"])
def test_a_log_in_that_did_not_work_says_what_to_do(empty: FakeSystem, visit: Open, code: str) -> None:
    empty.playbooks.stand_at(Page.CONNECTION_AND_CREDENTIAL)
    empty.playbooks.read = connection(org=ORG)
    app = visit(PATHS[Page.CONNECTION_AND_CREDENTIAL], profile="p1", error=code)
    what, remedy = common.OAUTH_ERRORS[code]
    assert what in said(app).replace("\\", "") and remedy in said(app).replace("\\", "")
    assert ("read_accept_p1" in [box.key for box in app.checkbox]) is (code == "other_org")


# ── More orgs ──


def test_more_orgs_can_be_skipped_or_begun(empty: FakeSystem, visit: Open) -> None:
    app = opened(empty, visit, Page.ADDITIONAL_ORGS)
    assert "Skip" in links(app)
    app.button(key="another_org").click().run()
    assert len(empty.orders(StartPlaybook)) == 1


# ── Review ──


def at_review(system: FakeSystem) -> None:
    system.playbooks.stand_at(Page.REVIEW_AND_PUBLISH)
    system.playbooks.checks = list(CHECKS)


def test_before_a_validation_nothing_can_be_published(empty: FakeSystem, visit: Open) -> None:
    app = opened(empty, visit, Page.REVIEW_AND_PUBLISH)
    assert "It is not validated yet." in said(app)
    assert app.button(key="publish").disabled
    app.button(key="validate").click().run()
    assert len(empty.orders(Validate)) == 1


def test_a_failed_validation_names_each_line_with_its_remedy(empty: FakeSystem, visit: Open) -> None:
    at_review(empty)
    empty.playbooks.checks = [*CHECKS, MISSING]
    app = opened(empty, visit, Page.REVIEW_AND_PUBLISH)
    text = said(app).replace("\\", "")
    assert "Manage Users is missing." in text and "Assign sfsam_Reclaim." in text
    assert app.button(key="publish").disabled


def test_a_change_after_the_validation_closes_publish(empty: FakeSystem, visit: Open) -> None:
    at_review(empty)
    empty.playbooks.fits = False
    app = opened(empty, visit, Page.REVIEW_AND_PUBLISH)
    assert messages.OUTDATED in said(app)
    assert app.button(key="publish").disabled


def test_clearing_reclaim_makes_the_profile_report_only(empty: FakeSystem, visit: Open) -> None:
    at_review(empty)
    app = opened(empty, visit, Page.REVIEW_AND_PUBLISH)
    assert app.checkbox(key="download_fixed").disabled
    app.checkbox(key="reclaim_p1").uncheck().run()
    assert empty.orders(SetReclaim)[0].enabled is False
    assert messages.REPORT_ONLY in said(app)


def test_unknown_is_never_counted_as_granted(empty: FakeSystem, visit: Open) -> None:
    at_review(empty)
    text = said(opened(empty, visit, Page.REVIEW_AND_PUBLISH))
    assert "4 of 5 lines granted" in text
    assert messages.UNKNOWN_LINES in text


def test_publishing_needs_the_box_and_leads_to_the_record(full: FakeSystem, visit: Open) -> None:
    at_review(full)
    app = opened(full, visit, Page.REVIEW_AND_PUBLISH)
    app.button(key="publish").click().run()
    assert app.button(key="confirm_publish").disabled and not full.orders(Publish)
    app.checkbox(key="has_reviewed").check().run()
    full.add_job(CreateToken(profile="p1").task, job_id="job-1")
    app.button(key="confirm_publish").click().run()
    assert (full.orders(Publish)[0].fingerprint, full.orders(Publish)[0].confirmed) == ("f1", True)
    assert not app.exception
    assert "**Production** is published." in said(app)
    assert "63% done" in said(app)
