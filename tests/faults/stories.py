"""What may happen to the disk, to time, and by people: each a small story that asserts its own end."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sfsam.domain.candidates import State
from sfsam.domain.commands import (
    BackUp,
    CancelJob,
    DeleteProfile,
    Diagnose,
    Download,
    DraftProfile,
    Enqueue,
    Identify,
    ListCandidates,
    ListSchedules,
    MoveCandidate,
    Pause,
    Resume,
    RunScheduleNow,
)
from sfsam.domain.jobs import Job, JobState
from sfsam.domain.profiles import GrantType
from sfsam.errors import SetupError, SfsamError
from sfsam.jobs.recovery import close_orphans
from sfsam.ports import StagedDownload
from sfsam.practice import memory
from sfsam.store.database import DuckDBStore
from sfsam.web.control import read_control_file
from tests.faults.bench import KEY, Bench
from tests.faults.table import refused
from tests.salesforce.paper_org import HOST

FULL = Download(profile="Production", full=True, identify=False)
UNREADABLE = b"\x00\xff{ not what it should be"


@dataclass(frozen=True)
class Story:
    """`happens` returns how it ended, in a few words for the table."""

    where: str
    name: str
    happens: Callable[[Bench], str]


STORIES: list[Story] = []


def story(where: str, name: str) -> Callable[[Callable[[Bench], str]], Callable[[Bench], str]]:
    def keep(happens: Callable[[Bench], str]) -> Callable[[Bench], str]:
        STORIES.append(Story(where, name, happens))
        return happens

    return keep


# ── Disk ──


@story("disk", "the folder for pages cannot be made")
def _(bench: Bench) -> str:
    folder = bench.system.settings.staging_dir
    shutil.rmtree(folder)
    folder.write_text("a file stands in its place")
    try:
        return _fails(bench, bench.download(), "StorageFull", "SetupError")
    finally:
        folder.unlink()


@story("disk", "a saved page is cut before it is loaded")
def _(bench: Bench) -> str:
    return _with_page(bench, lambda page: page.write_bytes(page.read_bytes()[:-25]))


@story("disk", "a saved page is gone before it is loaded")
def _(bench: Bench) -> str:
    return _with_page(bench, Path.unlink)


@story("disk", "a saved page is noise before it is loaded")
def _(bench: Bench) -> str:
    return _with_page(bench, lambda page: page.write_bytes(UNREADABLE * 50))


@story("disk", "pages that a killed download left")
def _(bench: Bench) -> str:
    [profile_id] = {path.name for path in bench.system.settings.staging_dir.glob("*")} or {"p"}
    left = bench.system.settings.staging_dir / profile_id / "killed"
    left.mkdir(parents=True)
    (left / "User-0.csv").write_bytes(UNREADABLE)
    assert bench.download().state is JobState.SUCCEEDED
    assert not left.exists()
    return "thrown away"


@story("disk", "the head of the database is overwritten")
def _(bench: Bench) -> str:
    return _damaged(bench, lambda path: _overwrite(path, 0, 4096))


@story("disk", "blocks of the database are overwritten")
def _(bench: Bench) -> str:
    return _damaged(bench, lambda path: _overwrite(path, 3 * 4096, path.stat().st_size - 4 * 4096))


@story("disk", "the database is cut in two")
def _(bench: Bench) -> str:
    def cut(path: Path) -> None:
        with path.open("r+b") as file:
            file.truncate(path.stat().st_size // 2)

    return _damaged(bench, cut)


@story("disk", "what the running process says of itself is noise")
def _(bench: Bench) -> str:
    folder = bench.system.settings.data_dir
    for content in (UNREADABLE, b"", b"[]", b'{"port": "many"}', b"\xff" * 100_000):
        for name in ("control.json", "practice.json"):
            (folder / name).write_bytes(content)
        assert read_control_file(folder / "control.json") is None
        assert memory.recall(folder / "practice.json") is None
    for name in ("control.json", "practice.json"):
        (folder / name).unlink()
    return "as if it were not there"


@story("disk", "a backup where nothing can be written")
def _(bench: Bench) -> str:
    (bench.system.settings.data_dir / "file").write_text("no folder")
    for place in (bench.system.settings.data_dir / "file" / "x.backup", Path("/proc/x.backup")):
        with pytest.raises(SfsamError) as told:
            bench.send(BackUp(output=str(place)))
        assert refused(told.value), told.value
    return told.value.name


# ── Time ──


@story("time", "this machine's clock is set back by a day")
def _(bench: Bench) -> str:
    return _at(bench, timedelta(days=-1))


@story("time", "this machine's clock jumps a year ahead, and back")
def _(bench: Bench) -> str:
    _at(bench, timedelta(days=365))
    return _at(bench, timedelta(0))


@story("time", "the clock is set back over a schedule that ran")
def _(bench: Bench) -> str:
    """Also over the hour that comes twice in autumn: what ran at 02:30 is not run at the second 02:30."""
    noon = bench.clock.moment
    bench.send(ListSchedules())
    bench.system.services.run_due_schedules()
    while bench.worker.run_next():
        pass
    bench.clock.moment = noon + timedelta(days=9)
    once = len(bench.system.services.run_due_schedules())
    while bench.worker.run_next():
        pass
    bench.clock.moment -= timedelta(hours=1)
    again = len(bench.system.services.run_due_schedules())
    bench.clock.moment += timedelta(hours=1)
    again += len(bench.system.services.run_due_schedules())
    bench.clock.moment = noon
    assert (once > 0, again) == (True, 0)
    return f"{once} jobs, none twice"


# ── Processes ──


@story("process", "a job was running when its process died")
def _(bench: Bench) -> str:
    answer = bench.send(Enqueue(job=FULL, key="dead"))
    with bench.system.store.begin() as work:
        job = work.jobs.find(answer.job_id)
        assert job is not None
        work.jobs.save(job.model_copy(update={"state": JobState.RUNNING, "started_at": bench.clock.now()}))
        work.commit()
    close_orphans(bench.system)
    assert not bench.worker.run_next()
    return _fails(bench, bench.job(answer.job_id), "Interrupted")


@story("process", "the store takes nothing while a job ends")
def _(bench: Bench) -> str:
    """The end is kept, and saved before the next job begins; the job is neither lost nor done twice."""
    asked = len(bench.org.requests)
    answer = bench.send(Enqueue(job=FULL, key="full"))
    begin, told = bench.system.store.begin, []

    def refuse() -> Any:
        if bench.worker._ended is not None and not told:
            told.append(True)
            raise SetupError("The disk is full.", "Make room.")
        return begin()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bench.system.store, "begin", refuse)
        with pytest.raises(SetupError):
            bench.worker.run_next()
    once = len(bench.org.requests) - asked
    assert bench.job(answer.job_id).state is JobState.RUNNING
    assert not bench.worker.run_next()
    assert (bench.job(answer.job_id).state, len(bench.org.requests) - asked) == (JobState.SUCCEEDED, once)
    return "saved later, done once"


# ── People ──


@story("people", "a double click")
def _(bench: Bench) -> str:
    first, second = (bench.send(Enqueue(job=FULL, key="the button")) for _ in range(2))
    assert first.job_id == second.job_id
    assert (bench.worker.run_next(), bench.worker.run_next()) == (True, False)
    third = bench.send(Enqueue(job=FULL, key="the button"))
    assert third.job_id != first.job_id
    bench.send(CancelJob(job_id=third.job_id))
    assert not bench.worker.run_next()
    return "one job"


@story("people", "two tabs ask for the same by different buttons")
def _(bench: Bench) -> str:
    stood = bench.what_stands()
    jobs = [bench.send(Enqueue(job=FULL, key=key)).job_id for key in ("one tab", "another tab")]
    assert (bench.worker.run_next(), bench.worker.run_next(), bench.worker.run_next()) == (True, True, False)
    spans = sorted((bench.job(job).started_at, bench.job(job).ended_at) for job in jobs)
    assert spans[0][1] <= spans[1][0]
    assert bench.what_stands() == stood
    return "one after the other"


@story("people", "a page that is no longer true decides again")
def _(bench: Bench) -> str:
    number = _candidates(bench)[0]
    keep = MoveCandidate(number=number, to=State.CLOSED_SKIPPED, reason="on leave")
    bench.send(keep)
    with pytest.raises(SfsamError) as told:
        bench.send(keep)
    assert refused(told.value), told.value
    return told.value.name


@story("people", "a job is canceled after it ended")
def _(bench: Bench) -> str:
    job = bench.do(Identify())
    before = bench.job(job.job_id)
    try:
        bench.send(CancelJob(job_id=job.job_id))
    except SfsamError as told:
        assert refused(told)
    assert bench.job(job.job_id) == before
    return "nothing happens"


@story("people", "one pauses the profile while another's download waits")
def _(bench: Bench) -> str:
    answer = bench.send(Enqueue(job=FULL, key="waits"))
    bench.send(Pause(profile="Production"))
    bench.worker.run_next()
    bench.send(Resume(profile="Production"))
    job = bench.job(answer.job_id)
    return str(job.state) if job.state is JobState.CANCELED else _fails(bench, job, "RefusedError")


@story("people", "two people give the same name")
def _(bench: Bench) -> str:
    with pytest.raises(SfsamError) as told:
        bench.send(DraftProfile(name=" production ", url=HOST, grant=GrantType.CLIENT_CREDENTIALS, client_id="x"))
    assert refused(told.value), told.value
    return told.value.name


@story("people", "a schedule that another tab took away is run")
def _(bench: Bench) -> str:
    with pytest.raises(SfsamError) as told:
        bench.send(RunScheduleNow(schedule="Refresh Sandbox subscriptions"))
    assert refused(told.value), told.value
    return told.value.name


@story("people", "the profile is deleted while its download waits")
def _(bench: Bench) -> str:
    """The last story: nothing is left to tell of."""
    answer = bench.send(Enqueue(job=FULL, key="waits for nothing"))
    gone = DeleteProfile(profile="Production", confirmed=True)
    try:
        bench.send(gone)
    except SfsamError as told:
        assert refused(told), told
        bench.send(CancelJob(job_id=answer.job_id))
        bench.send(gone)
    while bench.worker.run_next():
        pass
    job = bench.job(answer.job_id)
    assert bench.what_stands()["subscription"][0] == 0
    return str(job.state) if job.state is JobState.CANCELED else _fails(bench, job, "NotFound")


# ── What the stories share ──


def _fails(bench: Bench, job: Job, *names: str) -> str:
    assert job.state is JobState.FAILED, job
    assert job.failure is not None
    assert job.failure.error in names, job.failure
    assert job.failure.remedy
    return job.failure.error


def _with_page(bench: Bench, harm: Callable[[Path], object]) -> str:
    """A page of users is harmed between the saving and the load: the data before stays."""
    load, stood = bench.system.store.load_snapshot, bench.what_stands()

    def load_harmed(staged: StagedDownload, **more: Any) -> dict[str, int]:
        [users] = [each for each in staged.objects if each.name == "User"]
        harm(users.files[-1])
        return load(staged, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bench.system.store, "load_snapshot", load_harmed)
        job = bench.download()
    ended = _fails(bench, job, "AnswerTruncated", "StorageFull", "SetupError")
    assert bench.what_stands() == stood
    assert bench.left_on_disk() == []
    return ended


def _damaged(bench: Bench, harm: Callable[[Path], None]) -> str:
    """A copy of the database is harmed: opening or examining it says so, and what to do. It is never used quietly."""
    assert isinstance(bench.system.store, DuckDBStore)
    path = bench.system.settings.data_dir / "harmed.duckdb"
    with bench.system.store._cursor() as cursor:
        cursor.execute("CHECKPOINT")
    shutil.copy(bench.system.settings.database_path, path)
    harm(path)
    try:
        with pytest.raises(SfsamError) as told:
            store = DuckDBStore.open(path, audit_key=KEY)
            try:
                store.examine()
            finally:
                store.close()
    finally:
        for left in path.parent.glob("harmed.duckdb*"):
            left.unlink()
    assert refused(told.value), told.value
    return told.value.name


def _overwrite(path: Path, begin: int, length: int) -> None:
    with path.open("r+b") as file:
        file.seek(begin)
        file.write(b"\xa5" * length)


def _at(bench: Bench, moved: timedelta) -> str:
    """Two downloads at another moment of this machine: the same rows, and nobody's day is lost."""
    usual: datetime = bench.clock.moment
    rows = {name: stands[0] for name, stands in bench.what_stands().items() if name.startswith("sf_")}
    bench.clock.moment = usual + moved
    try:
        for _ in range(2):
            job = bench.download()
            assert job.failure is None, job.failure
        assert {name: stands[0] for name, stands in bench.what_stands().items() if name in rows} == rows
        assert bench.do(Identify()).failure is None
        diagnosis = bench.send(Diagnose())
        assert {check.check for check in diagnosis.checks if not check.ok} <= {"downloads", "jobs"}
        [check] = [check for check in diagnosis.checks if check.check == "audit trail"]
        assert check.ok
    finally:
        bench.clock.moment = usual
    return "warned" if job.result and job.result["warnings"] else "got over"


def _candidates(bench: Bench) -> list[str]:
    bench.do(Identify())
    found = [row.number for row in bench.send(ListCandidates()) if row.state is State.READY]
    assert found
    return found
