"""The command that serves practice orgs: its ports, its one line, its end."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.e2e.journey import PROJECT, PracticeProcess

pytestmark = pytest.mark.emulator


def emulator(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "sfsam", "emulator", "--users", "50", *arguments]
    return subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def port(url: str) -> int:
    return urlsplit(url).port or 0


def test_orgs_and_login_host_follow_each_other(practice_org: PracticeProcess) -> None:
    first, second = practice_org.orgs
    assert port(second["base_url"]) == port(first["base_url"]) + 1
    assert port(second["tls_url"]) == port(first["tls_url"]) + 1
    assert port(first["login_url"]) == port(second["login_url"]) == port(first["base_url"]) + 2
    assert first["org_id"] != second["org_id"]
    assert first["client_id"] != second["client_id"]


def test_each_org_knows_its_own_administrator(practice_org: PracticeProcess) -> None:
    for org in practice_org.orgs:
        headers = {"authorization": f"Bearer {org['access_token']}"}
        info = httpx.get(org["base_url"] + "/services/oauth2/userinfo", headers=headers).json()
        assert (info["user_id"], info["preferred_username"]) == (org["admin_user_id"], org["admin_username"])
        assert info["organization_id"] == org["org_id"]


def test_the_key_is_readable_by_its_owner_alone(practice_org: PracticeProcess) -> None:
    folder = Path(practice_org.ca_file).parent
    assert folder.stat().st_mode & 0o777 == 0o700
    assert [(file.name, file.stat().st_mode & 0o077) for file in folder.glob("*.key")] == [("server.key", 0)]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly_after_one_line(number: signal.Signals) -> None:
    process = emulator("--port", "0")
    assert process.stdout is not None
    ready = json.loads(process.stdout.readline())
    folder = Path(ready["ca_file"]).parent
    assert folder.is_dir()
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, "Traceback" in err) == (0, "", False)
    assert not folder.exists()


def test_a_busy_port_is_said_in_one_sentence() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        process = emulator("--port", str(taken))
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (78, "")
    assert f"port {taken} is not free" in err
    assert "Traceback" not in err
