"""The control route: who may ask, and what comes back."""

from __future__ import annotations

import http.client
import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sfsam.domain.commands import Command, ListJobs, ShowJob
from sfsam.errors import NotFound
from sfsam.web.control import ControlFile, control_route, read_control_file
from tests.fakes.scripted import FOUND


def _send(command: Command) -> Any:
    match command:
        case ListJobs():
            return [FOUND]
        case ShowJob():
            raise NotFound("There is no such job.", "List them.")
        case _:
            raise RuntimeError("hunter2")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "control.json"


@pytest.fixture
def control(path: Path) -> Iterator[ControlFile]:
    with control_route(path, _send):
        found = read_control_file(path)
        assert found is not None
        yield found


def _post(control: ControlFile, body: object, **headers: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", control.port, timeout=10)
    given = {"Authorization": f"Bearer {control.token}"} | {name: value for name, value in headers.items() if value}
    if headers.get("Authorization") == "":
        del given["Authorization"]
    try:
        connection.request("POST", "/control", json.dumps(body), given)
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def test_whoever_reads_the_file_can_ask(control: ControlFile) -> None:
    status, body = _post(control, {"command": "ListJobs", "arguments": {"limit": 3}})
    assert (status, json.loads(body)) == (200, {"answer": [FOUND.model_dump()]})


@pytest.mark.parametrize("authorization", ["", "Bearer wrong", "Bearer ", "Basic x", "Bearer é"])
def test_nobody_else_can(authorization: str, control: ControlFile) -> None:
    status, body = _post(control, {"command": "ListJobs"}, Authorization=authorization)
    assert status == 401
    assert control.token not in body


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "10.0.0.1", "127.0.0.1.evil.example"])
def test_a_foreign_host_is_refused_even_with_the_token(host: str, control: ControlFile) -> None:
    assert _post(control, {"command": "ListJobs"}, Host=host)[0] == 400


def test_errors_come_back_with_their_remedy(control: ControlFile) -> None:
    status, body = _post(control, {"command": "ShowJob", "arguments": {"job_id": "x"}})
    error = json.loads(body)["error"]
    assert (status, error["name"], error["remedy"], error["exit_code"]) == (422, "NotFound", "List them.", 1)


@pytest.mark.parametrize("body", [None, {"command": "Nothing"}, {"command": "ShowJob", "arguments": {}}])
def test_malformed_commands_are_usage_errors(body: object, control: ControlFile) -> None:
    status, answer = _post(control, body)
    assert (status, json.loads(answer)["error"]["exit_code"]) == (422, 2)


def test_an_error_inside_says_nothing_to_the_caller(control: ControlFile) -> None:
    status, body = _post(control, {"command": "ListProfiles"})
    assert status == 500
    assert "hunter2" not in body


def test_the_file_is_for_its_owner_alone_and_goes_with_the_route(path: Path) -> None:
    with control_route(path, _send):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        found = read_control_file(path)
        assert found is not None
        assert found.pid == os.getpid()
        assert found.token not in repr(found)
    assert not path.exists()
    with pytest.raises(ConnectionRefusedError):
        _post(found, {"command": "ListJobs"})


def test_a_file_that_another_owner_wrote_meanwhile_stays(path: Path) -> None:
    with control_route(path, _send):
        with control_route(path, _send):
            newer = path.read_bytes()
        path.write_bytes(newer)
    assert path.read_bytes() == newer


@pytest.mark.parametrize("content", [None, "", "{}", '{"port": '])
def test_no_owner_can_be_read_from_no_or_half_a_file(content: str | None, path: Path) -> None:
    if content is not None:
        path.write_text(content)
    assert read_control_file(path) is None
