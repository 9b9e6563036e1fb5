"""Secrets appear nowhere: each is planted where it is used, and looked for in everything that leaves the process.

Searched are the log (at its most talkative), the database with its log and the decompressed values of every table,
staged downloads, exports in every format, backups and what is packed in them, what every command prints, the HTML of
every page, and every frame that the app sends to a browser.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request

from sfsam.cli.door import Door
from sfsam.domain.commands import MakeKeyPair, SaveConnection
from sfsam.domain.profiles import GrantType, Purpose
from sfsam.ports import Token
from sfsam.store.database import DuckDBStore
from sfsam.ui.shell import SECTIONS, START
from sfsam.vault.fernet_vault import FernetVault
from sfsam.vault.keys import load_keys
from sfsam.web.control import read_control_file
from tests.browser.planted_secrets import Places, forms
from tests.browser.walking import App, app, connect_by_log_in, settled
from tests.e2e.journey import CommandLine, PracticeProcess, practice_org, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.emulator]

WRONG_SECRET, SPARE_SECRET = "planted-wrong-secret/+=", "planted-spare-secret/+="
EXPORTS = ("unused", "subscriptions", "candidates", "position", "audit")


@dataclass
class Planted:
    """One installation that was used, what was planted in it, and where to look."""

    org: dict[str, Any]
    secrets: dict[str, str] = field(default_factory=dict)
    places: Places = field(default_factory=Places)


@pytest.fixture(scope="module")
def planted(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Planted]:
    """With an org of its own: people in it are deactivated, and a second walk must find it new."""
    with practice_org(users=60) as practice:
        yield _plant(browser, practice, tmp_path_factory.mktemp("planted"))


def _plant(browser: Browser, practice: PracticeProcess, folder: Path) -> Planted:
    org = practice.orgs[0]
    planted = Planted(org)
    for name in ("client_secret", "admin_password", "access_token", "refresh_token"):
        planted.secrets[f"the org's {name}"] = org[name]
    planted.secrets |= {"a wrong secret": WRONG_SECRET, "an unused secret": SPARE_SECRET}
    context = browser.new_context(locale="en-US", reduced_motion="reduce")
    planted.places.watch(context)
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.on("request", lambda request: _take_code(planted, request))
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SFSAM_LOG_LEVEL", "DEBUG")
        with app(folder, "serve") as running:
            _use(page, running, practice, planted)
            _open_every_page(page, running, planted)
            planted.places.add("cookies", str(context.cookies()))
            planted.places.add("storage", str(context.storage_state()))
            context.close()
    _take_sealed(running.command_line, planted)
    planted.places.add_files(folder, but=(running.command_line.settings.key_file,))
    return planted


def _take_code(planted: Planted, request: Request) -> None:
    """The authorization code comes back in the address of the callback, as OAuth has it."""
    parts = urlsplit(request.url)
    if parts.path == "/oauth/callback" and "code" in parse_qs(parts.query):
        planted.secrets["the authorization code"] = parse_qs(parts.query)["code"][0]


def _use(page: Page, running: App, practice: PracticeProcess, planted: Planted) -> None:
    """Everything that handles a secret, with and without success."""
    sfsam, org = running.command_line, practice.orgs[0]
    owner = read_control_file(sfsam.settings.control_file)
    assert owner is not None
    planted.secrets["the control token"] = owner.token
    connect_by_log_in(page, running, "Production", org, deny_first=True)
    wait_until(lambda: sfsam.done("profiles")[0]["last_download_at"], "the first download")
    planted.secrets |= {f"the key {key}": key.decode() for key in load_keys(sfsam.settings)}
    _say(planted, sfsam, *sfsam.connect_arguments(org, "Wrong"), SFSAM_TEST_SECRET=WRONG_SECRET, expect=78)
    practice.fault({"match": "oauth2/token", "kind": "html", "status": 503, "times": 9})
    _say(planted, sfsam, *sfsam.connect_arguments(org, "Wrong"), SFSAM_TEST_SECRET=SPARE_SECRET, expect=75)
    practice.clear_faults()
    _another_connection(sfsam, org)
    practice.fault({"match": "services/data", "kind": "expire_token", "nth": 2, "times": 1})
    for line in ("download Production --full", "identify", "profile validate Production", "settle", "key rotate"):
        _say(planted, sfsam, *line.split())
    planted.secrets |= {f"the key {key}": key.decode() for key in load_keys(sfsam.settings)}
    _say(planted, sfsam, "reclaim", "--all-ready", "--max-users", "1", "--yes", expect=None)
    for what in EXPORTS:
        for kind in ("csv", "xlsx", "parquet"):
            output = str(sfsam.data_dir.parent / f"{what}.{kind}")
            _say(planted, sfsam, "export", what, "--format", kind, "--output", output)
    _say(planted, sfsam, "backup", str(sfsam.data_dir.parent / "sfsam.backup"))
    for line in ("profiles", "position", "candidates", "jobs", "audit --verify", "doctor"):
        _say(planted, sfsam, *line.split(), expect=None)


def _another_connection(sfsam: CommandLine, org: dict[str, Any]) -> None:
    """For acting, by a key pair that is made here, and with a secret that is never needed."""
    with Door(sfsam.settings) as door:
        assert not door.owned
        which = {"profile": "Wrong", "purpose": Purpose.ACT}
        door.ask(MakeKeyPair(**which))
        door.ask(
            SaveConnection(
                **which,
                grant=GrantType.JWT_BEARER,
                url=org["base_url"],
                client_id=org["client_id"],
                client_secret=SPARE_SECRET,
                username=org["admin_username"],
            )
        )


def _say(planted: Planted, sfsam: CommandLine, *line: str, expect: int | None = 0, **environment: str) -> None:
    """Run a command and keep all that it prints."""
    answer = sfsam.run(*line, **environment)
    assert expect is None or answer.code == expect, (line, answer)
    planted.places.add(f"printed by {line[0]}", answer.stdout + answer.stderr)


def _open_every_page(page: Page, running: App, planted: Planted) -> None:
    profiles = {each["name"]: each["profile_id"] for each in running.command_line.done("profiles")}
    files = [START, *(entry.path for entries in SECTIONS.values() for entry in entries)]
    for file in files:
        for name in ("Production", "Wrong") if file.startswith("pages/setup/") else ("Production",):
            page.goto(f"{running.url}/{Path(file).stem}?profile={profiles[name]}")
            page.locator(".st-key-page_head p").first.wait_for()
            settled(page)
            planted.places.add(f"page {Path(file).stem}", page.content())


def _take_sealed(sfsam: CommandLine, planted: Planted) -> None:
    """What was made while it ran: open it with the key, so that it can be looked for."""
    vault = FernetVault(load_keys(sfsam.settings))
    store = DuckDBStore.open(sfsam.settings.database_path, audit_key=vault.audit_key())
    try:
        with store.begin() as work:
            connections = {each.purpose: each for each in work.profiles.connections() if each.token or each.private_key}
        with store._cursor() as cursor:
            requests = cursor.execute("SELECT state, code_verifier FROM authorization_request").fetchall()
    finally:
        store.close()
    read, act = connections[Purpose.READ], connections[Purpose.ACT]
    token = Token.model_validate_json(vault.unseal(read.connection_id, read.token))
    assert token.refresh_token
    planted.secrets |= {"the access token": token.access_token, "the refresh token": token.refresh_token}
    pem = vault.unseal(act.connection_id, act.private_key).splitlines()
    planted.secrets |= {"the private key": pem[5], "the end of the private key": pem[-2], "a PEM": "PRIVATE KEY"}
    for state, verifier in requests:
        planted.secrets[f"the verifier of {state}"] = vault.unseal(state, verifier)


def test_secrets_are_nowhere(planted: Planted) -> None:
    named = " ".join(planted.secrets)
    for kind in ("client_secret", "authorization code", "control token", "verifier", "access token", "private key"):
        assert kind in named, f"no {kind} was planted"
    assert all(len(secret) > 7 for secret in planted.secrets.values()), planted.secrets
    assert planted.places.found(planted.secrets) == []


def test_the_search_would_find_them(planted: Planted) -> None:
    """What is no secret is found wherever secrets are looked for, whatever it is packed in."""
    found = {place.split(" ws:")[0] for _, _, place in planted.places.found({"user": planted.org["admin_username"]})}
    everywhere = {
        *("data/sfsam.duckdb: connection", "sfsam.backup: tables/connection.parquet: rows"),
        *("page integration_profile", "page connection_and_credential", "websocket", "printed by profiles"),
        *("subscriptions.csv", "subscriptions.xlsx: xl/worksheets/sheet1.xml", "subscriptions.parquet: rows"),
    }
    assert everywhere - found == set(), sorted(found)
    pages = {Path(entry.path).stem for entries in SECTIONS.values() for entry in entries}
    looked_at = {place.removeprefix("page ") for place, _ in planted.places.seen if place.startswith("page ")}
    assert pages <= looked_at
    log = next(content for place, content in planted.places.seen if place == "app.log")
    assert b"DEBUG" in log


def test_every_form_of_a_secret_is_looked_for() -> None:
    secret = "sec/ret+mark ed=1?"
    hidden = [
        f"x{secret}y",
        "a=sec%2Fret%2Bmark%20ed%3D1%3F&b",
        "a=sec%2Fret%2Bmark+ed%3D1%3F&b",
        secret.encode().hex(),
    ]
    hidden += [
        base64.b64encode(before.encode() + secret.encode() + b"tail").decode() for before in ("", "a", "ab", "abc")
    ]
    hidden += [base64.urlsafe_b64encode(b"ab" + secret.encode()).decode(), secret.encode("utf-16").decode("latin-1")]
    for text in hidden:
        places = Places()
        places.add("here", text.encode("latin-1"))
        assert places.found({"it": secret}), text
    assert forms(secret)["base64"]
    places = Places()
    places.add("here", "nothing of the kind, and sec/ret alone is not it")
    assert places.found({"it": secret}) == []
