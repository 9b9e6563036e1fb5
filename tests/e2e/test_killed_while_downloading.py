"""kill -9 in each window of a download: the data is the old snapshot or the new one, whole, and never a mixture.

The org changes between the first download and the second, so that the two snapshots differ in every table that
matters. A run that nobody kills says what the new one is. Each kill meets a fresh copy of the old installation:

    a query page is held         REST has answered, the page has not arrived
    a Bulk result is held        the same for a page of CSV
    while loading                all pages are on disk; at moments spread over the whole load
    right after the exchange     the new snapshot is in, the command has not yet answered
"""

from __future__ import annotations

import csv
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from tests.e2e.journey import CommandLine, PracticeProcess, practice_org, wait_until

pytestmark = pytest.mark.emulator

USERS = 5_000  # the load takes long enough to be hit at several moments
NOON = "2026-11-24T12:00:00+00:00"
DOWNLOAD = ("download", "Production", "--full")
HELD = {
    "a query page is held": "query.*FROM(%20|\\+)UserPackageLicense(&|$)",
    "a Bulk result is held": "/jobs/query/[^/]+/results",
}
LOADING, EXCHANGED = "while loading", "right after the exchange"
WINDOWS = (*HELD, LOADING, EXCHANGED)


@dataclass
class Snapshot:
    """What one snapshot shows: every table's checksum, the position, the list of unused licenses."""

    stands: dict[str, tuple[int, int]]
    position: list[dict[str, Any]]
    unused: list[dict[str, str]]

    @classmethod
    def of(cls, sfsam: CommandLine) -> Snapshot:
        target = sfsam.data_dir.parent / "unused.csv"
        position = sfsam.done("position")
        sfsam.done("export", "unused", "--output", str(target))
        return cls(sfsam.what_stands(), position, _rows_without_ages(target))


@dataclass
class Stage:
    """An org that has changed since the old snapshot was taken."""

    practice: PracticeProcess
    installed: CommandLine
    old: Snapshot
    new: Snapshot
    load_seconds: float
    folder: Path
    chance: random.Random = field(default_factory=lambda: random.Random(20261124))
    copies: int = 0

    def copy(self) -> CommandLine:
        """The installation with the old snapshot, afresh, at noon."""
        self.copies += 1
        self.practice.side_door("time", {"now": NOON})
        return self.installed.copied_to(self.folder / f"copy{self.copies}")


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("killed")
    (folder / "old").mkdir()
    with practice_org(users=USERS, now=NOON) as practice:
        installed = CommandLine(folder / "old")
        installed.connect(practice.orgs[0])
        installed.done(*DOWNLOAD)
        old = Snapshot.of(installed)
        _change(practice)
        practice.side_door("time", {"now": NOON})
        undisturbed = installed.copied_to(folder / "new")
        load_seconds = _timed_download(undisturbed)
        yield Stage(practice, installed, old, Snapshot.of(undisturbed), load_seconds, folder)


def test_the_two_snapshots_differ_in_every_kind_of_row(stage: Stage) -> None:
    differ = {name for name in stage.old.stands if stage.old.stands[name] != stage.new.stands[name]}
    assert {"sf_user", "sf_permission_set_license_assign", "sign_in_day", "user_activity"} <= differ
    assert {"subscription", "license"} <= differ
    assert stage.old.position != stage.new.position
    assert stage.old.unused != stage.new.unused


def test_each_window(stage: Stage, request: pytest.FixtureRequest, tell: Callable[[str], None]) -> None:
    campaign = request.config.getoption("--campaign")
    wanted = {window: 10 if campaign else 2 if window == LOADING else 1 for window in WINDOWS}
    hits: Counter[str] = Counter()
    found: Counter[str] = Counter()
    for window in WINDOWS:
        for turn in range(3 * wanted[window]):
            if hits[window] < wanted[window]:
                sfsam = stage.copy()
                hits[_kill_in(window, stage, sfsam, share=(turn + stage.chance.random()) / (3 * wanted[window]))] += 1
                found[_which(stage, sfsam)] += 1
                _goes_on(stage, sfsam)
    tell(f"kill -9 while downloading, hits per window: {dict(hits)}, found afterwards: {dict(found)}")
    assert all(hits[window] >= wanted[window] for window in WINDOWS)
    assert found["old"] >= len(HELD)
    assert found["new"] >= 1


def _rows_without_ages(path: Path) -> list[dict[str, str]]:
    """The rows in an order of ours, without the days since the last activity: they go by the second of the download."""
    with path.open(newline="") as file:
        rows = [{name: text for name, text in row.items() if name != "inactive_days"} for row in csv.DictReader(file)]
    return sorted(rows, key=lambda row: row["subscription_id"])


def _change(practice: PracticeProcess) -> None:
    """People move, leave, return and join; seats are taken back."""
    people = [row for row in practice.dump("User").values() if row["IsActive"] and row["UserType"] == "Standard"]
    spared = {practice.orgs[0]["admin_user_id"]}
    people = [row for row in people if row["Id"] not in spared and row["EmployeeNumber"]]
    moved = [{"id": row["Id"], "Department": "Moved", "LastName": "Changed"} for row in people[:600]]
    leaving = [{"id": row["Id"], "IsActive": False} for row in people[600:800]]
    for records in (moved[:200], moved[200:400], moved[400:], leaving):
        typed = [{"attributes": {"type": "User"}, **record} for record in records]
        practice.rest("PATCH", "composite/sobjects", {"allOrNone": False, "records": typed})
    assignments = list(practice.dump("PermissionSetLicenseAssign"))[:200]
    practice.rest("DELETE", f"composite/sobjects?ids={','.join(assignments)}&allOrNone=false")
    for row in people[800:840]:
        practice.side_door("activity", {"user_id": row["Id"], "at": "2026-11-24T11:00:00+00:00"})


def _timed_download(sfsam: CommandLine) -> float:
    """Download undisturbed; the seconds from the last page on disk to the exchange."""
    process = sfsam.start(*DOWNLOAD)
    wait_until(lambda: _is_whole(sfsam), "all pages to be on disk")
    began = monotonic()
    wait_until(lambda: not sfsam.staging_dirs, "the load to end")
    seconds = monotonic() - began
    process.communicate(timeout=60)
    assert process.returncode == 0
    return seconds


def _kill_in(window: str, stage: Stage, sfsam: CommandLine, share: float) -> str:
    """Kill a download in this window; the window it was in when it died. `share` says how far into the load."""
    if window in HELD:
        stage.practice.fault({"kind": "slow", "seconds": 120, "match": HELD[window]})
    process = sfsam.start(*DOWNLOAD)
    if window in HELD:
        wait_until(stage.practice.held, f"the practice org to hold: {window}")
    else:
        wait_until(lambda: _is_whole(sfsam), "all pages to be on disk")
        moment = monotonic() + share * stage.load_seconds
        wait_until(lambda: not sfsam.staging_dirs or (window == LOADING and monotonic() >= moment), window)
    process.kill()
    process.communicate()
    stage.practice.clear_faults()
    assert process.returncode == -9, "it had ended before"
    return window if window in HELD else LOADING if sfsam.staging_dirs else EXCHANGED


def _is_whole(sfsam: CommandLine) -> bool:
    """Whether all pages are on disk, as the manifest says."""
    manifests = list(sfsam.data_dir.glob("staging/*/*/manifest.json"))
    return any(json.loads(each.read_text()).get("complete") for each in manifests)


def _which(stage: Stage, sfsam: CommandLine) -> str:
    """Which snapshot the killed installation shows, by every read and every row."""
    seen = Snapshot.of(sfsam)
    assert seen in (stage.old, stage.new), "a mixture"
    return "old" if seen == stage.old else "new"


def _goes_on(stage: Stage, sfsam: CommandLine) -> None:
    """The next download works, brings the new snapshot, and leaves nothing of the killed one behind."""
    stage.practice.side_door("time", {"now": NOON})
    sfsam.done(*DOWNLOAD)
    assert sfsam.what_stands() == stage.new.stands
    assert not sfsam.staging_dirs
    states = Counter(job["state"] for job in sfsam.done("jobs") if job["kind"] == "download")
    assert states.keys() <= {"succeeded", "failed"}, "none is left running"
    assert states["succeeded"] >= 2  # a third one had told its end just before it was killed
    assert states.total() == 3
