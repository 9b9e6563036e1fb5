from __future__ import annotations

import pytest

from sfsam.domain.profiles import Check, Process
from sfsam.salesforce.checks import required_permissions
from sfsam.salesforce.client import HttpOrgSession
from tests.salesforce.company import found_company
from tests.salesforce.conftest import KeptTokens
from tests.salesforce.paper_org import PaperOrg, refusal


@pytest.fixture
def company(org: PaperOrg) -> PaperOrg:
    found_company(org)
    return org


def wrong(checks: list[Check], process: Process) -> dict[str, bool | None]:
    return {check.permission: check.ok for check in checks if check.process is process and check.ok is not True}


def test_with_everything_given_only_the_unprobeable_is_open(company: PaperOrg, conversation: HttpOrgSession) -> None:
    checks = conversation.check()
    assert len(checks) == len(required_permissions())
    assert wrong(checks, Process.DOWNLOAD) == wrong(checks, Process.ACTIVITY) == {}
    assert wrong(checks, Process.RECLAIM) == {"Manage Package Licenses": None}
    unknown = next(check for check in checks if check.ok is None)
    assert "not known until first use" in unknown.remedy
    assert all(check.remedy == "" for check in checks if check.ok)
    others = [request for request in company.requests if not request.url.path.endswith("/composite")]  # of reads only
    assert {request.method for request in others} == {"GET"}


def test_what_is_missing_has_its_remedy(company: PaperOrg, conversation: HttpOrgSession) -> None:
    company.tables["UserPermissionAccess"][0] |= {
        "PermissionsViewSetup": False,
        "PermissionsManageUsers": False,
        "PermissionsFreezeUsers": False,
    }
    company.hidden_objects.add("UserLicense")
    checks = conversation.check()
    assert wrong(checks, Process.DOWNLOAD) == {"View Setup and Configuration": False, "Read user licenses": False}
    assert wrong(checks, Process.ACTIVITY) == {"Freeze Users": False}
    assert wrong(checks, Process.CONSUMPTION) == {"View Setup and Configuration": False}
    assert wrong(checks, Process.RECLAIM) == {
        "View Setup and Configuration": False,
        "Freeze Users": False,
        "Manage Package Licenses": None,
    }
    missing = next(check for check in checks if check.permission == "View Setup and Configuration")
    assert missing.remedy == "Give the connected user the permission View Setup and Configuration."


def test_a_permission_that_the_org_does_not_list_is_not_known(company: PaperOrg, conversation: HttpOrgSession) -> None:
    company.hidden_fields |= {"PermissionsFreezeUsers", "PermissionsMonitorLoginHistory"}
    company.tables["UserPermissionAccess"][0]["PermissionsManageUsers"] = False
    assert wrong(conversation.check(), Process.ACTIVITY) == {"Monitor Login History": None, "Freeze Users": None}


def test_an_org_that_hides_permissions_altogether_leaves_them_open(
    company: PaperOrg, conversation: HttpOrgSession
) -> None:
    company.hidden_objects.add("UserPermissionAccess")
    assert None in wrong(conversation.check(), Process.DOWNLOAD).values()
    assert False not in wrong(conversation.check(), Process.DOWNLOAD).values()


def test_describe_decides_about_changes(company: PaperOrg, conversation: HttpOrgSession) -> None:
    company.hidden_fields.add("IsActive")
    company.hidden_objects.add("PermissionSetLicenseAssign")
    found = wrong(conversation.check(), Process.RECLAIM)
    assert found["Change User.IsActive"] is False
    assert found["Delete permission set license assignments"] is False


def test_an_object_that_is_described_and_not_readable_is_missing(
    company: PaperOrg, conversation: HttpOrgSession
) -> None:
    company.fault("FROM(%20|\\+)LoginHistory", lambda _: refusal(400, "INVALID_TYPE", "no access"))
    assert wrong(conversation.check(), Process.ACTIVITY) == {"Read the login history": False}


def test_an_org_without_usage_based_entitlements_fails_consumption_alone(
    company: PaperOrg, conversation: HttpOrgSession
) -> None:
    company.hidden_objects.add("TenantUsageEntitlement")
    failed = [check for check in conversation.check() if check.ok is False]
    assert [(check.process, check.permission, check.required) for check in failed] == [
        (Process.CONSUMPTION, "Read usage-based entitlements", False)
    ]
    wanted = (Process.DOWNLOAD, Process.ACTIVITY, Process.RECLAIM)
    assert all(check.ok is not False for check in conversation.check(wanted))


def test_the_scope_of_the_token_is_looked_at(
    company: PaperOrg, conversation: HttpOrgSession, tokens: KeptTokens
) -> None:
    assert tokens.token is not None
    tokens.token = tokens.token.model_copy(update={"scope": "refresh_token id"})
    assert wrong(conversation.check(), Process.DOWNLOAD) == {"Scope api": False}


def test_every_line_of_the_table_is_whole() -> None:
    for needed in required_permissions():
        assert needed.label
        assert needed.needed_for
        assert needed.remedy.endswith(".")
        assert needed.source.startswith("Salesforce fact sheet")
    labels = [(needed.process, needed.label) for needed in required_permissions()]
    assert len(set(labels)) == len(labels)
