"""The kinds of log-in that LoginHistory is made of (Salesforce fact sheet 4.9)."""

from __future__ import annotations

from sfsam.emulator.schema.activity import LOGIN_KIND_COLUMNS

_BROWSER = ("N/A", "N/A", "N/A")
_PASSWORD = "PasswordPlusMfa"  # noqa: S105 - a method's name
_SSO = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"

LOGIN_KINDS: tuple[tuple[str | None, ...], ...] = (
    ("Application", None, "Success", "Browser", "Chrome 141", "Windows 11", *_BROWSER, _PASSWORD),
    ("Application", None, "Success", "Browser", "Safari 19", "Mac OSX", *_BROWSER, _PASSWORD),
    ("SAML Idp Initiated SSO", None, "Success", "Browser", "Edge 141", "Windows 11", *_BROWSER, _SSO),
    ("SAML Sfdc Initiated SSO", None, "Success", "Browser", "Chrome 141", "Windows 11", *_BROWSER, _SSO),
    ("LightningLogin", None, "Success", "Browser", "Chrome 141", "Mac OSX", *_BROWSER, None),
    (
        "Remote Access 2.0",
        "OauthUserAgent",
        "Success",
        "Salesforce for iOS",
        "Safari iPhone",
        "iPhone",
        *_BROWSER,
        None,
    ),
    (
        "Remote Access 2.0",
        "OauthUserAgent",
        "Success",
        "Salesforce for Android",
        "Chrome Android",
        "Android",
        *_BROWSER,
        None,
    ),
    ("Application", None, "Invalid Password", "Browser", "Chrome 141", "Windows 11", *_BROWSER, None),
    (
        "SAML Idp Initiated SSO",
        None,
        "Failed: Assertion Expired",
        "Browser",
        "Edge 141",
        "Windows 11",
        *_BROWSER,
        None,
    ),
    ("PasswordlessLogin", None, "Success", "Browser", "Chrome 141", "Android", *_BROWSER, None),
    (
        "Remote Access 2.0",
        "OauthClientCredentials",
        "Success",
        "ERP Sync",
        "Unknown",
        "Unknown",
        "REST API",
        "66.0",
        "N/A",
        None,
    ),
    (
        "Remote Access 2.0",
        "OauthJwtBearer",
        "Success",
        "Web Shop",
        "Java (Salesforce.com)",
        "Unknown",
        "REST API",
        "64.0",
        "N/A",
        None,
    ),
    (
        "Remote Access 2.0",
        "OauthRefreshToken",
        "Success",
        "Desk Sync",
        "Unknown",
        "Unknown",
        "REST API",
        "60.0",
        "N/A",
        None,
    ),
    (
        "OtherApi",
        "SoapApiLogin",
        "Success",
        "Telephony Connector",
        "Java (Salesforce.com)",
        "Unknown",
        "SOAP Partner",
        "58.0",
        "N/A",
        None,
    ),
)
"""One row per kind, in the order of LOGIN_KIND_COLUMNS; the generating SQL names them by position."""

PASSWORD, PASSWORD_MAC, SAML_IDP, SAML_SP, LIGHTNING, IOS, ANDROID = range(7)
FAILED_PASSWORD, FAILED_SAML, PASSWORDLESS, CLIENT_CREDENTIALS, JWT, REFRESH, SOAP = range(7, 14)

assert all(len(kind) == len(LOGIN_KIND_COLUMNS) for kind in LOGIN_KINDS)  # noqa: S101 - a typing error above
