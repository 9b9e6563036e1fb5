"""kill -9 at random moments of downloads and of reclaims: 500 of each in `make campaign`, by a seed that is printed.

The windows that matter are met one by one in tests/e2e/test_killed_while_downloading.py and _reclaiming.py, in CI
too; here chance looks for one that nobody thought of.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from tests.e2e import test_killed_while_reclaiming as reclaiming
from tests.e2e.journey import CommandLine, PracticeProcess, practice_org

pytestmark = [pytest.mark.emulator, pytest.mark.campaign, pytest.mark.timeout(4 * 3600)]

KILLS = int(os.environ.get("SFSAM_TEST_KILLS", "500"))
SEED = int(os.environ.get("SFSAM_TEST_SEED", "20261124"))
NOON = "2026-11-24T12:00:00+00:00"
DOWNLOAD = ("download", "Production", "--full")
MOVED = 60


def test_downloads(tmp_path: Path, tell: Callable[[str], None]) -> None:
    """The org stands so or so; after each kill the data shows one of the two, whole, and the next download works."""
    chance, found = random.Random(SEED), Counter[str]()
    with practice_org(users=400, now=NOON) as practice:
        sfsam = CommandLine(tmp_path)
        sfsam.connect(practice.orgs[0])
        snapshots, seconds = {}, 0.0
        for name in ("one", "other"):
            _stand(practice, name)
            began = monotonic()
            sfsam.done(*DOWNLOAD)
            seconds = monotonic() - began
            snapshots[name] = sfsam.what_stands()
        assert snapshots["one"] != snapshots["other"]
        for turn in range(KILLS):
            _stand(practice, "one" if turn % 2 == 0 else "other")
            ended = _killed_after(sfsam, DOWNLOAD, chance.uniform(0, 1.1 * seconds))
            stands = sfsam.what_stands()
            shows = [name for name, snapshot in snapshots.items() if snapshot == stands]
            differ = {
                name: sorted(table for table in snapshot if snapshot[table] != stands.get(table))
                for name, snapshot in snapshots.items()
            }
            assert len(shows) == 1, f"a mixture after kill {turn} of seed {SEED}: differs from {differ}"
            found[f"{'ended before' if ended else 'killed'}, shows {shows[0]}"] += 1
        _stand(practice, "one")
        sfsam.done(*DOWNLOAD)
        assert sfsam.what_stands() == snapshots["one"]
        assert not sfsam.staging_dirs
        assert not [job for job in sfsam.done("jobs") if job["state"] in ("queued", "running")]
    tell(f"process  kill -9 at {KILLS} random moments of downloads   seed {SEED}: {dict(found)}")


def test_reclaims(tmp_path: Path, tell: Callable[[str], None]) -> None:
    """After each kill `settle` closes what is open; nobody is ever sent the same change twice."""
    chance, found = random.Random(SEED), Counter[str]()
    with practice_org(users=max(600, 12 * KILLS)) as practice:
        sfsam = reclaiming._with_candidates(practice, tmp_path)
        seconds = 1.5
        for turn in range(KILLS):
            chosen = _ready(sfsam)[:2]
            assert chosen, f"nobody is left after {turn} kills: raise the number of users"
            began = monotonic()
            ended = _killed_after(sfsam, reclaiming._reclaim(chosen), chance.uniform(0, 1.1 * seconds))
            seconds = monotonic() - began if ended else seconds
            settled = sfsam.run("settle")
            assert settled.code in (0, 3), (turn, SEED, settled.stderr)
            assert settled.json["open_after"] == 0
            found[
                "ended before" if ended else "killed, something open" if settled.json["open_before"] else "killed"
            ] += 1
            reclaiming._agrees_with_the_org(practice, _rows(sfsam, chosen))
        reclaiming._nobody_was_sent_twice(practice)
        assert sfsam.done("audit", "--verify")["intact"] is True
    tell(f"process  kill -9 at {KILLS} random moments of reclaims    seed {SEED}: {dict(found)}")


def _killed_after(sfsam: CommandLine, line: Any, seconds: float) -> bool:
    """Start it, and kill it after so long; whether it had ended by then."""
    process = sfsam.start(*line, "--json")
    deadline = monotonic() + seconds
    while monotonic() < deadline and process.returncode is None:
        sleep(0.005)  # the moment of the kill is what is tried here
    had_ended = process.returncode is not None
    process.kill()
    process.communicate()
    return had_ended


def _stand(practice: PracticeProcess, name: str) -> None:
    """The org as one or the other: people work in another department. Its clock stands at noon again.

    Each record bears the second of its change, so that on a busy machine the change is made again until that is noon.
    """
    people = [row for row in practice.dump("User").values() if row["IsActive"] and row["EmployeeNumber"]][:MOVED]
    records = [{"attributes": {"type": "User"}, "id": row["Id"], "Department": name} for row in people]
    changed: set[str] = set()
    while changed != {NOON[:19]}:
        practice.side_door("time", {"now": NOON})
        practice.rest("PATCH", "composite/sobjects", {"allOrNone": False, "records": records})
        users = practice.dump("User")
        changed = {users[row["Id"]]["SystemModstamp"][:19] for row in people}
    practice.side_door("time", {"now": NOON})


def _ready(sfsam: CommandLine) -> list[str]:
    ready = sfsam.done("candidates", "--state", "ready")
    return [row["number"] for row in ready if row["action"] == "deactivate"]


def _rows(sfsam: CommandLine, chosen: list[str]) -> dict[str, Any]:
    return {row["number"]: row for row in sfsam.done("candidates") if row["number"] in chosen}
