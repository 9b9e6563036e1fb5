"""An application and a person's browser, as the tests of OAuth use them."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import httpx

if TYPE_CHECKING:
    from tests.emulator.wire.conftest import Served

CALLBACK = "http://127.0.0.1:8501/oauth/callback"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
TOKEN, AUTHORIZE = "/services/oauth2/token", "/services/oauth2/authorize"


class Browser:
    """A person's browser on one site: follows nothing by itself, keeps cookies."""

    def __init__(self, org: Served, base_url: str | None = None) -> None:
        self.org = org
        self.http = httpx.Client(base_url=base_url or org.line["base_url"])

    def ask(self, **changed: str | None) -> httpx.Response:
        wanted = {
            "response_type": "code",
            "client_id": self.org.line["client_id"],
            "redirect_uri": CALLBACK,
            "state": "s t&te",
            "code_challenge": CHALLENGE,
        } | changed
        return self.http.get(AUTHORIZE, params={k: v for k, v in wanted.items() if v is not None})

    def submit(self, page: httpx.Response, **fields: str) -> httpx.Response:
        match = re.search(r'action="([^"]+)"', page.text)
        assert match, page.text
        token = re.search(r'name="form_token" value="([^"]+)"', page.text)
        hidden = {"form_token": token[1]} if token else {}
        return self.http.post(match[1].replace("&amp;", "&"), data=hidden | fields)

    def log_in(self, page: httpx.Response, password: str | None = None) -> httpx.Response:
        line = self.org.line
        answer = self.submit(page, username=line["admin_username"], password=password or line["admin_password"])
        return self.http.get(answer.headers["location"]) if answer.is_redirect else answer

    def code(self, **changed: str | None) -> str:
        page = self.ask(**changed)
        page = page if page.is_redirect else self.log_in(page)
        return answer_of(page if page.is_redirect else self.submit(page, decision="allow"))["code"]


def answer_of(response: httpx.Response) -> dict[str, str]:
    """What the browser carries to the callback."""
    assert response.status_code == 302, response.text
    assert response.headers["location"].startswith(CALLBACK + "?")
    return {name: values[0] for name, values in parse_qs(urlsplit(response.headers["location"]).query).items()}


def exchange(org: Served, base_url: str | None = None, **changed: str | None) -> httpx.Response:
    fields = {"client_id": org.line["client_id"], "client_secret": org.line["client_secret"]} | changed
    kept = {name: value for name, value in fields.items() if value is not None}
    return httpx.post((base_url or org.line["base_url"]) + TOKEN, data=kept)


def exchange_code(org: Served, code: str, **changed: str | None) -> httpx.Response:
    wanted = {"redirect_uri": CALLBACK, "code_verifier": VERIFIER} | changed
    return exchange(org, grant_type="authorization_code", code=code, **wanted)


def refusal(response: httpx.Response) -> tuple[int, str, str]:
    body = response.json()
    return response.status_code, body["error"], body["error_description"]


def limits(org: Served, token: str) -> int:
    url = org.line["base_url"] + org.data + "/limits"
    return httpx.get(url, headers={"authorization": f"Bearer {token}"}).status_code
