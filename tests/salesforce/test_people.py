from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfsam.domain.attempts import planned_calls
from sfsam.domain.candidates import Action
from sfsam.domain.identifiers import to_18
from sfsam.domain.reclaim import Taking
from sfsam.domain.subscriptions import Kind
from sfsam.errors import PermissionMissing
from sfsam.salesforce.client import HttpOrgSession
from sfsam.salesforce.machines import machine_applications, machine_licenses
from sfsam.salesforce.sign_ins import is_machine, newest_human_sign_ins, parse_moment
from tests.salesforce.company import found_company, sign_in, user_id
from tests.salesforce.paper_org import PaperOrg

GROUP = to_18("0PGxx0000000001")
SINCE = datetime(2026, 9, 25)


@pytest.fixture
def company(org: PaperOrg) -> PaperOrg:
    found_company(org)
    return org


def test_what_people_hold_is_read_in_a_handful_of_queries(org: PaperOrg, conversation: HttpOrgSession) -> None:
    found_company(org, people=250)
    org.tables["User"][1] |= {"UserPermissionsKnowledgeUser": True, "LastLoginDate": "2026-05-01T07:00:00.000+0000"}
    org.tables["UserLogin"][1]["IsFrozen"] = True
    found = conversation.holdings([user_id(number) for number in range(250)])
    assert [holding.user_id for holding in found] == [user_id(number) for number in range(250)]
    assert len(org.paths("/query$")) == 5

    one = found[1]
    assert (one.username, one.is_active, one.is_frozen) == ("u1@acme.example", True, True)
    assert one.last_login_at == datetime(2026, 5, 1, 7)
    assert one.feature_licenses == ("UserPermissionsKnowledgeUser",)
    assert one.permission_sets[0]["PermissionSetId"] == "0PSxx"
    assert one.permission_sets[0]["PermissionSet.Name"] == "Sales_User"
    assert one.permission_set_licenses[0]["PermissionSetLicenseId"] == "0PLxx"
    assert one.package_licenses[0]["PackageLicenseId"] == "050xx"
    assert (one.is_administrator, one.is_machine, one.seats) == (False, False, 4)
    leaving = Taking(number="RC1", action=Action.DEACTIVATE, kind=Kind.USER, identifier="SFDC", holding=one)
    assert [call.object for call in planned_calls([leaving])] == [
        "PermissionSetAssignment",
        "PermissionSetLicenseAssign",
        "UserPackageLicense",
        "User",
        "User",
    ]


def test_people_who_are_gone_are_left_out(company: PaperOrg, conversation: HttpOrgSession) -> None:
    assert [each.user_id for each in conversation.holdings([user_id(99), user_id(2)])] == [user_id(2)]
    assert conversation.holdings([user_id(99)]) == []


def test_pitfall_21_a_short_id_finds_the_same_person(company: PaperOrg, conversation: HttpOrgSession) -> None:
    found = conversation.holdings([user_id(1)[:15], user_id(1)])
    assert [each.user_id for each in found] == [user_id(1)]
    assert len(found[0].permission_sets) == 1


def test_the_profiles_own_permission_set_is_kept_and_tells_administrators(
    company: PaperOrg, conversation: HttpOrgSession
) -> None:
    own = {"PermissionSetId": "0PSown", "PermissionSet.IsOwnedByProfile": True}
    company.tables["PermissionSetAssignment"] += [
        {"Id": "0Pa1", "AssigneeId": user_id(0), "PermissionSet.PermissionsModifyAllData": True, **own},
        {"Id": "0Pa2", "AssigneeId": user_id(1), "PermissionSet.PermissionsApiUserOnly": True, **own},
    ]
    company.tables["User"][2]["Profile.UserLicense.LicenseDefinitionKey"] = "SALESFORCE_INTEGRATION_USER"
    administrator, machine, integration = conversation.holdings([user_id(number) for number in range(3)])
    assert (administrator.is_administrator, machine.is_administrator) == (True, False)
    assert [each.is_machine for each in (administrator, machine, integration)] == [False, True, True]
    assert all(row["PermissionSetId"] == "0PSxx" for row in administrator.permission_sets)


def test_an_administrator_by_a_group_is_one(company: PaperOrg, conversation: HttpOrgSession) -> None:
    company.tables["PermissionSetAssignment"][0]["PermissionSetGroupId"] = GROUP
    company.tables["PermissionSetGroupComponent"] = [
        {
            "Id": "0PMxx",
            "PermissionSetGroupId": GROUP,
            "PermissionSetId": "0PSxx",
            "PermissionSet.PermissionsCustomizeApplication": True,
        }
    ]
    found = conversation.holdings([user_id(0), user_id(1)])
    assert [each.is_administrator for each in found] == [True, False]


def test_the_newest_human_sign_in_after_the_moment(company: PaperOrg, conversation: HttpOrgSession) -> None:
    company.tables["LoginHistory"] = [
        sign_in(user_id(0), "2026-09-24T23:59:59.000+0000"),
        sign_in(user_id(1), "2026-10-01T00:00:00.000+0000"),
        sign_in(user_id(1), "2026-10-02T00:00:00.000+0000"),
        sign_in(user_id(1), "2026-10-03T00:00:00.000+0000", Status="Invalid Password"),
        sign_in(user_id(2), "2026-10-04T00:00:00.000+0000", LoginSubType="OauthClientCredentials"),
    ]
    found = conversation.human_logins_since([user_id(number) for number in range(3)], SINCE)
    assert found == {user_id(1): datetime(2026, 10, 2)}


def test_a_last_login_date_counts_unless_a_machine_explains_it(company: PaperOrg, conversation: HttpOrgSession) -> None:
    moment = "2026-10-04T00:00:30.000+0000"
    company.tables["LoginHistory"] = [
        sign_in(user_id(0), "2026-10-04T00:00:00.000+0000", LoginSubType="OauthClientCredentials")
    ]
    company.tables["User"][0]["LastLoginDate"] = moment
    company.tables["User"][1]["LastLoginDate"] = moment
    found = conversation.human_logins_since([user_id(0), user_id(1)], SINCE)
    assert found == {user_id(1): datetime(2026, 10, 4, 0, 0, 30)}


def test_a_lightning_app_used_counts_where_the_org_shows_it(company: PaperOrg, conversation: HttpOrgSession) -> None:
    company.tables["LoginHistory"] = []
    company.tables["UserAppInfo"] = [
        {"UserId": user_id(0), "LastModifiedDate": "2026-09-01T00:00:00.000+0000"},
        {"UserId": user_id(1), "LastModifiedDate": "2026-10-05T00:00:00.000+0000"},
    ]
    everybody = [user_id(0), user_id(1)]
    assert conversation.human_logins_since(everybody, SINCE) == {user_id(1): datetime(2026, 10, 5)}


def test_nobody_is_missed_where_the_org_hides_lightning_apps(company: PaperOrg, conversation: HttpOrgSession) -> None:
    company.hidden_objects.add("UserAppInfo")
    company.tables["LoginHistory"] = [sign_in(user_id(1), "2026-10-01T00:00:00.000+0000")]
    assert conversation.human_logins_since([user_id(1)], SINCE) == {user_id(1): datetime(2026, 10, 1)}


def test_nobody_is_called_unused_by_a_history_that_cannot_be_seen(
    company: PaperOrg, conversation: HttpOrgSession
) -> None:
    company.tables["UserPermissionAccess"][0] |= {
        "PermissionsManageUsers": False,
        "PermissionsMonitorLoginHistory": False,
    }
    with pytest.raises(PermissionMissing, match="Monitor Login History"):
        conversation.human_logins_since([user_id(0)], SINCE)


@pytest.mark.parametrize(
    ("row", "machine"),
    [
        ({"LoginType": "Application"}, False),
        ({"LoginType": "Remote Access 2.0", "LoginSubType": "OauthRefreshToken"}, False),
        ({"LoginType": "Remote Access 2.0", "LoginSubType": None, "Application": "Salesforce for iOS"}, False),
        ({"LoginType": "Other Apex API"}, False),
        ({"LoginType": "Remote Access 2.0", "LoginSubType": "OauthClientCredentials"}, True),
        ({"LoginType": "Remote Access 2.0", "LoginSubType": "OauthJwtBearerToken"}, True),
        ({"LoginType": "Remote Access 2.0", "Application": "Dataloader Bulk"}, True),
    ],
)
def test_a_machine_needs_positive_evidence(row: dict[str, str], machine: bool) -> None:
    assert is_machine(row) is machine


def test_the_shipped_lists_of_machines_are_read() -> None:
    assert "fivetran" in machine_applications()
    assert "SALESFORCE_INTEGRATION_USER" in machine_licenses()
    assert "SFDC" not in machine_licenses()


@pytest.mark.parametrize(
    "text", ["2026-11-24T11:31:16.000+0000", "2026-11-24T11:31:16.000Z", "2026-11-24T12:31:16+01:00"]
)
def test_pitfall_22_both_forms_of_a_moment_are_read(text: str) -> None:
    assert parse_moment(text) == datetime(2026, 11, 24, 11, 31, 16)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 59), st.booleans(), st.booleans()), max_size=20))
def test_the_newest_human_sign_in_is_the_greatest_of_the_successful_ones(
    drawn: list[tuple[int, int, bool, bool]],
) -> None:
    history = [
        sign_in(
            f"u{user}",
            f"2026-10-01T00:{minute:02d}:00.000Z",
            Status="Success" if succeeded else "Failed",
            LoginSubType="OauthClientCredentials" if machine else "",
        )
        for user, minute, succeeded, machine in drawn
    ]
    expected: dict[str, int] = {}
    for user, minute, succeeded, machine in drawn:
        if succeeded and not machine:
            expected[f"u{user}"] = max(minute, expected.get(f"u{user}", 0))
    assert {user: moment.minute for user, moment in newest_human_sign_ins(history, {}).items()} == expected
