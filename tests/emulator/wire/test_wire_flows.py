"""JWT bearer, device flow, app policies and introspection: each refusal in Salesforce's own words."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from tests.emulator.wire.fake_org import MOMENT
from tests.emulator.wire.signing_in import (
    AUTHORIZE,
    CHALLENGE,
    TOKEN,
    VERIFIER,
    Browser,
    answer_of,
    exchange,
    exchange_code,
    limits,
    refusal,
)

if TYPE_CHECKING:
    from tests.emulator.wire.conftest import Served

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
INVALID_GRANT = (400, "invalid_grant")
CLI_CALLBACK = "http://localhost:1717/OauthRedirect"


class Signer:
    """An application's own key and certificate."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "An application")])
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self.key.public_key())
            .serial_number(1)
            .not_valid_before(MOMENT)
            .not_valid_after(MOMENT + timedelta(days=365))
            .sign(self.key, hashes.SHA256())
        )
        self.certificate = certificate.public_bytes(serialization.Encoding.PEM).decode()

    def jwt(self, header: dict[str, Any], claims: dict[str, Any]) -> str:
        signed = ".".join(encoded(json.dumps(part).encode()) for part in (header, claims))
        return f"{signed}.{encoded(self.key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


@pytest.fixture(scope="module")
def signer() -> Signer:
    return Signer()


def bearer(org: Served, signer: Signer, *, algorithm: str = "RS256", **changed: Any) -> httpx.Response:
    claims = {
        "iss": org.line["client_id"],
        "sub": org.line["admin_username"],
        "aud": "https://login.salesforce.com",
        "exp": int(MOMENT.timestamp()) + 180,
    } | changed
    assertion = signer.jwt({"alg": algorithm}, claims)
    return httpx.post(org.line["base_url"] + TOKEN, data={"grant_type": JWT_BEARER, "assertion": assertion})


def settings(org: Served, **wanted: Any) -> None:
    org.side_door("POST", "settings", wanted)


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"exp": str(int(MOMENT.timestamp()) + 180)},
        {"exp": int(MOMENT.timestamp() * 1000) + 180_000},
        {"aud": "https://login.salesforce.com/"},
    ],
)
def test_pitfall_33_jwts_of_real_clients_are_understood(org: Served, signer: Signer, changed: dict[str, Any]) -> None:
    settings(org, jwt_certificate=signer.certificate)
    body = bearer(org, signer, **changed).json()
    assert body["id"].endswith(org.line["admin_user_id"])
    assert "refresh_token" not in body
    assert limits(org, body["access_token"]) == 200
    assert org.org.logins[-1] == (org.line["admin_user_id"], "Remote Access 2.0", "OauthJwtBearer")


def test_the_orgs_own_address_is_an_audience(org: Served, signer: Signer) -> None:
    settings(org, jwt_certificate=signer.certificate)
    for audience in (org.line["base_url"], org.line["base_url"] + "/", org.line["base_url"] + TOKEN):
        assert bearer(org, signer, aud=audience).status_code == 200


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"iss": "3MVGunknown"}, (400, "invalid_client_id", "client identifier invalid")),
        ({"iss": "PlatformCLI"}, (*INVALID_GRANT, "invalid assertion")),
        ({"aud": "https://test.salesforce.com"}, (*INVALID_GRANT, "audience is invalid")),
        ({"aud": None}, (*INVALID_GRANT, "audience is invalid")),
        ({"exp": int(MOMENT.timestamp()) - 1}, (*INVALID_GRANT, "invalid assertion")),
        ({"exp": None}, (*INVALID_GRANT, "invalid assertion")),
        ({"algorithm": "HS256"}, (*INVALID_GRANT, "invalid assertion")),
        ({"sub": "nobody@fake0.example"}, (*INVALID_GRANT, "user hasn't approved this consumer")),
        ({"sub": "user3@fake0.example"}, (*INVALID_GRANT, "user hasn't approved this consumer")),
    ],
)
def test_a_jwt_that_does_not_convince(
    org: Served, signer: Signer, changed: dict[str, Any], expected: tuple[int, str, str]
) -> None:
    settings(org, jwt_certificate=signer.certificate)
    assert refusal(bearer(org, signer, **changed)) == expected


def test_a_jwt_by_another_key_or_without_a_certificate(org: Served, signer: Signer) -> None:
    expected = (*INVALID_GRANT, "invalid assertion")
    assert refusal(bearer(org, signer)) == expected
    settings(org, jwt_certificate=Signer().certificate)
    assert refusal(bearer(org, signer)) == expected
    nonsense = httpx.post(org.line["base_url"] + TOKEN, data={"grant_type": JWT_BEARER, "assertion": "a.b"})
    assert refusal(nonsense) == expected
    missing = httpx.post(org.line["base_url"] + TOKEN, data={"grant_type": JWT_BEARER})
    assert refusal(missing)[:2] == (400, "invalid_request")


def test_a_jwt_for_a_user_who_left(org: Served, signer: Signer) -> None:
    settings(org, jwt_certificate=signer.certificate)
    org.org.rows[[*org.org.rows][4]]["IsActive"] = False
    assert refusal(bearer(org, signer, sub="user5@fake0.example")) == (*INVALID_GRANT, "inactive user")


def test_an_administrator_decides_who_uses_the_app(org: Served, signer: Signer) -> None:
    third = "user3@fake0.example"
    settings(
        org,
        jwt_certificate=signer.certificate,
        permitted_users="AdminApprovedPreAuthorized",
        preauthorized_users=[third.upper()],
    )
    assert bearer(org, signer, sub=third).status_code == 200
    denied = (400, "invalid_app_access", "user is not admin approved to access this app")
    assert refusal(bearer(org, signer)) == denied
    assert refusal(exchange(org, grant_type="refresh_token", refresh_token=org.line["refresh_token"])) == denied
    assert refusal(exchange(org, grant_type="client_credentials")) == denied
    browser = Browser(org)
    assert answer_of(browser.log_in(browser.ask()))["error"] == "invalid_app_access"


def test_a_pre_authorized_user_is_not_asked(org: Served) -> None:
    settings(org, permitted_users="AdminApprovedPreAuthorized", preauthorized_users=[org.line["admin_username"]])
    browser = Browser(org)
    assert "code" in answer_of(browser.log_in(browser.ask()))


@pytest.mark.parametrize(
    ("switch", "expected"),
    [
        ("ip_restricted", (400, "invalid_grant", "ip restricted")),
        ("invalid_login_hours", (400, "invalid_grant", "invalid login hours")),
        ("inactive_org", (400, "inactive_org", "organization is inactive")),
        ("app_blocked", (400, "app_blocked", "this app is blocked by admin")),
        ("app_not_found", (400, "app_not_found", "external client app is not installed in this org")),
        ("oauth_flow_disabled", (400, "oauth_flow_disabled", "oauth flow is disabled for this app")),
        ("rate_limit_exceeded", (400, "rate_limit_exceeded", "login rate exceeded")),
        ("server_error", (400, "server_error", "unexpected error")),
        ("service_unavailable", (503, "service_unavailable", "service unavailable")),
        ("system_down", (503, "system_down", "system is down")),
    ],
)
def test_what_keeps_everybody_out(org: Served, switch: str, expected: tuple[int, str, str]) -> None:
    settings(org, refresh_token_rotation=True)
    code = Browser(org).code()
    settings(org, log_in_refusal=switch)
    refreshing = {"grant_type": "refresh_token", "refresh_token": org.line["refresh_token"]}
    assert refusal(exchange(org, **refreshing)) == expected
    assert refusal(exchange(org, grant_type="client_credentials")) == expected
    assert refusal(exchange_code(org, code)) == expected
    settings(org, log_in_refusal="")
    assert exchange_code(org, code).status_code == 200
    assert exchange(org, **refreshing).status_code == 200


def test_client_credentials_may_be_switched_off(org: Served) -> None:
    settings(org, client_credentials_enabled=False)
    answer = exchange(org, grant_type="client_credentials")
    assert refusal(answer) == (*INVALID_GRANT, "client credentials flow not enabled")


@pytest.mark.parametrize(
    ("policy", "idle_seconds", "status"),
    [
        ("Infinite", 5_000, 200),
        ("SpecificInactivity", 5_000, 200),
        ("SpecificInactivity", 9_000, 400),
        ("SpecificLifetime", 5_000, 400),
        ("Zero", 1, 400),
    ],
)
def test_refresh_tokens_live_as_their_policy_says(org: Served, policy: str, idle_seconds: int, status: int) -> None:
    refreshing = {"grant_type": "refresh_token", "refresh_token": org.line["refresh_token"]}
    org.side_door("POST", "time", {"advance_seconds": 5_000})
    assert exchange(org, **refreshing).status_code == 200
    settings(org, refresh_token_policy=policy, refresh_token_seconds=8_000)
    org.side_door("POST", "time", {"advance_seconds": idle_seconds})
    answer = exchange(org, **refreshing)
    assert answer.status_code == status
    if status == 400:
        assert refusal(answer) == (*INVALID_GRANT, "expired access/refresh token")


def test_the_secret_is_optional_where_the_app_says_so(org: Served) -> None:
    refreshing = {"grant_type": "refresh_token", "refresh_token": org.line["refresh_token"], "client_secret": None}
    wrong = (400, "invalid_client", "invalid client credentials")
    assert refusal(exchange(org, **refreshing)) == wrong
    settings(org, secret_required_for_refresh=False)
    assert exchange(org, **refreshing).status_code == 200
    assert refusal(exchange(org, **(refreshing | {"client_secret": "guess"}))) == wrong
    code = Browser(org).code()
    assert refusal(exchange_code(org, code, client_secret=None)) == wrong
    settings(org, secret_required=False)
    assert exchange_code(org, code, client_secret=None).status_code == 200


def test_a_client_may_prove_itself_by_its_key(org: Served, signer: Signer) -> None:
    settings(org, jwt_certificate=signer.certificate)
    proof = {
        "iss": org.line["client_id"],
        "sub": org.line["client_id"],
        "aud": org.line["base_url"] + TOKEN,
        "exp": int(MOMENT.timestamp()) + 60,
    }
    kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    wanted = {"grant_type": "client_credentials", "client_assertion_type": kind}
    url = org.line["base_url"] + TOKEN

    def ask(**changed: Any) -> httpx.Response:
        return httpx.post(url, data=wanted | {"client_assertion": signer.jwt({"alg": "RS256"}, proof)} | changed)

    assert ask().status_code == 200
    assert refusal(ask(client_assertion_type="magic"))[1] == "invalid_assertion_type"
    forged = Signer().jwt({"alg": "RS256"}, proof)
    assert refusal(ask(client_assertion=forged)) == (400, "invalid_client", "invalid client credentials")


@pytest.mark.parametrize("given", [{}, {"grant_type": ""}])
def test_a_request_without_a_grant_type(org: Served, given: dict[str, str]) -> None:
    assert refusal(httpx.post(org.line["base_url"] + TOKEN, data=given))[:2] == (400, "invalid_request")


def test_a_broken_basic_header(org: Served) -> None:
    headers = {"authorization": "Basic not*base64"}
    answer = httpx.post(org.line["base_url"] + TOKEN, data={"grant_type": "client_credentials"}, headers=headers)
    assert refusal(answer)[1] == "invalid_basic_auth_header"


def test_answers_come_in_the_wanted_format(org: Served) -> None:
    wanted = {"grant_type": "refresh_token", "refresh_token": org.line["refresh_token"]}
    form = exchange(org, **wanted, format="urlencoded")
    assert form.headers["content-type"].startswith("application/x-www-form-urlencoded")
    assert parse_qs(form.text)["token_type"] == ["Bearer"]
    xml = exchange(org, **wanted, format="xml")
    assert xml.text.startswith('<?xml version="1.0" encoding="UTF-8"?><OAuth><access_token>00D')
    refused = exchange(org, grant_type="magic", format="xml")
    assert "<error>unsupported_grant_type</error>" in refused.text


class Device:
    """A device without a browser."""

    def __init__(self, org: Served, **changed: str) -> None:
        self.org = org
        wanted = {"response_type": "device_code", "client_id": org.line["client_id"], "scope": "api refresh_token"}
        self.started = httpx.post(org.line["base_url"] + TOKEN, data=wanted | changed).json()

    def poll(self, *, after_seconds: int = 5) -> httpx.Response:
        self.org.side_door("POST", "time", {"advance_seconds": after_seconds})
        wanted = {"grant_type": "device", "client_id": self.org.line["client_id"], "code": self.started["device_code"]}
        return httpx.post(self.org.line["base_url"] + TOKEN, data=wanted)

    def page(self, browser: Browser) -> httpx.Response:
        answer = browser.http.post(self.started["verification_uri"], data={"user_code": self.started["user_code"]})
        page = browser.http.get(answer.headers["location"])
        return browser.log_in(page) if "Log in" in page.text else page


def test_a_device_waits_until_a_person_allows_it(org: Served) -> None:
    device, browser = Device(org), Browser(org)
    assert device.started["interval"] == 5
    assert refusal(device.poll()) == (400, "authorization_pending", "pending device authorization")
    assert refusal(device.poll(after_seconds=1)) == (400, "slow_down", "polled too quickly")
    assert "You're connected" in browser.submit(device.page(browser), decision="allow").text
    body = device.poll().json()
    assert (body["scope"], body["refresh_token"][:7]) == ("refresh_token api", "5Aep861")
    assert limits(org, body["access_token"]) == 200
    assert refusal(device.poll()) == (*INVALID_GRANT, "invalid device code")


def test_a_device_that_is_denied_unknown_late_or_unwanted(org: Served) -> None:
    device, browser = Device(org), Browser(org)
    assert "That code isn&#39;t valid" in browser.http.get("/setup/connect?user_code=NONE").text
    assert "Connect your device" in browser.http.get("/setup/connect").text
    assert "Access denied" in browser.submit(device.page(browser), decision="deny").text
    assert refusal(device.poll()) == (400, "access_denied", "end-user denied authorization")
    late = Device(org)
    assert refusal(late.poll(after_seconds=601)) == (*INVALID_GRANT, "invalid device code")
    assert Device(org, client_id="3MVGunknown").started["error"] == "invalid_client_id"
    assert Device(org, scope="everything").started["error"] == "invalid_scope"
    settings(org, device_flow_enabled=False)
    assert Device(org).started["error"] == "oauth_flow_disabled"


def test_the_command_line_app_needs_no_secret(org: Served) -> None:
    """What `sf org login web` does: no challenge method, prompt=login, an empty secret."""
    browser = Browser(org)
    wanted = {"client_id": "PlatformCLI", "scope": "refresh_token api web", "prompt": "login"}
    page = browser.log_in(browser.ask(redirect_uri=CLI_CALLBACK, **wanted))
    assert "Salesforce CLI" in page.text
    allowed = browser.submit(page, decision="allow")
    code = parse_qs(allowed.headers["location"].partition("?")[2])["code"][0]
    asked = {"client_id": "PlatformCLI", "client_secret": "", "code": code, "code_verifier": VERIFIER}
    body = exchange(org, grant_type="authorization_code", redirect_uri=CLI_CALLBACK, **asked).json()
    assert limits(org, body["access_token"]) == 200
    settings(org, refresh_token_rotation=True, refresh_token_policy="Zero")
    refreshing = {"grant_type": "refresh_token", "refresh_token": body["refresh_token"]}
    again = exchange(org, **refreshing, client_id="PlatformCLI", client_secret="")
    assert (again.status_code, "refresh_token" in again.json()) == (200, False)
    assert refusal(exchange(org, **refreshing))[2] == "expired access/refresh token"


def test_the_ready_lines_refresh_token_serves_the_command_line_too(org: Served) -> None:
    wanted = {"grant_type": "refresh_token", "client_id": "PlatformCLI", "client_secret": ""}
    assert exchange(org, **wanted, refresh_token=org.line["refresh_token"]).status_code == 200
    other = exchange_code(org, Browser(org).code()).json()["refresh_token"]
    assert refusal(exchange(org, **wanted, refresh_token=other))[2] == "expired access/refresh token"


def test_doubled_slashes_count_as_one(org: Served) -> None:
    """`sf` joins an instance URL that ends with a slash to every path."""
    assert org.client.get(f"{org.line['base_url']}/{org.data}//limits").status_code == 200


def test_an_app_introspects_its_own_tokens_only(org: Served) -> None:
    url = org.line["base_url"] + "/services/oauth2/introspect"
    own = {name: org.line[name] for name in ("client_id", "client_secret")}
    refresh = httpx.post(url, data=own | {"token": org.line["refresh_token"], "token_type_hint": "refresh_token"})
    assert (refresh.json()["active"], refresh.json()["token_type"]) == (True, "refresh_token")
    other = {"client_id": "PlatformCLI", "client_secret": "", "token": org.line["access_token"]}
    assert httpx.post(url, data=other).json() == {"active": False}
    assert refusal(httpx.post(url, data=own))[:2] == (400, "invalid_request")
    strange = httpx.post(url, data=own | {"token": "x", "token_type_hint": "id_token"})
    assert refusal(strange) == (400, "unsupported_token_type", "this token type is not supported")


def test_authorize_wants_pkce_where_the_app_does(org: Served) -> None:
    settings(org, require_pkce=True)
    refused = answer_of(Browser(org).ask(code_challenge=None))
    assert (refused["error"], refused["error_description"]) == ("invalid_request", "missing required code challenge")
    assert "Log in" in Browser(org).ask(code_challenge=CHALLENGE, code_challenge_method=None).text
    assert AUTHORIZE in Browser(org).ask().text


def test_a_setting_of_another_kind_is_refused(org: Served) -> None:
    url = org.line["base_url"] + "/_emulator/settings"
    for wanted in ({"permitted_users": "Everybody"}, {"jwt_certificate": "no PEM"}, {"log_in_refusal": "moon"}):
        assert httpx.post(url, json=wanted).status_code == 400
