from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from sfsam.domain.profiles import GrantType
from sfsam.errors import (
    AddressRefused,
    AnswerTruncated,
    OutcomeUnknown,
    PermissionMissing,
    ReconnectRequired,
    RecordLocked,
    RequestLimitReached,
    SalesforceUnavailable,
    SetupError,
    SfsamError,
)
from sfsam.salesforce.client import HttpSalesforce
from sfsam.salesforce.session import Session
from tests.fakes.clock import FakeClock
from tests.salesforce.conftest import KeptTokens, Pauses, make_connection
from tests.salesforce.paper_org import CLIENT_SECRET, PaperOrg, breaking_off, drop, html, refusal, time_out

LIMITS = "/services/data/v66.0/limits/recordCount"
ASKED = {"sObjects": "User"}


def ask(session: Session) -> object:
    return session.get(LIMITS, ASKED)


def test_an_expired_session_is_renewed_once_and_the_request_repeated(
    org: PaperOrg, session: Session, tokens: KeptTokens
) -> None:
    org.valid_tokens.clear()
    assert ask(session) == {"sObjects": [{"name": "User", "count": 0}]}
    assert org.paths() == [LIMITS, "/services/oauth2/token", LIMITS]
    assert [token.access_token for token in tokens.saved] == ["00Dxx0000001gPL!minted.1"]


def test_bad_oauth_token_in_plain_text_is_an_expired_session(org: PaperOrg, session: Session) -> None:
    org.fault("recordCount", lambda _: httpx.Response(403, text="Bad_OAuth_Token"))
    ask(session)
    assert org.token_calls == 1


def test_pitfall_08_ten_refused_at_once_share_one_new_token(
    org: PaperOrg, session: Session, tokens: KeptTokens
) -> None:
    org.rotates = True
    org.valid_tokens.clear()
    together = threading.Barrier(10)

    def all_at_once(request: httpx.Request) -> httpx.Response:
        together.wait(timeout=10)
        return refusal(401, "INVALID_SESSION_ID", "Session expired or invalid")

    org.fault("recordCount", all_at_once, times=10)
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: ask(session), range(10)))

    assert len(answers) == 10
    assert org.token_calls == 1
    assert tokens.token is not None
    assert tokens.token.refresh_token == org.refresh_token == "refresh-1"


def test_a_new_token_is_saved_before_it_is_used(org: PaperOrg, session: Session, tokens: KeptTokens) -> None:
    class Full(Exception):
        pass

    def refuse(token: object) -> None:
        raise Full

    tokens.save = refuse  # type: ignore[method-assign]
    org.valid_tokens.clear()
    with pytest.raises(Full):
        ask(session)
    assert org.paths() == [LIMITS, "/services/oauth2/token"]


def test_a_token_that_another_session_renewed_is_found(org: PaperOrg, session: Session, tokens: KeptTokens) -> None:
    ask(session)
    org.valid_tokens = {"00Dxx0000001gPL!theirs"}
    assert tokens.token is not None
    tokens.token = tokens.token.model_copy(update={"access_token": "00Dxx0000001gPL!theirs"})
    ask(session)
    assert org.token_calls == 0


def test_pitfall_07_a_session_without_api_scope_is_not_refreshed(org: PaperOrg, session: Session) -> None:
    words = "This session is not valid for use with the REST API"
    org.fault("recordCount", lambda _: refusal(401, "INVALID_SESSION_ID", words), times=9)
    with pytest.raises(PermissionMissing, match="scope"):
        ask(session)
    assert org.paths() == [LIMITS]


def test_a_new_token_that_is_refused_too_ends_it(org: PaperOrg, session: Session) -> None:
    org.fault("recordCount", lambda _: refusal(401, "INVALID_SESSION_ID", "Session expired or invalid"), times=99)
    with pytest.raises(ReconnectRequired):
        ask(session)
    assert org.token_calls == 1


def test_a_revoked_refresh_token_asks_for_a_person(org: PaperOrg, session: Session) -> None:
    org.valid_tokens.clear()
    org.refresh_token = "another"
    with pytest.raises(ReconnectRequired, match="Log in again"):
        ask(session)


def test_client_credentials_mint_the_first_token(org: PaperOrg, salesforce: HttpSalesforce) -> None:
    kept = KeptTokens()
    opened = salesforce.open(make_connection(GrantType.CLIENT_CREDENTIALS), CLIENT_SECRET, kept)
    assert opened.check()
    assert len(kept.saved) == 1


def test_a_log_in_that_never_was_asks_for_a_person(org: PaperOrg, salesforce: HttpSalesforce) -> None:
    opened = salesforce.open(make_connection(), CLIENT_SECRET, KeptTokens())
    with pytest.raises(ReconnectRequired, match="Log in to Salesforce"):
        opened.identify()
    assert org.requests == []


def test_a_stored_token_for_another_host_is_not_sent(
    org: PaperOrg, salesforce: HttpSalesforce, tokens: KeptTokens
) -> None:
    assert tokens.token is not None
    tokens.token = tokens.token.model_copy(update={"instance_url": "https://evil.example"})
    with pytest.raises(AddressRefused):
        salesforce.open(make_connection(), CLIENT_SECRET, tokens).identify()
    assert org.requests == []


def test_redirects_are_not_followed(org: PaperOrg, session: Session) -> None:
    org.fault("recordCount", lambda _: httpx.Response(302, headers={"Location": "https://evil.example/"}))
    with pytest.raises(SetupError, match="redirect"):
        ask(session)
    assert len(org.requests) == 1


@pytest.mark.parametrize(
    "fault",
    [drop, time_out, html(420), html(503), html(200), lambda _: refusal(400, "UNABLE_TO_LOCK_ROW", "locked")],
    ids=["drop", "time-out", "420", "503", "HTML as 200", "lock"],
)
def test_reads_are_retried(org: PaperOrg, session: Session, pauses: Pauses, fault: object) -> None:
    org.fault("recordCount", fault, times=3)
    assert ask(session)
    assert len(org.requests) == 4
    assert len(pauses.seconds) == 3


def test_reads_give_up_in_the_end(org: PaperOrg, session: Session) -> None:
    org.fault("recordCount", html(503), times=99)
    with pytest.raises(SalesforceUnavailable) as trouble:
        ask(session)
    assert len(org.requests) == 4
    assert "Down for maintenance" in trouble.value.said


def test_an_answer_that_breaks_off_is_asked_for_again(org: PaperOrg, session: Session) -> None:
    org.fault("recordCount", breaking_off, times=2)
    assert ask(session)
    org.fault("recordCount", breaking_off, times=9)
    with pytest.raises(AnswerTruncated):
        ask(session)


def test_retry_after_is_honoured(org: PaperOrg, session: Session, pauses: Pauses) -> None:
    org.fault("recordCount", lambda _: httpx.Response(503, headers={"Retry-After": "7"}))
    ask(session)
    assert pauses.seconds == [7.0]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (drop, OutcomeUnknown),
        (time_out, OutcomeUnknown),
        (html(503), OutcomeUnknown),
        (html(200), OutcomeUnknown),
        (breaking_off, OutcomeUnknown),
        (lambda _: refusal(500, "UNKNOWN_EXCEPTION", "ErrorId 1"), OutcomeUnknown),
        (lambda _: refusal(503, "SERVER_UNAVAILABLE", "later"), SalesforceUnavailable),
        (lambda _: refusal(400, "UNABLE_TO_LOCK_ROW", "locked"), RecordLocked),
        (lambda _: refusal(403, "INSUFFICIENT_ACCESS", "no"), PermissionMissing),
    ],
    ids=["drop", "time-out", "HTML 503", "HTML 200", "half an answer", "500", "503 in JSON", "lock", "no access"],
)
def test_changes_are_never_retried(org: PaperOrg, session: Session, fault: object, error: type[SfsamError]) -> None:
    org.fault("composite", fault, times=9)
    with pytest.raises(error):
        session.write("PATCH", "/services/data/v66.0/composite/sobjects", content={"records": []})
    assert len(org.requests) == 1


def test_a_change_that_never_left_has_a_known_outcome(org: PaperOrg, session: Session) -> None:
    def unreachable(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    org.fault("composite", unreachable)
    with pytest.raises(SalesforceUnavailable):
        session.write("PATCH", "/services/data/v66.0/composite/sobjects", content={"records": []})


def test_a_change_refused_for_its_session_is_sent_again_with_a_new_token(org: PaperOrg, session: Session) -> None:
    org.valid_tokens.clear()
    assert session.write("PATCH", "/services/data/v66.0/composite/sobjects", content={"records": []}) == []
    assert org.token_calls == 1


def test_pitfall_13_a_used_up_limit_is_not_asked_again(org: PaperOrg, session: Session, pauses: Pauses) -> None:
    org.fault("recordCount", lambda _: refusal(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."))
    for _ in range(3):
        with pytest.raises(RequestLimitReached):
            ask(session)
    assert (len(org.requests), pauses.seconds) == (1, [])


def test_too_many_at_once_waits_seconds(org: PaperOrg, session: Session) -> None:
    words = "ConcurrentPerOrgLongTxn Limit exceeded."
    org.fault("recordCount", lambda _: refusal(403, "REQUEST_LIMIT_EXCEEDED", words))
    assert ask(session)


def test_our_share_of_the_limit_stops_with_its_numbers(org: PaperOrg, session: Session) -> None:
    session.usage.check_share()
    org.usage = (11_999, 15_000)
    ask(session)
    session.usage.check_share()
    org.usage = (12_000, 15_000)
    ask(session)
    with pytest.raises(RequestLimitReached, match=r"12,000 of the org's 15,000 .* 80% \(12,000\)") as stopped:
        session.usage.check_share()
    assert "2026-11-25 12:00 UTC" in stopped.value.remedy


def test_calls_bytes_and_the_orgs_clock_are_counted(org: PaperOrg, session: Session, clock: FakeClock) -> None:
    org.date = "Tue, 24 Nov 2026 12:07:00 GMT"
    ask(session)
    ask(session)
    assert session.usage.api_calls == 2
    assert session.usage.bytes_received > 0
    assert session.usage.skew_seconds == 420
    clock.advance(minutes=1)
    assert session.usage.org_now.isoformat() == "2026-11-24T12:08:00"


@pytest.mark.parametrize(("listed", "used"), [(("59.0", "66.0", "67.0"), "66.0"), (("51.0", "65.0"), "65.0")])
def test_the_version_asked_for_or_the_newest_below_is_used(
    org: PaperOrg, session: Session, listed: tuple[str, ...], used: str
) -> None:
    org.versions = listed
    assert session.data("query") == f"/services/data/v{used}/query"


def test_an_org_with_newer_versions_only_is_a_setting(org: PaperOrg, session: Session) -> None:
    org.versions = ("70.0",)
    with pytest.raises(SetupError, match="SFSAM_API_VERSION"):
        session.data("query")
