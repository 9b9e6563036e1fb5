"""The way to Salesforce's log-in and back, as a browser walks it; and what every answer carries."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.client import HTTPConnection

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.testclient import TestClient

from sfsam.bootstrap import current, set_current
from sfsam.config import Settings
from sfsam.domain.answers import AuthorizationAnswer, AuthorizedAnswer
from sfsam.domain.commands import BeginAuthorization, Connect, CreateToken, Enqueue, FinishAuthorization
from sfsam.domain.profiles import Purpose
from sfsam.errors import ClientRejected, NotFound, RefusedError
from sfsam.web.application import below
from sfsam.web.security import HEADERS, middleware
from sfsam.web.sign_in import COOKIE, ROUTES
from tests.fakes.scripted import ScriptedServices, scripted_system

STATE = "state-1"
LOG_IN = f"https://acme.my.salesforce.com/services/oauth2/authorize?state={STATE}&client_id=x"
SETTINGS = Settings(base_url="http://127.0.0.1:8501")


@dataclass
class Browser:
    """Follows nothing by itself, and keeps the one cookie."""

    port: int
    cookie: str = ""
    host: str = "127.0.0.1:8501"
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> tuple[int, str]:
        """The status, and where it sends us."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path, headers={"Host": self.host, "Cookie": self.cookie})
            response = connection.getresponse()
            self.headers = {name.lower(): value for name, value in response.getheaders()}
            if "set-cookie" in self.headers:
                self.cookie = self.headers["set-cookie"].split(";")[0]
            return response.status, self.headers.get("location", "")
        finally:
            connection.close()


@pytest.fixture
def services() -> Iterator[ScriptedServices]:
    system = scripted_system(SETTINGS)
    set_current(system)
    assert isinstance(system.services, ScriptedServices)
    system.services.answers = {
        BeginAuthorization: AuthorizationAnswer(profile_id="p1", url=LOG_IN),
        FinishAuthorization: AuthorizedAnswer(profile_id="p1", purpose=Purpose.READ, accept_other_org=False),
        Enqueue: None,
    }
    yield system.services
    set_current(None)
    system.close()


@pytest.fixture
def browser(services: ScriptedServices) -> Iterator[Browser]:
    app = Starlette(routes=ROUTES, middleware=middleware(SETTINGS))
    server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_level="warning"))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        yield Browser(listening.getsockname()[1])
        server.should_exit = True
        thread.join()


def test_there_and_back_connects_the_org(browser: Browser, services: ScriptedServices) -> None:
    assert browser.get("/oauth/start?profile=p1") == (303, LOG_IN)
    assert browser.get(f"/oauth/callback?state={STATE}&code=c1") == (303, "/welcome?connected=p1")
    assert services.asked == [
        BeginAuthorization(profile="p1"),
        FinishAuthorization(state=STATE, code="c1"),
        Enqueue(job=Connect(profile="p1")),
    ]


def test_the_cookie_is_out_of_reach_of_scripts_and_foreign_sites(browser: Browser) -> None:
    browser.get("/oauth/start?profile=p1")
    cookie = browser.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/oauth" in cookie
    assert browser.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("cookie", ["", f"{COOKIE}=garbage", f"{COOKIE}={STATE}"])
def test_a_return_that_this_browser_did_not_begin_is_refused(
    cookie: str, browser: Browser, services: ScriptedServices
) -> None:
    browser.cookie = cookie
    assert browser.get(f"/oauth/callback?state={STATE}&code=c1") == (303, "/welcome?error=state")
    assert services.asked == []


@pytest.mark.parametrize("query", ["", "state=&code=c", "state=other&code=c"])
def test_another_state_is_refused(query: str, browser: Browser, services: ScriptedServices) -> None:
    browser.get("/oauth/start?profile=p1")
    assert browser.get(f"/oauth/callback?{query}") == (303, "/welcome?error=state")
    assert services.asked == [BeginAuthorization(profile="p1")]


def test_a_denied_log_in_is_told_as_such_and_uses_the_state_up(browser: Browser, services: ScriptedServices) -> None:
    services.answers[FinishAuthorization] = RefusedError("Denied.", "Allow it.")
    browser.get("/oauth/start?profile=p1")
    back = browser.get(f"/oauth/callback?state={STATE}&error=access_denied&error_description=end-user+denied")
    assert back == (303, "/welcome?error=access_denied")
    assert services.asked[-1] == FinishAuthorization(
        state=STATE, error="access_denied", error_description="end-user denied"
    )


def test_an_error_of_the_exchange_is_named(browser: Browser, services: ScriptedServices) -> None:
    services.answers[FinishAuthorization] = ClientRejected("Wrong secret.", "Enter it again.")
    browser.get("/oauth/start?profile=p1")
    assert browser.get(f"/oauth/callback?state={STATE}&code=c")[1] == "/welcome?error=ClientRejected"


def test_below_a_path_the_way_back_and_the_cookie_are_below_it_too(services: ScriptedServices) -> None:
    settings = Settings(base_url="http://127.0.0.1:8501/licenses")
    set_current(replace(current(), settings=settings))
    app = Starlette(routes=below(settings.path_prefix, ROUTES), middleware=middleware(settings))
    client = TestClient(app, base_url="http://127.0.0.1:8501", client=("127.0.0.1", 1), follow_redirects=False)
    begun = client.get("/licenses/oauth/start?profile=p1")
    assert (begun.headers["location"], "Path=/licenses/oauth" in begun.headers["set-cookie"]) == (LOG_IN, True)
    back = client.get(f"/licenses/oauth/callback?state={STATE}&code=c1")
    assert back.headers["location"] == "/licenses/welcome?connected=p1"
    assert client.get("/oauth/start?profile=p1").status_code == 404


def test_an_unknown_profile_comes_back_to_the_welcome_page(browser: Browser, services: ScriptedServices) -> None:
    services.answers[BeginAuthorization] = NotFound("No such profile.", "Choose one.")
    assert browser.get("/oauth/start?profile=p9") == (303, "/welcome?error=NotFound")


def test_the_log_in_begins_on_the_address_it_will_return_to(browser: Browser) -> None:
    browser.host = "localhost:8501"
    assert browser.get("/oauth/start?profile=p1") == (303, "http://127.0.0.1:8501/oauth/start?profile=p1")


@pytest.mark.parametrize("path", ["/oauth/start?profile=p1", "/oauth/callback", "/nowhere"])
def test_every_answer_carries_the_security_headers(path: str, browser: Browser) -> None:
    browser.get(path)
    assert {name: browser.headers.get(name.lower()) for name in HEADERS} == HEADERS


def test_a_foreign_host_is_refused(browser: Browser) -> None:
    browser.host = "evil.example"
    assert browser.get("/oauth/start?profile=p1")[0] == 400


# ── From the playbook ────────────────────────────────────────────────────────────────────────


def test_the_playbook_begins_for_its_purpose_and_gets_the_browser_back(
    browser: Browser, services: ScriptedServices
) -> None:
    services.answers[FinishAuthorization] = AuthorizedAnswer(
        profile_id="p1", purpose=Purpose.ACT, accept_other_org=True
    )
    browser.get("/oauth/start?profile=p1&purpose=act&other_org=1&back=playbook")
    assert services.asked[-1] == BeginAuthorization(profile="p1", purpose=Purpose.ACT, accept_other_org=True)
    back = browser.get(f"/oauth/callback?state={STATE}&code=c")
    assert back == (303, "/connection_and_credential?profile=p1&connected=p1")
    assert services.asked[-1] == Enqueue(job=CreateToken(profile="p1", purpose=Purpose.ACT, accept_other_org=True))


@pytest.mark.parametrize("code", ["forged", "replayed", "expired", "other_org"])
def test_what_was_wrong_comes_back_to_the_page_it_began_on(
    browser: Browser, services: ScriptedServices, code: str
) -> None:
    services.answers[FinishAuthorization] = RefusedError("No.", "Again.", code=code)
    browser.get("/oauth/start?profile=p1&back=playbook")
    back = browser.get(f"/oauth/callback?state={STATE}&code=c")
    assert back == (303, f"/connection_and_credential?profile=p1&error={code}")


def test_a_return_in_a_second_browser_session_is_refused_and_spends_nothing(
    browser: Browser, services: ScriptedServices
) -> None:
    browser.get("/oauth/start?profile=p1&back=playbook")
    asked = list(services.asked)
    second = Browser(browser.port)
    assert second.get(f"/oauth/callback?state={STATE}&code=c") == (303, "/welcome?error=state")
    assert browser.get("/oauth/callback?state=another&code=c")[1] == "/connection_and_credential?profile=p1&error=state"
    assert services.asked == asked


@pytest.mark.parametrize("back", ["https://evil.example", "//evil.example", "", "nowhere"])
def test_the_browser_is_never_sent_elsewhere(browser: Browser, services: ScriptedServices, back: str) -> None:
    browser.get(f"/oauth/start?profile=p1&back={back}")
    assert browser.get(f"/oauth/callback?state={STATE}&code=c")[1] == "/welcome?connected=p1"
    assert services.asked[-1] == Enqueue(job=Connect(profile="p1"))
