"""A backup is one moment of the store; restoring it gives exactly that, or refuses and changes nothing."""

from __future__ import annotations

import hashlib
import json
import stat
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from sfsam.domain.audit import AuditEntry
from sfsam.domain.backups import Manifest
from sfsam.domain.jobs import Job, JobKind
from sfsam.errors import BackupDamaged, NotFound, RefusedError, SetupError, SfsamError, StoreBusy
from sfsam.store import backup, migrations
from sfsam.store.backup_file import MANIFEST
from sfsam.store.backup_restoring import restoring
from sfsam.store.database import DuckDBStore
from tests.store import tiny_org
from tests.store.conftest import AUDIT_KEY

NOW = datetime(2026, 11, 24, 12)
HOLD_THE_FILE = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1])
print("open", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def file_store(database_path: Path, tmp_path: Path) -> Iterator[DuckDBStore]:
    """The tiny org in a file."""
    store = DuckDBStore.open(database_path, audit_key=AUDIT_KEY)
    tiny_org.connect(store)
    tiny_org.load(store, tiny_org.stage(tmp_path))
    record(store, 1)
    yield store
    store.close()


@pytest.fixture
def written(file_store: DuckDBStore, tmp_path: Path) -> Path:
    """A backup of it, and the store closed."""
    file = tmp_path / "sfsam.backup"
    file_store.write_backup(file, NOW)
    file_store.close()
    return file


def record(store: DuckDBStore, number: int) -> None:
    """A job and an audit entry about it, in one transaction: no moment has one without the other."""
    job = Job(job_id=f"j{number}", kind=JobKind.SETTLE, profile_id=None, key="k", requested_by="ada", created_at=NOW)
    entry = AuditEntry(entry_id=f"e{number}", at=NOW, actor="ada", action="job", subject=job.job_id, detail={"ü": 1})
    with store.begin() as work:
        work.jobs.add(job)
        work.audit.append([entry])
        work.commit()


def contents(path: Path) -> dict[str, tuple[int, int]]:
    """Rows and checksum of every table; equal only when every row is."""
    with duckdb.connect(str(path), read_only=True) as connection:
        names = [*backup.tables(connection), "schema_migration"]
        columns = "SELECT COLUMNS(lambda name: name <> 'applied_at')"
        sql = "SELECT count(*), coalesce(sum(hash(t)), 0) FROM ({columns} FROM {name}) t"
        return {
            name: connection.execute(sql.format(columns=columns, name=name)).fetchall()[0] for name in sorted(names)
        }


def restore(file: Path, database: Path) -> Path | None:
    with restoring(file, database, at=NOW) as restored:
        DuckDBStore.open(restored.folder / database.name, audit_key=AUDIT_KEY).close()
        restored.take_its_place()
        return restored.kept_as


# ── Writing and restoring ────────────────────────────────────────────────────────────────────────


def test_what_is_restored_is_what_was_there(written: Path, database_path: Path) -> None:
    before = contents(database_path)
    assert sum(rows for rows, _ in before.values()) > 100
    assert stat.S_IMODE(written.stat().st_mode) == 0o600
    with duckdb.connect(str(database_path)) as connection:  # what came later must go
        connection.execute("DELETE FROM sf_user; INSERT INTO sf_profile BY NAME SELECT * FROM sf_profile")
    changed = contents(database_path)
    kept_as = restore(written, database_path)
    assert contents(database_path) == before != changed
    assert kept_as is not None
    assert contents(kept_as) == changed
    assert sorted(path.name for path in database_path.parent.glob("*.duckdb*")) == sorted(
        [database_path.name, kept_as.name]
    )
    assert restore(written, database_path) not in (kept_as, None), "a second one in the same second keeps both"
    new = database_path.with_name("new") / "sfsam.duckdb"
    assert restore(written, new) is None
    assert contents(new) == before


def _wait_until_longer(records: list[int], length: int) -> None:
    deadline = time.monotonic() + 60
    while len(records) <= length:
        assert time.monotonic() < deadline, "nothing was written meanwhile"
        time.sleep(0.001)


def test_a_backup_under_load_is_one_moment(file_store: DuckDBStore, tmp_path: Path, database_path: Path) -> None:
    (tmp_path / "again").mkdir()
    staged = tiny_org.stage(tmp_path / "again")
    stopping = threading.Event()
    recorded = []

    def write_on() -> None:
        number = 2
        while not stopping.is_set():
            record(file_store, number)
            recorded.append(number)
            if number % 20 == 0:
                tiny_org.load(file_store, staged)
            number += 1

    writer = threading.Thread(target=write_on)
    writer.start()
    files = [tmp_path / f"{number}.backup" for number in range(3)]
    manifests = []
    for file in files:
        manifests.append(file_store.write_backup(file, NOW))
        # A backup may be quicker than one write: the next begins when writing has gone on.
        _wait_until_longer(recorded, len(recorded))
    stopping.set()
    writer.join()
    file_store.close()
    for file, manifest in zip(files, manifests, strict=True):
        restore(file, database_path)
        store = DuckDBStore.open(database_path, audit_key=AUDIT_KEY)
        with store.begin() as work:
            assert (work.audit.first_broken(), work.audit.head()) == (None, manifest.audit_head)
            assert {entry.subject for entry in work.audit.all()} == {job.job_id for job in work.jobs.newest(1000)}
        store.close()
        counts = contents(database_path)
        assert {name: counts[name][0] for name in manifest.tables} == {
            name: part.rows for name, part in manifest.tables.items()
        }


def test_an_older_schema_is_brought_up_to_date(tmp_path: Path, database_path: Path) -> None:
    """A backup that the first released schema wrote."""
    file, (first, second, *_) = tmp_path / "old.backup", migrations.shipped()
    with duckdb.connect() as old:
        migrations.apply(old, [first, second])
        old.execute("INSERT INTO sf_user (org_id, id, name) VALUES ('00D', '005', 'Ada')")
        assert backup.write(old, file, NOW).migrations == (1, 2)
    restore(file, database_path)
    with duckdb.connect(str(database_path)) as connection:
        assert migrations.pending(connection, migrations.shipped()) == []
        assert connection.execute("SELECT org_id, id, name FROM sf_user").fetchall() == [("00D", "005", "Ada")]


def test_nothing_is_overwritten_and_nothing_half_is_left(file_store: DuckDBStore, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("mine")
    with pytest.raises(RefusedError, match="exists already"):
        file_store.write_backup(taken, NOW)
    assert taken.read_text() == "mine"
    with pytest.raises(SetupError, match="cannot be written"):
        file_store.write_backup(tmp_path / "no" / "folder", NOW)
    assert list(tmp_path.glob(".sfsam-backup-*")) == []


# ── Refusing ─────────────────────────────────────────────────────────────────────────────────────


def rewritten(file: Path, change: Callable[[dict[str, bytes]], None], *, compress: bool = False) -> None:
    """Pack the backup anew with changed parts."""
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def forged(change: Callable[[dict[str, bytes], dict[str, object]], None]) -> Callable[[dict[str, bytes]], None]:
    """Change parts and manifest, and make every checksum fit again."""

    def rewrite(parts: dict[str, bytes]) -> None:
        document = json.loads(parts[MANIFEST])
        change(parts, document)
        for table, part in document["tables"].items():
            content = parts.get(f"tables/{table}.parquet", b"")
            part |= {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        parts[MANIFEST] = Manifest.model_validate(document).checked().model_dump_json().encode()

    return rewrite


def flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def _one_row_less(parts: dict[str, bytes], document: dict[str, object]) -> None:
    document["tables"]["sf_user"]["rows"] -= 1  # type: ignore[index]


def _another_table(parts: dict[str, bytes], document: dict[str, object]) -> None:
    parts["tables/sf_user.parquet"] = parts["tables/sf_profile.parquet"]


def _no_parquet(parts: dict[str, bytes], document: dict[str, object]) -> None:
    parts["tables/sf_user.parquet"] = b"INSTALL httpfs; LOAD httpfs;"


def _one_table_more(parts: dict[str, bytes], document: dict[str, object]) -> None:
    parts["tables/evil.parquet"] = parts["tables/sf_user.parquet"]
    document["tables"]["evil"] = dict(document["tables"]["sf_user"])  # type: ignore[index]


def _another_head(parts: dict[str, bytes], document: dict[str, object]) -> None:
    document["audit_head"] = "0" * 64


DAMAGES: dict[str, Callable[[Path], object]] = {
    "cut in the middle": lambda file: file.write_bytes(file.read_bytes()[: file.stat().st_size // 2]),
    "its last byte is missing": lambda file: file.write_bytes(file.read_bytes()[:-1]),
    "empty": lambda file: file.write_bytes(b""),
    "one bit of a table": lambda file: file.write_bytes(flipped(file.read_bytes())),
    "a database": lambda file: file.write_bytes(file.with_name("sfsam.duckdb").read_bytes()),
    "a zip of something": lambda file: rewritten(file, lambda parts: parts.clear()),
    "a table is missing": lambda file: rewritten(file, lambda parts: parts.pop("tables/sf_user.parquet")),
    "a file more": lambda file: rewritten(file, lambda parts: parts.update({"../../evil": b"x"})),
    "compressed": lambda file: rewritten(file, lambda parts: None, compress=True),
    "another moment": lambda file: rewritten(
        file, lambda parts: parts.update({MANIFEST: parts[MANIFEST].replace(b"2026-11-24", b"2026-11-25")})
    ),
    "no manifest": lambda file: rewritten(file, lambda parts: parts.update({MANIFEST: b"{}"})),
    "one row less, checksums made to fit": lambda file: rewritten(file, forged(_one_row_less)),
    "another table, checksums made to fit": lambda file: rewritten(file, forged(_another_table)),
    "no Parquet, checksums made to fit": lambda file: rewritten(file, forged(_no_parquet)),
    "a table more, checksums made to fit": lambda file: rewritten(file, forged(_one_table_more)),
    "another head, checksums made to fit": lambda file: rewritten(file, forged(_another_head)),
}


def test_a_damaged_or_foreign_file_is_refused_and_nothing_is_changed(written: Path, database_path: Path) -> None:
    whole, before = written.read_bytes(), database_path.read_bytes()
    listed = set(database_path.parent.rglob("*"))
    wrong = {}
    for name, damage in DAMAGES.items():
        written.write_bytes(whole)
        damage(written)
        try:
            restore(written, database_path)
            wrong[name] = "restored"
        except SfsamError as error:
            if not (isinstance(error, BackupDamaged) and error.remedy and str(written) in error.what):
                wrong[name] = repr(error)
        assert database_path.read_bytes() == before, name
        assert set(database_path.parent.rglob("*")) == listed, name
    assert wrong == {}
    with pytest.raises(NotFound):
        restore(written.with_name("nothing"), database_path)
    written.write_bytes(whole)
    restore(written, database_path)


def test_a_backup_of_a_newer_sfsam_is_refused(written: Path, database_path: Path) -> None:
    before = database_path.read_bytes()
    rewritten(written, forged(lambda parts, document: document["migrations"].append(9999)))  # type: ignore[attr-defined]
    with pytest.raises(SetupError, match="newer version") as refusal:
        restore(written, database_path)
    assert refusal.value.exit_code == 78
    assert database_path.read_bytes() == before


def test_a_database_in_use_is_left_alone(written: Path, database_path: Path) -> None:
    with _held_by_another(database_path), pytest.raises(StoreBusy, match="in use by"):
        restore(written, database_path)
    with restoring(written, database_path, at=NOW):
        said = _opened_by_another(database_path)
        assert "Could not set lock" in said, said
    assert _opened_by_another(database_path) == ""


def test_a_damaged_database_is_kept_with_its_log(written: Path, database_path: Path) -> None:
    database_path.write_bytes(b"not a database" * 1000)
    log = database_path.with_name("sfsam.duckdb.wal")
    log.write_bytes(b"a log")
    kept_as = restore(written, database_path)
    assert kept_as is not None
    assert kept_as.read_bytes().startswith(b"not a database")
    assert kept_as.with_name(f"{kept_as.name}.wal").read_bytes() == b"a log"
    assert not log.exists()
    assert contents(database_path)["sf_user"][0] > 0


@contextmanager
def _held_by_another(path: Path) -> Iterator[None]:
    command = [sys.executable, "-c", HOLD_THE_FILE, str(path)]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    try:
        assert child.stdout.readline() == "open\n"
        yield
    finally:
        child.communicate(timeout=30)


def _opened_by_another(path: Path) -> str:
    """What a process that opens the database complains about."""
    command = [sys.executable, "-c", HOLD_THE_FILE, str(path)]
    return subprocess.run(command, input="", capture_output=True, text=True, timeout=30).stderr
