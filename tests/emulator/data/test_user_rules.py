"""Creating, changing, deactivating and freezing users, rule by rule (Salesforce fact sheet 5.2, 5.3, 5.7, 5.8)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sfsam.emulator.org import Change, Org, build_orgs
from tests.emulator.data.desk import NOW, Desk, code_of

MakeUser = Callable[..., Desk]

NEW_USER = {
    "Username": "new@northwind.example",
    "LastName": "New",
    "Email": "new@northwind.example",
    "Alias": "new",
    "TimeZoneSidKey": "Europe/Berlin",
    "LocaleSidKey": "en_US",
    "EmailEncodingKey": "UTF-8",
    "LanguageLocaleKey": "en_US",
}


def state(desk: Desk, user: str, *fields: str) -> Any:
    values = list(desk.query(f"SELECT {', '.join(fields)} FROM User WHERE Id = :id", id=user)[0].values())  # noqa: S608
    return values[0] if len(values) == 1 else values


def test_deactivating_frees_the_seat_and_says_what_changed(busy: Desk) -> None:
    user = busy.add_user(Profile="Standard User")
    used = busy.value("SELECT UsedLicenses FROM UserLicense WHERE LicenseDefinitionKey = 'SFDC'")
    before = state(busy, user, "SystemModstamp")
    busy.org.clock.advance(5)
    result = busy.org.update("User", [{"id": user[:15], "isactive": False}], busy.caller)[0]
    assert (result.id, result.success, result.errors) == (user, True, ())
    assert result.changes == (Change("User", user, "IsActive", True, False),)
    assert busy.value("SELECT UsedLicenses FROM UserLicense WHERE LicenseDefinitionKey = 'SFDC'") == used - 1
    active, stamp, modified, by = state(
        busy, user, "IsActive", "SystemModstamp", "LastModifiedDate", "LastModifiedById"
    )
    assert active is False
    assert stamp > before
    assert modified == stamp
    assert by == busy.org.admin_user_id


def test_a_value_that_is_there_already_is_no_change(busy: Desk) -> None:
    user = busy.add_user(Title="Same")
    before = state(busy, user, "SystemModstamp")
    busy.org.clock.advance(5)
    result = busy.update("User", user, Title="Same")
    assert result.success
    assert result.changes == ()
    assert state(busy, user, "SystemModstamp") == before


def test_nobody_deactivates_themselves(someone: MakeUser) -> None:
    desk = someone("ApiEnabled", "ManageUsers")
    result = desk.update("User", desk.user_id, IsActive=False)
    assert code_of(result) == "FIELD_INTEGRITY_EXCEPTION"
    assert result.changes == (Change("User", desk.user_id, "IsActive", True, False, "FIELD_INTEGRITY_EXCEPTION"),)


def test_the_last_administrator_stays() -> None:
    desk = Desk(build_orgs(1, 60, 5, NOW, None)[0])
    first, second = [
        row["Id"] for row in desk.query("SELECT Id FROM User WHERE Profile.Name = 'System Administrator' ORDER BY Id")
    ]
    user_desk = desk.add_user(Profile="Standard User")
    desk.org.grant(desk.org.user_summary(user_desk)["Username"], ["ManageUsers"])
    acting = Desk(desk.org, user_desk)
    assert acting.update("User", second, IsActive=False).success
    assert code_of(acting.update("User", first, IsActive=False)) == "CANNOT_DISABLE_LAST_ADMIN"
    demoted = acting.update("User", first, ProfileId=desk.profile("Sales Manager"))
    assert code_of(demoted) == "CANNOT_DISABLE_LAST_ADMIN"


BLOCKED = [
    ("Wrona", "You cannot deactivate the user who is the default case owner"),
    ("Fonseca", "You cannot deactivate the user who is the default lead owner"),
    (
        "Pryce",
        "You cannot deactivate a User who is receiving cases or notifications as part of your Case Assignment or "
        "Escalation rules",
    ),
    ("Hayashi", "You cannot deactivate a user who is the default workflow user"),
]


@pytest.mark.parametrize(("last_name", "message"), BLOCKED)
def test_configuration_blocks_a_deactivation(busy: Desk, last_name: str, message: str) -> None:
    user = busy.value("SELECT Id FROM User WHERE LastName = :name ORDER BY CreatedDate LIMIT 1", name=last_name)
    result = busy.update("User", user, IsActive=False)
    assert code_of(result) == "FIELD_INTEGRITY_EXCEPTION"
    assert result.errors[0].message == message
    busy.org.behave(blocker_code="DEPENDENCY_EXISTS")
    try:
        assert code_of(busy.update("User", user, IsActive=False)) == "DEPENDENCY_EXISTS"
    finally:
        busy.org.behave(blocker_code="FIELD_INTEGRITY_EXCEPTION")
    assert state(busy, user, "IsActive") is True


def test_a_blocker_goes_with_its_cause() -> None:
    desk = Desk(build_orgs(1, 60, 5, NOW, None)[0])
    owner = desk.value("SELECT WebToLeadDefaultOwnerId FROM Organization")
    moved = {"WebToLeadDefaultOwnerId": desk.org.admin_user_id, "WebToLeadDefaultCreatorId": desk.org.admin_user_id}
    assert desk.update("Organization", desk.org.org_id, **moved).success
    assert desk.update("User", owner, IsActive=False).success


def test_reactivating_needs_a_seat() -> None:
    desk = Desk(build_orgs(1, 120, 5, NOW, None)[0])
    leaver = desk.value(
        "SELECT Id FROM User WHERE IsActive = false AND Profile.UserLicense.LicenseDefinitionKey = 'AUL' LIMIT 1"
    )
    result = desk.update("User", leaver, IsActive=True)
    assert code_of(result) == "LICENSE_LIMIT_EXCEEDED"
    assert result.errors[0].message == "License Limit Exceeded"
    worker = desk.value(
        "SELECT Id FROM User WHERE IsActive = true AND Profile.UserLicense.LicenseDefinitionKey = 'AUL' LIMIT 1"
    )
    assert desk.update("User", worker, IsActive=False).success
    assert desk.update("User", leaver, IsActive=True).success


def test_feature_flags_count_and_stop_at_their_total(busy: Desk) -> None:
    metric = busy.value(
        "SELECT TotalLicenseCount FROM ActiveFeatureLicenseMetric WHERE FeatureType = 'KnowledgeUser' LIMIT 1"
    )
    used = "SELECT COUNT() FROM User WHERE IsActive = true AND UserPermissionsKnowledgeUser = true"
    assert busy.count(used) == metric
    user = busy.add_user(Profile="Standard User")
    assert code_of(busy.update("User", user, UserPermissionsKnowledgeUser=True)) == "LICENSE_LIMIT_EXCEEDED"
    holder = busy.value("SELECT Id FROM User WHERE IsActive = true AND UserPermissionsKnowledgeUser = true LIMIT 1")
    cleared = busy.update("User", holder, UserPermissionsKnowledgeUser=False, UserPermissionsSupportUser=False)
    assert Change("User", holder, "UserPermissionsKnowledgeUser", True, False) in cleared.changes
    assert busy.update("User", user, UserPermissionsKnowledgeUser=True).success
    assert code_of(busy.update("User", holder, UserPermissionsKnowledgeUser=True)) == "LICENSE_LIMIT_EXCEEDED"


def test_an_inactive_users_flag_uses_no_seat_until_it_comes_back(busy: Desk) -> None:
    user = busy.add_user(Profile="Standard User", IsActive=False, UserPermissionsKnowledgeUser=True)
    assert code_of(busy.update("User", user, IsActive=True)) == "LICENSE_LIMIT_EXCEEDED"
    assert busy.update("User", user, UserPermissionsKnowledgeUser=False).success
    busy.org._data.connection.execute('UPDATE "UserLicense" SET "TotalLicenses" = 100000')
    assert busy.update("User", user, IsActive=True).success


MOVES = [
    ("Standard User", "Standard Platform User", None),
    ("Standard Platform User", "Standard User", None),
    ("Standard User", "Sales Manager", None),
    ("Chatter Free User", "Standard User", None),
    ("Salesforce API Only System Integrations", "Standard User", None),
    (
        "Standard User",
        "Chatter Free User",
        "It is not permitted to change user type from Standard to CSN Only(db=n,api=CsnOnly)",
    ),
    ("Standard User", "Identity User", "This change in license types is not allowed"),
    ("Salesforce API Only System Integrations", "Identity User", "This change in license types is not allowed"),
    ("Customer Community User", "Customer Community Login User", None),
    ("Customer Community User", "Partner Community User", None),
    (
        "Partner Community User",
        "Customer Community User",
        "You can only reassign this user to a profile of the current license.",
    ),
]


@pytest.mark.parametrize(("before", "after", "message"), MOVES)
def test_license_types_change_along_the_allowed_ways(
    open_org: Org, before: str, after: str, message: str | None
) -> None:
    desk = Desk(open_org)
    contact = {"ContactId": open_org._data.ids.id("003", 9)} if "Community" in before else {}
    user = desk.add_user(Profile=before, **contact)
    result = desk.update("User", user, ProfileId=desk.profile(after))
    if message is None:
        assert result.success, result.errors
        assert state(desk, user, "Profile.Name")["Name"] == after
        mirrored = desk.query(
            "SELECT PermissionSet.Profile.Name FROM PermissionSetAssignment WHERE AssigneeId = :user", user=user
        )
        assert [row["PermissionSet"]["Profile"]["Name"] for row in mirrored] == [after]
    else:
        assert code_of(result) == "FIELD_INTEGRITY_EXCEPTION"
        assert result.errors[0].message == message


@pytest.fixture(scope="module")
def open_org() -> Org:
    """An org with seats enough."""
    org = build_orgs(1, 60, 9, NOW, None)[0]
    Desk(org).open_seats()
    return org


HINDRANCES = [
    ({"PermissionSetLicenses": ["SalesConsoleUser"]}, "Sales Console User"),
    ({"PermissionSets": ["User_Desk"]}, "User Desk"),
    ({"UserPermissionsSupportUser": True}, "UserPermissionsSupportUser"),
]


@pytest.mark.parametrize(("held", "named"), HINDRANCES)
def test_a_downgrade_waits_until_what_it_cannot_carry_is_gone(open_org: Org, held: dict[str, Any], named: str) -> None:
    desk = Desk(open_org)
    user = desk.add_user(Profile="Standard User", **held)
    result = desk.update("User", user, ProfileId=desk.profile("Standard Platform User"))
    assert code_of(result) == "FIELD_INTEGRITY_EXCEPTION"
    assert result.errors[0].message == f"The user license doesn't allow the permission: {named}"


def test_a_move_needs_a_seat_there() -> None:
    desk = Desk(build_orgs(1, 120, 5, NOW, None)[0])
    user = desk.add_user(Profile="Standard User")
    result = desk.update("User", user, ProfileId=desk.profile("Standard Platform User"))
    assert code_of(result) == "LICENSE_LIMIT_EXCEEDED"


def test_creating_a_user_brings_a_profile_row_and_a_log_in_row(open_org: Org) -> None:
    busy = Desk(open_org)
    result = busy.create("User", **NEW_USER, ProfileId=busy.profile("Standard User"))
    assert result.success, result.errors
    assert result.changes[0] == Change("User", result.id, "Id", None, result.id)
    created = str(result.id)
    assert state(busy, created, "IsActive", "UserType", "Name", "LastLoginDate") == [True, "Standard", "New", None]
    rows = busy.query(
        "SELECT PermissionSet.IsOwnedByProfile FROM PermissionSetAssignment WHERE AssigneeId = :user", user=created
    )
    assert rows == [{"PermissionSet": rows[0]["PermissionSet"]}]
    assert rows[0]["PermissionSet"]["IsOwnedByProfile"] is True
    assert busy.query("SELECT IsFrozen FROM UserLogin WHERE UserId = :user", user=created) == [{"IsFrozen": False}]


WRONG_CREATES: list[tuple[dict[str, Any], str, str]] = [
    ({"LastName": None}, "REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName]"),
    ({"Username": "admin@northwind.example"}, "DUPLICATE_USERNAME", "Duplicate Username."),
    ({"Username": "no address"}, "FIELD_INTEGRITY_EXCEPTION", "Username must be in the form of an email address"),
    ({"CommunityNickname": "ADMIN"}, "DUPLICATE_COMM_NICKNAME", "Duplicate Nickname."),
    ({"Email": "nowhere"}, "INVALID_EMAIL_ADDRESS", "Email: invalid email address: nowhere"),
    ({"Foo": 1}, "INVALID_FIELD", "No such column 'Foo' on sobject of type User"),
    ({"LastLoginDate": "2026-01-01T00:00:00Z"}, "INVALID_FIELD_FOR_INSERT_UPDATE", "Unable to create/update fields:"),
    ({"ManagerId": "005"}, "MALFORMED_ID", "Manager ID: id value of incorrect type: 005"),
    ({"ManagerId": "00e000000000000"}, "MALFORMED_ID", "Manager ID: id value of incorrect type: 00e000000000000"),
    ({"ManagerId": "005000000000000"}, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id"),
    ({"EmailEncodingKey": "EBCDIC"}, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "bad value for restricted picklist"),
    ({"Alias": "far too long"}, "STRING_TOO_LONG", "Alias: data value too large: far too long (max length=8)"),
    ({"IsActive": "perhaps"}, "JSON_PARSER_ERROR", "Cannot deserialize instance of boolean from VALUE_STRING"),
    ({"Department": 7}, "JSON_PARSER_ERROR", "Cannot deserialize instance of string from VALUE_NUMBER value 7"),
]


@pytest.mark.parametrize(("wrong", "code", "message"), WRONG_CREATES)
def test_a_wrong_user_is_refused(busy: Desk, wrong: dict[str, Any], code: str, message: str) -> None:
    record = {**NEW_USER, "Username": "other@northwind.example", "ProfileId": busy.profile("Standard User"), **wrong}
    before = busy.count("SELECT COUNT() FROM User")
    result = busy.create("User", **record)
    assert code_of(result) == code
    assert message in result.errors[0].message
    assert busy.count("SELECT COUNT() FROM User") == before


def test_an_external_user_needs_a_contact(busy: Desk) -> None:
    record = {**NEW_USER, "Username": "portal@northwind.example", "ProfileId": busy.profile("Customer Community User")}
    assert busy.create("User", **record).errors[0].fields == ("ContactId",)


WRITERS = [
    ("Standard User", "ManageInternalUsers"),
    ("Customer Community User", "ManageCssUsers"),
    ("Partner Community User", "ManagePartners"),
]


@pytest.mark.parametrize(("profile", "permission"), WRITERS)
def test_writing_a_user_needs_the_permission_for_its_kind(
    busy: Desk, someone: MakeUser, profile: str, permission: str
) -> None:
    contact = {"ContactId": busy.org._data.ids.id("003", 8)} if "Community" in profile else {}
    user = busy.add_user(Profile=profile, **contact)
    others = [name for _, name in WRITERS if name != permission]
    refused = someone("ApiEnabled", *others).update("User", user, Title="x")
    assert code_of(refused) == "INSUFFICIENT_ACCESS_OR_READONLY"
    assert refused.errors[0].status == 403
    assert someone("ApiEnabled", permission).update("User", user, Title="x").success


def test_system_users_are_out_of_reach(busy: Desk) -> None:
    for kind in ("AutomatedProcess", "CloudIntegrationUser"):
        user = busy.value("SELECT Id FROM User WHERE UserType = :kind", kind=kind)
        assert code_of(busy.update("User", user, IsActive=False)) == "INSUFFICIENT_ACCESS_OR_READONLY"


def test_users_are_never_deleted(busy: Desk) -> None:
    user = busy.add_user()
    assert code_of(busy.delete("User", user)) == "INVALID_OPERATION"
    assert state(busy, user, "Id") == user


def test_freezing_keeps_the_seat(busy: Desk) -> None:
    user = busy.add_user()
    used = busy.value("SELECT UsedLicenses FROM UserLicense WHERE LicenseDefinitionKey = 'SFDC'")
    login = busy.value("SELECT Id FROM UserLogin WHERE UserId = :user", user=user)
    result = busy.update("UserLogin", login, IsFrozen=True)
    assert result.changes == (Change("UserLogin", login, "IsFrozen", False, True),)
    assert busy.org.caller(user).is_frozen
    assert busy.value("SELECT UsedLicenses FROM UserLicense WHERE LicenseDefinitionKey = 'SFDC'") == used
    assert busy.value("SELECT LastModifiedById FROM UserLogin WHERE Id = :id", id=login) == busy.org.admin_user_id


def test_nobody_freezes_themselves_or_locks_anyone(busy: Desk, someone: MakeUser) -> None:
    own = busy.value("SELECT Id FROM UserLogin WHERE UserId = :user", user=busy.org.admin_user_id)
    assert code_of(busy.update("UserLogin", own, IsFrozen=True)) == "CANNOT_FREEZE_SELF"
    other = busy.value("SELECT Id FROM UserLogin WHERE UserId = :user", user=busy.add_user())
    assert code_of(busy.update("UserLogin", other, IsPasswordLocked=True)) == "CANNOT_PASSWORD_LOCKOUT"
    assert code_of(busy.delete("UserLogin", other)) == "INVALID_OPERATION"
    assert someone("ApiEnabled", "FreezeUsers").update("UserLogin", other, IsFrozen=True).success


def test_ids_of_updates_are_checked(busy: Desk) -> None:
    assert code_of(busy.org.update("User", [{"Title": "x"}], busy.caller)[0]) == "MISSING_ARGUMENT"
    assert code_of(busy.update("User", "nonsense", Title="x")) == "MALFORMED_ID"
    assert code_of(busy.update("User", busy.profile("Standard User"), Title="x")) == "INVALID_CROSS_REFERENCE_KEY"
    assert code_of(busy.update("User", busy.org._data.ids.id("005", 99_999_999), Title="x")) == "NOT_FOUND"


def test_one_bad_row_spoils_one_row_or_all(busy: Desk) -> None:
    good, bad = busy.add_user(), busy.org.admin_user_id
    records = [{"Id": good, "IsActive": False}, {"Id": bad, "IsActive": False}]
    results = busy.org.update("User", records, busy.caller, all_or_none=True)
    assert [result.errors[0].code for result in results] == [
        "ALL_OR_NONE_OPERATION_ROLLED_BACK",
        "FIELD_INTEGRITY_EXCEPTION",
    ]
    assert results[0].changes[0].result == "ALL_OR_NONE_OPERATION_ROLLED_BACK"
    assert state(busy, good, "IsActive") is True
    results = busy.org.update("User", records, busy.caller)
    assert [result.success for result in results] == [True, False]
    assert state(busy, good, "IsActive") is False


def test_log_ins_move_the_last_login_date_every_minute_at_most(busy: Desk) -> None:
    user = busy.add_user()
    busy.org.clock.set(NOW)
    busy.org.record_login(user)
    busy.org.clock.advance(59)
    busy.org.record_login(user, login_type="Remote Access 2.0", sub_type="OauthRefreshToken", application="X'; --")
    assert state(busy, user, "LastLoginDate") == "2026-11-24T12:00:00.000+0000"
    busy.org.clock.advance(1)
    busy.org.record_login(user, status="Invalid Password")
    assert state(busy, user, "LastLoginDate") == "2026-11-24T12:00:00.000+0000"
    busy.org.record_login(user, api_type="REST API")
    assert state(busy, user, "LastLoginDate") == "2026-11-24T12:01:00.000+0000"
    rows = busy.query(
        "SELECT LoginSubType, Application, Status, ApiType FROM LoginHistory WHERE UserId = :user "
        "ORDER BY LoginTime, Id",
        user=user,
    )
    assert [tuple(row.values()) for row in rows] == [
        (None, "Browser", "Success", "N/A"),
        ("OauthRefreshToken", "X'; --", "Success", "N/A"),
        (None, "Browser", "Invalid Password", "N/A"),
        (None, "Browser", "Success", "REST API"),
    ]


def test_passwords(busy: Desk) -> None:
    org = busy.org
    assert org.authenticate(org.admin_username.upper(), org.admin_password).user_id == org.admin_user_id
    user = busy.add_user(Username="sign.in@northwind.example")
    reasons = []
    for name, password in (("nobody@x.example", "y"), ("sign.in@northwind.example", "wrong")):
        with pytest.raises(Exception, match="invalid_grant") as caught:
            org.authenticate(name, password)
        reasons.append(caught.value.message)  # type: ignore[attr-defined]
    assert reasons == ["authentication failure", "authentication failure"]
    assert state(busy, user, "NumberOfFailedLogins") == 1
    assert busy.update("User", user, IsActive=False).success
    with pytest.raises(Exception, match="inactive user"):
        org.authenticate("sign.in@northwind.example", org.admin_password)
