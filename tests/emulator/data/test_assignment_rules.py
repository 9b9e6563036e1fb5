"""Permission-set licenses, permission sets and packages, rule by rule (Salesforce fact sheet 5.4 to 5.6)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sfsam.emulator.org import Change, Org, build_orgs
from tests.emulator.data.desk import NOW, Desk, code_of

MakeUser = Callable[..., Desk]
PSL = "PermissionSetLicenseAssign"
PS = "PermissionSetAssignment"


@pytest.fixture(scope="module")
def roomy_org() -> Org:
    """An org with seats enough."""
    org = build_orgs(1, 60, 13, NOW, None)[0]
    Desk(org).open_seats()
    return org


@pytest.fixture
def roomy(roomy_org: Org) -> Desk:
    return Desk(roomy_org)


def held_licenses(desk: Desk, user: str) -> list[str]:
    soql = "SELECT PermissionSetLicense.DeveloperName FROM PermissionSetLicenseAssign WHERE AssigneeId = :user"
    return sorted(row["PermissionSetLicense"]["DeveloperName"] for row in desk.query(soql, user=user))


def assignments(desk: Desk, user: str) -> list[str]:
    soql = "SELECT Id FROM PermissionSetAssignment WHERE AssigneeId = :user AND PermissionSet.IsOwnedByProfile = false"
    return [row["Id"] for row in desk.query(soql, user=user)]


def assign(desk: Desk, user: str, name: str) -> str:
    result = desk.create(PS, AssigneeId=user, PermissionSetId=desk.permission_set(name))
    assert result.success, result.errors
    return str(result.id)


def test_a_permission_set_brings_its_license_and_takes_it_along(roomy: Desk) -> None:
    user = roomy.add_user(Profile="Standard User")
    created = roomy.create(PS, AssigneeId=user, PermissionSetId=roomy.permission_set("CPQ_User"))
    assert [change.object for change in created.changes] == [PSL, PS]
    assert held_licenses(roomy, user) == ["SalesforceCPQ_CPQStandardPerm"]
    removed = roomy.delete(PS, str(created.id))
    assert [(change.object, change.field, change.before, change.after) for change in removed.changes] == [
        (PS, "IsDeleted", False, True),
        (PSL, "IsDeleted", False, True),
    ]
    assert removed.changes[1].id == created.changes[0].id
    assert held_licenses(roomy, user) == []


def test_a_license_that_another_permission_set_needs_stays(roomy: Desk) -> None:
    user = roomy.add_user(Profile="Standard User")
    console = assign(roomy, user, "Sales_Console")
    group = roomy.named("PermissionSetGroup", "Sales_Starter", "DeveloperName")
    grouped = roomy.create(PS, AssigneeId=user, PermissionSetGroupId=group)
    assert grouped.success
    assert held_licenses(roomy, user) == ["SalesConsoleUser"]
    assert len(roomy.delete(PS, console).changes) == 1
    assert held_licenses(roomy, user) == ["SalesConsoleUser"]
    assert len(roomy.delete(PS, str(grouped.id)).changes) == 2
    assert held_licenses(roomy, user) == []


def test_a_needed_license_cannot_be_removed_by_itself(roomy: Desk) -> None:
    user = roomy.add_user(Profile="Standard User")
    console = assign(roomy, user, "Sales_Console")
    held = roomy.value("SELECT Id FROM PermissionSetLicenseAssign WHERE AssigneeId = :user", user=user)
    refused = roomy.delete(PSL, held)
    assert code_of(refused) == "FIELD_INTEGRITY_EXCEPTION"
    assert "Sales Console" in refused.errors[0].message
    assert roomy.delete(PS, console).success
    gone = roomy.delete(PSL, held)
    assert (code_of(gone), gone.errors[0].status) == ("ENTITY_IS_DELETED", 404)


def test_the_standard_sales_set_needs_its_license_although_nothing_says_so(roomy: Desk) -> None:
    user = roomy.add_user(Profile="Standard User", PermissionSets=["Sales_User"])
    assert roomy.query("SELECT LicenseId FROM PermissionSet WHERE Name = 'Sales_User'") == [{"LicenseId": None}]
    assert held_licenses(roomy, user) == ["SalesUserPsl"]
    held = roomy.value("SELECT Id FROM PermissionSetLicenseAssign WHERE AssigneeId = :user", user=user)
    assert code_of(roomy.delete(PSL, held)) == "FIELD_INTEGRITY_EXCEPTION"


def test_from_fifty_in_one_call_on_licenses_stay() -> None:
    desk = Desk(build_orgs(1, 1500, 13, NOW, None)[0])
    soql = "SELECT Id FROM PermissionSetAssignment WHERE PermissionSet.Name = 'Field_Mobile' ORDER BY Id LIMIT 99"
    rows = [row["Id"] for row in desk.query(soql)]
    held = "SELECT COUNT() FROM PermissionSetLicenseAssign"
    before = desk.count(held)
    fifty = desk.org.delete(PS, rows[:50], desk.caller)
    assert [len(result.changes) for result in fifty] == [1] * 50
    assert desk.count(held) == before
    others = desk.org.delete(PS, rows[50:], desk.caller)
    assert [len(result.changes) for result in others] == [2] * 49
    assert desk.count(held) == before - 49


def test_the_row_that_mirrors_the_profile_stays(roomy: Desk) -> None:
    user = roomy.add_user()
    mirror = roomy.value("SELECT Id FROM PermissionSetAssignment WHERE AssigneeId = :user", user=user)
    assert code_of(roomy.delete(PS, mirror)) == "FIELD_INTEGRITY_EXCEPTION"
    own = roomy.value("SELECT Id FROM PermissionSet WHERE Profile.Name = 'Standard User'")
    assert code_of(roomy.create(PS, AssigneeId=user, PermissionSetId=own)) == "FIELD_INTEGRITY_EXCEPTION"


def test_duplicates_are_named_in_salesforces_words(roomy: Desk) -> None:
    user = roomy.add_user(Profile="Standard User", PermissionSets=["CRM_Analytics"])
    chosen = roomy.permission_set("CRM_Analytics")
    again = roomy.create(PS, AssigneeId=user, PermissionSetId=chosen)
    assert code_of(again) == "DUPLICATE_VALUE"
    assert again.errors[0].message == (f"Duplicate PermissionSetAssignment. Assignee: {user}; Permission Set: {chosen}")
    held = roomy.value("SELECT Id FROM PermissionSetLicenseAssign WHERE AssigneeId = :user", user=user)
    psl = roomy.license("EinsteinAnalyticsPlusPsl")
    twice = roomy.create(PSL, AssigneeId=user, PermissionSetLicenseId=psl)
    assert code_of(twice) == "DUPLICATE_VALUE"
    assert twice.errors[0].message == (f"duplicate value found: <unknown> duplicates value on record with id: {held}")


def test_seats_run_out() -> None:
    desk = Desk(build_orgs(1, 120, 13, NOW, None)[0])
    user = desk.add_user(Profile="Standard User")
    full = desk.create(PS, AssigneeId=user, PermissionSetId=desk.permission_set("CPQ_User"))
    assert code_of(full) == "LICENSE_LIMIT_EXCEEDED"
    assert full.errors[0].message == "All Salesforce CPQ License permission set licenses are in use."
    psl = desk.license("SalesforceCPQ_CPQStandardPerm")
    assert code_of(desk.create(PSL, AssigneeId=user, PermissionSetLicenseId=psl)) == "LICENSE_LIMIT_EXCEEDED"
    assert held_licenses(desk, user) == assignments(desk, user) == []
    package = desk.named("PackageLicense", "dsfs", "NamespacePrefix")
    seat = desk.create("UserPackageLicense", UserId=user, PackageLicenseId=package)
    assert code_of(seat) == "LICENSE_LIMIT_EXCEEDED"


WRONG_LICENSES = [
    ("MortgagePsl", "Standard User", "The permission set license Mortgage is not active."),
    (
        "SalesConsoleUser",
        "Standard Platform User",
        "The user license doesn't allow the permission set license: Sales Console User",
    ),
    (
        "SalesforceAPIIntegrationPsl",
        "Standard User",
        "The user license doesn't allow the permission set license: Salesforce API Integration",
    ),
]


@pytest.mark.parametrize(("name", "profile", "message"), WRONG_LICENSES)
def test_licenses_that_do_not_go_with_the_user(roomy: Desk, name: str, profile: str, message: str) -> None:
    user = roomy.add_user(Profile=profile)
    result = roomy.create(PSL, AssigneeId=user, PermissionSetLicenseId=roomy.license(name))
    assert code_of(result) == "FIELD_INTEGRITY_EXCEPTION"
    assert result.errors[0].message == message


def test_a_permission_set_of_another_user_license_does_not_fit(roomy: Desk) -> None:
    user = roomy.add_user(Profile="Standard Platform User")
    result = roomy.create(PS, AssigneeId=user, PermissionSetId=roomy.permission_set("User_Desk"))
    assert code_of(result) == "FIELD_INTEGRITY_EXCEPTION"
    assert result.errors[0].message.startswith(
        f"Can't assign permission set User_Desk to user {user}. The user license doesn't allow the permission: "
    )


@pytest.mark.parametrize("both", [True, False])
def test_an_assignment_names_a_permission_set_or_a_group(roomy: Desk, both: bool) -> None:
    values = {"AssigneeId": roomy.add_user()}
    if both:
        group = roomy.named("PermissionSetGroup", "Sales_Starter", "DeveloperName")
        values |= {"PermissionSetGroupId": group, "PermissionSetId": roomy.permission_set("Sales_Console")}
    assert code_of(roomy.create(PS, **values)) == "REQUIRED_FIELD_MISSING"


def test_inactive_holders_use_a_seat_of_some_licenses_only(roomy: Desk) -> None:
    user = roomy.add_user(Profile="Standard User", PermissionSets=["CPQ_User", "Sales_Console"])
    used = "SELECT UsedLicenses FROM PermissionSetLicense WHERE DeveloperName = :name"
    names = ("SalesforceCPQ_CPQStandardPerm", "SalesConsoleUser")
    before = [roomy.value(used, name=name) for name in names]
    assert roomy.update("User", user, IsActive=False).success
    after = [roomy.value(used, name=name) for name in names]
    assert [b - a for b, a in zip(before, after, strict=True)] == [1, 0]
    assert held_licenses(roomy, user) == sorted(names)


def test_package_seats_are_used_until_they_are_taken(roomy: Desk) -> None:
    user = roomy.add_user(Profile="Standard User")
    package = roomy.named("PackageLicense", "SBQQ", "NamespacePrefix")
    used = "SELECT UsedLicenses FROM PackageLicense WHERE NamespacePrefix = 'SBQQ'"
    before = roomy.value(used)
    seat = roomy.create("UserPackageLicense", UserId=user, PackageLicenseId=package)
    assert code_of(roomy.create("UserPackageLicense", UserId=user, PackageLicenseId=package)) == "DUPLICATE_VALUE"
    assert roomy.update("User", user, IsActive=False).success
    assert roomy.value(used) == before + 1
    assert roomy.delete("UserPackageLicense", str(seat.id)).success
    assert roomy.value(used) == before
    assert code_of(roomy.delete("UserPackageLicense", str(seat.id))) == "ENTITY_IS_DELETED"


@pytest.mark.parametrize("namespace", ["zoomapp", "FSL"])
def test_expired_and_site_wide_packages_take_nobody(roomy: Desk, namespace: str) -> None:
    package = roomy.named("PackageLicense", namespace, "NamespacePrefix")
    result = roomy.create("UserPackageLicense", UserId=roomy.add_user(), PackageLicenseId=package)
    assert code_of(result) == "INVALID_PACKAGE_LICENSE"


WRITES = [
    (PSL, "AssignPermissionSets", "ViewSetup"),
    (PS, "AssignPermissionSets", "ViewSetup"),
    ("UserPackageLicense", "ManagePackageLicenses", "ViewSetup"),
]


@pytest.mark.parametrize(("name", "needed", "seeing"), WRITES)
def test_writing_needs_its_permission(busy: Desk, someone: MakeUser, name: str, needed: str, seeing: str) -> None:
    viewer, writer = someone("ApiEnabled", seeing), someone("ApiEnabled", seeing, needed)
    busy.open_seats()
    user = busy.add_user(Profile="Standard User")
    package = busy.named("PackageLicense", "SBQQ", "NamespacePrefix")
    values = {
        PSL: {"AssigneeId": user, "PermissionSetLicenseId": busy.license("CRMUserPsl")},
        PS: {"AssigneeId": user, "PermissionSetId": busy.permission_set("Report_Builder")},
        "UserPackageLicense": {"UserId": user, "PackageLicenseId": package},
    }[name]
    assert code_of(viewer.create(name, **values)) == "INSUFFICIENT_ACCESS_OR_READONLY"
    created = writer.create(name, **values)
    assert created.success, created.errors
    assert code_of(viewer.delete(name, str(created.id))) == "INSUFFICIENT_ACCESS_OR_READONLY"
    assert writer.delete(name, str(created.id)).success


def test_assignments_are_not_updated(roomy: Desk) -> None:
    user = roomy.add_user(Profile="Standard User", PermissionSets=["Sales_Console"])
    (row,) = assignments(roomy, user)
    refused = roomy.update(PS, row, IsActive=False)
    assert code_of(refused) == "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"
    assert refused.errors[0].message == "entity type cannot be updated: PermissionSetAssignment"
    assert roomy.create("Profile", Name="Mine").errors[0].message == "entity type cannot be inserted: Profile"


def test_the_object_of_a_delete_may_come_from_its_ids(roomy: Desk) -> None:
    user = roomy.add_user(Profile="Standard User", PermissionSets=["Sales_Console"])
    (row,) = assignments(roomy, user)
    results = roomy.org.delete(None, [row, "broken"], roomy.caller)
    assert [result.success for result in results] == [True, False]
    assert results[1].errors[0].code == "MALFORMED_ID"


def test_own_permission_sets_can_be_made_changed_and_deleted(roomy: Desk) -> None:
    made = str(roomy.create("PermissionSet", Name="Own", Label="Own").id)
    assert code_of(roomy.create("PermissionSet", Name="own", Label="Again")) == "DUPLICATE_VALUE"
    changed = roomy.update("PermissionSet", made, Label="Renamed")
    assert changed.changes == (Change("PermissionSet", made, "Label", "Own", "Renamed"),)
    row = assign(roomy, roomy.add_user(), "Own")
    assert code_of(roomy.delete("PermissionSet", made)) == "DELETE_FAILED"
    assert roomy.delete(PS, row).success
    assert roomy.delete("PermissionSet", made).success
    profile_owned = roomy.value("SELECT Id FROM PermissionSet WHERE IsOwnedByProfile = true LIMIT 1")
    assert code_of(roomy.update("PermissionSet", profile_owned, Label="x")) == "INSUFFICIENT_ACCESS_OR_READONLY"


def test_too_many_records_are_refused_as_a_whole(roomy: Desk) -> None:
    with pytest.raises(Exception, match="cannot submit more than 200 records"):
        roomy.org.delete(PS, ["x"] * 201, roomy.caller)
