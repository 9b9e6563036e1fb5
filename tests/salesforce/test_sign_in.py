from __future__ import annotations

import base64
import hashlib
import json
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from sfsam.domain.profiles import GrantType
from sfsam.errors import (
    AddressRefused,
    ClientRejected,
    ReconnectRequired,
    SalesforceUnavailable,
    SetupError,
    SfsamError,
)
from sfsam.ports import Token
from sfsam.salesforce.oauth_faults import OAUTH_FAULTS, fault_of
from sfsam.salesforce.sign_in import SignIn, audience_of
from sfsam.vault.key_pairs import make_key_pair
from tests.salesforce.conftest import Pauses, make_connection
from tests.salesforce.paper_org import CLIENT_SECRET, HOST, PaperOrg, drop, html, oauth_refusal

CALLBACK = "http://127.0.0.1:8501/oauth/callback"
BEFORE = Token(access_token="old", refresh_token="refresh-0", instance_url=HOST, id_url="https://x/id/1/2", scope="api")


def sign_in(org: PaperOrg, pauses: Pauses, grant: GrantType = GrantType.AUTHORIZATION_CODE, **more: str) -> SignIn:
    return SignIn(
        make_connection(grant),
        more.get("secret", CLIENT_SECRET),
        client_options={"transport": httpx.MockTransport(org)},
        pause=pauses,
    )


def form(org: PaperOrg) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(org.requests[-1].content.decode()).items()}


def test_the_log_in_address_carries_state_and_challenge(org: PaperOrg, pauses: Pauses) -> None:
    start = sign_in(org, pauses).begin(CALLBACK)
    parts = urlsplit(start.url)
    asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
    digest = hashlib.sha256(start.code_verifier.encode()).digest()

    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{HOST}/services/oauth2/authorize"
    assert asked["state"] == start.state
    assert asked["code_challenge"] == base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == CALLBACK
    assert asked["scope"] == "api refresh_token id"
    assert start.code_verifier not in start.url
    assert len(start.code_verifier) >= 43
    assert sign_in(org, pauses).begin(CALLBACK).state != start.state
    assert org.requests == []


def test_a_code_is_exchanged_once(org: PaperOrg, pauses: Pauses) -> None:
    token = sign_in(org, pauses).finish(code="aPrx==", code_verifier="v" * 43, redirect_uri=CALLBACK)
    assert (token.refresh_token, token.instance_url) == ("refresh-1", HOST)
    assert form(org) == {
        "grant_type": "authorization_code",
        "code": "aPrx==",
        "code_verifier": "v" * 43,
        "redirect_uri": CALLBACK,
        "client_id": "3MVGkey",
        "client_secret": CLIENT_SECRET,
    }

    org.fault("/oauth2/token", lambda _: oauth_refusal("invalid_grant", "expired authorization code"))
    with pytest.raises(ReconnectRequired, match="used already"):
        sign_in(org, pauses).finish(code="aPrx==", code_verifier="v" * 43, redirect_uri=CALLBACK)
    assert (org.token_calls, pauses.seconds) == (2, [])


def test_an_app_without_a_secret_sends_none(org: PaperOrg, pauses: Pauses) -> None:
    with pytest.raises(ClientRejected):
        sign_in(org, pauses, secret="").finish(code="a", code_verifier="v" * 43, redirect_uri=CALLBACK)
    assert "client_secret" not in form(org)


def test_pitfall_09_an_answer_that_leaves_things_out_keeps_the_old_ones(org: PaperOrg, pauses: Pauses) -> None:
    org.token_answer = {"instance_url": None, "id": None, "scope": None}
    token = sign_in(org, pauses).renew(BEFORE)
    assert token.access_token != BEFORE.access_token
    assert token.refresh_token == "refresh-0"
    assert (token.instance_url, token.id_url, token.scope) == (HOST, BEFORE.id_url, "api")


def test_a_new_instance_url_is_taken_over(org: PaperOrg, pauses: Pauses) -> None:
    org.token_answer = {"instance_url": "https://acme-new.my.salesforce.com"}
    assert sign_in(org, pauses).renew(BEFORE).instance_url == "https://acme-new.my.salesforce.com"


@pytest.mark.parametrize("url", ["https://evil.example", "http://acme.my.salesforce.com", "http://127.0.0.1:8000"])
def test_an_instance_url_elsewhere_is_refused(org: PaperOrg, pauses: Pauses, url: str) -> None:
    org.token_answer = {"instance_url": url}
    with pytest.raises(AddressRefused):
        sign_in(org, pauses).renew(BEFORE)


def test_a_refused_refresh_is_asked_once_more_and_then_believed(org: PaperOrg, pauses: Pauses) -> None:
    org.fault("/oauth2/token", lambda _: oauth_refusal("invalid_grant", "expired access/refresh token"))
    assert sign_in(org, pauses).renew(BEFORE).access_token
    assert (org.token_calls, len(pauses.seconds)) == (2, 1)

    org.fault("/oauth2/token", lambda _: oauth_refusal("invalid_grant", "expired access/refresh token"), times=9)
    with pytest.raises(ReconnectRequired, match="Log in again"):
        sign_in(org, pauses).renew(BEFORE)
    assert org.token_calls == 4


def test_pitfall_10_grant_client_and_network_are_three_outcomes(org: PaperOrg, pauses: Pauses) -> None:
    def outcome(fault: object) -> type[Exception]:
        org.faults.clear()
        org.fault("/oauth2/token", fault, times=9)
        with pytest.raises(SfsamError) as trouble:
            sign_in(org, pauses).renew(BEFORE)
        return trouble.type

    assert outcome(lambda _: oauth_refusal("invalid_grant", "authentication failure")) is ReconnectRequired
    assert outcome(lambda _: oauth_refusal("invalid_client", "invalid client credentials")) is ClientRejected
    assert outcome(lambda _: oauth_refusal("invalid_client_id", "client identifier invalid")) is ClientRejected
    assert outcome(drop) is SalesforceUnavailable
    assert outcome(html(503)) is SalesforceUnavailable
    assert outcome(html(200)) is SalesforceUnavailable
    assert outcome(html(404)) is SetupError
    assert outcome(lambda _: httpx.Response(302, headers={"Location": "https://evil.example"})) is SetupError


def test_pitfall_11_the_common_log_in_host_is_named(org: PaperOrg, pauses: Pauses) -> None:
    org.fault("/oauth2/token", lambda _: oauth_refusal("invalid_grant", "request not supported on this domain"))
    with pytest.raises(SetupError, match="My Domain URL") as refused:
        sign_in(org, pauses, GrantType.CLIENT_CREDENTIALS).renew(None)
    assert not isinstance(refused.value, ReconnectRequired)
    assert org.token_calls == 1


def test_pitfall_12_a_missing_run_as_user_is_named(org: PaperOrg, pauses: Pauses) -> None:
    org.fault("/oauth2/token", lambda _: oauth_refusal("invalid_grant", "no client credentials user enabled"))
    with pytest.raises(SetupError, match="Run As user"):
        sign_in(org, pauses, GrantType.CLIENT_CREDENTIALS).renew(None)


def test_client_credentials_survive_a_short_trouble(org: PaperOrg, pauses: Pauses) -> None:
    org.fault("/oauth2/token", html(503))
    org.fault("/oauth2/token", drop)
    org.fault("/oauth2/token", lambda _: oauth_refusal("server_error", ""))
    assert sign_in(org, pauses, GrantType.CLIENT_CREDENTIALS).renew(None).refresh_token is None
    assert (org.token_calls, len(pauses.seconds)) == (4, 3)


def test_without_a_refresh_token_only_a_person_helps(org: PaperOrg, pauses: Pauses) -> None:
    with pytest.raises(ReconnectRequired):
        sign_in(org, pauses).renew(BEFORE.model_copy(update={"refresh_token": None}))
    assert org.requests == []


@pytest.mark.parametrize(
    ("error", "description"), [(error, words) for error, faults in OAUTH_FAULTS.items() for words in faults]
)
def test_every_line_of_the_table_has_a_sentence_and_a_remedy(error: str, description: str) -> None:
    trouble = fault_of(error, description.upper())
    assert type(trouble) is OAUTH_FAULTS[error][description].error
    assert trouble.what.endswith(".")
    assert trouble.remedy.endswith((".", "connection."))


def test_an_unknown_error_shows_salesforces_words() -> None:
    trouble = fault_of("use_dpop_nonce", "something new")
    assert isinstance(trouble, SetupError)
    assert trouble.said == "use_dpop_nonce: something new"


@pytest.mark.parametrize(
    ("url", "audience"),
    [
        ("https://acme.my.salesforce.com", "https://login.salesforce.com"),
        ("https://acme--uat.sandbox.my.salesforce.com", "https://test.salesforce.com"),
        ("https://acme.scratch.my.salesforce.com", "https://test.salesforce.com"),
        ("http://127.0.0.1:9000", "http://127.0.0.1:9000"),
    ],
)
def test_an_assertion_is_for_the_log_in_host_of_its_kind_of_org(url: str, audience: str) -> None:
    assert audience_of(url) == audience


def test_jwt_bearer_signs_for_three_minutes_and_sends_no_secret(org: PaperOrg, pauses: Pauses) -> None:
    pair = make_key_pair("sfsam", datetime(2026, 11, 24))
    connection = make_connection(GrantType.JWT_BEARER).model_copy(update={"username": "robot@acme.example"})
    options = {"transport": httpx.MockTransport(org)}
    org.fault("/oauth2/token", lambda _: oauth_refusal("invalid_grant", "user hasn't approved this consumer"))
    with pytest.raises(SetupError, match="has not approved the app"):
        SignIn(connection, pair.private_key, client_options=options, pause=pauses).renew(None)
    sent = form(org)
    assert set(sent) == {"grant_type", "assertion", "client_id"}
    assert sent["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
    head, claims = (json.loads(base64.urlsafe_b64decode(part + "==")) for part in sent["assertion"].split(".")[:2])
    assert head["alg"] == "RS256"
    assert (claims["iss"], claims["sub"]) == ("3MVGkey", "robot@acme.example")
    assert claims["aud"] == "https://login.salesforce.com"
    assert claims["exp"] - claims["iat"] == 180


def test_jwt_bearer_without_a_key_pair_says_so(org: PaperOrg, pauses: Pauses) -> None:
    with pytest.raises(SetupError, match="no key pair"):
        sign_in(org, pauses, GrantType.JWT_BEARER, secret="").renew(None)
    assert org.requests == []
