"""The set-up playbook: the rule of order, what reopens what, and the log of who entered what."""

from __future__ import annotations

import json

import pytest

from sfsam.domain.answers import PlaybookAnswer
from sfsam.domain.commands import (
    CreateToken,
    MarkComplete,
    MetadataProject,
    Reopen,
    SaveConnection,
    SaveDetails,
    SaveRegistration,
    SaveSteps,
    ShowActivityLog,
    ShowPlaybook,
    StartPlaybook,
)
from sfsam.domain.playbook import STEPS, Page, PageStatus, RegistrationPath
from sfsam.domain.profiles import GrantType, ProfileStatus
from sfsam.errors import NotFound, RefusedError
from tests.services.conftest import Bench

REGISTER, DETAILS, CONNECTION = (
    Page.REGISTER_APPLICATION,
    Page.PROFILE_DETAILS,
    Page.CONNECTION_AND_CREDENTIAL,
)
SECRET = "marked-client-secret"


def tick(bench: Bench, answer: PlaybookAnswer, page: Page = REGISTER) -> PlaybookAnswer:
    """Tick every required step of a page."""
    steps = next(each for each in answer.pages if each.page is page).steps
    done = {step.step: True for step in steps if step.required}
    ticked: PlaybookAnswer = bench.handle(SaveSteps(profile=answer.profile_id, page=page, done=done))
    return ticked


def through(bench: Bench, *, grant: GrantType = GrantType.CLIENT_CREDENTIALS, name: str = "Production") -> str:
    """A profile whose first three pages are complete."""
    profile = bench.handle(StartPlaybook(name=name)).profile_id
    tick(bench, bench.handle(SaveRegistration(profile=profile, grant=grant)))
    bench.handle(MarkComplete(profile=profile, page=REGISTER))
    bench.handle(SaveDetails(profile=profile, name=name))
    bench.handle(MarkComplete(profile=profile, page=DETAILS))
    bench.handle(
        SaveConnection(
            profile=profile, url="http://127.0.0.1:9999", grant=grant, client_id="3MVG9", client_secret=SECRET
        )
    )
    bench.run(CreateToken(profile=profile))
    bench.handle(MarkComplete(profile=profile, page=CONNECTION))
    return str(profile)


def statuses(answer: PlaybookAnswer) -> dict[Page, PageStatus]:
    return {each.page: each.status for each in answer.pages}


def test_a_new_playbook_is_a_draft_without_a_connection(bench: Bench) -> None:
    first = bench.handle(StartPlaybook())
    second = bench.handle(StartPlaybook())
    assert (first.name, second.name) == ("Salesforce CRM", "Salesforce CRM 2")
    assert (first.status, first.read, first.act, first.validation) == (ProfileStatus.DRAFT, None, None, None)
    assert set(statuses(first).values()) == {PageStatus.NOT_STARTED}
    assert first.current is REGISTER
    assert first.download_subflow == "Salesforce CRM Download Subscriptions"
    assert first.reclaim_subflow == "Salesforce CRM Reclaim Subscription"


def test_each_page_waits_for_the_required_ones_before_it(bench: Bench) -> None:
    profile = bench.handle(StartPlaybook()).profile_id
    for page in (DETAILS, CONNECTION, Page.REVIEW_AND_PUBLISH):
        with pytest.raises(RefusedError, match="an earlier one is not complete"):
            bench.handle(MarkComplete(profile=profile, page=page))
    done = through(bench)
    answer = bench.handle(ShowPlaybook(profile=done))
    review = next(each for each in answer.pages if each.page is Page.REVIEW_AND_PUBLISH)
    assert review.waits_for == []
    assert answer.current is Page.ADDITIONAL_ORGS
    with pytest.raises(RefusedError, match="complete when the profile is published"):
        bench.handle(MarkComplete(profile=done, page=Page.REVIEW_AND_PUBLISH))


def test_a_page_needs_its_required_steps_and_no_others(bench: Bench) -> None:
    answer = bench.handle(StartPlaybook())
    with pytest.raises(RefusedError, match="of the steps of this page are not ticked"):
        bench.handle(MarkComplete(profile=answer.profile_id, page=REGISTER))
    tick(bench, answer)
    done = bench.handle(MarkComplete(profile=answer.profile_id, page=REGISTER))
    assert statuses(done)[REGISTER] is PageStatus.COMPLETE
    optional = [step.step for step in STEPS if step.page is REGISTER and not step.required]
    assert optional
    assert not any(step.done for step in done.pages[0].steps if step.step in optional)


def test_a_step_that_is_cleared_reopens_its_page_and_what_depends_on_it(bench: Bench) -> None:
    profile = through(bench)
    after = bench.handle(SaveSteps(profile=profile, page=REGISTER, done={"create_app": False}))
    assert statuses(after)[REGISTER] is PageStatus.IN_PROGRESS
    assert statuses(after)[CONNECTION] is PageStatus.IN_PROGRESS
    assert statuses(after)[DETAILS] is PageStatus.COMPLETE


def test_another_grant_has_other_steps_and_reopens_the_page(bench: Bench) -> None:
    profile = through(bench)
    same = bench.handle(SaveRegistration(profile=profile, grant=GrantType.CLIENT_CREDENTIALS, contact_email="a@b.c"))
    assert statuses(same)[REGISTER] is PageStatus.COMPLETE
    other = bench.handle(SaveRegistration(profile=profile, grant=GrantType.AUTHORIZATION_CODE))
    assert statuses(other)[REGISTER] is PageStatus.IN_PROGRESS
    steps = {step.step for step in other.pages[0].steps}
    assert "require_pkce" in steps
    assert "enable_client_credentials" not in steps
    existing = bench.handle(SaveRegistration(profile=profile, path=RegistrationPath.CONNECTED_APP))
    assert {"open_app"} == {step.step for step in existing.pages[0].steps} - steps


def test_a_step_of_another_path_is_refused(bench: Bench) -> None:
    profile = bench.handle(StartPlaybook()).profile_id
    with pytest.raises(RefusedError, match="no step open_app"):
        bench.handle(SaveSteps(profile=profile, page=REGISTER, done={"open_app": True}))


def test_going_back_is_always_allowed(bench: Bench) -> None:
    profile = through(bench)
    after = bench.handle(Reopen(profile=profile, page=DETAILS))
    assert statuses(after)[DETAILS] is PageStatus.IN_PROGRESS
    assert statuses(after)[CONNECTION] is PageStatus.COMPLETE
    assert after.current is DETAILS


def test_a_display_name_is_unique_whatever_its_case(bench: Bench) -> None:
    bench.handle(StartPlaybook(name="Production"))
    second = bench.handle(StartPlaybook(name="Sandbox")).profile_id
    with pytest.raises(RefusedError, match="exists already"):
        bench.handle(SaveDetails(profile=second, name="PRODUCTION"))
    with pytest.raises(RefusedError, match="no display name"):
        bench.handle(SaveDetails(profile=second, name="   "))
    assert bench.handle(SaveDetails(profile=second, name="sandbox")).name == "sandbox"
    with pytest.raises(NotFound):
        bench.handle(ShowPlaybook(profile="Nobody"))


def test_the_callback_and_links_are_there_to_copy(bench: Bench) -> None:
    profile = bench.handle(StartPlaybook()).profile_id
    answer = bench.handle(SaveRegistration(profile=profile))
    oauth = next(step for step in answer.pages[0].steps if step.step == "enable_oauth")
    assert oauth.values == [("Callback URL", "http://127.0.0.1:8501/oauth/callback")]
    assert (oauth.link, answer.registration.setup_links) == ("", {})
    known = bench.handle(SaveRegistration(profile=profile, url="http://127.0.0.1:9999"))
    assert known.registration.setup_links == {"enable_oauth": "http://127.0.0.1:9999/setup"}


def test_the_log_says_who_entered_what_and_no_secret(bench: Bench) -> None:
    profile = bench.handle(StartPlaybook(actor="ada")).profile_id
    bench.handle(
        SaveConnection(
            actor="ben",
            profile=profile,
            url="http://127.0.0.1:9999",
            grant=GrantType.CLIENT_CREDENTIALS,
            client_id="3MVG9",
            client_secret=SECRET,
        )
    )
    saved, started = bench.handle(ShowActivityLog(profile=profile))
    assert (started.actor, started.action) == ("ada", "playbook.started")
    assert (saved.actor, saved.action, saved.page) == ("ben", "connection.saved", CONNECTION)
    assert saved.detail["secret_entered"] is True
    assert saved.at == bench.clock.now()
    assert SECRET not in json.dumps([each.model_dump(mode="json") for each in (saved, started)])


def test_the_metadata_project_is_the_same_zip_each_time(bench: Bench) -> None:
    profile = bench.handle(StartPlaybook()).profile_id
    first, second = (bench.handle(MetadataProject(profile=profile)) for _ in range(2))
    assert first == second
    assert first.file_name.endswith(".zip")
    assert first.data.startswith(b"PK")
    assert first.files == ["README.md"]
