"""The real practice org behind the port, as its own process."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from sfsam.config import Settings
from sfsam.practice.process import ProcessPracticeOrgs

pytestmark = pytest.mark.emulator


def test_it_starts_is_found_again_and_ends(tmp_path: Path) -> None:
    practice = ProcessPracticeOrgs(Settings(data_dir=tmp_path))
    try:
        orgs = practice.start(users=50, orgs=2, seed=1)
        assert len({org.org_id for org in orgs}) == 2
        assert all(org.client_id and org.client_secret for org in orgs)
        assert practice.running() == orgs
        assert stat.S_IMODE((tmp_path / "practice.json").stat().st_mode) == 0o600
    finally:
        practice.stop()
    assert practice.running() == []
    try:
        again = practice.start(users=50, orgs=2, seed=1)
        assert [(org.org_id, org.client_id, org.client_secret) for org in again] == [
            (org.org_id, org.client_id, org.client_secret) for org in orgs
        ], "stored connections stay valid"
    finally:
        practice.stop()


def test_the_command_ends_when_its_input_closes() -> None:
    line = [sys.executable, "-m", "sfsam", "emulator", "--port", "0", "--users", "50", "--end-with-stdin"]
    with subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        assert '"base_url"' in child.stdout.readline()
        process = psutil.Process(child.pid)
        child.stdin.close()
        assert child.wait(20) == 0
        assert not process.is_running()
