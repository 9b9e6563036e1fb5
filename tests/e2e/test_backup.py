"""Backup, restore and doctor on a real installation: while it works, without its key, and when it is damaged."""

from __future__ import annotations

import resource
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sfsam.cli.asking import done
from sfsam.cli.door import Door
from sfsam.domain.commands import Enqueue, Settle
from tests.e2e.journey import CommandLine, PracticeProcess, answer_of, practice_org, wait_until

pytestmark = pytest.mark.emulator


@pytest.fixture(scope="module")
def practice() -> Iterator[PracticeProcess]:
    with practice_org(users=150) as practice:
        yield practice


@pytest.fixture(scope="module")
def original(practice: PracticeProcess, tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    """An installation with one org in it; the tests work on copies."""
    sfsam = CommandLine(tmp_path_factory.mktemp("original"))
    sfsam.connect(practice.orgs[0])
    sfsam.done("download", "Production")
    sfsam.done("identify")
    return sfsam


@pytest.fixture
def sfsam(original: CommandLine, tmp_path: Path) -> CommandLine:
    return original.copied_to(tmp_path / "copy")


def key_of(sfsam: CommandLine) -> Path:
    return Path(sfsam.environment["SFSAM_KEY_FILE"])


def found_wrong(sfsam: CommandLine, **environment: str) -> dict[str, str]:
    """What doctor complains about: check → remedy."""
    answer = sfsam.run("doctor", **environment)
    wrong = {check["check"]: check["remedy"] for check in answer.json["checks"] if not check["ok"]}
    assert (answer.code, answer.json["ok"]) == (78 if wrong else 0, not wrong)
    assert all(check["said"] for check in answer.json["checks"])
    assert all(wrong.values()), "each has a remedy"
    return wrong


# ── Backup and restore ───────────────────────────────────────────────────────────────────────────


def test_a_backup_under_load_restores_to_a_consistent_state(sfsam: CommandLine, tmp_path: Path) -> None:
    """Made through the process that holds the database, while it downloads and other commands ask for jobs."""
    file, again = str(tmp_path / "one.backup"), str(tmp_path / "two.backup")
    stopping = threading.Event()

    def load() -> None:
        with Door(sfsam.settings) as asking:
            while not stopping.is_set():
                done(asking, Settle())

    with Door(sfsam.settings) as holder:
        assert holder.owned
        loading = threading.Thread(target=load)
        loading.start()
        downloading = sfsam.start("download", "Production", "--full", "--json")
        wait_until(lambda: sfsam.staging_dirs, "the download")
        answers = [sfsam.done("backup", name) for name in (file, again)]
        refused = sfsam.run("restore-backup", file)
        assert (refused.code, refused.json["error"]["name"]) == (1, "RefusedError")
        assert "End it" in refused.json["error"]["remedy"]
        downloaded = answer_of(downloading)
        assert downloaded.code == 0, downloaded.stderr
        stopping.set()
        loading.join()
        holder.ask(Enqueue(job=Settle(), key="left waiting"))
    for name, answer in zip((file, again), answers, strict=True):
        assert answer["path"] == name
        assert answer["bytes"] == Path(name).stat().st_size
        restored = sfsam.done("restore-backup", name)
        assert (restored["restored_rows"], restored["audit_intact"]) == (answer["rows"], True)
        assert (restored["reconnect_required"], restored["unverifiable"]) == ([], 0)
        assert Path(restored["kept_as"]).exists()
        trail = sfsam.done("audit", "--verify", "--head", answer["audit_head"])
        assert (trail["intact"], trail["entries"][0]["action"]) == (True, "backup.restored")
        assert [job["state"] for job in sfsam.done("jobs") if job["state"] in ("queued", "running")] == []
    assert found_wrong(sfsam) == {}
    assert sfsam.done("download", "Production")["state"] == "succeeded"


def test_without_the_key_everything_else_is_restored_and_connecting_again_works(
    sfsam: CommandLine, practice: PracticeProcess, tmp_path: Path
) -> None:
    file = str(tmp_path / "sfsam.backup")
    candidates, position = sfsam.done("candidates"), sfsam.done("position")
    sfsam.done("backup", file)
    elsewhere = CommandLine(tmp_path / "elsewhere")
    restored = elsewhere.done("restore-backup", file)
    assert (restored["kept_as"], restored["reconnect_required"]) == (None, ["Production"])
    assert (restored["audit_intact"], restored["unverifiable"] > 0) == (True, True)
    assert (elsewhere.done("candidates"), elsewhere.done("position")) == (candidates, position)
    (profile,) = elsewhere.done("profiles")
    assert (profile["reconnect_required"], profile["status"]) == (True, "published")
    assert elsewhere.run("download", "Production").code == 78
    wrong = found_wrong(elsewhere)
    assert "Production" in wrong.pop("secrets")
    assert wrong.keys() == {"jobs"}, "the download that could not log in"
    elsewhere.connect(practice.orgs[0])
    assert elsewhere.done("download", "Production")["state"] == "succeeded"
    assert found_wrong(elsewhere) == {}
    sfsam.done("restore-backup", file)
    assert sfsam.done("profiles")[0]["reconnect_required"] is False, "with its key nothing is lost"


def test_a_backup_that_does_not_fit_on_the_disk_leaves_nothing(sfsam: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "sfsam.backup"
    for kilobytes, what in ((4, "sfsam.duckdb"), (150, str(file))):  # before the backup begins, and in its middle
        process = sfsam.start("backup", str(file), "--json")
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (kilobytes * 1024, kilobytes * 1024))
        answer = answer_of(process)
        assert (answer.code, answer.json["error"]["name"]) == (78, "StorageFull"), answer
        assert what in answer.json["error"]["what"], kilobytes
    assert [path.name for path in tmp_path.iterdir()] == ["copy"]
    before = sfsam.what_stands()
    sfsam.done("backup", str(file))
    process = sfsam.start("restore-backup", str(file), "--json")
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (64 * 1024, 64 * 1024))
    assert answer_of(process).code == 78
    assert sfsam.what_stands() == before
    assert [path.name for path in sfsam.data_dir.glob(".restoring-*")] == []


# ── doctor ───────────────────────────────────────────────────────────────────────────────────────


def test_doctor_says_what_is_wrong_and_what_to_do(sfsam: CommandLine, tmp_path: Path) -> None:
    key, database = key_of(sfsam), sfsam.data_dir / "sfsam.duckdb"
    assert found_wrong(sfsam) == {}
    answer = sfsam.run_plain("doctor", SFSAM_BASE_URL="http://sfsam.example", SFSAM_ALLOWED_HOSTS="https://proxy, *.x")
    assert answer.code == 78
    assert "WRONG  base url" in answer.stdout
    assert "WRONG  allowed hosts" in answer.stdout

    key.chmod(0o644)
    assert "chmod 600" in found_wrong(sfsam)["key"]
    key.chmod(0o600)
    kept = key.read_bytes()
    key.unlink()
    assert "Put the file back" in found_wrong(sfsam)["key"]
    assert not key.exists(), "doctor makes no key in the place of a lost one"
    key.write_bytes(kept)
    key.chmod(0o600)
    assert found_wrong(sfsam) == {}

    healthy = database.read_bytes()
    for damaged in (healthy[:5000], b"not a database" * 1000, _with_a_bad_block(healthy)):
        database.write_bytes(damaged)
        wrong = found_wrong(sfsam)
        assert wrong.keys() & {"database", "rows"}, wrong
    database.unlink()
    assert found_wrong(sfsam) == {}
    assert not database.exists(), "doctor makes no database in the place of a lost one"


def test_doctor_asks_the_app_that_runs(sfsam: CommandLine, practice: PracticeProcess) -> None:
    with Door(sfsam.settings) as holder:
        assert holder.owned
        checks = {check["check"]: check for check in sfsam.done("doctor")["checks"]}
        assert "held by process" in checks["database"]["said"]
        assert {"rows", "secrets", "downloads", "jobs", "outcomes", "audit trail", "backup"} <= checks.keys()


def test_a_killed_restore_changes_nothing(sfsam: CommandLine, tmp_path: Path) -> None:
    file = str(tmp_path / "sfsam.backup")
    sfsam.done("backup", file)
    before = sfsam.what_stands()
    process = sfsam.start("restore-backup", file, "--json")
    wait_until(lambda: list(sfsam.data_dir.glob(".restoring-*/sfsam.duckdb")) or process.returncode == 0, "the restore")
    process.send_signal(signal.SIGKILL)
    process.wait(20)
    assert sfsam.what_stands() == before
    assert sfsam.done("restore-backup", file)["audit_intact"]
    assert sfsam.what_stands() == before


def _with_a_bad_block(database: bytes) -> bytes:
    """Every block but the headers has a bit turned: whatever the database reads, its checksum is wrong."""
    header, block = 3 * 4096, 262_144
    damaged: Any = bytearray(database)
    for start in range(header, len(damaged), block):
        damaged[min(start + block // 2, len(damaged) - 1)] ^= 1
    return bytes(damaged)
