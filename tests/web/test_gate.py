"""Every route with every role by plain request, and what else the gate keeps out."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from sfsam.bootstrap import set_current, sign_in_secret
from sfsam.config import PROJECT_DIR, Settings
from sfsam.domain.rights import PAGES, ROUTES, route_roles
from sfsam.domain.roles import NOBODY, Role
from sfsam.web.application import build_app
from sfsam.web.gate import CALLER
from sfsam.web.security import HEADERS, HTTPS_HEADERS, middleware
from tests.fakes.clock import FakeClock
from tests.fakes.scripted import scripted_system

SECRET, BASE = "cookie-secret", "https://licenses.example.com"
SIGN_IN = {
    "base_url": BASE,
    "oidc_metadata_url": "https://login.example.com/.well-known/openid-configuration",
    "oidc_client_id": "sfsam",
    "oidc_client_secret": SecretStr("s"),
}
NOW = int(FakeClock().now().replace(tzinfo=UTC).timestamp())
THE_FRAME = "/{path:path}"  # Streamlit's last route: whatever is none gives the empty frame of the pages


@dataclass
class Stub:
    """The gate before something that lets in everybody, and says as whom he came."""

    settings: Settings
    host: str = "127.0.0.1"

    @property
    def client(self) -> TestClient:
        routes = [Route(f"{self.settings.path_prefix}/oauth2callback", _back), WebSocketRoute("/ws", _talk)]
        routes.append(Route("/{all:path}", _answer, methods=["GET", "POST", "PUT"]))
        app = Starlette(routes=routes, middleware=middleware(self.settings, SECRET))
        base = self.settings.base_url.removesuffix(self.settings.path_prefix)
        return TestClient(app, base_url=base, client=(self.host, 1), follow_redirects=False)


def cookie(role: str | None, secret: str = SECRET, **wrong: Any) -> dict[str, str]:
    """The cookie in which Streamlit keeps a sign-in."""
    claims = {
        **{"sub": "u1", "email": "ada@example.com", "aud": "sfsam", "iat": NOW, "exp": NOW + 60, "is_logged_in": True},
        **{"origin": BASE, "roles": [role] if role else []},
        **wrong,
    }
    return {"Cookie": "_streamlit_user=" + create_signed_value(secret, "_streamlit_user", json.dumps(claims)).decode()}


@pytest.fixture(scope="module")
def signing_in() -> Iterator[Stub]:
    """Nothing is changed by whoever knocks, so one system is enough."""
    with running(Settings(**SIGN_IN)) as stub:
        yield stub


@contextmanager
def running(settings: Settings) -> Iterator[Stub]:
    system = scripted_system(settings)
    set_current(system)
    yield Stub(settings)
    set_current(None)
    system.close()


def test_every_route_of_the_app_has_its_line_in_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    app = build_app(str(PROJECT_DIR / "app.py"))
    paths = {route.path.split("/{")[0] for route in app._build_starlette_app().routes}  # type: ignore[attr-defined]
    paths = {path.removesuffix("/interact").removesuffix("/mcp").removesuffix("/openapi.json") for path in paths}
    assert paths - {""} <= set(ROUTES), "add the route to sfsam/domain/rights.py"
    assert set(ROUTES) - paths <= {"/static", "/_stcore/script-health-check"}, "a line of the table is of no route"
    assert {route_roles(f"/{page}") for page in PAGES} == {None}


@pytest.mark.parametrize("role", [*Role, None, "signed out"], ids=str)
def test_a_route_is_open_to_its_roles_and_to_no_other(signing_in: Stub, role: Role | str | None) -> None:
    client = signing_in.client
    headers = {} if role == "signed out" else cookie(role)
    for path, roles in ROUTES.items():
        for address in (path, f"{path}/below"):
            status = client.get(address, headers=headers).status_code
            if roles == NOBODY:
                assert status == 404, path
            elif roles is None or role in roles:
                assert status in (200, 302), path
            else:
                assert status == (401 if role == "signed out" else 403), path


@pytest.mark.parametrize(
    "wrong",
    [
        {"exp": NOW},
        {"iat": NOW - 13 * 3600, "exp": NOW + 60},
        {"aud": "another"},
        {"origin": "https://evil.example"},
        {"is_logged_in": False},
        {"secret": "another"},
    ],
    ids=str,
)
def test_a_sign_in_that_is_over_foreign_or_forged_is_none(signing_in: Stub, wrong: dict[str, Any]) -> None:
    good = signing_in.client.get("/media/x.csv", headers=cookie("admin"))
    assert (good.text, good.headers["Cache-Control"]) == ("ada@example.com", "no-store")
    assert signing_in.client.get("/media/x.csv", headers=cookie("admin", **wrong)).status_code == 401


def test_a_person_who_follows_a_link_is_led_to_the_door(signing_in: Stub) -> None:
    answer = signing_in.client.get("/oauth/start?profile=p1", headers={"Sec-Fetch-Dest": "document"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


@pytest.mark.parametrize(
    ("headers", "is_let_in"),
    [
        ({}, True),  # no browser: no cookie of anybody comes along by itself
        ({"Sec-Fetch-Site": "same-origin", "Origin": BASE}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "https://["}, False),
    ],
)
def test_no_other_site_posts_in_somebodys_name(signing_in: Stub, headers: dict[str, str], is_let_in: bool) -> None:
    for path in ("/answer/link", "/_stcore/upload_file/a/b"):
        answer = signing_in.client.post(path, headers=cookie("admin") | headers)
        assert answer.status_code == (200 if is_let_in else 403)
    assert signing_in.client.get("/overview", headers=headers).status_code == 200  # a link from anywhere is fine


@pytest.mark.parametrize("query", ["code=c&state=s", "error=access_denied&state=s"])
def test_a_sign_in_that_was_refused_says_so(signing_in: Stub, query: str) -> None:
    client = signing_in.client
    assert client.get(f"/oauth2callback?{query}").headers["location"] == "/?sign_in=refused"
    assert client.get(f"/oauth2callback?{query}&good=1").headers["location"] == "/"
    assert client.get("/oauth2callback").headers["location"] == "/"  # back from signing out


def test_cookies_and_headers_are_for_https_where_people_come_by_it(signing_in: Stub) -> None:
    answer = signing_in.client.get("/overview")
    assert {name: answer.headers[name] for name in HEADERS | HTTPS_HEADERS} == HEADERS | HTTPS_HEADERS
    assert answer.headers["set-cookie"].endswith("; Secure")
    plain = Stub(Settings()).client.get("/overview")
    assert not HTTPS_HEADERS.keys() & {name.title() for name in plain.headers}
    assert "Secure" not in plain.headers["set-cookie"]


@pytest.mark.parametrize(
    ("host", "is_let_in"), [("127.0.0.1", True), ("::1", True), ("127.8.0.1", True), ("10.0.0.7", False), ("", False)]
)
def test_without_a_sign_in_other_machines_are_refused(host: str, is_let_in: bool) -> None:
    client = Stub(Settings(), host).client
    answer = client.get("/overview")
    assert answer.status_code == (200 if is_let_in else 403)
    assert is_let_in or "this machine only" in answer.text
    if is_let_in:
        with client.websocket_connect("ws://127.0.0.1/ws"):
            return
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("ws://127.0.0.1/ws"):
        raise AssertionError("let in")


def test_without_a_sign_in_what_a_proxy_passes_on_is_refused() -> None:
    client = Stub(Settings(base_url=BASE)).client
    assert client.get("/overview").status_code == 403
    assert client.get("/overview", headers={"Host": "localhost:8501"}).status_code == 200


def test_without_a_sign_in_this_machine_may_ask_every_route_but_the_closed_ones() -> None:
    client = Stub(Settings()).client
    assert client.get("/media/x").text == "local"
    assert client.get("/_stcore/metrics").status_code == 404


@pytest.mark.usefixtures("signing_in")
def test_behind_a_path_the_table_is_asked_below_it() -> None:
    client = Stub(Settings(**SIGN_IN | {"base_url": f"{BASE}/licenses"})).client
    assert client.get("/licenses/media/x").status_code == 401
    assert client.get("/licenses/media/x", headers=cookie("analyst")).status_code == 200
    assert client.get("/media/x").status_code == 401
    assert client.get("/licenses/_stcore/metrics").status_code == 404


def test_of_the_routes_only_an_answer_link_is_answered_by_sfsam_itself() -> None:
    """Every other route says who asks: `System.send` without a caller has every right."""
    nameless = set()
    for path in (PROJECT_DIR / "sfsam" / "web").glob("*.py"):
        calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
        sends = [call for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr == "send"]
        nameless |= {path.name for call in sends if len(call.args) + len(call.keywords) == 1}
    assert nameless == {"answers.py"}


def test_a_sign_in_outlives_a_restart_and_ends_with_the_key(tmp_path: Path) -> None:
    settings = Settings(key_file=tmp_path / "secret.key")
    secret = sign_in_secret(settings)
    assert sign_in_secret(settings) == secret
    (tmp_path / "secret.key").write_bytes(Fernet.generate_key())
    assert sign_in_secret(settings) != secret


def _answer(request: Request) -> Response:
    caller = request.scope.get(CALLER)
    response = PlainTextResponse(caller.actor if caller else "")
    response.set_cookie("x", "y", httponly=True)
    return response


def _back(request: Request) -> Response:
    response = RedirectResponse("/", 302)
    if "good" in request.query_params:
        response.set_cookie("_streamlit_user", "signed")
    else:
        response.delete_cookie("_streamlit_user")
    return response


async def _talk(socket: WebSocket) -> None:
    await socket.accept()
    await socket.close()
