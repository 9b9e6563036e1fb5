"""Organization, profiles, roles, users and their logins' switches (Salesforce fact sheet 4.1, 4.2, 4.8, 4.15)."""

from __future__ import annotations

from sfsam.emulator.schema.model import (
    Child,
    Field,
    SObject,
    audit,
    flag,
    moment,
    number,
    picklist,
    record_id,
    reference,
    text,
    writable,
)
from sfsam.emulator.schema.permission_names import PERMISSIONS

FEATURES: tuple[str, ...] = (
    "MarketingUser",
    "OfflineUser",
    "AvantgoUser",
    "WirelessUser",
    "SFContentUser",
    "KnowledgeUser",
    "InteractionUser",
    "SupportUser",
    "LiveAgentUser",
    "SiteforceContributorUser",
    "SiteforcePublisherUser",
    "WorkDotComUserFeature",
    "ChatterAnswersUser",
    "JigsawProspectingUser",
    "MobileUser",
)
"""Feature licenses are boolean fields UserPermissions<feature> on User (fact sheet 4.1)."""

USER_TYPES = (
    "Standard",
    "PowerPartner",
    "PowerCustomerSuccess",
    "CustomerSuccess",
    "CspLitePortal",
    "CsnOnly",
    "Guest",
    "AutomatedProcess",
    "CloudIntegrationUser",
)
_PERSONAL = ("ViewAllUsers", "ManageUsers", "ManageInternalUsers")


def permission_fields(*, writes: bool = False) -> tuple[Field, ...]:
    """One Permissions<name> checkbox per permission that the API lists."""
    return tuple(flag(f"Permissions{name}", createable=writes, updateable=writes) for name in PERMISSIONS)


ORGANIZATION = SObject(
    "Organization",
    "00D",
    (
        record_id(),
        text("Name", 80, nillable=False, name_field=True, updateable=True),
        picklist("OrganizationType", nillable=False),
        text("InstanceName", 5),
        flag("IsSandbox"),
        moment("TrialExpirationDate"),
        text("NamespacePrefix", 15),
        flag("IsReadOnly"),
        text("Division", 80, updateable=True),
        text("PrimaryContact", 80, updateable=True),
        picklist("LanguageLocaleKey", nillable=False),
        picklist("DefaultLocaleSidKey", nillable=False),
        picklist("TimeZoneSidKey", nillable=False),
        text("SignupCountryIsoCode", 2),
        reference("WebToCaseDefaultCreatorId", "User", updateable=True),
        reference("WebToCaseDefaultOwnerId", "User", updateable=True),
        reference("WebToLeadDefaultOwnerId", "User", updateable=True),
        reference("WebToLeadDefaultCreatorId", "User", updateable=True),
        *audit(),
    ),
    updateable=True,
    bulk=False,
)

PROFILE = SObject(
    "Profile",
    "00e",
    (
        record_id(),
        text("Name", 255, nillable=False, name_field=True),
        reference("UserLicenseId", "UserLicense", relationship="UserLicense", nillable=False),
        picklist("UserType", *USER_TYPES),
        picklist("Type"),
        text("Description", 255, updateable=True),
        flag("IsSsoEnabled"),
        *permission_fields(),
        *audit(),
    ),
    updateable=True,
    deletable=True,
    children=(Child("Users", "User", "ProfileId"),),
)

USER_ROLE = SObject(
    "UserRole",
    "00E",
    (
        record_id(),
        text("Name", 80, nillable=False, name_field=True),
        text("DeveloperName", 80),
        reference("ParentRoleId", "UserRole"),
        text("RollupDescription", 80),
        *audit(),
    ),
    label="Role",
    children=(Child("Users", "User", "UserRoleId"),),
)

_WRITTEN = (
    text("Username", 80, nillable=False, unique=True),
    text("LastName", 80, nillable=False),
    text("FirstName", 40),
    text("CompanyName", 80),
    text("Division", 80),
    text("Department", 80),
    text("Title", 80),
    text("Street", 255, sortable=True),
    text("City", 40),
    picklist("CountryCode", length=10),
    Field("Email", "email", 128, nillable=False),
    Field("Phone", "phone", 40),
    Field("MobilePhone", "phone", 40),
    text("Alias", 8, nillable=False),
    text("CommunityNickname", 40, nillable=False, unique=True, default=""),
    flag("IsActive", default=True),
    picklist("TimeZoneSidKey", nillable=False),
    picklist("LocaleSidKey", nillable=False),
    picklist("EmailEncodingKey", "UTF-8", "ISO-8859-1", "Shift_JIS", "EUC-JP", nillable=False),
    picklist("LanguageLocaleKey", nillable=False),
    reference("ProfileId", "Profile", relationship="Profile", nillable=False),
    reference("UserRoleId", "UserRole", relationship="UserRole"),
    reference("ManagerId", "User", relationship="Manager"),
    reference("DelegatedApproverId", "User"),
    text("EmployeeNumber", 20, needs=_PERSONAL),
    text("FederationIdentifier", 512, needs=_PERSONAL),
    flag("ForecastEnabled"),
    flag("UserPermissionsCallCenterAutoLogin"),
    *(flag(f"UserPermissions{feature}") for feature in FEATURES),
    text("Cost_Center__c", 20),
)

_NAME = 'concat_ws(\' \', {t}."FirstName", {t}."LastName")'

USER = SObject(
    "User",
    "005",
    (
        record_id(),
        text("Name", 121, nillable=False, name_field=True, sql=_NAME),
        *(writable(item) for item in _WRITTEN),
        picklist("UserType", *USER_TYPES),
        writable(reference("ContactId", "Contact"), update=False),
        reference("AccountId", "Account"),
        flag("IsPortalEnabled"),
        flag("IsPartner", sql="({t}.\"UserType\" = 'PowerPartner')"),
        moment("LastLoginDate"),
        moment("LastPasswordChangeDate", needs=_PERSONAL),
        moment("PasswordExpirationDate", needs=_PERSONAL),
        number("NumberOfFailedLogins", needs=("ManageUsers",)),
        flag("HasUserVerifiedEmail"),
        moment("LastViewedDate"),
        moment("LastReferencedDate"),
        *audit(),
    ),
    createable=True,
    updateable=True,
    children=(
        Child("PermissionSetAssignments", "PermissionSetAssignment", "AssigneeId"),
        Child("PermissionSetLicenseAssignments", "PermissionSetLicenseAssign", "AssigneeId"),
        Child("UserLogins", "UserLogin", "UserId"),
    ),
)

USER_LOGIN = SObject(
    "UserLogin",
    "0Yw",
    (
        record_id(),
        reference("UserId", "User"),
        flag("IsFrozen", updateable=True),
        flag("IsPasswordLocked", updateable=True),
        moment("LastModifiedDate", nillable=False),
        reference("LastModifiedById", "User", nillable=False),
    ),
    label="User Login",
    updateable=True,
    needs=("ManageUsers", "FreezeUsers"),
)
