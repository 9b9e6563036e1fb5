"""What Salesforce does not document: every switch in both of its settings, and what the side door arranges."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sfsam.emulator.behavior import Behavior
from sfsam.emulator.errors import SalesforceError
from sfsam.emulator.org import Org, build_orgs
from sfsam.emulator.rules.blockers import BLOCKERS
from tests.emulator.data.desk import NOW, Desk, code_of

MakeUser = Callable[..., Desk]
PSL = "PermissionSetLicenseAssign"
PS = "PermissionSetAssignment"
USED = "SELECT UsedLicenses FROM UserLicense WHERE LicenseDefinitionKey = 'SFDC'"
COUNTED_AT = "SELECT UsedLicensesLastUpdated FROM UserLicense WHERE LicenseDefinitionKey = 'SFDC'"


@pytest.fixture
def desk(busy_org: Org) -> Iterator[Desk]:
    """An org with seats, whose switches are as they were afterwards."""
    desk = Desk(busy_org)
    desk.open_seats()
    yield desk
    busy_org.behave(**Behavior().as_dict())


def held(desk: Desk, user: str) -> list[str]:
    soql = "SELECT PermissionSetLicense.DeveloperName FROM PermissionSetLicenseAssign WHERE AssigneeId = :user"
    return sorted(row["PermissionSetLicense"]["DeveloperName"] for row in desk.query(soql, user=user))


def rows_of(desk: Desk, user: str) -> list[str]:
    soql = "SELECT Id FROM PermissionSetAssignment WHERE AssigneeId = :user AND PermissionSet.IsOwnedByProfile = false"
    return [row["Id"] for row in desk.query(soql, user=user)]


@pytest.mark.parametrize("code", ["LICENSE_LIMIT_EXCEEDED", "INSUFFICIENT_ACCESS"])
def test_the_code_when_seats_run_out(desk: Desk, code: str) -> None:
    desk.org.behave(no_seat_code=code)
    desk.org.arranging.set_license("PermissionSetLicense", "CRMUserPsl", total=0)
    values = {"AssigneeId": desk.add_user(), "PermissionSetLicenseId": desk.license("CRMUserPsl")}
    refused = desk.create(PSL, **values)
    assert (code_of(refused), refused.errors[0].message) == (code, "All CRM User permission set licenses are in use.")


@pytest.mark.parametrize("code", ["FIELD_INTEGRITY_EXCEPTION", "DEPENDENCY_EXISTS"])
def test_the_code_of_removing_a_needed_license(desk: Desk, code: str) -> None:
    desk.org.behave(needed_license_code=code)
    user = desk.add_user(PermissionSets=["Sales_Console"])
    (row,) = desk.query(f"SELECT Id FROM {PSL} WHERE AssigneeId = :user", user=user)  # noqa: S608 - our own words
    refused = desk.delete(PSL, row["Id"])
    assert code_of(refused) == code
    assert "Sales Console" in refused.errors[0].message


@pytest.mark.parametrize("code", ["FIELD_INTEGRITY_EXCEPTION", "OP_WITH_INVALID_USER_TYPE_EXCEPTION"])
def test_the_code_of_a_change_that_is_not_allowed(desk: Desk, code: str) -> None:
    desk.org.behave(license_change_code=code)
    assert code_of(desk.update("User", desk.add_user(), ProfileId=desk.profile("Chatter Free User"))) == code


@pytest.mark.parametrize(("policies", "left"), [(False, []), (True, ["SalesConsoleUser"])])
def test_access_policies_leave_licenses(desk: Desk, policies: bool, left: list[str]) -> None:
    user = desk.add_user(PermissionSets=["Sales_Console"])
    desk.org.behave(access_policies_change=policies)
    assert desk.delete(PS, rows_of(desk, user)[0]).success
    assert held(desk, user) == left


def test_a_permission_set_taken_out_of_a_group_leaves_its_license(desk: Desk) -> None:
    group = desk.create("PermissionSetGroup", DeveloperName="Console_Group", MasterLabel="Console Group").id
    values = {"PermissionSetGroupId": group, "PermissionSetId": desk.permission_set("Sales_Console")}
    part = str(desk.create("PermissionSetGroupComponent", **values).id)
    assert code_of(desk.create("PermissionSetGroupComponent", **values)) == "DUPLICATE_VALUE"
    user = desk.add_user()
    assert desk.create(PS, AssigneeId=user, PermissionSetGroupId=group).success
    assert held(desk, user) == ["SalesConsoleUser"]
    later = desk.create(
        "PermissionSetGroupComponent", PermissionSetGroupId=group, PermissionSetId=desk.permission_set("CPQ_User")
    )
    assert held(desk, user) == ["SalesConsoleUser", "SalesforceCPQ_CPQStandardPerm"]
    assert desk.delete("PermissionSetGroupComponent", part).success
    assert held(desk, user) == ["SalesConsoleUser", "SalesforceCPQ_CPQStandardPerm"]
    assert code_of(desk.delete("PermissionSetGroup", str(group))) == "DELETE_FAILED"
    assert desk.delete(PS, rows_of(desk, user)[0]).success
    assert held(desk, user) == ["SalesConsoleUser"]
    assert desk.delete("PermissionSetGroup", str(group)).success
    assert code_of(desk.delete("PermissionSetGroupComponent", str(later.id))) == "ENTITY_IS_DELETED"


@pytest.mark.parametrize("moves", [True, False])
def test_a_refreshed_token_moves_the_last_login_or_not(desk: Desk, moves: bool) -> None:
    desk.org.behave(refresh_moves_last_login=moves)
    user = desk.add_user()
    desk.org.record_login(user, login_type="Remote Access 2.0", sub_type="OauthRefreshToken")
    assert (desk.value("SELECT LastLoginDate FROM User WHERE Id = :user", user=user) is not None) is moves
    assert desk.count("SELECT Id FROM LoginHistory WHERE UserId = :user", user=user) == 1


@pytest.mark.parametrize("counts", [False, True])
def test_features_of_inactive_users_use_seats_or_not(counts: bool) -> None:
    desk = Desk(build_orgs(1, 60, 21, NOW, None)[0])
    desk.open_seats()
    desk.org.behave(inactive_features_use_seats=counts)
    name = "UserPermissionsOfflineUser"
    gone = desk.add_user(**{name: True})
    desk.update("User", gone, IsActive=False)
    counted = "true" if counts else '"IsActive"'
    used = desk.sql(f'SELECT count(*) FROM "User" WHERE "{name}" AND {counted}')[0][0]  # noqa: S608 - our own words
    desk.org._data.connection.execute("UPDATE feature_license SET total = ? WHERE feature = ?", [used, name])
    back = desk.update("User", gone, IsActive=True)
    assert back.success is counts
    other = desk.add_user()
    assert code_of(desk.update("User", other, **{name: True})) == "LICENSE_LIMIT_EXCEEDED"


@pytest.mark.parametrize("coupled", [False, True])
def test_the_authors_permission_set_holds_the_flag_or_not(desk: Desk, coupled: bool) -> None:
    desk.org.behave(knowledge_author_needs_flag=coupled)
    user = desk.add_user(UserPermissionsKnowledgeUser=True, PermissionSets=["Knowledge_Author"])
    result = desk.update("User", user, UserPermissionsKnowledgeUser=False)
    assert result.success is not coupled
    if coupled:
        assert code_of(result) == "FIELD_INTEGRITY_EXCEPTION"
        assert desk.delete(PS, rows_of(desk, user)[0]).success
        assert desk.update("User", user, UserPermissionsKnowledgeUser=False).success


@pytest.mark.parametrize("enough", [False, True])
def test_manage_users_is_enough_for_packages_or_not(desk: Desk, someone: MakeUser, enough: bool) -> None:
    desk.org.behave(manage_users_assigns_packages=enough)
    package = desk.named("PackageLicense", "SBQQ", "NamespacePrefix")
    manager = someone("ApiEnabled", "ManageUsers")
    result = manager.create("UserPackageLicense", UserId=desk.add_user(), PackageLicenseId=package)
    assert result.success is enough


@pytest.mark.parametrize("ends", [False, True])
def test_freezing_ends_sessions_or_not(desk: Desk, ends: bool) -> None:
    desk.org.behave(freeze_ends_sessions=ends)
    session = desk.query("SELECT Id, UsersId FROM AuthSession LIMIT 1")[0]
    user = session["UsersId"]
    login = desk.value("SELECT Id FROM UserLogin WHERE UserId = :user", user=user)
    assert desk.update("UserLogin", login, IsFrozen=True).success
    assert desk.count("SELECT Id FROM AuthSession WHERE UsersId = :user", user=user) == (0 if ends else 1)
    if not ends:
        assert desk.delete("AuthSession", session["Id"]).success
        assert desk.count("SELECT Id FROM AuthSession WHERE UsersId = :user", user=user) == 0
    desk.update("UserLogin", login, IsFrozen=False)


@pytest.mark.parametrize("unlimited", [True, False])
def test_a_total_of_minus_one_is_unlimited_or_not(desk: Desk, unlimited: bool) -> None:
    desk.org.behave(minus_one_is_unlimited=unlimited)
    desk.org.arranging.set_license("UserLicense", "AUL", total=-1)
    gone = desk.add_user(Profile="Standard Platform User", IsActive=False)
    result = desk.update("User", gone, IsActive=True)
    assert result.success is unlimited
    if not unlimited:
        assert code_of(result) == "LICENSE_LIMIT_EXCEEDED"


@pytest.mark.parametrize("may", [True, False])
def test_the_integration_license_administers_or_not(desk: Desk, may: bool) -> None:
    desk.org.behave(integration_license_administers=may)
    user = desk.add_user(Profile="Salesforce API Only System Integrations")
    desk.org.grant(desk.org.user_summary(user)["Username"], ["ManageUsers"])
    seated = Desk(desk.org, user)
    soql = (
        "SELECT PermissionsManageUsers, PermissionsAssignPermissionSets, PermissionsViewSetup FROM UserPermissionAccess"
    )
    assert list(seated.query(soql)[0].values()) == [may, may, True]


def test_a_large_org_counts_once_a_day() -> None:
    org = build_orgs(1, 120, 5, NOW, None)[0]
    desk = Desk(org)
    desk.open_seats()
    before = desk.value(USED)
    assert desk.value(COUNTED_AT) == org.clock.now().strftime("%Y-%m-%dT%H:%M:%S.000+0000")
    org.behave(day_old_counts_from_users=100)
    assert desk.value(USED) == before
    assert desk.value(COUNTED_AT) == "2026-11-24T00:00:00.000+0000"
    desk.add_user()
    assert desk.value(USED) == before
    assert (
        desk.count("SELECT Id FROM User WHERE IsActive = true AND Profile.UserLicense.Name = 'Salesforce'")
        == before + 1
    )
    org.clock.advance(86_400)
    assert (desk.value(USED), desk.value(COUNTED_AT)) == (before + 1, "2026-11-25T00:00:00.000+0000")
    org.arranging.set_license("UserLicense", "SFDC", total=before + 2)
    org.behave(day_old_counts_from_users=1_000)
    assert desk.value(USED) == before + 1


@pytest.mark.parametrize("late", [False, True])
def test_permission_set_licenses_are_counted_at_once_or_the_day_after(desk: Desk, late: bool) -> None:
    desk.org.behave(day_old_permission_set_license_counts=late)
    used = "SELECT UsedLicenses FROM PermissionSetLicense WHERE DeveloperName = 'CRMUserPsl'"
    before = desk.value(used)
    desk.add_user(PermissionSetLicenses=["CRMUserPsl"])
    assert desk.value(used) == (before if late else before + 1)


def test_seats_are_checked_against_this_moment_even_in_a_large_org() -> None:
    desk = Desk(build_orgs(1, 120, 5, NOW, None)[0])
    desk.org.behave(day_old_counts_from_users=100)
    desk.org.arranging.set_license("UserLicense", "SFDC", total=desk.value(USED))
    gone = desk.add_user(IsActive=False)
    assert code_of(desk.update("User", gone, IsActive=True)) == "LICENSE_LIMIT_EXCEEDED"


@pytest.mark.parametrize("refused", [False, True])
def test_an_object_is_in_bulk_or_not(desk: Desk, refused: bool) -> None:
    desk.org.behave(without_bulk=("LoginHistory",) if refused else ())
    soql = "SELECT UserId FROM LoginHistory"
    if refused:
        with pytest.raises(SalesforceError, match="Entity 'LoginHistory' is not supported by the Bulk API"):
            desk.org.check_bulk_query(soql, desk.caller)
    else:
        assert desk.org.check_bulk_query(soql, desk.caller) == "LoginHistory"


@pytest.mark.parametrize("kind", sorted(BLOCKERS))
def test_every_kind_of_blocker_keeps_a_user_until_it_is_gone(desk: Desk, kind: str) -> None:
    user = desk.add_user()
    name = desk.org.user_summary(user)["Username"]
    desk.org.arranging.block(name, kind)
    refused = desk.update("User", user, IsActive=False)
    assert refused.errors[0].message == BLOCKERS[kind].message
    assert code_of(refused) == (BLOCKERS[kind].code or "FIELD_INTEGRITY_EXCEPTION")
    desk.org.arranging.unblock(name)
    assert desk.update("User", user, IsActive=False).success


@pytest.mark.parametrize("code", ["FIELD_INTEGRITY_EXCEPTION", "DEPENDENCY_EXISTS"])
def test_the_code_of_a_blocker_follows_the_switch_or_its_own(desk: Desk, code: str) -> None:
    desk.org.behave(blocker_code=code)
    user, other = desk.add_user(), desk.add_user()
    desk.org.arranging.block(desk.org.user_summary(user)["Username"], "approver")
    desk.org.arranging.block(desk.org.user_summary(other)["Username"], message="No.", code="DELETE_FAILED")
    assert code_of(desk.update("User", user, IsActive=False)) == code
    refused = desk.update("User", other, IsActive=False)
    assert (code_of(refused), refused.errors[0].message) == ("DELETE_FAILED", "No.")


@pytest.mark.parametrize("counts", [True, False])
def test_inactive_holders_count_as_each_license_says(desk: Desk, counts: bool) -> None:
    desk.org.arranging.set_license("PermissionSetLicense", "CRMUserPsl", counts_inactive=counts)
    used = "SELECT UsedLicenses FROM PermissionSetLicense WHERE DeveloperName = 'CRMUserPsl'"
    user = desk.add_user(PermissionSetLicenses=["CRMUserPsl"])
    before = desk.value(used)
    assert desk.update("User", user, IsActive=False).success
    assert desk.value(used) == (before if counts else before - 1)
    desk.org.arranging.set_license("PermissionSetLicense", "CRMUserPsl", counts_inactive=True)


WRONG: list[tuple[Callable[[Org], Any], str]] = [
    (lambda org: org.behave(speed=1), "unknown switch 'speed'"),
    (lambda org: org.behave(blocker_code=3), "must be a str"),
    (lambda org: org.arranging.block("nobody@x.example", "approver"), "no user"),
    (lambda org: org.arranging.block("nobody@x.example", "weather"), "give a message or a kind"),
    (lambda org: org.arranging.set_license("UserLicense", "X", total=1), "has no UserLicense 'X'"),
    (lambda org: org.arranging.set_license("UserLicense", "SFDC", counts_inactive=True), "no such thing"),
]


@pytest.mark.parametrize(("order", "said"), WRONG)
def test_wrong_orders_are_refused(busy_org: Org, order: Callable[[Org], Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        order(busy_org)


def test_labels_tell_of_everybody(calm: Desk) -> None:
    labels = {row["user_id"]: set(row["labels"]) for row in calm.org.arranging.labels()}
    active = {
        row["Id"]: row for row in calm.query("SELECT Id, LastLoginDate, CreatedDate FROM User WHERE IsActive = true")
    }
    assert active.keys() <= labels.keys()
    assert all("left" in labels[user] for user in labels.keys() - active.keys())
    unused = [user for user, found in labels.items() if "truly unused" in found]
    assert len(unused) > 100
    threshold = (NOW - timedelta(days=60)).astimezone(UTC)
    for user in unused:
        last = active[user]["LastLoginDate"]
        assert last is None or datetime.fromisoformat(last) < threshold
