"""An installation in this process, on disk, connected to an org on paper that can misbehave in every way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from sfsam.bootstrap import System
from sfsam.config import Settings
from sfsam.domain.commands import Command, Connect, Download, DraftProfile, Enqueue, JobCommand
from sfsam.domain.identifiers import new_id
from sfsam.domain.jobs import Job
from sfsam.domain.profiles import GrantType
from sfsam.jobs.worker import Worker
from sfsam.salesforce.client import HttpSalesforce
from sfsam.services import Services
from sfsam.sheets import LazySheets
from sfsam.store.database import DuckDBStore
from sfsam.vault.fernet_vault import FernetVault
from tests.e2e.journey import CHECKSUM, DERIVED
from tests.fakes.clock import FakeClock
from tests.fakes.scripted import NoPracticeOrgs
from tests.salesforce.company import found_company
from tests.salesforce.paper_org import CLIENT_SECRET, HOST, PaperOrg

KEY = b"1" * 43 + b"="
PEOPLE = 40
LONG_AGO = "2025-01-01T08:00:00.000+0000"
LONGEST_PAUSE_SECONDS = 60.0


@dataclass
class Bench:
    """Jobs are done by the worker, as in the app; pauses take no time, and are remembered."""

    system: System
    worker: Worker
    org: PaperOrg
    clock: FakeClock
    paused: list[float] = field(default_factory=list)

    def send(self, command: Command) -> Any:
        return self.system.send(command)

    def do(self, command: JobCommand, key: str = "") -> Job:
        """Have a job done; how it ended."""
        answer = self.send(Enqueue(job=command, key=key or new_id()))
        while self.worker.run_next():
            pass
        return self.job(answer.job_id)

    def job(self, job_id: str) -> Job:
        with self.system.store.begin() as work:
            job = work.jobs.find(job_id)
        assert job is not None
        return job

    def download(self) -> Job:
        return self.do(Download(profile="Production", full=True, identify=False))

    def what_stands(self) -> dict[str, Any]:
        """Rows and checksum of every table that a download replaces."""
        assert isinstance(self.system.store, DuckDBStore)
        with self.system.store._cursor() as cursor:
            names = [name for (name,) in cursor.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
            tables = sorted(name for name in names if name in DERIVED or name.startswith("sf_"))
            return {name: cursor.execute(CHECKSUM.format(table=name)).fetchall()[0] for name in tables}

    def left_on_disk(self) -> list[Path]:
        """Pages of downloads that are over."""
        return sorted(self.system.settings.staging_dir.glob("*/*"))

    def told(self, job: Job) -> str:
        """Everything that a job says."""
        return json.dumps(job.model_dump(mode="json"))


@contextmanager
def bench(folder: Path) -> Iterator[Bench]:
    """A published profile, Production, whose org was downloaded once."""
    settings = Settings(data_dir=folder, key_file=folder / "key")
    org, clock, vault, paused = PaperOrg(rows_per_bulk_page=10, rows_per_page=25), FakeClock(), FernetVault([KEY]), []
    found_company(org, PEOPLE)
    for row in org.tables["User"]:
        row["CreatedDate"] = LONG_AGO
    org.tables["LoginHistory"] = org.tables["LoginHistory"][: PEOPLE // 2]  # half of them never signed in
    transport = httpx.MockTransport(org)
    salesforce = HttpSalesforce(settings, clock, transport=transport, pause=paused.append, rest_row_limit=20)
    store = DuckDBStore.open(settings.database_path, audit_key=vault.audit_key())
    practice, sheets = NoPracticeOrgs(), LazySheets()
    services = Services(store, salesforce, vault, practice, sheets, clock, settings)
    system = System(settings, store, services, practice, sheets, clock, vault.derived_key("browser cookie"))
    here = Bench(system, Worker(system), org, clock, paused)
    connection = {"grant": GrantType.CLIENT_CREDENTIALS, "client_id": "3MVGkey", "client_secret": CLIENT_SECRET}
    try:
        here.send(DraftProfile(name="Production", url=HOST, **connection))
        assert here.do(Connect(profile="Production", publish=True, download=False)).failure is None
        first = here.download()
        assert first.failure is None, first.failure
        yield here
    finally:
        store.close()
