"""Log-ins, sessions, tokens, entitlements (Salesforce fact sheet 4.9 to 4.14), and the caller's permissions (5.9)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sfsam.emulator.schema.model import (
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
)
from sfsam.emulator.schema.people import permission_fields

_NOT_FILTERABLE: dict[str, Any] = {"filterable": False, "sortable": False}

LOGIN_KIND_COLUMNS: tuple[str, ...] = (
    "LoginType",
    "LoginSubType",
    "Status",
    "Application",
    "Browser",
    "Platform",
    "ApiType",
    "ApiVersion",
    "ClientVersion",
    "AuthMethodReference",
)
"""Columns of login_kind: a row of LoginHistory holds one small number for this whole combination."""


def _of_user(item: Field, macro: str) -> Field:
    """A field that follows from the user's number."""
    return replace(item, sql=f'{macro}({{t}}."UserId")', keep='{t}."UserId"', show=f"{macro}({{v}})")


def _of_kind(item: Field) -> Field:
    column = f'list("{item.name}" ORDER BY kind)'
    shown = "(SELECT " + column + " FROM login_kind)[{v} + 1]"  # noqa: S608 - names of the schema
    return replace(item, sql=shown.replace("{v}", "{t}.kind"), keep="{t}.kind", show=shown)


LOGIN_HISTORY = SObject(
    "LoginHistory",
    "0Ya",
    (
        record_id(),
        reference("UserId", "User", nillable=False),
        moment("LoginTime", nillable=False),
        _of_kind(picklist("LoginType")),
        _of_kind(picklist("LoginSubType", **_NOT_FILTERABLE)),
        _of_kind(text("Status", 128, **_NOT_FILTERABLE)),
        _of_kind(text("Application", 128, **_NOT_FILTERABLE)),
        _of_kind(text("Browser", 64, **_NOT_FILTERABLE)),
        _of_kind(text("Platform", 64, **_NOT_FILTERABLE)),
        text("SourceIp", 39, sql='source_ip({t}."UserId")', **_NOT_FILTERABLE),
        text("ForwardedForIp", 256, sql="NULL::VARCHAR", **_NOT_FILTERABLE),
        text("LoginUrl", 1024, sql="login_url()"),
        _of_kind(text("ApiType", 32, **_NOT_FILTERABLE)),
        _of_kind(text("ApiVersion", 32, **_NOT_FILTERABLE)),
        _of_kind(text("ClientVersion", 64, **_NOT_FILTERABLE)),
        reference("AuthenticationServiceId", "Network", sql="NULL::INTEGER"),
        _of_kind(text("AuthMethodReference", 255, **_NOT_FILTERABLE)),
        reference("LoginGeoId", "LoginGeo", sql='geo_of({t}."UserId")', **_NOT_FILTERABLE),
        reference("NetworkId", "Network", sql="NULL::INTEGER"),
        picklist("CountryIso", sql='country_of({t}."UserId")', length=3),
        text("CipherSuite", 64, sql="'ECDHE-RSA-AES256-GCM-SHA384'"),
        picklist("TlsProtocol", sql="'TLS 1.3'"),
        flag("OptionsIsGet", sql="false"),
        flag("OptionsIsPost", sql="true"),
    ),
    label="Login History",
    plural="Login History",
    own_rows="UserId",
    all_rows_needs=("ManageUsers", "MonitorLoginHistory"),
    hidden_columns='"kind" USMALLINT',
)

USER_APP_INFO = SObject(
    "UserAppInfo",
    "0Ds",
    (
        record_id(),
        reference("UserId", "User", nillable=False),
        text("AppDefinitionId", 18),
        picklist("FormFactor", "Large", "Medium", "Small"),
        *audit(),
    ),
    label="Last Used App",
    own_rows="UserId",
    all_rows_needs=("ViewAllUsers", "ManageUsers"),
)

OAUTH_TOKEN = SObject(
    "OauthToken",
    "0CQ",
    (
        Field("Id", "id", 18, nillable=True, sql="NULL::INTEGER"),
        text("AppName", 80, nillable=False, name_field=True),
        reference("AppMenuItemId", "AppMenuItem"),
        reference("UserId", "User", relationship="User", nillable=False),
        moment("CreatedDate"),
        moment("LastUsedDate"),
        number("UseCount"),
        text("AccessToken", 40, **_NOT_FILTERABLE),
        text("RequestToken", 40, **_NOT_FILTERABLE),
        text("DeleteToken", 40, **_NOT_FILTERABLE),
    ),
    label="OAuth Token",
    bulk=False,
    own_rows="UserId",
    all_rows_needs=("CustomizeApplication",),
)

AUTH_SESSION = SObject(
    "AuthSession",
    "0Ak",
    (
        record_id(),
        reference("UsersId", "User", relationship="Users"),
        moment("CreatedDate", nillable=False),
        moment("LastModifiedDate", nillable=False),
        number("NumSecondsValid", nillable=False),
        picklist("UserType"),
        text("SourceIp", 39, nillable=False),
        picklist("LoginType"),
        picklist("SessionType"),
        picklist("SessionSecurityLevel"),
        reference("LoginHistoryId", "LoginHistory"),
        reference("ParentId", "AuthSession"),
        text("LogoutUrl", 1500, **_NOT_FILTERABLE),
        flag("IsCurrent"),
        flag("IsAssociatedWithJwtAccessToken"),
    ),
    label="Auth Session",
    deletable=True,
    own_rows="UsersId",
    all_rows_needs=("ManageUsers",),
)

TENANT_USAGE_ENTITLEMENT = SObject(
    "TenantUsageEntitlement",
    "0UT",
    (
        record_id(),
        text("ResourceGroupKey", 120, nillable=False),
        text("Setting", 120, nillable=False),
        text("MasterLabel", 512, **_NOT_FILTERABLE),
        Field("StartDate", "date", nillable=False),
        Field("EndDate", "date"),
        Field("CurrentAmountAllowed", "double", nillable=False),
        Field("AmountUsed", "double"),
        moment("UsageDate"),
        picklist("Frequency", "Daily", "Weekly", "Fortnightly", "Monthly", "Quarterly", "Yearly", "Once"),
        flag("IsPersistentResource"),
        flag("HasRollover"),
        Field("OverageGrace", "percent"),
        *audit(),
    ),
    label="Tenant Usage Entitlement",
    needs=("ViewSetup",),
)

USER_PERMISSION_ACCESS = SObject(
    "UserPermissionAccess",
    "0up",
    (record_id(), moment("LastCacheUpdate"), *permission_fields()),
    label="User Permission Access",
    bulk=False,
    stored=False,
)
