"""The app from its opening to its closing: it keeps the time, does the jobs, and leaves nothing running."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic

import pytest

from sfsam import bootstrap
from sfsam.domain.commands import ListSchedules
from sfsam.errors import SetupError
from sfsam.web import application


@pytest.fixture
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SFSAM_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SFSAM_KEY_FILE", str(tmp_path / "secret.key"))
    return tmp_path


def test_opening_looks_at_the_schedules_and_closing_ends_every_thread(data_folder: Path) -> None:
    async def live() -> set[str]:
        async with application._lifespan(None):  # type: ignore[arg-type]
            deadline = monotonic() + 10
            while not _tasks():  # the first look comes at once, in a thread of its own
                assert monotonic() < deadline, "nobody looked"
                await asyncio.sleep(0.01)
            assert _tasks() == ["housekeep", "remind", "settle"]
            assert bootstrap.current().send(ListSchedules())[0].next_run_at is not None
            return {thread.name for thread in threading.enumerate()}

    before = set(threading.enumerate())
    with ThreadPoolExecutor(1) as elsewhere:  # in this thread a browser's test may have left its own loop running
        during = elsewhere.submit(lambda: asyncio.run(live())).result(timeout=60)
    assert {"worker", "APScheduler"} <= during
    assert {thread for thread in threading.enumerate() if thread.is_alive()} <= before
    assert not (data_folder / "control.json").exists()
    with pytest.raises(SetupError):
        bootstrap.current()


def _tasks() -> list[str]:
    return [row["task"] for row in bootstrap.current().reads.rows("scheduled_jobs")]
