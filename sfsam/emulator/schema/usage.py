"""Traces of use beyond log-ins: verifications, places, event logs, daily metrics (Salesforce fact sheet 4.10 to 4.13).

Key prefixes that the fact sheet does not give are made up; nothing may depend on them.
"""

from __future__ import annotations

from typing import Any

from sfsam.emulator.schema.model import (
    Field,
    SObject,
    audit,
    moment,
    number,
    picklist,
    record_id,
    reference,
    text,
)

_NOT_FILTERABLE: dict[str, Any] = {"filterable": False, "sortable": False, "groupable": False}
_SNAPSHOT = (
    number("AssignedUserCount"),
    number("ActiveUserCount"),
    Field("MetricsDate", "date"),
    moment("SystemModstamp", nillable=False),
)

LOG_FILE_FIELD = "LogFile"
"""The field that answers with an address; what stands there is the log as CSV."""

VERIFICATION_HISTORY = SObject(
    "VerificationHistory",
    "0Yv",
    (
        record_id(),
        picklist("Activity"),
        number("EventGroup", nillable=False),
        reference("LoginGeoId", "LoginGeo", relationship="LoginGeo"),
        reference("LoginHistoryId", "LoginHistory", relationship="LoginHistory"),
        picklist("Policy"),
        text("Remarks", 255),
        text("ResourceId", 18),
        text("SourceIp", 39),
        picklist("Status"),
        reference("UserId", "User", relationship="User", nillable=False),
        picklist("VerificationMethod"),
        moment("VerificationTime", nillable=False),
        *audit(),
    ),
    label="Verification History",
    plural="Verification History",
    needs=("ManageUsers",),
)

LOGIN_GEO = SObject(
    "LoginGeo",
    "04F",
    (
        record_id(),
        moment("LoginTime", nillable=False),
        text("CountryIso", 2),
        text("Country", 80),
        text("City", 80),
        text("Subdivision", 80),
        text("PostalCode", 20),
        Field("Latitude", "double"),
        Field("Longitude", "double"),
        *audit(),
    ),
    label="Login Geo Data",
    plural="Login Geo Data",
    needs=("ManageUsers",),
)

EVENT_LOG_FILE = SObject(
    "EventLogFile",
    "0AT",
    (
        record_id(),
        picklist("EventType", nillable=False),
        moment("LogDate", nillable=False),
        Field("LogFileLength", "double", nillable=False),
        text("LogFileContentType", 120, nillable=False),
        Field("LogFileFieldNames", "textarea", 32_000, **_NOT_FILTERABLE),
        Field("LogFileFieldTypes", "textarea", 32_000, **_NOT_FILTERABLE),
        Field("ApiVersion", "double", nillable=False),
        picklist("Interval", "Hourly", "Daily"),
        number("Sequence"),
        Field(LOG_FILE_FIELD, "base64", sql="'EventLogFile/' || id_0AT({t}.\"Id\") || '/LogFile'", **_NOT_FILTERABLE),
        *audit(),
    ),
    label="Event Log File",
    bulk=False,
    needs=("ViewEventLogFiles",),
)

ACTIVE_FEATURE_LICENSE_METRIC = SObject(
    "ActiveFeatureLicenseMetric",
    "5HC",
    (record_id(), picklist("FeatureType", nillable=False), number("TotalLicenseCount"), *_SNAPSHOT),
    label="Active Feature License Metric",
    needs=("ViewSetup",),
)

ACTIVE_PERM_SET_LICENSE_METRIC = SObject(
    "ActivePermSetLicenseMetric",
    "5HD",
    (
        record_id(),
        reference("PermissionSetLicenseId", "PermissionSetLicense", relationship="PermissionSetLicense"),
        text("DeveloperName", 80),
        text("MasterLabel", 80),
        number("TotalLicenses"),
        *_SNAPSHOT,
    ),
    label="Active Permission Set License Metric",
    needs=("ViewSetup",),
)

ACTIVE_PROFILE_METRIC = SObject(
    "ActiveProfileMetric",
    "5HE",
    (
        record_id(),
        reference("ProfileId", "Profile", relationship="Profile"),
        reference("UserLicenseId", "UserLicense", relationship="UserLicense"),
        *_SNAPSHOT,
    ),
    label="Active Profile Metric",
    needs=("ViewSetup",),
)


def _lightning(name: str, prefix: str, *fields: Field, label: str) -> SObject:
    day = (Field("MetricsDate", "date", nillable=False), moment("SystemModstamp", nillable=False))
    return SObject(name, prefix, (record_id(), *fields, *day), label=label, plural=label, needs=("ViewSetup",))


_USER = reference("UserId", "User", relationship="User", nillable=False)
_PAGE_TIMES = (
    number("TotalCount"),
    number("RecordCountEPT"),
    number("SumEPT"),
    number("EptBinUnder3"),
    number("EptBin3To5"),
    number("EptBin5To8"),
    number("EptBin8To10"),
    number("EptBinOver10"),
)

LIGHTNING_BY_APP = _lightning(
    "LightningUsageByAppTypeMetrics",
    "62C",
    _USER,
    picklist("AppExperience", "Lightning Experience", "Salesforce Mobile", nillable=False),
    label="Lightning Usage By App Type",
)
LIGHTNING_BY_BROWSER = _lightning(
    "LightningUsageByBrowserMetrics",
    "62B",
    text("Browser", 80, nillable=False),
    text("PageName", 255),
    *_PAGE_TIMES,
    label="Lightning Usage By Browser",
)
LIGHTNING_BY_PAGE = _lightning(
    "LightningUsageByPageMetrics",
    "62P",
    _USER,
    text("PageName", 255, nillable=False),
    *_PAGE_TIMES,
    label="Lightning Usage By Page",
)
LIGHTNING_BY_FLEXI_PAGE = _lightning(
    "LightningUsageByFlexiPageMetrics",
    "62F",
    text("FlexiPageNameOrId", 255, nillable=False),
    text("FlexiPageType", 80),
    *_PAGE_TIMES,
    label="Lightning Usage By FlexiPage",
)
LIGHTNING_TOGGLES = _lightning(
    "LightningToggleMetrics",
    "1o1",
    _USER,
    picklist("Action", "switchToClassic", "switchToLightning", nillable=False),
    number("RecordCount"),
    label="Lightning Toggle Metrics",
)
LIGHTNING_EXITS = _lightning(
    "LightningExitByPageMetrics",
    "1o2",
    _USER,
    text("CurrentPage", 255, nillable=False),
    number("RecordCount"),
    label="Lightning Exit By Page",
)

PRODUCTION_ONLY = tuple(
    each.name
    for each in (
        LIGHTNING_BY_APP,
        LIGHTNING_BY_BROWSER,
        LIGHTNING_BY_PAGE,
        LIGHTNING_BY_FLEXI_PAGE,
        LIGHTNING_TOGGLES,
        LIGHTNING_EXITS,
    )
)
"""Sandboxes do not have these objects (fact sheet 4.11)."""
