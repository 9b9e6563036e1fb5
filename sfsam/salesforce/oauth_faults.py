"""The answers of Salesforce's log-in, as our errors: one table, one sentence and one remedy each (fact sheet 1.5).

Key is the error; below it, what error_description contains, because Salesforce says very different things as
invalid_grant. No error carries a secret, a code or a token.
"""

from __future__ import annotations

from sfsam.errors import ClientRejected, ReconnectRequired, SalesforceUnavailable, SetupError, SfsamError
from sfsam.salesforce.faults import Fault

SCOPES = "api refresh_token id"

MY_DOMAIN = "Enter the org's My Domain URL (https://YOUR-DOMAIN.my.salesforce.com) in the connection."
LOG_IN_AGAIN = "Log in again: choose Log in to Salesforce on the welcome page."
_APP_SETTINGS = "Change it in the settings of the External Client App, and wait up to ten minutes."
_CHECK_APP = "Read Salesforce's words below and check the app."
_POLICIES = "Open the app in Setup, choose Edit under Policies, and save them."
_UNBLOCK = "Unblock it in Connected Apps OAuth Usage."
_RUN_AS = (
    "In the app's policies, enable the client credentials flow and set a Run As user (its user name, not its "
    "e-mail address) that has the permission API Enabled."
)


def _unavailable(what: str) -> Fault:
    return Fault(SalesforceUnavailable, what, "Nothing was lost; try again in some minutes.")


# By error, then by what error_description contains; "" fits every description (fact sheet 1.5).
OAUTH_FAULTS: dict[str, dict[str, Fault]] = {
    "invalid_client_id": {
        "": Fault(
            ClientRejected,
            "Salesforce does not know this client id.",
            "Copy the Consumer Key of the app again; a new app needs up to ten minutes until it works.",
        )
    },
    "invalid_client": {
        "": Fault(ClientRejected, "The client secret is wrong.", "Copy the Consumer Secret of the app again.")
    },
    "invalid_grant": {
        "no client credentials user enabled": Fault(SetupError, "The app has no Run As user.", _RUN_AS),
        "request not supported on this domain": Fault(
            SetupError, "Client credentials are refused on Salesforce's common log-in host.", MY_DOMAIN
        ),
        "client credentials flow not enabled": Fault(SetupError, "The app does not allow client credentials.", _RUN_AS),
        "authorization code": Fault(
            ReconnectRequired, "The log-in took too long, or its code was used already.", LOG_IN_AGAIN
        ),
        "audience": Fault(
            SetupError,
            "Salesforce does not take the assertion's audience.",
            "Enter the My Domain URL of exactly this org: a sandbox's host differs from that of production.",
        ),
        "assertion": Fault(
            SetupError,
            "Salesforce does not take the assertion.",
            "Upload the certificate that sfsam shows to the app, and compare this machine's clock.",
        ),
        "code verifier": Fault(
            SetupError, "The log-in lost its PKCE proof on the way.", "Start the log-in again, in this browser."
        ),
        "authentication failure": Fault(
            ReconnectRequired,
            "Salesforce did not accept the log-in.",
            "Check that the URL is this org's My Domain, and that the user is not locked.",
        ),
        "ip restricted": Fault(
            SetupError,
            "The log-in is not allowed from this network.",
            "Relax the IP policy of the app, or add this machine's address to the login IP ranges.",
        ),
        "login hours": Fault(
            SetupError, "The user may not log in at this hour.", "Widen the login hours of its profile."
        ),
        "inactive": Fault(ReconnectRequired, "The connected user is inactive.", "Connect as an active user."),
        "approved this consumer": Fault(
            SetupError, "The user has not approved the app.", "Approve the app for that user in its policies."
        ),
        "rate exceeded": _unavailable("Salesforce took too many log-ins of this user within an hour."),
        "": Fault(ReconnectRequired, "The access was revoked or has expired.", LOG_IN_AGAIN),
    },
    "invalid_request": {
        "code challenge": Fault(
            SetupError, "The log-in was sent without its PKCE challenge.", "Start the log-in again from sfsam."
        ),
        "code verifier": Fault(
            SetupError, "The log-in's PKCE proof does not fit.", "Start the log-in again, in this browser."
        ),
        "": Fault(SetupError, "Salesforce could not read the log-in's request.", _CHECK_APP),
    },
    "invalid_assertion_type": {"": Fault(SetupError, "The app does not allow JWT bearer.", _APP_SETTINGS)},
    "unsupported_response_type": {"": Fault(SetupError, "The app does not allow the web server flow.", _APP_SETTINGS)},
    "immediate_unsuccessful": {"": Fault(ReconnectRequired, "Salesforce wants a person to log in.", LOG_IN_AGAIN)},
    "login_error": {"": Fault(ReconnectRequired, "The log-in at Salesforce failed.", LOG_IN_AGAIN)},
    "invalid_session_level": {
        "": Fault(SetupError, "The app asks for a high assurance session.", "Lower the session level in its policies.")
    },
    "ecapp_policy_not_found": {"": Fault(SetupError, "The app has no policies in this org.", _POLICIES)},
    "oauth_policy_not_found": {"": Fault(SetupError, "The app has no OAuth policies in this org.", _POLICIES)},
    "fail_close_app_blocked": {"": Fault(SetupError, "The org has blocked the app.", _UNBLOCK)},
    "invalid_app_access": {
        "": Fault(
            SetupError,
            "An administrator has not approved this user for the app.",
            "Assign the app to the user's profile or permission set in the app's policies.",
        )
    },
    "unsupported_grant_type": {"": Fault(SetupError, "The app does not allow this grant type.", _APP_SETTINGS)},
    "oauth_flow_disabled": {"": Fault(SetupError, "The org has switched this kind of log-in off.", _APP_SETTINGS)},
    "redirect_uri_mismatch": {
        "": Fault(
            SetupError,
            "The callback URL is not the one that the app has registered.",
            "Copy the callback URL that sfsam shows into the app, letter by letter.",
        )
    },
    "redirect_uri_missing": {"": Fault(SetupError, "The app has no callback URL.", _APP_SETTINGS)},
    "invalid_scope": {
        "": Fault(SetupError, "The app does not allow a scope that sfsam needs.", f"Add the scopes: {SCOPES}.")
    },
    "app_blocked": {"": Fault(SetupError, "The org has blocked the app.", _UNBLOCK)},
    "app_not_found": {"": Fault(SetupError, "The app is not installed in this org.", "Install or approve the app.")},
    "inactive_user": {"": Fault(ReconnectRequired, "The connected user is inactive.", "Connect as an active user.")},
    "inactive_org": {"": Fault(SetupError, "The org is inactive.", "Ask Salesforce to activate it.")},
    "access_denied": {"": Fault(SetupError, "The access was denied at the log-in.", LOG_IN_AGAIN)},
    "rate_limit_exceeded": {"": _unavailable("Salesforce took too many log-ins in a short time.")},
    "server_error": {"": _unavailable("Salesforce's log-in had an internal error.")},
    "service_unavailable": {"": _unavailable("Salesforce's log-in is not available at the moment.")},
    "system_down": {"": _unavailable("Salesforce's log-in is down at the moment.")},
    "unknown_error": {"": _unavailable("Salesforce's log-in had an unknown error.")},
}
_UNKNOWN = Fault(SetupError, "Salesforce refused the log-in.", _CHECK_APP)


def fault_of(error: str, description: str) -> SfsamError:
    """Our error for one answer of the token endpoint or of the log-in page (fact sheet 1.5)."""
    by_description = OAUTH_FAULTS.get(error, {"": _UNKNOWN})
    fault = next(fault for words, fault in by_description.items() if words in description.lower())
    return fault.error(fault.what, fault.remedy, said=f"{error}: {description}".rstrip(": "), code=error)
