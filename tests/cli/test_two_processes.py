"""Two commands at once: whoever comes second asks the first, and gets the same answer."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from sfsam.cli.door import Door
from sfsam.config import Settings
from sfsam.domain.commands import ListJobs, ShowJob
from sfsam.errors import NotFound, StoreBusy
from sfsam.web.control import read_control_file

HOLD_THE_DOOR = """
import sys
from sfsam.cli.door import Door
from sfsam.config import Settings
with Door(Settings()):
    print("open", flush=True)
    sys.stdin.read()
"""
HOLD_THE_FILE_ONLY = """
import sys
import duckdb
connection = duckdb.connect(sys.argv[1])
print("open", flush=True)
sys.stdin.read()
"""


@contextmanager
def _process(program: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A Python program that says when it is so far, and ends when its input does."""
    child = subprocess.Popen(
        [sys.executable, "-c", program, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    try:
        assert child.stdout.readline() == "open\n"
        yield child
    finally:
        child.communicate(timeout=30)


def _sfsam(*line: str) -> Any:
    """The JSON that a command in a process of its own prints."""
    ended = subprocess.run([sys.executable, "-m", "sfsam", *line, "--json"], capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


def test_the_second_asks_the_first_and_has_its_job_done_there(data_folder: Path) -> None:
    with _process(HOLD_THE_DOOR) as first:
        owner = read_control_file(data_folder / "control.json")
        assert owner is not None
        assert owner.pid == first.pid
        assert _sfsam("settle") == {"open_before": 0, "open_after": 0, "outcomes": []}
        through_the_first = _sfsam("jobs")
    assert first.returncode == 0
    assert not (data_folder / "control.json").exists()
    assert _sfsam("jobs") == through_the_first
    assert [(job["kind"], job["state"]) for job in through_the_first] == [("settle", "succeeded")]


def test_errors_are_the_same_through_the_first(data_folder: Path) -> None:
    with _process(HOLD_THE_DOOR), Door(Settings()) as door, pytest.raises(NotFound) as asked:
        assert not door.owned
        door.ask(ShowJob(job_id="x"))
    with Door(Settings()) as door, pytest.raises(NotFound) as own:
        assert door.owned
        door.ask(ShowJob(job_id="x"))
    assert (asked.value.what, asked.value.remedy) == (own.value.what, own.value.remedy)


def test_when_the_owner_goes_the_one_who_asked_becomes_the_owner(data_folder: Path) -> None:
    with _process(HOLD_THE_DOOR) as first, Door(Settings()) as door:
        assert not door.owned
        first.kill()
        first.wait(10)
        assert (data_folder / "control.json").exists(), "a killed owner leaves its file behind"
        assert door.ask(ListJobs()) == []
        assert door.owned


def test_a_holder_that_does_not_answer_is_busy(data_folder: Path) -> None:
    data_folder.mkdir()
    with _process(HOLD_THE_FILE_ONLY, str(data_folder / "sfsam.duckdb")), pytest.raises(StoreBusy) as caught:
        Door(Settings(), patience_seconds=0.2).__enter__()
    assert caught.value.exit_code == 75
