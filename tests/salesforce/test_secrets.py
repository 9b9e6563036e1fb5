"""No secret, code or token gets into a log, an error or a repr."""

from __future__ import annotations

import logging
import traceback

import pytest

from sfsam.domain.profiles import GrantType
from sfsam.errors import SfsamError
from sfsam.salesforce.client import HttpSalesforce
from tests.salesforce.company import found_company
from tests.salesforce.conftest import KeptTokens, make_connection
from tests.salesforce.paper_org import CLIENT_SECRET, PaperOrg, drop, html, oauth_refusal, refusal

CODE, VERIFIER = "aPrx-the-code", "v" * 43
CALLBACK = "http://127.0.0.1:8501/oauth/callback"


@pytest.mark.parametrize(
    ("match", "fault"),
    [
        ("none", None),
        ("oauth2/token", drop),
        ("oauth2/token", html(503)),
        ("oauth2/token", html(400)),
        ("oauth2/token", lambda _: oauth_refusal("invalid_client", "invalid client credentials")),
        ("oauth2/token", lambda _: oauth_refusal("invalid_grant", "expired access/refresh token")),
        ("services/data", lambda _: refusal(401, "INVALID_SESSION_ID", "Session expired or invalid")),
        ("services/data", lambda _: refusal(500, "UNKNOWN_EXCEPTION", "ErrorId")),
        ("services/data", drop),
    ],
)
def test_secrets_stay_secret(
    org: PaperOrg, salesforce: HttpSalesforce, caplog: pytest.LogCaptureFixture, match: str, fault: object
) -> None:
    caplog.set_level(logging.DEBUG)
    found_company(org)
    if fault is not None:
        org.fault(match, fault, times=99)
    kept = KeptTokens()
    connection = make_connection(GrantType.CLIENT_CREDENTIALS)
    opened = salesforce.open(connection, CLIENT_SECRET, kept)
    words = [repr(opened), repr(opened._session), repr(opened._session._sign_in), repr(salesforce)]
    for ask in (
        opened.identify,
        opened.check,
        lambda: salesforce.finish_authorization(
            connection, CLIENT_SECRET, code=CODE, code_verifier=VERIFIER, redirect_uri=CALLBACK
        ),
    ):
        try:
            words.append(repr(ask()))
        except SfsamError as error:
            words += [str(error), repr(error), repr(error.values), error.said]
            words += traceback.format_exception(error)
    start = salesforce.begin_authorization(connection, CALLBACK)
    words += [repr(start), caplog.text, *(repr(token) for token in kept.saved)]

    everything = "\n".join(words)
    secrets = [CLIENT_SECRET, CODE, VERIFIER, start.code_verifier, "refresh-", "!minted"]
    assert [secret for secret in secrets if secret in everything] == []


def test_the_token_is_sent_to_the_org_and_the_secret_to_the_token_endpoint_only(
    org: PaperOrg, salesforce: HttpSalesforce
) -> None:
    found_company(org)
    opened = salesforce.open(make_connection(GrantType.CLIENT_CREDENTIALS), CLIENT_SECRET, KeptTokens())
    opened.identify()
    for request in org.requests:
        is_token_call = request.url.path.endswith("/oauth2/token")
        assert (CLIENT_SECRET.encode() in request.content) == is_token_call
        assert ("Authorization" in request.headers) != is_token_call
        assert "minted" not in str(request.url)
