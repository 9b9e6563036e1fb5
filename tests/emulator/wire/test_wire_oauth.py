"""Signing in as an application and as a person."""

from __future__ import annotations

import base64
import hmac
import re
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

import httpx
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.emulator.wire.signing_in import (
    CALLBACK,
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


def test_a_person_allows_the_app_and_it_gets_a_session(org: Served) -> None:
    browser = Browser(org)
    page = browser.ask()
    assert "Log in to Fake 0" in page.text
    page = browser.log_in(page)
    assert "License Manager" in page.text
    assert 'data-scope="api"' in page.text
    answer = answer_of(browser.submit(page, decision="allow"))
    assert answer["state"] == "s t&te"
    body = exchange_code(org, answer["code"]).json()
    assert set(body) == {
        *("access_token", "signature", "scope", "instance_url", "id", "token_type", "issued_at"),
        *("refresh_token", "id_token"),
    }
    assert re.fullmatch(r"00D\w{12}![.\w]+", body["access_token"])
    assert body["instance_url"] == org.line["base_url"]
    assert body["id"] == f"{org.line['base_url']}/id/{org.line['org_id']}/{org.line['admin_user_id']}"
    assert body["issued_at"].isdecimal()
    signed = hmac.digest(org.line["client_secret"].encode(), (body["id"] + body["issued_at"]).encode(), "sha256")
    assert body["signature"] == base64.b64encode(signed).decode()
    assert limits(org, body["access_token"]) == 200
    assert org.org.logins == [(org.line["admin_user_id"], "Remote Access 2.0", "OauthWebServer")]


def test_a_second_time_no_question_is_asked_unless_wanted(org: Served) -> None:
    browser = Browser(org)
    browser.code()
    assert "code" in answer_of(browser.ask())
    assert "Allow access?" in browser.ask(prompt="consent").text
    assert "Log in" in browser.ask(prompt="login").text
    assert answer_of(browser.ask(immediate="true"))["code"]
    assert answer_of(Browser(org).ask(immediate="true"))["error"] == "immediate_unsuccessful"


def test_the_login_page_keeps_its_secrets(org: Served) -> None:
    browser = Browser(org)
    page = browser.ask(login_hint='ada"><b>')
    assert 'value="ada&#34;&gt;&lt;b&gt;"' in page.text
    wrong = browser.log_in(page, password="wrong")
    assert "Please check your username and password" in wrong.text
    forged = browser.http.post(wrong.request.url, data={"decision": "allow"})
    assert "Log in" in forged.text


def test_a_decision_needs_the_page_that_asked(org: Served) -> None:
    browser = Browser(org)
    page = browser.log_in(browser.ask())
    forged = browser.http.post(page.request.url, data={"decision": "allow", "form_token": "x"})
    assert "Allow access?" in forged.text


def test_a_denial_goes_back_to_the_app(org: Served) -> None:
    browser = Browser(org)
    answer = browser.submit(browser.log_in(browser.ask()), decision="deny")
    assert "error=access_denied&error_description=end-user+denied+authorization&state=" in answer.headers["location"]


@pytest.mark.parametrize(
    ("changed", "error", "description"),
    [
        ({"client_id": "3MVGunknown"}, "invalid_client_id", "client identifier invalid"),
        ({"redirect_uri": "https://evil.example/"}, "redirect_uri_mismatch", "redirect_uri must match configuration"),
        ({"redirect_uri": None}, "redirect_uri_missing", "redirect_uri missing"),
    ],
)
def test_an_untrusted_callback_gets_a_page(
    org: Served, changed: dict[str, str | None], error: str, description: str
) -> None:
    page = Browser(org).ask(**changed)
    assert page.status_code == 400
    assert f"error={error}&amp;error_description={description}" in page.text


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "api everything"}, "invalid_scope"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
    ],
)
def test_a_wrong_request_goes_back_to_the_app(org: Served, changed: dict[str, str], error: str) -> None:
    assert answer_of(Browser(org).ask(**changed))["error"] == error


def test_pkce_and_callbacks_follow_the_settings(org: Served) -> None:
    org.side_door("POST", "settings", {"require_pkce": True, "callback_urls": ["https://sam.example/cb"]})
    assert answer_of(Browser(org).ask(code_challenge=None))["error_description"] == "missing required code challenge"
    assert "Log in" in Browser(org).ask(redirect_uri="https://sam.example/cb").text
    assert Browser(org).ask(redirect_uri="https://sam.example/cb/").status_code == 400


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"code": "aPrxunknown"}, (400, "invalid_grant", "invalid authorization code")),
        ({"code_verifier": "w" * 43}, (400, "invalid_request", "invalid code verifier")),
        ({"code_verifier": None}, (400, "invalid_grant", "missing required code verifier")),
        ({"redirect_uri": CALLBACK + "x"}, (400, "redirect_uri_mismatch", "redirect_uri must match configuration")),
        ({"redirect_uri": None}, (400, "redirect_uri_missing", "redirect_uri missing")),
        ({"client_id": "3MVGunknown"}, (400, "invalid_client_id", "client identifier invalid")),
        ({"client_secret": "wrong"}, (400, "invalid_client", "invalid client credentials")),
        ({"grant_type": "magic"}, (400, "unsupported_grant_type", "grant type not supported")),
        ({"grant_type": "password"}, (400, "invalid_grant", "authentication failure")),
    ],
)
def test_a_code_is_exchanged_only_as_it_was_given(
    org: Served, changed: dict[str, Any], expected: tuple[int, str, str]
) -> None:
    code = Browser(org).code(code_challenge_method="S256")
    wanted = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
    assert refusal(exchange(org, **(wanted | changed))) == expected
    assert exchange(org, **wanted).status_code == 200


def test_a_code_serves_once_and_for_fifteen_minutes(org: Served) -> None:
    code = Browser(org).code()
    assert exchange_code(org, code).status_code == 200
    assert refusal(exchange_code(org, code)) == (400, "invalid_grant", "expired authorization code")
    late = Browser(org).code()
    org.side_door("POST", "time", {"advance_seconds": 15 * 60 + 1})
    assert refusal(exchange_code(org, late)) == (400, "invalid_grant", "expired authorization code")


def test_no_refresh_token_without_its_scope(org: Served) -> None:
    body = exchange_code(org, Browser(org).code(scope="api")).json()
    assert body["scope"] == "api"
    assert not {"refresh_token", "id_token", "expires_in"} & set(body)


def test_a_refresh_gives_a_session_and_no_new_refresh_token(org: Served) -> None:
    body = exchange(org, grant_type="refresh_token", refresh_token=org.line["refresh_token"]).json()
    assert "refresh_token" not in body
    assert limits(org, body["access_token"]) == 200
    assert org.org.logins[-1][2] == "OauthRefreshToken"
    unknown = exchange(org, grant_type="refresh_token", refresh_token="5Aep861none")
    assert refusal(unknown) == (400, "invalid_grant", "expired access/refresh token")


def test_pitfall_08_rotation_kills_the_old_and_its_return_kills_all(org: Served) -> None:
    org.side_door("POST", "settings", {"refresh_token_rotation": True})
    old = org.line["refresh_token"]
    rotated = exchange(org, grant_type="refresh_token", refresh_token=old).json()
    assert rotated["refresh_token"] != old
    again = exchange(org, grant_type="refresh_token", refresh_token=rotated["refresh_token"]).json()
    assert limits(org, again["access_token"]) == 200
    assert refusal(exchange(org, grant_type="refresh_token", refresh_token=old))[2] == "expired access/refresh token"
    assert limits(org, again["access_token"]) == 401
    assert exchange(org, grant_type="refresh_token", refresh_token=again["refresh_token"]).status_code == 400


def test_pitfall_08_of_refreshes_at_once_one_wins_and_the_others_end_all(org: Served) -> None:
    org.side_door("POST", "settings", {"refresh_token_rotation": True})
    wanted = {"grant_type": "refresh_token", "refresh_token": org.line["refresh_token"]}
    with ThreadPoolExecutor(8) as pool:
        answers = [*pool.map(lambda _: exchange(org, **wanted), range(8))]
    [winner] = [answer.json() for answer in answers if answer.status_code == 200]
    assert limits(org, winner["access_token"]) == 401
    assert exchange(org, grant_type="refresh_token", refresh_token=winner["refresh_token"]).status_code == 400


def test_revoking_an_approval_ends_its_sessions(org: Served) -> None:
    revoke = org.line["base_url"] + "/services/oauth2/revoke"
    answer = httpx.post(revoke, data={"token": org.line["refresh_token"]})
    assert (answer.status_code, answer.content) == (200, b"")
    assert limits(org, org.line["access_token"]) == 401
    again = httpx.get(revoke, params={"token": org.line["refresh_token"]})
    assert (again.status_code, parse_qs(again.text)["error"]) == (400, ["invalid_token"])
    as_json = httpx.post(revoke, data={"token": org.line["refresh_token"], "format": "json"})
    assert refusal(as_json)[:2] == (400, "invalid_token")
    strange = httpx.post(revoke, data={"token": "x", "token_type_hint": "id_token", "format": "json"})
    assert refusal(strange)[:2] == (400, "unsupported_token_type")


def test_a_user_keeps_five_approvals(org: Served) -> None:
    browser = Browser(org)
    newer = [exchange_code(org, browser.code()).json()["refresh_token"] for _ in range(5)]
    answers = [exchange(org, grant_type="refresh_token", refresh_token=t) for t in (org.line["refresh_token"], *newer)]
    assert [answer.status_code for answer in answers] == [400, 200, 200, 200, 200, 200]


def test_client_credentials_run_as_the_integration_user(org: Served) -> None:
    secret = (org.line["client_id"], org.line["client_secret"])
    answer = httpx.post(org.line["base_url"] + TOKEN, data={"grant_type": "client_credentials"}, auth=secret)
    body = answer.json()
    assert body["id"].endswith(org.org.run_as_user_id)
    assert "refresh_token" not in [*body["scope"].split(), *body]
    assert limits(org, body["access_token"]) == 200
    assert org.org.logins == [(org.org.run_as_user_id, "Remote Access 2.0", "OauthClientCredentials")]


def test_pitfalls_11_and_12_client_credentials_need_the_orgs_address_and_a_run_as_user(org: Served) -> None:
    on_login_host = exchange(org, org.line["login_url"], grant_type="client_credentials")
    assert refusal(on_login_host) == (400, "invalid_grant", "request not supported on this domain")
    no_user = (400, "invalid_grant", "no client credentials user enabled")
    username = org.org.callers[org.org.run_as_user_id].username
    org.side_door("POST", "permissions", {"username": username, "revoke": ["ApiEnabled"]})
    assert refusal(exchange(org, grant_type="client_credentials")) == no_user
    org.side_door("POST", "permissions", {"username": username, "grant": ["ApiEnabled"]})
    assert exchange(org, grant_type="client_credentials").status_code == 200
    org.side_door("POST", "settings", {"run_as": False})
    assert refusal(exchange(org, grant_type="client_credentials")) == no_user


def test_the_login_host_leads_to_the_right_org(orgs: list[Served]) -> None:
    second = orgs[1]
    login_url = second.line["login_url"]
    code = Browser(second, login_url).code()
    wanted = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
    body = exchange(second, login_url, **wanted).json()
    assert body["instance_url"] == second.line["base_url"]
    assert body["id"].startswith(f"{login_url}/id/{second.line['org_id']}/")
    who = httpx.get(body["id"], headers={"authorization": f"Bearer {body['access_token']}"}).json()
    assert who["username"] == second.line["admin_username"]
    assert refusal(exchange(second, orgs[0].line["base_url"], **wanted))[1] == "invalid_client_id"
    assert httpx.get(login_url + "/services/data").status_code == 404


def test_pitfall_14_identity_answers_in_plain_text_when_it_refuses(orgs: list[Served]) -> None:
    org, other = orgs
    url = f"{org.line['base_url']}/id/{org.line['org_id']}/{org.line['admin_user_id']}"
    good = httpx.get(url, params={"format": "json", "oauth_token": org.line["access_token"]}).json()
    assert (good["id"], good["user_type"], good["urls"]["custom_domain"]) == (url, "STANDARD", org.line["base_url"])
    latest = httpx.get(url, params={"version": "latest", "oauth_token": org.line["access_token"]}).json()
    assert latest["urls"]["query"] == f"{org.line['base_url']}/services/data/v68.0/query/"
    assert good["urls"]["query"] == f"{org.line['base_url']}/services/data/v{{version}}/query/"
    wrong_org = url.replace(org.line["org_id"], other.line["org_id"])
    answers = [
        httpx.get(url, headers={"authorization": "Bearer 00D!none"}),
        httpx.get(url),
        httpx.get(wrong_org, headers=org.client.headers),
    ]
    assert [(a.status_code, a.text) for a in answers] == [
        (403, "Bad_OAuth_Token"),
        (403, "Missing_OAuth_Token"),
        (403, "Wrong_Org"),
    ]


def test_userinfo_and_introspection_know_the_session(org: Served) -> None:
    info = org.client.get("/services/oauth2/userinfo").json()
    assert info["sub"].endswith(info["user_id"])
    assert info["organization_id"] == org.line["org_id"]
    fields = {name: org.line[name] for name in ("client_id", "client_secret")}
    ask = org.line["base_url"] + "/services/oauth2/introspect"
    known = httpx.post(ask, data=fields | {"token": org.line["access_token"]}).json()
    assert (known["active"], known["username"], known["exp"] - known["iat"]) == (
        True,
        org.line["admin_username"],
        pytest.approx(7_200, abs=5),
    )
    assert httpx.post(ask, data=fields | {"token": "00D!none"}).json() == {"active": False}


def test_the_id_token_is_signed_by_the_published_key(org: Served) -> None:
    token = exchange_code(org, Browser(org).code()).json()["id_token"]
    configuration = httpx.get(org.line["base_url"] + "/.well-known/openid-configuration").json()
    [key] = httpx.get(configuration["jwks_uri"]).json()["keys"]
    n, e = (int.from_bytes(base64.urlsafe_b64decode(key[name] + "==")) for name in ("n", "e"))
    signed, _, signature = token.rpartition(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    rsa.RSAPublicNumbers(e, n).public_key().verify(raw, signed.encode(), padding.PKCS1v15(), hashes.SHA256())


def test_a_session_without_the_api_scope_reads_nothing(org: Served) -> None:
    token = exchange_code(org, Browser(org).code(scope="id web")).json()["access_token"]
    answer = httpx.get(org.line["base_url"] + org.data + "/limits", headers={"authorization": f"Bearer {token}"})
    assert answer.status_code == 401
    assert answer.json()[0]["message"] == "This session is not valid for use with the REST API"


def test_form_bodies_may_be_chunked(org: Served) -> None:
    body = f"grant_type=client_credentials&client_id={org.line['client_id']}&client_secret={org.line['client_secret']}"
    headers = {"content-type": "application/x-www-form-urlencoded"}
    pieces = iter([body[:30].encode(), body[30:].encode()])
    answer = httpx.post(org.line["base_url"] + TOKEN, content=pieces, headers=headers)
    assert answer.request.headers["transfer-encoding"] == "chunked"
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("version", "password", "expected"),
    [
        ("59.0", "practice", "<sessionId>00D"),
        ("59.0", "wr<ong", "<sf:exceptionCode>INVALID_LOGIN</sf:exceptionCode>"),
        ("66.0", "practice", "<sf:exceptionCode>UNSUPPORTED_API_VERSION</sf:exceptionCode>"),
    ],
)
def test_soap_login(org: Served, version: str, password: str, expected: str) -> None:
    envelope = (
        '<env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/"><env:Body>'
        f'<n1:login xmlns:n1="urn:partner.soap.sforce.com"><n1:username>{org.line["admin_username"]}</n1:username>'
        f"<n1:password>{escape(password)}</n1:password></n1:login></env:Body></env:Envelope>"
    )
    for site in ("base_url", "login_url"):
        answer = httpx.post(f"{org.line[site]}/services/Soap/u/{version}", content=envelope)
        assert expected in answer.text
        assert answer.headers["content-type"].startswith("text/xml")
        assert (answer.status_code == 200) == ("sessionId" in expected)
