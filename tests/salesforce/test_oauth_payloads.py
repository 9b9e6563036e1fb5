"""Every error of a log-in that a person can cause, by its exact payload (Salesforce fact sheet 1.5)."""

from __future__ import annotations

import httpx
import pytest

from sfsam.domain.profiles import GrantType
from sfsam.errors import ClientRejected, ReconnectRequired, SalesforceUnavailable, SetupError, SfsamError
from sfsam.salesforce.client import HttpSalesforce
from sfsam.salesforce.sign_in import SignIn
from tests.salesforce.conftest import Pauses, make_connection
from tests.salesforce.paper_org import CLIENT_SECRET, PaperOrg, oauth_refusal

# (error, error_description), our error, a word of what happened, a word of what to do.
PAYLOADS: list[tuple[str, str, type[SfsamError], str, str]] = [
    ("invalid_client_id", "client identifier invalid", ClientRejected, "client id", "ten minutes"),
    ("invalid_client", "invalid client credentials", ClientRejected, "client secret", "Consumer Secret"),
    ("invalid_grant", "authentication failure", ReconnectRequired, "did not accept", "My Domain"),
    ("invalid_grant", "expired access/refresh token", ReconnectRequired, "revoked or has expired", "Log in again"),
    ("invalid_grant", "expired authorization code", ReconnectRequired, "too long", "Log in again"),
    ("invalid_grant", "invalid authorization code", ReconnectRequired, "used already", "Log in again"),
    ("invalid_grant", "missing required code verifier", SetupError, "PKCE", "in this browser"),
    ("invalid_grant", "no client credentials user enabled", SetupError, "no Run As user", "user name"),
    ("invalid_grant", "request not supported on this domain", SetupError, "common log-in host", "My Domain"),
    ("invalid_grant", "client credentials flow not enabled", SetupError, "client credentials", "enable the client"),
    ("invalid_grant", "user hasn't approved this consumer", SetupError, "not approved", "policies"),
    ("invalid_grant", "audience is invalid", SetupError, "audience", "sandbox"),
    ("invalid_grant", "Audience validation failed", SetupError, "audience", "sandbox"),
    ("invalid_grant", "invalid assertion", SetupError, "assertion", "certificate"),
    ("invalid_grant", "ip restricted", SetupError, "this network", "IP policy"),
    ("invalid_grant", "invalid login hours", SetupError, "this hour", "login hours"),
    ("invalid_grant", "user is inactive", ReconnectRequired, "inactive", "active user"),
    ("invalid_grant", "inactive user", ReconnectRequired, "inactive", "active user"),
    ("invalid_grant", "login rate exceeded", SalesforceUnavailable, "too many log-ins", "some minutes"),
    ("invalid_app_access", "user is not admin approved to access this app", SetupError, "administrator", "Assign"),
    ("unsupported_grant_type", "grant type not supported", SetupError, "grant type", "settings"),
    ("redirect_uri_mismatch", "redirect_uri must match configuration", SetupError, "callback URL", "letter by letter"),
    ("redirect_uri_missing", "redirect_uri missing", SetupError, "no callback URL", "settings"),
    ("invalid_request", "invalid code verifier", SetupError, "PKCE", "in this browser"),
    ("invalid_request", "missing required code challenge", SetupError, "PKCE", "again"),
    ("invalid_scope", "the requested scope is not allowed", SetupError, "scope", "refresh_token"),
    ("unsupported_response_type", "response type not supported", SetupError, "web server flow", "settings"),
    ("inactive_user", "user is inactive", ReconnectRequired, "inactive", "active user"),
    ("inactive_org", "organization is inactive", SetupError, "org is inactive", "Ask Salesforce"),
    ("rate_limit_exceeded", "login rate exceeded", SalesforceUnavailable, "too many log-ins", "some minutes"),
    ("server_error", "unexpected error", SalesforceUnavailable, "internal error", "some minutes"),
    ("oauth_flow_disabled", "oauth flow is disabled for this app", SetupError, "switched", "settings"),
    ("app_blocked", "this app is blocked by admin", SetupError, "blocked", "Unblock"),
    ("app_not_found", "external client app is not installed in this org", SetupError, "not installed", "Install"),
    ("access_denied", "end-user denied authorization", SetupError, "denied", "Log in again"),
    ("invalid_assertion_type", "invalid client assertion type", SetupError, "JWT bearer", "settings"),
]
# Every error that Salesforce's servers know, by its Mobile SDK (fact sheet 1.5).
EVERY_ERROR = """
    access_denied app_blocked app_not_found authorization_pending bad_jti_claim app_attest_failed ecapp_policy_not_found
    exceeded_registration_limit fail_close_app_blocked failed_registration immediate_unsuccessful installation_error
    invalid_app_access invalid_assertion_type invalid_basic_auth_header invalid_dpop_proof invalid_client
    invalid_client_id invalid_distribution_state invalid_expid invalid_grant invalid_otp invalid_request invalid_scope
    invalid_session_level invalid_token login_error oauth_flow_disabled oauth_policy_not_found otp_error
    redirect_uri_missing redirect_uri_mismatch registration_error server_error service_unavailable slow_down system_down
    unknown_error unsupported_expid unsupported_grant_type unsupported_response_type unsupported_token_type
    use_dpop_nonce
"""
IDS = [f"{error}: {description}" for error, description, *_ in PAYLOADS]


@pytest.mark.parametrize(("error", "description", "kind", "what", "remedy"), PAYLOADS, ids=IDS)
def test_the_token_endpoint(
    org: PaperOrg, pauses: Pauses, error: str, description: str, kind: type[SfsamError], what: str, remedy: str
) -> None:
    org.fault("/oauth2/token", lambda _: oauth_refusal(error, description), times=9)
    signing_in = SignIn(
        make_connection(GrantType.CLIENT_CREDENTIALS),
        CLIENT_SECRET,
        client_options={"transport": httpx.MockTransport(org)},
        pause=pauses,
    )
    with pytest.raises(SfsamError) as caught:
        signing_in.renew(None)
    _tells(caught.value, error, description, kind, what, remedy)


@pytest.mark.parametrize(("error", "description", "kind", "what", "remedy"), PAYLOADS, ids=IDS)
def test_the_return_from_the_log_in_page(
    salesforce: HttpSalesforce, error: str, description: str, kind: type[SfsamError], what: str, remedy: str
) -> None:
    _tells(salesforce.refusal(error, description), error, description, kind, what, remedy)


@pytest.mark.parametrize("error", EVERY_ERROR.split())
def test_whatever_else_salesforce_may_say_has_a_sentence_and_a_remedy(salesforce: HttpSalesforce, error: str) -> None:
    trouble = salesforce.refusal(error, "")
    assert trouble.what.endswith(".") and trouble.remedy.endswith(".")
    assert trouble.said.startswith(error)


def _tells(trouble: SfsamError, error: str, description: str, kind: type[SfsamError], what: str, remedy: str) -> None:
    assert type(trouble) is kind
    assert what in trouble.what
    assert remedy in trouble.remedy
    assert trouble.said == f"{error}: {description}"
    assert CLIENT_SECRET not in str(trouble)
