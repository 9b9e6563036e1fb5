"""What is logged: in one of two forms, and never a secret or somebody's address."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Literal

import pytest

from sfsam import logs

SESSION = (
    "00Dxx0000001gPL!AQcAQH0dMHZfz972Szmpkb58urFRkgeBGsxL_QJWwYMfAbUeeG7c1E6LYUfiDUkWe6H34r1AAwOR8B8fLEz6n04NPGRrq0FM"
)
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiIzTVZHOTlPIn0.iYCthqWCQucwi35yFs-nWNgpF5NA_a46fXDTNIY8"
SEALED = "gAAAAABnRxUu3k9s0v1mWq7d8gJ2Hc4n5bQe6LzXyTtPRoaKfVbNwZiUh1oM0sDq"
SECRETS = [
    SESSION,
    SESSION.replace("!", "%21"),
    "5Aep861zzz4fWc8uPqV5uYmbBV9dXXkGSmpQ7eL2.2q4qyuRe",
    JWT,
    SEALED,
    "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\n-----END PRIVATE KEY-----",
    "s3cr3t-of-the-app",
    "aPrx.the.code",
    "anna.o'neil+test@acme.example.com",
    "anna%40acme.example",
]
LINES = [
    f"sent Authorization: Bearer {SESSION}",
    f"GET /services/oauth2?sid={SECRETS[1]}&x=1",
    f"refresh {SECRETS[2]} was taken",
    f"assertion {JWT} refused",
    f"sealed {SEALED} cannot be opened",
    f"key {SECRETS[5]} read",
    'answer {"client_secret": "s3cr3t-of-the-app", "id": 1}',
    "POST grant_type=x&client_secret=s3cr3t-of-the-app&scope=api",
    "GET /oauth/callback?code=aPrx.the.code&display=page",
    "the Run As user anna.o'neil+test@acme.example.com is frozen",
    "GET /users/anna%40acme.example",
]
KEPT = (
    "job 1f (download) failed: exit code: 78, org 00Dxx0000001gPLEAY, user 005xx000001SwiUAAS, 12:30 UTC, state=running"
)


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    factory, level = logging.getLogRecordFactory(), logging.root.level
    yield
    logging.setLogRecordFactory(factory)
    logging.root.setLevel(level)
    logging.root.handlers.clear()


def _configure(level: str, form: Literal["text", "json"]) -> None:
    """Without the handlers that pytest has put up for this test."""
    logging.root.handlers.clear()
    logs.configure(level, form)


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_secret_and_no_address_is_logged_by_anybody(
    capsys: pytest.CaptureFixture[str], form: Literal["text", "json"]
) -> None:
    _configure("DEBUG", form)
    foreign = logging.getLogger("somebody.elses")
    foreign.propagate, foreign.handlers = False, [logging.StreamHandler()]
    for logger in (logging.getLogger("sfsam.test"), foreign):
        for line in LINES:
            logger.warning(line)
            logger.error("%s and %d", line, 1, extra={"more": line} if form == "json" else None)
            try:
                raise ValueError(line)
            except ValueError:
                logger.exception("it failed")
    printed = capsys.readouterr().err
    assert [secret for secret in SECRETS if secret in printed.replace("\\n", "\n")] == []
    assert printed.count("raise ValueError(line)") == 2 * len(LINES)
    assert "test_no_secret_and_no_address" in printed


def test_what_is_no_secret_stays(capsys: pytest.CaptureFixture[str]) -> None:
    _configure("info", "json")
    logging.getLogger("sfsam.jobs").info("%s", KEPT, extra={"job_id": "1f", "profile_id": "p1"})
    logging.getLogger("sfsam.jobs").debug("too quiet")
    logging.getLogger("httpx").info("GET https://acme.my.salesforce.com")
    logging.getLogger("sfsam.jobs").info("arguments do not fit: %s %s", "one")
    first, second = map(json.loads, capsys.readouterr().err.splitlines())
    assert first.pop("at").endswith("+00:00")
    assert first == {
        "level": "INFO",
        "logger": "sfsam.jobs",
        "message": KEPT,
        "job_id": "1f",
        "profile_id": "p1",
    }
    assert second["message"] == "arguments do not fit: %s %s"


def test_a_second_call_replaces_the_first(capsys: pytest.CaptureFixture[str]) -> None:
    _configure("INFO", "json")
    logs.configure("WARNING", "text")
    logging.getLogger("sfsam").info("not this")
    logging.getLogger("sfsam").warning("this")
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith("WARNING sfsam: this")


def test_the_servers_own_lines_take_our_form(capsys: pytest.CaptureFixture[str]) -> None:
    server = logging.getLogger("uvicorn.error")
    before = server.handlers, server.propagate
    server.handlers, server.propagate = [logging.StreamHandler(io.StringIO())], False
    try:
        _configure("INFO", "json")
        server.error("Exception in ASGI application")
        assert json.loads(capsys.readouterr().err)["logger"] == "uvicorn.error"
    finally:
        server.handlers, server.propagate = before
