"""Validation and publication: only what was validated is published, and a report-only profile sends nothing."""

from __future__ import annotations

import pytest

from sfsam.domain.commands import (
    Connect,
    Download,
    Identify,
    ListJobs,
    ListProfiles,
    Pause,
    PlanReclaim,
    Publish,
    Reclaim,
    ReplaceSecret,
    Resume,
    SaveConnection,
    SetReclaim,
    ShowPlaybook,
    Validate,
)
from sfsam.domain.jobs import JobKind
from sfsam.domain.playbook import Page, PageStatus
from sfsam.domain.profiles import Check, GrantType, Process, ProfileStatus
from sfsam.errors import NotConfirmed, ReconnectRequired, RefusedError
from tests.fakes.salesforce import Person
from tests.services.conftest import Bench
from tests.services.test_connections import published, save, status
from tests.services.test_playbook import through

NO_RECLAIM = Check(process=Process.RECLAIM, permission="Assign Permission Sets", ok=False, remedy="Give it.")
NO_DOWNLOAD = Check(process=Process.DOWNLOAD, permission="View Setup", ok=False, remedy="Give it.")
NO_ACTIVITY = Check(process=Process.ACTIVITY, permission="Monitor Login History", ok=False, remedy="Give it.")
NOT_KNOWN = Check(process=Process.RECLAIM, permission="Manage Package Licenses", ok=None, remedy="Not known.")
NO_PACKAGES = NO_DOWNLOAD.model_copy(update={"required": False})


def publish(bench: Bench, profile: str, fingerprint: str) -> object:
    return bench.handle(Publish(profile=profile, fingerprint=fingerprint, confirmed=True))


def test_publishing_what_was_validated_queues_the_first_download(bench: Bench) -> None:
    profile = through(bench)
    validation = bench.run(Validate(profile=profile))
    assert (validation.passed, validation.fits) == (True, True)
    with pytest.raises(NotConfirmed):
        bench.handle(Publish(profile=profile, fingerprint=validation.fingerprint))
    answer = publish(bench, profile, validation.fingerprint)
    assert answer.status is ProfileStatus.PUBLISHED
    (job,) = bench.handle(ListJobs())
    assert (job.job_id, job.kind) == (answer.job_id, JobKind.DOWNLOAD)
    pages = {each.page: each.status for each in bench.handle(ShowPlaybook(profile=profile)).pages}
    assert pages[Page.REVIEW_AND_PUBLISH] is PageStatus.COMPLETE


@pytest.mark.parametrize(
    ("check", "passed"),
    [(NO_DOWNLOAD, False), (NO_RECLAIM, False), (NO_ACTIVITY, True), (NOT_KNOWN, True), (NO_PACKAGES, True)],
)
def test_what_is_missing_stands_in_the_way_only_where_it_is_needed(bench: Bench, check: Check, passed: bool) -> None:
    bench.org.checks.append(check)
    profile = through(bench)
    validation = bench.run(Validate(profile=profile))
    assert validation.passed is passed
    if passed:
        publish(bench, profile, validation.fingerprint)
    else:
        with pytest.raises(RefusedError, match=check.permission):
            publish(bench, profile, validation.fingerprint)


def test_without_reclaim_its_permissions_are_not_needed(bench: Bench) -> None:
    bench.org.checks.append(NO_RECLAIM)
    profile = through(bench)
    bench.handle(SetReclaim(profile=profile, enabled=False))
    validation = bench.run(Validate(profile=profile))
    assert validation.passed
    assert {check.process for check in validation.checks} == {Process.DOWNLOAD}
    assert publish(bench, profile, validation.fingerprint).status is ProfileStatus.PUBLISHED


@pytest.mark.parametrize("what", ["never validated", "another fingerprint", "a new app", "reclaim ticked", "no token"])
def test_anything_else_than_what_was_validated_is_refused(bench: Bench, what: str) -> None:
    profile = through(bench)
    bench.handle(SetReclaim(profile=profile, enabled=False))
    fingerprint = "f" * 64 if what == "never validated" else bench.run(Validate(profile=profile)).fingerprint
    match what:
        case "another fingerprint":
            fingerprint = "f" * 64
        case "a new app":
            save(bench, profile, client_id="other")
        case "reclaim ticked":
            bench.handle(SetReclaim(profile=profile, enabled=True))
        case "no token":
            save(bench, profile, client_secret="newer")
    with pytest.raises(RefusedError):
        publish(bench, profile, fingerprint)
    assert status(bench, profile) is ProfileStatus.DRAFT


def test_a_token_for_somebody_else_than_the_page_shows_is_refused(bench: Bench) -> None:
    profile = through(bench)
    bench.org.org = bench.org.org.model_copy(update={"user_id": "005000000000777AAA", "username": "eve@acme.example"})
    with pytest.raises(RefusedError, match=r"eve@acme\.example"):
        bench.run(Validate(profile=profile))


def test_without_a_token_there_is_nothing_to_validate(bench: Bench) -> None:
    profile = through(bench)
    save(bench, profile, client_secret="newer")
    with pytest.raises(ReconnectRequired, match="has no token yet"):
        bench.run(Validate(profile=profile))


def test_clearing_reclaim_keeps_it_published_and_ticking_it_asks_for_a_validation(bench: Bench) -> None:
    profile = published(bench)
    bench.handle(SetReclaim(profile=profile, enabled=False))
    assert status(bench, profile) is ProfileStatus.PUBLISHED
    bench.handle(SetReclaim(profile=profile, enabled=True))
    assert status(bench, profile) is ProfileStatus.DRAFT


def test_report_only_never_sends(bench: Bench) -> None:
    profile = published(bench)
    bench.handle(SetReclaim(profile=profile, enabled=False))
    numbers = bench.propose(Person("005000000000001AAA"))
    with pytest.raises(RefusedError, match="report-only"):
        bench.handle(PlanReclaim(numbers=tuple(numbers)))
    with pytest.raises(RefusedError, match="report-only"):
        bench.run(Reclaim(numbers=tuple(numbers)))
    assert bench.org.sent == []


def test_a_paused_profile_is_left_out_of_downloads_and_of_the_search(bench: Bench) -> None:
    profile = published(bench)
    assert bench.handle(Pause(profile=profile)).is_paused
    with pytest.raises(RefusedError, match="is paused"):
        bench.run(Download(profile=profile))
    assert bench.run(Identify()).created == 0
    assert not bench.handle(Resume(profile=profile)).is_paused
    bench.handle(SetReclaim(profile=profile, enabled=False))
    bench.handle(SetReclaim(profile=profile, enabled=True))
    with pytest.raises(RefusedError, match="is a draft"):
        bench.handle(Pause(profile=profile))


def test_connecting_in_one_go_does_the_same(bench: Bench) -> None:
    bench.org.checks.append(NO_RECLAIM)
    bench.publish()
    assert status(bench, "Production") is ProfileStatus.DRAFT, "reclaim would not work"
    bench.org.checks.remove(NO_RECLAIM)
    assert bench.run(Connect(profile="Production")).status is ProfileStatus.PUBLISHED
    answer = bench.handle(ShowPlaybook(profile="Production"))
    assert answer.validation.fits
    assert [each.page for each in answer.pages if each.status is not PageStatus.COMPLETE] == [Page.ADDITIONAL_ORGS]
    bench.org.checks.append(NO_DOWNLOAD)
    assert bench.run(Connect(profile="Production")).status is ProfileStatus.DRAFT


def test_a_new_secret_of_the_same_app_keeps_the_profile_published(bench: Bench) -> None:
    published(bench)
    bench.handle(ReplaceSecret(profile="Production", client_secret="rotated"))
    assert status(bench, "Production") is ProfileStatus.PUBLISHED
    bench.handle(ReplaceSecret(profile="Production", client_secret="rotated", client_id="another"))
    assert status(bench, "Production") is ProfileStatus.DRAFT


def test_a_profile_that_is_only_begun_stands_in_the_list(bench: Bench) -> None:
    profile = through(bench)
    bench.handle(
        SaveConnection(profile=profile, url="http://127.0.0.1:9999", grant=GrantType.CLIENT_CREDENTIALS, client_id="x")
    )
    (row,) = bench.handle(ListProfiles())
    assert (row.status, row.connected_at, row.reconnect_required) == (ProfileStatus.DRAFT, None, False)
