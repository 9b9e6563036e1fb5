"""What a caller sees follows from its permissions (Salesforce fact sheet 4, 5.9)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sfsam.emulator.errors import SalesforceError
from sfsam.emulator.org import Org, build_orgs
from sfsam.emulator.schema.permission_names import MANAGE_USERS_BRINGS
from tests.emulator.data.desk import NOW, Desk

MakeUser = Callable[..., Desk]

NEEDS = [
    ("UserLicense", "ViewSetup"),
    ("PermissionSetLicense", "ViewSetup"),
    ("PermissionSetLicenseAssign", "AssignPermissionSets"),
    ("PermissionSetLicenseAssign", "ViewSetup"),
    ("PermissionSetAssignment", "AssignPermissionSets"),
    ("PermissionSet", "ViewSetup"),
    ("PackageLicense", "ManagePackageLicenses"),
    ("UserPackageLicense", "ViewSetup"),
    ("UserLogin", "FreezeUsers"),
    ("UserLogin", "ManageUsers"),
    ("ActiveFeatureLicenseMetric", "ViewSetup"),
    ("TenantUsageEntitlement", "ViewSetup"),
    ("ActivePermSetLicenseMetric", "ViewSetup"),
    ("ActiveProfileMetric", "ViewSetup"),
    ("LightningUsageByAppTypeMetrics", "ViewSetup"),
    ("LightningToggleMetrics", "ViewSetup"),
    ("VerificationHistory", "ManageUsers"),
    ("LoginGeo", "ManageUsers"),
    ("EventLogFile", "ViewEventLogFiles"),
    ("PermissionSetGroup", "AssignPermissionSets"),
    ("PermissionSetGroupComponent", "ViewSetup"),
    ("ObjectPermissions", "ViewSetup"),
    ("GrantedByLicense", "ViewSetup"),
]


@pytest.mark.parametrize(("name", "permission"), NEEDS)
def test_an_object_is_there_with_its_permission_only(someone: MakeUser, name: str, permission: str) -> None:
    without, holding = someone("ApiEnabled"), someone("ApiEnabled", permission)
    error = without.refused("SELECT Id FROM " + name)  # noqa: S608 - our own words
    assert error.code == "INVALID_TYPE"
    assert f"sObject type '{name}' is not supported." in error.message
    assert name not in {entry["name"] for entry in without.org.describe_global(without.caller)}
    with pytest.raises(SalesforceError, match="NOT_FOUND"):
        without.org.describe(name, without.caller)
    assert holding.count("SELECT Id FROM " + name) == holding.org.record_counts([name])[name]  # noqa: S608 - our own words
    assert name in {entry["name"] for entry in holding.org.describe_global(holding.caller)}


def test_a_parent_that_the_caller_does_not_see_cannot_be_traversed(someone: MakeUser) -> None:
    error = someone("ApiEnabled").refused("SELECT Profile.UserLicense.Name FROM User")
    assert error.code == "INVALID_FIELD"
    assert "Didn't understand relationship 'UserLicense' in field path." in error.message


def test_others_log_ins_need_a_permission(busy: Desk, someone: MakeUser) -> None:
    plain, monitor = someone("ApiEnabled"), someone("ApiEnabled", "MonitorLoginHistory")
    assert plain.count("SELECT Id FROM LoginHistory") == 0
    plain.org.record_login(plain.user_id, login_type="Application")
    assert plain.query("SELECT UserId, LoginType, Status FROM LoginHistory") == [
        {"UserId": plain.user_id, "LoginType": "Application", "Status": "Success"}
    ]
    assert monitor.count("SELECT Id FROM LoginHistory") == busy.count("SELECT Id FROM LoginHistory")


def test_others_tokens_need_a_permission(busy: Desk, someone: MakeUser) -> None:
    assert busy.count("SELECT AppName FROM OauthToken") > 0
    assert someone("ApiEnabled").count("SELECT AppName FROM OauthToken") == 0
    assert someone("CustomizeApplication").count("SELECT AppName FROM OauthToken") > 0
    assert busy.query("SELECT Id FROM OauthToken LIMIT 1") == [{"Id": None}]


OWN_ROWS = [("UserAppInfo", "ViewAllUsers", "UserId"), ("AuthSession", "ManageUsers", "UsersId")]


@pytest.mark.parametrize(("name", "permission", "owner"), OWN_ROWS)
def test_without_the_permission_only_ones_own_rows_are_there(
    busy: Desk, someone: MakeUser, name: str, permission: str, owner: str
) -> None:
    everybody = busy.query(f"SELECT {owner} FROM {name}")  # noqa: S608 - our own words
    assert len({row[owner] for row in everybody}) > 3
    assert someone("ApiEnabled").count("SELECT Id FROM " + name) == 0  # noqa: S608 - our own words
    assert someone(permission).count("SELECT Id FROM " + name) == len(everybody)  # noqa: S608 - our own words
    mine = Desk(busy.org, everybody[0][owner])
    assert {row[owner] for row in mine.query(f"SELECT {owner} FROM {name}")} == {everybody[0][owner]}  # noqa: S608


FACT_SHEET = {
    "User": "Id Username Name FirstName LastName Alias Email IsActive CreatedDate LastLoginDate LastPasswordChangeDate "
    "PasswordExpirationDate NumberOfFailedLogins ProfileId UserRoleId UserType ManagerId Department Division Title "
    "CompanyName EmployeeNumber FederationIdentifier ContactId AccountId IsPortalEnabled IsPartner TimeZoneSidKey "
    "LocaleSidKey LanguageLocaleKey EmailEncodingKey DelegatedApproverId HasUserVerifiedEmail LastModifiedDate "
    "SystemModstamp LastViewedDate LastReferencedDate UserPermissionsMarketingUser UserPermissionsChatterAnswersUser",
    "Profile": "Id Name UserLicenseId UserType Type Description IsSsoEnabled CreatedDate",
    "UserLicense": "Id LicenseDefinitionKey Name MasterLabel Status TotalLicenses UsedLicenses UsedLicensesLastUpdated "
    "MonthlyLoginsEntitlement MonthlyLoginsUsed CreatedDate LastModifiedDate SystemModstamp",
    "PermissionSetLicense": "Id DeveloperName MasterLabel PermissionSetLicenseKey Language Status TotalLicenses "
    "UsedLicenses ExpirationDate IsAvailableForIntegrations IsDeleted MaximumPermissionsManageUsers",
    "PermissionSetLicenseAssign": "Id AssigneeId PermissionSetLicenseId IsRevoked LastCreatedByChangeId "
    "LastDeletedByChangeId IsDeleted CreatedDate CreatedById SystemModstamp",
    "PackageLicense": "Id NamespacePrefix Status AllowedLicenses UsedLicenses ExpirationDate IsProvisioned "
    "IsAvailableForIntegrations CreatedDate LastModifiedDate",
    "UserPackageLicense": "Id PackageLicenseId UserId IsRevoked LastCreatedByChangeId LastDeletedByChangeId "
    "CreatedDate",
    "PermissionSet": "Id Name Label Description LicenseId IsOwnedByProfile ProfileId Type IsCustom NamespacePrefix "
    "HasActivationRequired PermissionSetGroupId",
    "PermissionSetAssignment": "Id AssigneeId PermissionSetId PermissionSetGroupId ExpirationDate IsActive IsRevoked "
    "SystemModstamp",
    "PermissionSetGroup": "Id DeveloperName MasterLabel Status HasActivationRequired",
    "PermissionSetGroupComponent": "Id PermissionSetGroupId PermissionSetId",
    "UserLogin": "Id UserId IsFrozen IsPasswordLocked LastModifiedDate LastModifiedById",
    "LoginHistory": "Id UserId LoginTime LoginType LoginSubType Status Application Browser Platform SourceIp "
    "ForwardedForIp LoginUrl ApiType ApiVersion ClientVersion AuthenticationServiceId AuthMethodReference LoginGeoId "
    "NetworkId CountryIso CipherSuite TlsProtocol OptionsIsGet OptionsIsPost",
    "VerificationHistory": "Activity EventGroup LoginGeoId LoginHistoryId Policy Remarks ResourceId SourceIp Status "
    "UserId VerificationMethod VerificationTime",
    "AuthSession": "UsersId CreatedDate LastModifiedDate NumSecondsValid SessionType LoginType LoginHistoryId SourceIp "
    "UserType ParentId SessionSecurityLevel IsCurrent LogoutUrl IsAssociatedWithJwtAccessToken",
    "OauthToken": "AppName AppMenuItemId UserId CreatedDate LastUsedDate UseCount AccessToken RequestToken DeleteToken",
    "UserAppInfo": "UserId AppDefinitionId FormFactor LastModifiedDate",
    "LightningUsageByAppTypeMetrics": "UserId AppExperience MetricsDate SystemModstamp",
    "EventLogFile": "Id EventType LogDate LogFileLength LogFileContentType LogFileFieldNames LogFileFieldTypes "
    "ApiVersion Interval Sequence LogFile",
    "ActiveFeatureLicenseMetric": "FeatureType TotalLicenseCount AssignedUserCount ActiveUserCount MetricsDate",
    "ActivePermSetLicenseMetric": "PermissionSetLicenseId DeveloperName MasterLabel TotalLicenses AssignedUserCount "
    "ActiveUserCount MetricsDate",
    "ActiveProfileMetric": "ProfileId UserLicenseId AssignedUserCount ActiveUserCount MetricsDate",
    "TenantUsageEntitlement": "ResourceGroupKey Setting MasterLabel StartDate EndDate CurrentAmountAllowed AmountUsed "
    "UsageDate Frequency IsPersistentResource HasRollover OverageGrace",
    "Organization": "Id Name OrganizationType InstanceName IsSandbox TrialExpirationDate NamespacePrefix IsReadOnly "
    "LanguageLocaleKey DefaultLocaleSidKey TimeZoneSidKey CreatedDate SignupCountryIsoCode WebToCaseDefaultCreatorId "
    "WebToCaseDefaultOwnerId WebToLeadDefaultOwnerId WebToLeadDefaultCreatorId",
}
"""What fact sheet 4.1 to 4.15 says that each object has."""


@pytest.mark.parametrize("name", sorted(FACT_SHEET))
def test_an_object_has_the_fields_of_the_fact_sheet_and_rows(calm: Desk, name: str) -> None:
    fields = {field["name"] for field in calm.org.describe(name, calm.caller)["fields"]}
    assert set(FACT_SHEET[name].split()) - fields == set()
    assert calm.count("SELECT COUNT() FROM " + name) > 0  # noqa: S608 - our own words


FIELD_NEEDS = [
    ("NumberOfFailedLogins", "ManageUsers"),
    ("FederationIdentifier", "ViewAllUsers"),
    ("EmployeeNumber", "ManageInternalUsers"),
]


@pytest.mark.parametrize(("field", "permission"), FIELD_NEEDS)
def test_a_field_is_there_with_its_permission_only(someone: MakeUser, field: str, permission: str) -> None:
    without, holding = someone("ApiEnabled"), someone("ApiEnabled", permission)
    soql = "SELECT " + field + " FROM User"  # noqa: S608 - our own words
    assert f"No such column '{field}' on entity 'User'." in without.refused(soql).message
    assert holding.count(soql) > 0
    for desk, there in ((without, False), (holding, True)):
        names = {each["name"] for each in desk.org.describe("User", desk.caller)["fields"]}
        assert (field in names) is there


def test_describe_says_what_may_be_written(busy: Desk, someone: MakeUser) -> None:
    plain = someone("ApiEnabled", "ViewSetup")
    for name in ("User", "PermissionSetLicenseAssign", "UserPackageLicense"):
        mine, theirs = (desk.org.describe(name, desk.caller) for desk in (busy, plain))
        assert mine["createable"] is True
        assert theirs["createable"] is theirs["updateable"] is theirs["deletable"] is False
        assert not any(field["createable"] or field["updateable"] for field in theirs["fields"])
    user = busy.org.describe("user", busy.caller)
    fields = {field["name"]: field for field in user["fields"]}
    assert (user["keyPrefix"], user["deletable"], user["updateable"]) == ("005", False, True)
    assert fields["ProfileId"]["referenceTo"] == ["Profile"]
    assert fields["IsActive"]["updateable"] is True
    assert fields["LastLoginDate"]["updateable"] is False
    assert fields["Cost_Center__c"]["custom"] is True
    assert [child["relationshipName"] for child in user["childRelationships"]] == [
        "PermissionSetAssignments",
        "PermissionSetLicenseAssignments",
        "UserLogins",
    ]
    history = {field["name"]: field for field in busy.org.describe("LoginHistory", busy.caller)["fields"]}
    filterable = {name for name, field in history.items() if field["filterable"]}
    assert filterable == {
        "AuthenticationServiceId",
        "CipherSuite",
        "CountryIso",
        "Id",
        "LoginTime",
        "LoginType",
        "LoginUrl",
        "NetworkId",
        "OptionsIsGet",
        "OptionsIsPost",
        "TlsProtocol",
        "UserId",
    }


def test_every_described_field_can_be_queried(busy: Desk) -> None:
    for entry in busy.org.describe_global(busy.caller):
        fields = [field["name"] for field in busy.org.describe(entry["name"], busy.caller)["fields"]]
        busy.count(f"SELECT {', '.join(fields)} FROM {entry['name']} LIMIT 2")  # noqa: S608 - our own words


def test_manage_users_brings_what_it_needs_and_one_thing_can_be_taken_away(someone: MakeUser) -> None:
    desk = someone("ApiEnabled", "ManageUsers")
    assert desk.caller.permissions == {"ApiEnabled", "ManageUsers", *MANAGE_USERS_BRINGS}
    desk.org.revoke(desk.caller.username, ["ViewSetup"])
    row = desk.query("SELECT PermissionsManageUsers, PermissionsViewSetup FROM UserPermissionAccess LIMIT 1")
    assert row == [{"PermissionsManageUsers": True, "PermissionsViewSetup": False}]
    desk.org.grant(desk.caller.username, ["ViewSetup"])
    assert "ViewSetup" in desk.caller.permissions


def test_permission_sets_give_permissions(busy: Desk, someone: MakeUser) -> None:
    desk = someone("ApiEnabled")
    created = busy.create("PermissionSet", Name="Sees_Setup", Label="Sees setup", PermissionsViewSetup=True)
    assert "ViewSetup" not in desk.caller.permissions
    given = busy.create("PermissionSetAssignment", AssigneeId=desk.user_id, PermissionSetId=created.id)
    assert "ViewSetup" in desk.caller.permissions
    assert busy.delete("PermissionSetAssignment", str(given.id)).success
    assert "ViewSetup" not in desk.caller.permissions


def test_unknown_permissions_and_users_are_refused_at_the_side_door(busy: Desk) -> None:
    with pytest.raises(ValueError, match="unknown permissions: FlyToTheMoon"):
        busy.org.grant(busy.org.admin_username, ["FlyToTheMoon"])
    with pytest.raises(ValueError, match="has no user 'nobody@x'"):
        busy.org.revoke("nobody@x", ["ViewSetup"])


def test_orgs_lack_different_features() -> None:
    orgs: list[Org] = build_orgs(3, 60, 3, NOW, None)
    flags = [{field["name"] for field in org.describe("User", org.caller(org.admin_user_id))["fields"]} for org in orgs]
    assert "UserPermissionsLiveAgentUser" in flags[0] - flags[1]
    assert "UserPermissionsSiteforcePublisherUser" in flags[1] - flags[2]
    assert [(org.organization_type, org.is_sandbox) for org in orgs] == [
        ("Enterprise Edition", False),
        ("Enterprise Edition", False),
        ("Enterprise Edition", True),
    ]


def test_get_gives_one_record(busy: Desk) -> None:
    admin = busy.org.admin_user_id
    record = busy.org.get("user", admin[:15], ["username", "Id", "ID"], busy.caller, "66.0")
    assert record == {
        "attributes": {"type": "User", "url": f"/services/data/v66.0/sobjects/User/{admin}"},
        "Username": busy.org.admin_username,
        "Id": admin,
    }
    whole = busy.org.get("User", admin, None, busy.caller, "66.0")
    assert len(whole) == 1 + len(busy.org.describe("User", busy.caller)["fields"])


@pytest.mark.parametrize(
    ("name", "record_id", "fields", "status", "code"),
    [
        ("Nothing", "005000000000000", None, 404, "NOT_FOUND"),
        ("User", "bad", None, 400, "MALFORMED_ID"),
        ("User", "005000000000000", None, 404, "NOT_FOUND"),
        ("User", "005000000000000", ["Foo"], 400, "INVALID_FIELD"),
    ],
)
def test_get_refuses(busy: Desk, name: str, record_id: str, fields: list[str] | None, status: int, code: str) -> None:
    with pytest.raises(SalesforceError) as caught:
        busy.org.get(name, record_id, fields, busy.caller, "66.0")
    assert (caught.value.status, caught.value.code) == (status, code)


def test_the_object_of_an_id(busy: Desk) -> None:
    assert busy.org.object_of(busy.org.org_id) == "Organization"
    assert busy.org.object_of(busy.license("SalesUserPsl")[:15]) == "PermissionSetLicense"
    for wrong, code in (("?", "MALFORMED_ID"), ("zzz000000000000", "NOT_FOUND")):
        with pytest.raises(SalesforceError) as caught:
            busy.org.object_of(wrong)
        assert caught.value.code == code
