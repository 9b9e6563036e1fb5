from __future__ import annotations

import csv
import json
from datetime import datetime
from pathlib import Path

import pytest

from sfsam.domain.jobs import JobState, Phase
from sfsam.domain.profiles import Process
from sfsam.errors import PermissionMissing, RefusedError, RequestLimitReached, SalesforceUnavailable
from sfsam.ports import StagedDownload, StagedObject
from sfsam.salesforce.client import HttpOrgSession
from sfsam.salesforce.pages import MANIFEST
from sfsam.salesforce.staging import PHASES
from tests.salesforce.company import MOMENT, found_company, sign_in, user_id
from tests.salesforce.paper_org import ADMIN_ID, ORG_ID, PaperOrg, Row, html, refusal


class Watched:
    """Remembers every phase it was told of."""

    def __init__(self) -> None:
        self.phases: list[Phase] = []

    def __call__(self, phase: Phase) -> None:
        self.phases.append(phase)

    def last(self, name: str) -> Phase:
        return next(phase for phase in reversed(self.phases) if phase.name == name)


@pytest.fixture
def company(org: PaperOrg) -> PaperOrg:
    found_company(org)
    return org


def download(conversation: HttpOrgSession, folder: Path, **more: object) -> StagedDownload:
    options = {"before": None, "report": Watched(), "should_stop": lambda: False, **more}
    return conversation.stage(folder, profile_id="p1", **options)  # type: ignore[arg-type]


def part(staged: StagedDownload, name: str) -> StagedObject:
    return next(each for each in staged.objects if each.name == name)


def rows(staged: StagedDownload, name: str) -> list[Row]:
    found = []
    for path in part(staged, name).files:
        with path.open(encoding="utf-8", newline="") as file:
            found += list(csv.DictReader(file))
    return found


def test_every_object_is_read(company: PaperOrg, conversation: HttpOrgSession, tmp_path: Path) -> None:
    staged = download(conversation, tmp_path)
    assert (staged.org_id, staged.profile_id, staged.warnings) == (ORG_ID, "p1", ())
    assert staged.taken_at == datetime(2026, 11, 24, 12)
    assert [each.name for each in staged.objects] == [name for names in PHASES.values() for name in names]
    assert {each.name: each.rows for each in staged.objects if each.rows != 1} == {
        "User": 4,
        "PermissionSetLicenseAssign": 3,
        "UserPackageLicense": 3,
        "PermissionSetAssignment": 3,
        "UserLogin": 3,
        "LoginHistory": 3,
        "PermissionSetGroupComponent": 0,
        "UserAppInfo": 0,
        "TenantUsageEntitlement": 0,
    }
    assert all(each.complete and each.source == "rest" for each in staged.objects)
    people = rows(staged, "User")
    assert people[0]["Username"] == "u0@acme.example"
    assert people[0]["UserPermissionsKnowledgeUser"] == "false"
    assert "UserPermissionsCallCenterAutoLogin" not in people[0]
    assert json.loads((tmp_path / MANIFEST).read_text())["complete"] is True
    assert StagedDownload.model_validate_json((tmp_path / MANIFEST).read_text()) == staged


@pytest.mark.parametrize("parallel", [True, False])
def test_large_objects_come_by_bulk_and_small_ones_by_rest(
    org: PaperOrg, conversation: HttpOrgSession, tmp_path: Path, parallel: bool
) -> None:
    found_company(org, people=6000)
    org.offers_result_pages = parallel
    staged = download(conversation, tmp_path)
    by_bulk = {each.name for each in staged.objects if each.source == "bulk"}
    assert by_bulk == {
        "User",
        "PermissionSetLicenseAssign",
        "UserPackageLicense",
        "PermissionSetAssignment",
        "UserLogin",
        "LoginHistory",
    }
    assert sorted(row["Id"] for row in rows(staged, "User")) == sorted(row["Id"] for row in org.tables["User"])
    assert len(rows(staged, "LoginHistory")) == 6000
    assert len(org.removed_jobs) == len(org.jobs) == 6


def test_both_ways_give_the_same_columns(org: PaperOrg, conversation: HttpOrgSession, tmp_path: Path) -> None:
    found_company(org)
    small = part(download(conversation, tmp_path / "small"), "User")
    found_company(org, people=6000)
    large = part(download(conversation, tmp_path / "large"), "User")
    assert small.columns == large.columns
    assert small.files[0].read_text().splitlines()[0] == large.files[0].read_text().splitlines()[0]


@pytest.mark.parametrize("way", ["refused", "failed"])
def test_pitfall_18_what_bulk_refuses_is_read_by_rest(
    org: PaperOrg, conversation: HttpOrgSession, tmp_path: Path, way: str
) -> None:
    found_company(org, people=6000)
    if way == "refused":
        org.bulk_refuses["LoginHistory"] = ("INVALIDENTITY", "Entity 'LoginHistory' is not supported by the Bulk API.")
    else:
        org.bulk_fails.add("LoginHistory")
    staged = download(conversation, tmp_path)
    assert (part(staged, "LoginHistory").source, part(staged, "LoginHistory").rows) == ("rest", 6000)
    assert staged.warnings == ()


def test_logins_are_read_as_far_back_as_salesforce_keeps_them(
    company: PaperOrg, conversation: HttpOrgSession, tmp_path: Path
) -> None:
    company.tables["LoginHistory"] = [
        sign_in(user_id(0), "2026-05-01T00:00:00.000+0000"),
        sign_in(user_id(0), "2026-06-01T00:00:00.000+0000"),
        sign_in(user_id(0), MOMENT),
    ]
    assert part(download(conversation, tmp_path), "LoginHistory").rows == 2  # 180 days before the org's today


def test_pitfall_17_what_cannot_be_seen_is_a_warning_with_a_name(
    company: PaperOrg, conversation: HttpOrgSession, tmp_path: Path
) -> None:
    company.hidden_objects |= {"PackageLicense", "ActiveFeatureLicenseMetric", "TenantUsageEntitlement"}
    company.hidden_fields |= {"Department", "EmployeeNumber"}
    staged = download(conversation, tmp_path)
    assert not part(staged, "PackageLicense").complete
    assert part(staged, "User").complete
    assert "Department" not in part(staged, "User").columns
    assert sorted(staged.warnings) == [
        "Feature license totals could not be read. The connected user lacks View Setup and Configuration, or the org "
        "does not offer this. What was known before stays.",
        "Package licenses could not be read. The connected user lacks View Setup and Configuration, or the org does "
        "not offer this. What was known before stays.",
        "Usage-based entitlements could not be read. The connected user lacks View Setup and Configuration, or the "
        "org does not offer this. What was known before stays.",
        "Users: Department could not be read. The connected user may not see it, or the org does not have it.",
    ]


def test_what_a_profile_leaves_out_is_not_even_asked_for(
    company: PaperOrg, conversation: HttpOrgSession, tmp_path: Path
) -> None:
    company.hidden_objects.add("TenantUsageEntitlement")
    staged = download(conversation, tmp_path, processes=(Process.DOWNLOAD, Process.ACTIVITY, Process.RECLAIM))
    assert "TenantUsageEntitlement" not in {each.name for each in staged.objects}
    assert staged.warnings == ()
    assert not company.paths("TenantUsageEntitlement")


@pytest.mark.parametrize("name", ["Organization", "UserLicense", "User"])
def test_without_the_licenses_or_the_people_nothing_is_loaded(
    company: PaperOrg, conversation: HttpOrgSession, tmp_path: Path, name: str
) -> None:
    company.hidden_objects.add(name)
    with pytest.raises(PermissionMissing, match="Give the connected user the permission View"):
        download(conversation, tmp_path)
    assert json.loads((tmp_path / MANIFEST).read_text())["complete"] is False


def test_an_empty_list_of_licenses_is_a_missing_permission(
    company: PaperOrg, conversation: HttpOrgSession, tmp_path: Path
) -> None:
    company.tables["UserLicense"].clear()
    with pytest.raises(PermissionMissing, match="View Setup"):
        download(conversation, tmp_path)


def test_a_query_that_is_refused_after_all_is_a_warning(
    company: PaperOrg, conversation: HttpOrgSession, tmp_path: Path
) -> None:
    company.fault("FROM(%20|\\+)PackageLicense", lambda _: refusal(400, "INVALID_TYPE", "no"))
    staged = download(conversation, tmp_path)
    assert not part(staged, "PackageLicense").complete
    assert part(staged, "PackageLicense").files == ()
    assert len(staged.warnings) == 1


def test_login_history_that_shows_only_ones_own_rows_is_incomplete(
    company: PaperOrg, conversation: HttpOrgSession, tmp_path: Path
) -> None:
    company.tables["UserPermissionAccess"][0] |= {
        "PermissionsManageUsers": False,
        "PermissionsMonitorLoginHistory": False,
        "PermissionsFreezeUsers": False,
    }
    staged = download(conversation, tmp_path)
    assert not part(staged, "LoginHistory").complete
    assert not part(staged, "UserLogin").complete
    assert [warning.split(".")[0] for warning in staged.warnings] == [
        "Frozen users could not be read",
        "Login history could not be read",
    ]


def test_where_the_org_does_not_tell_a_sign_in_of_somebody_else_does(
    company: PaperOrg, conversation: HttpOrgSession, tmp_path: Path
) -> None:
    company.hidden_fields.add("PermissionsMonitorLoginHistory")
    company.tables["UserPermissionAccess"][0]["PermissionsManageUsers"] = False
    assert part(download(conversation, tmp_path), "LoginHistory").complete
    company.tables["LoginHistory"] = [sign_in(ADMIN_ID, MOMENT)]
    assert not part(download(conversation, tmp_path), "LoginHistory").complete


def test_progress_names_every_phase_with_rows_and_expected(
    company: PaperOrg, conversation: HttpOrgSession, tmp_path: Path
) -> None:
    watched = Watched()
    download(conversation, tmp_path, report=watched)
    assert list(dict.fromkeys(phase.name for phase in watched.phases)) == list(PHASES)
    assert all(watched.last(name).state is JobState.SUCCEEDED for name in PHASES)
    running = next(phase for phase in watched.phases if phase.name == "Users" and phase.state is JobState.RUNNING)
    assert (running.rows, running.expected) == (0, 4)
    assert (watched.last("Users").rows, watched.last("Permission sets").rows) == (4, 4)


def test_stopping_is_noticed_between_pages_and_cleans_up(
    org: PaperOrg, conversation: HttpOrgSession, tmp_path: Path
) -> None:
    found_company(org, people=6000)
    with pytest.raises(RefusedError, match="stopped"):
        download(conversation, tmp_path, should_stop=lambda: bool(org.paths("/results$")))
    assert len(org.removed_jobs) == len(org.jobs) == 6


def test_our_share_of_the_api_calls_stops_a_download(
    company: PaperOrg, conversation: HttpOrgSession, tmp_path: Path
) -> None:
    company.usage = (12_000, 15_000)
    with pytest.raises(RequestLimitReached, match="12,000"):
        download(conversation, tmp_path)


def test_a_temporary_trouble_is_an_error_and_no_missing_object(
    company: PaperOrg, conversation: HttpOrgSession, tmp_path: Path
) -> None:
    company.fault("PackageLicense", html(503), times=99)
    with pytest.raises(SalesforceUnavailable):
        download(conversation, tmp_path)


def test_a_clock_that_is_wrong_is_a_warning_and_the_orgs_counts(
    company: PaperOrg, conversation: HttpOrgSession, tmp_path: Path
) -> None:
    company.date = "Tue, 24 Nov 2026 13:00:00 GMT"
    staged = download(conversation, tmp_path)
    assert staged.taken_at == datetime(2026, 11, 24, 13)
    assert "60 minutes" in staged.warnings[0]
