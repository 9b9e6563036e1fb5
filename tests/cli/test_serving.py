"""The app as a process: it says where it is, answers, and ends in order."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import psutil
import pytest

from sfsam.cli.door import Door
from sfsam.config import Settings
from sfsam.domain.commands import ListCandidates, ListJobs, ListProfiles, ShowPosition
from sfsam.web.security import HEADERS


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def _serving(port: int, log: Path) -> Iterator[subprocess.Popen[str]]:
    """`serve` on this port, ready; ended for good if the test did not."""
    with log.open("w") as errors:
        child = subprocess.Popen(
            [sys.executable, "-m", "sfsam", "serve", "--port", str(port), "--json"],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    try:
        assert child.stdout is not None
        ready = "".join(child.stdout.readline() for _ in range(3))
        assert json.loads(ready) == {"url": f"http://127.0.0.1:{port}"}, log.read_text()
        yield child
    finally:
        child.kill()
        child.communicate()


def _get(port: int, path: str, host: str = "127.0.0.1") -> tuple[int, dict[str, str], str]:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers={"Host": host})
        response = connection.getresponse()
        return response.status, dict(response.getheaders()), response.read().decode()
    finally:
        connection.close()


def test_serve_answers_and_ends_with_everything_it_started(tmp_path: Path, data_folder: Path) -> None:
    port, log = _free_port(), tmp_path / "log"
    with _serving(port, log) as serving:
        status, headers, body = _get(port, "/healthz")
        assert (status, json.loads(body)["status"]) == (200, "ok")
        assert {name: headers.get(name.lower()) for name in HEADERS} == HEADERS
        assert "streamlit" in _get(port, "/")[2].lower()
        assert _get(port, "/", host="evil.example")[0] == 400
        with Door(Settings()) as door:
            assert not door.owned
            assert door.ask(ListJobs()) == []
        started = psutil.Process(serving.pid).children(recursive=True)
        assert started
        serving.send_signal(signal.SIGTERM)
        assert serving.wait(30) == 0
    assert psutil.wait_procs(started, timeout=10)[1] == []
    assert not (data_folder / "control.json").exists()
    assert "Traceback" not in log.read_text()


def test_the_app_ends_also_when_its_starter_is_killed(tmp_path: Path) -> None:
    with _serving(_free_port(), tmp_path / "log") as serving:
        started = psutil.Process(serving.pid).children(recursive=True)
        serving.kill()
    assert psutil.wait_procs(started, timeout=30)[1] == []


def test_what_keeps_the_app_from_starting_is_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        ended = _run("demo", "--port", str(port))
    assert (ended.returncode, ended.stdout) == (78, "")
    assert ended.stderr.startswith(f"Port {port} cannot be used")
    (tmp_path / "secret.key").touch(0o644)
    ended = _run("serve", "--port", str(_free_port()))
    assert ended.returncode == 78
    assert "chmod 600" in ended.stderr
    assert "Traceback" not in ended.stderr


def _run(*line: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sfsam", *line], capture_output=True, text=True, timeout=60, env=os.environ
    )


@pytest.mark.emulator
def test_demo_is_ready_with_data_and_ends_with_everything_it_started(tmp_path: Path, data_folder: Path) -> None:
    port = _free_port()
    line = [sys.executable, "-m", "sfsam", "demo", "--port", str(port), "--users", "50", "--orgs", "1"]
    with (tmp_path / "log").open("w") as log:
        child = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=log, text=True)
    try:
        assert child.stdout is not None
        said = child.stdout.readline()
        assert said == f"sfsam is ready: http://127.0.0.1:{port}\n", (tmp_path / "log").read_text()
        with Door(Settings()) as door:
            (profile,) = door.ask(ListProfiles())
            assert (profile["status"], profile["is_practice"]) == ("published", True)
            assert door.ask(ShowPosition())
            assert door.ask(ListCandidates())
        started = psutil.Process(child.pid).children(recursive=True)
        assert len(started) == 2, "the app, and in it the practice org"
        child.send_signal(signal.SIGINT)
        assert child.wait(60) == 0
    finally:
        child.kill()
        child.communicate()
    assert psutil.wait_procs(started, timeout=10)[1] == []
    assert not (data_folder / "control.json").exists()
