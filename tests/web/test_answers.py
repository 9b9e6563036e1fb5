"""The page behind a link in a mail: what each link shows, what answers, and what gives nothing away."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import date

import httpx
import pytest
from starlette.applications import Starlette

from sfsam.bootstrap import set_current
from sfsam.config import Settings
from sfsam.domain.answers import AnswerPage, AnswerSeat, LinkStatus
from sfsam.domain.commands import GiveAnswer, OpenAnswerLink
from sfsam.domain.notices import LinkPurpose
from sfsam.errors import StorageFull
from sfsam.web import answers
from sfsam.web.limits import Limiter, limited
from sfsam.web.security import middleware
from tests.fakes.awaiting import awaited
from tests.fakes.scripted import ScriptedServices, scripted_system

BASE = "http://127.0.0.1:8501"
LINK = "/answer/secret-token.signature"
SEAT = AnswerSeat(
    number="RC1", person="Anna <i>L", license="Sales & Service", org="Production", inactive_days=65, reason="<b>end"
)


def page(status: LinkStatus, purpose: LinkPurpose = LinkPurpose.KEEP) -> AnswerPage:
    until = date(2026, 12, 1)
    return AnswerPage(status=status, purpose=purpose, seats=[SEAT], answer_until=until, contact="l@acme.example")


@pytest.fixture
def services() -> Iterator[ScriptedServices]:
    system = scripted_system(Settings(base_url=BASE))
    set_current(system)
    assert isinstance(system.services, ScriptedServices)
    yield system.services
    set_current(None)
    system.close()


def ask(method: str, path: str = LINK, **more: object) -> httpx.Response:
    async def asked() -> httpx.Response:
        app = Starlette(routes=answers.ROUTES, middleware=middleware(Settings(base_url=BASE)))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE) as client:
            return await client.request(method, path, **more)  # type: ignore[arg-type]

    return awaited(asked())


@pytest.mark.parametrize("purpose", LinkPurpose)
def test_an_open_link_asks_and_looking_at_it_answers_nothing(services: ScriptedServices, purpose: LinkPurpose) -> None:
    services.answers = {OpenAnswerLink: page(LinkStatus.OPEN, purpose)}
    shown = ask("GET")
    assert ask("HEAD").status_code == shown.status_code == 200
    assert '<form method="post">' in shown.text and "until 1 December 2026" in shown.text
    assert "Sales &amp; Service" in shown.text and "Not used for 65 days" in shown.text
    assert ("Anna &lt;i&gt;L" in shown.text) is (purpose not in (LinkPurpose.KEEP, LinkPurpose.RELEASE))
    assert ("textarea id" in shown.text) is (purpose is LinkPurpose.KEEP)
    assert "secret-token" not in shown.text and "<script" not in shown.text and "<i>L" not in shown.text
    assert not any(isinstance(each, GiveAnswer) for each in services.asked)


@pytest.mark.parametrize(
    ("status", "code"),
    [(LinkStatus.USED, 200), (LinkStatus.EXPIRED, 410), (LinkStatus.CLOSED, 410), (LinkStatus.UNKNOWN, 404)],
)
def test_a_link_that_is_over_says_so_and_has_no_button(
    services: ScriptedServices, status: LinkStatus, code: int
) -> None:
    services.answers = {OpenAnswerLink: page(status), GiveAnswer: page(status)}
    for shown in (ask("GET"), ask("POST", data={"reason": "x"})):
        assert shown.status_code == code
        assert "<form" not in shown.text and "<h1>" in shown.text
        assert ("1 December 2026" in shown.text) is (status is LinkStatus.EXPIRED)


def test_the_button_answers_with_the_reason_and_the_browser_looks_again(
    services: ScriptedServices, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    services.answers = {GiveAnswer: page(LinkStatus.ANSWERED)}
    given = ask(
        "POST", data={"reason": "  Quarter end & more  "}, headers={"Origin": BASE, "Sec-Fetch-Site": "same-origin"}
    )
    assert (given.status_code, given.headers["location"]) == (303, "secret-token.signature")
    [command] = services.asked
    assert isinstance(command, GiveAnswer)
    assert command.reason == "Quarter end & more"
    assert command.token.get_secret_value() == "secret-token.signature"
    assert "secret-token" not in repr(command) + "".join(r.getMessage() for r in caplog.records if r.name != "httpx")


def test_another_site_cannot_press_the_button_and_a_flood_is_not_read(services: ScriptedServices) -> None:
    assert ask("POST", headers={"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert ask("POST", content=b"reason=" + b"x" * 10_000).status_code == 413
    assert services.asked == []


def test_the_address_goes_to_nobody_and_is_kept_nowhere(services: ScriptedServices) -> None:
    services.answers = {OpenAnswerLink: page(LinkStatus.OPEN)}
    headers = ask("GET").headers
    assert headers["referrer-policy"] == "strict-origin"
    assert headers["cache-control"] == "no-store"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["x-frame-options"] == "DENY"


def test_a_store_that_takes_nothing_is_told_without_its_reasons(services: ScriptedServices) -> None:
    services.answers = {GiveAnswer: StorageFull("The disk took no more.", "Make room.")}
    told = ask("POST", data={})
    assert told.status_code == 503
    assert "Try again in a moment" in told.text


def test_links_are_asked_for_a_limited_number_of_times(
    services: ScriptedServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    services.answers = {OpenAnswerLink: page(LinkStatus.UNKNOWN)}
    [route] = answers.ROUTES
    few = [type(route)(route.path, limited(answers._answer, Limiter(per_minute=1, burst=3)), methods=["GET"])]
    monkeypatch.setattr(answers, "ROUTES", few)
    assert [ask("GET").status_code for _ in range(5)] == [404, 404, 404, 429, 429]
