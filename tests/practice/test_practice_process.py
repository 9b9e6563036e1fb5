"""The practice org's process: started once, found again, ended with its starter."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from sfsam.config import Settings
from sfsam.errors import SetupError
from sfsam.practice.memory import recall
from sfsam.practice.process import ProcessPracticeOrgs

FAKE = [sys.executable, str(Path(__file__).with_name("fake_emulator.py"))]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path)


@pytest.fixture
def practice(settings: Settings) -> Iterator[ProcessPracticeOrgs]:
    orgs = ProcessPracticeOrgs(settings, FAKE)
    yield orgs
    orgs.stop()


def _pid(settings: Settings) -> int:
    known = recall(settings.data_dir / "practice.json")
    assert known is not None
    return known.pid


def test_it_starts_and_tells_its_orgs(practice: ProcessPracticeOrgs, settings: Settings) -> None:
    assert practice.running() == []
    orgs = practice.start(users=20, orgs=2, seed=1)
    assert [org.name for org in orgs] == ["Northwind", "Northwind"]
    assert practice.running() == orgs
    memory = settings.data_dir / "practice.json"
    assert stat.S_IMODE(memory.stat().st_mode) == 0o600
    assert "not kept" not in memory.read_text()


def test_a_second_start_finds_the_first(practice: ProcessPracticeOrgs, settings: Settings) -> None:
    orgs = practice.start(users=20, orgs=1, seed=1)
    pid = _pid(settings)
    assert ProcessPracticeOrgs(settings, FAKE).start(users=20, orgs=1, seed=1) == orgs
    assert _pid(settings) == pid


def test_another_population_is_another_process(practice: ProcessPracticeOrgs, settings: Settings) -> None:
    practice.start(users=20, orgs=1, seed=1)
    first = _pid(settings)
    practice.start(users=30, orgs=1, seed=1)
    second = _pid(settings)
    practice.start(users=30, orgs=1, seed=1, scenario="merger")
    assert not psutil.pid_exists(first)
    assert not psutil.pid_exists(second)
    assert len({first, second, _pid(settings)}) == 3


def test_after_a_crash_it_comes_back_on_the_same_address(practice: ProcessPracticeOrgs, settings: Settings) -> None:
    assert any(_comes_back(practice, settings) for _ in range(3)), "another process may take its port meanwhile, once"


def _comes_back(practice: ProcessPracticeOrgs, settings: Settings) -> bool:
    """Whether it has its address again after a crash."""
    (before,) = practice.start(users=20, orgs=1, seed=1)
    os.kill(_pid(settings), signal.SIGKILL)
    psutil.wait_procs([psutil.Process(_pid(settings))], timeout=5)
    assert practice.running() == []
    (after,) = practice.start(users=20, orgs=1, seed=1)
    return after.base_url == before.base_url


def test_when_its_address_was_taken_it_finds_another(practice: ProcessPracticeOrgs) -> None:
    (before,) = practice.start(users=20, orgs=1, seed=1)
    practice.stop()
    with socket.create_server(("127.0.0.1", int(before.base_url.rsplit(":", 1)[1]))):
        (after,) = practice.start(users=20, orgs=1, seed=1)
    assert after.base_url != before.base_url
    assert practice.running() == [after]


def test_stopping_ends_it_also_when_another_run_started_it(practice: ProcessPracticeOrgs, settings: Settings) -> None:
    practice.start(users=20, orgs=1, seed=1)
    ProcessPracticeOrgs(settings, FAKE).stop()
    assert practice.running() == []
    practice.stop()


def test_its_refusal_is_told_with_its_own_words(practice: ProcessPracticeOrgs) -> None:
    with pytest.raises(SetupError) as caught:
        practice.start(users=20, orgs=1, seed=13)
    assert caught.value.said == "seed 13 is not served"


def test_it_ends_when_its_starter_is_killed(settings: Settings) -> None:
    program = (
        "import sys, time; from pathlib import Path; from sfsam.config import Settings;"
        "from sfsam.practice.process import ProcessPracticeOrgs;"
        f"ProcessPracticeOrgs(Settings(data_dir=Path({str(settings.data_dir)!r})), {FAKE!r})"
        ".start(users=20, orgs=1, seed=1); print('started', flush=True); time.sleep(60)"
    )
    starter = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    assert starter.stdout is not None
    with starter.stdout:
        assert starter.stdout.readline() == b"started\n"
        process = psutil.Process(_pid(settings))
        starter.kill()
        starter.wait(10)
    _, alive = psutil.wait_procs([process], timeout=10)
    assert not alive
